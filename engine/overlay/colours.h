/**
 * @file
 * The few colours of an overlay, each pooled over all pixels that have it, and the opacity of every pixel.
 */
#ifndef DF_OVERLAY_COLOURS_H
#define DF_OVERLAY_COLOURS_H

#include "overlay/sums.h"

/** Colours that an overlay has at most. */
#define DF_COLOURS_MOST 4

/** Colours and opacity. */
typedef struct DfColours {
    int width, height;                 /**< of luma, even */
    int count;                         /**< colours: 1..DF_COLOURS_MOST */
    float colours[DF_COLOURS_MOST][3]; /**< levels of 8 bits, by plane; 128 where there is no chroma */
    uint8_t *which;                    /**< of each 2 x 2 pixels: the number of its colour */
    float *opacity;                    /**< width x height: 0..1; 0 outside the hole */
} DfColours;

/**
 * Find them: least squares of y - x = a (c - x), one a for all planes of a pixel.
 * @param full_range  of the film: colours are within what its codes mean
 * @return 0 or -ENOMEM; to be freed in any case
 */
int df_colours_find(DfColours *colours, const DfSums *sums, int full_range);

void df_colours_free(DfColours *colours);

/**
 * The opacity of 2 x 2 pixels of one colour.
 * @param block         number of the block, row by row
 * @param[out] opacity  of its pixels, row by row; 0 where there is no hole
 * @return what the fit leaves, in units of the noise, summed over the block's pixels
 */
float df_colours_solve(const DfSums *sums, int block, const float colour[3], float opacity[4]);

#endif
