/**
 * @file
 * What samples tell of an overlay: five weighted means a pixel of y, which is seen, and x, which lies behind it as far
 * as what surrounds the overlay tells.
 *
 *     y = (1 - a) x + a c       a: opacity of the pixel, c: colour of the overlay there
 *
 * x is a membrane. Its error hardly correlates with itself, so the fit of y on x is not biased. A background weighs as
 * much as any other; frames whose surroundings are flat weigh more, where the membrane errs less.
 */
#ifndef DF_OVERLAY_SUMS_H
#define DF_OVERLAY_SUMS_H

#include "overlay/samples.h"

/** Means of one pixel of a plane. */
typedef struct DfMoments {
    float x, y, xx, xy, yy;
    float noise; /**< variance of what the free fit of y on x leaves, and a least one */
} DfMoments;

/** Weighted means of y, over a pixel and the next one to the right or below, with the pixel's own weights. */
typedef struct DfPair {
    float next, square; /**< of the next pixel's y and its square */
    float product;      /**< of both pixels' y */
} DfPair;

/** The means. */
typedef struct DfSums {
    int width, height, planes; /**< of luma, even; chroma is half of it */
    uint8_t *hole;             /**< of luma: 255 where the overlay may be, else 0 */
    DfMoments *moments[3];     /**< by plane */
    DfPair *pairs[2];          /**< of luma: with the pixel to the right, and below; NULL: not asked for */
} DfSums;

/**
 * Take the means over samples whose presence is at least `present`.
 * @param hole  is copied
 * @return 0 or -ENOMEM; to be freed in any case
 */
int df_sums_take(DfSums *sums, const DfSamples *samples, const uint8_t *hole, float present);

/** The same with pairs. Frames whose surroundings are flat weigh less more than others: pairs need many frames. */
int df_sums_take_pairs(DfSums *sums, const DfSamples *samples, const uint8_t *hole, float present);

void df_sums_free(DfSums *sums);

/** Means of (y - x)^2, (y - x)(c - x) and (c - x)^2 by the pixel's noise, for a colour c. */
typedef struct DfNormal {
    float a, b, c;
} DfNormal;

static inline DfNormal df_normal(const DfMoments *m, float colour, float noise)
{
    return (DfNormal){ (m->yy - 2 * m->xy + m->xx) / noise,
                       (colour * (m->y - m->x) - m->xy + m->xx) / noise,
                       (colour * colour - 2 * colour * m->x + m->xx) / noise };
}

#endif
