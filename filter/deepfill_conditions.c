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
 * What conditions the fill of a frame: its mask and its sketch, found side by side.
 *
 * The sketch goes by the mask's clock: mask_start, mask_loop and eof_action
 * hold for both, and so do those of mask_opts that the sketch's demuxer and
 * decoder have.
 */

#include <string.h>

#include "libavutil/avstring.h"
#include "libavutil/common.h"
#include "libavutil/mem.h"
#include "libavformat/avio.h"

#include "deepfill_boxes.h"
#include "deepfill_context.h"
#include "deepfill_mask_name.h"
#include "deepfill_mask_source.h"
#include "deepfill_mask_sync.h"

static DeepfillSourceSettings file_settings(AVFilterContext *ctx, const DeepfillMaskInput *input, const char *url)
{
    const FillContext *s = ctx->priv;

    return (DeepfillSourceSettings) {
        .log = ctx, .what = input->what, .url = url, .options = s->mask_opts,
        .width = ctx->inputs[0]->w, .height = ctx->inputs[0]->h,
    };
}

/** Whether there are masks: an overlay needs none. */
static int has_masks(const FillContext *s)
{
    return s->mask || s->box || s->box_file || !s->overlay;
}

static int read_boxes(AVFilterContext *ctx, DeepfillBoxes **boxes)
{
    const FillContext *s = ctx->priv;
    int ret = 0;

    *boxes = ff_deepfill_boxes_alloc(ctx);
    if (!*boxes)
        return AVERROR(ENOMEM);
    if (s->box && avio_check(s->box, AVIO_FLAG_READ) >= 0) {
        av_log(ctx, AV_LOG_ERROR, "box='%s' is a file: one with rectangles and their times is given as box_file=%s.\n",
               s->box, s->box);
        return AVERROR(EINVAL);
    }
    if (s->box)
        ret = ff_deepfill_boxes_add(*boxes, "box", s->box, INT64_MIN, INT64_MAX);
    return ret >= 0 && s->box_file ? ff_deepfill_boxes_read(*boxes, ctx, s->box_file) : ret;
}

int ff_deepfill_conditions_check(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;
    int ret = 0;

    ff_deepfill_input_init(&s->masks, ctx, "mask", s->mask_start, s->mask_frame, s->mask_sync);
    ff_deepfill_input_init(&s->sketches, ctx, "sketch", s->mask_start, s->mask_frame, s->mask_sync);
    ff_deepfill_input_init(&s->keep_outs, ctx, "keep_out", s->mask_start, s->mask_frame, s->mask_sync);
    if (s->overlay)
        ret = ff_deepfill_name_check(ctx, "overlay", s->overlay, s->mask_opts);
    if (ret >= 0 && s->mask)
        ret = ff_deepfill_name_check(ctx, "mask", s->mask, s->mask_opts);
    if (ret >= 0 && s->sketch)
        ret = ff_deepfill_name_check(ctx, "sketch", s->sketch, s->mask_opts);
    if (ret >= 0 && s->keep_out)
        ret = ff_deepfill_name_check(ctx, "keep_out", s->keep_out, s->mask_opts);
    return ret;
}

/** What the report calls mask and sketch. Some versions initialise every filter twice. */
static int name_sources(FillContext *s)
{
    s->report.mask   = s->mask ? s->mask : s->box ? "from box" : s->box_file ? s->box_file :
                       "from the second input";
    s->report.sketch = s->sketch;
    s->report.fields = s->fields;
    av_freep(&s->report.mask_quoted);
    s->report.mask_quoted = s->mask ? av_asprintf(" '%s'", s->mask) : av_strdup("");
    return s->report.mask_quoted ? 0 : AVERROR(ENOMEM);
}

