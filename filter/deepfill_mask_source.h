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
 * The mask file of the deepfill filter: opened, decoded, one picture after
 * the other as 8-bit full-range grey. A sketch is read as a mask is.
 */

#ifndef AVFILTER_DEEPFILL_MASK_SOURCE_H
#define AVFILTER_DEEPFILL_MASK_SOURCE_H

#include <stdint.h>

#include "libavutil/frame.h"

#include "deepfill_mask_file.h"
#include "deepfill_mask_gray.h"

/** The time of what has none, a still image: long ago. */
#define DEEPFILL_TIMELESS (INT64_MIN / 4)

/** A picture of a mask and when it counts. */
typedef struct DeepfillPicture {
    AVFrame *gray; ///< gray8, full range; NULL: none
    int64_t time;  ///< first instant, microseconds from the mask's start; of an image sequence: its number
    int64_t end;   ///< last instant, exclusive, if no picture followed
    int64_t number; ///< counted from the mask's first picture, 0; sources leave it to the pairing
} DeepfillPicture;

/** Take *from over into *to, whose own picture is freed. */
void ff_deepfill_picture_move(DeepfillPicture *to, DeepfillPicture *from);

/** An open mask file. Holds one decoder's memory, whatever the file's length. */
typedef struct DeepfillMaskSource DeepfillMaskSource;

/** @return 0 or an error, which has been logged in one sentence */
int ff_deepfill_source_open(DeepfillMaskSource **source, const DeepfillSourceSettings *settings);

/** What the first picture looks like, once it has been read. */
const DeepfillLook *ff_deepfill_source_look(const DeepfillMaskSource *source);

/**
 * @return 1 where the mask is a numbered series of images whose rate nobody
 *         named: then pictures have numbers and no times
 */
int ff_deepfill_source_is_sequence(const DeepfillMaskSource *source);

/** @return usual distance of two pictures, in units of DeepfillPicture.time; 0: not known */
int64_t ff_deepfill_source_interval(const DeepfillMaskSource *source);

/**
 * Decode the next picture.
 * @return 0, AVERROR_EOF after the last, or another error, which has been logged
 */
int ff_deepfill_source_read(DeepfillMaskSource *source, DeepfillPicture *picture);

/** Begin again with the first picture. @return 0 or an error, which has been logged */
int ff_deepfill_source_rewind(DeepfillMaskSource *source);

/**
 * Go on at a picture at or before time, if the container can: the caller
 * looks where it came to. @return 0, or an error: the source stays where it was
 */
int ff_deepfill_source_seek(DeepfillMaskSource *source, int64_t time);

/** How many pictures there are, and how long they last: see ff_deepfill_measure(). */
int ff_deepfill_source_measure(const DeepfillMaskSource *source, int64_t *pictures, int64_t *duration);

/** Close a source and set *source to NULL; NULL is fine. */
void ff_deepfill_source_close(DeepfillMaskSource **source);

#endif /* AVFILTER_DEEPFILL_MASK_SOURCE_H */
