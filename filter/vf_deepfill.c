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
 * Fill logos, captions and objects, named by a mask, by a neural network.
 *
 * The network is in libdeepfill, whose workers fill several frames at a time;
 * here frames go in and come out, in order. A worker cannot wake libavfilter,
 * so activate() takes frames while there is room and waits for the oldest only
 * when there is none, or no more input: it never polls.
 */

#include <deepfill.h>

#include "libavutil/common.h"
#include "libavutil/mathematics.h"
#include "libavutil/opt.h"
#include "libavutil/pixdesc.h"

#include "deepfill_boxes.h"
#include "deepfill_compat.h"
#include "deepfill_frame.h"
#include "deepfill_mask_pairing.h"
#include "deepfill_mask_source.h"
#include "deepfill_queue.h"
#include "deepfill_report.h"
#include "formats.h"

enum EOFAction {
    EOF_ACTION_REPEAT,
    EOF_ACTION_PASS,
    EOF_ACTION_ENDALL,
};

typedef struct FillContext {
    const AVClass *class;

    char *mask_name;
    char *box;
    char *model_name;
    float threshold;
    int invert;
    int alpha;
    int dilate;
    int feather;
    int size;
    int workers;
    int delay;
    int64_t mask_start;
    int mask_loop;
    AVDictionary *mask_opts;
    int eof_action;
    int show;

    DeepfillModel *model;
    DeepfillQueue queue;
    DeepfillPairing pairing;
    DeepfillReport report;

    int64_t interval;        ///< of frames, microseconds; 0: not known
    int64_t last_time;       ///< of the frame before, microseconds; AV_NOPTS_VALUE: there was none
    int64_t first_picture;   ///< of an image sequence: the first frame's; -1: no frame yet
    int64_t taken;           ///< frames so far

    int flushed;             ///< nothing more is taken: end_status follows the frames in flight
    int end_status;
    int64_t end_pts;
    int failed;              ///< activate() has given up
} FillContext;

#define OFFSET(x) offsetof(FillContext, x)
#define FLAGS AV_OPT_FLAG_FILTERING_PARAM | AV_OPT_FLAG_VIDEO_PARAM
#define RUNTIME FLAGS | AV_OPT_FLAG_RUNTIME_PARAM

