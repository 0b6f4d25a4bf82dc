/**
 * @file
 * Which steps a frame goes through. Frame by frame: fill, a unit for each box, and paste. From other frames:
 * snapshot, motion, plan, fill (which pastes: temporal/temporal.h); frames that are shown otherwise are filled, if at
 * all, and pasted by themselves. Last, an overlay is taken off, frame by frame in order, and sources are tinted. How a
 * frame comes into its slot: frames_send.c.
 */
#include "video/frames.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "image/grain.h"
#include "temporal/trace.h"
#include "video/frames_restore.h"

static int needs_network(const DfFrameSlot *slot)
{
    return slot->frame.show != DEEPFILL_SHOW_MASK && slot->frame.show != DEEPFILL_SHOW_REGIONS &&
           slot->frame.show != DEEPFILL_SHOW_OVERLAY;
}

static int fill_units(void *opaque, int slot)
{
    const DfFrames *frames = opaque;
    const DfFrameSlot *s = &frames->slots[slot];

    if (df_frame_is_temporal(frames, s))
        return 1;
    return s->regions && needs_network(s) ? s->regions->box_count : 0;
}

static int run_fill(const DfTask *task)
{
    DfFrames *frames = task->opaque;
    DfFrameSlot *slot = &frames->slots[task->slot];
    DfWorker *worker = &frames->workers[task->worker];

    if (df_frame_is_temporal(frames, slot)) {
        if (df_frame_is_restored(slot) && df_overlay_keep(&slot->overlay, &slot->frame.image) < 0)
            return -ENOMEM;
        return df_temporal_fill(&frames->temporal, task->frame, slot->frame.mask, &worker->temporal,
                                &slot->synthesis);
    }
    return df_fill_box(worker->filler, &slot->frame.image, slot->frame.mask, slot->frame.sketch,
                       &slot->regions->boxes[task->unit], slot->frame.show == DEEPFILL_SHOW_COARSE,
                       &slot->fills[task->unit]);
}

static int is_planned(void *opaque, int64_t frame)
{
    return frame < df_planner_planned(&((DfFrames *)opaque)->temporal.planner);
}

static const int64_t *fill_needs(void *opaque, int slot, int *count)
{
    const DfFrames *frames = opaque;
    const DfFrameState *s = df_planner_state(&frames->temporal.planner, frames->slots[slot].number);

    *count = s->need_count;
    return s->needs;
}

static int paste_units(void *opaque, int slot)
{
    const DfFrames *frames = opaque;

    return frames->slots[slot].regions && !df_frame_is_temporal(frames, &frames->slots[slot]);
}

static int run_paste(const DfTask *task)
{
    DfFrames *frames = task->opaque;
    DfFrameSlot *slot = &frames->slots[task->slot];
    DfWorker *worker = &frames->workers[task->worker];
    const DeepfillFrame *frame = &slot->frame;

    if (df_frame_is_restored(slot) && df_overlay_keep(&slot->overlay, &frame->image) < 0)
        return -ENOMEM;
    if (needs_network(slot))
        df_paste(&frame->image, frame->mask, slot->regions, slot->fills, &worker->row);
    if (frames->grain && df_show_is_filled(frame->show) &&
        df_grain_picture(&frame->image, frame->mask, frame->keep_out, &worker->temporal.scratch) < 0)
        return -ENOMEM;
    if (frame->show == DEEPFILL_SHOW_OVERLAY && slot->overlay.planes)
        df_overlay_heat(&frame->image, slot->overlay.planes);
    else if (!needs_network(slot) && frame->show != DEEPFILL_SHOW_OVERLAY)
        df_paste_tint(&frame->image, frame->mask, frame->show == DEEPFILL_SHOW_REGIONS ? slot->regions : NULL,
                      &worker->row);
    return 0;
}

static int snapshot_units(void *opaque, int slot)
{
    const DfFrames *frames = opaque;

    return df_temporal_has_snapshot(&frames->temporal, frames->slots[slot].number);
}

static int run_snapshot(const DfTask *task)
{
    return df_temporal_snapshot(&((DfFrames *)task->opaque)->temporal, task->frame);
}

static int one_unit(void *opaque, int slot)
{
    (void)opaque;
    (void)slot;
    return 1;
}

