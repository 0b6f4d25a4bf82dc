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
 * Whether a mask's pictures belong to the frames of their time or to those of
 * their number.
 *
 * Tools that make masks frame by frame write them at a constant rate, whatever
 * the film's times are: picture n belongs to frame n. Editors and ffmpeg write
 * masks in time with the film. How long the film is nobody knows before its
 * end, so mask_sync=auto goes by what has come. While time and number ask for
 * the same picture there is nothing to choose. At the first frame where they
 * differ, the first of these that holds decides:
 *
 *   it is the film's first and comes less than a second after 0 (its
 *   sound comes first), and no filter has made its time     it gets the mask's
 *                                                           first picture
 *   the mask's first picture comes later                    by time
 *   the mask's rate is not known, or its pictures are not
 *   evenly spaced                                           by time
 *   the film is evenly spaced, and one's rate is a multiple
 *   of the other's                                          by time
 *   this frame and nearly all of the eight before it have
 *   the time of a picture: frames were dropped              by time
 *   else                                                    by number
 *
 * When the film ends its length and the mask's are compared with that.
 */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "libavutil/common.h"
#include "libavutil/log.h"
#include "libavutil/mathematics.h"
#include "libavutil/opt.h"

#include "deepfill_mask_sync.h"

/** What is called the same time, microseconds: containers round to milliseconds, on both sides. */
static int64_t slack(int64_t interval)
{
    return FFMAX(interval / 10, 2000);
}

static double seconds(int64_t time)
{
    return time / 1e6;
}

static double rate(int64_t interval)
{
    return 1e6 / interval;
}

/** The filter before this one that has the given name, the nearest one after before; NULL: none. */
static AVFilterContext *find_before(AVFilterContext *before, const char *name)
{
    while (before->nb_inputs && before->inputs[0]) {
        before = before->inputs[0]->src;
        if (!strcmp(before->filter->name, name))
            return before;
    }
    return NULL;
}

/** Whether the film is read from a place inside it, by -ss. */
static int is_sought(const DeepfillMaskInput *m)
{
    AVFilterContext *trim = m->filter;
    int64_t start;

    while ((trim = find_before(trim, "trim")))
        if (!strncmp(trim->name ? trim->name : "", "trim_in", 7) &&
            av_opt_get_int(trim->priv, "start", 0, &start) >= 0 && start != INT64_MAX)
            return 1;
    return 0;
}

int ff_deepfill_sync_is_retimed(const DeepfillMaskInput *m)
{
    AVFilterContext *trim = m->filter;

    while ((trim = find_before(trim, "trim")))
        if (!trim->name || strncmp(trim->name, "trim_in", 7)) /* the ffmpeg program's own, for -ss and -t */
            return 1;
    return find_before(m->filter, "setpts") || find_before(m->filter, "select") || (m->mask_start && is_sought(m));
}

/** Whether the film was cut before its end, by -t say, or thinned: then the mask goes on after it. */
static int is_cut(const DeepfillMaskInput *m)
{
    AVFilterContext *trim = m->filter;
    int64_t duration;

    while ((trim = find_before(trim, "trim")))
        if (strncmp(trim->name ? trim->name : "", "trim_in", 7) ||
            (av_opt_get_int(trim->priv, "duration", 0, &duration) >= 0 && duration > 0))
            return 1;
    return !!find_before(m->filter, "select");
}

/** Distance of two frames, up to one at time, microseconds; 0: they are not evenly spaced. */
static int64_t film_interval(const DeepfillMaskInput *m, int64_t time)
{
    int64_t last, mean;

    if (!m->taken)
        return m->interval;
    last = time - m->last_time;
    mean = (time - m->first_time) / m->taken;
    if (FFMAX(m->longest, last) - FFMIN(m->shortest, last) > 2 * slack(mean))
        return 0;
    if (m->steady && FFABS(m->interval - mean) <= slack(mean))
        return m->interval;
    return m->steady && m->taken == 1 ? 0 : FFMAX(mean, 0);
}

static int is_multiple(int64_t a, int64_t b)
{
    double ratio = FFMAX(a, b) / (double)FFMIN(a, b);

    return ratio > 1.5 && fabs(ratio - rint(ratio)) < 0.04;
}

static int is_even(const DeepfillPairing *p, int64_t interval)
{
    return !p->current.gray || !p->next.gray ||
           FFABS(p->next.time - p->current.time - interval) <= slack(interval);
}

/**
 * Whether a frame's time is a picture's: one of the two that are known, or of those at their distance. Where
 * the first frame was later than its picture, all may be.
 */
