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
 * polls.
 */

#include "libavutil/common.h"
#include "libavutil/pixdesc.h"

#include "deepfill_compat.h"
#include "deepfill_context.h"
#include "deepfill_frame.h"
#include "formats.h"

static int append_mask_pad(AVFilterContext *ctx)
{
    AVFilterPad pad = { .name = "mask", .type = AVMEDIA_TYPE_VIDEO };

    av_log(ctx, AV_LOG_INFO, "Without mask= and box= a second input is expected as the mask: ffmpeg "
           "-i in.mp4 -i mask.mp4 -filter_complex \"[0:v][1:v]deepfill\" out.mp4; -vf has one input alone, "
           "so name a file there: -vf deepfill=mask.mp4\n");
    return ff_append_inpad(ctx, &pad);
}

/* Cheap checks alone: some versions make every filter twice and throw the first away. */
static av_cold int init(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;
    int ret;

    s->report.log = ctx;
    if ((ret = ff_deepfill_check_options(ctx)) < 0)
        return ret;
    ret = deepfill_model_exists(s->model_name);
    if (ret < 0) {
        av_log(ctx, AV_LOG_ERROR, "The model cannot be used: %s.\n", deepfill_error());
        return ret;
    }
    if ((ret = ff_deepfill_guides_check(ctx)) < 0)
        return ret;
    return s->mask || s->box || s->box_file ? 0 : append_mask_pad(ctx);
}

static int query_formats(AVFilterContext *ctx)
{
    static const int mask_formats[] = { AV_PIX_FMT_GRAY8, AV_PIX_FMT_NONE };
    AVFilterFormats *list = ff_make_format_list(ff_deepfill_formats);
    int ret;

    if (!list)
        return AVERROR(ENOMEM);
    if ((ret = ff_formats_ref(list, &ctx->inputs[0]->outcfg.formats)) < 0 ||
        (ret = ff_formats_ref(list, &ctx->outputs[0]->incfg.formats)) < 0 || ctx->nb_inputs < 2)
        return ret;
    return ff_formats_ref(ff_make_format_list(mask_formats), &ctx->inputs[1]->outcfg.formats);
}

/* A sketch that nothing would follow is a mistake. */
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
    if ((ret = check_sketch(ctx)) < 0)
        return ret;
    ff_deepfill_describe_format(&format, inlink->format, inlink->w, inlink->h);
    deepfill_defaults(&settings, s->model, &format);
    settings.size     = s->size;
    settings.delay    = s->delay;
    settings.temporal = s->temporal;
    settings.ahead    = s->ahead;
    settings.memory   = s->memory;
    settings.workers  = s->workers;
    if (!s->workers && ctx->nb_threads > 0)
        settings.workers = ff_filter_get_nb_threads(ctx);
    s->queue.filter = ctx;
    s->queue.report = &s->report;
    return ff_deepfill_queue_open(&s->queue, &settings);
}

static int config_output(AVFilterLink *outlink)
{
    AVFilterContext *ctx = outlink->src;
    int ret = open_queue(ctx);

    return ret < 0 ? ret : ff_deepfill_guides_open(ctx);
}

/* Pair, lend: the frame is this function's. */
static int process_frame(AVFilterContext *ctx, AVFrame *frame)
{
    FillContext *s = ctx->priv;
    const AVFilterLink *link = ctx->inputs[0];
    DeepfillMask *mask;
    DeepfillSketch *sketch;
    int ret;

    if ((ret = ff_deepfill_check_frame(ctx, frame, link->format, link->w, link->h)) < 0 ||
        (ret = ff_deepfill_guides_get(ctx, &mask, &sketch)) < 0)
        goto fail;
    if (mask && DEEPFILL_FRAME_INTERLACED(frame))
        ff_deepfill_report_odd(&s->report, DEEPFILL_ODD_INTERLACED, "The video is interlaced: "
                               "fill its fields, with separatefields,deepfill,weave.");
    if (mask && (ret = ff_inlink_make_frame_writable(ctx->inputs[0], &frame)) < 0)
        goto fail;
    if ((ret = ff_deepfill_queue_send(&s->queue, frame, mask, sketch, s->show)) >= 0)
        return 0;

fail:
    av_frame_free(&frame);
    return ret;
}

static void flush(AVFilterContext *ctx, int status, int64_t pts)
{
    FillContext *s = ctx->priv;

    if (!s->report.started && status == AVERROR_EOF)
        ff_deepfill_report_odd(&s->report, DEEPFILL_ODD_NOTHING, "No frame had a hole, so none was changed: "
                               "white in the mask, above threshold, is what gets filled.");
    deepfill_flush(s->queue.fill);
    s->flushed    = 1;
    s->end_status = status;
    s->end_pts    = pts;
    for (unsigned i = 0; i < ctx->nb_inputs; i++)
        ff_inlink_set_status(ctx->inputs[i], status);
}

