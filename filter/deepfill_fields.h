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
 * Frames filled as their two fields: the rows of one parity are a picture of half the height, in the same
 * memory with twice the distance from row to row. Field 0 is the top one, whose rows are 0, 2, 4...
 */

#ifndef AVFILTER_DEEPFILL_FIELDS_H
#define AVFILTER_DEEPFILL_FIELDS_H

#include <deepfill.h>

#include "libavutil/frame.h"

/** What fields are filled by, made of pictures of whole frames; zeroed before the first. */
typedef struct DeepfillFields {
    DeepfillMask *masks[2];
    DeepfillSketch *sketches[2];
} DeepfillFields;

/** See that all planes have an even number of rows. @return 0 or AVERROR(EINVAL), which has been logged */
int ff_deepfill_fields_check(void *log, const DeepfillFormat *format);

/** Make an image of a whole frame that of one of its fields. */
void ff_deepfill_field_image(DeepfillImage *image, int field);

/**
 * Make the masks of both fields: each of the picture's rows of its parity, so that dilate and feather count
 * the field's own rows.
 *
 * @param settings for whole frames
 * @return 0 or a negative errno, whose cause deepfill_error() tells where it is libdeepfill's
 */
int ff_deepfill_fields_masks(DeepfillFields *fields, const DeepfillMaskSettings *settings,
                             const AVFrame *gray);

/** Make the sketches of both fields, in the same way, of frames of one size. */
int ff_deepfill_fields_sketches(DeepfillFields *fields, int width, int height, const AVFrame *gray);

/** Free all; a zeroed one is fine. */
void ff_deepfill_fields_uninit(DeepfillFields *fields);

#endif /* AVFILTER_DEEPFILL_FIELDS_H */
