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
 * A decoded mask picture as 8-bit full-range grey.
 *
 * Video usually says "black" with 16 and "white" with 235. Taken as they are,
 * the first would be a hole to a low threshold and the second none to a high
 * one, so luma of limited range is stretched to the full one.
 */

#include "libavutil/common.h"
#include "libavutil/imgutils.h"
#include "libavutil/mem.h"
#include "libavutil/opt.h"
#include "libavutil/pixdesc.h"
#include "libavcodec/codec_desc.h"
#include "libswscale/swscale.h"

#include "deepfill_mask_gray.h"

struct DeepfillGray {
    struct SwsContext *sws;
    int width, height, src_format, dst_format, full; ///< what sws was made for
    AVFrame *pair; ///< ya8: luma beside alpha
};

DeepfillGray *ff_deepfill_gray_alloc(void)
{
    return av_mallocz(sizeof(DeepfillGray));
}

int ff_deepfill_has_alpha(enum AVPixelFormat format)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(format);

    return format == AV_PIX_FMT_PAL8 || (desc && desc->flags & AV_PIX_FMT_FLAG_ALPHA);
}

static int is_gray(enum AVPixelFormat format)
{
    return av_pix_fmt_desc_get(format)->nb_components <= 2 && format != AV_PIX_FMT_PAL8;
}

/** The yuvj formats, which mean full range by their name, as the formats that they are otherwise. */
static enum AVPixelFormat plain_format(enum AVPixelFormat format, int *full)
{
    static const enum AVPixelFormat forms[][2] = {
        { AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUV420P }, { AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUV422P },
        { AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_YUV444P }, { AV_PIX_FMT_YUVJ440P, AV_PIX_FMT_YUV440P },
        { AV_PIX_FMT_YUVJ411P, AV_PIX_FMT_YUV411P },
    };

    for (int i = 0; i < FF_ARRAY_ELEMS(forms); i++)
        if (format == forms[i][0]) {
            *full = 1;
            return forms[i][1];
        }
    return format;
}

/**
 * Where neither picture nor stream say so, YUV is limited, as everywhere in FFmpeg; gray is full, except
 * from codecs for film (those that reorder pictures), whose gray is a YUV without chroma.
 */
static int is_full(const AVFrame *picture, const AVCodecContext *decoder)
{
    const AVCodecDescriptor *codec = avcodec_descriptor_get(decoder->codec_id);

    if (picture->color_range != AVCOL_RANGE_UNSPECIFIED)
        return picture->color_range == AVCOL_RANGE_JPEG;
    return is_gray(picture->format) && !(codec && codec->props & AV_CODEC_PROP_REORDER);
}

static int prepare_sws(DeepfillGray *g, const AVFrame *picture, enum AVPixelFormat src,
                       enum AVPixelFormat dst, int full, void *log)
{
    const int *table = sws_getCoefficients(SWS_CS_DEFAULT);

    if (g->sws && g->width == picture->width && g->height == picture->height && g->src_format == src &&
        g->dst_format == dst && g->full == full)
        return 0;
    sws_freeContext(g->sws);
    g->sws = sws_getContext(picture->width, picture->height, src, picture->width, picture->height, dst,
                            SWS_POINT | SWS_ACCURATE_RND | SWS_BITEXACT, NULL, NULL, NULL);
    if (!g->sws) {
        av_log(log, AV_LOG_ERROR, "No conversion from %s to gray.\n", av_get_pix_fmt_name(src));
        return AVERROR(ENOSYS);
    }
    /* Fails where no matrix is involved, after the ranges have been set: as wanted. */
    sws_setColorspaceDetails(g->sws, table, full, table, 1, 0, 1 << 16, 1 << 16);
    g->width      = picture->width;
    g->height     = picture->height;
    g->src_format = src;
    g->dst_format = dst;
    g->full       = full;
    return 0;
}

