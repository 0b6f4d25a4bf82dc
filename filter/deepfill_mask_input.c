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
 * Where a deepfill filter's masks come from, and which one a frame gets.
 */

#include "libavutil/common.h"
#include "libavutil/mathematics.h"
#include "libavutil/pixdesc.h"

#include "deepfill_boxes.h"
#include "deepfill_compat.h"
#include "deepfill_mask_input.h"

void ff_deepfill_input_init(DeepfillMaskInput *m, AVFilterContext *filter, int64_t start)
{
    m->filter        = filter;
    m->start         = start;
    m->last_time     = AV_NOPTS_VALUE;
    m->first_picture = -1;
}

static int64_t link_interval(AVFilterLink *link)
{
    AVRational rate = DEEPFILL_LINK_FRAME_RATE(link);

    return rate.num > 0 && rate.den > 0 ? av_rescale(AV_TIME_BASE, rate.den, rate.num) : 0;
}

static int is_sequence(const DeepfillMaskInput *m)
{
    return m->pairing.source && ff_deepfill_source_is_sequence(m->pairing.source);
}

/* Half the shorter frame interval, and what rounding to microseconds may take. */
static void set_tolerance(DeepfillMaskInput *m)
{
    int64_t mask = 0, shorter;

    if (is_sequence(m))
        return;
    if (m->pairing.source)
        mask = ff_deepfill_source_interval(m->pairing.source);
    else if (m->filter->nb_inputs > 1)
        mask = link_interval(m->filter->inputs[1]);
    shorter = m->interval && mask ? FFMIN(m->interval, mask) : FFMAX(m->interval, mask);
    m->pairing.tolerance = shorter / 2 + 2;
}

static int open_boxes(DeepfillMaskInput *m, const char *boxes)
{
    const AVFilterLink *inlink = m->filter->inputs[0];
    DeepfillPicture picture = { .time = DEEPFILL_TIMELESS };
    int ret = ff_deepfill_boxes_draw(m->filter, boxes, inlink->w, inlink->h, &picture.gray);

    if (ret < 0)
        return ret;
    ff_deepfill_pairing_push(&m->pairing, &picture);
    ff_deepfill_pairing_end(&m->pairing);
    return 0;
}

int ff_deepfill_input_open(DeepfillMaskInput *m, const DeepfillSourceSettings *file, int loop,
                           const char *boxes)
{
    int ret = 0;

    m->interval     = link_interval(m->filter->inputs[0]);
    m->steady       = m->interval > 0;
    m->pairing.loop = loop;
    if (file)
        ret = ff_deepfill_source_open(&m->pairing.source, file);
    else if (boxes)
        ret = open_boxes(m, boxes);
    if (ret >= 0)
        set_tolerance(m);
    return ret;
}

/* Microseconds. A frame without a timestamp follows the one before at the usual distance. */
static int64_t time_of(const DeepfillMaskInput *m, const AVFrame *frame)
{
    if (frame->pts != AV_NOPTS_VALUE)
        return av_rescale_q(frame->pts, m->filter->inputs[0]->time_base, AV_TIME_BASE_Q);
    return m->last_time == AV_NOPTS_VALUE ? 0 : m->last_time + m->interval;
}

/* Where the link knows no frame rate (behind setpts, say) the frames themselves have to tell it. */
static void learn_interval(DeepfillMaskInput *m, const AVFrame *frame, int64_t time)
{
    AVRational tb    = m->filter->inputs[0]->time_base;
    int64_t duration = av_rescale_q(DEEPFILL_FRAME_DURATION(frame), tb, AV_TIME_BASE_Q);

    if (duration <= 0 && m->last_time != AV_NOPTS_VALUE)
        duration = time - m->last_time;
    if (m->steady || duration <= 0)
        return;
    m->interval = duration;
    set_tolerance(m);
}

/* The number of a frame's picture in an image sequence. Only the first frame's is told by time: it may be in
 * mid-stream. Film whose sound begins first does so a little after 0, so the first second counts as 0. */
static int64_t number_of(DeepfillMaskInput *m, int64_t time)
{
    if (m->first_picture < 0) {
        int64_t start = (time < AV_TIME_BASE ? 0 : time) + m->start;
        m->first_picture = m->interval ? (FFMAX(start, 0) + m->interval / 2) / m->interval : 0;
    }
    return m->first_picture + m->taken;
}

/* Take what the second input has. @return 1: something; 0: it has to be asked; or an error */
static int feed(DeepfillMaskInput *m)
{
    AVFilterLink *link = m->filter->inputs[1];
    DeepfillPicture picture = { 0 };
    int64_t duration, pts;
    int ret, status;

    ret = ff_inlink_consume_frame(link, &picture.gray);
    if (ret < 0)
        return ret;
    if (!ret) {
        if (!ff_inlink_acknowledge_status(link, &status, &pts))
            return 0;
        ff_deepfill_pairing_end(&m->pairing);
        return status == AVERROR_EOF ? 1 : status;
    }
    if (picture.gray->format != AV_PIX_FMT_GRAY8) {
        av_log(m->filter, AV_LOG_ERROR, "The second input changed to %s: it may not change.\n",
               av_get_pix_fmt_name(picture.gray->format));
        av_frame_free(&picture.gray);
        return AVERROR(EINVAL);
    }
    duration = av_rescale_q(DEEPFILL_FRAME_DURATION(picture.gray), link->time_base, AV_TIME_BASE_Q);
    if (duration <= 0)
        duration = link_interval(link);
    picture.time = m->pairing.last_end;
    if (picture.gray->pts != AV_NOPTS_VALUE)
        picture.time = av_rescale_q(picture.gray->pts, link->time_base, AV_TIME_BASE_Q);
    picture.end = picture.time + duration;
    ff_deepfill_pairing_push(&m->pairing, &picture);
    return 1;
}

int ff_deepfill_input_find(DeepfillMaskInput *m, const AVFrame *frame)
{
    int64_t time = time_of(m, frame);
    int ret;

    learn_interval(m, frame, time);
    time = is_sequence(m) ? number_of(m, time) : time + m->start;
    while (!(ret = ff_deepfill_pairing_find(&m->pairing, time)))
        if ((ret = feed(m)) <= 0)
            break;
    return ret;
}

void ff_deepfill_input_taken(DeepfillMaskInput *m, const AVFrame *frame)
{
    m->last_time = time_of(m, frame);
    m->taken++;
}

void ff_deepfill_input_uninit(DeepfillMaskInput *m)
{
    ff_deepfill_pairing_uninit(&m->pairing);
}
