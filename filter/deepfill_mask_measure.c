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
 * How many pictures a mask file has, without decoding it.
 */

#include <string.h>

#include "libavutil/avutil.h"
#include "libavutil/common.h"
#include "libavutil/error.h"
#include "libavutil/mathematics.h"

#include "deepfill_mask_measure.h"

#define MAX_MEASURED (256 << 20)
#define MAX_PACKETS (1 << 20)

static int count_packets(AVFormatContext *format, AVPacket *packet, int index, int64_t interval,
                         int64_t *pictures, int64_t *duration)
{
    int64_t first = INT64_MAX, end = INT64_MIN, bytes = 0;
    int ret;

    *pictures = 0;
    while ((ret = av_read_frame(format, packet)) >= 0 && bytes < MAX_MEASURED && *pictures < MAX_PACKETS) {
        if (packet->stream_index == index) {
            AVRational tb = format->streams[index]->time_base;
            int64_t span  = av_rescale_q(packet->duration, tb, AV_TIME_BASE_Q);

            if (packet->pts != AV_NOPTS_VALUE) {
                int64_t time = av_rescale_q(packet->pts, tb, AV_TIME_BASE_Q);
                first = FFMIN(first, time);
                end   = FFMAX(end, time + (span > 0 ? span : interval));
            }
            ++*pictures;
        }
        bytes += packet->size;
        av_packet_unref(packet);
    }
    av_packet_unref(packet);
    *duration = first < end ? end - first : *pictures * interval;
    return ret == AVERROR_EOF && *pictures ? 0 : AVERROR(ENOSYS);
}

int ff_deepfill_measure(const AVFormatContext *format, const AVDictionary *options, int stream, int64_t interval,
                        int64_t *pictures, int64_t *duration)
{
    const AVStream *images = format->streams[stream];
    const char *protocol   = avio_find_protocol_name(format->url);
    AVFormatContext *again = NULL;
    AVDictionary *own = NULL;
    AVPacket *packet;
    int ret = AVERROR(ENOSYS);

    if (!strcmp(format->iformat->name, "image2")) { /* the demuxer has counted them */
        *pictures = images->duration;
        *duration = av_rescale_q(images->duration, images->time_base, AV_TIME_BASE_Q);
        return *pictures > 0 ? 0 : ret;
    }
    /* What cannot seek, a pipe, cannot be read twice. */
    if (!protocol || strcmp(protocol, "file") || !format->pb ||
        !(format->pb->seekable & AVIO_SEEKABLE_NORMAL))
        return ret;
    packet = av_packet_alloc();
    if (packet && av_dict_copy(&own, options, 0) >= 0 &&
        avformat_open_input(&again, format->url, format->iformat, &own) >= 0)
        ret = count_packets(again, packet, stream, interval, pictures, duration);
    av_packet_free(&packet);
    avformat_close_input(&again);
    av_dict_free(&own);
    return ret;
}
