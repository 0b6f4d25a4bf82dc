/*
 * This file is part of FFmpeg.
 *
 * FFmpeg is free software; you can redistribute it and/or
 * modify it under the terms of the GNU Lesser General Public
 * License as published by the Free Software Foundation; either
 * version 2.1 of the License, or (at your option) any later version.
 *
 * FFmpeg is distributed in the hope that it will be useful,
 * but WITHOUT ANY WARRANTY; without even the implied warranty of
 * MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the GNU
 * Lesser General Public License for more details.
 *
 * You should have received a copy of the GNU Lesser General Public
 * License along with FFmpeg; if not, write to the Free Software
 * Foundation, Inc., 51 Franklin Street, Fifth Floor, Boston, MA 02110-1301 USA
 */

/**
 * @file
 * Frames lent to libdeepfill's workers.
 */

#include <stdio.h>

#include "libavutil/common.h"
#include "libavutil/dict.h"
#include "libavutil/error.h"
#include "libavutil/timestamp.h"

#include "deepfill_compat.h"
#include "deepfill_fields.h"
#include "deepfill_frame.h"
#include "deepfill_queue.h"

int ff_deepfill_is_preview(enum DeepfillShow show)
{
    return show == DEEPFILL_SHOW_MASK || show == DEEPFILL_SHOW_REGIONS || show == DEEPFILL_SHOW_COARSE ||
           show == DEEPFILL_SHOW_OVERLAY;
}

/* What libdeepfill is to know of fields where settings tell of frames. */
static DeepfillSettings picture_settings(const DeepfillSettings *settings, int pictures)
{
    DeepfillSettings s = *settings;

    s.format.height /= pictures;
    if (s.delay > 0)
        s.delay = FFMIN(s.delay * pictures, 1024);
    if (s.ahead < 0)
        s.ahead = DEEPFILL_DEFAULT_AHEAD;
    s.ahead = FFMIN(s.ahead * pictures, 1024);
    s.dilate_time = FFMIN(s.dilate_time * pictures, 64);
    return s;
}

/* Let the FIFO hold so many elements. */
static int reserve(AVFifo *fifo, size_t count)
{
    size_t capacity = av_fifo_can_read(fifo) + av_fifo_can_write(fifo);

    return count > capacity ? av_fifo_grow2(fifo, count - capacity) : 0;
}

/* Start workers by q->settings, and make room for as many frames as they hold. */
static int start(DeepfillQueue *q)
{
    int ret = deepfill_open(&q->fill, &q->settings);

    if (ret < 0) {
        av_log(q->filter, AV_LOG_ERROR, "The workers cannot be started: %s\n", deepfill_error());
        return ret == AVERROR(EAGAIN) ? AVERROR_EXTERNAL : ret; /* no thread: EAGAIN means no error to libavfilter */
    }
    /* One more than the delay, so that the oldest can be finished without another frame. */
    q->max_frames = (deepfill_delay(q->fill) + q->per_frame - 1) / q->per_frame + 1;
    if ((ret = reserve(q->lent, q->max_frames * q->per_frame)) >= 0)
        ret = reserve(q->filled, q->max_frames);
    return ret;
}

int ff_deepfill_queue_open(DeepfillQueue *q, const DeepfillSettings *settings, enum AVPixelFormat format,
                           int fields)
{
    DeepfillInfo info;
    int ret;

    q->format    = settings->format;
    q->sum       = (DeepfillResult){ .overlay = -1 };
    q->per_frame = fields ? 2 : 1;
    q->access    = ff_deepfill_access(format);
    q->settings  = picture_settings(settings, q->per_frame);
    q->settings.log        = ff_deepfill_report_message;
    q->settings.log_opaque = q->report;
    q->settings.log_level  = ff_deepfill_report_level();
    q->lent   = av_fifo_alloc2(1, sizeof(DeepfillLent), 0);
    q->filled = av_fifo_alloc2(1, sizeof(AVFrame *), 0);
    if (!q->lent || !q->filled)
        return AVERROR(ENOMEM);
    if ((ret = start(q)) < 0)
        return ret;
    deepfill_info(q->fill, &info);
    if (info.warning)
        av_log(q->filter, AV_LOG_WARNING, "%s\n", info.warning);
    return q->access == DEEPFILL_ACCESS_UNPACKED ?
           ff_deepfill_unpacker_open(&q->unpacker, format, &settings->format) : 0;
}