int ff_deepfill_conditions_open(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;
    DeepfillSourceSettings mask   = file_settings(ctx, &s->masks, s->mask);
    DeepfillSourceSettings sketch = file_settings(ctx, &s->sketches, s->sketch);
    DeepfillSourceSettings keep_out = file_settings(ctx, &s->keep_outs, s->keep_out);
    DeepfillSourceSettings overlay = file_settings(ctx, &s->masks, s->overlay);
    int ret = 0;

    mask.alpha     = s->alpha;
    overlay.what   = "overlay";
    sketch.lenient = keep_out.lenient = overlay.lenient = 1;
    ret = name_sources(s);
    if (ret < 0)
        return ret;
    if (s->box || s->box_file) /* once, as the file may be a pipe; some versions initialise every filter twice */
        ret = read_boxes(ctx, &s->masks.boxes);
    if (ret >= 0 && has_masks(s))
        ret = ff_deepfill_input_open(&s->masks, s->mask ? &mask : NULL, s->mask_loop);
    if (ret >= 0 && has_masks(s))
        ff_deepfill_sync_start(&s->masks);
    if (ret >= 0 && s->overlay)
        ret = ff_deepfill_overlay_open(&s->overlays, &overlay, s->overlay_x, s->overlay_y, s->fields);
    if (ret >= 0 && s->sketch)
        ret = ff_deepfill_input_open(&s->sketches, &sketch, s->mask_loop);
    if (ret >= 0 && s->keep_out)
        ret = ff_deepfill_input_open(&s->keep_outs, &keep_out, s->mask_loop);
    return ret;
}

int ff_deepfill_conditions_find(AVFilterContext *ctx, const AVFrame *frame)
{
    FillContext *s = ctx->priv;
    int ret = has_masks(s) ? ff_deepfill_input_find(&s->masks, frame) : 1;

    if (ret > 0 && s->sketch)
        ret = ff_deepfill_input_find(&s->sketches, frame);
    return ret > 0 && s->keep_out ? ff_deepfill_input_find(&s->keep_outs, frame) : ret;
}

static int has_ended(const DeepfillMaskInput *input)
{
    return ff_deepfill_pairing_state(&input->pairing) == DEEPFILL_MASK_ENDED;
}

int ff_deepfill_conditions_ended(const AVFilterContext *ctx)
{
    const FillContext *s = ctx->priv;

    return (has_masks(s) && has_ended(&s->masks)) || (s->sketch && has_ended(&s->sketches)) ||
           (s->keep_out && has_ended(&s->keep_outs));
}

int ff_deepfill_conditions_tell(const AVFilterContext *ctx, AVFrame *frame)
{
    const FillContext *s = ctx->priv;
    int ret = has_masks(s) ? ff_deepfill_input_tell(&s->masks, frame) : 0;

    if (ret >= 0 && s->sketch)
        ret = ff_deepfill_input_tell(&s->sketches, frame);
    return ret >= 0 && s->keep_out ? ff_deepfill_input_tell(&s->keep_outs, frame) : ret;
}

void ff_deepfill_conditions_taken(AVFilterContext *ctx, const AVFrame *frame)
{
    FillContext *s = ctx->priv;

    ff_deepfill_input_taken(&s->masks, frame);
    ff_deepfill_input_taken(&s->sketches, frame);
    ff_deepfill_input_taken(&s->keep_outs, frame);
}

/** Whether there is a picture, at the frame's time or, after the last, as eof_action says. */
static int has_picture(const FillContext *s, const DeepfillMaskInput *input)
{
    enum DeepfillPairingState state = ff_deepfill_pairing_state(&input->pairing);

    return state == DEEPFILL_MASK_PICTURE ||
           (state == DEEPFILL_MASK_ENDED && s->eof_action != EOF_ACTION_PASS);
}

