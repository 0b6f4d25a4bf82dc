/**
 * @file
 * The region of interest, marked and grown.
 */
#include "image/roi.h"

#include <string.h>

void df_roi_mark(const DeepfillMask *mask, const DfBox *box, int sub_x, int sub_y, uint8_t *roi)
{
    int width = df_rect_width(box->place), grid_x = 1 << sub_x, grid_y = 1 << sub_y;
    DfRect frame = { 0, 0, mask->settings.width, mask->settings.height };
    DfRect own = { box->own.x0 & -grid_x, box->own.y0 & -grid_y, df_round_up(box->own.x1, grid_x),
                   df_round_up(box->own.y1, grid_y) };

    own = df_rect_clip(own, df_rect_clip(box->place, frame));

    memset(roi, 0, df_rect_area(box->place));
    for (int y = own.y0; y < own.y1; y++) {
        uint8_t *row = roi + (ptrdiff_t)(y - box->place.y0) * width + (own.x0 - box->place.x0);
        df_mask_weights(mask, y, own.x0, own.x1, 0, 0, row);
        for (int x = 0; x < own.x1 - own.x0; x++)
            row[x] = row[x] != 0;
    }
}

/** One line of samples `step` bytes apart: mark all that are at most `margin` from a mark. */
static void grow_line(uint8_t *line, ptrdiff_t step, int count, int margin, uint8_t *before)
{
    int until = 0;

    for (int i = 0; i < count; i++)
        before[i] = line[i * step];
    for (int i = 0; i < count; i++) {
        if (before[i])
            for (int j = DF_MAX(until, i - margin); j < i; j++)
                line[j * step] = 1;
        if (before[i])
            until = i + margin + 1;
        if (i < until)
            line[i * step] = 1;
    }
}

void df_roi_grow(uint8_t *roi, int width, int height, int margin, uint8_t *line)
{
    for (int y = 0; y < height; y++)
        grow_line(roi + (ptrdiff_t)y * width, 1, width, margin, line);
    for (int x = 0; x < width; x++)
        grow_line(roi + x, width, height, margin, line);
}
