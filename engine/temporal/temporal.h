/**
 * @file
 * The steps of a fill from other frames: snapshot, motion, plan, fill.
 *
 * Only a frame's own snapshot, motion and fill read its planes, and its plan, which its fill waits for: so the fill may
 * write to them. Others sample what the snapshot has copied.
 */
#ifndef DF_TEMPORAL_TEMPORAL_H
#define DF_TEMPORAL_TEMPORAL_H

#include "image/layout.h"
#include "temporal/planner.h"
#include "temporal/synthesise.h"

/** A worker's own. */
typedef struct DfTemporalWorker {
    DfArena scratch;
    DfParallel parallel;       /**< for the planner's loops */
    DfSynthesiser synthesiser; /**< its row pastes the fill, too */
} DfTemporalWorker;

typedef struct DfTemporal {
    DfAccount account;
    DfPlanner planner;
    DfRules rules;
    DeepfillFormat format;
    size_t memory;         /**< bytes for everything held for other frames */
    int live;              /**< 1: no frame is looked ahead, so what others will sample of this one is not known yet */
    DfCopy whole[2];       /**< live: copies of the latest two frames, by number */
    int64_t released;      /**< frames before it hold nothing of their own any more */
} DfTemporal;

/** @return 0 or -ENOMEM; df_temporal_free() is to be called in either case */
int df_temporal_init(DfTemporal *temporal, const DeepfillFormat *format, const DfRules *rules,
                     const DfPlannerSettings *settings);

/**
 * Frame `frame` is about to be sent; references to its mask and sketch are taken.
 *
 * @param received  frames before it have been filled and received
 * @param mask      what is hidden of it from other frames: at least what is filled
 * @param keep_out  what is no source for others; NULL: none
 * @param filled    1: df_temporal_fill() will be called for it; 0: it is shown otherwise
 * @return 0 or -ENOMEM
 */
int df_temporal_begin(DfTemporal *temporal, int64_t frame, int64_t received, const DeepfillImage *image,
                      DeepfillMask *mask, DeepfillMask *keep_out, DeepfillSketch *sketch, int filled);

/**
 * Hide more of a frame that was sent; no step of it or of the frame before it has begun.
 *
 * @param mask    instead of that of df_temporal_begin()
 * @param filled  as there
 * @return 0; -ENOMEM: then nothing has changed
 */
int df_temporal_hide(DfTemporal *temporal, int64_t frame, DeepfillMask *mask, int filled);

/** @return 1 where there is anything to copy of this frame, or of the one before where that is due now */
int df_temporal_has_snapshot(const DfTemporal *temporal, int64_t frame);

/** Copy of the frames what others will sample. @return 0 or -ENOMEM */
int df_temporal_snapshot(DfTemporal *temporal, int64_t frame);

/** Relate the frame to the nearest earlier one that is of its shot. @return 0 or -ENOMEM */
int df_temporal_motion(DfTemporal *temporal, int64_t frame, DfTemporalWorker *worker);

/**
 * Fill the frame's holes, and paste.
 *
 * @param mask          where the frame is written; it hides at least that
 * @return 0 or a negative errno
 */
int df_temporal_fill(DfTemporal *temporal, int64_t frame, const DeepfillMask *mask, DfTemporalWorker *worker,
                     DfSynthesis *synthesis);

/**
 * Tint a frame that has been filled by where its pixels came from.
 *
 * @param own  origins that the plan does not know of, where they are not DF_ORIGIN_NONE; NULL: there are none
 * @return 0 or -ENOMEM
 */
int df_temporal_tint(DfTemporal *temporal, int64_t frame, const DeepfillMask *mask, const DfOrigins *own,
                     DfTemporalWorker *worker);

/**
 * Tell which pixels of a frame that has been filled other frames have shown.
 *
 * @param      mask   where the frame was written: it may hide more from others
 * @param[out] known  of the place's luma, row by row: 1, or 0 where nothing has or the fill alone was not written
 */
void df_temporal_known(const DfTemporal *temporal, int64_t frame, const DeepfillMask *mask, DfRect place,
                       uint8_t *known);

/** The frame is received: its plan and its image are given up. */
void df_temporal_receive(DfTemporal *temporal, int64_t frame);

/** Forget all frames: the next one is number 0. */
void df_temporal_reset(DfTemporal *temporal);

/** Free everything; a zeroed one is fine. */
void df_temporal_free(DfTemporal *temporal);

/** Free a worker's memory. */
void df_temporal_worker_free(DfTemporalWorker *worker);

#endif
