/**
 * @file
 * The cursor through which every parser sees its bytes.
 */
#include "weights/bytes.h"

#include <errno.h>
#include <string.h>

DfBytes df_bytes(const uint8_t *data, size_t size)
{
    return (DfBytes){ .begin = data, .at = data, .end = data + size };
}

size_t df_bytes_left(const DfBytes *bytes)
{
    return bytes->end - bytes->at;
}

size_t df_bytes_offset(const DfBytes *bytes)
{
    return bytes->at - bytes->begin;
}

int df_bytes_peek(const DfBytes *bytes)
{
    return bytes->at < bytes->end ? *bytes->at : -1;
}

int df_bytes_next(DfBytes *bytes)
{
    return bytes->at < bytes->end ? *bytes->at++ : -1;
}

int df_bytes_take(DfBytes *bytes, uint64_t size, DfBytes *piece)
{
    if (size > df_bytes_left(bytes))
        return -EINVAL;
    *piece = df_bytes(bytes->at, size);
    bytes->at += size;
    return 0;
}

int df_bytes_little(DfBytes *bytes, int width, uint64_t *value)
{
    DfBytes piece;
    if (df_bytes_take(bytes, width, &piece) < 0)
        return -EINVAL;
    *value = 0;
    for (int i = 0; i < width; i++)
        *value |= (uint64_t)piece.at[i] << 8 * i;
    return 0;
}

int df_bytes_big(DfBytes *bytes, int width, uint64_t *value)
{
    DfBytes piece;
    if (df_bytes_take(bytes, width, &piece) < 0)
        return -EINVAL;
    *value = 0;
    for (int i = 0; i < width; i++)
        *value = *value << 8 | piece.at[i];
    return 0;
}

int df_bytes_u64(DfBytes *bytes, uint64_t *value)
{
    return df_bytes_little(bytes, 8, value);
}

int df_bytes_u32(DfBytes *bytes, uint32_t *value)
{
    uint64_t wide = 0;
    int ret = df_bytes_little(bytes, 4, &wide);
    *value = wide;
    return ret;
}

int df_bytes_u16(DfBytes *bytes, uint16_t *value)
{
    uint64_t wide = 0;
    int ret = df_bytes_little(bytes, 2, &wide);
    *value = wide;
    return ret;
}

int df_bytes_varint(DfBytes *bytes, uint64_t *value)
{
    *value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        int byte = df_bytes_next(bytes);
        if (byte < 0 || (shift == 63 && byte > 1))
            return -EINVAL;
        *value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return 0;
    }
    return -EINVAL;
}

int df_bytes_compare(const DfBytes *a, const DfBytes *b)
{
    size_t a_size = df_bytes_left(a), b_size = df_bytes_left(b), size = DF_MIN(a_size, b_size);
    int order = size ? memcmp(a->at, b->at, size) : 0;
    return order ? order : (a_size > b_size) - (a_size < b_size);
}

int df_bytes_equal(const DfBytes *bytes, const char *text)
{
    size_t size = strlen(text);
    return df_bytes_left(bytes) == size && !memcmp(bytes->at, text, size);
}

char *df_bytes_print(char *text, size_t size, const DfBytes *bytes)
{
    size_t count = DF_MIN(size - 1, df_bytes_left(bytes));
    for (size_t i = 0; i < count; i++)
        text[i] = bytes->at[i] >= ' ' && bytes->at[i] <= '~' ? bytes->at[i] : '?';
    text[count] = 0;
    return text;
}

int df_list_grow(void **list, size_t count, size_t size)
{
    if (count & (count - 1) || (count && count < 8))
        return 0; /* room is 8, then powers of two: full only there */
    void *wider = df_alloc(df_size_mul(DF_MAX(2 * count, 8), size));
    if (!wider)
        return -ENOMEM;
    if (count)
        memcpy(wider, *list, count * size);
    df_free(*list);
    *list = wider;
    return 0;
}
