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
 * Fill logos, captions and objects, named by a mask, from other frames and by
 * a neural network.
 *
 * Both are libdeepfill's affair, whose workers fill several frames at a time
 * and look at frames ahead; here frames go in and come out, in order. A worker
 * cannot wake libavfilter, so activate() takes frames while there is room and
 * waits for the oldest only when there is none, or no more input: it never
 * polls. A frame is handed on when one is wanted.
 */

#include "libavutil/common.h"
#include "libavutil/pixdesc.h"

#include "deepfill_compat.h"
#include "deepfill_context.h"
#include "deepfill_frame.h"
#include "deepfill_lost.h"
#include "deepfill_negotiate.h"

/* Priority of activations that this filter asks for itself: low, so that the rest of the graph runs first. */
#define IDLE_PRIORITY 1

static int append_mask_pad(AVFilterContext *ctx)
{
    AVFilterPad pad = { .name = "mask", .type = AVMEDIA_TYPE_VIDEO };

    av_log(ctx, AV_LOG_INFO, "Without mask=, box= or box_file= a second input is expected as the mask: ffmpeg "
           "-i in.mp4 -i mask.mp4 -filter_complex \"[0:v][1:v]deepfill\" out.mp4; -vf has one input alone, "
           "so name a file there: -vf deepfill=mask.mp4\n");
    return ff_append_inpad(ctx, &pad);
}

/** Cheap checks alone: some versions make every filter twice and throw the first away. */
static av_cold int init(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;
    int ret;

    s->report.log = ctx;
    if ((ret = ff_deepfill_check_options(ctx)) < 0)
        return ret;
    if (!s->model_name && !(s->model_name = av_strdup(s->sketch ? "sketch" : "small")))
        return AVERROR(ENOMEM);
    ret = deepfill_model_exists(s->model_name);
    if (ret < 0) {
        av_log(ctx, AV_LOG_ERROR, "The model cannot be used: %s.\n", deepfill_error());
        return ret;
    }
    if ((ret = ff_deepfill_conditions_check(ctx)) < 0)
        return ret;
    return s->mask || s->box || s->box_file || s->overlay ? 0 : append_mask_pad(ctx);
}

/** A sketch that nothing would follow is a mistake. */
static int check_sketch(AVFilterContext *ctx)
{
    const FillContext *s = ctx->priv;
    DeepfillModelInfo info;

    deepfill_model_info(s->model, &info);
    if (!s->sketch || info.sketch)
        return 0;
    av_log(ctx, AV_LOG_ERROR, "model '%s' takes no sketch: sketch= is for models trained with one.\n",
           info.name);
    return AVERROR(EINVAL);
}

static int open_queue(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;
    const AVFilterLink *inlink = ctx->inputs[0];
    DeepfillSettings settings;
    DeepfillFormat format;
    int ret;

    if ((ret = deepfill_model_open(&s->model, s->model_name, s->semantics)) < 0) {
        av_log(ctx, AV_LOG_ERROR, "The model cannot be used: %s.\n", deepfill_error());
        return ret;
    }
    ff_deepfill_describe_format(&format, inlink->format, inlink->w, inlink->h);
    if ((ret = check_sketch(ctx)) < 0 || (s->fields && (ret = ff_deepfill_fields_check(ctx, &format)) < 0))
        return ret;
    deepfill_defaults(&settings, s->model, &format);
    settings.size     = s->size;
    settings.delay    = s->delay;
    settings.temporal = s->temporal;
    settings.ahead    = s->ahead;
    settings.texture  = s->texture;
    settings.memory   = s->memory;
    settings.grain    = s->grain;
    settings.workers  = s->workers;
    settings.dilate_time = s->dilate_time;
    settings.overlay_fade = s->overlay_fade;
    settings.overlay_estimate = s->overlay_estimate;
    settings.preview  = ff_deepfill_is_preview(s->show);
    settings.shots    = s->show == DEEPFILL_SHOW_FRAME;
    if (ff_deepfill_is_realtime(ctx))
        settings.delay = settings.ahead = 0;
    if (!s->workers && ctx->nb_threads > 0)
        settings.workers = ff_filter_get_nb_threads(ctx);
    s->queue.filter = ctx;
    s->queue.report = &s->report;
    return ff_deepfill_queue_open(&s->queue, &settings, inlink->format, s->fields);
}