static int is_on_grid(const DeepfillMaskInput *m, int64_t time, int64_t interval)
{
    const DeepfillPairing *p    = &m->pairing;
    const DeepfillPicture *last = p->next.gray ? &p->next : &p->current;
    int64_t off;

    time += m->start - m->phase;
    off   = FFABS(time - last->time) % interval;

    off = FFMIN(off, interval - off);
    if (p->current.gray)
        off = FFMIN(off, FFABS(time - p->current.time));
    return off <= slack(interval);
}

void ff_deepfill_sync_watch(DeepfillMaskInput *m, int64_t time)
{
    const DeepfillPicture *current = &m->pairing.current;
    int64_t interval = ff_deepfill_input_picture_interval(m);

    if (m->pairing.sync != DEEPFILL_SYNC_AUTO || !interval || !current->gray ||
        current->time == DEEPFILL_TIMELESS)
        return;
    if (!m->taken)
        m->phase = time + m->start - current->time;
    m->off_grid = m->off_grid << 1 | !is_on_grid(m, time, interval);
}

/**
 * Whether this frame and those before it have the times of pictures, and pictures between have no frame. By
 * its time alone a first frame, at a full second say, does not tell that its film has another rate.
 */
static int has_dropped(const DeepfillMaskInput *m, int64_t time, int64_t film, int64_t mask)
{
    if (!m->taken && film && FFABS(film - mask) > mask / 2000)
        return 0;
    return is_on_grid(m, time, mask) && av_popcount(m->off_grid & 0xff) < 2;
}

/** At the first frame the rules may differ because the film starts later than the mask. @return 1: they do */
static int decide_start(DeepfillMaskInput *m, int64_t time)
{
    const DeepfillPairing *p = &m->pairing;

    if (p->current.gray && !p->current.number && !m->mask_start && time > 0 && time < AV_TIME_BASE &&
        m->start != p->current.time - time && !ff_deepfill_sync_is_retimed(m)) {
        m->start = p->current.time - time;
        av_log(m->filter, AV_LOG_INFO, "The video's first picture comes at %.2f s: it gets the %s's first "
               "(else: mask_sync=time).\n", seconds(time), m->what);
        return 1;
    }
    if (p->current.gray || !p->next.gray)
        return 0;
    av_log(m->filter, AV_LOG_WARNING, "The %s begins at %.2f s of the video, which begins at %.2f s: the "
           "frames before go without (else: mask_start=%.2f, or mask_sync=frame).\n", m->what,
           seconds(p->next.time - m->start), seconds(time), seconds(p->next.time - time));
    m->pairing.sync = DEEPFILL_SYNC_TIME;
    return 1;
}

void ff_deepfill_sync_decide(DeepfillMaskInput *m, int64_t time)
{
    DeepfillPairing *p = &m->pairing;
    int64_t mask = ff_deepfill_input_picture_interval(m), film = film_interval(m, time);

    if (!m->taken && decide_start(m, time))
        return;
    m->differs = 1;
    p->sync    = DEEPFILL_SYNC_TIME;
    if (!mask || !is_even(p, mask)) {
        av_log(m->filter, AV_LOG_INFO, "The %s's pictures are not evenly spaced: they are paired by time "
               "(else: mask_sync=frame).\n", m->what);
    } else if (film && is_multiple(film, mask)) {
        av_log(m->filter, AV_LOG_INFO, "The %s has %.5g pictures a second, the video %.5g: they are paired "
               "by time (else: mask_sync=frame).\n", m->what, rate(mask), rate(film));
    } else if (has_dropped(m, time, film, mask) && !m->taken) {
        av_log(m->filter, AV_LOG_INFO, "The video's first picture comes at %.2f s: it is paired with the %s "
               "by time (else: mask_sync=frame).\n", seconds(time), m->what);
    } else if (has_dropped(m, time, film, mask)) {
        av_log(m->filter, AV_LOG_INFO, "The video's frames are not evenly spaced, but fall on the times of "
               "the %s's pictures: they are paired by time (else: mask_sync=frame).\n", m->what);
    } else {
        p->sync = DEEPFILL_SYNC_FRAME;
        av_log(m->filter, AV_LOG_WARNING, "From %.2f s on the %s's times do not fit the video's: with %.5g "
               "pictures a second it was most likely made frame by frame, so its pictures are paired with "
               "the frames by number (else: mask_sync=time).\n", seconds(time), m->what, rate(mask));
    }
}

/** How many pictures there are, and how long they last. @return 0, or an error where that is not known */
static int measure(const DeepfillMaskInput *m, int64_t *pictures, int64_t *duration)
{
    const DeepfillPairing *p = &m->pairing;

    if (!p->ended)
        return p->source ? ff_deepfill_source_measure(p->source, pictures, duration) : AVERROR(ENOSYS);
    *pictures = p->next_number;
    *duration = p->last_end;
    return 0;
}

/**
 * Say where the number of pictures and frames, or both lengths, speak against an automatic choice, or for it.
 * @return 1: one of them was said
 */
