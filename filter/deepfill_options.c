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
 * The filter's options.
 */

#include <string.h>

#include "libavutil/avstring.h"
#include "libavutil/log.h"
#include "libavutil/opt.h"
#include "libavutil/version.h"

#include "deepfill_context.h"

#define OFFSET(x) offsetof(FillContext, x)
#define FLAGS (AV_OPT_FLAG_FILTERING_PARAM | AV_OPT_FLAG_VIDEO_PARAM)
#define RUNTIME (FLAGS | AV_OPT_FLAG_RUNTIME_PARAM)
#define CONST(name, help, value, flags, unit) \
    { name, help, 0, AV_OPT_TYPE_CONST, { .i64 = value }, 0, 0, flags, unit }

static const AVOption deepfill_options[] = {
    { "mask", "file or URL of the mask; without it, and without box, a second input is the mask",
      OFFSET(mask), AV_OPT_TYPE_STRING, { .str = NULL }, 0, 0, FLAGS },
    { "box", "rectangles to fill instead of a mask: 'x y w h', several joined by |",
      OFFSET(box), AV_OPT_TYPE_STRING, { .str = NULL }, 0, 0, FLAGS },
    { "model", "built-in model or checkpoint file of any project that is known",
      OFFSET(model_name), AV_OPT_TYPE_STRING, { .str = "small" }, 0, 0, FLAGS },
    { "semantics", "whose network a checkpoint is, instead of what its file tells: official, mmagic, ...; "
      "+rgb, +bgr",
      OFFSET(semantics), AV_OPT_TYPE_STRING, { .str = "auto" }, 0, 0, FLAGS },
    { "threshold", "mask value above which a pixel is in the hole",
      OFFSET(threshold), AV_OPT_TYPE_FLOAT, { .dbl = 0.5 }, 0, 1, RUNTIME },
    { "invert", "black is the hole",
      OFFSET(invert), AV_OPT_TYPE_BOOL, { .i64 = 0 }, 0, 1, RUNTIME },
    { "alpha", "the mask file's alpha plane alone is the mask",
      OFFSET(alpha), AV_OPT_TYPE_BOOL, { .i64 = 0 }, 0, 1, FLAGS },
    { "soft", "the mask's greys are the blend, and all but black is the hole",
      OFFSET(soft), AV_OPT_TYPE_BOOL, { .i64 = 0 }, 0, 1, RUNTIME },
    { "dilate", "pixels by which the hole grows; -1: 4, or 0 with soft=1",
      OFFSET(dilate), AV_OPT_TYPE_INT, { .i64 = -1 }, -1, 256, RUNTIME },
    { "feather", "width in pixels of the blend outside the grown hole; -1: 4, or 0 with soft=1",
      OFFSET(feather), AV_OPT_TYPE_INT, { .i64 = -1 }, -1, 256, RUNTIME },
    { "size", "longest side at which the network works; 0: the model's own",
      OFFSET(size), AV_OPT_TYPE_INT, { .i64 = 0 }, 0, 4096, FLAGS },
    { "workers", "frames filled at once; 0: as many as CPUs, or as threads",
      OFFSET(workers), AV_OPT_TYPE_INT, { .i64 = 0 }, 0, 256, FLAGS },
    { "delay", "most frames held back, beside those for ahead; -1: as many as workers",
      OFFSET(delay), AV_OPT_TYPE_INT, { .i64 = -1 }, -1, 1024, FLAGS },
    { "temporal", "fill from other frames first; off: each frame by itself",
      OFFSET(temporal), AV_OPT_TYPE_BOOL, { .i64 = 1 }, 0, 1, FLAGS },
    { "ahead", "frames looked ahead; -1: as many as fit memory, at most 120; 0: none, for live use",
      OFFSET(ahead), AV_OPT_TYPE_INT, { .i64 = -1 }, -1, 1024, FLAGS },
    { "memory", "MiB for held frames and their sources",
      OFFSET(memory), AV_OPT_TYPE_INT, { .i64 = 512 }, 1, 1 << 20, FLAGS },
    { "realtime", "a frame comes out for each that goes in, before the next: delay=0 and ahead=0; auto: where "
      "MLT (Kdenlive, Shotcut) runs the filter",
      OFFSET(realtime), AV_OPT_TYPE_BOOL, { .i64 = -1 }, -1, 1, FLAGS },
    { "mask_start", "where in the mask the video's time 0 lies",
      OFFSET(mask_start), AV_OPT_TYPE_DURATION, { .i64 = 0 }, INT64_MIN / 4, INT64_MAX / 4, FLAGS },
    { "mask_loop", "the mask file starts again at its end, and so does the sketch",
      OFFSET(mask_loop), AV_OPT_TYPE_BOOL, { .i64 = 0 }, 0, 1, FLAGS },
    { "mask_opts", "options for opening the mask file",
      OFFSET(mask_opts), AV_OPT_TYPE_DICT, { .str = NULL }, 0, 0, FLAGS },
    { "sketch", "file or URL of lines that the fill is to follow, for models trained with a sketch",
      OFFSET(sketch), AV_OPT_TYPE_STRING, { .str = NULL }, 0, 0, FLAGS },
    { "eof_action", "what to do after the mask's or the sketch's end",
      OFFSET(eof_action), AV_OPT_TYPE_INT, { .i64 = EOF_ACTION_REPEAT }, 0, EOF_ACTION_ENDALL, FLAGS,
      "eof_action" },
        CONST("repeat", "repeat its last picture", EOF_ACTION_REPEAT, FLAGS, "eof_action"),
        CONST("pass", "go on without: without a mask the video passes", EOF_ACTION_PASS, FLAGS, "eof_action"),
        CONST("endall", "end the video", EOF_ACTION_ENDALL, FLAGS, "eof_action"),
    { "fields", "fill each frame as its two fields: for interlaced video",
      OFFSET(fields), AV_OPT_TYPE_BOOL, { .i64 = 0 }, 0, 1, FLAGS },
    { "show", "what to put into the hole",
      OFFSET(show), AV_OPT_TYPE_INT, { .i64 = DEEPFILL_SHOW_FILL }, 0, DEEPFILL_SHOW_SOURCES, RUNTIME,
      "show" },
        CONST("fill", "what other frames show or the network makes", DEEPFILL_SHOW_FILL, RUNTIME, "show"),
        CONST("mask", "a tint", DEEPFILL_SHOW_MASK, RUNTIME, "show"),
        CONST("regions", "a tint, and the outlines of all boxes", DEEPFILL_SHOW_REGIONS, RUNTIME, "show"),
        CONST("coarse", "what the network's first stage makes of it", DEEPFILL_SHOW_COARSE, RUNTIME, "show"),
        CONST("sources", "the fill, tinted by where it came from", DEEPFILL_SHOW_SOURCES, RUNTIME, "show"),
    { NULL }
};

