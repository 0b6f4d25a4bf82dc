/**
 * @file
 * An overlay learnt while a film runs: from frames whose picture behind it other frames have shown.
 */
#ifndef DF_OVERLAY_LEARN_H
#define DF_OVERLAY_LEARN_H

#include "overlay/planes.h"
#include "overlay/sums.h"

/** What has been learnt. Zeroed: nothing. */
typedef struct DfLearner {
    DfRect place;            /**< in the frame; its sides are even */
    DfSums sums;             /**< weighted sums, not means, whose `noise` is the weight */
    float *latest;           /**< of luma: x of the sample that was added last; -1: none has been */
    int frames, next;        /**< frames looked at; the number of them at which is estimated anew */
    DfOverlayPlanes *planes; /**< the latest estimate; NULL: there is none yet */
} DfLearner;

/** A frame to learn from. */
typedef struct DfLesson {
    const DeepfillImage *filled; /**< the frame, filled */
    DfPlanes seen;               /**< its own samples in the place */
    const uint8_t *known;        /**< of the place's luma, row by row: not 0 where other frames have shown the fill */
    const DeepfillOverlay *start; /**< what is taken for true where not enough is known; NULL: that is filled */
} DfLesson;

/**
 * Learn from a frame. Every half as many frames again the overlay is estimated anew.
 *
 * @param place  of all frames that are learnt from, in the frame, on an even grid; another one begins anew
 * @return 0 or -ENOMEM
 */
int df_learner_add(DfLearner *learner, DfRect place, const DfLesson *lesson);

/** Forget what has been learnt. */
void df_learner_free(DfLearner *learner);

#endif
