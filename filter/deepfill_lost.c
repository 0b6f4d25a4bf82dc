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
 * Frames in flight that never come out: who is told of them, and when.
 *
 * When an application frees the graph, what is in flight is lost. Why it does so
 * is told by two things, as the ffmpeg program goes about it:
 *
 *     input ended   frame wanted
 *     yes           yes    stopped while it waited for a frame: q, Ctrl-C; or -t, -frames
 *                          before the first one came out
 *     no            yes    set up anew: a property of one of the graph's inputs
 *                          has changed, or a player has sought
 *     either        no     it had got a frame and asked for no other: -t, -frames,
 *                          -shortest, or stopped between two frames
 *
 * A graph that is set up anew is so on the same thread, and the film goes on
 * without those frames; after a seek nobody wants them. So the loss is noted, for
 * the thread, and the next instance warns of it when its first frame goes on
 * where the noted film stopped.
 */

#include "libavutil/mathematics.h"
#include "libavutil/pixdesc.h"

#include "deepfill_compat.h"
#include "deepfill_lost.h"

/* The frame after the noted ones comes within this time, in microseconds, or else it is no continuation. */
#define MAX_GAP 1000000

static _Thread_local struct {
    int frames; ///< 0: nothing is noted
    DeepfillTaken last;
} noted;

/** Frames that were handed on and wait in the links behind the filter, where nobody has fetched them. */
static int count_unfetched(const AVFilterContext *ctx)
{
    AVFilterLink *link = ctx->outputs[0];
    int count = 0;

    for (; link; link = link->dst->nb_outputs ? link->dst->outputs[0] : NULL)
        count += ff_inlink_queued_frames(link);
    return count;
}

static const char *cause_of(DeepfillClosing closing)
{
    if (!closing.wanted)
        return "when no more were asked for: after -t, -frames or -shortest nobody wants them, after q or Ctrl-C they "
               "are lost";
    return closing.ended ? "when the program ended: after q or Ctrl-C they are lost, after -t or -frames "
                           "nobody wants them" :
           "when the filters were closed in the middle of the video, as for another size, format or sound, and are lost";
}

void ff_deepfill_lost_note(AVFilterContext *ctx, int frames, const DeepfillTaken *taken, DeepfillClosing closing)
{
    int all, level;

    frames += count_unfetched(ctx);
    all     = frames == taken->frames;
    level   = all || (closing.ended && closing.wanted) ? AV_LOG_WARNING : AV_LOG_INFO;
    av_log(ctx, level, "%s %d%s still held back, to look at others, %s. A smaller ahead= holds fewer, realtime=1 none.\n",
           all ? "No frame has come out: all" : "The last", frames,
           all ? " were" : frames == 1 ? " frame was" : " frames were", cause_of(closing));
    if (closing.ended)
        return;
    noted.frames += frames; /* there may be several filters in a graph */
    noted.last    = *taken;
}

static int same_kind(const DeepfillTaken *a, const DeepfillTaken *b)
{
    return a->width == b->width && a->height == b->height && a->format == b->format;
}

static int goes_on(const DeepfillTaken *last, const DeepfillTaken *next)
{
    return last->time == AV_NOPTS_VALUE || next->time == AV_NOPTS_VALUE ||
           (next->time > last->time && next->time - last->time <= MAX_GAP);
}

static void report(AVFilterContext *ctx, int frames, const DeepfillTaken *last, const DeepfillTaken *next)
{
    const char *plural = frames == 1 ? " in flight is" : "s in flight are";

    if (!goes_on(last, next))
        return;
    if (!same_kind(last, next))
        av_log(ctx, AV_LOG_WARNING, "The picture has changed from %dx%d %s to %dx%d %s, for which all filters "
               "were set up anew: %d frame%s lost. realtime=1 loses none.\n",
               last->width, last->height, av_get_pix_fmt_name(last->format), next->width, next->height,
               av_get_pix_fmt_name(next->format), frames, plural);
    else
        av_log(ctx, AV_LOG_WARNING, "Another property of the input has changed, such as the layout of sound in "
               "the same -filter_complex, for which all filters were set up anew: %d frame%s lost. "
               "realtime=1 loses none; -vf and -af keep picture and sound apart.\n",
               frames, plural);
}

void ff_deepfill_lost_taken(AVFilterContext *ctx, DeepfillTaken *taken, const AVFrame *frame)
{
    const AVFilterLink *inlink = ctx->inputs[0];

    taken->time = frame->pts;
    if (frame->pts != AV_NOPTS_VALUE)
        taken->time = av_rescale_q(frame->pts, inlink->time_base, AV_TIME_BASE_Q);
    taken->width  = inlink->w;
    taken->height = inlink->h;
    taken->format = inlink->format;
    if (!taken->frames++ && noted.frames) {
        report(ctx, noted.frames, &noted.last, taken);
        noted.frames = 0;
    }
}