int ff_deepfill_queue_lent(const DeepfillQueue *q)
{
    return (av_fifo_can_read(q->lent) + q->per_frame - 1) / q->per_frame;
}

int ff_deepfill_queue_count(const DeepfillQueue *q)
{
    return ff_deepfill_queue_lent(q) + av_fifo_can_read(q->filled);
}

int ff_deepfill_queue_has_room(const DeepfillQueue *q)
{
    return ff_deepfill_queue_count(q) < q->max_frames;
}

/** Tell in a frame's metadata a share, 0..1. */
static int tell_share(AVFrame *frame, const char *key, double share)
{
    char text[16];

    snprintf(text, sizeof(text), "%.6f", share);
    return av_dict_set(&frame->metadata, key, text, 0);
}

/** Keep a frame that has come back until it is wanted. The frame is this function's. */
static int keep_frame(DeepfillQueue *q, AVFrame *frame, const DeepfillResult *result)
{
    int ret;

    if (result->no_context)
        ff_deepfill_report_odd(q->report, DEEPFILL_ODD_NO_CONTEXT, "A box holds no known pixel: "
                               "what fills it is made up from nothing.");
    if ((ret = tell_share(frame, "lavfi.deepfill.hole", result->hole)) >= 0 &&
        (ret = tell_share(frame, "lavfi.deepfill.network", result->network)) >= 0 &&
        (result->overlay < 0 || (ret = tell_share(frame, "lavfi.deepfill.overlay", result->overlay)) >= 0) &&
        (!result->cut || (ret = av_dict_set(&frame->metadata, "lavfi.deepfill.cut", "1", 0)) >= 0) &&
        (result->cut < 2 || (ret = av_dict_set(&frame->metadata, "lavfi.deepfill.tied", "1", 0)) >= 0) &&
        (ret = av_fifo_write(q->filled, &frame, 1)) >= 0)
        return 0;
    av_frame_free(&frame);
    return ret;
}

/**
 * Add a picture's result to its frame's: the hole is that of all, network its share of that, a cut and an overlay
 * those of any.
 *
 * @param is_tied  1: a shot that begins here would not by itself be what it is after those before it
 */
static void add_result(DeepfillResult *sum, const DeepfillResult *result, int pictures, int is_tied)
{
    double hole = sum->hole + result->hole / pictures;

    if (hole > 0)
        sum->network = (sum->network * sum->hole + result->network * result->hole / pictures) / hole;
    sum->hole        = hole;
    sum->no_context += result->no_context;
    sum->cut         = FFMAX(sum->cut, result->cut && is_tied ? 2 : result->cut);
    sum->overlay     = FFMAX(sum->overlay, result->overlay);
}

static void free_lent(DeepfillLent *lent)
{
    av_frame_free(&lent->frame);
    av_buffer_unref(&lent->planes);
}

/** Take back the oldest picture. @return 1: its frame is whole and kept; 0: a field is missing; or an error */
static int take_back(DeepfillQueue *q, const DeepfillResult *result)
{
    DeepfillLent lent = { NULL };
    DeepfillResult sum;
    int ret = 0;

    if (av_fifo_read(q->lent, &lent, 1) < 0 || lent.frame != result->opaque) {
        ret = AVERROR_BUG;
    } else if (result->error < 0) {
        av_log(q->filter, AV_LOG_ERROR, "The frame at %s could not be filled: %s\n",
               av_ts2timestr(lent.frame->pts, &q->filter->inputs[0]->time_base), deepfill_error());
        ret = result->error;
    } else {
        int begins_within = q->per_frame > 1 && lent.is_last && !q->sum.cut;

        add_result(&q->sum, result, q->per_frame, begins_within || lent.is_tied);
    }
    if (ret >= 0 && lent.is_last) {
        if (lent.planes)
            ff_deepfill_pack(&q->unpacker, lent.frame, lent.planes, lent.first_row, lent.end_row);
        sum    = q->sum;
        q->sum = (DeepfillResult){ .overlay = -1 };
        ret    = keep_frame(q, lent.frame, &sum);
        lent.frame = NULL;
    }
    free_lent(&lent);
    return ret < 0 ? ret : lent.is_last;
}

