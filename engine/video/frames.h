/**
 * @file
 * Frames in flight: what a slot keeps of each, and the steps that fill and paste it.
 */
#ifndef DF_VIDEO_FRAMES_H
#define DF_VIDEO_FRAMES_H

#include "image/packed.h"
#include "image/paste.h"
#include "log.h"
#include "overlay/heat.h"
#include "overlay/learn.h"
#include "overlay/restore.h"
#include "temporal/temporal.h"
#include "video/dilate_time.h"
#include "video/pipeline.h"

/** A frame in its slot. */
typedef struct DfFrameSlot {
    DeepfillFrame frame;   /**< with references to its masks, grown in time, and sketch; its image has planes */
    DeepfillImage packed;  /**< of a frame that came packed: as it came */
    void *planes;          /**< and the planes of it; NULL: it came in planes, or nobody looks at it */
    int64_t number;
    DfRegions *regions;    /**< its boxes; NULL: it passes untouched */
    DfFill *fills;         /**< one a box, where it is filled by itself; they, and their memory, stay from frame to
                                frame */
    int fill_count;        /**< how many there is room for */
    DfSynthesis synthesis; /**< of a fill from other frames */
    DfOverlayFrame overlay; /**< in use where its planes are set */
    int is_tied;           /**< as in DfHeld */
} DfFrameSlot;

/** A worker's own. */
typedef struct DfWorker {
    DfFiller *filler;
    DfPasteRow row;
    DfTemporalWorker temporal;
} DfWorker;

/** How frames are filled. */
typedef struct DfFramesSettings {
    DeepfillModel *model;
    DeepfillFormat format;
    DfRules rules;         /**< feather is not read */
    int workers, delay;
    int threads;           /**< most workers on one box at a time, 1 .. */
    int temporal, ahead, dilate_time, texture, grain; /**< as in DeepfillSettings */
    int overlay_fade, overlay_estimate, shots; /**< so are these */
    size_t memory;         /**< bytes for everything held for other frames */
    DfLog log;
    void (*ready)(void *opaque); /**< as in DfPipelineSpec */
    void *ready_opaque;
} DfFramesSettings;

/** Whether a frame that is shown so is filled from others: the coarse stage is a matter of each frame by itself. */
static inline int df_show_is_filled(enum DeepfillShow show)
{
    return show == DEEPFILL_SHOW_FILL || show == DEEPFILL_SHOW_SOURCES;
}

#define DF_MOST_STEPS 7

/** All slots and workers, and the pipeline that ties them together. */
typedef struct DfFrames {
    DfPipeline *pipeline;
    DfStep steps[DF_MOST_STEPS];
    int step_count;
    DfFrameSlot *slots;
    DfWorker *workers;
    int slot_count, worker_count;
    int window;            /**< with `temporal`: most frames in flight that are planned, but for those of a shot that
                                ends */
    int unseen;            /**< with `temporal`: most frames in flight that the planner has not seen */
    int64_t sent, received;
    DfDilateTime dilate;
    DfRules rules;
    int has_temporal;      /**< 1: `temporal` is in use */
    int grain;             /**< 1: frames that are filled by themselves have grain, too */
    DfTemporal temporal;
    int overlay_fade, overlay_estimate; /**< as in DeepfillSettings */
    DfOverlayState overlays[2]; /**< what restored frames tell of the next ones: of the latest overlay and another */
    int is_faded;          /**< 1: the latest restored frame had but a part of its overlay */
    DfLearner learner;     /**< with `overlay_estimate`: what frames have told of their overlay */
    DfLog log;
} DfFrames;

/**
 * Start workers for frames of one kind.
 * @param frames  zeroed; stays where it is until df_frames_close()
 * @return 0 or a negative errno; df_frames_close() is to be called in either case
 */
int df_frames_open(DfFrames *frames, const DfFramesSettings *settings);

/** @return frames that may be in flight with such settings */
int df_frames_slots(const DfFramesSettings *settings);

/** @return whether a frame's planes are looked at: others take from it, or it is filled, if by a mask grown in time */
static inline int df_frames_read(const DfFrames *frames, const DeepfillFrame *frame)
{
    return frame->mask || frame->overlay || frames->has_temporal || frames->dilate.frames;
}

/** @return 0 where df_frames_send() would find room; -EAGAIN; -EPIPE */
int df_frames_room(DfFrames *frames);

/**
 * Send a frame; references to its mask, sketch and regions are taken.
 * @param regions  its boxes; NULL: it passes untouched
 * @param planes   its overlay, of which its mask has the hole; NULL: none. A use of it is taken
 * @param beside   with an overlay: the holes beside it; NULL: none. A reference is taken
 * @return 0, -ENOMEM, or as df_frames_room()
 */
int df_frames_send(DfFrames *frames, const DeepfillFrame *frame, DfRegions *regions, DfOverlayPlanes *planes,
                   DeepfillMask *beside);

/** Take the oldest frame back; as deepfill_receive(). */
int df_frames_receive(DfFrames *frames, DeepfillResult *result, int wait);

/** Forget the frames in flight, and all that was seen: as if just opened. */
void df_frames_reset(DfFrames *frames);

/** Stop the workers, forget the frames in flight and free everything. */
void df_frames_close(DfFrames *frames);

#endif