static const AVOption deepfill_options[] = {
    { "mask",       "file or URL of the mask; without it, and without box, a second input is the mask", OFFSET(mask_name), AV_OPT_TYPE_STRING, { .str = NULL }, .flags = FLAGS },
    { "box",        "rectangles to fill: 'x y w h', several joined by |", OFFSET(box), AV_OPT_TYPE_STRING, { .str = NULL }, .flags = FLAGS },
    { "model",      "built-in model or checkpoint file", OFFSET(model_name), AV_OPT_TYPE_STRING, { .str = "small" }, .flags = FLAGS },
    { "threshold",  "mask value above which a pixel is in the hole", OFFSET(threshold), AV_OPT_TYPE_FLOAT, { .dbl = 0.5 }, 0, 1, RUNTIME },
    { "invert",     "black is the hole", OFFSET(invert), AV_OPT_TYPE_BOOL, { .i64 = 0 }, 0, 1, RUNTIME },
    { "alpha",      "the mask file's alpha plane alone is the mask", OFFSET(alpha), AV_OPT_TYPE_BOOL, { .i64 = 0 }, 0, 1, FLAGS },
    { "dilate",     "pixels by which the hole grows", OFFSET(dilate), AV_OPT_TYPE_INT, { .i64 = 4 }, 0, 256, RUNTIME },
    { "feather",    "width in pixels of the blend outside the grown hole", OFFSET(feather), AV_OPT_TYPE_INT, { .i64 = 4 }, 0, 256, RUNTIME },
    { "size",       "longest side at which the network works; 0: the model's own", OFFSET(size), AV_OPT_TYPE_INT, { .i64 = 0 }, 0, 4096, FLAGS },
    { "workers",    "frames filled at once; 0: all CPUs, or threads", OFFSET(workers), AV_OPT_TYPE_INT, { .i64 = 0 }, 0, 256, FLAGS },
    { "delay",      "most frames held back; -1: as many as workers", OFFSET(delay), AV_OPT_TYPE_INT, { .i64 = -1 }, -1, 1024, FLAGS },
    { "mask_start", "where in the mask the video's time 0 lies", OFFSET(mask_start), AV_OPT_TYPE_DURATION, { .i64 = 0 }, INT64_MIN / 4, INT64_MAX / 4, FLAGS },
    { "mask_loop",  "the mask file starts again at its end", OFFSET(mask_loop), AV_OPT_TYPE_BOOL, { .i64 = 0 }, 0, 1, FLAGS },
    { "mask_opts",  "options for opening the mask file", OFFSET(mask_opts), AV_OPT_TYPE_DICT, { .str = NULL }, .flags = FLAGS },
    { "eof_action", "what to do after the mask's end", OFFSET(eof_action), AV_OPT_TYPE_INT, { .i64 = EOF_ACTION_REPEAT }, 0, EOF_ACTION_ENDALL, FLAGS, "eof_action" },
        { "repeat", "repeat its last picture", 0, AV_OPT_TYPE_CONST, { .i64 = EOF_ACTION_REPEAT }, .flags = FLAGS, .unit = "eof_action" },
        { "pass",   "pass the video through",  0, AV_OPT_TYPE_CONST, { .i64 = EOF_ACTION_PASS },   .flags = FLAGS, .unit = "eof_action" },
        { "endall", "end the video",           0, AV_OPT_TYPE_CONST, { .i64 = EOF_ACTION_ENDALL }, .flags = FLAGS, .unit = "eof_action" },
    { "show",       "what to put into the hole", OFFSET(show), AV_OPT_TYPE_INT, { .i64 = DEEPFILL_SHOW_FILL }, 0, DEEPFILL_SHOW_COARSE, RUNTIME, "show" },
        { "fill",    "what the network makes of it",          0, AV_OPT_TYPE_CONST, { .i64 = DEEPFILL_SHOW_FILL },    .flags = RUNTIME, .unit = "show" },
        { "mask",    "a tint",                                0, AV_OPT_TYPE_CONST, { .i64 = DEEPFILL_SHOW_MASK },    .flags = RUNTIME, .unit = "show" },
        { "regions", "a tint, and the outlines of all boxes", 0, AV_OPT_TYPE_CONST, { .i64 = DEEPFILL_SHOW_REGIONS }, .flags = RUNTIME, .unit = "show" },
        { "coarse",  "what the first stage makes of it",      0, AV_OPT_TYPE_CONST, { .i64 = DEEPFILL_SHOW_COARSE },  .flags = RUNTIME, .unit = "show" },
    { NULL }
};

AVFILTER_DEFINE_CLASS(deepfill);

static int check_options(AVFilterContext *ctx)
{
    const FillContext *s = ctx->priv;
    const char *wrong = NULL;

    if (s->mask_name && s->box)
        wrong = "mask= and box= exclude each other: give one of them";
    else if (s->alpha && !s->mask_name)
        wrong = "alpha=1 is for mask=FILE alone: a second input and box= have no alpha plane";
    else if (s->mask_loop && !s->mask_name)
        wrong = "mask_loop=1 is for mask=FILE alone: repeat a second input with -stream_loop -1 before its -i";
    else if (s->mask_opts && !s->mask_name)
        wrong = "mask_opts= is for mask=FILE alone: give a second input's options before its -i";
    else if (s->size && s->size < 64)
        wrong = "size= is 0, for the model's own, or 64 to 4096";
    if (!wrong)
        return 0;
    av_log(ctx, AV_LOG_ERROR, "%s.\n", wrong);
    return AVERROR(EINVAL);
}

static DeepfillSourceSettings source_settings(AVFilterContext *ctx)
{
    const FillContext *s = ctx->priv;
    DeepfillSourceSettings settings = {
        .log = ctx, .url = s->mask_name, .options = s->mask_opts, .alpha = s->alpha,
    };

    return settings;
}

static int append_mask_pad(AVFilterContext *ctx)
{
    AVFilterPad pad = { .name = "mask", .type = AVMEDIA_TYPE_VIDEO };

    av_log(ctx, AV_LOG_INFO, "Without mask= and box= the mask is a second input, which -vf cannot have: either name "
           "a file, -vf deepfill=mask.mp4, or connect both, ffmpeg -i in.mp4 -i mask.mp4 -filter_complex "
           "\"[0:v][1:v]deepfill\" out.mp4\n");
    return ff_append_inpad(ctx, &pad);
}