/** Stop the workers, which write to the frames lent until then, and free those. */
static void drop_lent(DeepfillQueue *q)
{
    DeepfillLent lent;

    deepfill_close(&q->fill);
    while (q->lent && av_fifo_read(q->lent, &lent, 1) >= 0)
        free_lent(&lent);
}

/** @return 1: a frame is whole and kept; 0: a field of it is missing; -EAGAIN: no picture; or another error */
static int receive_picture(DeepfillQueue *q, int wait)
{
    DeepfillResult result;
    int ret;

    if (!ff_deepfill_queue_lent(q))
        return AVERROR(EAGAIN);
    ret = deepfill_receive(q->fill, &result, wait);
    if (ret == AVERROR(EAGAIN) || ret == AVERROR(EPIPE))
        return AVERROR(EAGAIN);
    if (ret < 0)
        av_log(q->filter, AV_LOG_ERROR, "No frame can be had from the workers: %s\n", deepfill_error());
    else
        ret = take_back(q, &result);
    if (ret < 0)
        drop_lent(q);
    return ret;
}

int ff_deepfill_queue_receive(DeepfillQueue *q, int wait)
{
    int ret;

    while (!(ret = receive_picture(q, wait)))
        ;
    return ret == AVERROR(EAGAIN) ? 0 : ret;
}

int ff_deepfill_queue_prepare(DeepfillQueue *q, enum DeepfillShow show)
{
    int ret;

    if ((!q->settings.preview || ff_deepfill_is_preview(show)) && (!q->settings.shots || show == DEEPFILL_SHOW_FRAME))
        return 0;
    deepfill_flush(q->fill);
    while (ff_deepfill_queue_lent(q))
        if ((ret = ff_deepfill_queue_receive(q, 1)) <= 0)
            return ret < 0 ? ret : AVERROR_BUG;
    deepfill_close(&q->fill);
    q->settings.preview = q->settings.shots = 0;
    return (ret = start(q)) < 0 ? ret : 1;
}

int ff_deepfill_queue_hand_on(DeepfillQueue *q)
{
    AVFrame *frame;
    int ret;

    if (av_fifo_read(q->filled, &frame, 1) < 0)
        return 0;
    ret = ff_filter_frame(q->filter->outputs[0], frame);
    return ret < 0 ? ret : 1;
}

/** Which rows of the frame the workers may change. */
static void find_rows(const DeepfillQueue *q, const DeepfillCondition conditions[2], enum DeepfillShow show,
                      DeepfillLent *lent)
{
    int group = q->per_frame << q->format.sub_y; /* luma rows among which a chroma row of either field lies */

    lent->first_row = q->format.height;
    lent->end_row   = 0;
    for (int i = 0; i < q->per_frame; i++) {
        DeepfillMaskInfo info = { .first_row = q->format.height };
        DeepfillOverlayInfo overlay;

        if (conditions[i].mask)
            deepfill_mask_info(conditions[i].mask, &info);
        if (conditions[i].overlay) {
            deepfill_overlay_info(conditions[i].overlay, &overlay);
            info.first_row = FFMIN(info.first_row, overlay.y);
            info.end_row   = FFMAX(info.end_row, overlay.y + overlay.height);
        }
        if (!conditions[i].mask && !conditions[i].overlay)
            continue;
        if (show == DEEPFILL_SHOW_REGIONS) { /* outlines lie around the hole */
            info.first_row = 0;
            info.end_row   = q->format.height / q->per_frame;
        }
        lent->first_row = FFMIN(lent->first_row, info.first_row * q->per_frame);
        lent->end_row   = FFMAX(lent->end_row, info.end_row * q->per_frame);
    }
    if (q->settings.dilate_time && show != DEEPFILL_SHOW_FRAME) {
        lent->first_row = 0;
        lent->end_row   = q->format.height;
    }
    lent->first_row -= lent->first_row % group;
    lent->end_row    = FFMIN(FFALIGN(lent->end_row, group), q->format.height);
}

