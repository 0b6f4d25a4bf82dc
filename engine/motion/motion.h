/**
 * @file
 * The background's motion between two pictures of one place, each with a hole, told from around the holes.
 *
 * Tracked corners give a robust affine, weighted towards the hole. Only where that explains too little of
 * what moves around the hole (something passes behind it), dense flow gives a residual, which is continued
 * smoothly into the hole. Its precision is below a pixel, as colours are carried along it. Graphics that stand still
 * beside a picture that moves are a layer of their own, whose edges are straight.
 */
#ifndef DF_MOTION_MOTION_H
#define DF_MOTION_MOTION_H

#include "motion/affine.h"
#include "motion/dense.h"
#include "plane/pyramid.h"

/** Width of the surroundings of a hole that are used, in pixels. */
#define DF_MOTION_RING 96

/** Pixels outside the hole that are not trusted for motion: half of a transform block that it smears into. */
#define DF_MOTION_MARGIN 4

/** Share of corners that must survive the tracking, else the pictures are of different shots. */
#define DF_MOTION_CUT 0.2f

/** A picture as df_motion() takes it. */
typedef struct DfMotionInput {
    DfPyramid pyramid;   /**< luma, levels of 8 bits; the hole and what is kept out filled smoothly */
    const uint8_t *hole; /**< height rows of width bytes, not 0: hole; borrowed */
    const uint8_t *unknown; /**< the same of the hole and what is kept out */
    uint8_t *distrusted; /**< the same of the hole and what is kept out, grown by DF_MOTION_MARGIN */
    int area;            /**< pixels of the hole */
    float *distance;     /**< Euclidean, to the hole, in pixels, large beyond DF_MOTION_RING; rows of width */
    float *clearance;    /**< the same to the nearer of hole and what is kept out: motion is measured at pixels that are
                              clear of both, and weighed by `distance` */
} DfMotionInput;

/** The motion less the affine, inside the hole's rectangle. */
typedef struct DfResidual {
    int x0, y0;  /**< of the planes' first sample, in the picture */
    DfFlow flow; /**< data NULL: the affine is all */
} DfResidual;

/**
 * What stands still beside what moves, inside a rectangle or all around it: a bar beside a picture on a pan, the picture
 * around a ticker. The rectangle is the same in both pictures.
 */
typedef struct DfLayer {
    int side;            /**< 1: the layer is what lies inside the rectangle; -1: outside; 0: there is none */
    DfRect rect;         /**< in pixels; a side that reaches the pictures' edge lies far beyond it */
    DfAffine to_b, to_a; /**< its motion: none, or next to none */
    int unseen;          /**< frames since the last one that it was found in; repeated frames are not counted */
} DfLayer;

/** @return 1 where a position lies in a layer */
static inline int df_layer_has(const DfLayer *layer, float x, float y)
{
    DfRect r = layer->rect;

    if (!layer->side)
        return 0;
    int is_inside = x >= (float)r.x0 && x <= (float)(r.x1 - 1) && y >= (float)r.y0 && y <= (float)(r.y1 - 1);
    return is_inside == (layer->side > 0);
}

/** Pixels by which a position may lie beyond a layer's edge: motions are found to be hundredths of a pixel off. */
#define DF_LAYER_SLACK 0.125f

/** @return 1 where the pixels around a position lie in a layer (has: 1) or outside it (0), all of them */
static inline int df_layer_parts(const DfLayer *layer, float x, float y, int has)
{
    return !layer->side || (df_layer_has(layer, floorf(x + DF_LAYER_SLACK), floorf(y + DF_LAYER_SLACK)) == has &&
                            df_layer_has(layer, ceilf(x - DF_LAYER_SLACK), ceilf(y - DF_LAYER_SLACK)) == has);
}

/** Motion between pictures a and b. */
typedef struct DfMotion {
    DfAffine to_b, to_a;         /**< at a's pixels; at b's pixels */
    DfLayer layer;               /**< where another motion holds: what stands still beside what moves */
    DfResidual residual_to_b;    /**< in a's hole */
    DfResidual residual_to_a;    /**< in b's hole */
    int corners;                 /**< tracked, those of grain not counted; below 8 cuts are not told */
    float survived;              /**< share of them that did, 0..1; 1 where there were below 8 */
    float explained;             /**< share of the survivors' weight near the holes within 1 px of the affine of
                                      their layer; 1 where there are none or they are grain's */
    float error;                 /**< median |b - a| within 48 px of the holes at a quarter of the size, once
                                      aligned by the affine and made of the same brightness and contrast, in
                                      a's; levels of 8 bits. Grain reads as an eighth of its sigma; 0 also
                                      where there is nothing to compare */
} DfMotion;

/** @return the affine that holds at a position of a (of b, for to_a) */
static inline const DfAffine *df_motion_to_b(const DfMotion *motion, float x, float y)
{
    return df_layer_has(&motion->layer, x, y) ? &motion->layer.to_b : &motion->to_b;
}

/**
 * Prepare a picture for df_motion().
 *
 * @param luma      levels of 8 bits; the hole and what is kept out are overwritten
 * @param hole      kept by reference; may hold no hole at all
 * @param keep_out  as `hole`: where motion is not measured, though it is no hole; NULL: nowhere. Not kept
 * @return 0 or -ENOMEM
 */
int df_motion_input(DfMotionInput *input, DfArena *arena, DfPlane luma, const uint8_t *hole, const uint8_t *keep_out);

/** The same of another picture with the hole, and what is kept out, of `like`, which it shares. */
int df_motion_input_like(DfMotionInput *input, const DfMotionInput *like, DfArena *arena, DfPlane luma);

/**
 * Estimate the motion between two pictures of one size and place.
 *
 * @param keep     where the residuals' planes come from; they live as long as it does
 * @param scratch  used and given back
 * @return 0 or -ENOMEM. Thread-safety: any thread, arenas of its own; inputs are only read.
 */
int df_motion(DfMotion *motion, const DfMotionInput *a, const DfMotionInput *b, DfArena *keep, DfArena *scratch);

#endif
