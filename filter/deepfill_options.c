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
#include "libavutil/bprint.h"
#include "libavutil/error.h"
#include "libavutil/log.h"
#include "libavutil/mem.h"
#include "libavutil/opt.h"
#include "libavutil/version.h"
#include "libavformat/avio.h"

#include "deepfill_context.h"

#define OFFSET(x) offsetof(FillContext, x)
#define FLAGS (AV_OPT_FLAG_FILTERING_PARAM | AV_OPT_FLAG_VIDEO_PARAM)
#define RUNTIME (FLAGS | AV_OPT_FLAG_RUNTIME_PARAM)
#define CONST(name, help, value, flags, unit) \
    { name, help, 0, AV_OPT_TYPE_CONST, { .i64 = value }, 0, 0, flags, unit }

static const AVOption deepfill_options[] = {
    { "mask", "file or URL of the mask; without it, and without rectangles, a second input is the mask",
      OFFSET(mask), AV_OPT_TYPE_STRING, { .str = NULL }, 0, 0, FLAGS },
    { "box", "rectangles to fill instead of a mask: 'x y w h', several joined by |",
      OFFSET(box), AV_OPT_TYPE_STRING, { .str = NULL }, 0, 0, FLAGS },
    { "x", "left edge of a rectangle to fill; with y, w and h",
      OFFSET(side[0]), AV_OPT_TYPE_STRING, { .str = NULL }, 0, 0, FLAGS },
    { "y", "upper edge of the rectangle",
      OFFSET(side[1]), AV_OPT_TYPE_STRING, { .str = NULL }, 0, 0, FLAGS },
    { "w", "width of the rectangle",
      OFFSET(side[2]), AV_OPT_TYPE_STRING, { .str = NULL }, 0, 0, FLAGS },
    { "h", "height of the rectangle",
      OFFSET(side[3]), AV_OPT_TYPE_STRING, { .str = NULL }, 0, 0, FLAGS },
    { "box_file", "text file of rectangles that are filled for a time: lines 'START-END x y w h'",
      OFFSET(box_file), AV_OPT_TYPE_STRING, { .str = NULL }, 0, 0, FLAGS },
    { "model", "built-in model or checkpoint file of any project that is known; default: small, with sketch= sketch",
      OFFSET(model_name), AV_OPT_TYPE_STRING, { .str = NULL }, 0, 0, FLAGS },
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
    { "dilate_time", "frames by which parts of the hole that come or go grow in time",
      OFFSET(dilate_time), AV_OPT_TYPE_INT, { .i64 = 0 }, 0, 64, FLAGS },
    { "feather", "width in pixels of the blend outside the grown hole, where temporal=0 or soft=1; -1: 4, or 0 with "
      "soft=1",
      OFFSET(feather), AV_OPT_TYPE_INT, { .i64 = -1 }, -1, 256, RUNTIME },
    { "size", "longest side at which the network works; 0: the model's own",
      OFFSET(size), AV_OPT_TYPE_INT, { .i64 = 0 }, 0, 4096, FLAGS },
    { "workers", "frames filled at once; 0: as many as CPUs, or as threads",
      OFFSET(workers), AV_OPT_TYPE_INT, { .i64 = 0 }, 0, 256, FLAGS },
    { "delay", "most frames held back for the workers, beside those for ahead; -1: as many as workers",
      OFFSET(delay), AV_OPT_TYPE_INT, { .i64 = -1 }, -1, 1024, FLAGS },
    { "temporal", "fill from other frames first; off: each frame by itself",
      OFFSET(temporal), AV_OPT_TYPE_BOOL, { .i64 = 1 }, 0, 1, FLAGS },
    { "texture", "what the network fills gets the texture of what is around it",
      OFFSET(texture), AV_OPT_TYPE_BOOL, { .i64 = 1 }, 0, 1, FLAGS },
    { "ahead", "most frames looked ahead, fewer where they decide; -1: 40; 0: none, for live use",
      OFFSET(ahead), AV_OPT_TYPE_INT, { .i64 = -1 }, -1, 1024, FLAGS },
    { "memory", "MiB for all that is held for other frames: where it is short, fewer are looked ahead",
      OFFSET(memory), AV_OPT_TYPE_INT, { .i64 = 512 }, 1, 1 << 20, FLAGS },
    { "grain", "give what is filled the grain of what is around it, new in each frame",
      OFFSET(grain), AV_OPT_TYPE_BOOL, { .i64 = 1 }, 0, 1, FLAGS },
    { "realtime", "a frame comes out for each that goes in, before the next: delay=0 and ahead=0; auto: where "
      "MLT (Kdenlive, Shotcut) runs the filter",
      OFFSET(realtime), AV_OPT_TYPE_BOOL, { .i64 = -1 }, -1, 1, FLAGS },
    { "mask_start", "where in the mask the video's time 0 lies",
      OFFSET(mask_start), AV_OPT_TYPE_DURATION, { .i64 = 0 }, INT64_MIN / 4, INT64_MAX / 4, FLAGS },
    { "mask_sync", "how pictures of mask and sketch are paired with frames",
      OFFSET(mask_sync), AV_OPT_TYPE_INT, { .i64 = DEEPFILL_SYNC_AUTO }, 0, DEEPFILL_SYNC_FRAME, FLAGS,
      "mask_sync" },
        CONST("auto", "by what fits, which the log tells", DEEPFILL_SYNC_AUTO, FLAGS, "mask_sync"),
        CONST("time", "by time", DEEPFILL_SYNC_TIME, FLAGS, "mask_sync"),
        CONST("frame", "picture n with frame n", DEEPFILL_SYNC_FRAME, FLAGS, "mask_sync"),
    { "mask_frame", "where pictures are paired by number: that of the first frame's; -1: by its time",
      OFFSET(mask_frame), AV_OPT_TYPE_INT64, { .i64 = -1 }, -1, INT64_MAX / 2, FLAGS },
    { "mask_loop", "the mask file starts again at its end, and so does the sketch",
      OFFSET(mask_loop), AV_OPT_TYPE_BOOL, { .i64 = 0 }, 0, 1, FLAGS },
    { "mask_opts", "options for opening the mask file",
      OFFSET(mask_opts), AV_OPT_TYPE_DICT, { .str = NULL }, 0, 0, FLAGS },
    { "sketch", "file or URL of lines that the fill is to follow, for models trained with a sketch",
      OFFSET(sketch), AV_OPT_TYPE_STRING, { .str = NULL }, 0, 0, FLAGS },
    { "keep_out", "file or URL of a mask of what is neither filled nor a source: clocks, tickers",
      OFFSET(keep_out), AV_OPT_TYPE_STRING, { .str = NULL }, 0, 0, FLAGS },
    { "overlay", "file or URL of a translucent overlay that is taken off: a picture with alpha, or .lgd",
      OFFSET(overlay), AV_OPT_TYPE_STRING, { .str = NULL }, 0, 0, FLAGS },
    { "overlay_x", "where in the frame the overlay's left edge lies; -1: it is of the frame's size",
      OFFSET(overlay_x), AV_OPT_TYPE_INT, { .i64 = -1 }, -1, 32767, FLAGS },
    { "overlay_y", "where in the frame the overlay's upper edge lies; -1: it is of the frame's size",
      OFFSET(overlay_y), AV_OPT_TYPE_INT, { .i64 = -1 }, -1, 32767, FLAGS },
    { "overlay_fade", "how much of the overlay a frame has is estimated: it may fade, and come and go",
      OFFSET(overlay_fade), AV_OPT_TYPE_BOOL, { .i64 = 1 }, 0, 1, FLAGS },
    { "overlay_estimate", "opacity and colour are learnt on the way, of the overlay or of what the mask marks",
      OFFSET(overlay_estimate), AV_OPT_TYPE_BOOL, { .i64 = 0 }, 0, 1, FLAGS },
    { "eof_action", "what to do after the end of mask, sketch or keep_out",
      OFFSET(eof_action), AV_OPT_TYPE_INT, { .i64 = EOF_ACTION_REPEAT }, 0, EOF_ACTION_ENDALL, FLAGS,
      "eof_action" },
        CONST("repeat", "repeat its last picture", EOF_ACTION_REPEAT, FLAGS, "eof_action"),
        CONST("pass", "go on without: without a mask the video passes", EOF_ACTION_PASS, FLAGS, "eof_action"),
        CONST("endall", "end the video", EOF_ACTION_ENDALL, FLAGS, "eof_action"),
    { "fields", "fill each frame as its two fields: for interlaced video",
      OFFSET(fields), AV_OPT_TYPE_BOOL, { .i64 = 0 }, 0, 1, FLAGS },
    { "show", "what to put into the hole",
      OFFSET(show), AV_OPT_TYPE_INT, { .i64 = DEEPFILL_SHOW_FILL }, 0, DEEPFILL_SHOW_OVERLAY, RUNTIME,
      "show" },
        CONST("fill", "what other frames show or the network makes", DEEPFILL_SHOW_FILL, RUNTIME, "show"),
        CONST("mask", "a tint", DEEPFILL_SHOW_MASK, RUNTIME, "show"),
        CONST("regions", "a tint, and the boxes in which the network fills a whole hole", DEEPFILL_SHOW_REGIONS,
              RUNTIME, "show"),
        CONST("coarse", "what the network's first stage makes of it", DEEPFILL_SHOW_COARSE, RUNTIME, "show"),
        CONST("sources", "the fill, tinted by where it came from", DEEPFILL_SHOW_SOURCES, RUNTIME, "show"),
        CONST("overlay", "the overlay's opacity as heat", DEEPFILL_SHOW_OVERLAY, RUNTIME, "show"),
        CONST("cuts", "the frames as they are; metadata tell where shots begin that can be filled alone",
              DEEPFILL_SHOW_FRAME, RUNTIME, "show"),
    { NULL }
};

