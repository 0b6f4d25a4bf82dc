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

#ifndef AVFILTER_DEEPFILL_MASK_MEASURE_H
#define AVFILTER_DEEPFILL_MASK_MEASURE_H

#include <stdint.h>

#include "libavformat/avformat.h"

/**
 * Count a local file's pictures by demuxing it a second time. Stops at 256
 * MiB or a million packets, about a second.
 *
 * @param format         the file, opened; stays as it is
 * @param options        what it was opened with, or NULL
 * @param stream         index of its pictures' stream
 * @param interval       usual distance of two pictures, microseconds
 * @param[out] pictures  how many there are
 * @param[out] duration  microseconds from the first picture to the last one's end
 * @return 0, or AVERROR(ENOSYS) where it cannot be told: a pipe, a URL, a larger file
 */
int ff_deepfill_measure(const AVFormatContext *format, const AVDictionary *options, int stream, int64_t interval,
                        int64_t *pictures, int64_t *duration);

#endif /* AVFILTER_DEEPFILL_MASK_MEASURE_H */