static int config_output(AVFilterLink *outlink)
{
    AVFilterContext *ctx = outlink->src;
    int ret = open_queue(ctx);

    if (ret < 0)
        return ret;
    ff_deepfill_report_conversion(ctx);
    return ff_deepfill_conditions_open(ctx);
}

/** Find what the frame is filled by and lend it to the workers. Takes the frame over, on failure too. */
static int process_frame(AVFilterContext *ctx, AVFrame *frame)
{
    FillContext *s = ctx->priv;
    AVFilterLink *link = ctx->inputs[0];
    DeepfillCondition conditions[2];
    enum DeepfillShow show = ctx->is_disabled ? DEEPFILL_SHOW_FRAME : s->show;
    int ret, has_hole;

    if ((ret = ff_deepfill_check_frame(ctx, frame, link->format, link->w, link->h)) < 0 ||
        (ret = ff_deepfill_queue_prepare(&s->queue, s->show)) < 0)
        goto fail;
    if (ret)
        s->report.started = 0; /* what the log has told no longer holds */
    if ((ret = ff_deepfill_conditions_get(ctx, conditions)) < 0 ||
        (s->queue.settings.shots && (ret = ff_deepfill_conditions_tell(ctx, frame)) < 0))
        goto fail;
    has_hole = conditions[0].mask || conditions[1].mask || conditions[0].overlay || conditions[1].overlay;
    if (has_hole && DEEPFILL_FRAME_INTERLACED(frame) && !s->fields)
        ff_deepfill_report_odd(&s->report, DEEPFILL_ODD_INTERLACED, "The video is interlaced: "
                               "fill its fields, with fields=1.");
    if ((has_hole || s->dilate_time) && show != DEEPFILL_SHOW_FRAME && (ret = ff_inlink_make_frame_writable(link, &frame)) < 0)
        goto fail;
    if ((ret = ff_deepfill_queue_send(&s->queue, frame, conditions, show)) >= 0)
        return 0;

fail:
    av_frame_free(&frame);
    return ret;
}

static void flush(AVFilterContext *ctx, int status, int64_t pts)
{
    FillContext *s = ctx->priv;

    if (status == AVERROR_EOF)
        ff_deepfill_report_unchanged(&s->report, s->taken.frames, s->box_file, s->invert, s->soft);
    deepfill_flush(s->queue.fill);
    s->closing    = (DeepfillClosing){ .ended = 1, .wanted = ff_outlink_frame_wanted(ctx->outputs[0]) };
    s->flushed    = 1;
    s->end_status = status;
    s->end_pts    = pts;
    for (unsigned i = 0; i < ctx->nb_inputs; i++)
        ff_inlink_set_status(ctx->inputs[i], status);
}

/** Take the next frame if it is there and its mask is known. @return 1: taken; 0: not; or an error */
static int take_frame(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;
    AVFilterLink *inlink = ctx->inputs[0];
    AVFrame *frame;
    int ret;

    if (!ff_inlink_queued_frames(inlink))
        return 0;
    frame = ff_inlink_peek_frame(inlink, 0);
    ret   = ff_deepfill_conditions_find(ctx, frame);
    if (ret <= 0)
        return ret;
    if (s->eof_action == EOF_ACTION_ENDALL && ff_deepfill_conditions_ended(ctx)) {
        flush(ctx, AVERROR_EOF, frame->pts);
        return 0;
    }
    ret = ff_inlink_consume_frame(inlink, &frame);
    if (ret <= 0)
        return ret;
    ff_deepfill_conditions_taken(ctx, frame);
    ff_deepfill_lost_taken(ctx, &s->taken, frame);
    ret = process_frame(ctx, frame);
    return ret < 0 ? ret : 1;
}

