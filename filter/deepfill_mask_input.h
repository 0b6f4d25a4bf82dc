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
 * Where a deepfill filter's masks come from - a file, rectangles or the second
 * input - and which one a frame gets. Sketches come from a file, and have an
 * input of their own.
 */

#ifndef AVFILTER_DEEPFILL_MASK_INPUT_H
#define AVFILTER_DEEPFILL_MASK_INPUT_H

#include <deepfill.h>

#include "avfilter.h"
#include "deepfill_boxes.h"
#include "deepfill_mask_pairing.h"
#include "deepfill_mask_source.h"

typedef struct DeepfillMaskInput {
    AVFilterContext *filter; ///< input 0 has the frames; input 1, if any, the masks, where no file has them
    const char *what;        ///< "mask" or "sketch": what messages call it
    enum DeepfillSync sync;  ///< what the user chose
    int64_t mask_start;      ///< what the user set, microseconds
    int64_t mask_frame;      ///< what the user set; -1: nothing
    int64_t start;           ///< microseconds: where in the mask the frames' time 0 lies
    DeepfillPairing pairing; ///< its sync is what has been chosen so far
    DeepfillBoxes *boxes;    ///< owned; NULL: pictures are read or pushed

    int64_t interval;        ///< of frames, microseconds; 0: not known
    int steady;              ///< the link told the interval
    int64_t first_time;      ///< of the first frame, microseconds
    int64_t last_time;       ///< of the frame before; AV_NOPTS_VALUE: there was none
    int64_t shortest;        ///< distance of two frames so far
    int64_t longest;
    int64_t first_number;    ///< the first frame's picture by number
    int64_t taken;           ///< frames so far
    int64_t phase;           ///< what the first frame was later than its picture
    unsigned off_grid;       ///< a bit for each of the latest frames: no picture had its time
    int differs;             ///< time and number have asked for different pictures
} DeepfillMaskInput;

/** Set everything to what it is before the first frame. Opens nothing. */
void ff_deepfill_input_init(DeepfillMaskInput *input, AVFilterContext *filter, const char *what,
                            int64_t mask_start, int64_t mask_frame, enum DeepfillSync sync);

/**
 * Open the masks, once the filter's links are configured: a file where file
 * is not NULL, else rectangles where input->boxes is set, else the second input.
 *
 * @param loop  1: the file starts again at its end
 * @return 0 or an error, which has been logged
 */
int ff_deepfill_input_open(DeepfillMaskInput *input, const DeepfillSourceSettings *file, int loop);

/**
 * Find the mask of the next frame.
 *
 * @param frame  the next frame of input 0, not yet consumed
 * @return 1: found; 0: the second input has to be asked for a picture; or an error
 */
int ff_deepfill_input_find(DeepfillMaskInput *input, const AVFrame *frame);

/** Say that the frame last looked for has been taken. */
void ff_deepfill_input_taken(DeepfillMaskInput *input, const AVFrame *frame);

/**
 * Tell in the metadata of the frame last taken how it got its picture, where that depends on its time or number:
 * lavfi.deepfill.pairing.mask (or sketch, keep_out) is "SYNC START TOLERANCE NUMBER", SYNC one of auto, time, frame, and
 * span for a box_file; START and TOLERANCE in microseconds; NUMBER that of the frame.
 * @return 0 or an error
 */
int ff_deepfill_input_tell(const DeepfillMaskInput *input, AVFrame *frame);

/** @return distance of two pictures as their container or link tells it, microseconds; 0: not known */
int64_t ff_deepfill_input_picture_interval(const DeepfillMaskInput *input);

/** Close all. */
void ff_deepfill_input_uninit(DeepfillMaskInput *input);

#endif /* AVFILTER_DEEPFILL_MASK_INPUT_H */