/* Take the next frame if it is there and its mask is known. @return 1: taken; 0: not; or an error */
static int take_frame(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;
    AVFilterLink *inlink = ctx->inputs[0];
    AVFrame *frame;
    int ret;

    if (!ff_inlink_queued_frames(inlink))
        return 0;
    frame = ff_inlink_peek_frame(inlink, 0);
    ret   = ff_deepfill_guides_find(ctx, frame);
    if (ret <= 0)
        return ret;
    if (s->eof_action == EOF_ACTION_ENDALL && ff_deepfill_guides_ended(ctx)) {
        flush(ctx, AVERROR_EOF, frame->pts);
        return 0;
    }
    ret = ff_inlink_consume_frame(inlink, &frame);
    if (ret <= 0)
        return ret;
    ff_deepfill_guides_taken(ctx, frame);
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
            s->whole = status == AVERROR_EOF;
        }
        break;
    }
    return 0;
}

/* All slots are taken, or no input is left: wait for the oldest frame. The end is told when it is asked for.
 * After -frames the inputs are closed but nothing is asked for: the film has not come to its own end. */
static int await_frame(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;
    int ret = 0;

    if (ff_deepfill_queue_count(&s->queue) && (ret = ff_deepfill_queue_hand_on(&s->queue, 1)) < 0)
        return ret;
    if (!s->flushed || ff_deepfill_queue_count(&s->queue)) {
        ff_filter_set_ready(ctx, 100); /* frames or the end may be waiting for room */
        return 0;
    }
    if (!ff_outlink_frame_wanted(ctx->outputs[0]))
        return FFERROR_NOT_READY;
    if (s->whole)
        ff_deepfill_guides_end(ctx);
    ff_outlink_set_status(ctx->outputs[0], s->end_status, s->end_pts);
    return 0;
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

    if ((ret = ff_deepfill_queue_hand_on(&s->queue, 0)) < 0 || (ret = take_frames(ctx)) < 0)
        return ret;
    return s->flushed || !ff_deepfill_queue_has_room(&s->queue) ? await_frame(ctx) : ask_upstream(ctx);
}

/*
 * Hand on what came before the frame that cannot be filled, which with frames looked ahead may be seconds
 * of film. The ffmpeg program drops what it has not fetched when a filter fails, so the error waits for the
 * next activation; by then the frames have left. @return 0, or the error where nothing is to be fetched
 */
static int give_up(AVFilterContext *ctx, int error)
{
    FillContext *s = ctx->priv;
    AVFrame *frame;

    s->failed = error;
    deepfill_flush(s->queue.fill);
    while (ff_deepfill_queue_count(&s->queue) && ff_deepfill_queue_hand_on(&s->queue, 1) >= 0)
        ;
    if (!ff_inlink_queued_frames(ctx->outputs[0]))
        return error;
    while (ff_inlink_consume_frame(ctx->inputs[0], &frame) > 0)
        av_frame_free(&frame);
    return 0;
}

/*
 * Fail when more input comes, not when output is asked for: the ffmpeg program takes the latter for an end.
 */
static int fail_late(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;
    AVFilterLink *inlink = ctx->inputs[0];
    int64_t pts;
    int status;

    if (ff_inlink_queued_frames(inlink) || ff_inlink_acknowledge_status(inlink, &status, &pts))
        return s->failed;
    if (!ff_outlink_frame_wanted(ctx->outputs[0]))
        return FFERROR_NOT_READY;
    ff_inlink_request_frame(inlink);
    return 0;
}

static int activate(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;
    int status = ff_outlink_get_status(ctx->outputs[0]);
    int ret;

    if (status) { /* nobody wants what is in flight */
        for (unsigned i = 0; i < ctx->nb_inputs; i++)
            ff_inlink_set_status(ctx->inputs[i], status);
        ff_deepfill_queue_close(&s->queue);
        return 0;
    }
    if (s->failed)
        return fail_late(ctx);
    ret = run(ctx);
    return ret >= 0 || ret == FFERROR_NOT_READY ? ret : give_up(ctx, ret);
}

static av_cold void uninit(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;
    int lost = ff_deepfill_queue_close(&s->queue);

    if (lost && !s->failed)
        av_log(ctx, AV_LOG_INFO, "%d frame%s in flight lost at closing: nobody wants them after -t or "
               "-frames; where the input has changed its size, delay=0:ahead=0 keeps them.\n",
               lost, lost == 1 ? "" : "s");
    ff_deepfill_guides_uninit(ctx);
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
    FILTER_QUERY_FUNC(query_formats),
};
