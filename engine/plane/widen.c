/**
 * @file
 * Rows, then columns, each in one sweep whatever the reach.
 */
#include "plane/widen.h"

#include <errno.h>
#include <string.h>

#include "base.h"

/** Widen what is marked by `reach` in a row or column. */
static void widen_line(uint8_t *line, const uint8_t *from, ptrdiff_t step, int count, int reach)
{
    int last = -2 * reach - 1;
    for (int i = 0; i < count + reach; i++) {
        if (i < count && from[i * step])
            last = i;
        if (i >= reach)
            line[i - reach] = i - last <= 2 * reach ? 255 : 0;
    }
}

/** Widen what is marked by a square of `reach` pixels each way. */
int df_widen(uint8_t *mask, int width, int height, int reach)
{
    uint8_t *line = df_alloc(DF_MAX(width, height));
    if (!line)
        return -ENOMEM;
    for (int y = 0; y < height; y++) {
        widen_line(line, mask + (size_t)y * width, 1, width, reach);
        memcpy(mask + (size_t)y * width, line, width);
    }
    for (int x = 0; x < width; x++) {
        widen_line(line, mask + x, width, height, reach);
        for (int y = 0; y < height; y++)
            mask[(size_t)y * width + x] = line[y];
    }
    df_free(line);
    return 0;
}