static int run_motion(const DfTask *task)
{
    DfFrames *frames = task->opaque;

    return df_temporal_motion(&frames->temporal, task->frame, &frames->workers[task->worker].temporal);
}

static int run_plan(const DfTask *task)
{
    DfFrames *frames = task->opaque;
    DfTemporalWorker *worker = &frames->workers[task->worker].temporal;

    df_planner_observe(&frames->temporal.planner, task->frame, task->end, &worker->parallel, &worker->scratch);
    return 0;
}

/** @return how many steps */
static int set_steps(DfFrames *frames, const DfFramesSettings *settings)
{
    DfStep *step = frames->steps;
    DfStep fill = { .name = "fill", .units = fill_units, .run = run_fill };

    if (settings->temporal) {
        int live = !settings->ahead;
        *step++ = (DfStep){ .name = "snapshot", .ahead = live ? 0 : 1 + frames->dilate.hold, .in_order = live,
                            .units = snapshot_units, .run = run_snapshot };
        *step++ = (DfStep){ .name = "motion", .behind = DF_MOST_BACK, .units = one_unit, .run = run_motion };
        *step++ = (DfStep){ .name = "plan", .ahead = live ? 0 : DF_PLANNER_SETTLING, .in_order = 1, .always = 1,
                            .units = one_unit, .run = run_plan };
        fill.is_ready = is_planned;
        fill.needs = fill_needs;
    }
    *step++ = fill;
    *step++ = (DfStep){ .name = "paste", .units = paste_units, .run = run_paste };
    *step++ = (DfStep){ .name = "restore", .in_order = 1, .units = df_restore_units, .run = df_run_restore };
    *step++ = (DfStep){ .name = "tint", .units = df_tint_units, .run = df_run_tint };
    return (int)(step - frames->steps);
}

/**
 * Frames that must have been sent for the planner to see the next one: that, those that it looks at to tell a flash
 * from a cut, and one more whose mask the last snapshot asks for.
 */
#define LEAST_UNSEEN (1 + DF_PLANNER_SETTLING + 1)

/** Frames whose masks may change those before them. */
static int held(const DfFramesSettings *settings)
{
    int most = DF_MAX(settings->dilate_time, DF_HIDDEN_BESIDE);

    return settings->temporal ? DF_MIN(most, settings->ahead) : 0;
}

/** Frames that may have been sent and not been seen by the planner: those, and one for each that may be under way. */
static int unseen(const DfFramesSettings *settings)
{
    return LEAST_UNSEEN + held(settings) + settings->delay;
}

int df_frames_slots(const DfFramesSettings *settings)
{
    int window = settings->delay + 1;

    return settings->temporal && settings->ahead ? window + settings->ahead + 1 + unseen(settings) : window;
}

/**
 * Frames come while those that are planned are few, so that the finished ones leave, the planner keeps up with them,
 * and what is held fits the memory. Where it does not, they come only once all that are planned are done, and no more
 * than the planner needs.
 */
static int admits(void *opaque, int64_t first, int64_t end)
{
    DfFrames *frames = opaque;
    DfTemporal *temporal = &frames->temporal;
    int64_t planned = df_planner_planned(&temporal->planner), seen = df_planner_seen(&temporal->planner);

    if (planned - first >= frames->window || end - seen >= frames->unseen)
        return 0;
    return (planned == first && end - seen < LEAST_UNSEEN + frames->dilate.hold) ||
           df_account_bytes(&temporal->account) < temporal->memory;
}

/** Only frames that are planned are certain to be done. */
static int is_certain(void *opaque, int64_t frame)
{
    return is_planned(opaque, frame);
}

static int open_worker(DfWorker *worker, const DfFramesSettings *settings, DfThreadPool *pool)
{
    int ret = df_filler_create(&worker->filler, settings->model, (DfParallel){ pool, settings->threads },
                               settings->texture);

    if (ret >= 0)
        ret = df_paste_row_create(&worker->row, settings->format.width);
    worker->temporal.synthesiser.filler = worker->filler;
    worker->temporal.synthesiser.row = worker->row;
    worker->temporal.parallel = (DfParallel){ pool, DF_MIN(settings->workers, DF_MOST_THREADS) };
    return ret;
}

