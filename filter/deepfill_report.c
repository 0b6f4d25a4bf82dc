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
 * What the deepfill filter tells its user.
 */

#include <math.h>
#include <stdarg.h>

#include "libavutil/bprint.h"
#include "libavutil/common.h"
#include "libavutil/log.h"

#include "deepfill_report.h"

/* Boxes named in the line about the start; of more, only their number is of interest. */
#define MAX_BOXES 8

/** How frames are worked on: by how many at a time, with which others in sight, and how soon the first leaves. */
static void print_flow(AVBPrint *text, const DeepfillContext *fill, const DeepfillInfo *info, int per_frame)
{
    int first = (deepfill_delay(fill) + per_frame - 1) / per_frame + 1;

    av_bprintf(text, "%d worker%s, delay %d, ", info->workers, info->workers == 1 ? "" : "s",
               (info->delay + per_frame - 1) / per_frame);
    if (info->preview)
        av_bprintf(text, "a preview, none looks at others");
    else if (!info->temporal)
        av_bprintf(text, "each frame by itself");
    else if (!info->ahead)
        av_bprintf(text, "from frames before, none ahead");
    else
        av_bprintf(text, "from other frames, at most %d ahead", info->ahead / per_frame);
    av_bprintf(text, ": the first comes out after %d frame%s at most", first, first == 1 ? "" : "s");
    if (info->temporal)
        av_bprintf(text, ", memory %d MiB", info->memory);
}

static void print_boxes(AVBPrint *text, DeepfillContext *fill, const DeepfillMask *mask)
{
    DeepfillBox boxes[MAX_BOXES];
    int count = deepfill_boxes(fill, mask, boxes, MAX_BOXES);
    size_t workspace = 0;

    if (count < 0)
        return;
    av_bprintf(text, "; %d box%s", count, count == 1 ? "" : "es");
    for (int i = 0; i < FFMIN(count, MAX_BOXES); i++) {
        const DeepfillBox *box = &boxes[i];

        av_bprintf(text, "%s %dx%d at %d,%d", i ? "," : "", box->width, box->height, box->x, box->y);
        if (box->net_width != box->width || box->net_height != box->height)
            av_bprintf(text, " worked on at %dx%d", box->net_width, box->net_height);
        workspace = FFMAX(workspace, box->workspace);
    }
    if (count > MAX_BOXES)
        av_bprintf(text, ", ...");
    av_bprintf(text, "; %.1f MiB a worker", workspace / 1048576.0);
}

void ff_deepfill_report_start(DeepfillReport *report, const DeepfillModel *model, DeepfillContext *fill,
                              const DeepfillMask *mask, int mask_width, int mask_height)
{
    DeepfillModelInfo net;
    DeepfillInfo info;
    AVBPrint text;

    if (report->started)
        return;
    report->started = 1;
    deepfill_model_info(model, &net);
    deepfill_info(fill, &info);
    av_bprint_init(&text, 0, AV_BPRINT_SIZE_UNLIMITED);
    av_bprintf(&text, "model %s (%s, semantics %s, cnum %d, %.2f million parameters, size %d), mask %s "
               "(%dx%d), ", net.name, net.variant, net.semantics, net.cnum, net.parameters / 1e6, info.size,
               report->mask, mask_width, mask_height);
    if (report->sketch)
        av_bprintf(&text, "sketch %s, ", report->sketch);
    if (report->fields)
        av_bprintf(&text, "each frame as two fields: ");
    print_flow(&text, fill, &info, report->fields ? 2 : 1);
    av_bprintf(&text, ", kernels %s", info.cpu);
    if (info.blas)
        av_bprintf(&text, ", %s", info.blas);
    print_boxes(&text, fill, mask);
    av_log(report->log, AV_LOG_INFO, "%s\n", text.str);
    av_bprint_finalize(&text, NULL);
}

/** Whether scaling one to the other's width leaves their heights apart by more than rounding would. */
static int is_stretched(int width, int height, int to_width, int to_height)
{
    double scale = (double)to_width / width;

    return fabs(height * scale - to_height) > 2 * FFMAX(scale, 1);
}

