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
 * Pairing of masks and frames, by time or by number.
 *
 * framesync has no hook at the mask's end and lets a longer mask lengthen the
 * output, so the few lines that are needed are here.
 */

#include <string.h>

#include "libavutil/avutil.h"
#include "libavutil/error.h"
#include "libavutil/mathematics.h"

#include "deepfill_mask_pairing.h"

/* Microseconds. Timestamps that jitter by less keep the picture that they came to. */
#define JUMP_BACK AV_TIME_BASE
/* Reading on is quicker than seeking over less. */
#define JUMP_AHEAD (10 * AV_TIME_BASE)

static int restart(DeepfillPairing *p)
{
    av_frame_free(&p->current.gray);
    av_frame_free(&p->next.gray);
    p->pictures    = 0;
    p->ended       = 0;
    p->offset      = 0;
    p->next_number = 0;
    p->round       = 0;
    return ff_deepfill_source_rewind(p->source);
}

/** @return 1: the picture counts, or one after it; 0: it does not yet; DEEPFILL_PAIRING_DIFFERS */
static int is_due(const DeepfillPairing *p, const DeepfillPicture *picture)
{
    int by_time = picture->time <= p->asked, by_number = picture->number <= p->asked_number;

    if (p->sync == DEEPFILL_SYNC_TIME)
        return by_time;
    if (p->sync == DEEPFILL_SYNC_FRAME || by_time == by_number)
        return by_number;
    return DEEPFILL_PAIRING_DIFFERS;
}

/** How often what lasts length has to begin again so that it reaches beyond asked, 1 or more. */
static int64_t rounds_to(int64_t asked, int64_t end, int64_t length)
{
    return asked < end ? 1 : 1 + (asked - end) / FFMAX(length, 1);
}

/** Begin the round of a loop in which the picture asked for lies. */
static int begin_round(DeepfillPairing *p)
{
    int64_t length  = FFMAX(p->last_end - p->offset, 1), count = p->next_number - p->round;
    int64_t by_time = rounds_to(p->asked, p->last_end, length);
    int64_t by_number = rounds_to(p->asked_number, p->next_number, count);
    int64_t rounds  = p->sync == DEEPFILL_SYNC_TIME  ? by_time :
                      p->sync == DEEPFILL_SYNC_FRAME ? by_number : FFMIN(by_time, by_number);

    p->offset      += rounds * length;
    p->next_number += (rounds - 1) * count;
    p->round        = p->next_number;
    return ff_deepfill_source_rewind(p->source);
}

/** Read the picture after all others into next. */
static int pull(DeepfillPairing *p)
{
    int ret = ff_deepfill_source_read(p->source, &p->next);

    if (ret == AVERROR_EOF && p->loop && p->pictures > 1) {
        ret = begin_round(p);
        if (ret >= 0)
            ret = ff_deepfill_source_read(p->source, &p->next);
    }
    if (ret == AVERROR_EOF) {
        p->ended = 1;
        return 0;
    }
    if (ret < 0)
        return ret;
    p->next.number = p->next.time == DEEPFILL_TIMELESS ? DEEPFILL_TIMELESS : p->next_number;
    p->next.time  += p->offset;
    p->next.end   += p->offset;
    p->last_end    = p->next.end;
    p->next_number++;
    p->pictures++;
    return 0;
}

/** Where to seek to: at or before what is asked for by any rule that may count. */
static int64_t seek_target(const DeepfillPairing *p)
{
    int64_t interval = ff_deepfill_source_interval(p->source);

    return p->sync == DEEPFILL_SYNC_AUTO ? FFMIN(p->asked, p->asked_number * interval) : p->asked;
}

/**
 * The latest picture is over, and what is asked for is far ahead of it. Of one picture alone nothing is
 * known yet: it may be a still image.
 */
static int is_far(const DeepfillPairing *p)
{
    return p->sync != DEEPFILL_SYNC_FRAME && p->pictures > 1 && p->current.gray && !p->loop && !p->no_seek &&
           seek_target(p) - p->current.time > JUMP_AHEAD;
}

/** Try to come near without decoding all between. What was left out is counted by the usual distance. */
static int jump_ahead(DeepfillPairing *p)
{
    int64_t interval = ff_deepfill_source_interval(p->source);
    int ret;

    if (ff_deepfill_source_seek(p->source, seek_target(p)) < 0) {
        p->no_seek = 1;
        return 0;
    }
    ret = pull(p);
    if (ret < 0)
        return ret;
    if (p->next.gray && interval) {
        p->next.number = (p->next.time + interval / 2) / interval;
        p->next_number = p->next.number + 1;
    }
    if (p->next.gray && is_due(p, &p->next) == 1)
        return 0;
    p->no_seek = 1;
    return restart(p);
}

