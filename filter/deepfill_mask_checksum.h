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
 * Checksums of packets that FFmpeg's decoders see and go on.
 */

#ifndef AVFILTER_DEEPFILL_MASK_CHECKSUM_H
#define AVFILTER_DEEPFILL_MASK_CHECKSUM_H

#include "libavcodec/codec_par.h"
#include "libavcodec/packet.h"

/** @return 0 where a checksum of the packet is wrong; 1 where all are right, or it has none */
int ff_deepfill_packet_is_whole(const AVCodecParameters *codec, const AVPacket *packet);

#endif /* AVFILTER_DEEPFILL_MASK_CHECKSUM_H */