const AVClass ff_deepfill_class = {
    .class_name = "deepfill",
    .item_name  = av_default_item_name,
    .option     = deepfill_options,
    .version    = LIBAVUTIL_VERSION_INT,
    .category   = AV_CLASS_CATEGORY_FILTER,
};

/** Unnamed, what follows each colon in the mask's name becomes the value of the next option. */
static int refuse_both(AVFilterContext *ctx)
{
    const FillContext *s = ctx->priv;
    const char *behind[] = { s->box, s->side[0], s->side[1], s->side[2], s->side[3] };
    AVBPrint name, escaped;

    if (av_opt_find(ctx->priv, s->box, NULL, 0, 0)) {
        av_log(ctx, AV_LOG_ERROR, "The option '%s' has no value: write %s=VALUE.\n", s->box, s->box);
        return AVERROR(EINVAL);
    }
    if (strspn(s->box, " 0123456789-|") == strlen(s->box)) {
        av_log(ctx, AV_LOG_ERROR, "mask='%s' and box='%s' exclude each other: give one of them.\n", s->mask,
               s->box);
        return AVERROR(EINVAL);
    }
    av_bprint_init(&name, 0, AV_BPRINT_SIZE_AUTOMATIC);
    av_bprint_init(&escaped, 0, AV_BPRINT_SIZE_AUTOMATIC);
    av_bprintf(&name, "%s", s->mask);
    av_bprintf(&escaped, "%s", s->mask);
    for (int i = 0; i < FF_ARRAY_ELEMS(behind) && behind[i]; i++) {
        av_bprintf(&name, ":%s", behind[i]);
        av_bprintf(&escaped, "\\\\:%s", behind[i]);
    }
    av_log(ctx, AV_LOG_ERROR, "mask='%s' and box='%s' exclude each other: if '%s' is the mask's name, each colon "
           "in it is written \\\\: within single quotes%s, -vf 'deepfill=%s'%s.\n", s->mask, s->box, name.str,
           strlen(s->mask) > 1 ? "" : ", and each backslash /", escaped.str, av_strstart(s->box, "//", NULL) ? ", or the address becomes the second input: -i in.mp4 "
           "-i ADDRESS -filter_complex \"[0:v][1:v]deepfill\"" : "");
    return AVERROR(EINVAL);
}

