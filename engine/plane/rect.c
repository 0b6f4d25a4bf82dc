/**
 * @file
 * The bounding rectangle of what a mask marks.
 */
#include "plane/rect.h"

#include <string.h>

/** First of `n` bytes that is not 0; n: none. */
static int first_set(const uint8_t *bytes, int n)
{
    uint64_t eight;
    int i = 0;

    for (; i + 8 <= n; i += 8) {
        memcpy(&eight, bytes + i, 8);
        if (eight)
            break;
    }
    while (i < n && !bytes[i])
        i++;
    return i;
}

static int last_set(const uint8_t *bytes, int n)
{
    while (n > 0 && !bytes[n - 1])
        n--;
    return n;
}

DfRect df_rect_bounds(const uint8_t *mask, int width, int height)
{
    DfRect box = { width, height, 0, 0 };

    for (int y = 0; y < height; y++) {
        const uint8_t *row = mask + (ptrdiff_t)y * width;
        int first = first_set(row, width);

        if (first == width)
            continue;
        box.x0 = DF_MIN(box.x0, first);
        box.x1 = DF_MAX(box.x1, last_set(row, width));
        box.y0 = DF_MIN(box.y0, y);
        box.y1 = y + 1;
    }
    return box;
}
