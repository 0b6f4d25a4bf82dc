/**
 * @file
 * PyTorch checkpoints. Both forms are a pickle and, outside it, storages.
 *
 *     zip:     STEM/data.pkl, STEM/data/KEY for each storage, STEM/version, in newer ones STEM/byteorder
 *     legacy:  pickles of a magic number, 1001, facts about the system, the object and the storages' keys;
 *              then for each key a 64-bit count and the values
 *
 * The object is a state dict or has some in it, at any depth: a tensor is named by the keys that lead to it,
 * joined by dots. A pickled module is one, too: an object whose attributes are tensors and modules.
 */
#include "weights/torch.h"
#include "weights/storage.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/** Sharing: how often an item is met, on average, because several containers hold the same one. */
enum { MOST_DEPTH = 64, MOST_SHARING = 4 };

/** A dict, list or tuple that is being walked. */
typedef struct Level {
    uint32_t container;
    uint32_t item;      /* the next one, 0 at the end */
    unsigned number;    /* items so far */
    int module;         /* 1: the attributes of an object */
    size_t name_length; /* of what leads to it */
} Level;

/** A checkpoint while it is read. */
typedef struct Reader {
    DfWeights *weights;
    DfPickle pickle;
    DfStorages storages;
    Level levels[MOST_DEPTH];
    int depth;
    size_t met; /* items so far */
    char name[DF_MOST_NAME + 1]; /* of the value at hand */
} Reader;

/* ------------------------------------------------------------------------------------- tensors -- */

static int tensor_error(const Reader *r, const char *what)
{
    return df_error(-EINVAL, "%s: tensor '%.80s' %s", r->weights->name, r->name, what);
}

/** Shape and strides, which must have as many numbers, none negative. */
static int read_sides(const Reader *r, uint32_t shape, uint32_t stride, DfTensor *t)
{
    const DfPickle *p = &r->pickle;
    const DfPickleValue *sides = df_pickle_value(p, shape), *steps = df_pickle_value(p, stride);
    if (sides->kind != DF_PICKLE_TUPLE || steps->kind != DF_PICKLE_TUPLE || sides->count != steps->count)
        return tensor_error(r, "has no shape and strides: the file is damaged");
    t->count = 1;
    for (uint32_t i = 0; i < sides->count; i++) {
        const DfPickleValue *side = df_pickle_value(p, df_pickle_nth(p, shape, i));
        const DfPickleValue *step = df_pickle_value(p, df_pickle_nth(p, stride, i));
        if (side->kind != DF_PICKLE_INT || step->kind != DF_PICKLE_INT || side->number < 0 ||
            step->number < 0)
            return tensor_error(r, "has a side or stride that is no number of values: the file is damaged");
        if (df_tensor_add_side(r->weights->name, t, side->number) < 0)
            return -EINVAL;
        t->stride[i] = step->number;
    }
    return 0;
}

/** All values lie in the storage, and are no more than it has: a few bytes may not stand for gigabytes. */
static int place(const Reader *r, const DfStorage *storage, uint64_t offset, DfTensor *t)
{
    uint64_t last = offset, way;
    if (!t->count)
        return 0;
    for (int i = 0; i < t->rank; i++)
        if (__builtin_mul_overflow(t->shape[i] - 1, t->stride[i], &way) ||
            __builtin_add_overflow(last, way, &last))
            return tensor_error(r, "reaches beyond all memory: the file is damaged");
    if (last >= storage->count)
        return df_error(-EINVAL, "%s: tensor '%.80s' reaches value %" PRIu64 " of a storage that has %" PRIu64
                        ": the file is damaged", r->weights->name, r->name, last + 1, storage->count);
    if (t->count > storage->count)
        return tensor_error(r, "repeats values of its storage: save its clone()");
    t->data = storage->data + offset * storage->value_bytes;
    return 0;
}

/** Arguments of _rebuild_tensor_v2: storage, offset, shape, strides, and what only training asks for. */
static int read_tensor(const Reader *r, uint32_t arguments, DfTensor *t)
{
    const DfPickle *p = &r->pickle;
    const DfPickleValue *offset = df_pickle_value(p, df_pickle_nth(p, arguments, 1));
    const DfStorage *storage = df_storages_find(&r->storages, p, df_pickle_nth(p, arguments, 0));
    if (!storage || offset->kind != DF_PICKLE_INT || offset->number < 0)
        return tensor_error(r, "has a storage or offset that is not understood: save it again with "
                            "torch.save()");
    t->type = storage->type;
    if (read_sides(r, df_pickle_nth(p, arguments, 2), df_pickle_nth(p, arguments, 3), t) < 0)
        return -EINVAL;
    return place(r, storage, offset->number, t);
}

