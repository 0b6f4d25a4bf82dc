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
 * The overlay file: a picture with alpha, or a logo data file (.lgd).
 */

#ifndef AVFILTER_DEEPFILL_OVERLAY_H
#define AVFILTER_DEEPFILL_OVERLAY_H

#include <deepfill.h>

#include "deepfill_mask_file.h"

/** The overlay of frames or of their top and bottom fields; zeroed: none. */
typedef struct DeepfillOverlays {
    DeepfillOverlay *items[2]; ///< owned; without fields the second is NULL
} DeepfillOverlays;

/**
 * Read the overlay.
 *
 * @param file    width and height are those of the frames
 * @param x, y    of a picture's first pixel in the frame; -1: the picture is of the frame's size
 * @param fields  1: frames are filled as their two fields
 * @return 0 or an error, which has been logged
 */
int ff_deepfill_overlay_open(DeepfillOverlays *overlays, const DeepfillSourceSettings *file, int x, int y, int fields);

/** Close both. */
void ff_deepfill_overlay_close(DeepfillOverlays *overlays);

#endif /* AVFILTER_DEEPFILL_OVERLAY_H */