/** Give frame or fields their masks, those that have a hole. @return 0 or libdeepfill's error */
static int share_mask(FillContext *s, const DeepfillMaskSettings *settings, DeepfillMask *mask, int is_new,
                      DeepfillCondition conditions[2])
{
    DeepfillMaskInfo info;
    int ret = 0;

    deepfill_mask_info(mask, &info);
    if (!s->fields) {
        conditions[0].mask = info.hole > 0 ? mask : NULL;
        return 0;
    }
    if (is_new)
        ret = ff_deepfill_fields_masks(&s->field_conditions, settings, s->masks.pairing.current.gray);
    for (int i = 0; i < 2 && ret >= 0; i++) {
        deepfill_mask_info(s->field_conditions.masks[i], &info);
        conditions[i].mask = info.hole > 0 ? s->field_conditions.masks[i] : NULL;
    }
    return ret;
}

static DeepfillMaskSettings mask_settings(const FillContext *s)
{
    DeepfillMaskSettings settings;

    deepfill_mask_defaults(&settings, s->queue.format.width, s->queue.format.height);
    settings.threshold = s->threshold;
    settings.invert    = s->invert;
    settings.soft      = s->soft;
    settings.dilate    = s->dilate >= 0 ? s->dilate : s->soft ? 0 : settings.dilate;
    settings.feather   = s->feather >= 0 ? s->feather : s->soft ? 0 : settings.feather;
    return settings;
}

/** A first picture without a hole is told of with what would take its hole. */
static void look_at_first(FillContext *s, const DeepfillMaskSettings *settings, const DeepfillMaskInfo *info)
{
    const DeepfillPairing *masks = &s->masks.pairing;

    if (!s->report.looked && info->hole == 0)
        ff_deepfill_report_empty(&s->report, settings, masks->current.gray,
                                 s->mask ? ff_deepfill_source_look(masks->source) : NULL, s->alpha,
                                 ff_deepfill_pairing_is_still(masks));
    s->report.looked = 1;
}

static int mask_of(AVFilterContext *ctx, DeepfillCondition conditions[2])
{
    FillContext *s = ctx->priv;
    const AVFrame *picture = s->masks.pairing.current.gray;
    DeepfillMaskSettings settings;
    DeepfillMaskInfo info;
    DeepfillMask *mask;
    int ret, is_new;

    if (has_ended(&s->masks))
        ff_deepfill_report_odd(&s->report, DEEPFILL_ODD_ENDED, s->taken.frames == 1 && s->mask_start > 0 ?
                               "mask_start lies behind the end of the mask%s: %s." :
                               "The mask%s has ended before the video: %s.", s->report.mask_quoted,
                               s->eof_action == EOF_ACTION_PASS ? "the rest passes as it is" :
                               "its last picture is repeated (else: eof_action, mask_loop)");
    if (ctx->is_disabled || !has_picture(s, &s->masks))
        return 0;
    settings = mask_settings(s);
    is_new = ff_deepfill_pairing_mask(&s->masks.pairing, &settings, &mask);
    ret    = is_new < 0 ? is_new : share_mask(s, &settings, mask, is_new, conditions);
    if (ret < 0) {
        av_log(ctx, AV_LOG_ERROR, "The mask%s cannot be made (%s): %s\n", s->report.mask_quoted, av_err2str(ret),
               deepfill_error());
        return ret;
    }
    deepfill_mask_info(mask, &info);
    if (is_new)
        ff_deepfill_report_mask(&s->report, &info, &settings, picture);
    look_at_first(s, &settings, &info);
    if (info.hole > 0)
        ff_deepfill_report_start(&s->report, s->model, s->queue.fill, conditions[0].mask ? conditions[0].mask :
                                 conditions[1].mask, picture->width, picture->height);
    return 0;
}

