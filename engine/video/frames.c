/**
 * @file
 * Which steps a frame goes through. Frame by frame: fill, a unit for each box, and paste. From other frames:
 * view, link, follow, fill, paste (video/temporal.h).
 */
#include "video/frames.h"

#include <errno.h>
#include <string.h>

static int needs_network(const DfFrameSlot *slot)
{
    return slot->frame.show != DEEPFILL_SHOW_MASK && slot->frame.show != DEEPFILL_SHOW_REGIONS;
}

/**
 * Whether a frame that is shown so is filled from others: the coarse stage is a matter of each frame by
 * itself.
 */
static int is_filled_show(enum DeepfillShow show)
{
    return show == DEEPFILL_SHOW_FILL || show == DEEPFILL_SHOW_SOURCES;
}

static int is_temporal(const DfFrames *frames, const DfFrameSlot *slot)
{
    return frames->has_temporal && slot->regions && is_filled_show(slot->frame.show);
}

static int fill_units(void *opaque, int slot)
{
    const DfFrames *frames = opaque;
    const DfFrameSlot *s = &frames->slots[slot];

    if (is_temporal(frames, s))
        return 1;
    return s->regions && needs_network(s) ? s->regions->box_count : 0;
}

static int run_fill(const DfTask *task)
{
    DfFrames *frames = task->opaque;
    DfFrameSlot *slot = &frames->slots[task->slot];
    DfWorker *worker = &frames->workers[task->worker];

    if (is_temporal(frames, slot))
        return df_temporal_fill(&frames->temporal, task->frame, &worker->temporal, slot->fills,
                                &slot->synthesis);
    return df_fill_box(worker->filler, &slot->frame.image, slot->frame.mask, slot->frame.sketch,
                       &slot->regions->boxes[task->unit], slot->frame.show == DEEPFILL_SHOW_COARSE,
                       &slot->fills[task->unit]);
}

static const int64_t *fill_needs(void *opaque, int slot, int *count)
{
    const DfFrames *frames = opaque;
    const DfMoment *m = df_timeline_moment(&frames->temporal.timeline, frames->slots[slot].number);

    *count = m->need_count;
    return m->needs;
}

static int paste_units(void *opaque, int slot)
{
    return ((DfFrames *)opaque)->slots[slot].regions != NULL;
}

/** Paste the areas of a fill from other frames, each as a box of its own. */
static int paste_areas(DfFrames *frames, DfFrameSlot *slot, DfWorker *worker)
{
    const DfMoment *m = df_timeline_moment(&frames->temporal.timeline, slot->number);
    DfArenaMark mark = df_arena_mark(&worker->temporal.scratch);
    DfBox *boxes = df_arena_take_zeroed(&worker->temporal.scratch,
                                        df_size_mul(m->areas.count, sizeof *boxes));
    int ret = boxes ? 0 : -ENOMEM;

    for (int i = 0; boxes && i < m->areas.count; i++)
        boxes[i].place = boxes[i].own = df_draft_place(m, i);
    if (boxes) {
        DfRegions areas = { .box_count = m->areas.count, .boxes = boxes };
        df_paste(&slot->frame.image, slot->frame.mask, &areas, slot->fills, &worker->row);
        if (slot->frame.show == DEEPFILL_SHOW_SOURCES)
            ret = df_temporal_tint(&frames->temporal, slot->number, &worker->temporal, &worker->row);
    }
    df_arena_reset(&worker->temporal.scratch, mark);
    return ret;
}

static int run_paste(const DfTask *task)
{
    DfFrames *frames = task->opaque;
    DfFrameSlot *slot = &frames->slots[task->slot];
    DfWorker *worker = &frames->workers[task->worker];
    const DeepfillFrame *frame = &slot->frame;

    if (is_temporal(frames, slot))
        return paste_areas(frames, slot, worker);
    if (needs_network(slot))
        df_paste(&frame->image, frame->mask, slot->regions, slot->fills, &worker->row);
    if (!needs_network(slot) || frame->show == DEEPFILL_SHOW_SOURCES)
        df_paste_tint(&frame->image, frame->mask, frame->show == DEEPFILL_SHOW_REGIONS ? slot->regions : NULL,
                      &worker->row);
    return 0;
}

