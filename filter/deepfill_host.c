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
 * Whether the program that runs the filter needs a frame out for each frame in.
 */

#include "libavutil/log.h"

#include "deepfill_context.h"

/*
 * MLT, on which Kdenlive and Shotcut are built, gives a filter a frame and takes what comes out at once for
 * that frame filtered; where nothing comes, it shows the frame unfiltered. The reference is weak: it is NULL
 * unless the process has loaded libmlt, and then libmlt's own libavfilter module is what runs this filter.
 * Object formats other than ELF have no such reference in a shared library.
 */
#ifdef __ELF__
extern int mlt_factory_init(const char *directory) __attribute__((weak));
#define IS_MLT (!!mlt_factory_init)
#else
#define IS_MLT 0
#endif

int ff_deepfill_is_realtime(AVFilterContext *ctx)
{
    const FillContext *s = ctx->priv;

    if (!s->realtime || (s->realtime < 0 && !IS_MLT))
        return 0;
    if (s->delay > 0 || s->ahead > 0)
        av_log(ctx, AV_LOG_WARNING, "delay= and ahead= do not hold: realtime=1, %s, takes 0 for both.\n",
               s->realtime < 0 ? "which MLT's programs need" : "as set");
    return 1;
}
