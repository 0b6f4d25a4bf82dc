/**
 * @file
 * The search for a frame's hole in the frames after it, one frame of its shot after the other.
 */
#ifndef DF_TEMPORAL_FORWARD_H
#define DF_TEMPORAL_FORWARD_H

#include "temporal/forward_area.h"
#include "temporal/frame_state.h"

/** One frame that the search may look at. */
typedef struct DfForwardFrame {
    const DfFrameState *state; /**< related to the one before it, or to the frame whose hole is searched */
    DfLight light[3];          /**< per plane: its levels in the light of that frame */
    unsigned untrusted;        /**< bit set of the source's toggles where it shows what that frame hides */
    unsigned differs;          /**< bit set of those where it shows something else */
} DfForwardFrame;

typedef struct DfForward {
    const DfFrameState *state; /**< whose hole is searched */
    DfSourceMap *map;          /**< what was found; a pixel's reference is number of `areas` * capacity + frame
                                    until df_forward_finish() */
    const DfSourceMap *past;   /**< what comes from the past: nothing farther is of use, but for the consistency
                                    check */
    int *past_age;             /**< by reference of `past`: frames between */
    uint16_t *next;            /**< by pixel of the map: the next frame to look at; UINT16_MAX: it is done;
                                    UINT16_MAX - 1: all frames that are as near as the past have been looked at */
    DfForwardFrame *frames;
    DfForwardArea *areas;      /**< two for each of the map's: of its pixels in no layer, and in one */
    void *memory;              /**< of all these, on account */
    size_t bytes;              /**< of the memory */
    int length, capacity;      /**< frames there are, and may be */
    int same_mask;             /**< frames from the first on that have the same mask as the hole's frame */
    int ended;                 /**< 1: no later frame can be related */
    const uint8_t *depth;      /**< of that mask: by pixel of its extent, how many pixels along x or y lie between it
                                    and what is known; NULL: not known */
    int need;                  /**< frames that must have been seen for what is not done yet; 0: all is done */
    int bound;                 /**< frames that had to be seen for what is done */
} DfForward;

/**
 * Begin a search.
 *
 * @param past      a map of the state's hole without what is not to be believed; kept by reference
 * @param capacity  most frames after it that are looked at
 * @return 0 or -ENOMEM; df_forward_end() is to be called in either case
 */
int df_forward_begin(DfForward *forward, DfAccount *account, const DfFrameState *state, const DfSourceMap *past,
                     int capacity);

/** Add the next frame after those that were added, or end where it cannot be related to them. */
void df_forward_add(DfForward *forward, const DfFrameState *state);

/** Look for all pixels that are not done in the frames that were added, in rows that threads share. */
void df_forward_search(DfForward *forward, const DfParallel *parallel);

/** @return 1 where no frame from the number `next` on can change what was found */
int df_forward_is_decided(const DfForward *forward, int64_t next);

/**
 * Go on with the pixels at the rim whose past is near, in no more frames than the others had to be searched in: the
 * consistency check looks at them. Then give the map its references.
 * @return 0, -ENOMEM or -ENOSPC
 */
int df_forward_finish(DfForward *forward, const DfParallel *parallel);

/** Free everything; a zeroed one is fine. */
void df_forward_end(DfForward *forward);

#endif
