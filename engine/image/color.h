/**
 * @file
 * A box's planes to the network's RGB and back, scaled where box and network differ in size.
 */
#ifndef DF_IMAGE_COLOR_H
#define DF_IMAGE_COLOR_H

#include "image/planes.h"

/**
 * Conversions for one kind of box. Thread-safety: any thread, each with memory of its own.
 */
typedef struct DfColor DfColor;

/** What conversions depend on. */
typedef struct DfColorKey {
    DeepfillFormat format;      /**< its width and height are those of the box, in luma samples */
    int net_width, net_height;  /**< the network's picture, in pixels */
} DfColorKey;

/** @return the format with its matrix replaced by the one that frames of this kind are taken to have */
DeepfillFormat df_color_resolve(DeepfillFormat format);

/** @return 0; -ENOMEM; -EINVAL with zimg's words where it knows no such conversion */
int df_color_create(DfColor **color, const DfColorKey *key);

/** Free conversions and set *color to NULL; NULL is fine. */
void df_color_close(DfColor **color);

/** @return the key that the conversions were made for */
const DfColorKey *df_color_key(const DfColor *color);

/** @return bytes of memory that a conversion needs, aligned to DF_ALIGN */
size_t df_color_bytes(const DfColor *color);

/**
 * Planes of a box -> interleaved RGB, net_height x net_width x 3, -1..1 and a little beyond. Gray gives
 * three equal channels.
 * @return 0 or a negative errno
 */
int df_color_to_rgb(const DfColor *color, void *memory, const DfPlanes *planes, float *rgb);

/** The reverse: rounded to the nearest code and clipped to the depth's codes, without dither. */
int df_color_from_rgb(const DfColor *color, void *memory, const float *rgb, const DfPlanes *planes);

#endif
