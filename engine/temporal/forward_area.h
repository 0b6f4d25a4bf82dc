/**
 * @file
 * The way of one area of a frame's hole through the frames after it.
 */
#ifndef DF_TEMPORAL_FORWARD_AREA_H
#define DF_TEMPORAL_FORWARD_AREA_H

#include "temporal/frame_motion.h"

/** The way of one area's hole through the frames, as far as its pixels move alike. */
typedef struct DfForwardArea {
    int has_layer;     /**< 1: of the pixels in a layer; 0: of all others */
    const DfLayer **layer; /**< by frame: the layer of its motion; NULL: none */
    DfAffine *motion;  /**< by frame: from the hole's frame to it */
    DfAffine *coarse;  /**< the same without steps that are too short to be told from none, and would add up: it tells
                            whether a pixel has come out of the hole */
    float *travel;     /**< by frame: how far `coarse` has moved any pixel of the hole along x or y at most, summed
                            over frames, in pixels */
    int affine;        /**< frames to which both are exact for all pixels that are hidden until then */
    int alike;         /**< of these, frames to which both are the same */
    DfRect rect;       /**< around the hole in the last frame that was added */
} DfForwardArea;

/** @return 1 where what frame `k` shows at a position moves as the area's pixels do */
static inline int df_forward_area_has(const DfForwardArea *area, int k, float x, float y)
{
    return !area->layer[k] || df_layer_parts(area->layer[k], x, y, area->has_layer);
}

/** @return the affine of a motion's step that the area's pixels make, from the earlier frame to the later one */
static inline const DfAffine *df_forward_area_step(const DfForwardArea *area, const DfMotion *step)
{
    return area->has_layer && step->layer.side ? &step->layer.to_a : &step->to_a;
}

/** Carry the way on by the motion of the next frame, number `k` from 0 on. */
void df_forward_area_extend(DfForwardArea *area, const DfFrameMotion *motion, int k);

#endif
