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
 * A code rises with its value. From 0 to 1, black to white, codes are linear: 49152 steps, so the step is
 * 2.0e-5, finer than a half float's own above 0.02. On both sides follows a logarithmic shoulder, which goes
 * on with the same slope at first, to the half float's greatest value, 65504: at v above 1 the step is
 * 2.0e-5 + (v - 1) / 808, 0.06 % of the value at 2, 0.12 % from 100 up; at v below 0 it is 2.0e-5 + |v| / 250.
 * So highlights and what lies below black are neither cut off nor do they take the picture's codes away.
 *
 * The codes serve the samples that a fill replaces or blends. Whatever a fill leaves alone is not decoded and
 * keeps its bits, beyond 65504 and NaN included. No code stands for infinity or NaN: an infinity has the code
 * of the greatest value, NaN that of 0.
 */

#ifndef AVFILTER_DEEPFILL_FLOAT_H
#define AVFILTER_DEEPFILL_FLOAT_H

#include <stdint.h>

/**
 * @param bits of an IEEE 754 number
 * @param depth 16 or 32: how many bits
 * @return its code
 */
unsigned ff_deepfill_float_code(uint32_t bits, int depth);

/** @return the bits of the number that a code stands for; a finite one */
uint32_t ff_deepfill_float_bits(unsigned code, int depth);

#endif /* AVFILTER_DEEPFILL_FLOAT_H */
