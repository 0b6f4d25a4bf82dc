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

/* Through what takes any format (trim, setpts, fps...) to the link from the filter that chose this one. */
static const AVFilterLink *find_origin(const AVFilterLink *link)
{
    while (link->src->nb_inputs && DEEPFILL_TAKES_ANY_FORMAT(link->src->filter) && link->src->inputs[0])
        link = link->src->inputs[0];
    return link;
}

/* @return 0, -EAGAIN where the filters before have not chosen, or an error where all they have is on a GPU */
static int check_in_memory(AVFilterContext *ctx)
{
    const AVFilterFormats *offered = find_origin(ctx->inputs[0])->incfg.formats;
    const char *name;

    if (!offered)
        return AVERROR(EAGAIN);
    for (unsigned i = 0; i < offered->nb_formats; i++)
        if (!(av_pix_fmt_desc_get(offered->formats[i])->flags & AV_PIX_FMT_FLAG_HWACCEL))
            return 0;
    name = offered->nb_formats ? av_get_pix_fmt_name(offered->formats[0]) : "none";
    av_log(ctx, AV_LOG_ERROR, "The frames are on the GPU (%s), deepfill works in memory: put "
           "hwdownload,format=nv12 before it (format=p010le for 10 bits), and hwupload behind it where the GPU "
           "is to go on.\n", name);
    return AVERROR(EINVAL);
}

static AVFilterFormats *fillable_formats(void)
{
    AVFilterFormats *list = NULL;
    const AVPixFmtDescriptor *desc = NULL;

    while ((desc = av_pix_fmt_desc_next(desc))) {
        enum AVPixelFormat format = av_pix_fmt_desc_get_id(desc);

        if (ff_deepfill_access(format) != DEEPFILL_ACCESS_NONE && ff_add_format(&list, format) < 0)
            return NULL;
    }
    return list;
}

int ff_deepfill_query_formats(AVFilterContext *ctx)
{
    static const int mask_formats[] = { AV_PIX_FMT_GRAY8, AV_PIX_FMT_NONE };
    AVFilterFormats *list;
    int ret = check_in_memory(ctx);

    if (ret < 0)
        return ret;
    list = fillable_formats();
    if (!list)
        return AVERROR(ENOMEM);
    if ((ret = ff_formats_ref(list, &ctx->inputs[0]->outcfg.formats)) < 0 ||
        (ret = ff_formats_ref(list, &ctx->outputs[0]->incfg.formats)) < 0 || ctx->nb_inputs < 2)
        return ret;
    return ff_formats_ref(ff_make_format_list(mask_formats), &ctx->inputs[1]->outcfg.formats);
}

/* A converter that FFmpeg puts between filters without a common format is known by its name alone. */
void ff_deepfill_report_conversion(AVFilterContext *ctx)
{
    FillContext *s = ctx->priv;
    const AVFilterLink *link = ctx->inputs[0];
    const AVFilterContext *before = find_origin(link)->src;

    if (!before->name || !av_strstart(before->name, "auto_scale_", NULL) ||
        before->inputs[0]->format == link->format)
        return;
    ff_deepfill_report_odd(&s->report, DEEPFILL_ODD_CONVERTED, "The video is %s, which is converted to %s for "
                           "filling, and back if the output asks: pixels outside the hole change, too.",
                           av_get_pix_fmt_name(before->inputs[0]->format), av_get_pix_fmt_name(link->format));
}
