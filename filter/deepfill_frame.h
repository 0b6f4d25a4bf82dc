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

#ifndef AVFILTER_DEEPFILL_FRAME_H
#define AVFILTER_DEEPFILL_FRAME_H

#include <deepfill.h>

#include "libavutil/frame.h"
#include "libavutil/pixdesc.h"
#include "libavutil/pixfmt.h"

/** How the samples of a pixel format come to libdeepfill. */
enum DeepfillAccess {
    DEEPFILL_ACCESS_NONE,     ///< not at all: ffmpeg has to convert the frames
    DEEPFILL_ACCESS_IN_PLACE, ///< the frame's planes are lent as they are
    DEEPFILL_ACCESS_UNPACKED, ///< as planes beside the frame: deepfill_unpack.h
};

/**
 * @return 1 where component c has a plane of its own, of whole native integers of that depth: all that
 *         libdeepfill asks
 */
int ff_deepfill_is_plane(const AVPixFmtDescriptor *desc, int c, int depth);

/** What the format's descriptor allows; FFmpeg describes every format that it knows. */
enum DeepfillAccess ff_deepfill_access(enum AVPixelFormat format);

/**
 * The kind of all frames of a link; matrix and range are each frame's own. Where components differ in depth,
 * or have fewer than 8 bits or more than 16, the depth is that of the unpacked planes.
 */
void ff_deepfill_describe_format(DeepfillFormat *out, enum AVPixelFormat format, int width, int height);

/**
 * A frame as an image; format as ff_deepfill_describe_format() gave it. The planes are the frame's, lent,
 * which is of use for formats that are accessed in place alone.
 */
void ff_deepfill_describe_frame(DeepfillImage *image, const DeepfillFormat *format, const AVFrame *frame);

/**
 * See that a frame is of the kind that a link was configured for: some
 * programs let it change.
 *
 * @return 0, or AVERROR(EINVAL), which has been logged
 */
int ff_deepfill_check_frame(void *log, const AVFrame *frame, enum AVPixelFormat format, int width,
                            int height);

#endif /* AVFILTER_DEEPFILL_FRAME_H */
