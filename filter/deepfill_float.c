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
 */

#include <math.h>

#include "libavutil/common.h"
#include "libavutil/intfloat.h"

#include "deepfill_float.h"

#define GREATEST 65504.0f /* of half floats */
#define BLACK    4096     /* the code of 0 */
#define STEPS    49152    /* from 0 to 1 */
#define TOP      65535

/* Codes a shoulder has for each factor of e, where it is steep no more: with these it ends at GREATEST. */
#define ABOVE 808.4963f
#define BELOW 250.2102f

/* Codes from a shoulder's foot to a distance from it, and the reverse. */
static float shoulder(float distance, float rate)
{
    return rate * log1pf(distance * STEPS / rate);
}

static float distance_of(float codes, float rate)
{
    return expm1f(codes / rate) * rate / STEPS;
}

static float half_to_float(unsigned bits)
{
    int exponent = bits >> 10 & 31, fraction = bits & 1023;
    float value;

    if (exponent == 31)
        value = fraction ? NAN : INFINITY;
    else
        value = exponent ? ldexpf(1024 + fraction, exponent - 25) : ldexpf(fraction, -24);
    return bits & 0x8000 ? -value : value;
}

/* The nearest half float of a value of which it has one. */
static unsigned float_to_half(float value)
{
    unsigned sign = value < 0 ? 0x8000 : 0;
    int exponent;

    value = fabsf(value);
    frexpf(FFMAX(value, 0x1p-15f), &exponent);
    /* Rounded up to the next power of 2, the fraction carries into the exponent, as it has to. */
    exponent = FFMAX(exponent + 14, 1);
    return sign | ((exponent << 10) + lrintf(ldexpf(value, 25 - exponent)) - 1024);
}

unsigned ff_deepfill_float_code(uint32_t bits, int depth)
{
    float value = depth == 16 ? half_to_float(bits) : av_int2float(bits), code;

    if (isnan(value))
        return BLACK;
    value = av_clipf(value, -GREATEST, GREATEST);
    if (value < 0)
        code = BLACK - shoulder(-value, BELOW);
    else if (value <= 1)
        code = BLACK + value * STEPS;
    else
        code = BLACK + STEPS + shoulder(value - 1, ABOVE);
    return av_clip(lrintf(code), 0, TOP);
}

uint32_t ff_deepfill_float_bits(unsigned code, int depth)
{
    float value;

    if (code < BLACK)
        value = -distance_of(BLACK - (int)code, BELOW);
    else if (code <= BLACK + STEPS)
        value = (float)((int)code - BLACK) / STEPS;
    else
        value = 1 + distance_of((int)code - BLACK - STEPS, ABOVE);
    value = av_clipf(value, -GREATEST, GREATEST);
    return depth == 16 ? float_to_half(value) : av_float2int(value);
}
