/**
 * @file
 * The last steps of a frame: its overlay is taken off, or learnt, and its sources are tinted.
 */
#ifndef DF_VIDEO_FRAMES_RESTORE_H
#define DF_VIDEO_FRAMES_RESTORE_H

#include "video/frames.h"

/** Whether an overlay is taken off the frame, or learnt from it. */
static inline int df_frame_is_restored(const DfFrameSlot *slot)
{
    return !df_rect_empty(slot->overlay.place) && df_show_is_filled(slot->frame.show);
}

/** Whether a frame is filled from others. */
static inline int df_frame_is_temporal(const DfFrames *frames, const DfFrameSlot *slot)
{
    return frames->has_temporal && slot->regions && df_show_is_filled(slot->frame.show);
}

/** Units and work of the step that takes overlays off, frame by frame in order; as in DfStep. */
int df_restore_units(void *opaque, int slot);
int df_run_restore(const DfTask *task);

/** The same of the step that tints sources. */
int df_tint_units(void *opaque, int slot);
int df_run_tint(const DfTask *task);

#endif