static int init_temporal(DfFrames *frames, const DfFramesSettings *settings)
{
    DfPlannerSettings planner = { .slots = frames->slot_count, .ahead = settings->ahead,
                                  .memory = settings->memory, .grain = settings->grain && !settings->shots,
                                  .held = held(settings), .shots = settings->shots };

    frames->window = settings->delay + 1;
    frames->unseen = unseen(settings);
    return df_temporal_init(&frames->temporal, &settings->format, &settings->rules, &planner);
}

int df_frames_open(DfFrames *frames, const DfFramesSettings *settings)
{
    frames->dilate.frames = settings->dilate_time;
    frames->dilate.hold = held(settings);
    frames->dilate.beside = frames->dilate.hold ? DF_HIDDEN_BESIDE : 0;
    frames->rules = settings->rules;
    frames->step_count = set_steps(frames, settings);

    DfPipelineSpec spec = { .steps = frames->steps, .step_count = frames->step_count,
                            .slots = df_frames_slots(settings), .workers = settings->workers, .opaque = frames,
                            .ready = settings->ready, .ready_opaque = settings->ready_opaque };
    int ret = 0;

    frames->slot_count = spec.slots;
    frames->worker_count = settings->workers;
    frames->has_temporal = settings->temporal;
    frames->grain = settings->grain;
    frames->overlay_fade = settings->overlay_fade;
    frames->overlay_estimate = settings->overlay_estimate;
    frames->log = settings->log;
    frames->slots = df_alloc(df_size_mul(frames->slot_count, sizeof *frames->slots));
    frames->workers = df_alloc(df_size_mul(frames->worker_count, sizeof *frames->workers));
    if (!frames->slots || !frames->workers)
        return -ENOMEM;
    if (settings->temporal)
        ret = init_temporal(frames, settings);
    if (settings->temporal && settings->ahead) {
        spec.admits = admits;
        spec.is_certain = is_certain;
    }
    /* No worker looks at its own before a frame is sent. */
    if (ret >= 0)
        ret = df_pipeline_open(&frames->pipeline, &spec);
    for (int i = 0; i < frames->worker_count && ret >= 0; i++)
        ret = open_worker(&frames->workers[i], settings, df_pipeline_thread_pool(frames->pipeline));
    return ret;
}

int df_frames_room(DfFrames *frames)
{
    int slot = df_pipeline_room(frames->pipeline);

    return slot < 0 ? slot : 0;
}

static void release(DfFrameSlot *slot)
{
    deepfill_mask_close(&slot->frame.mask);
    deepfill_sketch_close(&slot->frame.sketch);
    deepfill_mask_close(&slot->frame.keep_out);
    deepfill_overlay_close(&slot->frame.overlay);
    df_regions_close(&slot->regions);
    df_free(slot->planes);
    slot->planes = NULL;
    df_overlay_frame_free(&slot->overlay);
}

static DeepfillResult result_of(const DfFrames *frames, const DfFrameSlot *slot, int error)
{
    const DfFrameState *s = frames->has_temporal ? df_planner_state(&frames->temporal.planner, slot->number) : NULL;
    int begins = s && s->shot == s->frame;
    DeepfillResult result = { .opaque = slot->frame.opaque, .error = error, .cut = begins + (begins && slot->is_tied),
                              .overlay = -1 };

    if (!slot->regions)
        return result;
    result.hole = slot->frame.mask->info.hole;
    if (error || !needs_network(slot))
        return result;
    if (slot->overlay.planes && df_frame_is_restored(slot))
        result.overlay = slot->overlay.fade;
    if (df_frame_is_temporal(frames, slot)) {
        result.boxes = slot->synthesis.boxes;
        result.no_context = slot->synthesis.no_context;
        result.network = slot->synthesis.boxes ? (double)slot->synthesis.pixels / (double)s->hole : 0;
        return result;
    }
    result.boxes = slot->regions->box_count;
    result.network = 1;
    for (int i = 0; i < result.boxes; i++)
        result.no_context += slot->fills[i].no_context;
    return result;
}

