/**
 * @file
 * For tests: whole safetensors files of random DeepFillv2 models, in memory, and files of given bytes.
 */
#ifndef TESTS_MODEL_FILE_H
#define TESTS_MODEL_FILE_H

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/semantics.h"

/** Bytes of a file, from malloc(). */
typedef struct ModelFile {
    uint8_t *bytes;
    size_t size;
} ModelFile;

/** Header text while it grows, and the end of the data that it describes. */
typedef struct ModelHeader {
    char text[65536];
    size_t length, end;
} ModelHeader;

static inline void model_header_add(ModelHeader *header, const char *row, const char *part, const char *shape,
                                    size_t count)
{
    header->length += snprintf(header->text + header->length, sizeof header->text - header->length,
                               "%s\"%s.%s\":{\"dtype\":\"F32\",\"shape\":[%s],\"data_offsets\":[%zu,%zu]}",
                               header->length > 1 ? "," : "", row, part, shape, header->end,
                               header->end + 4 * count);
    header->end += 4 * count;
}

/** A header and `count` bytes of data, put together as safetensors wants it. */
static inline ModelFile model_file_join(const char *header, const void *data, size_t count)
{
    uint64_t length = strlen(header);
    ModelFile file = { malloc(8 + length + count), 8 + length + count };
    for (int i = 0; i < 8; i++)
        file.bytes[i] = length >> 8 * i;
    memcpy(file.bytes + 8, header, length);
    if (count)
        memcpy(file.bytes + 8 + length, data, count);
    return file;
}

/** Turn float32 values into what a file has of them: little-endian, whatever this machine is. */
static inline void model_file_little(float *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        for (int byte = 0; byte < 4; byte++)
            ((uint8_t *)&values[i])[byte] = bits >> 8 * byte;
    }
}

/** A random model of that width and semantics; `metadata` is JSON, "" for none. */
static inline ModelFile model_file_random_as(const DfSemantics *semantics, int cnum, int sketch,
                                             const char *metadata)
{
    ModelHeader *header = calloc(1, sizeof *header);
    uint32_t random = 1;
    header->length = snprintf(header->text, sizeof header->text, "{%s%s",
                              *metadata ? "\"__metadata__\":" : "", metadata);
    for (int row = 0; row < semantics->net->count; row++) {
        const DfRow *r = &semantics->net->rows[row];
        char shape[64];
        if (!df_row_is_conv(r))
            continue;
        DfConv conv = df_semantics_conv_of(semantics, row, cnum, sketch);
        snprintf(shape, sizeof shape, "%d,%d,%d,%d", conv.out, conv.in, conv.kernel, conv.kernel);
        model_header_add(header, r->name, "weight", shape, df_conv_weights(&conv));
        snprintf(shape, sizeof shape, "%d", conv.out);
        model_header_add(header, r->name, "bias", shape, conv.out);
    }
    snprintf(header->text + header->length, sizeof header->text - header->length, "}");
    float *values = malloc(header->end);
    for (size_t i = 0; i < header->end / 4; i++) {
        random = random * 1664525 + 1013904223;
        /* About what keeps activations of width cnum from growing. */
        values[i] = ((float)(random >> 8) / (1 << 23) - 1) / sqrtf(3.0f * cnum);
    }
    model_file_little(values, header->end / 4);
    ModelFile file = model_file_join(header->text, values, header->end);
    free(values);
    free(header);
    return file;
}

/** The same of the official network, with 5 or 6 input channels. */
static inline ModelFile model_file_random(int cnum, int input_channels, const char *metadata)
{
    return model_file_random_as(df_semantics_find("official"), cnum, input_channels == 6, metadata);
}

/** Multiply all its values: 3 makes a random model so loud that a thin line is heard at its other end. */
static inline void model_file_amplify(ModelFile *file, float factor)
{
    uint64_t header;
    memcpy(&header, file->bytes, sizeof header);
    for (size_t at = sizeof header + header; at + sizeof factor <= file->size; at += sizeof factor) {
        float value;
        memcpy(&value, file->bytes + at, sizeof value);
        value *= factor;
        memcpy(file->bytes + at, &value, sizeof value);
    }
}

/** Write a new file; `path` has room for 64 characters. The caller unlinks it. */
static inline void model_file_write(char *path, const void *bytes, size_t size)
{
    strcpy(path, "/tmp/deepfill-test-XXXXXX");
    int fd = mkstemp(path);
    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
        abort();
    close(fd);
}

#endif
