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
 * Whether a mask's pictures belong to the frames of their time or to those of
 * their number, as far as times and rates tell.
 */

#ifndef AVFILTER_DEEPFILL_MASK_SYNC_H
#define AVFILTER_DEEPFILL_MASK_SYNC_H

#include "deepfill_mask_input.h"

/** @return 1 where a filter before this one may have made the frames' times: they are what the user wants */
int ff_deepfill_sync_is_retimed(const DeepfillMaskInput *input);

/** Note how a frame's time, microseconds, lies to the picture found for it. */
void ff_deepfill_sync_watch(DeepfillMaskInput *input, int64_t time);

/**
 * Choose between time and number where they ask for different pictures, and
 * say so in the log: sets the pairing's sync, or shifts the mask's start so
 * that both ask for the same picture again.
 *
 * @param time  of the frame, microseconds
 */
void ff_deepfill_sync_decide(DeepfillMaskInput *input, int64_t time);

/** Once the video has ended by itself: warn where its whole length speaks against what was chosen. */
void ff_deepfill_sync_review(const DeepfillMaskInput *input);

/** Warn, before the first frame, where times in box_file may count from another instant than they should. */
void ff_deepfill_sync_start(const DeepfillMaskInput *input);

#endif /* AVFILTER_DEEPFILL_MASK_SYNC_H */
