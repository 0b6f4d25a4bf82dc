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
 * A picture turned and mirrored as its display matrix says.
 */

#ifndef AVFILTER_DEEPFILL_MASK_TURN_H
#define AVFILTER_DEEPFILL_MASK_TURN_H

#include <stdint.h>

#include "libavutil/frame.h"

/** First rows become columns, then both directions may be mirrored. All 0: the picture stays. */
typedef struct DeepfillTurn {
    int transpose, mirror_x, mirror_y;
} DeepfillTurn;

/**
 * What the ffmpeg program does to a picture with this display matrix.
 *
 * @param matrix    nine values, as in libavutil/display.h
 * @param[out] turn  all 0 where the angle is no right one
 * @return the angle, clockwise, in degrees from 0 to 360
 */
int ff_deepfill_turn_of(const int32_t *matrix, DeepfillTurn *turn);

/** @return a new gray8 picture, or NULL where there is no memory */
AVFrame *ff_deepfill_turn(const AVFrame *gray, const DeepfillTurn *turn);

#endif /* AVFILTER_DEEPFILL_MASK_TURN_H */