static int add_tensor(Reader *r, uint32_t arguments, size_t name_length)
{
    DfWeights *w = r->weights;
    if (name_length > DF_MOST_NAME)
        return df_error(-EINVAL, "%s: has a tensor whose name is longer than %d characters", w->name,
                        DF_MOST_NAME);
    if (w->tensor_count == DF_MOST_TENSORS)
        return df_error(-EINVAL, "%s: has more than %d tensors", w->name, DF_MOST_TENSORS);
    if (df_list_grow((void **)&w->tensors, w->tensor_count, sizeof *w->tensors) < 0)
        return -ENOMEM;
    DfTensor *t = &w->tensors[w->tensor_count];
    *t = (DfTensor){ .name = df_strdup(r->name) };
    if (!t->name)
        return -ENOMEM;
    w->tensor_count++;
    return read_tensor(r, arguments, t);
}

/* ------------------------------------------------------------------------------------ the walk -- */

/** What lies in itself, as an object that knows its parent, is walked once. */
static int is_open(const Reader *r, uint32_t container)
{
    for (int i = 0; i < r->depth; i++)
        if (r->levels[i].container == container)
            return 1;
    return 0;
}

static int enter(Reader *r, uint32_t container, int module, size_t name_length)
{
    const DfPickleValue *v = df_pickle_value(&r->pickle, container);
    if (!v->count || is_open(r, container))
        return 0;
    if (r->depth == MOST_DEPTH)
        return df_error(-EINVAL, "%s: is nested deeper than %d levels: save the network's state_dict()",
                        r->weights->name, MOST_DEPTH);
    r->levels[r->depth++] = (Level){ container, v->first, 0, module, name_length };
    return 0;
}

static int visit(Reader *r, uint32_t value, size_t name_length)
{
    const DfPickleValue *v = df_pickle_value(&r->pickle, value);
    switch (v->kind) {
    case DF_PICKLE_TUPLE:
    case DF_PICKLE_LIST:
    case DF_PICKLE_DICT:
        return enter(r, value, 0, name_length);
    case DF_PICKLE_OBJECT:
        if (v->id == DF_TORCH_TENSOR)
            return add_tensor(r, v->arguments, name_length);
        return df_pickle_value(&r->pickle, v->state)->kind == DF_PICKLE_DICT
               ? enter(r, v->state, 1, name_length) : 0;
    default:
        return 0;
    }
}

/** These attributes of a module do not show in the names of its state dict. */
static int is_hidden(const DfBytes *key)
{
    return df_bytes_equal(key, "_parameters") || df_bytes_equal(key, "_buffers") ||
           df_bytes_equal(key, "_modules");
}

/** Append a part to a name; what does not fit is left out, but counted. Returns the new length. */
static size_t extend(Reader *r, size_t length, const DfBytes *part)
{
    if (length && length++ < DF_MOST_NAME)
        r->name[length - 1] = '.';
    if (length <= DF_MOST_NAME)
        df_bytes_print(r->name + length, DF_MOST_NAME + 1 - length, part);
    return df_size_add(length, df_bytes_left(part));
}

/** In room for 24 characters. */
static DfBytes number_text(int64_t number, char *text)
{
    return df_bytes((const uint8_t *)text, sprintf(text, "%" PRId64, number));
}

/** An item's name and value; returns 0 for a key that is neither text nor a number. */
static int next_item(Reader *r, Level *level, uint32_t *value, size_t *name_length)
{
    const DfPickle *p = &r->pickle;
    const DfPickleItem *item = &p->items[level->item];
    int is_dict = df_pickle_value(p, level->container)->kind == DF_PICKLE_DICT;
    const DfPickleValue *key = df_pickle_value(p, is_dict ? item->value : 0);
    if (is_dict)
        item = &p->items[item->next];
    *value = item->value;
    level->item = item->next;
    *name_length = level->name_length;
    if (is_dict && key->kind != DF_PICKLE_TEXT && key->kind != DF_PICKLE_INT)
        return 0;
    char number[24];
    DfBytes part = { 0 };
    if (key->kind == DF_PICKLE_TEXT)
        part = df_bytes(key->text, key->count);
    else
        part = number_text(is_dict ? key->number : (int64_t)level->number++, number);
    if (level->module && is_hidden(&part))
        r->name[DF_MIN(level->name_length, DF_MOST_NAME)] = 0;
    else
        *name_length = extend(r, level->name_length, &part);
    return 1;
}

static int walk(Reader *r)
{
    int ret = visit(r, r->pickle.result, 0);
    while (r->depth && !ret) {
        Level *level = &r->levels[r->depth - 1];
        uint32_t value;
        size_t name_length;
        if (!level->item)
            r->depth--;
        else if (r->met++ > MOST_SHARING * (r->pickle.item_count + 256))
            ret = df_error(-EINVAL, "%s: its parts refer to one another too often: the file is damaged",
                           r->weights->name);
        else if (next_item(r, level, &value, &name_length))
            ret = visit(r, value, name_length);
    }
    if (!ret && !r->weights->tensor_count)
        return df_error(-EINVAL, "%s: has no tensors: save the network's state_dict() with torch.save()",
                        r->weights->name);
    return ret < 0 ? ret : df_weights_sort(r->weights);
}

/* ------------------------------------------------------------------------------------- the forms -- */

static int read_pickle(Reader *r, DfPickle *pickle, DfBytes *bytes)
{
    return df_pickle_read(pickle, r->weights->name, bytes, df_torch_globals, df_torch_global_count);
}

