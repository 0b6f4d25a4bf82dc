/**
 * @file
 * What a network is trained with: a crop, its hole, its sketch. Seed, step and index alone decide all of it.
 */
#ifndef DF_TRAIN_EXAMPLE_H
#define DF_TRAIN_EXAMPLE_H

#include "arena.h"
#include "train/crops.h"

/** Where examples come from. Thread-safety: any thread may draw, each with scratch of its own. */
typedef struct DfExamples {
    const DfTiles *tiles; /**< at least one */
    int size;             /**< sides of an example, in pixels, at least 16 */
    int like;             /**< 1: crops stay near the tiles' scale and colours, and holes have the shapes of what
                               is not known in some tile; 0: holes of any shape, by df_brush_mask() */
    uint64_t seed;
} DfExamples;

/** An example: size x size pixels. */
typedef struct DfExample {
    float *image;   /**< RGB, -1..1 */
    uint8_t *hole;  /**< 1: hole, drawn or not known; 0: known */
    uint8_t *known; /**< 1: the image is to be trusted here, and losses count; 0: not known. NULL: not wanted */
    float *sketch;  /**< 1: on a line, inside the hole alone; else 0. NULL: not wanted */
} DfExample;

/**
 * Draw an example.
 * @param use  DF_RANDOM_EXAMPLE, or DF_RANDOM_SHEET for pictures that training does not see
 * @return 0 or -ENOMEM
 */
int df_example_draw(const DfExamples *examples, enum DfRandomUse use, int64_t step, int index, const DfExample *example,
                    DfArena *scratch);

#endif