/**
 * What is given by x, y, w and h becomes a part of box: one more rectangle, or the rest of one that the
 * colons in box=x=20:y=20:w=60:h=20 have parted.
 */
static int join_box(FillContext *s)
{
    static const char name[] = "xywh";
    AVBPrint text;
    int sides = 0;

    for (int i = 0; i < 4; i++)
        sides += !!s->side[i];
    if (!sides)
        return 0;
    av_bprint_init(&text, 0, AV_BPRINT_SIZE_UNLIMITED);
    if (s->box)
        av_bprintf(&text, "%s%c", s->box, sides == 4 ? '|' : ':');
    for (int i = 0, n = 0; i < 4; i++)
        if (s->side[i])
            av_bprintf(&text, "%s%c=%s", n++ ? ":" : "", name[i], s->side[i]);
    av_freep(&s->box);
    return av_bprint_finalize(&text, &s->box);
}

static int is_number(const char *text)
{
    return text && *text && strspn(text, "+-.%0123456789") == strlen(text);
}

/** Numbers without names end up in the first options, one behind each colon. */
static int check_numbers(void *log, const FillContext *s)
{
    const char *given[] = { s->mask, s->box, s->side[0], s->side[1], s->side[2] };
    const char *example[] = { "20", "20", "200", "60" }, **all;
    int in_mask = is_number(s->mask) && avio_check(s->mask, AVIO_FLAG_READ) < 0;

    if (!in_mask && !(is_number(s->box) && is_number(s->side[0])))
        return 0;
    all = given + !in_mask;
    for (int i = 0; i < 4; i++)
        if (!is_number(all[i]))
            all = example;
    av_log(log, AV_LOG_ERROR, "%s='%s' is a number%s: a rectangle is written deepfill=x=%s:y=%s:w=%s:h=%s, "
           "or deepfill=box='%s %s %s %s'.\n", in_mask ? "mask" : "box", given[!in_mask],
           in_mask ? " and no file" : "", all[0], all[1], all[2], all[3], all[0], all[1], all[2], all[3]);
    return AVERROR(EINVAL);
}

