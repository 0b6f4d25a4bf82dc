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

#include <inttypes.h>
#include <stdio.h>

#include "libavutil/common.h"
#include "libavutil/dict.h"
#include "libavutil/mathematics.h"
#include "libavutil/pixdesc.h"

#include "deepfill_compat.h"
#include "deepfill_mask_input.h"
#include "deepfill_mask_sync.h"

/* Distances of frames by which a link's rate is judged. */
#define RATE_FRAMES 4

void ff_deepfill_input_init(DeepfillMaskInput *m, AVFilterContext *filter, const char *what,
                            int64_t mask_start, int64_t mask_frame, enum DeepfillSync sync)
{
    m->filter     = filter;
    m->what       = what;
    m->mask_start = mask_start;
    m->mask_frame = mask_frame;
    m->sync       = sync;
    m->start      = mask_start;
    m->last_time  = AV_NOPTS_VALUE;
    m->shortest   = INT64_MAX;
    m->longest    = INT64_MIN;
}

static int64_t link_interval(AVFilterLink *link)
{
    AVRational rate = DEEPFILL_LINK_FRAME_RATE(link);

    return rate.num > 0 && rate.den > 0 ? av_rescale(AV_TIME_BASE, rate.den, rate.num) : 0;
}

/** The interval of the nearest link upstream that knows one: setpts forgets it from FFmpeg 7.0 on. */
static int64_t upstream_interval(AVFilterLink *link)
{
    int64_t interval = 0;

    while (link && !(interval = link_interval(link)))
        link = link->src->nb_inputs ? link->src->inputs[0] : NULL;
    return interval;
}

int64_t ff_deepfill_input_picture_interval(const DeepfillMaskInput *m)
{
    if (m->pairing.source)
        return ff_deepfill_source_interval(m->pairing.source);
    return m->filter->nb_inputs > 1 ? link_interval(m->filter->inputs[1]) : 0;
}

/** Half the shorter frame interval, and what rounding to microseconds may take. */
static void set_tolerance(DeepfillMaskInput *m)
{
    int64_t mask    = ff_deepfill_input_picture_interval(m);
    int64_t shorter = m->interval && mask ? FFMIN(m->interval, mask) : FFMAX(m->interval, mask);

    m->pairing.tolerance = shorter / 2 + 2;
}

static int open_source(DeepfillMaskInput *m, const DeepfillSourceSettings *file)
{
    int ret = ff_deepfill_source_open(&m->pairing.source, file);

    if (ret < 0)
        return ret;
    if (ff_deepfill_source_is_sequence(m->pairing.source)) {
        if (m->sync == DEEPFILL_SYNC_TIME && !file->lenient) {
            av_log(file->log, AV_LOG_ERROR, "The %s '%s' is images without times: mask_sync=time needs their "
                   "rate, mask_opts=framerate=25 say.\n", file->what, file->url);
            return AVERROR(EINVAL);
        }
        m->pairing.sync = DEEPFILL_SYNC_FRAME;
    } else if (m->sync == DEEPFILL_SYNC_AUTO && av_dict_get(file->options, "framerate", NULL, 0)) {
        m->pairing.sync = DEEPFILL_SYNC_TIME; /* who names a rate wants it */
    }
    return 0;
}

int ff_deepfill_input_open(DeepfillMaskInput *m, const DeepfillSourceSettings *file, int loop)
{
    AVFilterLink *inlink = m->filter->inputs[0];
    int ret = 0;

    m->interval     = upstream_interval(inlink);
    m->steady       = link_interval(inlink) > 0;
    m->pairing.loop = loop;
    m->pairing.sync = m->sync;
    if (file)
        ret = open_source(m, file);
    else if (m->boxes)
        ret = ff_deepfill_boxes_place(m->boxes, inlink->w, inlink->h);
    if (ret >= 0)
        set_tolerance(m);
    return ret;
}

/** Microseconds. A frame without a timestamp follows the one before at the usual distance. */
static int64_t time_of(const DeepfillMaskInput *m, const AVFrame *frame)
{
    if (frame->pts != AV_NOPTS_VALUE)
        return av_rescale_q(frame->pts, m->filter->inputs[0]->time_base, AV_TIME_BASE_Q);
    return m->last_time == AV_NOPTS_VALUE ? 0 : m->last_time + m->interval;
}

/**
 * Where the link knows no frame rate (behind setpts, say) the frames themselves have to tell it: by their
 * durations, which may be guesses below the distance of any two.
 */
