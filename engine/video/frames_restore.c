/**
 * @file
 * Overlays are learnt and taken off in the order of frames; sources are tinted in any.
 */
#include "video/frames_restore.h"

#include <errno.h>
#include <string.h>

int df_restore_units(void *opaque, int slot)
{
    const DfFrames *frames = opaque;

    return frames->slots[slot].regions && df_frame_is_restored(&frames->slots[slot]);
}

/** Learn from a frame what its overlay is. @param place  of the lesson */
static int learn(DfFrames *frames, const DfFrameSlot *slot, const DfTask *task, DfRect place)
{
    const DfOverlayFrame *frame = &slot->overlay;
    DfArena *scratch = &frames->workers[task->worker].temporal.scratch;
    DfArenaMark mark = df_arena_mark(scratch);
    DfLesson lesson = { .filled = &slot->frame.image, .seen = frame->seen, .start = slot->frame.overlay };

    uint8_t *known = df_arena_take(scratch, df_rect_area(place));
    if (!known)
        return -ENOMEM;
    df_temporal_known(&frames->temporal, task->frame, slot->frame.mask, place, known);
    lesson.known = known;
    int ret = df_learner_add(&frames->learner, place, &lesson);
    df_arena_reset(scratch, mark);
    return ret;
}

/** Take what has been learnt for the frame's overlay. After a frame that had but a part of it nothing is learnt. */
static int take_learnt(DfFrames *frames, DfFrameSlot *slot, const DfTask *task)
{
    const DfLearner *learner = &frames->learner;
    DfRect place = slot->overlay.place;
    int ret = 0;

    place.x1 -= df_rect_width(place) & 1;
    place.y1 -= df_rect_height(place) & 1;
    if (!frames->is_faded)
        ret = learn(frames, slot, task, place);
    if (ret >= 0 && learner->planes && !memcmp(&learner->place, &place, sizeof place)) {
        df_overlay_planes_close(&slot->overlay.planes);
        slot->overlay.planes = df_overlay_planes_ref(learner->planes);
        slot->overlay.hole = slot->frame.mask;
    }
    return ret;
}

int df_run_restore(const DfTask *task)
{
    DfFrames *frames = task->opaque;
    DfFrameSlot *slot = &frames->slots[task->slot];

    if (frames->overlay_estimate && df_frame_is_temporal(frames, slot) && take_learnt(frames, slot, task) < 0)
        return -ENOMEM;
    if (!slot->overlay.planes) {
        frames->is_faded = 0;
        return 0;
    }
    int64_t shot = frames->has_temporal ? df_planner_state(&frames->temporal.planner, task->frame)->shot : 0;
    int ret = df_overlay_restore(frames->overlays, &slot->overlay, task->frame, shot, &slot->frame.image,
                                 frames->overlay_fade, slot->frame.show == DEEPFILL_SHOW_SOURCES,
                                 &frames->workers[task->worker].temporal.scratch);
    frames->is_faded = slot->overlay.fade < 1;
    return ret;
}

int df_tint_units(void *opaque, int slot)
{
    const DfFrames *frames = opaque;

    return frames->slots[slot].regions && frames->slots[slot].frame.show == DEEPFILL_SHOW_SOURCES;
}

int df_run_tint(const DfTask *task)
{
    DfFrames *frames = task->opaque;
    DfFrameSlot *slot = &frames->slots[task->slot];
    DfWorker *worker = &frames->workers[task->worker];
    DfOrigins own = { .data = slot->overlay.origins };

    if (own.data) {
        own.place = slot->overlay.planes->planes[0].place;
        own.stride = df_rect_width(own.place);
    }
    if (df_frame_is_temporal(frames, slot))
        return df_temporal_tint(&frames->temporal, task->frame, slot->frame.mask, own.data ? &own : NULL,
                                &worker->temporal);
    df_paste_sources(&slot->frame.image, slot->frame.mask, own.data ? &own : NULL, &worker->row);
    return 0;
}
