/**
 * @file
 * Convolutions from inside the room: windows cut into strips, each laid out and multiplied while it is in
 * cache.
 */
#ifndef DF_STRIPS_H
#define DF_STRIPS_H

#include "kernels/kernels.h"
#include "layers/layers.h"

/** A convolution's strips, and where its scratch has room for one. */
typedef struct DfStrips {
    DfWindow window;
    int pixels;     /**< windows in all */
    int step;       /**< of them in a strip */
    int length;     /**< floats of a window's row */
    float *rows;    /**< step * length */
    float *product; /**< step * conv->out */
} DfStrips;

/** @return how the convolution's windows lie over a source. */
DfWindow df_conv_window(const DfConv *conv, DfShape in);

/** @param scratch  df_conv_scratch() bytes */
DfStrips df_conv_strips(const DfConv *conv, DfShape in, void *scratch);

/** @return whether columns are few: dot products, as a matrix product so narrow is slow. */
int df_conv_is_rgb(const DfConv *conv);

#endif