/** Log a line on a frame that the planner has seen, with the time that each step took. */
static void trace(DfFrames *frames, int slot)
{
    char text[DF_LOG_BYTES];
    const DfFrameState *s = df_planner_state(&frames->temporal.planner, frames->slots[slot].number);
    int length = df_trace(text, sizeof text, s);

    length += snprintf(text + length, sizeof text - length, "; held %.1f MiB; ms:",
                       (double)df_account_bytes(&frames->temporal.account) / (1 << 20));
    for (int i = 0; i < frames->step_count && length < (int)sizeof text; i++)
        length += snprintf(text + length, sizeof text - length, " %s %.2f", frames->steps[i].name,
                           1e-6 * (double)df_pipeline_frame_spent(frames->pipeline, slot, i));
    df_log(&frames->log, DEEPFILL_LOG_DEBUG, "%s", text);
}

/** What the fill of a frame that came packed has changed. */
static void write_back(const DfFrameSlot *slot)
{
    DfPlanes planes;

    if (!slot->planes || (!slot->regions && !slot->overlay.planes))
        return;
    memcpy(planes.data, slot->frame.image.data, sizeof planes.data);
    memcpy(planes.stride, slot->frame.image.stride, sizeof planes.stride);
    df_pack(&slot->packed, &planes);
}

int df_frames_receive(DfFrames *frames, DeepfillResult *result, int wait)
{
    int slot, error, ret = df_pipeline_pull(frames->pipeline, wait, &slot, &error);

    if (ret < 0)
        return ret;
    *result = result_of(frames, &frames->slots[slot], error);
    if (frames->has_temporal) {
        if (df_log_wants(&frames->log, DEEPFILL_LOG_DEBUG))
            trace(frames, slot);
        df_temporal_receive(&frames->temporal, frames->slots[slot].number);
    }
    if (!error)
        write_back(&frames->slots[slot]);
    release(&frames->slots[slot]);
    frames->received++;
    return 0;
}

void df_frames_reset(DfFrames *frames)
{
    df_pipeline_reset(frames->pipeline);
    for (int i = 0; i < frames->slot_count; i++)
        release(&frames->slots[i]);
    if (frames->has_temporal) {
        for (int64_t n = frames->received; n < frames->sent; n++)
            df_temporal_receive(&frames->temporal, n);
        df_temporal_reset(&frames->temporal);
    }
    df_dilate_time_reset(&frames->dilate);
    for (size_t i = 0; i < DF_COUNT(frames->overlays); i++)
        df_overlay_state_free(&frames->overlays[i]);
    df_learner_free(&frames->learner);
    frames->is_faded = 0;
    frames->sent = frames->received = 0;
}

/** Log what was held at most for other frames, and what the workers have. */
static void log_memory(DfFrames *frames)
{
    size_t scratch = 0;

    for (int i = 0; i < frames->worker_count; i++)
        scratch += df_arena_bytes(&frames->workers[i].temporal.scratch);
    df_log(&frames->log, DEEPFILL_LOG_VERBOSE,
           "at most %.1f MiB were held for other frames; "
           "the workers' scratch memory is %.1f MiB, without the network's",
           (double)atomic_load(&frames->temporal.account.peak) / (1 << 20), (double)scratch / (1 << 20));
}

void df_frames_close(DfFrames *frames)
{
    int is_open = frames->pipeline != NULL;

    df_pipeline_close(&frames->pipeline);
    if (is_open && frames->has_temporal)
        log_memory(frames);
    for (int i = 0; frames->slots && i < frames->slot_count; i++) {
        release(&frames->slots[i]);
        for (int k = 0; k < frames->slots[i].fill_count; k++)
            df_fill_free(&frames->slots[i].fills[k]);
        df_free(frames->slots[i].fills);
    }
    for (int i = 0; frames->workers && i < frames->worker_count; i++) {
        df_filler_close(&frames->workers[i].filler);
        df_paste_row_free(&frames->workers[i].row);
        df_temporal_worker_free(&frames->workers[i].temporal);
    }
    df_temporal_free(&frames->temporal);
    df_dilate_time_free(&frames->dilate);
    for (size_t i = 0; i < DF_COUNT(frames->overlays); i++)
        df_overlay_state_free(&frames->overlays[i]);
    df_learner_free(&frames->learner);
    df_free(frames->slots);
    df_free(frames->workers);
    *frames = (DfFrames){ 0 };
}