void ff_deepfill_report_mask(DeepfillReport *report, const DeepfillMaskInfo *info,
                             const DeepfillMaskSettings *settings, const AVFrame *gray)
{
    int is_picture = info->greys > 0.2 && info->ramps <= 0.25;

    if (info->scaled && is_stretched(gray->width, gray->height, settings->width, settings->height))
        ff_deepfill_report_odd(report, DEEPFILL_ODD_SCALED, "The mask%s is %dx%d, the video %dx%d: it is stretched "
                               "to another aspect ratio; draw it on a picture of the video.", report->mask_quoted,
                               gray->width, gray->height, settings->width, settings->height);
    else if (info->scaled)
        ff_deepfill_report_odd(report, DEEPFILL_ODD_SCALED, "The mask%s is %dx%d, the video %dx%d: it is scaled.",
                               report->mask_quoted, gray->width, gray->height, settings->width, settings->height);
    if (info->hole > 0.5 && !is_picture)
        ff_deepfill_report_odd(report, DEEPFILL_ODD_HALF, "The hole%s%s covers %.0f %% of the frame: did you mean "
                               "invert=%d?", *report->mask_quoted ? " of the mask" : "", report->mask_quoted,
                               100 * info->hole, !settings->invert);
    if (info->greys <= 0.2)
        return;
    if (is_picture)
        ff_deepfill_report_odd(report, DEEPFILL_ODD_GREYS, "%.0f %% of the mask%s is neither black nor white: this "
                               "looks like a picture, not a mask; are the two swapped?", 100 * info->greys,
                               report->mask_quoted);
    else if (!settings->soft)
        ff_deepfill_report_odd(report, DEEPFILL_ODD_GREYS, "%.0f %% of the mask%s is neither black nor white, and "
                               "leads from one to the other: soft=1 takes such soft edges for the blend, which "
                               "now are cut at threshold=%g.", 100 * info->greys, report->mask_quoted,
                               settings->threshold);
}

/* Values of a coded black: what noise leaves of it. */
#define NEAR_BLACK 3

/** A threshold, as the option, that parts the values of a picture. */
static double middle(int least, int most)
{
    return ((least + most) / 2 + 0.5) / 255;
}

/** The greatest value that is no hole, 0..255. */
static double greatest_black(const DeepfillMaskSettings *settings)
{
    return settings->soft ? DEEPFILL_SOFT_BLACK : settings->threshold * 255;
}

/** Whether some values lie above the one that is still black and some do not. */
static int is_parted(int least, int most, double black)
{
    return least <= black && most > black;
}

/** With soft the threshold is not used. */
static void report_soft_values(DeepfillReport *report, int invert, int least, int most)
{
    if (invert)
        ff_deepfill_report_odd(report, DEEPFILL_ODD_EMPTY, "The first picture of the mask%s has no hole: its "
                               "darkest value is %d of 255, and soft=1 with invert=1 fills what is below %d.",
                               report->mask_quoted, least, 255 - DEEPFILL_SOFT_BLACK);
    else
        ff_deepfill_report_odd(report, DEEPFILL_ODD_EMPTY, "The first picture of the mask%s has no hole: its "
                               "brightest value is %d of 255, and soft=1 fills what is above %d.",
                               report->mask_quoted, most, DEEPFILL_SOFT_BLACK);
}

/** No value is above the threshold, or with invert none at or below it. */
static void report_values(DeepfillReport *report, const DeepfillMaskSettings *settings, int least, int most)
{
    if (settings->soft)
        report_soft_values(report, settings->invert, least, most);
    else if (settings->invert)
        ff_deepfill_report_odd(report, DEEPFILL_ODD_EMPTY, "The first picture of the mask%s has no hole: its "
                               "darkest value is %d of 255, and invert=1 with threshold=%g takes those up to %d; "
                               "threshold=%.3f would take its darker part.", report->mask_quoted, least,
                               settings->threshold, (int)(settings->threshold * 255), middle(least, most));
    else
        ff_deepfill_report_odd(report, DEEPFILL_ODD_EMPTY, "The first picture of the mask%s has no hole: its "
                               "brightest value is %d of 255, and threshold=%g takes those above %d; "
                               "threshold=%.3f would take its brighter part%s.", report->mask_quoted, most,
                               settings->threshold,
                               (int)(settings->threshold * 255), middle(least, most),
                               least == 0 && most > 1 ? ", threshold=0 all that is not black" : "");
}

void ff_deepfill_report_empty(DeepfillReport *report, const DeepfillMaskSettings *settings, const AVFrame *gray,
                              const DeepfillLook *look, int alpha, int still)
{
    /* How far coding moves the value that marks no hole: black or, with invert, white. */
    int noise = look && look->exact ? 0 : NEAR_BLACK, least, most;

    ff_deepfill_gray_range(gray, 0, 1, &least, &most);
    if (look && !alpha && is_parted(look->alpha_least, look->alpha_most, greatest_black(settings)))
        ff_deepfill_report_odd(report, DEEPFILL_ODD_EMPTY, "The first picture of the mask%s has no hole, but its "
                               "alpha plane has one: alpha=1 takes that.", report->mask_quoted);
    else if (look && alpha && is_parted(look->least, look->most, greatest_black(settings)))
        ff_deepfill_report_odd(report, DEEPFILL_ODD_EMPTY, "The first picture of the mask%s has no hole in its "
                               "alpha plane, but one in its luma: leave out alpha=1.", report->mask_quoted);
    else if (settings->invert ? least < 255 - noise && least < most : most > noise && least < most)
        report_values(report, settings, least, most);
    else if (still) /* of a video the object may be yet to come */
        ff_deepfill_report_odd(report, DEEPFILL_ODD_NOTHING, "The mask%s is %s all over, so it has no hole: %s "
                               "what gets filled.", report->mask_quoted, most <= noise ? "black" :
                               least >= 255 - noise ? "white" : "of one grey",
                               settings->invert ? "with invert=1, black is" : "white is");
}

