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
 * Unpack frames to planes and pack what has changed.
 */

#include <string.h>

#include "libavutil/common.h"
#include "libavutil/error.h"
#include "libavutil/intreadwrite.h"
#include "libavutil/mem.h"

#include "deepfill_float.h"
#include "deepfill_unpack.h"

/* What rows of planes begin at multiples of, in bytes. */
#define ROW_ALIGN 64

/* Samples read by the descriptor at a time. */
#define RUN 256

static int plane_count(const DeepfillUnpacker *u)
{
    return u->format.layout == DEEPFILL_GRAY ? 1 : 3;
}

static int columns(const DeepfillUnpacker *u, int plane)
{
    return AV_CEIL_RSHIFT(u->format.width, plane ? u->format.sub_x : 0);
}

static int rows(const DeepfillUnpacker *u, int plane)
{
    return AV_CEIL_RSHIFT(u->format.height, plane ? u->format.sub_y : 0);
}

static int sample_bytes(const DeepfillUnpacker *u)
{
    return u->format.depth > 8 ? 2 : 1;
}

int ff_deepfill_unpacker_open(DeepfillUnpacker *u, enum AVPixelFormat format, const DeepfillFormat *planes)
{
    size_t bytes = 0;

    u->desc   = av_pix_fmt_desc_get(format);
    u->format = *planes;
    for (int c = 0; c < plane_count(u); c++) {
        u->stride[c] = FFALIGN(columns(u, c) * sample_bytes(u), ROW_ALIGN);
        u->offset[c] = bytes;
        bytes += (size_t)u->stride[c] * rows(u, c);
    }
    u->pool = av_buffer_pool_init(bytes, NULL);
    u->row  = av_malloc(u->stride[0]);
    return u->pool && u->row ? 0 : AVERROR(ENOMEM);
}

void ff_deepfill_unpacker_close(DeepfillUnpacker *u)
{
    av_buffer_pool_uninit(&u->pool);
    av_freep(&u->row);
}

/* The greatest value of one depth is that of the other. */
static uint32_t rescale(uint32_t value, int from, int to)
{
    uint64_t old = (UINT64_C(1) << from) - 1, new = (UINT64_C(1) << to) - 1;

    return from == to ? value : (value * new + old / 2) / old;
}

static unsigned code_of(const DeepfillUnpacker *u, int depth, uint32_t value)
{
    if (u->desc->flags & AV_PIX_FMT_FLAG_FLOAT)
        return ff_deepfill_float_code(value, depth);
    return rescale(value, depth, u->format.depth);
}

static uint32_t value_of(const DeepfillUnpacker *u, int depth, unsigned code)
{
    if (u->desc->flags & AV_PIX_FMT_FLAG_FLOAT)
        return ff_deepfill_float_bits(code, depth);
    return rescale(code, u->format.depth, depth);
}

static void store_code(uint8_t *row, int x, int bytes, unsigned code)
{
    if (bytes == 1)
        row[x] = code;
    else
        ((uint16_t *)row)[x] = code;
}

static unsigned load_code(const uint8_t *row, int x, int bytes)
{
    return bytes == 1 ? row[x] : ((const uint16_t *)row)[x];
}

/* Any layout that a descriptor can tell of. */
static void read_described(const DeepfillUnpacker *u, const AVFrame *frame, int c, int y, uint8_t *out)
{
    int width = columns(u, c), bytes = sample_bytes(u), depth = u->desc->comp[c].depth;
    uint32_t values[RUN];

    for (int x = 0; x < width; x += RUN) {
        int count = FFMIN(width - x, RUN);

        av_read_image_line2(values, (const uint8_t **)frame->data, frame->linesize, u->desc, x, y, c, count,
                            0, sizeof(*values));
        for (int i = 0; i < count; i++)
            store_code(out, x + i, bytes, code_of(u, depth, values[i]));
    }
}

static void read_bytes(const uint8_t *in, int step, int width, uint8_t *out)
{
    for (int x = 0; x < width; x++)
        out[x] = in[x * step];
}

