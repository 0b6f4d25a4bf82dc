/**
 * @file
 * Hole maps drawn as text, and a small random source, for the tests of masks, regions and frames.
 */
#ifndef DF_TESTS_PICTURE_H
#define DF_TESTS_PICTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "deepfill.h"

/** A repeatable sequence, the same on every machine. @return 0..bound-1 */
static inline unsigned draw(unsigned *state, unsigned bound)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) % bound;
}

/**
 * Make a mask of rows of text, '#' being hole; each character stands for cell x cell pixels. It is
 * grown as given, not feathered.
 */
static inline DeepfillMask *mask_of_grown_text(const char *const *rows, int count, int cell, int dilate)
{
    int columns = (int)strlen(rows[0]), width = columns * cell, height = count * cell;
    uint8_t *data = calloc((size_t)width * height, 1);
    DeepfillMaskSettings settings;
    DeepfillMask *mask = NULL;

    assert_non_null(data);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            data[(size_t)y * width + x] = rows[y / cell][x / cell] == '#' ? 255 : 0;
    deepfill_mask_defaults(&settings, width, height);
    settings.dilate = dilate;
    settings.feather = 0;
    assert_int_equal(deepfill_mask_create(&mask, &settings, data, width, width, height), 0);
    free(data);
    return mask;
}

/** As mask_of_grown_text(), not grown. */
static inline DeepfillMask *mask_of_text(const char *const *rows, int count, int cell)
{
    return mask_of_grown_text(rows, count, cell, 0);
}

/** Make a mask with one rectangle of hole, growth and feather as given. */
static inline DeepfillMask *mask_of_rect(int width, int height, int x0, int y0, int x1, int y1, int dilate,
                                         int feather)
{
    uint8_t *data = calloc((size_t)width * height, 1);
    DeepfillMaskSettings settings;
    DeepfillMask *mask = NULL;

    assert_non_null(data);
    for (int y = y0; y < y1; y++)
        memset(data + (size_t)y * width + x0, 255, x1 - x0);
    deepfill_mask_defaults(&settings, width, height);
    settings.dilate = dilate;
    settings.feather = feather;
    assert_int_equal(deepfill_mask_create(&mask, &settings, data, width, width, height), 0);
    free(data);
    return mask;
}

#endif
