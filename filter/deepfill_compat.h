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
 * What differs between FFmpeg 5.1 and 9.0 for the deepfill filter: the only
 * conditions on versions are here.
 */

#ifndef AVFILTER_DEEPFILL_COMPAT_H
#define AVFILTER_DEEPFILL_COMPAT_H

#include "libavutil/frame.h"
#include "libavutil/version.h"
#include "libavformat/avformat.h"
#include "libavformat/version.h"

#include "avfilter.h"
#include "filters.h"
#include "version.h"

/* Before 7.1 pads, FILTER_* and AVFILTER_DEFINE_CLASS lived in internal.h and
 * all fields of a link were public. */
#if LIBAVFILTER_VERSION_INT < AV_VERSION_INT(10, 4, 100)
#include "internal.h"
#define DEEPFILL_LINK_FRAME_RATE(link) ((link)->frame_rate)
#else
#define DEEPFILL_LINK_FRAME_RATE(link) (ff_filter_link(link)->frame_rate)
#endif

/* From 8.0 on what the public may see of a filter is a part of FFFilter. */
#if LIBAVFILTER_VERSION_MAJOR >= 11
#define DeepfillAVFilter FFFilter
#define DEEPFILL_PUBLIC(field) .p.field
#define DEEPFILL_TAKES_ANY_FORMAT(filter) (fffilter(filter)->formats_state == FF_FILTER_FORMATS_PASSTHROUGH)
#else
#define DeepfillAVFilter AVFilter
#define DEEPFILL_PUBLIC(field) .field
#define DEEPFILL_TAKES_ANY_FORMAT(filter) ((filter)->formats_state == FF_FILTER_FORMATS_PASSTHROUGH)
#endif

/* In the time base of whatever the frame came from; 0: unknown. */
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
#define DEEPFILL_FRAME_DURATION(frame) ((frame)->duration)
#else
#define DEEPFILL_FRAME_DURATION(frame) ((frame)->pkt_duration)
#endif

#ifdef AV_FRAME_FLAG_INTERLACED
#define DEEPFILL_FRAME_INTERLACED(frame) (!!((frame)->flags & AV_FRAME_FLAG_INTERLACED))
#define DEEPFILL_FRAME_TOP_FIRST(frame) (!!((frame)->flags & AV_FRAME_FLAG_TOP_FIELD_FIRST))
#else
#define DEEPFILL_FRAME_INTERLACED(frame) ((frame)->interlaced_frame)
#define DEEPFILL_FRAME_TOP_FIRST(frame) ((frame)->top_field_first)
#endif

/** The stream's display matrix, nine values, or NULL. */
static inline const int32_t *ff_deepfill_stream_matrix(const AVStream *stream)
{
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
    const AVPacketSideData *side = av_packet_side_data_get(stream->codecpar->coded_side_data,
                                                           stream->codecpar->nb_coded_side_data,
                                                           AV_PKT_DATA_DISPLAYMATRIX);
    return side ? (const int32_t *)side->data : NULL;
#else
    return (const int32_t *)av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, NULL);
#endif
}

#endif /* AVFILTER_DEEPFILL_COMPAT_H */
