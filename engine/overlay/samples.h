/**
 * @file
 * Crops of frames around an overlay, kept to learn from.
 */
#ifndef DF_OVERLAY_SAMPLES_H
#define DF_OVERLAY_SAMPLES_H

#include <stdint.h>

#include "deepfill.h"
#include "plane/plane.h"
#include "plane/rect.h"

/** Pixels beside a hole that its coding has smeared. */
#define DF_SAMPLES_BESIDE 4

/** A frame's crop; planes in levels of 8 bits (0..255), chroma of half the size each way whatever the frame's. */
typedef struct DfSample {
    float *planes[3];
    double time;     /**< seconds */
    int background;  /**< number of what it shows */
    float presence;  /**< how much of the overlay it shows: 0 none, 1 all of it; 1 as long as that is not known */
    float match;     /**< part of what differs from the surroundings that the overlay explains, 0..1 */
} DfSample;

/** The crops. Thread-safety: one thread at a time. */
typedef struct DfSamples {
    DfRect rect;       /**< in the frame; sides and corners are even */
    int width, height; /**< of luma, even */
    int planes;        /**< 1: gray; 3 */
    DfSample *samples;
    int count, most;
} DfSamples;

/**
 * Make room for crops.
 * @param rect   made even, its corner on the chroma grid, within the frame
 * @param bytes  that crops may take; `most` is what fits, up to `most` and at least 8
 * @return 0 or -ENOMEM; to be freed in any case
 */
int df_samples_open(DfSamples *samples, const DeepfillFormat *format, DfRect rect, int most, size_t bytes);

/** Keep a frame's crop; there is room for it. @return 0 or -ENOMEM */
int df_samples_add(DfSamples *samples, const DeepfillImage *image, double time, int background);

/** @return the width or height of a plane of the crops */
static inline int df_samples_side(int luma, int plane)
{
    return plane ? luma / 2 : luma;
}

/**
 * Continue a sample's planes into a hole from what lies around it.
 * @param hole      height rows of width bytes, not 0: to be continued
 * @param[out] out  planes of the sample's sizes, from the arena
 * @return 0 or -ENOMEM
 */
int df_samples_continue(const DfSamples *samples, int number, const uint8_t *hole, DfPlane out[3], DfArena *arena);

/**
 * Tell how much of what surrounds a hole is another one in other samples.
 *
 * @param hole         as above; pixels within DF_SAMPLES_BESIDE of it are not looked at
 * @param level        standard deviation of a pixel's luma over the samples, less each one's mean, from which on it has
 *                     changed, in levels
 * @param[out] change  the part of the pixels that have changed, 0..1; 1 where none is left to look at
 * @return 0 or -ENOMEM
 */
int df_samples_change(const DfSamples *samples, const uint8_t *hole, float level, float *change);

/** Halve a mask: not 0 where one of four pixels is. */
void df_mask_halve(uint8_t *half, const uint8_t *mask, int width, int height);

void df_samples_free(DfSamples *samples);

#endif
