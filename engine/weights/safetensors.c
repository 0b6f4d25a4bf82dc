/**
 * @file
 * safetensors: a 64-bit little-endian header length, the header, tensor data.
 *
 *     { "__metadata__": { "key": "text", ... },
 *       "conv1.weight": { "dtype": "F16", "shape": [16, 5, 5, 5], "data_offsets": [0, 4000] }, ... }
 *
 * Offsets count from the end of the header. As the format's own library does, this reader wants the tensors
 * to cover the data from first to last byte without gap or overlap.
 */
#include "weights/json.h"
#include "weights/weights.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The format's own limit. */
#define HEADER_LIMIT 100000000

/* Most entries of metadata. */
#define META_LIMIT 4096

/* ------------------------------------------------------------------------------------- fields -- */

static const struct {
    const char *name;
    enum DfType type;
    unsigned bytes;
} types[] = {
    { "F32", DF_F32, 4 },        { "F16", DF_F16, 2 },        { "BF16", DF_BF16, 2 },
    { "F64", DF_OTHER_TYPE, 8 }, { "I64", DF_OTHER_TYPE, 8 }, { "U64", DF_OTHER_TYPE, 8 },
    { "I32", DF_OTHER_TYPE, 4 }, { "U32", DF_OTHER_TYPE, 4 }, { "I16", DF_OTHER_TYPE, 2 },
    { "U16", DF_OTHER_TYPE, 2 }, { "I8", DF_OTHER_TYPE, 1 },  { "U8", DF_OTHER_TYPE, 1 },
    { "BOOL", DF_OTHER_TYPE, 1 }, { "F8_E5M2", DF_OTHER_TYPE, 1 }, { "F8_E4M3", DF_OTHER_TYPE, 1 },
};

/** A tensor's entry while it is read. */
typedef struct Entry {
    DfTensor *tensor;
    unsigned value_bytes;
    uint64_t begin, end; /* of its bytes in the data */
    int has_type, has_shape, has_offsets;
} Entry;

/** Where a tensor's bytes lie in the data. */
typedef struct Place {
    uint64_t begin, end;
    size_t tensor; /* its number */
} Place;

/** The header while it is read. */
typedef struct Header {
    DfWeights *weights;
    DfJson json;
    Place *places; /* one a tensor */
} Header;

static int read_type(DfJson *json, Entry *entry)
{
    char *text;
    int ret = df_json_string(json, &text);
    if (ret < 0)
        return ret;
    size_t i = 0;
    while (i < DF_COUNT(types) && strcmp(text, types[i].name))
        i++;
    if (i == DF_COUNT(types)) {
        ret = df_error(-EINVAL, "%s: tensor '%.80s' has type '%.20s', which safetensors does not know",
                       json->name, entry->tensor->name, text);
    } else {
        entry->tensor->type = types[i].type;
        entry->value_bytes = types[i].bytes;
    }
    df_free(text);
    return ret;
}

static int read_shape(DfJson *json, Entry *entry)
{
    DfTensor *tensor = entry->tensor;
    int first = 1, more;
    tensor->rank = 0;
    tensor->count = 1;
    if (df_json_expect(json, '[') < 0)
        return -EINVAL;
    while ((more = df_json_more(json, ']', &first)) > 0) {
        uint64_t side;
        if (df_json_unsigned(json, &side) < 0 || df_tensor_add_side(json->name, tensor, side) < 0)
            return -EINVAL;
    }
    return more;
}

static int read_offsets(DfJson *json, Entry *entry)
{
    if (df_json_expect(json, '[') < 0 || df_json_unsigned(json, &entry->begin) < 0 ||
        df_json_expect(json, ',') < 0 || df_json_unsigned(json, &entry->end) < 0)
        return -EINVAL;
    return df_json_expect(json, ']');
}

