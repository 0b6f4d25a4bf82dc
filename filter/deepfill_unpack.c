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
#include "deepfill_frame.h"
#include "deepfill_unpack.h"

/* Rows of planes begin at multiples of this many bytes. */
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

static int is_native(const AVPixFmtDescriptor *desc)
{
    return !!(desc->flags & AV_PIX_FMT_FLAG_BE) == AV_HAVE_BIGENDIAN;
}

/** The component's values are the plane's codes: nothing has to be scaled. */
static int is_plain(const DeepfillUnpacker *u, int c)
{
    return !(u->desc->flags & AV_PIX_FMT_FLAG_FLOAT) && u->desc->comp[c].depth == u->format.depth;
}

/** A component that lies in a plane of its own as libdeepfill wants it, such as nv12's luma. */
static int is_in_place(const DeepfillUnpacker *u, int c)
{
    return ff_deepfill_is_plane(u->desc, c, u->format.depth);
}

int ff_deepfill_unpacker_open(DeepfillUnpacker *u, enum AVPixelFormat format, const DeepfillFormat *planes)
{
    size_t bytes = 0;

    u->desc   = av_pix_fmt_desc_get(format);
    u->format = *planes;
    for (int c = 0; c < plane_count(u); c++) {
        if (is_in_place(u, c))
            continue;
        u->stride[c] = FFALIGN(columns(u, c) * sample_bytes(u), ROW_ALIGN);
        u->offset[c] = bytes;
        bytes += (size_t)u->stride[c] * rows(u, c);
    }
    u->pool = av_buffer_pool_init(bytes, NULL);
    u->row  = av_malloc(planes->width * sample_bytes(u));
    return u->pool && u->row ? 0 : AVERROR(ENOMEM);
}

void ff_deepfill_unpacker_close(DeepfillUnpacker *u)
{
    av_buffer_pool_uninit(&u->pool);
    av_freep(&u->row);
}

/** The greatest value of one depth is that of the other. */
static uint32_t rescale(uint32_t value, int from, int to)
{
    uint64_t old = (UINT64_C(1) << from) - 1, new = (UINT64_C(1) << to) - 1;

    return from == to ? value : (value * new + old / 2) / old;
}

static uint32_t value_of(const DeepfillUnpacker *u, int depth, unsigned code)
{
    if (u->desc->flags & AV_PIX_FMT_FLAG_FLOAT)
        return ff_deepfill_float_bits(code, depth);
    return rescale(code, u->format.depth, depth);
}

static unsigned load_code(const uint8_t *row, int x, int bytes)
{
    return bytes == 1 ? row[x] : ((const uint16_t *)row)[x];
}

static const uint8_t *component_row(const AVFrame *frame, const AVComponentDescriptor *comp, int y)
{
    return frame->data[comp->plane] + (ptrdiff_t)y * frame->linesize[comp->plane] + comp->offset;
}

/** Any layout that a descriptor can tell of. */
static void read_values(const DeepfillUnpacker *u, const AVFrame *frame, int c, int x, int y, int count,
                        uint32_t *values)
{
    const AVComponentDescriptor *comp = &u->desc->comp[c];
    const uint8_t *in = component_row(frame, comp, y) + (ptrdiff_t)x * comp->step;

    if (comp->depth == 32 && is_native(u->desc))
        for (int i = 0; i < count; i++)
            values[i] = AV_RN32(in + i * comp->step);
    else
        av_read_image_line2(values, (const uint8_t **)frame->data, frame->linesize, u->desc, x, y, c, count,
                            0, sizeof(*values));
}

static void read_described(const DeepfillUnpacker *u, const AVFrame *frame, int c, int y, uint8_t *row)
{
    int width = columns(u, c), depth = u->desc->comp[c].depth;
    uint32_t values[RUN];

    for (int x = 0; x < width; x += RUN) {
        int count = FFMIN(width - x, RUN);

        read_values(u, frame, c, x, y, count, values);
        if (u->desc->flags & AV_PIX_FMT_FLAG_FLOAT)
            ff_deepfill_float_codes((uint16_t *)row + x, values, count, depth);
        else if (sample_bytes(u) == 1)
            for (int i = 0; i < count; i++)
                row[x + i] = rescale(values[i], depth, u->format.depth);
        else
            for (int i = 0; i < count; i++)
                ((uint16_t *)row)[x + i] = rescale(values[i], depth, u->format.depth);
    }
}

/** Inlined for each step that occurs: with a constant one it is twice as fast. */
static av_always_inline void read_bytes_by(int step, const uint8_t *in, int width, uint8_t *row)
{
    int x;

    for (x = 0; x + 4 <= width; x += 4, in += 4 * step) {
        row[x]     = in[0];
        row[x + 1] = in[step];
        row[x + 2] = in[2 * step];
        row[x + 3] = in[3 * step];
    }
    for (; x < width; x++, in += step)
        row[x] = *in;
}

