/**
 * @file
 * The contextual attention from inside the room: what its two programs share.
 */
#ifndef DF_ATTENTION_PARTS_H
#define DF_ATTENTION_PARTS_H

#include "layers/layers.h"

#define DF_ATTENTION_SCALE 10.0f      /* of scores, before the softmax */
#define DF_ATTENTION_LEAST_NORM 1e-4f /* of a key */
#define DF_ATTENTION_EPSILON 1e-4f    /* that rules->add_epsilon adds to each square */

/** The map and its reduction to half. */
typedef struct DfAttentionMap {
    const DfAttentionRules *rules;
    DfShape shape;
    int h, w, count; /**< of the small map; count = L */
} DfAttentionMap;

DfAttentionMap df_attention_map(DfShape shape, const DfAttentionRules *rules);

/** As df_carve(), for an array of floats. */
float *df_attention_floats(char *base, size_t *end, size_t rows, size_t columns);

/** @return the pixel of the map that is pixel p of the reduced one. */
const float *df_attention_pixel(const DfAttentionMap *map, const float *source, int p);

/**
 * @param reduced  L: the reduced hole
 * @param known    L: 1 where no hole lies in the 3x3 window
 * @return how many are known
 */
int df_attention_find_known(const DfAttentionMap *map, const uint8_t *hole, int height, int width,
                            uint8_t *reduced, uint8_t *known);

/** What a key is divided by, from the sum of its 9C squares. */
float df_attention_norm(const DfAttentionMap *map, float squares);

/** @return what a patch counts for in a pixel of the map: a quarter, as inner pixels lie under four. */
float df_attention_share(const DfAttentionMap *map, int y, int x);

#endif