AVFrame *ff_deepfill_gray_new(int width, int height, enum AVPixelFormat format)
{
    AVFrame *frame = av_frame_alloc();

    if (!frame)
        return NULL;
    frame->width  = width;
    frame->height = height;
    frame->format = format;
    if (av_frame_get_buffer(frame, 0) < 0)
        av_frame_free(&frame);
    return frame;
}

/** libswscale takes every gray for full: what is not is stretched here. */
static void stretch(AVFrame *frame, int step)
{
    for (int y = 0; y < frame->height; y++) {
        uint8_t *row = frame->data[0] + y * frame->linesize[0];

        for (int x = 0; x < frame->width; x++)
            row[x * step] = av_clip_uint8(((row[x * step] - 16) * 255 + 109) / 219);
    }
}

static void join_alpha(AVFrame *gray, const AVFrame *pair, int alpha_only)
{
    for (int y = 0; y < gray->height; y++) {
        uint8_t *dst       = gray->data[0] + y * gray->linesize[0];
        const uint8_t *src = pair->data[0] + y * pair->linesize[0];

        for (int x = 0; x < gray->width; x++)
            dst[x] = alpha_only ? src[2 * x + 1] : (src[2 * x] * src[2 * x + 1] + 127) / 255;
    }
}

/** Room for luma beside alpha, kept from picture to picture. */
static AVFrame *pair_for(DeepfillGray *g, const AVFrame *picture)
{
    if (g->pair && (g->pair->width != picture->width || g->pair->height != picture->height))
        av_frame_free(&g->pair);
    if (!g->pair)
        g->pair = ff_deepfill_gray_new(picture->width, picture->height, AV_PIX_FMT_YA8);
    return g->pair;
}

void ff_deepfill_gray_range(const AVFrame *picture, int first, int step, int *least, int *most)
{
    *least = 255;
    *most  = 0;
    for (int y = 0; y < picture->height; y++) {
        const uint8_t *row = picture->data[0] + y * picture->linesize[0] + first;

        for (int x = 0; x < picture->width; x++) {
            *least = FFMIN(*least, row[x * step]);
            *most  = FFMAX(*most, row[x * step]);
        }
    }
}

static void look_at(const AVFrame *target, int alpha, DeepfillLook *look)
{
    ff_deepfill_gray_range(target, 0, alpha ? 2 : 1, &look->least, &look->most);
    look->alpha_least = look->alpha_most = 255;
    if (alpha)
        ff_deepfill_gray_range(target, 1, 2, &look->alpha_least, &look->alpha_most);
}

int ff_deepfill_gray_convert(DeepfillGray *g, const AVFrame *picture, AVCodecContext *decoder,
                             int alpha_only, AVFrame **out, DeepfillLook *look)
{
    int full  = is_full(picture, decoder);
    int alpha = ff_deepfill_has_alpha(picture->format);
    enum AVPixelFormat src = plain_format(picture->format, &full);
    AVFrame *gray   = ff_deepfill_gray_new(picture->width, picture->height, AV_PIX_FMT_GRAY8);
    AVFrame *target = alpha ? pair_for(g, picture) : gray;
    int ret;

    if (!gray || !target) {
        ret = AVERROR(ENOMEM);
        goto fail;
    }
    ret = prepare_sws(g, picture, src, target->format, full, decoder);
    if (ret < 0)
        goto fail;
    sws_scale(g->sws, (const uint8_t *const *)picture->data, picture->linesize, 0, picture->height,
              target->data, target->linesize);
    if (is_gray(src) && !full)
        stretch(target, alpha ? 2 : 1);
    if (look)
        look_at(target, alpha, look);
    if (alpha)
        join_alpha(gray, target, alpha_only);
    *out = gray;
    return 0;

fail:
    av_frame_free(&gray);
    return ret;
}

void ff_deepfill_gray_free(DeepfillGray **gray)
{
    DeepfillGray *g = *gray;

    if (!g)
        return;
    sws_freeContext(g->sws);
    av_frame_free(&g->pair);
    av_freep(gray);
}
