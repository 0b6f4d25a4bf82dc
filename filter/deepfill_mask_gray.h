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
 * A decoded mask picture, whatever its pixel format, as 8-bit full-range grey.
 */

#ifndef AVFILTER_DEEPFILL_MASK_GRAY_H
#define AVFILTER_DEEPFILL_MASK_GRAY_H

#include "libavutil/frame.h"
#include "libavutil/pixfmt.h"
#include "libavcodec/avcodec.h"

/** Converter; keeps its scaler from picture to picture. */
typedef struct DeepfillGray DeepfillGray;

/** What a picture looks like, for words about masks that have no hole. */
typedef struct DeepfillLook {
    int least, most;             ///< values, 0..255, of luma alone
    int alpha_least, alpha_most; ///< of alpha; 255 without one
    int exact;                   ///< 1: from a lossless codec, whose near-black is no noise
} DeepfillLook;

/** @return a converter, or NULL where there is no memory */
DeepfillGray *ff_deepfill_gray_alloc(void);

/** @return an empty picture with memory of its own, or NULL where there is none */
AVFrame *ff_deepfill_gray_new(int width, int height, enum AVPixelFormat format);

/** @return 1 where pictures of that format have alpha, the palette's included */
int ff_deepfill_has_alpha(enum AVPixelFormat format);

/** Find the least and the greatest of a gray8 or ya8 picture's values, each `step` bytes from the next. */
void ff_deepfill_gray_range(const AVFrame *picture, int first, int step, int *least, int *most);

/**
 * Convert one picture.
 *
 * @param decoder     what decoded it: tells what a missing range means; also gets the messages
 * @param alpha_only  1: the mask is the alpha plane; 0: luma times alpha, where there is one
 * @param[out] out    a new gray8 picture of the same size
 * @param[out] look   what the picture looks like, but for exact; NULL: not asked for
 */
int ff_deepfill_gray_convert(DeepfillGray *gray, const AVFrame *picture, AVCodecContext *decoder,
                             int alpha_only, AVFrame **out, DeepfillLook *look);

/** Free a converter and set *gray to NULL; NULL is fine. */
void ff_deepfill_gray_free(DeepfillGray **gray);

#endif /* AVFILTER_DEEPFILL_MASK_GRAY_H */
