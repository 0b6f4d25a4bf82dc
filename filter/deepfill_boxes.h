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
 * Rectangles instead of a mask: the options box, and x, y, w and h, and the
 * lines of box_file, which hold for a time each.
 */

#ifndef AVFILTER_DEEPFILL_BOXES_H
#define AVFILTER_DEEPFILL_BOXES_H

#include <stdint.h>

#include "deepfill_mask_source.h"

/** A list of rectangles. */
typedef struct DeepfillBoxes DeepfillBoxes;

/** @return an empty list, or NULL where there is no memory. @param log  where messages go */
DeepfillBoxes *ff_deepfill_boxes_alloc(void *log);

/**
 * Add the rectangles of a text, several joined by |, which hold from start to
 * end, exclusive, in microseconds. Their values are expressions, see place().
 *
 * @param origin  what messages call the text: "box", or its file and line
 * @return 0 or an error, which has been logged in one sentence
 */
int ff_deepfill_boxes_add(DeepfillBoxes *boxes, const char *origin, const char *text, int64_t start,
                          int64_t end);

/** Add the rectangles of a file's lines, 'START-END x y w h'. @return 0 or an error, which has been logged */
int ff_deepfill_boxes_read(DeepfillBoxes *boxes, void *log, const char *file);

/**
 * Compute all values for frames of width x height.
 * @return 0, or an error where a rectangle has no area or lies outside, which has been logged
 */
int ff_deepfill_boxes_place(DeepfillBoxes *boxes, int width, int height);

/**
 * Draw what holds at a time: white on black, the size of the frames.
 *
 * @param[out] picture  time and end: between them nothing changes; gray is NULL where nothing holds
 * @return 0, or an error
 */
int ff_deepfill_boxes_draw(const DeepfillBoxes *boxes, int64_t time, DeepfillPicture *picture);

/** Free a list and set *boxes to NULL; NULL is fine. */
void ff_deepfill_boxes_free(DeepfillBoxes **boxes);

/** @return 1 where a rectangle holds for a time alone */
int ff_deepfill_boxes_timed(const DeepfillBoxes *boxes);

#endif /* AVFILTER_DEEPFILL_BOXES_H */
