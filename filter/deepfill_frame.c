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
 * FFmpeg's pixel formats and frames in libdeepfill's words.
 */

#include <string.h>

#include "libavutil/avstring.h"
#include "libavutil/error.h"
#include "libavutil/log.h"
#include "libavutil/pixdesc.h"

#include "deepfill_frame.h"

const int ff_deepfill_formats[] = {
    AV_PIX_FMT_YUV420P,    AV_PIX_FMT_YUV422P,    AV_PIX_FMT_YUV444P,    AV_PIX_FMT_YUV440P,
    AV_PIX_FMT_YUVJ420P,   AV_PIX_FMT_YUVJ422P,   AV_PIX_FMT_YUVJ444P,   AV_PIX_FMT_YUVJ440P,
    AV_PIX_FMT_YUV420P9,   AV_PIX_FMT_YUV422P9,   AV_PIX_FMT_YUV444P9,
    AV_PIX_FMT_YUV420P10,  AV_PIX_FMT_YUV422P10,  AV_PIX_FMT_YUV444P10,  AV_PIX_FMT_YUV440P10,
    AV_PIX_FMT_YUV420P12,  AV_PIX_FMT_YUV422P12,  AV_PIX_FMT_YUV444P12,  AV_PIX_FMT_YUV440P12,
    AV_PIX_FMT_YUV420P14,  AV_PIX_FMT_YUV422P14,  AV_PIX_FMT_YUV444P14,
    AV_PIX_FMT_YUV420P16,  AV_PIX_FMT_YUV422P16,  AV_PIX_FMT_YUV444P16,
    AV_PIX_FMT_YUVA420P,   AV_PIX_FMT_YUVA422P,   AV_PIX_FMT_YUVA444P,
    AV_PIX_FMT_YUVA420P9,  AV_PIX_FMT_YUVA422P9,  AV_PIX_FMT_YUVA444P9,
    AV_PIX_FMT_YUVA420P10, AV_PIX_FMT_YUVA422P10, AV_PIX_FMT_YUVA444P10,
    AV_PIX_FMT_YUVA422P12, AV_PIX_FMT_YUVA444P12,
    AV_PIX_FMT_YUVA420P16, AV_PIX_FMT_YUVA422P16, AV_PIX_FMT_YUVA444P16,
    AV_PIX_FMT_GRAY8,      AV_PIX_FMT_GRAY9,      AV_PIX_FMT_GRAY10,     AV_PIX_FMT_GRAY12,
    AV_PIX_FMT_GRAY14,     AV_PIX_FMT_GRAY16,
    AV_PIX_FMT_GBRP,       AV_PIX_FMT_GBRP9,      AV_PIX_FMT_GBRP10,     AV_PIX_FMT_GBRP12,
    AV_PIX_FMT_GBRP14,     AV_PIX_FMT_GBRP16,
    AV_PIX_FMT_GBRAP,      AV_PIX_FMT_GBRAP10,    AV_PIX_FMT_GBRAP12,    AV_PIX_FMT_GBRAP16,
    AV_PIX_FMT_NONE
};

void ff_deepfill_describe_format(DeepfillFormat *out, enum AVPixelFormat format, int width, int height)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(format);

    memset(out, 0, sizeof(*out));
    out->width  = width;
    out->height = height;
    out->depth  = desc->comp[0].depth;
    out->matrix = DEEPFILL_MATRIX_UNSPECIFIED;
    if (desc->flags & AV_PIX_FMT_FLAG_RGB) {
        out->layout     = DEEPFILL_RGB;
        out->full_range = 1;
    } else if (desc->nb_components < 3) {
        out->layout = DEEPFILL_GRAY;
    } else {
        out->layout = DEEPFILL_YUV;
        out->sub_x  = desc->log2_chroma_w;
        out->sub_y  = desc->log2_chroma_h;
    }
}

/* Where a frame does not say, YUV is limited, as everywhere in FFmpeg, and gray is full. */
static int is_full(enum DeepfillLayout layout, const AVFrame *frame)
{
    if (layout == DEEPFILL_RGB || av_strstart(av_get_pix_fmt_name(frame->format), "yuvj", NULL))
        return 1;
    if (frame->color_range == AVCOL_RANGE_UNSPECIFIED)
        return layout == DEEPFILL_GRAY;
    return frame->color_range == AVCOL_RANGE_JPEG;
}

void ff_deepfill_describe_frame(DeepfillImage *image, const DeepfillFormat *format, const AVFrame *frame)
{
    /* FFmpeg keeps planar RGB as green, blue, red. */
    static const int planes[3] = { 0, 1, 2 }, rgb_planes[3] = { 2, 0, 1 };
    const int *order = format->layout == DEEPFILL_RGB ? rgb_planes : planes;
    int count = format->layout == DEEPFILL_GRAY ? 1 : 3;

    image->format            = *format;
    image->format.matrix     = frame->colorspace;
    image->format.full_range = is_full(format->layout, frame);
    for (int i = 0; i < count; i++) {
        image->data[i]   = frame->data[order[i]];
        image->stride[i] = frame->linesize[order[i]];
    }
}

int ff_deepfill_check_frame(void *log, const AVFrame *frame, enum AVPixelFormat format, int width, int height)
{
    if (frame->width == width && frame->height == height && frame->format == format)
        return 0;
    av_log(log, AV_LOG_ERROR, "A frame is %dx%d %s, but the filter was set up for %dx%d %s: the input may "
           "not change.\n", frame->width, frame->height, av_get_pix_fmt_name(frame->format), width, height,
           av_get_pix_fmt_name(format));
    return AVERROR(EINVAL);
}
