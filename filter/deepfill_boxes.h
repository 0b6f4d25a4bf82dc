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
 * The box option of the deepfill filter: rectangles instead of a mask.
 */

#ifndef AVFILTER_DEEPFILL_BOXES_H
#define AVFILTER_DEEPFILL_BOXES_H

#include "libavutil/frame.h"

/** @return 0 where text is 'x y w h', several joined by |; else an error, which has been logged */
int ff_deepfill_boxes_check(void *log, const char *text);

/**
 * Draw the rectangles of a checked text: white on black.
 *
 * @param[out] picture  a new gray8 picture of width x height
 * @return 0, or an error where one lies outside the picture, which has been logged
 */
int ff_deepfill_boxes_draw(void *log, const char *text, int width, int height, AVFrame **picture);

#endif /* AVFILTER_DEEPFILL_BOXES_H */
