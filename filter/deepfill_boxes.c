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
 * Rectangles instead of a mask.
 */

#include <stdio.h>
#include <string.h>

#include "libavutil/common.h"
#include "libavutil/error.h"
#include "libavutil/log.h"

#include "deepfill_boxes.h"
#include "deepfill_mask_gray.h"

/* Read one rectangle off *text. */
static int parse_box(const char **text, int box[4])
{
    int length = 0;

    if (sscanf(*text, " %d %d %d %d %n", &box[0], &box[1], &box[2], &box[3], &length) < 4 || !length ||
        box[2] < 1 || box[3] < 1)
        return AVERROR(EINVAL);
    *text += length;
    if (!**text)
        return 0;
    return *(*text)++ == '|' ? 1 : AVERROR(EINVAL);
}

int ff_deepfill_boxes_check(void *log, const char *text)
{
    const char *rest = text;
    int box[4], ret;

    do
        ret = parse_box(&rest, box);
    while (ret > 0);
    if (ret < 0)
        av_log(log, AV_LOG_ERROR, "box='%s' is no list of rectangles: write 'x y w h' in pixels, several "
               "joined by '|'.\n", text);
    return ret;
}

static int draw_box(AVFrame *picture, const int box[4])
{
    int64_t left   = FFMAX(box[0], 0);
    int64_t top    = FFMAX(box[1], 0);
    int64_t right  = FFMIN((int64_t)box[0] + box[2], picture->width);
    int64_t bottom = FFMIN((int64_t)box[1] + box[3], picture->height);

    if (left >= right || top >= bottom)
        return AVERROR(EINVAL);
    for (int y = top; y < bottom; y++)
        memset(picture->data[0] + y * picture->linesize[0] + left, 255, right - left);
    return 0;
}

int ff_deepfill_boxes_draw(void *log, const char *text, int width, int height, AVFrame **out)
{
    AVFrame *picture = ff_deepfill_gray_new(width, height, AV_PIX_FMT_GRAY8);
    int box[4], more;

    if (!picture)
        return AVERROR(ENOMEM);
    for (int y = 0; y < height; y++)
        memset(picture->data[0] + y * picture->linesize[0], 0, width);
    do {
        more = parse_box(&text, box);
        if (draw_box(picture, box) < 0) {
            av_log(log, AV_LOG_ERROR, "The box '%d %d %d %d' lies outside the video, which is %dx%d.\n",
                   box[0], box[1], box[2], box[3], width, height);
            av_frame_free(&picture);
            return AVERROR(EINVAL);
        }
    } while (more > 0);
    *out = picture;
    return 0;
}