static int ref_lent(DeepfillLent *ref, const DeepfillLent *lent)
{
    *ref        = *lent;
    ref->frame  = av_frame_clone(lent->frame);
    ref->planes = lent->planes ? av_buffer_ref(lent->planes) : NULL;
    if (ref->frame && !ref->planes == !lent->planes)
        return 0;
    free_lent(ref);
    return AVERROR(ENOMEM);
}

/** Lend one picture, which is this function's unless it fails. */
static int send_picture(DeepfillQueue *q, DeepfillFrame *picture, DeepfillLent *lent)
{
    int ret;

    picture->opaque = lent->frame;
    while ((ret = deepfill_send(q->fill, picture)) == AVERROR(EAGAIN) && ff_deepfill_queue_lent(q))
        if ((ret = receive_picture(q, 1)) < 0)
            return ret;
    if (ret < 0) {
        av_log(q->filter, AV_LOG_ERROR, "A frame cannot be filled: %s\n", deepfill_error());
        return ret;
    }
    return av_fifo_write(q->lent, lent, 1);
}

/** Lend both fields in the order of time; a progressive frame's in that of the frames before. */
static int send_fields(DeepfillQueue *q, const DeepfillFrame *frame, const DeepfillCondition conditions[2],
                       DeepfillLent *last)
{
    DeepfillFrame pictures[2] = { *frame, *frame };
    DeepfillLent first;
    int ret;

    if (DEEPFILL_FRAME_INTERLACED(last->frame))
        q->bottom_first = !DEEPFILL_FRAME_TOP_FIRST(last->frame);
    last->is_tied = q->bottom_first && !DEEPFILL_FRAME_INTERLACED(last->frame);
    for (int i = 0; i < 2; i++) {
        int field = i ^ q->bottom_first;

        pictures[i].mask   = conditions[field].mask;
        pictures[i].sketch = conditions[field].sketch;
        pictures[i].overlay = conditions[field].overlay;
        ff_deepfill_field_image(&pictures[i].image, field);
    }
    if ((ret = ref_lent(&first, last)) < 0)
        return ret;
    first.is_last = 0;
    if ((ret = send_picture(q, &pictures[0], &first)) < 0) {
        free_lent(&first);
        return ret;
    }
    return send_picture(q, &pictures[1], last);
}

int ff_deepfill_queue_send(DeepfillQueue *q, AVFrame *frame, const DeepfillCondition conditions[2],
                           enum DeepfillShow show)
{
    DeepfillFrame picture = { .mask = conditions[0].mask, .sketch = conditions[0].sketch, .show = show,
                              .keep_out = conditions[0].keep_out, .overlay = conditions[0].overlay };
    DeepfillLent lent = { .frame = frame, .is_last = 1 };
    int ret = 0;

    ff_deepfill_describe_frame(&picture.image, &q->format, frame);
    if (q->access == DEEPFILL_ACCESS_UNPACKED) {
        find_rows(q, conditions, show, &lent);
        ret = ff_deepfill_unpack(&q->unpacker, frame, &lent.planes, &picture.image);
    }
    if (ret >= 0)
        ret = q->per_frame > 1 ? send_fields(q, &picture, conditions, &lent)
                              : send_picture(q, &picture, &lent);
    if (ret < 0)
        av_buffer_unref(&lent.planes);
    return ret;
}

int ff_deepfill_queue_close(DeepfillQueue *q)
{
    int count = q->lent && q->filled ? ff_deepfill_queue_count(q) : 0;
    AVFrame *frame;

    drop_lent(q);
    while (q->filled && av_fifo_read(q->filled, &frame, 1) >= 0)
        av_frame_free(&frame);
    av_fifo_freep2(&q->lent);
    av_fifo_freep2(&q->filled);
    ff_deepfill_unpacker_close(&q->unpacker);
    return count;
}