static int take_frames(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;
    int64_t pts;
    int ret, status;

    while (!s->flushed && ff_deepfill_queue_has_room(&s->queue)) {
        ret = take_frame(ctx);
        if (ret < 0)
            return ret;
        if (ret)
            continue;
        if (!s->flushed && ff_inlink_acknowledge_status(ctx->inputs[0], &status, &pts)) {
            flush(ctx, status, pts);
            s->input_ended = status == AVERROR_EOF;
        }
        break;
    }
    return 0;
}

/** Hand on the oldest frame. @return 1: handed on; 0: it is not filled yet; or an error */
static int hand_on(AVFilterContext *ctx, int wait)
{
    FillContext *s = ctx->priv;
    int ret = ff_deepfill_queue_hand_on(&s->queue);

    if (ret || (ret = ff_deepfill_queue_receive(&s->queue, wait)) <= 0)
        return ret;
    return ff_deepfill_queue_hand_on(&s->queue);
}

/**
 * After the end of input, hand on one frame for each that is wanted. When none is wanted, fill all frames and keep
 * them: then it is av_buffersrc_close() that runs the graph, and it returns a failure to the application. FFmpeg
 * 5.1's program loses a failure that a request returns, and exits with 0; that still happens behind a filter that
 * holds frames until its own end (reverse, another deepfill).
 *
 * The end itself is told when one more is wanted: where none is, the application may have had enough before the
 * video's end, and lengths are not compared.
 */
static int drain(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;
    int wanted = ff_outlink_frame_wanted(ctx->outputs[0]);
    int ret    = wanted ? hand_on(ctx, 1) : ff_deepfill_queue_receive(&s->queue, 1);

    if (ret < 0)
        return ret;
    if (!ff_deepfill_queue_count(&s->queue)) {
        if (!wanted)
            return FFERROR_NOT_READY;
        if (s->input_ended)
            ff_deepfill_conditions_end(ctx);
        ff_outlink_set_status(ctx->outputs[0], s->end_status, s->end_pts);
    } else if (ff_deepfill_queue_lent(&s->queue)) {
        ff_filter_set_ready(ctx, IDLE_PRIORITY);
    }
    return 0;
}

/**
 * All room is taken: wait for the oldest frame, if it is wanted. Where there is room for one alone (realtime=1) it
 * leaves unasked: ffmpeg 7.1 may set the filters up anew before it asks for the frame.
 */
static int await_frame(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;
    int ret;

    if (s->queue.max_frames > 1 && !ff_outlink_frame_wanted(ctx->outputs[0]))
        return FFERROR_NOT_READY;
    if ((ret = hand_on(ctx, 1)) >= 0)
        ff_filter_set_ready(ctx, 100); /* frames or the end may be waiting for room */
    return ret;
}

static int ask_upstream(AVFilterContext *ctx)
{
    if (ff_inlink_queued_frames(ctx->inputs[0])) /* its mask is not known yet */
        ff_inlink_request_frame(ctx->inputs[1]);
    else if (ff_outlink_frame_wanted(ctx->outputs[0]))
        ff_inlink_request_frame(ctx->inputs[0]);
    else
        return FFERROR_NOT_READY;
    return 0;
}

static int run(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;
    int ret;

    if (s->flushed)
        return drain(ctx);
    if (ff_outlink_frame_wanted(ctx->outputs[0]) && (ret = hand_on(ctx, 0)) < 0)
        return ret;
    if ((ret = take_frames(ctx)) < 0)
        return ret;
    if (s->flushed) {
        ff_filter_set_ready(ctx, IDLE_PRIORITY);
        return 0;
    }
    return ff_deepfill_queue_has_room(&s->queue) ? ask_upstream(ctx) : await_frame(ctx);
}

