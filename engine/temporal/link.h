/**
 * @file
 * Links: how a frame is related to an earlier one, in motion and in light, around their holes.
 */
#ifndef DF_TEMPORAL_LINK_H
#define DF_TEMPORAL_LINK_H

#include "motion/motion.h"
#include "temporal/light.h"
#include "temporal/source.h"

/** What links a frame to an earlier one. Zeroed: not linked. */
typedef struct DfLink {
    int back;            /**< how many frames earlier; 0: it is linked to none, a shot begins */
    int repeated;        /**< 1: the same picture once more */
    DfAreas areas;       /**< around the holes of both */
    DfMotion *motions;   /**< one an area, a: this frame, b: the earlier one; in samples of the area's outer
                              rectangle */
    DfLight light[3];    /**< per plane: from the earlier frame to this one */
    float error;         /**< what motion and light leave unexplained, in levels of 8 bits */
    DfArena keep;        /**< where motions and all live */
} DfLink;

/** What of a frame is looked at. */
typedef struct DfLinkEnd {
    DeepfillImage image;     /**< the frame; used where `shown` is NULL */
    const DfPatches *shown;  /**< what was copied of it; NULL: the frame itself is at hand */
    DeepfillMask *mask;      /**< NULL: no hole */
} DfLinkEnd;

/**
 * Relate a frame to an earlier one.
 *
 * @param link     what it held is given back first
 * @param back     how many frames earlier; stored in the link where the two are of one shot, else 0 is
 * @param scratch  used and given back
 * @return 0 or -ENOMEM
 */
int df_link_make(DfLink *link, const DfLinkEnd *frame, const DfLinkEnd *earlier, int back, DfArena *scratch);

/**
 * Relate two neighbouring frames of which one is beyond comparison (a flash) as lying on the way between two
 * frames that are linked: a part of their motion, without its residual.
 *
 * @param share  of the motion of `whole`, 0..1
 * @return 0 or -ENOMEM
 */
int df_link_interpolate(DfLink *link, const DfLink *whole, double share, const DfLinkEnd *frame,
                        const DfLinkEnd *earlier, int back, DfArena *scratch);

/** Free its memory; a zeroed one is fine. */
void df_link_free(DfLink *link);

#endif