/** The value of one field, if it is one that we read; a field may not come twice. */
static int read_field(DfJson *json, Entry *entry, const char *key)
{
    int *seen;
    int (*read)(DfJson *, Entry *);
    if (!strcmp(key, "dtype")) {
        seen = &entry->has_type;
        read = read_type;
    } else if (!strcmp(key, "shape")) {
        seen = &entry->has_shape;
        read = read_shape;
    } else if (!strcmp(key, "data_offsets")) {
        seen = &entry->has_offsets;
        read = read_offsets;
    } else {
        return df_json_skip(json);
    }
    if ((*seen)++)
        return df_error(-EINVAL, "%s: tensor '%.80s' has '%s' twice", json->name, entry->tensor->name, key);
    return read(json, entry);
}

/* ------------------------------------------------------------------------------------- tensors -- */

static int check_tensor(const DfJson *json, const Entry *entry)
{
    const DfTensor *t = entry->tensor;
    if (!entry->has_type || !entry->has_shape || !entry->has_offsets)
        return df_error(-EINVAL, "%s: tensor '%.80s' lacks its %s", json->name, t->name,
                        !entry->has_type ? "dtype" : !entry->has_shape ? "shape" : "data_offsets");
    if (entry->begin > entry->end)
        return df_error(-EINVAL, "%s: tensor '%.80s' ends (%" PRIu64 ") before it begins (%" PRIu64 ")",
                        json->name, t->name, entry->end, entry->begin);
    return df_tensor_check_size(json->name, t, entry->value_bytes, entry->end - entry->begin);
}

/** One key of an object with its colon. */
static int read_key(DfJson *json, char **key)
{
    int ret = df_json_string(json, key);
    if (ret < 0)
        return ret;
    ret = df_json_expect(json, ':');
    if (ret < 0) {
        df_free(*key);
        *key = NULL;
    }
    return ret;
}

static int read_tensor(DfJson *json, DfTensor *tensor, Place *place)
{
    Entry entry = { .tensor = tensor };
    int first = 1, more;
    if (df_json_expect(json, '{') < 0)
        return -EINVAL;
    while ((more = df_json_more(json, '}', &first)) > 0) {
        char *key;
        int ret = read_key(json, &key);
        if (!ret)
            ret = read_field(json, &entry, key);
        df_free(key);
        if (ret < 0)
            return ret;
    }
    if (more < 0)
        return more;
    df_tensor_pack(tensor);
    *place = (Place){ entry.begin, entry.end, 0 };
    return check_tensor(json, &entry);
}

static int check_limits(const DfWeights *weights, const char *name)
{
    if (weights->tensor_count == DF_MOST_TENSORS)
        return df_error(-EINVAL, "%s: has more than %d tensors", weights->name, DF_MOST_TENSORS);
    if (strlen(name) > DF_MOST_NAME)
        return df_error(-EINVAL, "%s: has a tensor whose name is longer than %d characters", weights->name,
                        DF_MOST_NAME);
    return 0;
}

/** Takes the name over, whatever happens. */
static int add_tensor(Header *header, char *name)
{
    DfWeights *weights = header->weights;
    size_t count = weights->tensor_count;
    int ret = check_limits(weights, name);
    if (ret < 0) {
        df_free(name);
        return ret;
    }
    if (df_list_grow((void **)&weights->tensors, count, sizeof *weights->tensors) < 0 ||
        df_list_grow((void **)&header->places, count, sizeof *header->places) < 0) {
        df_free(name);
        return -ENOMEM;
    }
    weights->tensors[count] = (DfTensor){ .name = name };
    weights->tensor_count++;
    ret = read_tensor(&header->json, &weights->tensors[count], &header->places[count]);
    header->places[count].tensor = count;
    return ret;
}

