/**
 * @file
 * One run of a fuzz target, and what holds for each. Linked with --wrap=aligned_alloc and --wrap=free: the
 * engine's only calls of them are in df_alloc() and df_free().
 */
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define ALWAYS_ALLOWED ((size_t)64 << 20)

/** A target that is slow has another one. */
const int fuzz_every __attribute__((weak)) = 1;

/** Bytes that the run holds and may hold. What the search itself allocates between runs is not counted. */
static size_t held, allowed;
static int running;

void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void __real_free(void *memory);
void __wrap_free(void *memory);

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    if (running && size > allowed - held) {
        fprintf(stderr, "holds %zu bytes and wants %zu more: expected at most %zu\n", held, size, allowed);
        abort();
    }
    void *memory = __real_aligned_alloc(alignment, size);
    held += malloc_usable_size(memory);
    return memory;
}

void __wrap_free(void *memory)
{
    held -= malloc_usable_size(memory);
    __real_free(memory);
}

void fuzz_free(void *memory)
{
    __real_free(memory);
}

void fuzz_fail(const char *file, int line, const char *condition)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
    fprintf(stderr, "last message: %s\n", df_error_text());
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    held = 0;
    allowed = 2 * size + ALWAYS_ALLOWED;
    df_error_clear();
    running = 1;
    fuzz_target(bytes, size);
    running = 0;
    FUZZ_CHECK(!held);
    return 0;
}

/* ------------------------------------------------------------------------------------- verdicts -- */

void fuzz_refused(int error)
{
    const char *text = df_error_text();
    FUZZ_CHECK(error < 0 && error != -ENOMEM);
    FUZZ_CHECK(*text);
    for (; *text; text++) { /* nor a control character of two bytes */
        FUZZ_CHECK((unsigned char)text[0] >= ' ' && text[0] != 0x7f);
        FUZZ_CHECK((unsigned char)text[0] != 0xc2 || (unsigned char)text[1] >= 0xa0 ||
                   (unsigned char)text[1] < 0x80);
    }
    df_error_clear();
}

static void check_tensor(const DfWeights *weights, const DfTensor *tensor)
{
    uint64_t count = 1;
    for (int i = 0; i < tensor->rank; i++)
        count *= tensor->shape[i];
    FUZZ_CHECK(tensor->rank >= 0 && tensor->rank <= DF_MAX_RANK);
    FUZZ_CHECK(count == tensor->count && (!count || tensor->data || tensor->type == DF_OTHER_TYPE));
    FUZZ_CHECK(df_weights_find(weights, tensor->name) == tensor);
}

static void read_tensor(const DfWeights *weights, const DfTensor *tensor)
{
    float *values = df_alloc(df_size_mul(tensor->count, sizeof *values));
    FUZZ_CHECK(values);
    int ret = df_tensor_read(weights, tensor, values);
    if (ret < 0)
        fuzz_refused(ret);
    df_free(values);
}

void fuzz_weights(DfWeights *weights, int error)
{
    if (error < 0)
        fuzz_refused(error);
    for (size_t i = 0; !error && i < weights->tensor_count; i++) {
        check_tensor(weights, &weights->tensors[i]);
        read_tensor(weights, &weights->tensors[i]);
    }
    for (size_t i = 0; !error && i < weights->meta_count; i++)
        FUZZ_CHECK(df_weights_meta(weights, weights->meta[i].key) == weights->meta[i].value);
    df_weights_close(&weights);
}

/* --------------------------------------------------------------------------------------- inputs -- */

DfWeights *fuzz_create(const char *name)
{
    DfWeights *weights = NULL;
    FUZZ_CHECK(!df_weights_create(&weights, name));
    return weights;
}

int fuzz_parts(const uint8_t *bytes, size_t size, DfBytes parts[FUZZ_PARTS])
{
    DfBytes input = df_bytes(bytes, size);
    uint32_t length;
    int count = 0;
    while (count < FUZZ_PARTS && !df_bytes_u32(&input, &length))
        df_bytes_take(&input, DF_MIN(length, df_bytes_left(&input)), &parts[count++]);
    return count;
}
