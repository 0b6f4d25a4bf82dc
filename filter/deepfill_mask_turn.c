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

#include <math.h>

#include "libavutil/common.h"
#include "libavutil/display.h"

#include "deepfill_mask_gray.h"
#include "deepfill_mask_turn.h"

/** As configure_input_video_filter() in ffmpeg_filter.c, whose cases come to the signs of two values. */
int ff_deepfill_turn_of(const int32_t *matrix, DeepfillTurn *turn)
{
    double rotation = av_display_rotation_get(matrix);
    int angle;

    *turn = (DeepfillTurn) { 0 };
    if (isnan(rotation))
        return 0;
    angle = ((int)-lrint(rotation) + 360) % 360;
    if (angle % 90 == 0) {
        int transpose = angle % 180 != 0;

        *turn = (DeepfillTurn) { .transpose = transpose, .mirror_x = matrix[transpose ? 3 : 0] < 0,
                                 .mirror_y = matrix[transpose ? 1 : 4] < 0 };
    }
    return angle;
}

AVFrame *ff_deepfill_turn(const AVFrame *gray, const DeepfillTurn *turn)
{
    int width      = turn->transpose ? gray->height : gray->width;
    int height     = turn->transpose ? gray->width : gray->height;
    ptrdiff_t step = turn->transpose ? gray->linesize[0] : 1;
    AVFrame *out   = ff_deepfill_gray_new(width, height, AV_PIX_FMT_GRAY8);

    if (!out)
        return NULL;
    for (int y = 0; y < height; y++) {
        int line           = turn->mirror_y ? height - 1 - y : y;
        const uint8_t *src = gray->data[0] + line * (turn->transpose ? 1 : (ptrdiff_t)gray->linesize[0]);
        uint8_t *dst       = out->data[0] + y * (ptrdiff_t)out->linesize[0];

        for (int x = 0; x < width; x++)
            dst[x] = src[(turn->mirror_x ? width - 1 - x : x) * step];
    }
    return out;
}
