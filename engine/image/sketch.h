/**
 * @file
 * A picture of lines made into a sketch: one bit a pixel, since as many may be held as frames are in flight.
 */
#ifndef DF_IMAGE_SKETCH_H
#define DF_IMAGE_SKETCH_H

#include <stdatomic.h>

#include "deepfill.h"
#include "image/mask.h"
#include "plane/rect.h"

struct DeepfillSketch {
    atomic_int references;
    int width, height; /**< of the frame */
    DeepfillSketchInfo info;
    DfRect extent;     /**< holds every line; empty: there is none */
    size_t stride;     /**< bytes of a row */
    uint8_t *bits;     /**< the extent's rows, lowest bit first; 1: on a line */
};

/**
 * Make a sketch; arguments are as for deepfill_sketch_create() and have been checked.
 * @return 0 or -ENOMEM
 */
int df_sketch_create(DeepfillSketch **sketch, int frame_width, int frame_height, const uint8_t *data,
                     ptrdiff_t stride, int width, int height);

/** @return 1 where pixel (x, y) of the frame lies on a line; positions beyond it do not */
static inline int df_sketch_line(const DeepfillSketch *sketch, int x, int y)
{
    DfRect e = sketch->extent;

    return x >= e.x0 && x < e.x1 && y >= e.y0 && y < e.y1 &&
           (sketch->bits[(y - e.y0) * sketch->stride + (x - e.x0) / 8] >> (x - e.x0) % 8 & 1);
}

/** @return a rectangle of the frame as the sketch of a frame of its own; the bits stay the first one's */
DeepfillSketch df_sketch_view(const DeepfillSketch *sketch, DfRect place);

/** @return 1 where two sketches differ anywhere in a hole; NULL: no lines, no hole */
int df_sketch_differs(const DeepfillSketch *a, const DeepfillSketch *b, const DeepfillMask *mask);

#endif
