/**
 * @file
 * A moment: what is known of one frame in time. It outlives the frame's slot by a few frames.
 */
#ifndef DF_TEMPORAL_MOMENT_H
#define DF_TEMPORAL_MOMENT_H

#include "image/sketch.h"
#include "temporal/trail.h"

/** Frames that a link may reach back over: so many odd ones (a flash) may lie between. */
#define DF_MOST_BACK 3

/** A source as one frame uses it. */
typedef struct DfUse {
    DfSource *source;  /**< with a reference; NULL: this id is not used */
    DfLight light[3];  /**< per plane: from its frame to the one that uses it */
} DfUse;

typedef struct DfMoment {
    int64_t frame;       /**< its number; -1: none yet */
    DeepfillImage image; /**< lent until the frame is pasted */
    DfSource *source;    /**< what others may use of it, with a reference */
    DfAreas areas;       /**< around its own hole */
    DeepfillSketch *sketch; /**< what is synthesised in it follows; with a reference; NULL: no lines */
    DfLink link;         /**< to an earlier frame */
    int unfilled;        /**< 1: it is shown otherwise, so nothing is put into its hole that others could
                              use */

    /* What the timeline decides. */
    int planned;         /**< 1: all below holds */
    int odd;             /**< 1: a flash: no source for others */
    DfLight light[3];    /**< composed along the links of its shot */
    DfTrail trail;       /**< where each pixel of the hole is to be had */
    DfTrail old;         /**< while what was synthesised is renewed: where the former is */
    float fade;          /**< share of the former, 0..1; 0: `old` says nothing */
    int keep_made;       /**< 1: others use what is put into its hole */
    int64_t hole, fresh; /**< pixels of its hole; of them, those that are synthesised in this frame */
    DfUse *uses;         /**< by id */
    int use_count, use_room;
    int64_t *needs;      /**< frames whose holes' colours it uses */
    int need_count;
} DfMoment;

/** Begin a frame: what the moment held before is given up. @return 0; -ENOMEM: then it is no frame's */
int df_moment_begin(DfMoment *moment, int64_t frame, const DeepfillImage *image, DeepfillMask *mask);

/** One end of a link. */
DfLinkEnd df_moment_end(const DfMoment *moment, int by_copy);

/** Forget what it uses: the frame is done. */
void df_moment_release(DfMoment *moment);

/** Free everything; a zeroed one is fine. */
void df_moment_free(DfMoment *moment);

#endif
