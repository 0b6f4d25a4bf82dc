/**
 * @file
 * A decoded frame's planes: as they are, converted by libswscale, turned by copying.
 */
#include "cli/film_planes.h"

#include <errno.h>
#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <string.h>

#include "base.h"

#define FLAGS (SWS_BICUBIC | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP | SWS_ACCURATE_RND | SWS_BITEXACT)

/* ------------------------------------------------------------------------------------- formats -- */

static int count_colours(const AVPixFmtDescriptor *desc)
{
    return desc->nb_components < 3 ? 1 : 3;
}

static int is_rgb(const AVPixFmtDescriptor *desc)
{
    return desc->flags & AV_PIX_FMT_FLAG_RGB || !strncmp(desc->name, "xyz", 3);
}

/** Whether every component is a plane of its own, of native samples of 8 to 16 bits. */
static int is_plain(const AVPixFmtDescriptor *desc)
{
    int depth = desc->comp[0].depth;
    int native = depth == 8 || !!(desc->flags & AV_PIX_FMT_FLAG_BE) == AV_HAVE_BIGENDIAN;
    if (!desc->nb_components || depth < 8 || depth > 16 || !native || desc->log2_chroma_w > 2 ||
        desc->log2_chroma_h > 2 || !strncmp(desc->name, "xyz", 3) ||
        desc->flags & (AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM |
                       AV_PIX_FMT_FLAG_BAYER | AV_PIX_FMT_FLAG_FLOAT))
        return 0;
    for (int c = 0; c < count_colours(desc); c++) {
        const AVComponentDescriptor *comp = &desc->comp[c];
        if (comp->depth != depth || comp->shift || comp->offset || comp->step != (depth > 8 ? 2 : 1))
            return 0;
    }
    return 1;
}

/** The plain format that loses least: the same chroma, 8 or 16 bits, 10 where they are 10. */
static enum AVPixelFormat plain_format(const AVPixFmtDescriptor *desc)
{
    static const enum AVPixelFormat yuv[3][2][3] = { /* by depth, sub_y and sub_x */
        { { AV_PIX_FMT_YUV444P, AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUV411P },
          { AV_PIX_FMT_YUV440P, AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUV420P } },
        { { AV_PIX_FMT_YUV444P10, AV_PIX_FMT_YUV422P10, AV_PIX_FMT_YUV422P10 },
          { AV_PIX_FMT_YUV440P10, AV_PIX_FMT_YUV420P10, AV_PIX_FMT_YUV420P10 } },
        { { AV_PIX_FMT_YUV444P16, AV_PIX_FMT_YUV422P16, AV_PIX_FMT_YUV422P16 },
          { AV_PIX_FMT_YUV444P16, AV_PIX_FMT_YUV420P16, AV_PIX_FMT_YUV420P16 } },
    };
    int deep = desc->comp[0].depth > 8;
    if (is_rgb(desc) || desc->flags & (AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BAYER))
        return deep ? AV_PIX_FMT_GBRP16 : AV_PIX_FMT_GBRP;
    if (count_colours(desc) == 1)
        return deep ? AV_PIX_FMT_GRAY16 : AV_PIX_FMT_GRAY8;
    int depth = !deep ? 0 : desc->comp[0].depth <= 10 ? 1 : 2;
    return yuv[depth][DF_MIN(desc->log2_chroma_h, 1)][DF_MIN(desc->log2_chroma_w, 2)];
}

/** Where a frame does not say, YUV is limited, as everywhere in FFmpeg, and gray is full. */
static int is_full(const AVFrame *frame, const AVPixFmtDescriptor *desc)
{
    if (is_rgb(desc) || !strncmp(desc->name, "yuvj", 4))
        return 1;
    if (frame->color_range == AVCOL_RANGE_UNSPECIFIED)
        return count_colours(desc) == 1;
    return frame->color_range == AVCOL_RANGE_JPEG;
}

static void describe(DeepfillImage *image, const AVFrame *frame, int full, int matrix)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(frame->format);
    int colours = count_colours(desc), rgb = is_rgb(desc), yuv = colours == 3 && !rgb;
    *image = (DeepfillImage){ .format = {
        .width = frame->width, .height = frame->height, .depth = desc->comp[0].depth, .matrix = matrix,
        .layout = rgb ? DEEPFILL_RGB : yuv ? DEEPFILL_YUV : DEEPFILL_GRAY, .full_range = rgb || full,
        .sub_x = yuv ? desc->log2_chroma_w : 0, .sub_y = yuv ? desc->log2_chroma_h : 0,
    } };
    for (int c = 0; c < colours; c++) {
        image->data[c] = frame->data[desc->comp[c].plane];
        image->stride[c] = frame->linesize[desc->comp[c].plane];
    }
}

/* ---------------------------------------------------------------------------------- conversion -- */

