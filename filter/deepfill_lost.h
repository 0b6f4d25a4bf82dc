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
 * Frames in flight that never come out: who is told of them, and when.
 */

#ifndef AVFILTER_DEEPFILL_LOST_H
#define AVFILTER_DEEPFILL_LOST_H

#include <stdint.h>

#include "libavutil/frame.h"
#include "libavutil/pixfmt.h"

#include "avfilter.h"

/** The frames that a filter has taken; zeroed before the first. */
typedef struct DeepfillTaken {
    int64_t frames;
    int64_t time;              ///< of the last, in microseconds, or AV_NOPTS_VALUE
    int width, height;         ///< of all
    enum AVPixelFormat format; ///< of all
} DeepfillTaken;

/** Count a frame; with the first, warn of what was noted in this thread. */
void ff_deepfill_lost_taken(AVFilterContext *ctx, DeepfillTaken *taken, const AVFrame *frame);

/** How the filter stood when its input ended or, where it had not, after its last activation. */
typedef struct DeepfillClosing {
    int ended;  ///< the input had ended
    int wanted; ///< a frame was asked for that had not left
} DeepfillClosing;

/** Tell of frames in flight in a filter that is freed, and note them where the film may go on. */
void ff_deepfill_lost_note(AVFilterContext *ctx, int frames, const DeepfillTaken *taken, DeepfillClosing closing);

#endif /* AVFILTER_DEEPFILL_LOST_H */
