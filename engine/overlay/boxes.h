/**
 * @file
 * Persisting edges, gathered to boxes.
 */
#ifndef DF_OVERLAY_BOXES_H
#define DF_OVERLAY_BOXES_H

#include <stdint.h>

#include "plane/rect.h"

/** Boxes that are told at most. */
#define DF_BOXES_MOST 8

/** What persists in one place. */
typedef struct DfOverlayBox {
    DfRect rect;      /**< around the persisting edges, in pixels of the planes that were looked at */
    float confidence; /**< how far its edges stand out, 1 and more: 1 is what moving backgrounds leave at most */
} DfOverlayBox;

/** What was looked at, and what was found. */
typedef struct DfBoxes {
    DfOverlayBox boxes[DF_BOXES_MOST]; /**< the most certain one first */
    int count;
    int locked;      /**< 1: edges stand still all over the frame; an overlay's are none among others */
    float threshold; /**< strength that an overlay's edges have to pass */
    float scale;     /**< as of DfPersist: gaps between parts of one overlay grow with it */
    float least_t;   /**< t that an edge beside the strongest ones has to pass */
} DfBoxes;

/**
 * Find overlays in what df_persist_read() tells.
 * @param t, strength  width x height
 * @param scale        as of DfPersist
 * @param backgrounds  that the film showed: with less than 4 more certainty is asked for
 * @param within       look here only; an empty rectangle: everywhere but at the frame's edges
 * @return 0 or -ENOMEM
 */
int df_boxes_find(DfBoxes *found, const float *t, const float *strength, int width, int height, float scale,
                  int backgrounds, DfRect within);

/**
 * Mark the persisting edges of one overlay: those that run in several directions nearby, and all between them.
 * @param[out] edges  height rows of width bytes: 255 where an edge of the overlay in `rect` runs, else 0
 * @param found       for its thresholds
 * @return 0 or -ENOMEM
 */
int df_boxes_edges(uint8_t *edges, const float *t, const float *strength, int width, int height, DfRect rect,
                   const DfBoxes *found);

#endif
