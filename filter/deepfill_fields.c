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
 * Frames filled as their two fields.
 */

#include <string.h>

#include "libavutil/error.h"
#include "libavutil/log.h"

#include "deepfill_fields.h"
#include "deepfill_mask_gray.h"

/** From this many lines on libdeepfill takes a frame without a named matrix for high definition. */
#define HD_LINES 720

int ff_deepfill_fields_check(void *log, const DeepfillFormat *format)
{
    int rows = 2 << format->sub_y;

    if (format->height % rows == 0)
        return 0;
    av_log(log, AV_LOG_ERROR, "fields=1 needs as many top rows as bottom rows in each plane: a height that "
           "is a multiple of %d, but the video has %d rows; crop or pad it.\n", rows, format->height);
    return AVERROR(EINVAL);
}

void ff_deepfill_field_image(DeepfillImage *image, int field)
{
    DeepfillFormat *format = &image->format;

    /* A field has too few lines to tell. */
    if (format->matrix == DEEPFILL_MATRIX_UNSPECIFIED)
        format->matrix = format->height >= HD_LINES ? DEEPFILL_MATRIX_BT709 : DEEPFILL_MATRIX_SMPTE170M;
    format->height /= 2;
    for (int i = 0; i < 3; i++) {
        if (image->data[i]) /* gray has one plane */
            image->data[i] += field * image->stride[i];
        image->stride[i] *= 2;
    }
}

/** The rows of a picture that a field of frames of that height sees, the nearest ones where heights differ. */
static AVFrame *field_of(const AVFrame *gray, int frame_height, int field)
{
    AVFrame *out = ff_deepfill_gray_new(gray->width, frame_height / 2, AV_PIX_FMT_GRAY8);

    for (int y = 0; out && y < out->height; y++) {
        int64_t from = (2 * (int64_t)y + field) * gray->height / frame_height;

        memcpy(out->data[0] + y * out->linesize[0], gray->data[0] + from * gray->linesize[0], gray->width);
    }
    return out;
}

/** Whether two gray pictures of one size have the same samples. */
static int is_same(const AVFrame *a, const AVFrame *b)
{
    for (int y = 0; y < a->height; y++)
        if (memcmp(a->data[0] + y * a->linesize[0], b->data[0] + y * b->linesize[0], a->width))
            return 0;
    return 1;
}

int ff_deepfill_fields_masks(DeepfillFields *fields, const DeepfillMaskSettings *settings,
                             const AVFrame *gray)
{
    AVFrame *rows[] = { field_of(gray, settings->height, 0), field_of(gray, settings->height, 1) };
    DeepfillMaskSettings half = *settings;
    int ret = rows[0] && rows[1] ? 0 : AVERROR(ENOMEM);

    half.height /= 2;
    for (int i = 0; i < 2; i++) {
        deepfill_mask_close(&fields->masks[i]);
        if (ret < 0)
            continue;
        /* Where both fields have one mask, their holes need not be compared. */
        if (i && is_same(rows[0], rows[1]))
            fields->masks[i] = deepfill_mask_ref(fields->masks[0]);
        else
            ret = deepfill_mask_create(&fields->masks[i], &half, rows[i]->data[0], rows[i]->linesize[0],
                                       rows[i]->width, rows[i]->height);
    }
    for (int i = 0; i < 2; i++)
        av_frame_free(&rows[i]);
    return ret;
}

int ff_deepfill_fields_sketches(DeepfillFields *fields, int width, int height, const AVFrame *gray)
{
    int ret = 0;

    for (int i = 0; i < 2 && ret >= 0; i++) {
        AVFrame *rows = field_of(gray, height, i);

        deepfill_sketch_close(&fields->sketches[i]);
        ret = !rows ? AVERROR(ENOMEM) :
              deepfill_sketch_create(&fields->sketches[i], width, height / 2, rows->data[0],
                                     rows->linesize[0], rows->width, rows->height);
        av_frame_free(&rows);
    }
    return ret;
}

void ff_deepfill_fields_uninit(DeepfillFields *fields)
{
    for (int i = 0; i < 2; i++) {
        deepfill_mask_close(&fields->masks[i]);
        deepfill_sketch_close(&fields->sketches[i]);
    }
}
