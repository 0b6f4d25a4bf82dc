/**
 * @file
 * For tests: arrays as NumPy saves them (.npy, version 1), of float32 or bytes in row order.
 */
#ifndef TESTS_NPY_H
#define TESTS_NPY_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** An array; all zero where there is no such file. */
typedef struct Npy {
    void *memory; /* the file */
    int rank, shape[4];
    size_t count;
    const float *floats;  /* one of the two */
    const uint8_t *bytes;
} Npy;

/** The whole file, with a zero behind it. */
static inline char *npy_slurp(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    if (!file)
        return NULL;
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    text = calloc(*size + 1, 1);
    if (!text || fread(text, 1, *size, file) != *size)
        abort();
    fclose(file);
    return text;
}

static inline void npy_shape(Npy *npy, const char *header)
{
    const char *at = strstr(header, "'shape': (");
    npy->count = 1;
    for (at += strlen("'shape': ("); *at != ')' && npy->rank < 4; at += strspn(at, ", ")) {
        char *end;
        npy->shape[npy->rank++] = (int)strtol(at, &end, 10);
        npy->count *= (size_t)npy->shape[npy->rank - 1];
        at = end;
    }
}

/** Read a file of ours; one of another form ends the test program. To be freed with npy_free(). */
static inline Npy npy_read(const char *path)
{
    Npy npy = { .count = 0 };
    size_t size;
    char *file = npy_slurp(path, &size);
    if (!file)
        return npy;
    size_t length = (uint8_t)file[8] | (size_t)(uint8_t)file[9] << 8;
    const char *header = file + 10, *data = header + length;
    int floats = strstr(header, "'<f4'") != NULL;
    npy_shape(&npy, header);
    if (memcmp(file, "\x93NUMPY\x01", 7) || !strstr(header, "'fortran_order': False") ||
        size != 10 + length + npy.count * (floats ? 4 : 1))
        abort();
    npy.memory = file;
    npy.floats = floats ? malloc(npy.count * sizeof(float)) : NULL;
    npy.bytes = floats ? NULL : (const uint8_t *)data;
    if (floats)
        memcpy((void *)npy.floats, data, npy.count * sizeof(float));
    return npy;
}

static inline void npy_free(Npy *npy)
{
    free((void *)npy->floats);
    free(npy->memory);
    *npy = (Npy){ .count = 0 };
}

#endif
