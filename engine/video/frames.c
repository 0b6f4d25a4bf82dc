/**
 * @file
 * The two steps of a frame: fill, a unit for each box, and paste. Neither reads another frame.
 */
#include "video/frames.h"

#include <errno.h>
#include <string.h>

static int needs_network(const DfFrameSlot *slot)
{
    return slot->frame.show != DEEPFILL_SHOW_MASK && slot->frame.show != DEEPFILL_SHOW_REGIONS;
}

static int fill_units(void *opaque, int slot)
{
    const DfFrameSlot *s = &((DfFrames *)opaque)->slots[slot];

    return s->regions && needs_network(s) ? s->regions->box_count : 0;
}

static int run_fill(const DfTask *task)
{
    DfFrames *frames = task->opaque;
    DfFrameSlot *slot = &frames->slots[task->slot];

    return df_fill_box(frames->workers[task->worker].filler, &slot->frame.image, slot->frame.mask,
                       &slot->regions->boxes[task->unit], slot->frame.show == DEEPFILL_SHOW_COARSE,
                       &slot->fills[task->unit]);
}

static int paste_units(void *opaque, int slot)
{
    return ((DfFrames *)opaque)->slots[slot].regions != NULL;
}

static int run_paste(const DfTask *task)
{
    DfFrames *frames = task->opaque;
    DfFrameSlot *slot = &frames->slots[task->slot];
    DfPasteRow *row = &frames->workers[task->worker].row;
    const DeepfillFrame *frame = &slot->frame;

    if (needs_network(slot))
        df_paste(&frame->image, frame->mask, slot->regions, slot->fills, row);
    else
        df_paste_tint(&frame->image, frame->mask,
                      frame->show == DEEPFILL_SHOW_REGIONS ? slot->regions : NULL, row);
    if (frame->show == DEEPFILL_SHOW_SOURCES)
        df_paste_tint(&frame->image, frame->mask, NULL, row);
    return 0;
}

static const DfStep steps[] = {
    { .name = "fill", .units = fill_units, .run = run_fill },
    { .name = "paste", .units = paste_units, .run = run_paste },
};

int df_frames_open(DfFrames *frames, DeepfillModel *model, int width, int workers, int delay)
{
    DfPipelineSpec spec = { .steps = steps, .step_count = DF_COUNT(steps), .delay = delay, .workers = workers,
                            .opaque = frames };
    int ret = 0;

    frames->slot_count = df_pipeline_slots(&spec);
    frames->worker_count = workers;
    frames->slots = df_alloc(df_size_mul(frames->slot_count, sizeof *frames->slots));
    frames->workers = df_alloc(df_size_mul(workers, sizeof *frames->workers));
    if (!frames->slots || !frames->workers)
        return -ENOMEM;
    for (int i = 0; i < workers && ret >= 0; i++) {
        ret = df_filler_create(&frames->workers[i].filler, model);
        if (ret >= 0)
            ret = df_paste_row_create(&frames->workers[i].row, width);
    }
    return ret < 0 ? ret : df_pipeline_open(&frames->pipeline, &spec);
}

int df_frames_room(DfFrames *frames)
{
    int slot = df_pipeline_room(frames->pipeline);

    return slot < 0 ? slot : 0;
}

/** Make room for one fill a box; those that are there keep their memory. */
static int grow_fills(DfFrameSlot *slot, int count)
{
    if (count <= slot->fill_count)
        return 0;
    DfFill *fills = df_alloc(df_size_mul(count, sizeof *fills));
    if (!fills)
        return -ENOMEM;
    if (slot->fills)
        memcpy(fills, slot->fills, slot->fill_count * sizeof *fills);
    df_free(slot->fills);
    slot->fills = fills;
    slot->fill_count = count;
    return 0;
}

static void release(DfFrameSlot *slot)
{
    deepfill_mask_close(&slot->frame.mask);
    df_regions_close(&slot->regions);
}

int df_frames_send(DfFrames *frames, const DeepfillFrame *frame, DfRegions *regions)
{
    int index = df_pipeline_room(frames->pipeline);

    if (index < 0)
        return index;
    DfFrameSlot *slot = &frames->slots[index];
    if (regions && grow_fills(slot, regions->box_count) < 0)
        return -ENOMEM;
    slot->frame = *frame;
    if (frame->mask)
        deepfill_mask_ref(frame->mask);
    slot->regions = regions ? df_regions_ref(regions) : NULL;
    df_pipeline_push(frames->pipeline);
    return 0;
}

static DeepfillResult result_of(const DfFrameSlot *slot, int error)
{
    DeepfillResult result = { .opaque = slot->frame.opaque, .error = error };

    if (!slot->regions)
        return result;
    result.hole = slot->frame.mask->info.hole;
    if (error || !needs_network(slot))
        return result;
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
    *result = result_of(&frames->slots[slot], error);
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
    }
    df_free(frames->slots);
    df_free(frames->workers);
    *frames = (DfFrames){ 0 };
}
