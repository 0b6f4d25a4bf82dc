/**
 * @file
 * A frame is sent: its hole grows in time (video/dilate_time.h), its slot gets that mask, boxes around it and what its
 * fill takes, and frames that are still held get the masks that they have grown to by this one.
 */
#include "video/frames.h"

#include <errno.h>
#include <string.h>

/** As many fills as boxes, where a frame that is shown so is filled by itself. */
static int reserve_fills(const DfFrames *frames, DfFrameSlot *slot, enum DeepfillShow show, const DfRegions *regions)
{
    int is_alone = !(frames->has_temporal && df_show_is_filled(show));

    return df_fills_reserve(&slot->fills, &slot->fill_count, regions && is_alone ? regions->box_count : 0);
}

/** All that a frame takes before it is sent: its fills and its state. */
static int reserve_frame(DfFrames *frames, DfFrameSlot *slot, const DeepfillFrame *frame, DeepfillMask *hidden,
                         const DfRegions *regions)
{
    int filled = regions && df_show_is_filled(frame->show);
    int ret = reserve_fills(frames, slot, frame->show, regions);

    /* A frame that passes untouched is a source all the same. */
    if (ret >= 0 && frames->has_temporal)
        ret = df_temporal_begin(&frames->temporal, frames->sent, frames->received, &frame->image, hidden,
                                frame->keep_out, frame->sketch, filled);
    return ret;
}

/** Lay out boxes where a mask has grown. @return 0 or -ENOMEM */
static int lay_out(const DfFrames *frames, const DeepfillMask *mask, const DfRegions *before, DfRegions **regions)
{
    DfRules rules = frames->rules;

    rules.feather = mask->settings.feather;
    return df_regions_create(regions, &rules, mask->parts, mask->part_count, before);
}

/** Give frames that have been sent, and are held, the masks that they have grown to. @return 0 or -ENOMEM */
static int grow_held(DfFrames *frames)
{
    for (int64_t n = DF_MAX(frames->sent - frames->dilate.hold, 0); n < frames->sent; n++) {
        DfHeld *held = df_dilate_time_held(&frames->dilate, n);
        DfFrameSlot *slot = &frames->slots[n % frames->slot_count];
        DfRegions *regions = NULL;
        if (!held->is_changed)
            continue;
        if (held->filled && held->filled != slot->frame.mask) {
            if (lay_out(frames, held->filled, slot->regions, &regions) < 0)
                return -ENOMEM;
            if (reserve_fills(frames, slot, slot->frame.show, regions) < 0) {
                df_regions_close(&regions);
                return -ENOMEM;
            }
            df_regions_close(&slot->regions);
            deepfill_mask_close(&slot->frame.mask);
            slot->regions = regions;
            slot->frame.mask = deepfill_mask_ref(held->filled);
        }
        if (df_temporal_hide(&frames->temporal, n, held->hidden,
                             slot->regions && df_show_is_filled(slot->frame.show)) < 0)
            return -ENOMEM;
        slot->is_tied = held->is_tied;
        held->is_changed = 0;
    }
    return 0;
}

/** Put a frame that has been taken in by `dilate` into its slot. Takes over the reference to the regions. */
static int fill_slot(DfFrames *frames, DfFrameSlot *slot, const DeepfillFrame *frame, DfRegions *regions)
{
    DfHeld *held = df_dilate_time_held(&frames->dilate, frames->sent);
    DfRegions *grown = NULL;
    int ret = 0;

    if (held->filled && held->filled != held->own) {
        ret = lay_out(frames, held->filled, regions, &grown);
        df_regions_close(&regions);
        regions = grown;
    }
    if (ret < 0 || (ret = reserve_frame(frames, slot, frame, held->hidden, regions)) < 0 ||
        (ret = grow_held(frames)) < 0) {
        df_regions_close(&regions);
        return ret;
    }
    slot->frame = *frame;
    slot->frame.mask = held->filled ? held->filled : frame->mask;
    slot->number = frames->sent++;
    slot->synthesis = (DfSynthesis){ 0 };
    slot->regions = regions;
    slot->is_tied = held->is_tied;
    held->is_changed = 0;
    if (slot->frame.mask)
        deepfill_mask_ref(slot->frame.mask);
    if (frame->sketch)
        deepfill_sketch_ref(frame->sketch);
    if (frame->keep_out)
        deepfill_mask_ref(frame->keep_out);
    return 0;
}

/** Give a slot its overlay, or the place to learn of one: that of its own mask, not of one grown in time. */
static void give_overlay(const DfFrames *frames, DfFrameSlot *slot, DfOverlayPlanes *planes, DeepfillMask *beside,
                         const DeepfillMask *own)
{
    const DeepfillFormat *format = &slot->frame.image.format;

    slot->overlay = (DfOverlayFrame){ .planes = planes ? df_overlay_planes_ref(planes) : NULL,
                                      .mask = beside ? deepfill_mask_ref(beside) : NULL };
    if (slot->frame.overlay)
        deepfill_overlay_ref(slot->frame.overlay);
    if (planes)
        slot->overlay.place = df_overlay_place(planes->planes[0].place, format);
    else if (frames->overlay_estimate && own)
        slot->overlay.place = df_overlay_place(own->extent, format);
}

/** Give a packed image planes in its slot. @return 0 or -ENOMEM */
static int unpack(DfFrameSlot *slot, DeepfillImage *image)
{
    DeepfillFormat format = df_planar_format(&image->format);
    DfPlanes planes;

    slot->packed = *image;
    image->format = format;
    slot->planes = df_alloc(df_planes_bytes(&format, format.width, format.height));
    if (!slot->planes)
        return -ENOMEM;
    df_planes_carve(&planes, &format, format.width, format.height, slot->planes);
    memcpy(image->data, planes.data, sizeof planes.data);
    memcpy(image->stride, planes.stride, sizeof planes.stride);
    df_unpack(&slot->packed, &planes);
    return 0;
}

int df_frames_send(DfFrames *frames, const DeepfillFrame *given, DfRegions *regions, DfOverlayPlanes *planes,
                   DeepfillMask *beside)
{
    int index = df_pipeline_room(frames->pipeline), ret;
    DeepfillFrame frame = *given;

    if (index < 0)
        return index;
    DfFrameSlot *slot = &frames->slots[index];
    DeepfillMask *own = frame.mask && frame.mask->part_count ? frame.mask : NULL;
    if (df_packed_step(frame.image.format.layout) > 1 && df_frames_read(frames, &frame) &&
        (ret = unpack(slot, &frame.image)) < 0)
        return ret;
    if ((ret = df_dilate_time_push(&frames->dilate, &frame.image, own, frame.show == DEEPFILL_SHOW_FRAME)) < 0)
        goto fail;
    if ((ret = fill_slot(frames, slot, &frame, regions ? df_regions_ref(regions) : NULL)) < 0) {
        df_dilate_time_pop(&frames->dilate);
        goto fail;
    }
    give_overlay(frames, slot, planes, beside, own);
    df_pipeline_push(frames->pipeline);
    return 0;
fail:
    df_free(slot->planes);
    slot->planes = NULL;
    return ret;
}
