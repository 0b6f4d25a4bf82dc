/**
 * @file
 * safetensors, written: header, tensors one after another.
 */
#include "weights/write.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "weights/output.h"

/* -------------------------------------------------------------------------------------- values -- */

/** The bits shifted out decide: more than a half rounds up, exactly a half to even. */
static uint32_t shift_nearest(uint32_t bits, int shift)
{
    uint32_t kept = bits >> shift, rest = bits & ((1u << shift) - 1), half = 1u << (shift - 1);
    return kept + (rest > half || (rest == half && kept & 1));
}

int df_half(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint32_t sign = bits >> 16 & 0x8000, rest = bits & 0x7FFFFFFF;
    int exponent = rest >> 23;
    if (rest >= 0x477FF000) /* 65520, halfway from the greatest to what would follow it */
        return -1;
    if (exponent > 112) /* 15 is float16's bias, 127 float32's; a carry into the exponent is right */
        return sign | shift_nearest(rest - (112u << 23), 13);
    if (exponent < 102) /* below half of the least, 2^-24 */
        return sign;
    return sign | shift_nearest((rest & 0x7FFFFF) | 0x800000, 126 - exponent);
}

static void put(uint8_t *to, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        to[i] = value >> 8 * i;
}

static int put_halves(const char *path, const DfOutTensor *tensor, uint64_t count, uint8_t *to)
{
    for (uint64_t i = 0; i < count; i++) {
        int half = df_half(tensor->values[i]);
        if (half < 0)
            return df_error(-ERANGE, "%s: tensor '%s' has the value %g, too large for float16: write "
                            "float32", path, tensor->name, tensor->values[i]);
        put(to + 2 * i, half, 2);
    }
    return 0;
}

static void put_floats(const float *values, uint64_t count, uint8_t *to)
{
    for (uint64_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        put(to + 4 * i, bits, 4);
    }
}

static uint64_t count_values(const DfOutTensor *tensor)
{
    uint64_t count = 1;
    for (int i = 0; i < tensor->rank; i++)
        count *= tensor->shape[i];
    return count;
}

/* -------------------------------------------------------------------------------------- header -- */

/** Room for a name or text with every character escaped. */
static size_t text_room(const char *text)
{
    return 6 * strlen(text) + 2;
}

static size_t header_room(const DfOutFile *file)
{
    size_t room = 256;
    for (size_t i = 0; i < file->meta_count; i++)
        room += text_room(file->meta[i].key) + text_room(file->meta[i].value) + 8;
    for (size_t i = 0; i < file->tensor_count; i++)
        room += text_room(file->tensors[i].name) + 22 * DF_MAX_RANK + 128;
    return room;
}

static char *quote(char *at, const char *text)
{
    *at++ = '"';
    for (; *text; text++)
        if ((unsigned char)*text < ' ')
            at += sprintf(at, "\\u%04x", *text);
        else {
            if (*text == '"' || *text == '\\')
                *at++ = '\\';
            *at++ = *text;
        }
    *at++ = '"';
    *at = 0;
    return at;
}

static char *describe_tensor(char *at, const DfOutTensor *tensor, int f16, uint64_t begin, uint64_t end)
{
    at = quote(at, tensor->name);
    at += sprintf(at, ":{\"dtype\":\"%s\",\"shape\":[", f16 ? "F16" : "F32");
    for (int i = 0; i < tensor->rank; i++)
        at += sprintf(at, "%s%" PRIu64, i ? "," : "", tensor->shape[i]);
    return at + sprintf(at, "],\"data_offsets\":[%" PRIu64 ",%" PRIu64 "]}", begin, end);
}

/** The header's text, its length such that the data are aligned; `text` has header_room(). Returns its end. */
static char *describe(char *text, const DfOutFile *file, uint64_t *data_size)
{
    char *at = text + sprintf(text, "{");
    uint64_t end = 0;
    if (file->meta_count)
        at += sprintf(at, "\"__metadata__\":{");
    for (size_t i = 0; i < file->meta_count; i++) {
        at = quote(at, file->meta[i].key);
        *at++ = ':';
        at = quote(at, file->meta[i].value);
        *at++ = i + 1 < file->meta_count ? ',' : '}';
    }
    for (size_t i = 0; i < file->tensor_count; i++) {
        uint64_t begin = end;
        end += (file->f16 ? 2 : 4) * count_values(&file->tensors[i]);
        if (i || file->meta_count)
            *at++ = ',';
        at = describe_tensor(at, &file->tensors[i], file->f16, begin, end);
    }
    *at++ = '}';
    while ((8 + (at - text)) % DF_ALIGN)
        *at++ = ' ';
    *data_size = end;
    return at;
}

/* --------------------------------------------------------------------------------------- parts -- */

/** What the file is put together from: length, header, and each tensor's values. */
typedef struct Parts {
    DfOutPart *list;
    uint8_t length[8];
    char *header;
    uint8_t *data; /**< of values that the file has in another form than memory; NULL: in none */
} Parts;

/** float32 as it is in memory, where the least byte comes first. */
static int as_in_memory(const DfOutFile *file)
{
    return !file->f16 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
}

static int put_values(const char *path, const DfOutFile *file, Parts *parts, uint64_t size)
{
    int ret = 0;
    if (!as_in_memory(file) && !(parts->data = df_alloc(DF_MAX(size, 1))))
        return -ENOMEM;
    uint8_t *at = parts->data;
    for (size_t i = 0; !ret && i < file->tensor_count; i++) {
        const DfOutTensor *tensor = &file->tensors[i];
        uint64_t count = count_values(tensor), bytes = (file->f16 ? 2 : 4) * count;
        parts->list[2 + i] = (DfOutPart){ at ? (const void *)at : tensor->values, bytes };
        if (file->f16)
            ret = put_halves(path, tensor, count, at);
        else if (at)
            put_floats(tensor->values, count, at);
        at = at ? at + bytes : NULL;
    }
    return ret;
}

static int compose(const char *path, const DfOutFile *file, Parts *parts)
{
    uint64_t size;
    parts->list = df_alloc((2 + file->tensor_count) * sizeof *parts->list);
    parts->header = df_alloc(header_room(file));
    if (!parts->list || !parts->header)
        return -ENOMEM;
    size_t length = describe(parts->header, file, &size) - parts->header;
    put(parts->length, length, sizeof parts->length);
    parts->list[0] = (DfOutPart){ parts->length, sizeof parts->length };
    parts->list[1] = (DfOutPart){ parts->header, length };
    return put_values(path, file, parts, size);
}

int df_safetensors_write(const char *path, const DfOutFile *file)
{
    Parts parts = { 0 };
    int ret = compose(path, file, &parts);
    if (!ret)
        ret = df_output_write(path, parts.list, 2 + file->tensor_count);
    df_free(parts.list);
    df_free(parts.header);
    df_free(parts.data);
    return ret;
}
