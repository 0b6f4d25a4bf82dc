/**
 * @file
 * A picture at full, half, quarter ... size.
 */
#ifndef DF_PLANE_PYRAMID_H
#define DF_PLANE_PYRAMID_H

#include "plane/plane.h"

#define DF_PYRAMID_LEVELS 8

typedef struct DfPyramid {
    int count;                         /**< levels, 1..DF_PYRAMID_LEVELS */
    DfPlane levels[DF_PYRAMID_LEVELS]; /**< levels[0]: the picture itself */
} DfPyramid;

/**
 * Halve a picture (5x5 binomial, (side + 1) / 2, edges reflected as OpenCV's pyrDown does) until there are
 * `count` levels or the shorter side would fall below `least`.
 * @return 0 or -ENOMEM
 */
int df_pyramid_build(DfPyramid *pyramid, DfArena *arena, DfPlane picture, int count, int least);

#endif
