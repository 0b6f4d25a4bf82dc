/**
 * @file
 * Nearest known samples, by the exact distance transform.
 */
#include "image/nearest.h"

#include <limits.h>
#include <string.h>

#include "image/planes.h"
#include "plane/distance.h"

/** Where the parts of the scratch lie. */
typedef struct Scratch {
    int *site, *stack;
    uint8_t *known;
    int16_t *offset;
} Scratch;

size_t df_nearest_bytes(int width, int height)
{
    size_t row = df_size_add(df_size_mul(width, 3 * sizeof(int)), width);
    size_t offsets = df_size_mul(df_size_mul(width, height), sizeof(int16_t));

    return df_size_add(df_size_align(row), df_size_align(offsets));
}

static Scratch carve(void *memory, int width)
{
    Scratch s = { .site = memory };

    s.stack = s.site + width;
    s.known = (uint8_t *)(s.stack + 2 * width);
    s.offset = (int16_t *)((uint8_t *)memory + df_size_align(3 * (size_t)width * sizeof(int) + width));
    return s;
}

static void sweep(const Scratch *s, const uint8_t *hole, int width, int height)
{
    for (ptrdiff_t y = 0; y < height; y++) {
        int16_t *offset = s->offset + y * width;
        for (int x = 0; x < width; x++)
            s->known[x] = !hole[y * width + x];
        df_distance_down(s->known, y ? offset - width : NULL, offset, width);
    }
    for (ptrdiff_t y = height - 2; y >= 0; y--)
        df_distance_up(s->offset + (y + 1) * width, s->offset + y * width, width);
}

void df_nearest_fill(uint8_t *plane, ptrdiff_t stride, int bytes, const uint8_t *hole, int width, int height,
                     unsigned other, void *scratch)
{
    Scratch s = carve(scratch, width);

    sweep(&s, hole, width, height);
    for (ptrdiff_t y = 0; y < height; y++) {
        uint8_t *row = plane + y * stride;
        const int16_t *offset = s.offset + y * width;
        /* Known samples are read, hole samples written: rows done before stay valid as sources. */
        if (!memchr(hole + y * width, 1, width))
            continue;
        df_distance_row(offset, width, INT_MAX, s.site, s.stack);
        for (int x = 0; x < width; x++) {
            int site = s.site[x];
            if (!hole[y * width + x])
                continue;
            unsigned value = site < 0 ? other : df_sample_load(row + offset[site] * stride, site, bytes);
            df_sample_store(row, x, bytes, value);
        }
    }
}