static int view_units(void *opaque, int slot)
{
    const DfFrames *frames = opaque;

    return df_temporal_has_view(&frames->temporal, frames->slots[slot].number);
}

static int run_view(const DfTask *task)
{
    return df_temporal_view(&((DfFrames *)task->opaque)->temporal, task->frame);
}

static int one_unit(void *opaque, int slot)
{
    (void)opaque;
    (void)slot;
    return 1;
}

static int run_link(const DfTask *task)
{
    DfFrames *frames = task->opaque;

    return df_temporal_link(&frames->temporal, task->frame, &frames->workers[task->worker].temporal);
}

static int run_follow(const DfTask *task)
{
    DfFrames *frames = task->opaque;

    return df_temporal_follow(&frames->temporal, task->frame, &frames->workers[task->worker].temporal);
}

static const DfStep fill_step = { .name = "fill", .units = fill_units, .run = run_fill };
static const DfStep paste_step = { .name = "paste", .units = paste_units, .run = run_paste };

/** @return how many steps */
static int set_steps(DfFrames *frames, const DfFramesSettings *settings)
{
    DfStep *step = frames->steps;

    if (settings->temporal) {
        int live = !settings->ahead;
        *step++ = (DfStep){ .name = "view", .ahead = !live, .in_order = live, .units = view_units,
                            .run = run_view };
        *step++ = (DfStep){ .name = "link", .behind = DF_MOST_BACK, .units = one_unit, .run = run_link };
        *step++ = (DfStep){ .name = "follow", .ahead = df_timeline_ahead(settings->ahead), .in_order = 1,
                            .every = DF_MAX(settings->ahead, 1), .always = 1, .units = one_unit,
                            .run = run_follow };
    }
    *step = fill_step;
    if (settings->temporal)
        step->needs = fill_needs;
    step++;
    *step++ = paste_step;
    return (int)(step - frames->steps);
}

static int open_worker(DfWorker *worker, const DfFramesSettings *settings, DfThreadPool *pool)
{
    int ret = df_filler_create(&worker->filler, settings->model, (DfParallel){ pool, settings->threads });

    if (ret >= 0)
        ret = df_paste_row_create(&worker->row, settings->format.width);
    worker->temporal.synthesiser.filler = worker->filler;
    worker->temporal.synthesiser.row = worker->row;
    return ret;
}