static void read_words(const uint8_t *in, int step, int shift, unsigned mask, int width, uint16_t *out)
{
    for (int x = 0; x < width; x++)
        out[x] = AV_RN16(in + x * step) >> shift & mask;
}

/* Read one row of a component's codes: whole bytes and native words, which are most of the world's, apart. */
static void read_row(const DeepfillUnpacker *u, const AVFrame *frame, int c, int y, uint8_t *out)
{
    const AVComponentDescriptor *comp = &u->desc->comp[c];
    const uint8_t *in = frame->data[comp->plane] + (ptrdiff_t)y * frame->linesize[comp->plane] + comp->offset;
    int end    = comp->shift + comp->depth;
    int foreign = u->desc->flags & AV_PIX_FMT_FLAG_FLOAT || comp->depth != u->format.depth;
    int is_be  = !!(u->desc->flags & AV_PIX_FMT_FLAG_BE);

    if (!foreign && end == 8 && !is_be)
        read_bytes(in, comp->step, columns(u, c), out);
    else if (!foreign && end > 8 && end <= 16 && is_be == AV_HAVE_BIGENDIAN)
        read_words(in, comp->step, comp->shift, (1U << comp->depth) - 1, columns(u, c), (uint16_t *)out);
    else
        read_described(u, frame, c, y, out);
}

int ff_deepfill_unpack(DeepfillUnpacker *u, const AVFrame *frame, AVBufferRef **planes, DeepfillImage *image)
{
    *planes = av_buffer_pool_get(u->pool);
    if (!*planes)
        return AVERROR(ENOMEM);
    for (int c = 0; c < plane_count(u); c++) {
        image->data[c]   = (*planes)->data + u->offset[c];
        image->stride[c] = u->stride[c];
        for (int y = 0; y < rows(u, c); y++)
            read_row(u, frame, c, y, image->data[c] + y * u->stride[c]);
    }
    return 0;
}

/* Write one sample's bits, in the unit of 1, 2 or 4 bytes in which av_read_image_line2() looks for them. */
static void write_sample(const AVPixFmtDescriptor *desc, const AVComponentDescriptor *comp, uint8_t *out,
                         uint32_t value)
{
    uint32_t mask = (uint32_t)((UINT64_C(1) << comp->depth) - 1) << comp->shift;
    int is_be = !!(desc->flags & AV_PIX_FMT_FLAG_BE);
    int end   = comp->shift + comp->depth;

    value <<= comp->shift;
    if (end <= 8)
        out[is_be] = (out[is_be] & ~mask) | value;
    else if (end <= 16 && is_be)
        AV_WB16(out, (AV_RB16(out) & ~mask) | value);
    else if (end <= 16)
        AV_WL16(out, (AV_RL16(out) & ~mask) | value);
    else if (is_be)
        AV_WB32(out, (AV_RB32(out) & ~mask) | value);
    else
        AV_WL32(out, (AV_RL32(out) & ~mask) | value);
}

void ff_deepfill_pack(const DeepfillUnpacker *u, AVFrame *frame, const AVBufferRef *planes)
{
    int bytes = sample_bytes(u);

    for (int c = 0; c < plane_count(u); c++) {
        const AVComponentDescriptor *comp = &u->desc->comp[c];

        for (int y = 0; y < rows(u, c); y++) {
            const uint8_t *row = planes->data + u->offset[c] + y * u->stride[c];
            uint8_t *out = frame->data[comp->plane] + (ptrdiff_t)y * frame->linesize[comp->plane] +
                           comp->offset;

            read_row(u, frame, c, y, u->row);
            if (!memcmp(u->row, row, columns(u, c) * bytes))
                continue;
            for (int x = 0; x < columns(u, c); x++) {
                unsigned code = load_code(row, x, bytes);

                if (code != load_code(u->row, x, bytes))
                    write_sample(u->desc, comp, out + (ptrdiff_t)x * comp->step,
                                 value_of(u, comp->depth, code));
            }
        }
    }
}