static int jump_back(DeepfillPairing *p)
{
    if (p->sync == DEEPFILL_SYNC_FRAME || !p->current.gray || p->asked >= p->current.time - JUMP_BACK ||
        ff_deepfill_pairing_is_still(p))
        return 0;
    return p->sync == DEEPFILL_SYNC_AUTO ? DEEPFILL_PAIRING_DIFFERS : restart(p);
}

int ff_deepfill_pairing_find(DeepfillPairing *p, int64_t time, int64_t number)
{
    int jumped = 0, due, ret = 0;

    p->asked        = time + p->tolerance;
    p->asked_number = number;
    if (p->source && (ret = jump_back(p)) > 0)
        return ret;
    while (ret >= 0) {
        if (p->next.gray) {
            due = is_due(p, &p->next);
            if (due == DEEPFILL_PAIRING_DIFFERS)
                return due;
            if (!due)
                return 1; /* current still counts */
            ff_deepfill_picture_move(&p->current, &p->next);
        } else if (p->ended) {
            return 1;
        } else if (!p->source) {
            return 0;
        } else if (!jumped && is_far(p)) {
            jumped = 1;
            ret = jump_ahead(p);
        } else {
            ret = pull(p);
        }
    }
    return ret;
}

int ff_deepfill_pairing_is_still(const DeepfillPairing *p)
{
    return p->ended && p->pictures == 1;
}

enum DeepfillPairingState ff_deepfill_pairing_state(const DeepfillPairing *p)
{
    int over = p->sync == DEEPFILL_SYNC_FRAME ? p->asked_number > p->current.number :
                                                p->asked >= p->current.end;

    if (!p->current.gray)
        return DEEPFILL_MASK_NONE;
    return p->ended && !p->next.gray && p->pictures > 1 && over ? DEEPFILL_MASK_ENDED : DEEPFILL_MASK_PICTURE;
}

void ff_deepfill_pairing_push(DeepfillPairing *p, DeepfillPicture *picture)
{
    if (!p->pictures)
        p->next_number = picture->number;
    picture->number = p->next_number++;
    p->last_end     = picture->end;
    ff_deepfill_picture_move(&p->next, picture);
    p->pictures++;
}

void ff_deepfill_pairing_set(DeepfillPairing *p, DeepfillPicture *picture)
{
    p->pictures = 1;
    p->ended    = picture->time == INT64_MIN && picture->end == INT64_MAX;
    ff_deepfill_picture_move(&p->current, picture);
}

void ff_deepfill_pairing_end(DeepfillPairing *p)
{
    p->ended = 1;
}

static int same_bytes(const AVFrame *a, const AVFrame *b)
{
    if (a->data[0] == b->data[0])
        return 1;
    if (a->width != b->width || a->height != b->height)
        return 0;
    for (int y = 0; y < a->height; y++)
        if (memcmp(a->data[0] + y * a->linesize[0], b->data[0] + y * b->linesize[0], a->width))
            return 0;
    return 1;
}

/** Keep the current picture as the one that something is about to be made of, whatever becomes of that. */
static int remember(DeepfillPairing *p)
{
    av_frame_free(&p->made_of);
    p->made_of = av_frame_clone(p->current.gray);
    return p->made_of ? 0 : AVERROR(ENOMEM);
}

int ff_deepfill_pairing_mask(DeepfillPairing *p, const DeepfillMaskSettings *settings,
                             DeepfillMask **mask)
{
    const AVFrame *gray = p->current.gray;
    int ret;

    *mask = p->mask;
    if (p->mask && !memcmp(&p->made_with, settings, sizeof(*settings)) && same_bytes(p->made_of, gray))
        return 0;
    deepfill_mask_close(&p->mask);
    if ((ret = remember(p)) < 0 ||
        (ret = deepfill_mask_create(&p->mask, settings, gray->data[0], gray->linesize[0], gray->width,
                                    gray->height)) < 0)
        return ret;
    p->made_with = *settings;
    *mask = p->mask;
    return 1;
}

int ff_deepfill_pairing_sketch(DeepfillPairing *p, int width, int height, DeepfillSketch **sketch)
{
    const AVFrame *gray = p->current.gray;
    int ret;

    *sketch = p->sketch;
    if (p->sketch && same_bytes(p->made_of, gray))
        return 0;
    deepfill_sketch_close(&p->sketch);
    if ((ret = remember(p)) < 0 ||
        (ret = deepfill_sketch_create(&p->sketch, width, height, gray->data[0], gray->linesize[0],
                                      gray->width, gray->height)) < 0)
        return ret;
    *sketch = p->sketch;
    return 1;
}

void ff_deepfill_pairing_uninit(DeepfillPairing *p)
{
    ff_deepfill_source_close(&p->source);
    av_frame_free(&p->current.gray);
    av_frame_free(&p->next.gray);
    av_frame_free(&p->made_of);
    deepfill_mask_close(&p->mask);
    deepfill_sketch_close(&p->sketch);
}
