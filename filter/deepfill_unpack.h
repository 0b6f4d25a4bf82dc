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
 * Frames whose samples libdeepfill cannot take where they lie: packed ones, interleaved chroma, foreign
 * endianness, unequal depths, floats. Their colours are unpacked to planes beside the frame; of what comes
 * back only the samples that have changed are packed, so that all others keep their bits, as do alpha and
 * padding.
 *
 * A component of another depth than the planes' is scaled so that its greatest value becomes theirs, and
 * back, rounded. Floats become the codes of deepfill_float.h.
 */

#ifndef AVFILTER_DEEPFILL_UNPACK_H
#define AVFILTER_DEEPFILL_UNPACK_H

#include <deepfill.h>

#include "libavutil/buffer.h"
#include "libavutil/frame.h"
#include "libavutil/pixdesc.h"

/** For frames of one kind. */
typedef struct DeepfillUnpacker {
    const AVPixFmtDescriptor *desc;
    DeepfillFormat format; ///< of the planes, which lie in one buffer:
    size_t offset[3];      ///< of each plane, in bytes
    ptrdiff_t stride[3];   ///< bytes from a row to the next
    AVBufferPool *pool;    ///< buffers of frames past, to be used again
    uint8_t *row;          ///< scratch: one plane's row
} DeepfillUnpacker;

/**
 * @param format accessed by DEEPFILL_ACCESS_UNPACKED
 * @param planes as ff_deepfill_describe_format() gave it
 */
int ff_deepfill_unpacker_open(DeepfillUnpacker *unpacker, enum AVPixelFormat format,
                              const DeepfillFormat *planes);

/**
 * Unpack a frame.
 *
 * @param[out]    planes  the planes' buffer, to be given up by av_buffer_unref()
 * @param[in,out] image   as described; a plane that is not unpacked since it can be accessed in place, such
 *                        as nv12's luma, remains the frame's
 */
int ff_deepfill_unpack(DeepfillUnpacker *unpacker, const AVFrame *frame, AVBufferRef **planes,
                       DeepfillImage *image);

/**
 * Pack the samples of planes that are no longer those of their frame, which is writable.
 *
 * @param first_row, end_row  luma rows among which they all are
 */
void ff_deepfill_pack(const DeepfillUnpacker *unpacker, AVFrame *frame, const AVBufferRef *planes,
                      int first_row, int end_row);

/** Free it; a zeroed one is fine, and planes may still be in use. */
void ff_deepfill_unpacker_close(DeepfillUnpacker *unpacker);

#endif /* AVFILTER_DEEPFILL_UNPACK_H */