static int review_choice(const DeepfillMaskInput *m, int64_t pictures, int64_t duration, int64_t film)
{
    int by_time = m->pairing.sync == DEEPFILL_SYNC_TIME;
    int64_t interval = FFMAX(ff_deepfill_input_picture_interval(m), film / m->taken);

    if (pictures == m->taken && by_time)
        av_log(m->filter, AV_LOG_WARNING, "The %s has as many pictures as the video has frames, %"PRId64", "
               "but they were paired by time: if it was made frame by frame, set mask_sync=frame.\n",
               m->what, pictures);
    else if (pictures == m->taken)
        av_log(m->filter, AV_LOG_INFO, "The %s has as many pictures as the video has frames, %"PRId64": "
               "paired by number, they fit.\n", m->what, pictures);
    else if (!by_time && FFABS(duration - film) <= interval)
        av_log(m->filter, AV_LOG_WARNING, "The %s lasts as long as the video, %.2f s, but has %"PRId64" "
               "pictures for %"PRId64" frames, and was paired by number: if it was made in time with the "
               "video, set mask_sync=time.\n", m->what, seconds(duration), pictures, m->taken);
    else
        return 0;
    return 1;
}

/**
 * Pictures for more frames than there are: ffmpeg takes a film of varying rate apart into pictures at its
 * nominal rate by default.
 */
static void tell_left(const DeepfillMaskInput *m, int64_t pictures, int64_t film)
{
    double even = pictures / seconds(film), nominal = m->steady ? rate(m->interval) : even;
    char way[64] = "mask_sync=time";

    if (m->pairing.source && ff_deepfill_source_is_sequence(m->pairing.source))
        snprintf(way, sizeof(way), "mask_opts=framerate=%.5g",
                 fabs(even / nominal - 1) < 0.02 ? nominal : even);
    av_log(m->filter, AV_LOG_WARNING, "The %s has %"PRId64" pictures, the video %"PRId64" frames, paired by "
           "number: if both last as long, pair them by time, with %s (ffmpeg takes one picture a frame out "
           "of a film with -fps_mode passthrough).\n", m->what, pictures, m->taken, way);
}

/** Longer than the film by more than a second and 5 %: by time, or by number at the film's pace. */
static void review_span(const DeepfillMaskInput *m, int64_t pictures, int64_t duration, int64_t film)
{
    int64_t end  = m->last_time + film / m->taken;
    int64_t left = pictures - m->first_number - m->taken;
    int64_t most = FFMAX(AV_TIME_BASE, film / 20);

    if (m->pairing.sync == DEEPFILL_SYNC_FRAME && av_rescale(left, film, m->taken) > most)
        tell_left(m, pictures, film);
    else if (m->pairing.sync != DEEPFILL_SYNC_FRAME && duration - m->start - end > most)
        av_log(m->filter, AV_LOG_WARNING, "The %s lasts from %.2f to %.2f s of the video, the video from "
               "%.2f to %.2f s: if another part of it belongs to the video, set mask_start.\n", m->what,
               seconds(-m->start), seconds(duration - m->start), seconds(m->first_time), seconds(end));
}

/** Of a film that -ss and -t cut the mask may be that of the whole. */
static void review_part(const DeepfillMaskInput *m, int64_t duration, int64_t film)
{
    if (is_sought(m) && !m->mask_start && duration - film > FFMAX(AV_TIME_BASE / 4, film / 20))
        av_log(m->filter, AV_LOG_WARNING, "The %s lasts %.2f s, the video %.2f s from its -ss on: if the %s is that "
               "of the whole video, set mask_start to the value of -ss.\n", m->what, seconds(duration), seconds(film),
               m->what);
}

void ff_deepfill_sync_start(const DeepfillMaskInput *m)
{
    if (m->boxes && ff_deepfill_boxes_timed(m->boxes) && !m->mask_start && is_sought(m))
        av_log(m->filter, AV_LOG_WARNING, "The video is read from its -ss on, and the times in box_file count from "
               "there: set mask_start to the value of -ss where they are those of the whole video.\n");
}

void ff_deepfill_sync_review(const DeepfillMaskInput *m)
{
    const DeepfillPairing *p = &m->pairing;
    int64_t film = m->last_time - m->first_time, pictures, duration;

    if (m->boxes || m->taken < 2 || film <= 0 || p->loop || ff_deepfill_pairing_is_still(p) ||
        measure(m, &pictures, &duration) < 0 || pictures < 2)
        return;
    film += film / (m->taken - 1);
    if (m->sync == DEEPFILL_SYNC_AUTO && m->differs && !m->mask_start &&
        review_choice(m, pictures, duration, film))
        return;
    if (is_cut(m))
        review_part(m, duration, film);
    else
        review_span(m, pictures, duration, film);
}
