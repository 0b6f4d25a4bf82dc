/**
 * @file
 * The change of light between two frames: a gain and an offset for each plane, told from around their holes.
 */
#ifndef DF_TEMPORAL_LIGHT_H
#define DF_TEMPORAL_LIGHT_H

#include "image/planes.h"
#include "motion/motion.h"
#include "plane/sample.h"

/** One plane's light: frame = gain * earlier + offset, in the frame's own levels. */
typedef struct DfLight {
    float gain, offset;
} DfLight;

#define DF_LIGHT_SAME ((DfLight){ 1, 0 })

/** @return from first to third frame, by way of the second */
static inline DfLight df_light_compose(DfLight second_to_third, DfLight first_to_second)
{
    return (DfLight){ second_to_third.gain * first_to_second.gain,
                      second_to_third.gain * first_to_second.offset + second_to_third.offset };
}

/** @return the way back; gains are not 0 */
static inline DfLight df_light_invert(DfLight light)
{
    return (DfLight){ 1 / light.gain, -light.offset / light.gain };
}

static inline float df_light_apply(DfLight light, float value)
{
    return light.gain * value + light.offset;
}

/**
 * A source that is to become so many times brighter in contrast is none: rounding has left too little of it.
 */
#define DF_LIGHT_DARK 4.0f

/** Means of two neighbouring blocks, in both frames. */
typedef struct DfLightPair {
    float earlier[2], frame[2];
} DfLightPair;

/**
 * Fit a light to pairs of which up to a third may show something else in one frame than in the other.
 *
 * A gain other than the prior is found only where it explains about as much as it leaves, an offset with a gain
 * of 1 where it is clearly more than noise, else they are exactly the prior and 0: lights are composed along
 * hundreds of links, where noise would add up.
 *
 * @param level    one level of 8 bits, in the frame's own
 * @param prior    the gain that is expected: 1, or that of another plane
 * @param left     mean difference that it leaves, in levels of 8 bits; INFINITY where there are too few pairs
 * @param scratch  room for n values
 * @return gain in 1/64 .. 64; DF_LIGHT_SAME where there are too few pairs to tell
 */
DfLight df_light_fit(const DfLightPair *pairs, int n, float level, float prior, float *left, float *scratch);

/** One area of two frames, aligned by a motion. */
typedef struct DfRing {
    const DfMotionInput *look, *earlier_look;
    const DfMotion *motion; /**< a: the frame, b: the earlier one */
} DfRing;

/**
 * Pairs of one plane on the ring around either hole, where both frames are known; each value is taken
 * halfway along the motion.
 *
 * @param texture, earlier  the area's plane in both frames
 * @param sub_x, sub_y      the plane's subsampling
 * @param out               room for `most` pairs
 * @return how many there are; where there would be more, every n-th is taken
 */
int df_light_pairs(const DfRing *ring, const DfTexture *texture, const DfTexture *earlier, int sub_x,
                   int sub_y, DfLightPair *out, int most);

#endif
