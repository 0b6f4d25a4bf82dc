/**
 * @file
 * How a convolution's tiles lie: which outputs each makes, which pixels it reads. A dilated convolution of rate
 * r is r * r plain ones on interleaved planes, phases; their tiles read pixels r apart, and nothing is copied.
 */
#ifndef DF_TILING_H
#define DF_TILING_H

#include "layers/transform.h"

/** One side. Tiles are numbered phase by phase. */
typedef struct DfAxis {
    int source, outputs; /**< pixels of the source, outputs in all */
    int rate;            /**< phases, and what lies between a tile's neighbours */
    int tiles;           /**< of a phase */
    int in, out, step;   /**< the transform's */
    int first_in;        /**< first pixel of the first tile, in pixels of its phase */
    int first_out;
    int reflect;         /**< around the source it is mirrored */
    int up;              /**< of what is seen at twice its size: the mirror repeats the edge */
} DfAxis;

typedef struct DfTiling {
    const DfTransform *transform;
    DfAxis y, x;
} DfTiling;

/**
 * Where a tile begins, by row and column: its first pixel and its first output, either of which may be outside. No
 * side is beyond DF_MOST_SIDE.
 */
typedef struct DfTile {
    int16_t in_y, in_x, out_y, out_x;
} DfTile;

DfTiling df_tiling(const DfTransform *transform, const DfConv *conv, DfShape in);

/** @return tiles in all: as many as a list of them may have. */
size_t df_tiling_count(const DfTiling *tiling);

/**
 * The pixels of the source that tiles from `first` on read along an axis.
 * @param pixels  in of them; -1: none, 0 stands for it
 */
void df_axis_pixels(const DfAxis *axis, int first, int *pixels);

/**
 * List the tiles that have outputs, of these those that are needed.
 * @param needed  of each output, 1: it is, 0: it is not; NULL: all are
 * @return how many
 */
size_t df_tiling_list(const DfTiling *tiling, const uint8_t *needed, DfTile *list);

/** Mark the pixels that needed tiles read; they are added to `pixels`. */
void df_tiling_mark(const DfTiling *tiling, const uint8_t *needed, uint8_t *pixels);

#endif
