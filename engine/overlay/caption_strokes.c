/**
 * @file
 * Opening and closing by a square, as passes of minima and maxima over rows and columns.
 */
#include "overlay/caption_strokes.h"

#include <string.h>

#include "base.h"

/** What a pass takes of the values under its window. */
enum Pick { LEAST, MOST };

/* By blocks of fixed length, which compilers turn into vector instructions. */
#define BLOCK 16

static void least_of(uint8_t *restrict to, const uint8_t *restrict from, int count)
{
    int x = 0;

    for (; x + BLOCK <= count; x += BLOCK)
        for (int i = 0; i < BLOCK; i++)
            to[x + i] = DF_MIN(to[x + i], from[x + i]);
    for (; x < count; x++)
        to[x] = DF_MIN(to[x], from[x]);
}

static void most_of(uint8_t *restrict to, const uint8_t *restrict from, int count)
{
    int x = 0;

    for (; x + BLOCK <= count; x += BLOCK)
        for (int i = 0; i < BLOCK; i++)
            to[x + i] = DF_MAX(to[x + i], from[x + i]);
    for (; x < count; x++)
        to[x] = DF_MAX(to[x], from[x]);
}

static void pick_row(enum Pick pick, uint8_t *to, const uint8_t *from, int count)
{
    (pick == LEAST ? least_of : most_of)(to, from, count);
}

/** Over rows y - half .. y + half, those of the picture alone. */
static void pick_columns(enum Pick pick, uint8_t *to, const uint8_t *from, int width, int height, int half)
{
    for (int y = 0; y < height; y++) {
        uint8_t *row = to + (size_t)y * width;
        int top = DF_MAX(y - half, 0), bottom = DF_MIN(y + half, height - 1);
        memcpy(row, from + (size_t)top * width, width);
        for (int v = top + 1; v <= bottom; v++)
            pick_row(pick, row, from + (size_t)v * width, width);
    }
}

/** Over columns x - half .. x + half, those of the picture alone. */
static void pick_rows(enum Pick pick, uint8_t *to, const uint8_t *from, int width, int height, int half)
{
    for (int y = 0; y < height; y++) {
        const uint8_t *row = from + (size_t)y * width;
        uint8_t *out = to + (size_t)y * width;
        memcpy(out, row, width);
        for (int d = 1; d <= half && d < width; d++) {
            pick_row(pick, out, row + d, width - d);
            pick_row(pick, out + d, row, width - d);
        }
    }
}

/** Opening where LEAST is first, closing where MOST is. `to` and `between` hold width x height each. */
static void open_or_close(enum Pick first, uint8_t *to, uint8_t *between, const uint8_t *from, int width, int height,
                          int half)
{
    enum Pick second = first == LEAST ? MOST : LEAST;

    pick_columns(first, between, from, width, height, half);
    pick_rows(first, to, between, width, height, half);
    pick_columns(second, between, to, width, height, half);
    pick_rows(second, to, between, width, height, half);
}

size_t df_caption_strokes_scratch(int width, int height)
{
    return df_size_mul(3, df_size_mul(width, height));
}

void df_caption_strokes(uint8_t *strength, const uint8_t *luma, ptrdiff_t stride, int width, int height, int side,
                        uint8_t *scratch)
{
    size_t count = (size_t)width * height;
    uint8_t *picture = scratch, *result = scratch + count, *between = scratch + 2 * count;

    for (int y = 0; y < height; y++)
        memcpy(picture + (size_t)y * width, luma + y * stride, width);
    open_or_close(LEAST, result, between, picture, width, height, side / 2);
    for (size_t i = 0; i < count; i++)
        strength[i] = picture[i] - result[i];
    open_or_close(MOST, result, between, picture, width, height, side / 2);
    for (size_t i = 0; i < count; i++) {
        uint8_t dark = result[i] - picture[i];
        strength[i] = DF_MAX(strength[i], dark);
    }
}
