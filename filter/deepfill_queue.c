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

#include "libavutil/dict.h"
#include "libavutil/error.h"
#include "libavutil/timestamp.h"

#include "deepfill_compat.h"
#include "deepfill_frame.h"
#include "deepfill_queue.h"

int ff_deepfill_queue_open(DeepfillQueue *q, const DeepfillSettings *settings, enum AVPixelFormat format)
{
    DeepfillInfo info;
    int ret = deepfill_open(&q->fill, settings);

    if (ret < 0) {
        av_log(q->filter, AV_LOG_ERROR, "The workers cannot be started: %s\n", deepfill_error());
        return ret;
    }
    deepfill_info(q->fill, &info);
    if (info.warning)
        av_log(q->filter, AV_LOG_WARNING, "%s\n", info.warning);
    q->format     = settings->format;
    q->max_frames = deepfill_delay(q->fill) + 1;
    q->lent       = av_fifo_alloc2(q->max_frames, sizeof(DeepfillLent), 0);
    q->filled     = av_fifo_alloc2(q->max_frames, sizeof(AVFrame *), 0);
    q->access     = ff_deepfill_access(format);
    if (!q->lent || !q->filled)
        return AVERROR(ENOMEM);
    return q->access == DEEPFILL_ACCESS_UNPACKED ?
           ff_deepfill_unpacker_open(&q->unpacker, format, &settings->format) : 0;
}

int ff_deepfill_queue_lent(const DeepfillQueue *q)
{
    return av_fifo_can_read(q->lent);
}

int ff_deepfill_queue_count(const DeepfillQueue *q)
{
    return av_fifo_can_read(q->lent) + av_fifo_can_read(q->filled);
}

int ff_deepfill_queue_has_room(const DeepfillQueue *q)
{
    return ff_deepfill_queue_count(q) < q->max_frames;
}

/* Tell in a frame's metadata a share, 0..1. */
static int tell_share(AVFrame *frame, const char *key, double share)
{
    char text[16];

    snprintf(text, sizeof(text), "%.6f", share);
    return av_dict_set(&frame->metadata, key, text, 0);
}

/* Take back the oldest frame, with what the workers have changed. @return NULL where it is not that one */
static AVFrame *take_back(DeepfillQueue *q, const DeepfillResult *result)
{
    DeepfillLent lent = { NULL };

    av_fifo_read(q->lent, &lent, 1);
    if (lent.frame != result->opaque)
        av_frame_free(&lent.frame);
    else if (lent.planes)
        ff_deepfill_pack(&q->unpacker, lent.frame, lent.planes, lent.first_row, lent.end_row);
    av_buffer_unref(&lent.planes);
    return lent.frame;
}

/* Keep a frame that has come back until it is wanted. The frame is this function's. */
static int keep_frame(DeepfillQueue *q, AVFrame *frame, const DeepfillResult *result)
{
    int ret;

    if (result->error < 0) {
        av_log(q->filter, AV_LOG_ERROR, "The frame at %s could not be filled: %s\n",
               av_ts2timestr(frame->pts, &q->filter->inputs[0]->time_base), deepfill_error());
        ret = result->error;
        goto fail;
    }
    if (result->no_context)
        ff_deepfill_report_odd(q->report, DEEPFILL_ODD_NO_CONTEXT, "A box holds no known pixel: "
                               "what fills it is made up from nothing.");
    if ((ret = tell_share(frame, "lavfi.deepfill.hole", result->hole)) >= 0 &&
        (ret = tell_share(frame, "lavfi.deepfill.network", result->network)) >= 0 &&
        (ret = av_fifo_write(q->filled, &frame, 1)) >= 0)
        return 0;

fail:
    av_frame_free(&frame);
    return ret;
}

/* Stop the workers, which write to the frames lent until then, and free those. */
static void drop_lent(DeepfillQueue *q)
{
    DeepfillLent lent;

    deepfill_close(&q->fill);
    while (q->lent && av_fifo_read(q->lent, &lent, 1) >= 0) {
        av_frame_free(&lent.frame);
        av_buffer_unref(&lent.planes);
    }
}

int ff_deepfill_queue_receive(DeepfillQueue *q, int wait)
{
    DeepfillResult result;
    AVFrame *frame;
    int ret;

    if (!ff_deepfill_queue_lent(q))
        return 0;
    ret = deepfill_receive(q->fill, &result, wait);
    if (ret == AVERROR(EAGAIN) || ret == AVERROR(EPIPE))
        return 0;
    if (ret < 0)
        av_log(q->filter, AV_LOG_ERROR, "No frame can be had from the workers: %s\n", deepfill_error());
    else if (!(frame = take_back(q, &result)))
        ret = AVERROR_BUG;
    else if ((ret = keep_frame(q, frame, &result)) >= 0)
        return 1;
    drop_lent(q);
    return ret;
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

static int unpack(DeepfillQueue *q, DeepfillLent *lent, DeepfillFrame *sent)
{
    DeepfillMaskInfo info = { 0 };

    if (sent->mask)
        deepfill_mask_info(sent->mask, &info);
    lent->first_row = info.first_row;
    lent->end_row   = info.end_row;
    if (sent->mask && sent->show == DEEPFILL_SHOW_REGIONS) {
        lent->first_row = 0;
        lent->end_row   = q->format.height;
    }
    return ff_deepfill_unpack(&q->unpacker, lent->frame, &lent->planes, &sent->image);
}

int ff_deepfill_queue_send(DeepfillQueue *q, AVFrame *frame, DeepfillMask *mask, DeepfillSketch *sketch,
                           enum DeepfillShow show)
{
    DeepfillFrame sent = { .mask = mask, .show = show, .opaque = frame, .sketch = sketch };
    DeepfillLent lent  = { .frame = frame };
    int ret = 0;

    ff_deepfill_describe_frame(&sent.image, &q->format, frame);
    if (q->access == DEEPFILL_ACCESS_UNPACKED)
        ret = unpack(q, &lent, &sent);
    if (ret < 0)
        return ret;
    while ((ret = deepfill_send(q->fill, &sent)) == AVERROR(EAGAIN) && ff_deepfill_queue_lent(q))
        if ((ret = ff_deepfill_queue_receive(q, 1)) < 0)
            goto fail;
    if (ret < 0) {
        av_log(q->filter, AV_LOG_ERROR, "A frame cannot be filled: %s\n", deepfill_error());
        goto fail;
    }
    return av_fifo_write(q->lent, &lent, 1);

fail:
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