static int sketch_of(AVFilterContext *ctx, DeepfillCondition conditions[2])
{
    FillContext *s = ctx->priv;
    int width = s->queue.format.width, height = s->queue.format.height, ret, is_new;
    DeepfillSketchInfo info;
    DeepfillSketch *sketch;

    if (has_ended(&s->sketches))
        ff_deepfill_report_odd(&s->report, DEEPFILL_ODD_SKETCH_ENDED, "The sketch has ended before the "
                               "video: %s.", s->eof_action == EOF_ACTION_PASS ? "the rest has none" :
                               "its last picture is repeated (else: eof_action, mask_loop)");
    if (!has_picture(s, &s->sketches))
        return 0;
    ret = is_new = ff_deepfill_pairing_sketch(&s->sketches.pairing, width, height, &sketch);
    if (is_new > 0 && s->fields)
        ret = ff_deepfill_fields_sketches(&s->field_conditions, width, height, s->sketches.pairing.current.gray);
    if (ret < 0) {
        av_log(ctx, AV_LOG_ERROR, "The sketch cannot be made (%s): %s\n", av_err2str(ret), deepfill_error());
        return ret;
    }
    for (int i = 0; i < 2; i++)
        conditions[i].sketch = s->fields ? s->field_conditions.sketches[i] : sketch;
    deepfill_sketch_info(sketch, &info);
    if (is_new)
        ff_deepfill_report_sketch(&s->report, &info);
    return 0;
}

/** What is kept out is grown as the mask is, and has an edge. */
static int keep_out_of(AVFilterContext *ctx, DeepfillCondition conditions[2])
{
    FillContext *s = ctx->priv;
    DeepfillMaskSettings settings = mask_settings(s);
    DeepfillMaskInfo info;
    int ret;

    if (has_ended(&s->keep_outs))
        ff_deepfill_report_odd(&s->report, DEEPFILL_ODD_KEEP_OUT_ENDED, "keep_out has ended before the video: %s.",
                               s->eof_action == EOF_ACTION_PASS ? "nothing is kept out of the rest" :
                               "its last picture is repeated (else: eof_action, mask_loop)");
    if (!has_picture(s, &s->keep_outs))
        return 0;
    settings.invert = settings.soft = settings.feather = 0;
    ret = ff_deepfill_pairing_mask(&s->keep_outs.pairing, &settings, &conditions[0].keep_out);
    if (ret < 0) {
        av_log(ctx, AV_LOG_ERROR, "The mask of keep_out cannot be made (%s): %s\n", av_err2str(ret), deepfill_error());
        return ret;
    }
    if (ret > 0) {
        deepfill_mask_info(conditions[0].keep_out, &info);
        ff_deepfill_report_keep_out(&s->report, &info, ff_deepfill_pairing_is_still(&s->keep_outs.pairing));
    }
    return 0;
}

int ff_deepfill_conditions_get(AVFilterContext *ctx, DeepfillCondition conditions[2])
{
    FillContext *s = ctx->priv;
    int ret;

    memset(conditions, 0, 2 * sizeof(*conditions));
    s->report.enabled  |= !ctx->is_disabled;
    s->report.overlaid |= !ctx->is_disabled && s->overlay;
    ret = has_masks(s) ? mask_of(ctx, conditions) : 0;
    if (ret >= 0 && s->keep_out)
        ret = keep_out_of(ctx, conditions);
    for (int i = 0; i < 2 && !ctx->is_disabled; i++)
        conditions[i].overlay = s->overlays.items[i];
    return ret >= 0 && (conditions[0].mask || conditions[1].mask) && s->sketch ? sketch_of(ctx, conditions) : ret;
}

void ff_deepfill_conditions_end(AVFilterContext *ctx)
{
    const FillContext *s = ctx->priv;

    if (has_masks(s))
        ff_deepfill_sync_review(&s->masks);
    if (s->sketch)
        ff_deepfill_sync_review(&s->sketches);
    if (s->keep_out)
        ff_deepfill_sync_review(&s->keep_outs);
}

void ff_deepfill_conditions_uninit(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;

    ff_deepfill_input_uninit(&s->masks);
    ff_deepfill_input_uninit(&s->sketches);
    ff_deepfill_input_uninit(&s->keep_outs);
    ff_deepfill_fields_uninit(&s->field_conditions);
    ff_deepfill_overlay_close(&s->overlays);
    av_freep(&s->report.mask_quoted);
}
