/**
 * @file
 * A mask's weights and opacities, read at the positions of a plane that may be subsampled.
 */
#include "image/mask.h"

#include <string.h>

/** As df_mask_weights(), of one of the mask's planes. */
static int heaviest(const DeepfillMask *mask, const uint8_t *plane, int y, int x0, int x1, int sub_x, int sub_y,
                    uint8_t *weight)
{
    DfRect extent = mask->extent;
    int y0 = DF_MAX(y << sub_y, extent.y0), y1 = DF_MIN((y + 1) << sub_y, extent.y1);
    int from = DF_MAX(x0 << sub_x, extent.x0), to = DF_MIN(x1 << sub_x, extent.x1), any = 0;

    memset(weight, 0, x1 - x0);
    for (; y0 < y1; y0++) {
        const uint8_t *row = plane + (size_t)(y0 - extent.y0) * df_rect_width(extent) - extent.x0;
        for (int x = from; x < to; x++) {
            uint8_t *w = &weight[(x >> sub_x) - x0];
            *w = DF_MAX(*w, row[x]);
            any |= row[x];
        }
    }
    return any != 0;
}

int df_mask_weights(const DeepfillMask *mask, int y, int x0, int x1, int sub_x, int sub_y, uint8_t *weight)
{
    return heaviest(mask, mask->weight, y, x0, x1, sub_x, sub_y, weight);
}

int df_mask_opacities(const DeepfillMask *mask, int y, int x0, int x1, int sub_x, int sub_y, uint8_t *opacity)
{
    return heaviest(mask, mask->opacity ? mask->opacity : mask->weight, y, x0, x1, sub_x, sub_y, opacity);
}
