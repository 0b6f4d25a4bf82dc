/**
 * @file
 * A mask picture made into a hole: threshold, growth, feather, and the hole's connected parts.
 */
#ifndef DF_IMAGE_MASK_H
#define DF_IMAGE_MASK_H

#include <stdatomic.h>

#include "deepfill.h"
#include "plane/rect.h"

/** A sample's weight inside the grown hole; between 1 and 254 it lies in the feather. */
#define DF_WEIGHT_HOLE 255

struct DeepfillMask {
    atomic_int references;
    DeepfillMaskSettings settings;
    DeepfillMaskInfo info;
    DfRect extent;   /**< holds every weight that is not 0; empty: no hole */
    uint8_t *weight; /**< the extent's weights, row by row; weights outside it are 0 */
    uint8_t *opacity; /**< laid out as weight: the share of the fill; NULL where the mask is not soft: weight
                           is the share */
    DfRect *parts;   /**< bounding boxes of the grown hole's 8-connected parts */
    int part_count;
};

/**
 * Make a mask; arguments are as for deepfill_mask_create() and have been checked.
 * @return 0 or -ENOMEM
 */
int df_mask_create(DeepfillMask **mask, const DeepfillMaskSettings *settings, const uint8_t *data,
                   ptrdiff_t stride, int width, int height);

/**
 * Make a mask of all of one hole and of parts of another, which is of the same size.
 *
 * @param[out] out  with one reference; it may be that of `other`, where it has the same hole
 * @param mask      NULL: none
 * @param rects     `count` of them, around whole parts of `other`
 * @return 0 or -ENOMEM
 */
int df_mask_unite(DeepfillMask **out, DeepfillMask *mask, DeepfillMask *other, const DfRect *rects, int count);

/**
 * The weights of samples x0 <= x < x1 of row y of a plane that is subsampled by 2^sub_x and 2^sub_y. A
 * subsampled sample weighs as much as the heaviest luma sample that it covers.
 *
 * @param[out] weight  x1 - x0 values
 * @return 1 where any of them is not 0
 */
int df_mask_weights(const DeepfillMask *mask, int y, int x0, int x1, int sub_x, int sub_y, uint8_t *weight);

/**
 * Like df_mask_weights(), for the share of the fill in each sample: 0 is the frame alone, 255 the fill alone. Of
 * masks that are not soft these are the weights.
 */
int df_mask_opacities(const DeepfillMask *mask, int y, int x0, int x1, int sub_x, int sub_y, uint8_t *opacity);

/** @return 1 where luma sample (x, y) of the frame lies in the grown hole; positions beyond it do not */
static inline int df_mask_hole(const DeepfillMask *mask, int x, int y)
{
    DfRect e = mask->extent;

    return x >= e.x0 && x < e.x1 && y >= e.y0 && y < e.y1 &&
           mask->weight[(size_t)(y - e.y0) * (e.x1 - e.x0) + (x - e.x0)] == DF_WEIGHT_HOLE;
}

/**
 * @return 1 where luma pixel (x, y), which lies in the mask's extent, is of the hole and one of its four neighbours is
 *         not
 */
static inline int df_mask_rim(const DeepfillMask *mask, int x, int y)
{
    DfRect e = mask->extent;
    int width = df_rect_width(e);
    const uint8_t *w = &mask->weight[(size_t)(y - e.y0) * width + (x - e.x0)];

    if (*w != DF_WEIGHT_HOLE)
        return 0;
    if (x == e.x0 || y == e.y0 || x == e.x1 - 1 || y == e.y1 - 1)
        return 1;
    return (w[-1] & w[1] & w[-width] & w[width]) != DF_WEIGHT_HOLE;
}

#endif