/** A frame of a size and format, made once and kept. */
static int take_frame(AVFrame **kept, int width, int height, enum AVPixelFormat format, const char *path)
{
    if (*kept)
        return 0;
    AVFrame *frame = av_frame_alloc();
    if (frame) {
        frame->width = width;
        frame->height = height;
        frame->format = format;
        if (av_frame_get_buffer(frame, 0) < 0)
            av_frame_free(&frame);
    }
    *kept = frame;
    return frame ? 0 : df_error(-ENOMEM, "%s: no memory for a frame of %dx%d pixels", path, width, height);
}

/** Fails where no matrix is involved, after the ranges have been set: as wanted. */
static void keep_range(struct SwsContext *scaler, const AVFrame *frame, int full)
{
    const int *table = sws_getCoefficients(frame->colorspace);
    sws_setColorspaceDetails(scaler, table, full, table, full, 0, 1 << 16, 1 << 16);
}

static int convert(DfFilmPlanes *planes, const AVFrame *frame, int full, const char *path)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(frame->format);
    enum AVPixelFormat format = plain_format(desc);
    if (!planes->scaler) {
        if (sws_isSupportedInput(frame->format) > 0)
            planes->scaler = sws_getContext(frame->width, frame->height, frame->format, frame->width,
                                            frame->height, format, FLAGS, NULL, NULL, NULL);
        if (!planes->scaler)
            return df_error(-EINVAL, "%s: its pixel format %s cannot be converted", path, desc->name);
        keep_range(planes->scaler, frame, full);
    }
    int ret = take_frame(&planes->plain, frame->width, frame->height, format, path);
    if (!ret && sws_scale(planes->scaler, (const uint8_t *const *)frame->data, frame->linesize, 0, frame->height,
                          planes->plain->data, planes->plain->linesize) < 0)
        ret = df_error(-EINVAL, "%s: its pixel format %s cannot be converted", path, desc->name);
    return ret;
}

/* ------------------------------------------------------------------------------------- turning -- */

/** The format whose chroma is subsampled the other way round. */
static enum AVPixelFormat sideways(enum AVPixelFormat format)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(format), *other = NULL;
    while (desc->log2_chroma_w != desc->log2_chroma_h && (other = av_pix_fmt_desc_next(other)))
        if (is_plain(other) && other->nb_components == desc->nb_components && is_rgb(other) == is_rgb(desc) &&
            other->comp[0].depth == desc->comp[0].depth && other->log2_chroma_w == desc->log2_chroma_h &&
            other->log2_chroma_h == desc->log2_chroma_w)
            return av_pix_fmt_desc_get_id(other);
    return desc->log2_chroma_w == desc->log2_chroma_h ? format : AV_PIX_FMT_NONE;
}

/** A plane of width x height samples as it is to be shown, from the stored one. */
static void turn_plane(uint8_t *to, ptrdiff_t to_stride, const uint8_t *from, ptrdiff_t from_stride, int width,
                       int height, int bytes, int rotation)
{
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            int u = rotation == 90 ? y : rotation == 180 ? width - 1 - x : height - 1 - y;
            int v = rotation == 90 ? width - 1 - x : rotation == 180 ? height - 1 - y : x;
            memcpy(to + y * to_stride + x * bytes, from + v * from_stride + u * bytes, bytes);
        }
}

static int turn(DfFilmPlanes *planes, const AVFrame *frame, const char *path)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(frame->format);
    int quarter = planes->rotation != 180;
    enum AVPixelFormat format = quarter ? sideways(frame->format) : frame->format;
    if (format == AV_PIX_FMT_NONE)
        return df_error(-EINVAL, "%s: frames of pixel format %s cannot be turned", path, desc->name);
    int width = quarter ? frame->height : frame->width, height = quarter ? frame->width : frame->height;
    int ret = take_frame(&planes->turned, width, height, format, path);
    if (ret < 0)
        return ret;
    const AVPixFmtDescriptor *shown = av_pix_fmt_desc_get(format);
    for (int c = 0; c < count_colours(desc); c++) {
        int yuv_chroma = c && !is_rgb(desc), to = shown->comp[c].plane, from = desc->comp[c].plane;
        turn_plane(planes->turned->data[to], planes->turned->linesize[to], frame->data[from], frame->linesize[from],
                   AV_CEIL_RSHIFT(width, yuv_chroma ? shown->log2_chroma_w : 0),
                   AV_CEIL_RSHIFT(height, yuv_chroma ? shown->log2_chroma_h : 0), desc->comp[0].depth > 8 ? 2 : 1,
                   planes->rotation);
    }
    return 0;
}

int df_film_planes(DfFilmPlanes *planes, DeepfillImage *image, AVFrame *frame, const char *path)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(frame->format);
    int full = is_full(frame, desc), ret = 0;
    AVFrame *from = frame;
    if (!is_plain(desc)) {
        ret = convert(planes, frame, full, path);
        from = planes->plain;
    }
    if (!ret && planes->rotation) {
        ret = turn(planes, from, path);
        from = planes->turned;
    }
    if (!ret)
        describe(image, from, full, frame->colorspace);
    return ret;
}

void df_film_planes_free(DfFilmPlanes *planes)
{
    sws_freeContext(planes->scaler);
    av_frame_free(&planes->plain);
    av_frame_free(&planes->turned);
    *planes = (DfFilmPlanes){ 0 };
}
