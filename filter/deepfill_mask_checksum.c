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
 * Checksums of packets that FFmpeg's decoders see and go on: FFV1's, whose
 * slices with a wrong one are silently replaced by those of the picture before.
 */

#include "libavutil/crc.h"
#include "libavutil/intreadwrite.h"

#include "deepfill_mask_checksum.h"

/* RFC 9043: what a slice ends with, without and with a checksum. */
#define FFV1_SIZE 3
#define FFV1_SIZE_AND_CRC 8

/* The value from which version 4 of FFV1 begins its checksums, and which they leave; before it was 0. */
#define FFV1_CRC_VERSION4 0x7a8c4079

static uint32_t checksum(uint32_t begin, const uint8_t *data, int size)
{
    return av_crc(av_crc_get_table(AV_CRC_32_IEEE), begin, data, size);
}

/**
 * Walk the slices from the last to the first; each ends with its size, `trailer` bytes before its end.
 * @return slices with a wrong checksum, or -1 where they do not fill the packet
 */
static int walk_slices(const AVPacket *packet, int trailer, uint32_t begin)
{
    int end = packet->size, wrong = 0;

    while (end > 0) {
        int size = end < trailer ? end + 1 : AV_RB24(packet->data + end - trailer) + trailer;

        if (size > end)
            return -1;
        end   -= size;
        wrong += trailer == FFV1_SIZE_AND_CRC && checksum(begin, packet->data + end, size) != begin;
    }
    return wrong;
}

/** Whether slices have checksums is told by where their sizes stand: only there they add up. */
static int ffv1_is_whole(const AVCodecParameters *codec, const AVPacket *packet)
{
    uint32_t begin = 0;

    if (!codec->extradata_size) /* version 0 or 1 */
        return 1;
    if (checksum(FFV1_CRC_VERSION4, codec->extradata, codec->extradata_size) == FFV1_CRC_VERSION4)
        begin = FFV1_CRC_VERSION4;
    return walk_slices(packet, FFV1_SIZE_AND_CRC, begin) <= 0 || walk_slices(packet, FFV1_SIZE, 0) == 0;
}

int ff_deepfill_packet_is_whole(const AVCodecParameters *codec, const AVPacket *packet)
{
    return codec->codec_id != AV_CODEC_ID_FFV1 || ffv1_is_whole(codec, packet);
}
