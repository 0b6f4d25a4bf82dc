/**
 * @file
 * Grain put into a plane: new noise where what is there has less than the picture around it.
 */
#ifndef DF_PLANE_GRAIN_H
#define DF_PLANE_GRAIN_H

#include "kernels/normal.h"
#include "plane/noise.h"
#include "plane/plane.h"
#include "plane/rect.h"

/** Samples on each side of one that its grain depends on. */
#define DF_GRAIN_APRON 6

/** Steps of a fraction between samples, 0 to a half. */
#define DF_GRAIN_STEPS 9

/**
 * What a sample lacks. Below DF_GRAIN_NEW: what interpolation has taken, by the fractions between samples along x and
 * y, in sixteenths: y * DF_GRAIN_STEPS + x; 0: nothing.
 */
enum DfGrainClass {
    DF_GRAIN_NOTHING = 0,
    DF_GRAIN_NEW = DF_GRAIN_STEPS * DF_GRAIN_STEPS, /**< all: what it has is of another time */
    DF_GRAIN_CLASSES,
};

/** One plane, or a part of it. */
typedef struct DfGrainPlane {
    DfPlane colour;         /**< in the plane's own levels */
    int x, y;               /**< of its first sample in the frame's plane: where the noise is told from */
    const uint8_t *classes; /**< an enum DfGrainClass a sample, row by row without padding */
    DfPlane luma;           /**< may be `colour` itself */
    int luma_x, luma_y;     /**< of the luma sample beside its first one */
    int sub_x, sub_y;       /**< the plane's subsampling */
    float highest;          /**< the highest level */
    uint32_t seed;          /**< of the frame and plane */
} DfGrainPlane;

/** @return the class of what was interpolated at (x, y) */
static inline uint8_t df_grain_class(float x, float y)
{
    int dx = (int)(16 * x + 0x100000p0f + 0.5f) & 15, dy = (int)(16 * y + 0x100000p0f + 0.5f) & 15;

    return (uint8_t)((dy > 8 ? 16 - dy : dy) * DF_GRAIN_STEPS + (dx > 8 ? 16 - dx : dx));
}

/**
 * Put grain in. Of samples of the class DF_GRAIN_NEW the fine detail that is not above noise is taken out first, as
 * much as noise would have: what remains and the new noise have the energy of detail and noise. A part of a plane gets
 * the bits that the whole would, where it has DF_GRAIN_APRON samples more on each side, or reaches the plane's edge.
 *
 * @param scratch  used and given back
 * @return 0 or -ENOMEM
 */
int df_grain_apply(const DfGrainPlane *plane, const DfNoise *noise, DfArena *scratch);

#endif
