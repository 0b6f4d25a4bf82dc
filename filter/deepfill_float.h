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
 * Floating-point samples as 16-bit codes and back.
 *
 * A code rises with its value. From -0.125 to 1 (0 is black, 1 is white) codes are linear, in steps of
 * 2^-15 = 3.1e-5: finer than a half float's from 0.06 up. Above 1 they go on, at first with that slope, as a
 * logarithm that reaches 256: at v the step is 3.1e-5 + (v - 1) / 3714, 0.03 % of the value where it is
 * greatest. The scale is a compromise. A wider one would take codes from the picture between 0 and 1, and an
 * error of the fill by some codes would be a greater factor of a highlight: 1 % of all codes is 19 %.
 *
 * The codes serve the samples that a fill replaces or blends, which are thus limited to -0.125..256. Whatever
 * a fill leaves alone is not decoded and keeps its bits, be it below, above, infinite or NaN. No code stands
 * for infinity or NaN: an infinity is coded as the limit, NaN as 0.
 */

#ifndef AVFILTER_DEEPFILL_FLOAT_H
#define AVFILTER_DEEPFILL_FLOAT_H

#include <stdint.h>

/**
 * @param[out] codes of the numbers
 * @param      bits  of IEEE 754 numbers
 * @param      depth 16 or 32: how many bits
 */
void ff_deepfill_float_codes(uint16_t *codes, const uint32_t *bits, int count, int depth);

/** @return the bits of the number that a code stands for; a finite one */
uint32_t ff_deepfill_float_bits(unsigned code, int depth);

#endif /* AVFILTER_DEEPFILL_FLOAT_H */
