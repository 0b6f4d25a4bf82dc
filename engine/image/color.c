/**
 * @file
 * Colour conversion and scaling by zimg; the only file that includes its header. zimg wants rows aligned
 * to the widest SIMD registers, and sizes that the chroma subsampling divides: boxes are made so.
 */
#include "image/color.h"

#include <errno.h>
#include <zimg.h>

#include "cpu.h"

struct DfColor {
    DfColorKey key;
    zimg_filter_graph *to_float, *from_float;
    size_t temporary;   /* bytes that the greedier graph needs */
    DeepfillFormat net; /* float planes, as if of 8 bits: only counts are taken from it */
};

/** From this many lines on a video without a named matrix is taken for high definition. */
#define HD_LINES 720

DeepfillFormat df_color_resolve(DeepfillFormat format)
{
    switch (format.layout == DEEPFILL_YUV ? format.matrix : DEEPFILL_MATRIX_BT709) {
    case DEEPFILL_MATRIX_BT709:
    case DEEPFILL_MATRIX_FCC:
    case DEEPFILL_MATRIX_BT470BG:
    case DEEPFILL_MATRIX_SMPTE170M:
    case DEEPFILL_MATRIX_SMPTE240M:
    case DEEPFILL_MATRIX_YCGCO:
    case DEEPFILL_MATRIX_BT2020_NCL:
        break;
    default:
        format.matrix = format.height >= HD_LINES ? DEEPFILL_MATRIX_BT709 : DEEPFILL_MATRIX_SMPTE170M;
    }
    return format;
}

static int zimg_failed(const DfColorKey *key)
{
    char words[256] = "";
    int code = zimg_get_last_error(words, sizeof words);

    if (code == ZIMG_ERROR_OUT_OF_MEMORY)
        return df_error(-ENOMEM, "no memory to convert boxes of %dx%d pixels", key->format.width,
                        key->format.height);
    return df_error(-EINVAL, "zimg cannot convert boxes of %dx%d pixels to %dx%d: %s", key->format.width,
                    key->format.height, key->net_width, key->net_height, words);
}

static zimg_image_format native_format(const DeepfillFormat *format)
{
    zimg_image_format z;

    zimg_image_format_default(&z, ZIMG_API_VERSION);
    z.width = format->width;
    z.height = format->height;
    z.pixel_type = format->depth > 8 ? ZIMG_PIXEL_WORD : ZIMG_PIXEL_BYTE;
    z.depth = format->depth;
    z.pixel_range = format->full_range ? ZIMG_RANGE_FULL : ZIMG_RANGE_LIMITED;
    z.color_family = ZIMG_COLOR_GREY;
    if (format->layout == DEEPFILL_RGB) {
        z.color_family = ZIMG_COLOR_RGB;
        z.matrix_coefficients = ZIMG_MATRIX_RGB;
        z.pixel_range = ZIMG_RANGE_FULL;
    } else if (format->layout == DEEPFILL_YUV) {
        z.color_family = ZIMG_COLOR_YUV;
        z.matrix_coefficients = (zimg_matrix_coefficients_e)format->matrix;
        z.subsample_w = format->sub_x;
        z.subsample_h = format->sub_y;
    }
    return z;
}

static zimg_image_format net_format(const DfColorKey *key)
{
    zimg_image_format z;

    zimg_image_format_default(&z, ZIMG_API_VERSION);
    z.width = key->net_width;
    z.height = key->net_height;
    z.pixel_type = ZIMG_PIXEL_FLOAT;
    z.pixel_range = ZIMG_RANGE_FULL;
    z.color_family = ZIMG_COLOR_GREY;
    if (key->format.layout != DEEPFILL_GRAY) {
        z.color_family = ZIMG_COLOR_RGB;
        z.matrix_coefficients = ZIMG_MATRIX_RGB;
    }
    return z;
}

/** Build one graph and raise `temporary` to what it needs. */
static int build(DfColor *color, zimg_filter_graph **graph, const zimg_image_format *from,
                 const zimg_image_format *to)
{
    zimg_graph_builder_params params;
    size_t bytes;

    zimg_graph_builder_params_default(&params, ZIMG_API_VERSION);
    params.cpu_type = df_cpu_level() == DF_CPU_C ? ZIMG_CPU_NONE : ZIMG_CPU_AUTO;
    *graph = zimg_filter_graph_build(from, to, &params);
    if (!*graph || zimg_filter_graph_get_tmp_size(*graph, &bytes) != ZIMG_ERROR_SUCCESS)
        return zimg_failed(&color->key);
    color->temporary = DF_MAX(color->temporary, df_size_align(bytes));
    return 0;
}

