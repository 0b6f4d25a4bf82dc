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

#define BLACK    4096   /* the code of 0 */
#define STEPS    32768  /* from 0 to 1 */
#define LEAST    -0.125f
#define GREATEST 256.0f

/* Codes for each factor of e, far above 1; with so many the greatest code is that of GREATEST. */
#define RATE 3714.3639f

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

/** The nearest half float of a value of which it has one. */
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

static unsigned code_of(float value)
{
    if (isnan(value))
        return BLACK;
    value = av_clipf(value, LEAST, GREATEST);
    if (value <= 1)
        return (value - LEAST) * STEPS + 0.5f;
    return BLACK + STEPS + (int)(RATE * log1pf((value - 1) * STEPS / RATE) + 0.5f);
}

void ff_deepfill_float_codes(uint16_t *codes, const uint32_t *bits, int count, int depth)
{
    for (int i = 0; i < count; i++)
        codes[i] = code_of(depth == 16 ? half_to_float(bits[i]) : av_int2float(bits[i]));
}

uint32_t ff_deepfill_float_bits(unsigned code, int depth)
{
    int above = (int)code - BLACK - STEPS;
    float value = above <= 0 ? 1 + (float)above / STEPS : 1 + expm1f(above / RATE) * RATE / STEPS;

    return depth == 16 ? float_to_half(value) : av_float2int(value);
}