void ff_deepfill_report_unchanged(DeepfillReport *report, int frames, const char *box_file, int invert, int soft)
{
    static const char *const filled[2][2][2] = { /* [soft][invert]: before and behind "in the mask" */
        { { "white", ", above threshold," }, { "black", ", up to threshold," } },
        { { "what is not black", "" }, { "what is not white", "" } },
    };

    if (report->started || report->overlaid || report->said & 1U << DEEPFILL_ODD_EMPTY)
        return;
    if (!frames)
        ff_deepfill_report_odd(report, DEEPFILL_ODD_NOTHING, "No frame came to be filled: does -ss lie behind the "
                               "video's end?");
    else if (!report->enabled)
        ff_deepfill_report_odd(report, DEEPFILL_ODD_NOTHING, "No frame was changed: enable= was off for all.");
    else if (box_file)
        ff_deepfill_report_odd(report, DEEPFILL_ODD_NOTHING, "No frame was changed: no range of times in the "
                               "box_file '%s' lies in the video (else: mask_start).", box_file);
    else
        ff_deepfill_report_odd(report, DEEPFILL_ODD_NOTHING, "No frame had a hole, so none was changed: %s in the "
                               "mask%s%s is what gets filled.", filled[soft][invert][0], report->mask_quoted,
                               filled[soft][invert][1]);
}

void ff_deepfill_report_sketch(DeepfillReport *report, const DeepfillSketchInfo *info)
{
    if (info->scaled)
        ff_deepfill_report_odd(report, DEEPFILL_ODD_SKETCH_SCALED, "The sketch has another size than the "
                               "video and is scaled to it.");
    if (info->lines > 0.5)
        ff_deepfill_report_odd(report, DEEPFILL_ODD_SKETCH_FULL, "Lines cover %.0f %% of the sketch: they "
                               "are to be white on black.", 100 * info->lines);
}

void ff_deepfill_report_keep_out(DeepfillReport *report, const DeepfillMaskInfo *info, int still)
{
    if (info->scaled)
        ff_deepfill_report_odd(report, DEEPFILL_ODD_KEEP_OUT_SCALED, "keep_out has another size than the video and "
                               "is scaled to it.");
    if (info->hole == 0 && still) /* a later picture of a video may keep something out */
        ff_deepfill_report_odd(report, DEEPFILL_ODD_KEEP_OUT_EMPTY, "Nothing in keep_out is above threshold, so it "
                               "keeps nothing out: white is what is kept out.");
}

void ff_deepfill_report_odd(DeepfillReport *report, enum DeepfillOddity oddity, const char *format, ...)
{
    AVBPrint text;
    va_list arguments;

    if (report->said & 1U << oddity)
        return;
    report->said |= 1U << oddity;
    av_bprint_init(&text, 0, AV_BPRINT_SIZE_UNLIMITED); /* names may be long */
    va_start(arguments, format);
    av_vbprintf(&text, format, arguments);
    va_end(arguments);
    av_log(report->log, AV_LOG_WARNING, "%s\n", text.str);
    av_bprint_finalize(&text, NULL);
}

static const int av_levels[] = {
    [DEEPFILL_LOG_ERROR]   = AV_LOG_ERROR,
    [DEEPFILL_LOG_WARNING] = AV_LOG_WARNING,
    [DEEPFILL_LOG_INFO]    = AV_LOG_INFO,
    [DEEPFILL_LOG_VERBOSE] = AV_LOG_VERBOSE,
    [DEEPFILL_LOG_DEBUG]   = AV_LOG_DEBUG,
};

enum DeepfillLogLevel ff_deepfill_report_level(void)
{
    int level = DEEPFILL_LOG_DEBUG;

    while (level > DEEPFILL_LOG_ERROR && av_levels[level] > av_log_get_level())
        level--;
    return level;
}

void ff_deepfill_report_message(void *report, enum DeepfillLogLevel level, const char *message)
{
    av_log(((DeepfillReport *)report)->log, av_levels[level], "%s\n", message);
}
