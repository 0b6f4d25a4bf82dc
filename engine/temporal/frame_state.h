/**
 * @file
 * Frame state: what is known of one frame. It outlives the frame's slot by a few frames.
 */
#ifndef DF_TEMPORAL_FRAME_STATE_H
#define DF_TEMPORAL_FRAME_STATE_H

#include "image/grain.h"
#include "image/sketch.h"
#include "temporal/source_map.h"

/** What becomes in a frame of what was synthesised before. */
enum DfRenewal {
    DF_RENEW_NOTHING, /**< it stays */
    DF_RENEW_STALE,   /**< it is made anew, and the former fades away */
    DF_RENEW_LIGHT,   /**< it was made in the dark: it is made anew, and nothing of the former is seen */
    DF_RENEW_UNFIT,   /**< its surroundings have changed for good: as where it is stale */
    DF_RENEW_SKETCH,  /**< the lines have changed: it is made anew, and nothing of the former is seen */
};

typedef struct DfFrameState {
    int64_t frame;          /**< its number; -1: none yet */
    DeepfillImage image;    /**< lent until the frame is received: after that its format alone is read */
    size_t mask_bytes;      /**< of its mask, on account; 0: the frame before has the same one */
    DfSource *source;       /**< what others may use of it, with a reference; NULL: released */
    DfAreas areas;          /**< around its own hole */
    DeepfillSketch *sketch; /**< what is synthesised in it follows; with a reference; NULL: no lines */
    int unfilled;           /**< 1: it is shown otherwise, so there is no composite that others could use */

    /* By the motion step. */
    DfFrameMotion motion;   /**< to an earlier frame */
    DfFrameNoise measured;  /**< noise around the hole, from what that motion leaves, or from this frame alone */
    int measured_alone;     /**< 1: from this frame alone */

    /* By the planner. */
    int64_t shot;           /**< first frame of its shot */
    float gain;             /**< of luma's light, composed since the shot began */
    DfFrameNoise noise;     /**< what its fill is to have; with `grain` */
    uint32_t seed;          /**< of its grain: counts from the shot's first frame; a repeated frame has it again */
    int odd;                /**< 1: a flash: no source for others */
    int failed;             /**< 1: there was no memory to plan it */
    size_t cost;            /**< bytes that it holds while it is not planned */
    int repetitions;        /**< frames up to this one that show the same picture as the frame before them */
    int repeats;            /**< 1: its map is that of the frame before */
    DfSourceMap *map;       /**< where each pixel of the hole comes from; NULL: not planned */
    DfSourceMap *former;    /**< while what was synthesised is renewed: where the former is; NULL: it is not */
    float fade;             /**< share of the former, 0..1 */
    int keep_composite;     /**< 1: others use what is put into its hole */
    int64_t hole, fresh;    /**< pixels of its hole; of them, those that are synthesised in this frame */
    int64_t *needs;         /**< frames whose composites it uses */
    int need_count;
    enum DfRenewal renewal;
    int looked_ahead;       /**< frames after it that the plan has seen */
} DfFrameState;

/** Begin a frame: what the state held before is given up. @return 0; -ENOMEM: then it is no frame's */
int df_frame_state_begin(DfFrameState *state, DfAccount *account, int64_t frame, const DeepfillImage *image,
                         DeepfillMask *mask);

/** The frame as its own motion looks at it. */
DfFrameView df_frame_state_view(const DfFrameState *state);

/** The frame as later frames' motions look at it: by its copies. @param next  the state of the frame after it */
DfFrameView df_frame_state_copy_view(const DfFrameState *state, const DfFrameState *next);

/** Forget its plan: the frame is filled. */
void df_frame_state_release_plan(DfFrameState *state);

/** Free everything; a zeroed one is fine. */
void df_frame_state_free(DfFrameState *state);

#endif