/** Whether an expression has a variable that counts frames or bytes. */
static int counts_frames(const char *expression)
{
    static const char names[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";

    for (const char *p = expression; p && *p; p += strspn(p, names)) {
        size_t length;

        p += strcspn(p, names);
        length = strspn(p, names);
        if ((length == 1 && *p == 'n') || (length == 3 && !strncmp(p, "pos", 3)))
            return 1;
    }
    return 0;
}

/** @return why a shot alone would not come out as it does in its film; NULL: it does */
static const char *find_bond(const AVFilterContext *ctx)
{
    const FillContext *s = ctx->priv;

    if (!s->temporal)
        return "show=cuts: with temporal=0 no other frame is looked at, and no cut is found";
    if (!s->ahead || s->realtime == 1)
        return "show=cuts: with ahead=0 or realtime=1 a flash looks like a cut until it is over: look one frame or more "
               "ahead";
    if (s->overlay_estimate)
        return "show=cuts: overlay_estimate=1 learns from the whole film, so no shot can be filled alone";
    if (s->overlay && s->overlay_fade)
        return "show=cuts: overlay_fade=1 follows the overlay from shot to shot: with overlay_fade=0, for one that never "
               "fades, each can be filled alone";
    if (counts_frames(ctx->enable_str))
        return "show=cuts: enable= counts frames, which a shot alone counts anew: write it in t, the time";
    return NULL;
}

int ff_deepfill_check_options(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;
    const char *wrong = NULL;
    int ret;

    if ((ret = check_numbers(ctx, s)) < 0)
        return ret;
    if (s->mask && s->box)
        return refuse_both(ctx);
    if ((ret = join_box(s)) < 0)
        return ret;
    if (s->mask && s->box)
        wrong = "mask= and x=, y=, w=, h= exclude each other: give one of them";
    else if (s->mask && s->box_file)
        wrong = "mask= and box_file= exclude each other: give one of them";
    else if (s->alpha && !s->mask)
        wrong = "alpha=1 is for mask=FILE alone: a second input and box= have no alpha plane";
    else if (s->mask_loop && !s->mask && !s->sketch && !s->keep_out)
        wrong = s->box || s->box_file ?
                "mask_loop=1 is for mask=FILE, sketch=FILE and keep_out=FILE: rectangles have no end" :
                "mask_loop=1 is for mask=FILE, sketch=FILE and keep_out=FILE: repeat a second input by -stream_loop -1 "
                "before its -i";
    else if (s->mask_opts && !s->mask && !s->sketch && !s->keep_out)
        wrong = s->box || s->box_file ?
                "mask_opts= is for mask=FILE, sketch=FILE and keep_out=FILE: rectangles have no decoder" :
                "mask_opts= is for mask=FILE, sketch=FILE and keep_out=FILE: give a second input's options before its "
                "-i";
    else if (s->keep_out && s->fields)
        wrong = "keep_out= is for frames: with fields=1 there is none";
    else if (!s->overlay && (s->overlay_x >= 0 || s->overlay_y >= 0))
        wrong = "overlay_x= and overlay_y= are for overlay=FILE";
    else if (s->overlay_estimate && !s->temporal)
        wrong = "overlay_estimate=1 learns from other frames: temporal=0 looks at none";
    else if (s->overlay_estimate && s->fields)
        wrong = "overlay_estimate=1 learns from frames: with fields=1 there is none";
    else if (!s->overlay && s->show == DEEPFILL_SHOW_OVERLAY)
        wrong = "show=overlay is for overlay=FILE";
    else if (s->size && s->size < 64)
        wrong = "size= is 0, for the model's own, or 64 to 4096";
    else if (s->show == DEEPFILL_SHOW_FRAME)
        wrong = find_bond(ctx);
    if (!wrong)
        return 0;
    av_log(ctx, AV_LOG_ERROR, "%s.\n", wrong);
    return AVERROR(EINVAL);
}
