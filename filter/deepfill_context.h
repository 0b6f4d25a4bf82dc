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
#include "deepfill_mask_input.h"
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
    char *model_name;
    char *semantics;
    float threshold;
    int invert;
    int alpha;
    int dilate;
    int feather;
    int size;
    int workers;
    int delay;
    int temporal;
    int ahead;
    int memory;
    int64_t mask_start;
    int mask_loop;
    AVDictionary *mask_opts;
    int eof_action;
    int show;

    DeepfillModel *model;
    DeepfillMaskInput masks;
    DeepfillQueue queue;
    DeepfillReport report;

    int flushed;      ///< nothing more is taken: end_status follows the frames in flight
    int end_status;
    int64_t end_pts;
    int failed;       ///< the error for which activate() has given up, or 0
} FillContext;

extern const AVClass ff_deepfill_class;

/** Refuse options that contradict one another. @return 0 or AVERROR(EINVAL), said in the log */
int ff_deepfill_check_options(AVFilterContext *ctx);

#endif /* AVFILTER_DEEPFILL_CONTEXT_H */
