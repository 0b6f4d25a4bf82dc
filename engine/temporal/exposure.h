/**
 * @file
 * The change of exposure between two frames, told from around their holes.
 */
#ifndef DF_TEMPORAL_EXPOSURE_H
#define DF_TEMPORAL_EXPOSURE_H

#include "image/planes.h"
#include "motion/motion.h"
#include "plane/sample.h"

/** One area of two frames, aligned by a motion. */
typedef struct DfRing {
    const DfMotionInput *look, *earlier_look;
    const DfAffine *affine; /**< from the frame to the earlier one */
} DfRing;

/**
 * Differences frame - earlier of one plane's samples on the ring around the hole, where both are known.
 *
 * @param texture, earlier  the area's plane in both frames
 * @param sub_x, sub_y      the plane's subsampling
 * @param out               room for `most` values
 * @return how many there are; where there would be more, every n-th is taken
 */
int df_ring_differences(const DfRing *ring, const DfTexture *texture, const DfTexture *earlier, int sub_x,
                        int sub_y, float *out, int most);

#endif
