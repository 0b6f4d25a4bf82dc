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

#include <stdarg.h>
#include <stdio.h>

#include "libavutil/bprint.h"
#include "libavutil/common.h"
#include "libavutil/log.h"

#include "deepfill_report.h"

/* Boxes named in the line about the start; of more, only their number is of interest. */
#define MAX_BOXES 8

/* How frames are worked on: by how many at a time, and with which others in sight. */
static void print_flow(AVBPrint *text, const DeepfillInfo *info)
{
    av_bprintf(text, "%d worker%s, delay %d, ", info->workers, info->workers == 1 ? "" : "s", info->delay);
    if (!info->temporal)
        av_bprintf(text, "each frame by itself");
    else if (!info->ahead)
        av_bprintf(text, "from frames before, none ahead");
    else
        av_bprintf(text, "from other frames, %d ahead: %d held", info->ahead, info->delay + 2 * info->ahead);
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
    print_flow(&text, &info);
    av_bprintf(&text, ", kernels %s, %s", info.cpu, info.blas);
    print_boxes(&text, fill, mask);
    av_log(report->log, AV_LOG_INFO, "%s\n", text.str);
    av_bprint_finalize(&text, NULL);
}

void ff_deepfill_report_mask(DeepfillReport *report, const DeepfillMaskInfo *info)
{
    if (info->scaled)
        ff_deepfill_report_odd(report, DEEPFILL_ODD_SCALED, "The mask has another size than the video and is "
                               "scaled to it.");
    if (info->hole > 0.5)
        ff_deepfill_report_odd(report, DEEPFILL_ODD_HALF, "The hole covers %.0f %% of the frame: "
                               "did you mean invert=%d?", 100 * info->hole, !report->invert);
    if (info->greys > 0.2)
        ff_deepfill_report_odd(report, DEEPFILL_ODD_GREYS, "%.0f %% of the mask is neither black nor "
                               "white: this looks like a picture, not a mask.", 100 * info->greys);
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

void ff_deepfill_report_odd(DeepfillReport *report, enum DeepfillOddity oddity, const char *format, ...)
{
    char text[512];
    va_list arguments;

    if (report->said & 1U << oddity)
        return;
    report->said |= 1U << oddity;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    av_log(report->log, AV_LOG_WARNING, "%s\n", text);
}
