/**
 * @file
 * The store of plans and conversions: a clock counts what is taken, and the least recently used entry makes room.
 */
#include "image/prepared.h"

#include <string.h>

DfColorKey df_color_key_of(const DeepfillFormat *format, const DfBox *box)
{
    DfColorKey key;

    /* Keys are compared as bytes. */
    memset(&key, 0, sizeof key);
    key.format = df_color_resolve(*format);
    key.format.width = df_rect_width(box->place);
    key.format.height = df_rect_height(box->place);
    key.net_width = box->net_width;
    key.net_height = box->net_height;
    return key;
}

int df_color_is_scaled(const DfColorKey *key)
{
    return key->format.width != key->net_width || key->format.height != key->net_height;
}

void df_prepared_free(DfPrepared *prepared)
{
    df_plan_close(&prepared->plan);
    df_color_close(&prepared->color);
    df_color_close(&prepared->native);
    prepared->used = 0;
}

int df_prepare(DfPrepared *prepared, const DeepfillModel *model, const DfColorKey *key, int threads, int texture)
{
    DfColorKey native = *key;
    int ret = df_plan_create(&prepared->plan, model, key->net_width, key->net_height, threads);
    DeepfillModelInfo info;

    deepfill_model_info(model, &info);
    prepared->sketch = info.sketch;
    if (ret >= 0)
        ret = df_color_create(&prepared->color, key);
    native.net_width = key->format.width;
    native.net_height = key->format.height;
    if (ret >= 0 && texture && df_color_is_scaled(key))
        ret = df_color_create(&prepared->native, &native);
    if (ret < 0)
        df_prepared_free(prepared);
    return ret;
}

int df_prepared_find(DfPreparedStore *store, const DeepfillModel *model, const DfColorKey *key, int threads,
                     int texture, DfPrepared **found)
{
    DfPrepared *oldest = &store->kept[0];
    int ret;

    for (int i = 0; i < DF_KEPT_SIZES; i++) {
        DfPrepared *p = &store->kept[i];
        if (p->used < oldest->used)
            oldest = p;
        if (p->used && !memcmp(df_color_key(p->color), key, sizeof *key)) {
            p->used = ++store->clock;
            *found = p;
            return 0;
        }
    }
    df_prepared_free(oldest);
    if ((ret = df_prepare(oldest, model, key, threads, texture)) < 0)
        return ret;
    oldest->used = ++store->clock;
    *found = oldest;
    return 0;
}

void df_prepared_store_free(DfPreparedStore *store)
{
    for (int i = 0; i < DF_KEPT_SIZES; i++)
        df_prepared_free(&store->kept[i]);
}