static void read_bytes(const uint8_t *in, int step, int width, uint8_t *row)
{
    switch (step) {
    case 2:  read_bytes_by(2, in, width, row);    break;
    case 3:  read_bytes_by(3, in, width, row);    break;
    case 4:  read_bytes_by(4, in, width, row);    break;
    default: read_bytes_by(step, in, width, row); break;
    }
}

static void read_words(const uint8_t *in, int step, int shift, unsigned mask, int width, uint16_t *row)
{
    for (int x = 0; x < width; x++, in += step)
        row[x] = AV_RN16(in) >> shift & mask;
}

/** Read one row of a component's codes: whole bytes and native words, which most video has, apart. */
static void read_row(const DeepfillUnpacker *u, const AVFrame *frame, int c, int y, uint8_t *row)
{
    const AVComponentDescriptor *comp = &u->desc->comp[c];
    const uint8_t *in = component_row(frame, comp, y);
    int end = comp->shift + comp->depth;

    if (is_plain(u, c) && end == 8 && !(u->desc->flags & AV_PIX_FMT_FLAG_BE))
        read_bytes(in, comp->step, columns(u, c), row);
    else if (is_plain(u, c) && end > 8 && end <= 16 && is_native(u->desc))
        read_words(in, comp->step, comp->shift, (1U << comp->depth) - 1, columns(u, c), (uint16_t *)row);
    else
        read_described(u, frame, c, y, row);
}

int ff_deepfill_unpack(DeepfillUnpacker *u, const AVFrame *frame, AVBufferRef **planes, DeepfillImage *image)
{
    *planes = av_buffer_pool_get(u->pool);
    if (!*planes)
        return AVERROR(ENOMEM);
    for (int c = 0; c < plane_count(u); c++) {
        if (is_in_place(u, c))
            continue;
        image->data[c]   = (*planes)->data + u->offset[c];
        image->stride[c] = u->stride[c];
        for (int y = 0; y < rows(u, c); y++)
            read_row(u, frame, c, y, image->data[c] + y * u->stride[c]);
    }
    return 0;
}

/** Write one sample's bits, in the unit of 1, 2 or 4 bytes in which av_read_image_line2() looks for them. */
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

/** Codes that may be written. */
typedef struct Limits {
    unsigned least, greatest;
} Limits;

/**
 * Integers end where their codes do. Of floats the codes reach far beyond most pictures, and what overshoots
 * in a fill would glare: no sample gets darker or brighter than what the frame has in the same rows.
 */
static Limits find_limits(const DeepfillUnpacker *u, const AVFrame *frame, int c, int first_row, int end_row)
{
    Limits limits = { 0xffff, 0 };

    if (!(u->desc->flags & AV_PIX_FMT_FLAG_FLOAT))
        return (Limits){ 0, (1U << u->format.depth) - 1 };
    for (int y = first_row; y < end_row; y++) {
        read_row(u, frame, c, y, u->row);
        for (int x = 0; x < columns(u, c); x++) {
            unsigned code = load_code(u->row, x, 2);

            limits.least    = FFMIN(limits.least, code);
            limits.greatest = FFMAX(limits.greatest, code);
        }
    }
    return limits;
}

static void pack_row(const DeepfillUnpacker *u, AVFrame *frame, int c, int y, const uint8_t *row,
                     Limits limits)
{
    const AVComponentDescriptor *comp = &u->desc->comp[c];
    uint8_t *out = (uint8_t *)component_row(frame, comp, y);
    int bytes = sample_bytes(u);

    read_row(u, frame, c, y, u->row);
    if (!memcmp(u->row, row, columns(u, c) * bytes))
        return;
    for (int x = 0; x < columns(u, c); x++, out += comp->step) {
        unsigned old = load_code(u->row, x, bytes), code = load_code(row, x, bytes);

        code = av_clip(code, limits.least, limits.greatest);
        if (code != old)
            write_sample(u->desc, comp, out, value_of(u, comp->depth, code));
    }
}

void ff_deepfill_pack(const DeepfillUnpacker *u, AVFrame *frame, const AVBufferRef *planes, int first_row,
                      int end_row)
{
    for (int c = 0; c < plane_count(u); c++) {
        int sub = c ? u->format.sub_y : 0;
        int first = first_row >> sub, end = AV_CEIL_RSHIFT(end_row, sub);
        Limits limits;

        if (is_in_place(u, c))
            continue;
        limits = find_limits(u, frame, c, first, end);
        for (int y = first; y < end; y++)
            pack_row(u, frame, c, y, planes->data + u->offset[c] + y * u->stride[c], limits);
    }
}