/* Cheap checks alone: some versions make every filter twice and throw the first away. */
static av_cold int init(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;
    int ret;

    s->report.log    = ctx;
    s->last_time     = AV_NOPTS_VALUE;
    s->first_picture = -1;
    if ((ret = check_options(ctx)) < 0)
        return ret;
    ret = deepfill_model_exists(s->model_name);
    if (ret < 0) {
        av_log(ctx, AV_LOG_ERROR, "The model '%s' cannot be opened (%s): give model= a built-in model's name "
               "(small) or a checkpoint file.\n", s->model_name, av_err2str(ret));
        return ret;
    }
    if (s->mask_name)
        {
        DeepfillSourceSettings settings = source_settings(ctx);
        return ff_deepfill_source_check(&settings);
    }
    return s->box ? ff_deepfill_boxes_check(ctx, s->box) : append_mask_pad(ctx);
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

static int open_queue(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;
    const AVFilterLink *inlink = ctx->inputs[0];
    DeepfillSettings settings;
    DeepfillFormat format;
    int ret;

    if ((ret = deepfill_model_open(&s->model, s->model_name)) < 0) {
        av_log(ctx, AV_LOG_ERROR, "The model '%s' cannot be used: %s\n", s->model_name, deepfill_error());
        return ret;
    }
    ff_deepfill_describe_format(&format, inlink->format, inlink->w, inlink->h);
    deepfill_defaults(&settings, s->model, &format);
    settings.size    = s->size;
    settings.delay   = s->delay;
    settings.workers = s->workers;
    if (!s->workers && ctx->nb_threads > 0)
        settings.workers = ff_filter_get_nb_threads(ctx);
    s->queue.filter = ctx;
    s->queue.report = &s->report;
    return ff_deepfill_queue_open(&s->queue, &settings);
}

static int open_mask_file(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;
    DeepfillSourceSettings settings = source_settings(ctx);

    s->report.mask  = s->mask_name;
    s->pairing.loop = s->mask_loop;
    return ff_deepfill_source_open(&s->pairing.source, &settings);
}

/* A still mask of the frame's size, which has no time. */
static int open_boxes(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;
    DeepfillPicture picture = { .time = INT64_MIN / 4 };
    int ret = ff_deepfill_boxes_draw(ctx, s->box, ctx->inputs[0]->w, ctx->inputs[0]->h, &picture.gray);

    if (ret < 0)
        return ret;
    s->report.mask = "from box";
    ff_deepfill_pairing_push(&s->pairing, &picture);
    ff_deepfill_pairing_end(&s->pairing);
    return 0;
}

static int64_t link_interval(AVFilterLink *link)
{
    AVRational rate = DEEPFILL_LINK_FRAME_RATE(link);

    return rate.num > 0 && rate.den > 0 ? av_rescale(AV_TIME_BASE, rate.den, rate.num) : 0;
}

static int is_sequence(const FillContext *s)
{
    return s->pairing.source && ff_deepfill_source_is_sequence(s->pairing.source);
}

/* Half the shorter frame interval, and what rounding to microseconds may take. */
static void set_tolerance(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;
    int64_t mask = 0;

    s->interval = link_interval(ctx->inputs[0]);
    if (s->pairing.source)
        mask = ff_deepfill_source_interval(s->pairing.source);
    else if (ctx->nb_inputs > 1)
        mask = link_interval(ctx->inputs[1]);
    if (is_sequence(s))
        return;
    s->pairing.tolerance = (s->interval && mask ? FFMIN(s->interval, mask) : FFMAX(s->interval, mask)) / 2 + 2;
}

static int config_output(AVFilterLink *outlink)
{
    AVFilterContext *ctx = outlink->src;
    FillContext *s = ctx->priv;
    int ret;

    if ((ret = open_queue(ctx)) < 0)
        return ret;
    s->report.mask = "from the second input";
    if (s->mask_name)
        ret = open_mask_file(ctx);
    else if (s->box)
        ret = open_boxes(ctx);
    if (ret >= 0)
        set_tolerance(ctx);
    return ret;
}

/* Microseconds in the mask; of an image sequence, a picture's number. */
static int64_t frame_time(AVFilterContext *ctx, const AVFrame *frame)
{
    FillContext *s = ctx->priv;
    int64_t time;

    if (frame->pts != AV_NOPTS_VALUE)
        time = av_rescale_q(frame->pts, ctx->inputs[0]->time_base, AV_TIME_BASE_Q);
    else
        time = s->last_time == AV_NOPTS_VALUE ? 0 : s->last_time + s->interval;
    if (!is_sequence(s))
        return time + s->mask_start;
    if (s->first_picture < 0) {
        /* Film whose sound begins first does so a little after 0. */
        int64_t start = (time < AV_TIME_BASE ? 0 : time) + s->mask_start;
        s->first_picture = s->interval ? FFMAX(start, 0) / s->interval : 0;
    }
    return s->first_picture + s->taken;
}

/* The link's buffers may not change under a filter; some programs let them. */
static int check_frame(AVFilterContext *ctx, const AVFrame *frame)
{
    const AVFilterLink *link = ctx->inputs[0];

    if (frame->width == link->w && frame->height == link->h && frame->format == link->format)
        return 0;
    av_log(ctx, AV_LOG_ERROR, "A frame is %dx%d %s, but the filter was set up for %dx%d %s: the input may not "
           "change.\n", frame->width, frame->height, av_get_pix_fmt_name(frame->format), link->w, link->h,
           av_get_pix_fmt_name(link->format));
    return AVERROR(EINVAL);
}

/* The mask of the frame just taken; NULL where the frame is to pass. */
static int mask_of(AVFilterContext *ctx, DeepfillMask **mask)
{
    FillContext *s = ctx->priv;
    enum DeepfillPairingState state = ff_deepfill_pairing_state(&s->pairing);
    DeepfillMaskSettings settings;
    DeepfillMaskInfo info;
    int ret;

    *mask = NULL;
    if (state == DEEPFILL_MASK_ENDED)
        ff_deepfill_report_odd(&s->report, DEEPFILL_ODD_ENDED, "The mask has ended before the video: %s.",
                               s->eof_action == EOF_ACTION_PASS ? "the rest passes as it is" :
                               "its last picture is repeated (else: eof_action, mask_loop)");
    if (ctx->is_disabled || state == DEEPFILL_MASK_NONE ||
        (state == DEEPFILL_MASK_ENDED && s->eof_action == EOF_ACTION_PASS))
        return 0;
    deepfill_mask_defaults(&settings, s->queue.format.width, s->queue.format.height);
    settings.threshold = s->threshold;
    settings.invert    = s->invert;
    settings.dilate    = s->dilate;
    settings.feather   = s->feather;
    ret = ff_deepfill_pairing_mask(&s->pairing, &settings, mask);
    if (ret < 0) {
        av_log(ctx, AV_LOG_ERROR, "The mask cannot be made: %s\n", deepfill_error());
        return ret;
    }
    deepfill_mask_info(*mask, &info);
    if (ret > 0)
        ff_deepfill_report_mask(&s->report, &info);
    if (info.hole > 0)
        ff_deepfill_report_start(&s->report, s->model, s->queue.fill, *mask, s->pairing.current.gray->width,
                                 s->pairing.current.gray->height);
    else
        *mask = NULL;
    return 0;
}

/* Pair, lend: the frame is this function's. */
static int process_frame(AVFilterContext *ctx, AVFrame *frame)
{
    FillContext *s = ctx->priv;
    DeepfillMask *mask;
    int ret;

    if ((ret = check_frame(ctx, frame)) < 0 || (ret = mask_of(ctx, &mask)) < 0)
        goto fail;
    if (mask && DEEPFILL_FRAME_INTERLACED(frame))
        ff_deepfill_report_odd(&s->report, DEEPFILL_ODD_INTERLACED, "The video is interlaced: fill its fields, "
                               "with separatefields,deepfill,weave.");
    if (mask && (ret = ff_inlink_make_frame_writable(ctx->inputs[0], &frame)) < 0)
        goto fail;
    if ((ret = ff_deepfill_queue_send(&s->queue, frame, mask, s->show)) >= 0)
        return 0;

fail:
    av_frame_free(&frame);
    return ret;
}

/* Take what the second input has. @return 1: something; 0: it has to be asked; or an error */
static int feed_mask(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;
    AVFilterLink *link = ctx->inputs[1];
    DeepfillPicture picture = { 0 };
    int64_t duration, pts;
    int ret, status;

    ret = ff_inlink_consume_frame(link, &picture.gray);
    if (ret < 0)
        return ret;
    if (!ret) {
        if (!ff_inlink_acknowledge_status(link, &status, &pts))
            return 0;
        ff_deepfill_pairing_end(&s->pairing);
        return status == AVERROR_EOF ? 1 : status;
    }
    if (picture.gray->format != AV_PIX_FMT_GRAY8) {
        av_frame_free(&picture.gray);
        return AVERROR(EINVAL);
    }
    duration = av_rescale_q(DEEPFILL_FRAME_DURATION(picture.gray), link->time_base, AV_TIME_BASE_Q);
    if (duration <= 0)
        duration = link_interval(link);
    picture.time = s->pairing.last_end;
    if (picture.gray->pts != AV_NOPTS_VALUE)
        picture.time = av_rescale_q(picture.gray->pts, link->time_base, AV_TIME_BASE_Q);
    picture.end = s->pairing.last_end = picture.time + duration;
    ff_deepfill_pairing_push(&s->pairing, &picture);
    return 1;
}

static void flush(AVFilterContext *ctx, int status, int64_t pts)
{
    FillContext *s = ctx->priv;

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
    int64_t time;
    int ret;

    if (!ff_inlink_queued_frames(inlink))
        return 0;
    frame = ff_inlink_peek_frame(inlink, 0);
    time  = frame_time(ctx, frame);
    while (!(ret = ff_deepfill_pairing_find(&s->pairing, time)))
        if ((ret = feed_mask(ctx)) <= 0)
            return ret;
    if (ret < 0)
        return ret;
    if (s->eof_action == EOF_ACTION_ENDALL &&
        ff_deepfill_pairing_state(&s->pairing) == DEEPFILL_MASK_ENDED) {
        flush(ctx, AVERROR_EOF, frame->pts);
        return 0;
    }
    ret = ff_inlink_consume_frame(inlink, &frame);
    if (ret <= 0)
        return ret;
    s->last_time = is_sequence(s) ? s->last_time : time - s->mask_start;
    s->taken++;
    ret = process_frame(ctx, frame);
    return ret < 0 ? ret : 1;
}

static int take_frames(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;
    int64_t pts;
    int ret = 1, status;

    while (ret > 0 && !s->flushed && ff_deepfill_queue_has_room(&s->queue))
        ret = take_frame(ctx);
    if (ret >= 0 && !s->flushed && ff_deepfill_queue_has_room(&s->queue) && ff_inlink_acknowledge_status(ctx->inputs[0], &status, &pts))
        flush(ctx, status, pts);
    return FFMIN(ret, 0);
}

/* All slots are taken, or no input is left: wait for the oldest frame. */
static int await_frame(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;
    int ret = 0;

    if (ff_deepfill_queue_count(&s->queue) && (ret = ff_deepfill_queue_hand_on(&s->queue, 1)) < 0)
        return ret;
    if (s->flushed && !ff_deepfill_queue_count(&s->queue))
        ff_outlink_set_status(ctx->outputs[0], s->end_status, s->end_pts);
    else if (s->flushed || ff_inlink_queued_frames(ctx->inputs[0]))
        ff_filter_set_ready(ctx, 100);
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
    ret = run(ctx);
    s->failed |= ret < 0 && ret != FFERROR_NOT_READY;
    return ret;
}

static av_cold void uninit(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;
    int lost = ff_deepfill_queue_close(&s->queue);

    if (lost && !s->failed)
        av_log(ctx, AV_LOG_WARNING, "Closed before the end of the input: %d frame%s in flight %s lost (with delay=0 "
               "none is).\n", lost, lost == 1 ? "" : "s", lost == 1 ? "is" : "are");
    ff_deepfill_pairing_uninit(&s->pairing);
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
    DEEPFILL_PUBLIC(description) = NULL_IF_CONFIG_SMALL("Fill what a mask marks by a neural network."),
    DEEPFILL_PUBLIC(priv_class)  = &deepfill_class,
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
