/**
 * @file
 * What the steps of a search hand to one another: the bands that are held, and the strokes of one possible caption.
 */
#ifndef DF_OVERLAY_CAPTION_PATCH_H
#define DF_OVERLAY_CAPTION_PATCH_H

#include "plane/rect.h"

/** The bands held: those of the frames oldest..newest. */
typedef struct DfCaptionBands {
    uint8_t *data;      /* band n begins at n % span * width * height */
    int width, height;  /**< of a band, in pixels */
    int span;           /**< bands that there is room for */
    int64_t oldest, newest;
} DfCaptionBands;

/** Strokes that may be a caption's. Planes are the box's pixels, row by row, and belong to the search. */
typedef struct DfCaptionPatch {
    DfRect box;         /**< in the band: the strokes, and surroundings as far as the band goes */
    int width, height;  /**< of the box */
    int reach;          /**< pixels: the side of the square that is wider than a stroke */
    int64_t first, end; /**< frames between which the strokes do not change */
    int count;          /**< strokes' pixels */
    uint8_t *seed;      /**< 1: on a stroke */
    uint8_t *distance;  /**< pixels to the nearest stroke, rounded up, at most 255 */
    uint8_t *mask;      /**< scratch, and at last the caption's mask */
    uint8_t *bytes;     /**< scratch of df_caption_strokes_scratch() bytes */
    float *mean;        /**< of the frames first..end */
    float *plane[4];    /**< scratch */
} DfCaptionPatch;

/** @return the pixel at the box's corner in a band that is held */
static inline const uint8_t *df_caption_band(const DfCaptionBands *bands, int64_t frame, DfRect box)
{
    return bands->data + (size_t)(frame % bands->span) * bands->width * bands->height
           + (size_t)box.y0 * bands->width + box.x0;
}

/**
 * Distances to the nearest pixel that is not 0, rounded up, at most `most` and then `most + 1`.
 * @param most  0..254
 * @param offsets, sites  scratch of width * height and 3 * width elements
 */
void df_caption_distance(uint8_t *distance, const uint8_t *mask, int width, int height, int most, int16_t *offsets,
                         int *sites);

/** The mean of the frames from..to in the patch's box. */
void df_caption_mean(float *mean, const DfCaptionBands *bands, const DfCaptionPatch *patch, int64_t from, int64_t to);

#endif