int df_color_create(DfColor **color_out, const DfColorKey *key)
{
    DfColor *color = df_alloc(sizeof *color);
    zimg_image_format native = native_format(&key->format), net = net_format(key);
    int ret = -ENOMEM;

    if (!color)
        return ret;
    color->key = *key;
    /* A float is as wide as four bytes: planes of one byte a sample and four times the width. */
    color->net = (DeepfillFormat){ .layout = key->format.layout, .depth = 8 };
    if ((ret = build(color, &color->to_float, &native, &net)) < 0 ||
        (ret = build(color, &color->from_float, &net, &native)) < 0)
        goto fail;
    *color_out = color;
    return 0;
fail:
    df_color_close(&color);
    return ret;
}

void df_color_close(DfColor **color)
{
    if (!color || !*color)
        return;
    zimg_filter_graph_free((*color)->to_float);
    zimg_filter_graph_free((*color)->from_float);
    df_free(*color);
    *color = NULL;
}

const DfColorKey *df_color_key(const DfColor *color)
{
    return &color->key;
}

static size_t net_bytes(const DfColor *color)
{
    return df_planes_bytes(&color->net, 4 * color->key.net_width, color->key.net_height);
}

size_t df_color_bytes(const DfColor *color)
{
    return df_size_add(net_bytes(color), color->temporary);
}

static zimg_image_buffer_const read_from(const DfPlanes *planes)
{
    zimg_image_buffer_const buffer = { .version = ZIMG_API_VERSION };

    for (int p = 0; p < 3; p++) {
        buffer.plane[p].data = planes->data[p];
        buffer.plane[p].stride = planes->stride[p];
        buffer.plane[p].mask = ZIMG_BUFFER_MAX;
    }
    return buffer;
}

static zimg_image_buffer write_to(const DfPlanes *planes)
{
    zimg_image_buffer buffer = { .version = ZIMG_API_VERSION };

    for (int p = 0; p < 3; p++) {
        buffer.plane[p].data = planes->data[p];
        buffer.plane[p].stride = planes->stride[p];
        buffer.plane[p].mask = ZIMG_BUFFER_MAX;
    }
    return buffer;
}

/** Run a graph; the float planes begin the memory, what zimg needs for itself follows. */
static int process(const DfColor *color, const zimg_filter_graph *graph, void *memory, const DfPlanes *from,
                   const DfPlanes *to)
{
    zimg_image_buffer_const source = read_from(from);
    zimg_image_buffer target = write_to(to);
    void *temporary = (uint8_t *)memory + net_bytes(color);

    int code = zimg_filter_graph_process(graph, &source, &target, temporary, NULL, NULL, NULL, NULL);

    return code == ZIMG_ERROR_SUCCESS ? 0 : zimg_failed(&color->key);
}

int df_color_to_rgb(const DfColor *color, void *memory, const DfPlanes *planes, float *rgb)
{
    int width = color->key.net_width, gray = color->key.format.layout == DEEPFILL_GRAY;
    DfPlanes net;

    df_planes_carve(&net, &color->net, 4 * width, color->key.net_height, memory);
    int ret = process(color, color->to_float, memory, planes, &net);
    if (ret < 0)
        return ret;
    for (ptrdiff_t y = 0; y < color->key.net_height; y++) {
        for (int c = 0; c < 3; c++) {
            const float *from = (const float *)(net.data[gray ? 0 : c] + y * net.stride[gray ? 0 : c]);
            float *to = rgb + y * width * 3 + c;
            for (int x = 0; x < width; x++)
                to[3 * x] = from[x] * 2 - 1;
        }
    }
    return 0;
}

static void split_row(const float *rgb, int width, int channel, float *to)
{
    for (int x = 0; x < width; x++)
        to[x] = (rgb[3 * x + channel] + 1) * 0.5f;
}

/** The luma of BT.601: channels of a gray picture are near equal anyway. */
static void luma_row(const float *rgb, int width, float *to)
{
    for (int x = 0; x < width; x++)
        to[x] = (0.299f * rgb[3 * x] + 0.587f * rgb[3 * x + 1] + 0.114f * rgb[3 * x + 2] + 1) * 0.5f;
}

int df_color_from_rgb(const DfColor *color, void *memory, const float *rgb, const DfPlanes *planes)
{
    int width = color->key.net_width, gray = color->key.format.layout == DEEPFILL_GRAY;
    DfPlanes net;

    df_planes_carve(&net, &color->net, 4 * width, color->key.net_height, memory);
    for (ptrdiff_t y = 0; y < color->key.net_height; y++) {
        const float *row = rgb + y * width * 3;
        if (gray)
            luma_row(row, width, (float *)(net.data[0] + y * net.stride[0]));
        for (int c = 0; !gray && c < 3; c++)
            split_row(row, width, c, (float *)(net.data[c] + y * net.stride[c]));
    }
    return process(color, color->from_float, memory, &net, planes);
}