int df_frames_open(DfFrames *frames, const DfFramesSettings *settings)
{
    DfPipelineSpec spec = { .steps = frames->steps, .delay = settings->delay, .workers = settings->workers,
                            .opaque = frames, .ready = settings->ready,
                            .ready_opaque = settings->ready_opaque };
    int ret = 0;

    spec.step_count = set_steps(frames, settings);
    frames->slot_count = df_pipeline_slots(&spec);
    frames->worker_count = settings->workers;
    frames->has_temporal = settings->temporal;
    frames->log = settings->log;
    frames->slots = df_alloc(df_size_mul(frames->slot_count, sizeof *frames->slots));
    frames->workers = df_alloc(df_size_mul(frames->worker_count, sizeof *frames->workers));
    if (!frames->slots || !frames->workers)
        return -ENOMEM;
    if (frames->has_temporal)
        ret = df_temporal_init(&frames->temporal, &settings->format, &settings->rules, frames->slot_count,
                               settings->ahead, settings->budget);
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

/** All that a frame takes before it is sent: as many fills as boxes or areas, and its moment. */
static int reserve_frame(DfFrames *frames, DfFrameSlot *slot, const DeepfillFrame *frame,
                         const DfRegions *regions)
{
    int count = regions ? regions->box_count : 0;

    if (frames->has_temporal) {
        /* A frame that passes untouched is a source all the same. */
        if (df_temporal_begin(&frames->temporal, frames->sent, &frame->image, regions ? frame->mask : NULL,
                              frame->sketch, regions && is_filled_show(frame->show)) < 0)
            return -ENOMEM;
        count = DF_MAX(count, df_timeline_moment(&frames->temporal.timeline, frames->sent)->areas.count);
    }
    int ret = df_fills_reserve(&slot->fills, &slot->fill_count, count);
    if (ret < 0 && frames->has_temporal)
        df_temporal_withdraw(&frames->temporal, frames->sent);
    return ret;
}

static void release(DfFrameSlot *slot)
{
    deepfill_mask_close(&slot->frame.mask);
    deepfill_sketch_close(&slot->frame.sketch);
    df_regions_close(&slot->regions);
}

int df_frames_send(DfFrames *frames, const DeepfillFrame *frame, DfRegions *regions)
{
    int index = df_pipeline_room(frames->pipeline);

    if (index < 0)
        return index;
    DfFrameSlot *slot = &frames->slots[index];
    if (reserve_frame(frames, slot, frame, regions) < 0)
        return -ENOMEM;
    slot->frame = *frame;
    slot->number = frames->sent++;
    slot->synthesis = (DfSynthesis){ 0 };
    if (frame->mask)
        deepfill_mask_ref(frame->mask);
    if (frame->sketch)
        deepfill_sketch_ref(frame->sketch);
    slot->regions = regions ? df_regions_ref(regions) : NULL;
    df_pipeline_push(frames->pipeline);
    return 0;
}

static DeepfillResult result_of(const DfFrames *frames, const DfFrameSlot *slot, int error)
{
    DeepfillResult result = { .opaque = slot->frame.opaque, .error = error };

    if (!slot->regions)
        return result;
    result.hole = slot->frame.mask->info.hole;
    if (error || !needs_network(slot))
        return result;
    if (is_temporal(frames, slot)) {
        const DfMoment *m = df_timeline_moment(&frames->temporal.timeline, slot->number);
        result.boxes = slot->synthesis.boxes;
        result.no_context = slot->synthesis.no_context;
        result.network = slot->synthesis.boxes ? (double)m->fresh / (double)m->hole : 0;
        return result;
    }
    result.boxes = slot->regions->box_count;
    result.network = 1;
    for (int i = 0; i < result.boxes; i++)
        result.no_context += slot->fills[i].no_context;
    return result;
}

int df_frames_receive(DfFrames *frames, DeepfillResult *result, int wait)
{
    int slot, error, ret = df_pipeline_pull(frames->pipeline, wait, &slot, &error);

    if (ret < 0)
        return ret;
    *result = result_of(frames, &frames->slots[slot], error);
    if (frames->has_temporal)
        df_moment_release(df_timeline_moment(&frames->temporal.timeline, frames->slots[slot].number));
    release(&frames->slots[slot]);
    return 0;
}

void df_frames_close(DfFrames *frames)
{
    df_pipeline_close(&frames->pipeline);
    for (int i = 0; frames->slots && i < frames->slot_count; i++) {
        release(&frames->slots[i]);
        for (int k = 0; k < frames->slots[i].fill_count; k++)
            df_fill_free(&frames->slots[i].fills[k]);
        df_free(frames->slots[i].fills);
    }
    for (int i = 0; frames->workers && i < frames->worker_count; i++) {
        df_filler_close(&frames->workers[i].filler);
        df_paste_row_free(&frames->workers[i].row);
        df_synthesiser_free(&frames->workers[i].temporal.synthesiser);
        df_arena_free(&frames->workers[i].temporal.scratch);
    }
    df_temporal_free(&frames->temporal);
    df_free(frames->slots);
    df_free(frames->workers);
    *frames = (DfFrames){ 0 };
}
