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
 * Pixel formats agreed on with neighbours.
 */

#include <string.h>

#include "libavutil/avstring.h"
#include "libavutil/error.h"
#include "libavutil/log.h"
#include "libavutil/pixdesc.h"

#include "deepfill_compat.h"
#include "deepfill_frame.h"
#include "deepfill_negotiate.h"
#include "formats.h"

/** Skip filters that pass any format on (trim, setpts, fps...). @return the link whose source chose its format */
static const AVFilterLink *find_origin(const AVFilterLink *link)
{
    while (link->src->nb_inputs && DEEPFILL_TAKES_ANY_FORMAT(link->src->filter) && link->src->inputs[0])
        link = link->src->inputs[0];
    return link;
}

static int is_on_gpu(enum AVPixelFormat format)
{
    return !!(av_pix_fmt_desc_get(format)->flags & AV_PIX_FMT_FLAG_HWACCEL);
}

static int refuse_gpu(AVFilterContext *ctx, enum AVPixelFormat format)
{
    av_log(ctx, AV_LOG_ERROR, "The frames are on the GPU (%s), deepfill works in memory: put "
           "hwdownload,format=nv12 before it (format=p010le for 10 bits), and hwupload behind it where the "
           "GPU is to go on.\n", av_get_pix_fmt_name(format));
    return AVERROR(EINVAL);
}

/**
 * What a format that cannot be filled is best converted to, where FFmpeg's own choice would lose more than it
 * has to: it takes palettes for opaque, XYZ for YUV, and a Bayer pattern's depth for that of its descriptor's
 * fractions.
 */
static enum AVPixelFormat nearest_format(enum AVPixelFormat format)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(format);

    if (desc->flags & AV_PIX_FMT_FLAG_PAL)
        return AV_PIX_FMT_GBRAP;
    if (desc->flags & AV_PIX_FMT_FLAG_BAYER)
        return desc->comp[0].step > 1 ? AV_PIX_FMT_GBRP16 : AV_PIX_FMT_GBRP;
    return av_strstart(desc->name, "xyz", NULL) ? AV_PIX_FMT_GBRP12 : AV_PIX_FMT_NONE;
}

/** All formats that can be filled or, where FFmpeg has to convert, those that are filled in place. */
static AVFilterFormats *fillable_formats(int in_place)
{
    AVFilterFormats *list = NULL;
    const AVPixFmtDescriptor *desc = NULL;

    while ((desc = av_pix_fmt_desc_next(desc))) {
        enum AVPixelFormat format = av_pix_fmt_desc_get_id(desc);
        enum DeepfillAccess access = ff_deepfill_access(format);

        if (access == DEEPFILL_ACCESS_IN_PLACE || (access == DEEPFILL_ACCESS_UNPACKED && !in_place))
            if (ff_add_format(&list, format) < 0)
                return NULL;
    }
    return list;
}

/** Formats to offer where those before offer these. @return 0 or an error, said in the log */
static int choose_formats(AVFilterContext *ctx, const AVFilterFormats *offered, AVFilterFormats **list)
{
    enum AVPixelFormat first = offered->nb_formats ? offered->formats[0] : AV_PIX_FMT_NONE;
    int fillable = 0, on_gpu = 0;

    for (unsigned i = 0; i < offered->nb_formats; i++) {
        fillable += ff_deepfill_access(offered->formats[i]) != DEEPFILL_ACCESS_NONE;
        on_gpu   += is_on_gpu(offered->formats[i]);
    }
    if (on_gpu && on_gpu == offered->nb_formats)
        return refuse_gpu(ctx, first);
    *list = NULL;
    if (fillable || first == AV_PIX_FMT_NONE || nearest_format(first) == AV_PIX_FMT_NONE)
        *list = fillable_formats(!fillable);
    else if (ff_add_format(list, nearest_format(first)) < 0)
        return AVERROR(ENOMEM);
    return *list ? 0 : AVERROR(ENOMEM);
}

int ff_deepfill_query_formats(AVFilterContext *ctx)
{
    static const int mask_formats[] = { AV_PIX_FMT_GRAY8, AV_PIX_FMT_NONE };
    const AVFilterFormats *offered = find_origin(ctx->inputs[0])->incfg.formats;
    AVFilterFormats *list;
    int ret;

    if (!offered) /* the filters before have not chosen yet */
        return AVERROR(EAGAIN);
    if ((ret = choose_formats(ctx, offered, &list)) < 0 ||
        (ret = ff_formats_ref(list, &ctx->inputs[0]->outcfg.formats)) < 0 ||
        (ret = ff_formats_ref(list, &ctx->outputs[0]->incfg.formats)) < 0 || ctx->nb_inputs < 2)
        return ret;
    return ff_formats_ref(ff_make_format_list(mask_formats), &ctx->inputs[1]->outcfg.formats);
}

/** A converter that FFmpeg puts between filters without a common format is known by its name alone. */
void ff_deepfill_report_conversion(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;
    const AVFilterLink *link = ctx->inputs[0];
    const AVFilterContext *before = find_origin(link)->src;

    if (!before->name || !av_strstart(before->name, "auto_scale_", NULL) ||
        before->inputs[0]->format == link->format)
        return;
    ff_deepfill_report_odd(&s->report, DEEPFILL_ODD_CONVERTED, "The video is %s, which is converted to %s "
                           "for filling, and back if the output asks: pixels outside the hole change, too.",
                           av_get_pix_fmt_name(before->inputs[0]->format), av_get_pix_fmt_name(link->format));
}