const AVClass ff_deepfill_class = {
    .class_name = "deepfill",
    .item_name  = av_default_item_name,
    .option     = deepfill_options,
    .version    = LIBAVUTIL_VERSION_INT,
    .category   = AV_CLASS_CATEGORY_FILTER,
};

/* Unnamed, what follows a colon in the mask's name becomes the second option. */
static int refuse_both(AVFilterContext *ctx)
{
    const FillContext *s = ctx->priv;

    if (strspn(s->box, " 0123456789-|") == strlen(s->box))
        av_log(ctx, AV_LOG_ERROR, "mask='%s' and box='%s' exclude each other: give one of them.\n", s->mask,
               s->box);
    else
        av_log(ctx, AV_LOG_ERROR, "mask='%s' and box='%s' exclude each other: if '%s:%s' is the mask's name, each "
               "colon in it is written \\\\: within single quotes, -vf 'deepfill=%s\\\\:%s'%s.\n", s->mask, s->box,
               s->mask, s->box, s->mask, s->box, av_strstart(s->box, "//", NULL) ?
               ", or the address becomes the second input: -i in.mp4 -i ADDRESS -filter_complex \"[0:v][1:v]"
               "deepfill\"" : "");
    return AVERROR(EINVAL);
}

int ff_deepfill_check_options(AVFilterContext *ctx)
{
    const FillContext *s = ctx->priv;
    const char *wrong = NULL;

    if (s->mask && s->box)
        return refuse_both(ctx);
    if (s->alpha && !s->mask)
        wrong = "alpha=1 is for mask=FILE alone: a second input and box= have no alpha plane";
    else if (s->mask_loop && !s->mask)
        wrong = "mask_loop=1 is for mask=FILE alone: repeat a second input by -stream_loop -1 before its -i";
    else if (s->mask_opts && !s->mask)
        wrong = "mask_opts= is for mask=FILE alone: give a second input's options before its -i";
    else if (s->size && s->size < 64)
        wrong = "size= is 0, for the model's own, or 64 to 4096";
    if (!wrong)
        return 0;
    av_log(ctx, AV_LOG_ERROR, "%s.\n", wrong);
    return AVERROR(EINVAL);
}
