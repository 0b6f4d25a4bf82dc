/**
 * @file
 * Fills put into the frame: hole and feather samples only, each written once. The only file, with show.c,
 * that writes to a frame.
 */
#ifndef DF_IMAGE_PASTE_H
#define DF_IMAGE_PASTE_H

#include "image/fill.h"

/** One row's scratch. Between calls all sums are 0. */
typedef struct DfPasteRow {
    uint32_t *sum;    /**< fills times their shares */
    uint32_t *shares; /**< how many boxes' shares are in the sum; 0: no box writes this sample */
    uint8_t *weight;  /**< the mask's weights */
} DfPasteRow;

/** Make scratch for frames of this width. @return 0 or -ENOMEM */
int df_paste_row_create(DfPasteRow *row, int width);

/** Free it; a zeroed one is fine. */
void df_paste_row_free(DfPasteRow *row);

/**
 * Blend fills into a frame: out = in + (fill - in) * weight / 255, rounded; where several boxes share a
 * sample, the fill is their weighted mean. A sample of weight 0 is not written.
 *
 * @param fills  one for each of the regions' boxes
 * @param row    scratch for at least the frame's width
 */
void df_paste(const DeepfillImage *image, const DeepfillMask *mask, const DfRegions *regions,
              const DfFill *fills, DfPasteRow *row);

/**
 * Tint the hole red, the feather fainter; with `regions`, outline their boxes as well.
 *
 * @param regions  NULL: no outlines
 */
void df_paste_tint(const DeepfillImage *image, const DeepfillMask *mask, const DfRegions *regions,
                   DfPasteRow *row);

/**
 * Where a filled pixel came from. Of the pixels that a chroma sample covers, the greatest decides its tint.
 */
enum DfOrigin {
    DF_ORIGIN_NONE,    /**< nowhere: it is not tinted */
    DF_ORIGIN_PAST,    /**< a frame before */
    DF_ORIGIN_FUTURE,  /**< a frame after */
    DF_ORIGIN_MADE,    /**< synthesised in a frame before */
    DF_ORIGIN_NETWORK, /**< synthesised in this one */
    DF_ORIGIN_RESTORED, /**< this frame itself, an overlay taken off */
};

/** The origins of a part of a frame. */
typedef struct DfOrigins {
    DfRect place;        /**< in luma samples */
    const uint8_t *data; /**< an enum DfOrigin for each */
    ptrdiff_t stride;    /**< bytes from a row to the next */
} DfOrigins;

/**
 * Tint a hole that the network has filled, as df_paste_origins() does.
 *
 * @param own  origins of pixels that are none of the network's, where they are not DF_ORIGIN_NONE; NULL: there are none
 */
void df_paste_sources(const DeepfillImage *image, const DeepfillMask *mask, const DfOrigins *own, DfPasteRow *row);

/**
 * Tint a filled hole by where its pixels came from; the feather stays as it is.
 *
 * @param origins  pixels outside its place are left alone
 */
void df_paste_origins(const DeepfillImage *image, const DeepfillMask *mask, const DfOrigins *origins,
                      DfPasteRow *row);

#endif