static void learn_interval(DeepfillMaskInput *m, const AVFrame *frame, int64_t time)
{
    AVRational tb    = m->filter->inputs[0]->time_base;
    int64_t duration = av_rescale_q(DEEPFILL_FRAME_DURATION(frame), tb, AV_TIME_BASE_Q);

    if (duration <= 0 && m->last_time != AV_NOPTS_VALUE)
        duration = time - m->last_time;
    if (m->steady || duration <= 0)
        return;
    m->interval = m->taken > 1 ? FFMAX(duration, m->shortest) : duration;
    set_tolerance(m);
}

/**
 * The number of the picture at a time, of pictures interval apart. Only the first one is numbered by time, as
 * it may be in mid-stream, where a filter graph that is made again begins; the others are counted. Film whose
 * sound begins first comes a little after 0: the first second counts as 0, unless filters made the times.
 */
static int64_t number_at(const DeepfillMaskInput *m, int64_t time, int64_t start, int64_t interval)
{
    if (time < AV_TIME_BASE && !ff_deepfill_sync_is_retimed(m))
        time = 0;
    return interval ? av_rescale_rnd(time + start + interval / 2, 1, interval, AV_ROUND_DOWN) : 0;
}

/** Take what the second input has. @return 1: something; 0: it has to be asked; or an error */
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
    if (!m->pairing.pictures)
        picture.number = number_at(m, picture.time, 0, link_interval(link));
    ff_deepfill_pairing_push(&m->pairing, &picture);
    return 1;
}

/** Boxes are drawn anew where others count. */
static int find_boxes(DeepfillMaskInput *m, int64_t time)
{
    DeepfillPicture *current = &m->pairing.current, picture;
    int ret;

    time += m->pairing.tolerance;
    if (m->taken && time >= current->time && time < current->end)
        return 1;
    ret = ff_deepfill_boxes_draw(m->boxes, time, &picture);
    if (ret < 0)
        return ret;
    ff_deepfill_pairing_set(&m->pairing, &picture);
    return 1;
}

int ff_deepfill_input_find(DeepfillMaskInput *m, const AVFrame *frame)
{
    int64_t time = time_of(m, frame);
    int ret;

    learn_interval(m, frame, time);
    if (m->boxes)
        return find_boxes(m, time + m->start);
    if (!m->taken) {
        m->first_time   = time;
        m->first_number = m->mask_frame >= 0 ? m->mask_frame : number_at(m, time, m->mask_start, m->interval);
    }
    while ((ret = ff_deepfill_pairing_find(&m->pairing, time + m->start, m->first_number + m->taken)) != 1) {
        if (ret < 0)
            return ret;
        if (ret == DEEPFILL_PAIRING_DIFFERS)
            ff_deepfill_sync_decide(m, time);
        else if ((ret = feed(m)) <= 0)
            return ret;
    }
    ff_deepfill_sync_watch(m, time);
    return 1;
}

int ff_deepfill_input_tell(const DeepfillMaskInput *m, AVFrame *frame)
{
    static const char *const names[] = { "auto", "time", "frame" };
    char key[64], value[96];

    if (m->boxes ? !ff_deepfill_boxes_timed(m->boxes) : ff_deepfill_pairing_is_still(&m->pairing))
        return 0;
    snprintf(key, sizeof(key), "lavfi.deepfill.pairing.%s", m->what);
    snprintf(value, sizeof(value), "%s %"PRId64" %"PRId64" %"PRId64,
             m->boxes ? "span" : names[m->pairing.sync], m->start, m->pairing.tolerance,
             m->first_number + m->taken - 1);
    return av_dict_set(&frame->metadata, key, value, 0);
}

void ff_deepfill_input_taken(DeepfillMaskInput *m, const AVFrame *frame)
{
    int64_t time = time_of(m, frame);

    if (m->last_time != AV_NOPTS_VALUE) {
        m->shortest = FFMIN(m->shortest, time - m->last_time);
        m->longest  = FFMAX(m->longest, time - m->last_time);
    }
    /* Where a container has no rate, demuxers guess one that every timestamp fits: 100 for 25 and 20. */
    if (m->taken == RATE_FRAMES && m->shortest > m->interval * 3 / 2)
        m->steady = 0;
    m->last_time = time;
    m->taken++;
}

void ff_deepfill_input_uninit(DeepfillMaskInput *m)
{
    ff_deepfill_pairing_uninit(&m->pairing);
    ff_deepfill_boxes_free(&m->boxes);
}