static int read_metadata(DfWeights *weights, DfJson *json)
{
    int first = 1, more;
    if (df_json_expect(json, '{') < 0)
        return -EINVAL;
    while ((more = df_json_more(json, '}', &first)) > 0) {
        if (weights->meta_count == META_LIMIT)
            return df_error(-EINVAL, "%s: has more than %d entries of metadata", weights->name, META_LIMIT);
        if (df_list_grow((void **)&weights->meta, weights->meta_count, sizeof *weights->meta) < 0)
            return -ENOMEM;
        DfMeta *meta = &weights->meta[weights->meta_count++];
        *meta = (DfMeta){ 0 };
        int ret = read_key(json, &meta->key);
        if (!ret)
            ret = df_json_string(json, &meta->value);
        if (ret < 0)
            return ret;
    }
    return more;
}

/* ---------------------------------------------------------------------------- the whole header -- */

static int read_entries(Header *header)
{
    DfJson *json = &header->json;
    int first = 1, more, metadata = 0;
    if (df_json_expect(json, '{') < 0)
        return -EINVAL;
    while ((more = df_json_more(json, '}', &first)) > 0) {
        char *key;
        int ret = read_key(json, &key);
        if (ret < 0)
            return ret;
        if (strcmp(key, "__metadata__")) {
            ret = add_tensor(header, key);
        } else {
            df_free(key);
            ret = metadata++ ? df_error(-EINVAL, "%s: has '__metadata__' twice", json->name)
                               : read_metadata(header->weights, json);
        }
        if (ret < 0)
            return ret;
    }
    return more < 0 ? more : df_json_end(json);
}

static int by_place(const void *a, const void *b)
{
    const Place *s = a, *t = b;
    if (s->begin != t->begin)
        return s->begin < t->begin ? -1 : 1;
    return (s->end > t->end) - (s->end < t->end);
}

/** Together the tensors must be the data: what lies beyond it or twice in it was tampered with or cut off. */
static int bind_data(Header *header, const DfBytes *data)
{
    DfWeights *weights = header->weights;
    uint64_t end = 0, size = df_bytes_left(data);
    if (weights->tensor_count)
        qsort(header->places, weights->tensor_count, sizeof *header->places, by_place);
    for (size_t i = 0; i < weights->tensor_count; i++) {
        const Place *place = &header->places[i];
        DfTensor *t = &weights->tensors[place->tensor];
        if (place->end > size)
            return df_error(-EINVAL, "%s: tensor '%.80s' ends at byte %" PRIu64 " of the data, which has %"
                            PRIu64 ": the file is cut short", weights->name, t->name, place->end, size);
        if (place->begin != end)
            return df_error(-EINVAL, "%s: tensor '%.80s' begins at byte %" PRIu64 " of the data, expected %"
                            PRIu64 ": tensors %s", weights->name, t->name, place->begin, end,
                            place->begin < end ? "overlap" : "leave a gap");
        t->data = data->at + place->begin;
        end = place->end;
    }
    if (end != size)
        return df_error(-EINVAL, "%s: its tensors end at byte %" PRIu64 " of the data, which has %" PRIu64,
                        weights->name, end, size);
    return 0;
}

int df_safetensors_parse(DfWeights *weights, const uint8_t *bytes, size_t size)
{
    DfBytes file = df_bytes(bytes, size);
    Header header = { .weights = weights, .json.name = weights->name };
    uint64_t length;
    if (df_bytes_u64(&file, &length) < 0)
        return df_error(-EINVAL, "%s: has %zu bytes, too few for a safetensors file", weights->name, size);
    if (length > HEADER_LIMIT || df_bytes_take(&file, length, &header.json.bytes) < 0)
        return df_error(-EINVAL, "%s: claims a header of %" PRIu64 " bytes, expected at most %zu",
                        weights->name, length, DF_MIN(df_bytes_left(&file), HEADER_LIMIT));
    int ret = read_entries(&header);
    if (!ret)
        ret = bind_data(&header, &file);
    if (!ret)
        ret = df_weights_sort(weights);
    df_free(header.places);
    return ret;
}
