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
 * How long a mask at an address may keep the filter waiting.
 *
 * The filter reads its mask while ffmpeg waits for it: a server that accepts
 * and never answers would hold up all, and ffmpeg looks for q and Ctrl-C only
 * between two steps of its filters.
 */

#ifndef AVFILTER_DEEPFILL_MASK_WAIT_H
#define AVFILTER_DEEPFILL_MASK_WAIT_H

#include <stdint.h>

#include "libavformat/avformat.h"

/** Seconds without data after which the user is told, and after which reading fails. */
#define DEEPFILL_WAIT_TOLD 5
#define DEEPFILL_WAIT_LIMIT 30

struct DeepfillSourceSettings;

/** One address and how long it has been silent. The open format keeps a pointer to it. */
typedef struct DeepfillWait {
    const struct DeepfillSourceSettings *settings; ///< log, names and time-outs
    int limited;                   ///< 1: DEEPFILL_WAIT_LIMIT holds; 0: the user set a time-out
    const AVFormatContext *format; ///< whose bytes are looked at
    int reading;                   ///< a call that may block is under way
    int64_t since, position;       ///< when bytes came last, microseconds, and how far they reach
    int told;
    int expired;                   ///< the limit was reached
} DeepfillWait;

/** Watch over what a context opens and reads, where it is no local file. The wait must outlive it. */
void ff_deepfill_wait_init(DeepfillWait *wait, const struct DeepfillSourceSettings *settings,
                           AVFormatContext *format);

/** A call that may block begins. @param format  NULL: while it is opened its bytes cannot be counted */
void ff_deepfill_wait_begin(DeepfillWait *wait, const AVFormatContext *format);

/** The call has come back. */
void ff_deepfill_wait_end(DeepfillWait *wait);

#endif /* AVFILTER_DEEPFILL_MASK_WAIT_H */
