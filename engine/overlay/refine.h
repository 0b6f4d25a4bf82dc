/**
 * @file
 * Opacity and colour a pixel, once the colours of an overlay are known roughly.
 *
 * A pixel's own fit errs where what is behind it is hardly known. What is seen of two neighbours tells how much more
 * opaque one of them is, whatever is behind both: the ratio of how far each of them varies from frame to frame is that
 * of 1 - a. So ln(1 - a) is what fits both best, by weighted least squares: the pixels' own fits, and all differences.
 */
#ifndef DF_OVERLAY_REFINE_H
#define DF_OVERLAY_REFINE_H

#include "overlay/colours.h"

/** What every pixel is; arrays of the sums' width x height. */
typedef struct DfRefined {
    float *opacity; /**< 0..1; 0 outside the hole */
    float *error;   /**< standard error of it, with what is known of the neighbours' */
    float *luma;    /**< of its colour, in levels of 8 bits */
    uint8_t *which; /**< of the colours: that whose chroma it has */
} DfRefined;

/**
 * Refine colours and opacity.
 * @param colours      as df_colours_find() told them; the colours themselves are found anew, with a colour a pixel
 * @param sums         with pairs
 * @param backgrounds  different ones in the sums
 * @param full_range   as of df_colours_find()
 * @return 0 or -ENOMEM; to be freed in any case
 */
int df_refine(DfRefined *refined, DfColours *colours, const DfSums *sums, int backgrounds, int full_range);

/** Take what the colours tell alone, for an opaque overlay. @return 0 or -ENOMEM; to be freed in any case */
int df_refined_copy(DfRefined *refined, const DfColours *colours);

void df_refined_free(DfRefined *refined);

#endif