/**
 * Hand on the frames before the one that failed (with ahead, seconds of film), then fail. The ffmpeg program drops
 * unfetched frames when a filter fails, so the frames leave first. It takes an error from a request for the end, so
 * the error is returned when input arrives or ends. The end of input is the last chance: frames that nobody has
 * fetched by then are lost.
 */
static int fail_late(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;
    AVFilterLink *inlink = ctx->inputs[0];
    int wanted = ff_outlink_frame_wanted(ctx->outputs[0]);
    int left = ff_deepfill_queue_count(&s->queue), ended, status;
    AVFrame *frame;
    int64_t pts;

    while (left && ff_inlink_consume_frame(inlink, &frame) > 0)
        av_frame_free(&frame);
    ended = ff_inlink_acknowledge_status(inlink, &status, &pts);
    if (left && wanted) {
        hand_on(ctx, 1); /* another failure ends the frames, nothing else */
        ff_filter_set_ready(ctx, IDLE_PRIORITY);
        return 0;
    }
    if (ended || ff_inlink_queued_frames(inlink))
        return s->failed;
    if (left || !wanted)
        return FFERROR_NOT_READY;
    ff_inlink_request_frame(inlink);
    return 0;
}

static int give_up(AVFilterContext *ctx, int error)
{
    FillContext *s = ctx->priv;

    s->failed = error;
    if (s->queue.fill) /* closed where a frame has failed */
        deepfill_flush(s->queue.fill);
    return ff_deepfill_queue_count(&s->queue) ? fail_late(ctx) : error;
}

static int activate(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;
    int status = ff_outlink_get_status(ctx->outputs[0]);
    int ret;

    if (status) { /* frames in flight are dropped */
        for (unsigned i = 0; i < ctx->nb_inputs; i++)
            ff_inlink_set_status(ctx->inputs[i], status);
        ff_deepfill_queue_close(&s->queue);
        return 0;
    }
    if (s->failed)
        return fail_late(ctx);
    ret = run(ctx);
    if (!s->flushed) /* in uninit() the link behind may be gone */
        s->closing.wanted = ff_outlink_frame_wanted(ctx->outputs[0]);
    return ret >= 0 || ret == FFERROR_NOT_READY ? ret : give_up(ctx, ret);
}

static av_cold void uninit(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;
    int lost = ff_deepfill_queue_close(&s->queue);

    if (lost && !s->failed)
        ff_deepfill_lost_note(ctx, lost, &s->taken, s->closing);
    ff_deepfill_conditions_uninit(ctx);
    deepfill_model_close(&s->model);
}

static const AVFilterPad inputs[] = {
    { .name = "default", .type = AVMEDIA_TYPE_VIDEO },
};

static const AVFilterPad outputs[] = {
    { .name = "default", .type = AVMEDIA_TYPE_VIDEO, .config_props = config_output },
};

const DeepfillAVFilter ff_vf_deepfill = {
    DEEPFILL_PUBLIC(name)        = "deepfill",
    DEEPFILL_PUBLIC(description) =
        NULL_IF_CONFIG_SMALL("Fill what a mask marks from other frames, by a network."),
    DEEPFILL_PUBLIC(priv_class)  = &ff_deepfill_class,
    DEEPFILL_PUBLIC(flags)       = AVFILTER_FLAG_SUPPORT_TIMELINE_INTERNAL | AVFILTER_FLAG_DYNAMIC_INPUTS,
    .priv_size       = sizeof(FillContext),
    .init            = init,
    .uninit          = uninit,
    .activate        = activate,
    .process_command = ff_filter_process_command,
    FILTER_INPUTS(inputs),
    FILTER_OUTPUTS(outputs),
    FILTER_QUERY_FUNC(ff_deepfill_query_formats),
};
