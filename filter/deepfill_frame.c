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
#include "libavutil/common.h"
#include "libavutil/error.h"
#include "libavutil/log.h"
#include "libavutil/pixdesc.h"

#include "deepfill_frame.h"

/** Of luma, or of red, green and blue; alpha is not counted. */
static int count_colours(const AVPixFmtDescriptor *desc)
{
    return desc->nb_components < 3 ? 1 : 3;
}

/** The kinds whose components are not codes of gray, YUV or RGB that lie in memory at whole bytes. */
static int is_foreign(const AVPixFmtDescriptor *desc)
{
    return !desc->nb_components || av_strstart(desc->name, "xyz", NULL) ||
           desc->flags & (AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM |
                          AV_PIX_FMT_FLAG_BAYER);
}

static int is_yuv(const AVPixFmtDescriptor *desc)
{
    return desc->nb_components >= 3 && !(desc->flags & AV_PIX_FMT_FLAG_RGB);
}

int ff_deepfill_is_plane(const AVPixFmtDescriptor *desc, int c, int depth)
{
    const AVComponentDescriptor *comp = &desc->comp[c];
    int is_native = !!(desc->flags & AV_PIX_FMT_FLAG_BE) == AV_HAVE_BIGENDIAN;

    return !(desc->flags & AV_PIX_FMT_FLAG_FLOAT) && comp->depth == depth && !comp->shift && !comp->offset &&
           comp->step == (depth > 8 ? 2 : 1) && (depth == 8 || is_native);
}

static int is_planar(const AVPixFmtDescriptor *desc)
{
    int depth = desc->comp[0].depth;

    for (int c = 0; c < count_colours(desc); c++)
        if (!ff_deepfill_is_plane(desc, c, depth))
            return 0;
    return depth >= 8 && depth <= 16;
}

/**
 * The descriptor tells where each sample lies: components that share a plane go through it at one pace, which
 * those of uyyvyy411 do not.
 */
static int is_regular(const AVPixFmtDescriptor *desc)
{
    int pace[4] = { 0 };

    for (int c = 0; c < desc->nb_components; c++) {
        const AVComponentDescriptor *comp = &desc->comp[c];
        int chroma = c && c < 3 && is_yuv(desc);
        int step   = chroma ? comp->step : comp->step << desc->log2_chroma_w;

        if (pace[comp->plane] && pace[comp->plane] != step)
            return 0;
        pace[comp->plane] = step;
    }
    return 1;
}

static int has_known_depths(const AVPixFmtDescriptor *desc)
{
    int is_float = !!(desc->flags & AV_PIX_FMT_FLAG_FLOAT);

    for (int c = 0; c < count_colours(desc); c++) {
        int depth = desc->comp[c].depth;

        if (is_float ? depth != 16 && depth != 32 : depth > 16 && depth != 32)
            return 0;
        if (is_yuv(desc) && (is_float || depth != desc->comp[0].depth || depth < 8 || depth > 16))
            return 0;
    }
    return 1;
}

enum DeepfillAccess ff_deepfill_access(enum AVPixelFormat format)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(format);

    if (!desc || is_foreign(desc) || desc->log2_chroma_w > 2 || desc->log2_chroma_h > 2)
        return DEEPFILL_ACCESS_NONE;
    if (is_planar(desc))
        return DEEPFILL_ACCESS_IN_PLACE;
    return is_regular(desc) && has_known_depths(desc) ? DEEPFILL_ACCESS_UNPACKED : DEEPFILL_ACCESS_NONE;
}

/** Of the planes: the greatest of the components', within what libdeepfill takes. */
static int plane_depth(const AVPixFmtDescriptor *desc)
{
    int depth = 8;

    for (int c = 0; c < count_colours(desc); c++)
        depth = FFMAX(depth, desc->comp[c].depth);
    return FFMIN(depth, 16);
}

void ff_deepfill_describe_format(DeepfillFormat *out, enum AVPixelFormat format, int width, int height)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(format);

    memset(out, 0, sizeof(*out));
    out->width  = width;
    out->height = height;
    out->depth  = plane_depth(desc);
    out->matrix = DEEPFILL_MATRIX_UNSPECIFIED;
    if (desc->flags & AV_PIX_FMT_FLAG_RGB) {
        out->layout     = DEEPFILL_RGB;
        out->full_range = 1;
    } else if (!is_yuv(desc)) {
        out->layout = DEEPFILL_GRAY;
    } else {
        out->layout = DEEPFILL_YUV;
        out->sub_x  = desc->log2_chroma_w;
        out->sub_y  = desc->log2_chroma_h;
    }
}

/**
 * Where a frame does not say, YUV is limited, as everywhere in FFmpeg, and gray is full. Floats have no codes
 * that could be limited.
 */
static int is_full(enum DeepfillLayout layout, const AVFrame *frame)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(frame->format);

    if (layout == DEEPFILL_RGB || desc->flags & AV_PIX_FMT_FLAG_FLOAT ||
        av_strstart(desc->name, "yuvj", NULL))
        return 1;
    if (frame->color_range == AVCOL_RANGE_UNSPECIFIED)
        return layout == DEEPFILL_GRAY;
    return frame->color_range == AVCOL_RANGE_JPEG;
}

void ff_deepfill_describe_frame(DeepfillImage *image, const DeepfillFormat *format, const AVFrame *frame)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(frame->format);

    memset(image, 0, sizeof(*image));
    image->format            = *format;
    image->format.matrix     = frame->colorspace;
    image->format.full_range = is_full(format->layout, frame);
    for (int c = 0; c < count_colours(desc); c++) {
        image->data[c]   = frame->data[desc->comp[c].plane];
        image->stride[c] = frame->linesize[desc->comp[c].plane];
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
