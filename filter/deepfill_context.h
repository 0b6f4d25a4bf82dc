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
 * The filter's context: what the user set, and what became of it.
 */

#ifndef AVFILTER_DEEPFILL_CONTEXT_H
#define AVFILTER_DEEPFILL_CONTEXT_H

#include <deepfill.h>

#include "deepfill_compat.h"
#include "deepfill_fields.h"
#include "deepfill_lost.h"
#include "deepfill_mask_input.h"
#include "deepfill_overlay.h"
#include "deepfill_queue.h"
#include "deepfill_report.h"

enum EOFAction {
    EOF_ACTION_REPEAT,
    EOF_ACTION_PASS,
    EOF_ACTION_ENDALL,
};

typedef struct FillContext {
    const AVClass *class;

    char *mask;
    char *box;
    char *side[4];    ///< x, y, w and h: another box
    char *box_file;
    char *sketch;
    char *keep_out;
    char *overlay;
    int overlay_x;
    int overlay_y;
    int overlay_fade;
    int overlay_estimate;
    char *model_name;
    char *semantics;
    float threshold;
    int invert;
    int alpha;
    int soft;
    int dilate;
    int feather;
    int dilate_time;
    int size;
    int workers;
    int delay;
    int temporal;
    int ahead;
    int texture;
    int memory;
    int grain;
    int realtime;
    int64_t mask_start;
    int mask_sync;    ///< enum DeepfillSync
    int64_t mask_frame;
    int mask_loop;
    AVDictionary *mask_opts;
    int eof_action;
    int fields;
    int show;

    DeepfillModel *model;
    DeepfillMaskInput masks;
    DeepfillMaskInput sketches; ///< in use where sketch is set
    DeepfillMaskInput keep_outs; ///< in use where keep_out is set
    DeepfillOverlays overlays;  ///< in use where overlay is set
    DeepfillFields field_conditions; ///< of both, in use where fields is set
    DeepfillQueue queue;
    DeepfillReport report;

    DeepfillTaken taken;
    DeepfillClosing closing; ///< as it would be now or, where flushed is set, as it was then
    int flushed;      ///< nothing more is taken: end_status follows the frames in flight
    int input_ended;  ///< the input itself has ended, not the mask with eof_action=endall
    int end_status;
    int64_t end_pts;
    int failed;       ///< the error for which activate() has given up, or 0
} FillContext;

extern const AVClass ff_deepfill_class;

/**
 * Refuse options that contradict one another; make x, y, w and h a part of box.
 * @return 0 or an error, said in the log
 */
int ff_deepfill_check_options(AVFilterContext *ctx);

/**
 * Whether a frame is to come out for each that goes in, before the next: as set, or because the program that
 * runs the filter takes no other. Warns where that contradicts what is set.
 */
int ff_deepfill_is_realtime(AVFilterContext *ctx);

/** Look cheaply whether there are files for masks and sketches. @return 0 or an error, said in the log */
int ff_deepfill_conditions_check(AVFilterContext *ctx);

/** Open masks and sketches, once the links are configured. @return 0 or an error, said in the log */
int ff_deepfill_conditions_open(AVFilterContext *ctx);

/**
 * Find mask and sketch of the next frame, not yet consumed.
 * @return 1: found; 0: the second input has to be asked for a picture; or an error
 */
int ff_deepfill_conditions_find(AVFilterContext *ctx, const AVFrame *frame);

/** @return 1 where either has ended before the frame last looked for */
int ff_deepfill_conditions_ended(const AVFilterContext *ctx);

/** Say that the frame last looked for has been taken. */
void ff_deepfill_conditions_taken(AVFilterContext *ctx, const AVFrame *frame);

/** Tell in the metadata of the frame last taken how mask, sketch and keep_out were paired with it. */
int ff_deepfill_conditions_tell(const AVFilterContext *ctx, AVFrame *frame);

/**
 * Give mask and sketch of that frame, or of its top and its bottom field. All is borrowed until the next call.
 *
 * @return 0 or an error, said in the log
 */
int ff_deepfill_conditions_get(AVFilterContext *ctx, DeepfillCondition conditions[2]);

/** Say that the video has ended by itself, whole: its length and the masks' are compared. */
void ff_deepfill_conditions_end(AVFilterContext *ctx);

/** Close all. */
void ff_deepfill_conditions_uninit(AVFilterContext *ctx);

#endif /* AVFILTER_DEEPFILL_CONTEXT_H */
