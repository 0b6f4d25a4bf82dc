/**
 * @file
 * What a step of training learns from: a crop, a hole in it, and a sketch of what is behind the hole.
 */
#ifndef DF_TRAIN_SAMPLE_H
#define DF_TRAIN_SAMPLE_H

#include "arena.h"
#include "train/crops.h"

/** Room for a sample; sides of `size` pixels. */
typedef struct DfSample {
    int size;
    float *image;    /**< size x size x 3, -1..1: the truth */
    uint8_t *hole;   /**< size x size, 1: hole to the network */
    uint8_t *counts; /**< size x size, 1: the truth is known here, and losses see it */
    float *sketch;   /**< size x size, 0 or 1, drawn in the hole; NULL: none is wanted */
    DfArena scratch;
} DfSample;

/** Allocate a sample's room. @return 0 or -ENOMEM */
int df_sample_open(DfSample *sample, int size, int sketch);

/** Free a sample's room; one that is zeroed is fine. */
void df_sample_close(DfSample *sample);

/**
 * Draw a sample; `random` alone decides it. Tiles of a film with a mask give crops near their own scale and colours and
 * holes of the mask's shapes, moved to where most of the hole is known; what the mask hides stays a hole, and counts
 * for nothing. @return 0 or -ENOMEM
 */
int df_sample_draw(DfSample *sample, const DfTiles *tiles, DfRandom random);

#endif
