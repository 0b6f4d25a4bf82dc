/**
 * @file
 * Fuzz target: a pickle alone, and the storages that it refers to.
 */
#include "fuzz.h"
#include "weights/pickle.h"
#include "weights/storage.h"

/** All that a value refers to is there. */
static void check_value(const DfPickle *pickle, uint32_t index)
{
    const DfPickleValue *value = df_pickle_value(pickle, index);
    size_t items = 0;
    switch (value->kind) {
    case DF_PICKLE_TUPLE:
    case DF_PICKLE_LIST:
    case DF_PICKLE_DICT:
        for (uint32_t i = value->first; i; i = pickle->items[i].next) {
            FUZZ_CHECK(i < pickle->item_count && pickle->items[i].value < pickle->value_count);
            items++;
        }
        FUZZ_CHECK(items == value->count && (value->kind != DF_PICKLE_DICT || items % 2 == 0));
        FUZZ_CHECK(df_pickle_nth(pickle, index, 0) < pickle->value_count);
        FUZZ_CHECK(df_pickle_get(pickle, index, "storage") < pickle->value_count);
        break;
    case DF_PICKLE_OBJECT:
    case DF_PICKLE_PERSISTENT:
        FUZZ_CHECK(value->arguments < pickle->value_count && value->state < pickle->value_count);
        break;
    default:
        break;
    }
}

void fuzz_target(const uint8_t *bytes, size_t size)
{
    DfPickle pickle = { 0 };
    DfStorages storages = { 0 };
    DfBytes file = df_bytes(bytes, size);
    int ret = df_pickle_read(&pickle, "FILE", &file, df_torch_globals, df_torch_global_count);
    if (!ret) {
        FUZZ_CHECK(pickle.result < pickle.value_count);
        for (uint32_t i = 0; i < pickle.value_count; i++)
            check_value(&pickle, i);
        ret = df_storages_collect(&storages, "FILE", &pickle);
    }
    if (ret < 0)
        fuzz_refused(ret);
    df_storages_free(&storages);
    df_pickle_free(&pickle);
}
