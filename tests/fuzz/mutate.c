/**
 * @file
 * Changes for every kind of input, and those of a safetensors header.
 */
#include "mutate.h"

#include <stdlib.h>
#include <string.h>

#include "weights/bytes.h"

void out_bytes(Out *out, const void *bytes, size_t size)
{
    size = DF_MIN(size, out->room - out->size);
    memcpy(out->bytes + out->size, bytes, size);
    out->size += size;
}

void out_little(Out *out, uint64_t value, int width)
{
    uint8_t bytes[8];
    for (int i = 0; i < width; i++)
        bytes[i] = value >> 8 * i;
    out_bytes(out, bytes, width);
}

Changed change(const DfBytes *piece, size_t more)
{
    size_t size = df_bytes_left(piece);
    Changed changed = { calloc(size + more + 1, 1), size };
    if (!changed.bytes)
        abort();
    memcpy(changed.bytes, piece->at, size);
    changed.size = LLVMFuzzerMutate(changed.bytes, size, size + more);
    return changed;
}

void change_free(Changed *changed)
{
    free(changed->bytes);
    changed->bytes = NULL;
}

int mutate_header(Out *out, const DfBytes *input, unsigned seed)
{
    DfBytes data = *input, header;
    uint64_t length;
    if (df_bytes_u64(&data, &length) < 0 || df_bytes_peek(&data) != '{' ||
        df_bytes_take(&data, length, &header) < 0 || seed % 8 == 0)
        return 0;
    Changed changed = change(&header, 64);
    out_little(out, changed.size, 8);
    out_bytes(out, changed.bytes, changed.size);
    out_bytes(out, data.at, df_bytes_left(&data));
    change_free(&changed);
    return 1;
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t most, unsigned seed)
{
    static Mutator *const mutators[] = { mutate_header, mutate_zip, mutate_table };
    Out out = { malloc(most + 1), 0, most };
    DfBytes input = df_bytes(bytes, size);
    int done = 0;
    if (!out.bytes)
        abort();
    for (size_t i = 0; !done && i < DF_COUNT(mutators); i++)
        done = mutators[i](&out, &input, seed / 8);
    if (done)
        memcpy(bytes, out.bytes, out.size);
    free(out.bytes);
    return done ? out.size : LLVMFuzzerMutate(bytes, size, most);
}
