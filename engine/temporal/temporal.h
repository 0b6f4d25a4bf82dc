/**
 * @file
 * The steps of a fill from other frames: view, link, follow, fill. Paste is that of every fill.
 *
 * Only a frame's own steps read its planes, so that its paste need not wait for anybody: view copies what
 * others will want to see.
 */
#ifndef DF_TEMPORAL_TEMPORAL_H
#define DF_TEMPORAL_TEMPORAL_H

#include "image/layout.h"
#include "temporal/synthesise.h"
#include "temporal/timeline.h"

/** A worker's own. */
typedef struct DfTemporalWorker {
    DfArena scratch;
    DfSynthesiser synthesiser;
} DfTemporalWorker;

typedef struct DfTemporal {
    DfTimeline timeline;
    DfRules rules;
    int live;              /**< 1: no frame ahead is there to tell what others will want to see of this one */
    DfPatch whole[2];      /**< live: copies of the latest two frames, by number */
} DfTemporal;

/**
 * @param slots   most frames in flight
 * @param ahead   0: live
 * @param budget  bytes of sources kept for later
 * @return 0 or -ENOMEM; df_temporal_free() is to be called in either case
 */
int df_temporal_init(DfTemporal *temporal, const DeepfillFormat *format, const DfRules *rules, int slots,
                     int ahead, size_t budget);

/**
 * Frame `frame` is about to be sent; references to its mask and sketch are taken.
 * @param filled  1: df_temporal_fill() will be called for it; 0: it is shown otherwise
 * @return 0 or -ENOMEM
 */
int df_temporal_begin(DfTemporal *temporal, int64_t frame, const DeepfillImage *image, DeepfillMask *mask,
                      DeepfillSketch *sketch, int filled);

/** It is not sent after all. */
void df_temporal_withdraw(DfTemporal *temporal, int64_t frame);

/** @return 1 where there is anything to copy of this frame, or of the one before where that is due now */
int df_temporal_has_view(const DfTemporal *temporal, int64_t frame);

/** Copy of the frames what others will want to see. @return 0 or -ENOMEM */
int df_temporal_view(DfTemporal *temporal, int64_t frame);

/** Relate the frame to the nearest earlier one that is of its shot. @return 0 or -ENOMEM */
int df_temporal_link(DfTemporal *temporal, int64_t frame, DfTemporalWorker *worker);

/** Plan the block that begins with this frame. @return 0 or -ENOMEM */
int df_temporal_follow(DfTemporal *temporal, int64_t frame, DfTemporalWorker *worker);

/**
 * Fill the frame's holes.
 *
 * @param fills  one for each area of the moment
 * @return 0 or a negative errno
 */
int df_temporal_fill(DfTemporal *temporal, int64_t frame, DfTemporalWorker *worker, DfFill *fills,
                     DfSynthesis *synthesis);

/** Tint the pasted frame by where its pixels came from. @return 0 or -ENOMEM */
int df_temporal_tint(const DfTemporal *temporal, int64_t frame, DfTemporalWorker *worker, DfPasteRow *row);

/** Free everything; a zeroed one is fine. */
void df_temporal_free(DfTemporal *temporal);

#endif