static int big_endian(const Reader *r)
{
    return df_error(-EINVAL, "%s: its values are big-endian: save it again on another machine",
                    r->weights->name);
}

static const DfZipEntry *find_in_folder(const DfZip *zip, DfBytes stem, const char *file)
{
    DfBytes parts[] = { stem, df_bytes((const uint8_t *)file, strlen(file)) };
    return df_zip_find(zip, parts, DF_COUNT(parts));
}

/** The one folder at the top that has a data.pkl. */
static int find_stem(const Reader *r, const DfZip *zip, DfBytes *stem)
{
    int found = 0;
    for (size_t i = 0; i < zip->count; i++) {
        DfBytes name = zip->entries[i].name, folder;
        const uint8_t *slash = memchr(name.at, '/', df_bytes_left(&name));
        if (!slash || df_bytes_take(&name, slash - name.at, &folder) < 0 ||
            !df_bytes_equal(&name, "/data.pkl"))
            continue;
        *stem = folder;
        found++;
    }
    if (found > 1)
        return df_error(-EINVAL, "%s: has more than one data.pkl: the file is damaged", r->weights->name);
    if (!found)
        return df_error(-EINVAL, "%s: is a zip archive without data.pkl, no checkpoint of torch.save(): "
                        "unpack it if one lies in it", r->weights->name);
    return 0;
}

static int read_zip(Reader *r, const DfZip *zip)
{
    DfBytes stem;
    if (find_stem(r, zip, &stem) < 0)
        return -EINVAL;
    const DfZipEntry *order = find_in_folder(zip, stem, "/byteorder");
    if (order && !df_bytes_equal(&order->data, "little"))
        return big_endian(r);
    DfBytes bytes = find_in_folder(zip, stem, "/data.pkl")->data;
    int ret = read_pickle(r, &r->pickle, &bytes);
    if (!ret)
        ret = df_storages_collect(&r->storages, r->weights->name, &r->pickle);
    if (!ret)
        ret = df_storages_bind_zip(&r->storages, r->weights->name, zip, stem);
    return ret < 0 ? ret : walk(r);
}

int df_torch_zip_parse(DfWeights *weights, const uint8_t *bytes, size_t size)
{
    Reader reader = { .weights = weights };
    DfZip zip = { 0 };
    int ret = df_zip_read(&zip, weights->name, bytes, size);
    if (!ret)
        ret = read_zip(&reader, &zip);
    df_zip_free(&zip);
    df_storages_free(&reader.storages);
    df_pickle_free(&reader.pickle);
    return ret;
}

/* ----------------------------------------------------------------------------------------- legacy -- */

/** One pickle of the row in front of the object. */
typedef int (*Check)(const Reader *r, const DfPickle *pickle);

static int check_magic(const Reader *r, const DfPickle *pickle)
{
    static const char magic[] = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
    DfBytes number = df_pickle_text(pickle, pickle->result);
    if (df_pickle_value(pickle, pickle->result)->kind == DF_PICKLE_LONG && df_bytes_equal(&number, magic))
        return 0;
    return df_error(-EINVAL, "%s: is a Python pickle, but not of torch.save(): save the network's "
                    "state_dict() with that", r->weights->name);
}

static int check_version(const Reader *r, const DfPickle *pickle)
{
    const DfPickleValue *version = df_pickle_value(pickle, pickle->result);
    if (version->kind == DF_PICKLE_INT && version->number == 1001)
        return 0;
    return df_error(-EINVAL, "%s: its protocol is not 1001, the only one there is: the file is damaged",
                    r->weights->name);
}

static int check_system(const Reader *r, const DfPickle *pickle)
{
    uint32_t value = df_pickle_get(pickle, pickle->result, "little_endian");
    const DfPickleValue *little = df_pickle_value(pickle, value);
    return little->kind == DF_PICKLE_INT && !little->number ? big_endian(r) : 0;
}

static int read_head(Reader *r, DfBytes *bytes)
{
    static const Check checks[] = { check_magic, check_version, check_system };
    int ret = 0;
    for (size_t i = 0; i < DF_COUNT(checks) && !ret; i++) {
        DfPickle pickle = { 0 };
        ret = read_pickle(r, &pickle, bytes);
        if (!ret)
            ret = checks[i](r, &pickle);
        df_pickle_free(&pickle);
    }
    return ret;
}

int df_torch_legacy_parse(DfWeights *weights, const uint8_t *bytes, size_t size)
{
    Reader reader = { .weights = weights };
    DfBytes file = df_bytes(bytes, size);
    DfPickle keys = { 0 };
    int ret = read_head(&reader, &file);
    if (!ret)
        ret = read_pickle(&reader, &reader.pickle, &file);
    if (!ret)
        ret = read_pickle(&reader, &keys, &file);
    if (!ret)
        ret = df_storages_collect(&reader.storages, weights->name, &reader.pickle);
    if (!ret)
        ret = df_storages_bind_legacy(&reader.storages, weights->name, &keys, &file);
    if (!ret)
        ret = walk(&reader);
    df_pickle_free(&keys);
    df_storages_free(&reader.storages);
    df_pickle_free(&reader.pickle);
    return ret;
}
