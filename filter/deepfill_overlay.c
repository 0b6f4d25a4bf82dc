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
 * The overlay file of the deepfill filter.
 */

#include <string.h>

#include "libavutil/error.h"
#include "libavutil/log.h"
#include "libavutil/mem.h"
#include "libavutil/pixdesc.h"
#include "libavformat/avio.h"
#include "libswscale/swscale.h"

#include "deepfill_mask_checksum.h"
#include "deepfill_overlay.h"

/** What a logo data file begins with. */
#define LGD_MAGIC "<logo data file"

/** More bytes than a logo data file of one logo has: 4096x4096 pixels. */
#define LGD_MOST_BYTES (200 << 20)

static int is_lgd(const char *url)
{
    uint8_t head[sizeof(LGD_MAGIC) - 1];
    AVIOContext *io;
    int size;

    if (avio_open(&io, url, AVIO_FLAG_READ) < 0)
        return 0;
    size = avio_read(io, head, sizeof(head));
    avio_closep(&io);
    return (size == sizeof(head) && !memcmp(head, LGD_MAGIC, sizeof(head))) ||
           (strlen(url) > 4 && !strcmp(url + strlen(url) - 4, ".lgd"));
}

static int refuse(const DeepfillSourceSettings *file, int error)
{
    av_log(file->log, AV_LOG_ERROR, "The overlay '%s' cannot be used: %s.\n", file->url, deepfill_error());
    return error;
}

static int read_lgd(DeepfillOverlay **overlay, const DeepfillSourceSettings *file)
{
    AVIOContext *io = NULL;
    uint8_t *data = NULL;
    int64_t size;
    int ret = avio_open(&io, file->url, AVIO_FLAG_READ);

    if (ret < 0 || (size = avio_size(io)) < 0 || size > LGD_MOST_BYTES) {
        av_log(file->log, AV_LOG_ERROR, "The overlay '%s' cannot be read (%s).\n", file->url,
               ret < 0 ? av_err2str(ret) : "it is no file of a size that a logo has");
        ret = ret < 0 ? ret : AVERROR_INVALIDDATA;
    } else if (!(data = av_malloc(size + 1))) {
        ret = AVERROR(ENOMEM);
    } else {
        size = avio_read(io, data, size);
        ret  = deepfill_overlay_read(overlay, file->width, file->height, data, FFMAX(size, 0));
        ret  = ret < 0 ? refuse(file, ret) : 0;
    }
    av_free(data);
    avio_closep(&io);
    return ret;
}

/** Decode the first picture. */
static int decode_picture(const DeepfillSourceSettings *settings, AVFrame *frame)
{
    DeepfillMaskFile file = { 0 };
    AVPacket *packet = av_packet_alloc();
    int ret = packet ? ff_deepfill_file_open(&file, settings) : AVERROR(ENOMEM);

    if (ret < 0)
        goto done;
    while ((ret = avcodec_receive_frame(file.decoder, frame)) == AVERROR(EAGAIN)) {
        ret = ff_deepfill_file_read(&file, packet);
        if (ret < 0 && ret != AVERROR_EOF)
            goto done;
        if (ret >= 0 && !ff_deepfill_packet_is_whole(file.format->streams[file.stream]->codecpar, packet))
            ret = AVERROR_INVALIDDATA;
        else
            ret = avcodec_send_packet(file.decoder, ret < 0 ? NULL : packet);
        av_packet_unref(packet);
        if (ret < 0)
            break;
    }
    if (ret >= 0 && (frame->flags & AV_FRAME_FLAG_CORRUPT || frame->decode_error_flags))
        ret = AVERROR_INVALIDDATA;
    if (ret < 0) {
        av_log(settings->log, AV_LOG_ERROR, "The picture of the overlay '%s' cannot be decoded: check it with "
               "ffmpeg -i.\n", settings->url);
        ret = AVERROR_INVALIDDATA;
    }
done:
    ff_deepfill_file_close(&file);
    av_packet_free(&packet);
    return ret;
}

/** Whether samples are colours and opacity by themselves, in whole numbers. */
static int is_direct(const AVPixFmtDescriptor *desc)
{
    return !(desc->flags & AV_PIX_FMT_FLAG_FLOAT) &&
           (desc->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL) || desc->nb_components == 2);
}

/** Read a row of palette indices, colours or gray; swscale would be off by some thousandths. @param line  a row */
static void read_row(const AVFrame *frame, const AVPixFmtDescriptor *desc, int y, uint16_t *line, uint16_t *rgba)
{
    const uint32_t *palette = (const uint32_t *)frame->data[1];
    int most = (1 << desc->comp[0].depth) - 1;

    for (int i = 0; i < 4; i++) {
        int c = desc->nb_components > 2 ? i : i == 3 ? desc->nb_components - 1 : 0;

        av_read_image_line(line, (const uint8_t **)frame->data, frame->linesize, desc, 0, y, c, frame->width, 0);
        for (int x = 0; x < frame->width; x++)
            rgba[4 * x + i] = desc->flags & AV_PIX_FMT_FLAG_PAL ?
                              257 * (palette[line[x]] >> (i < 3 ? 16 - 8 * i : 24) & 255) :
                              (line[x] * 65535U + most / 2) / most;
    }
}

static int read_rows(const AVFrame *frame, const AVPixFmtDescriptor *desc, AVFrame *rgba)
{
    uint16_t *line = av_malloc_array(frame->width, sizeof(*line));

    if (!line)
        return AVERROR(ENOMEM);
    for (int y = 0; y < frame->height; y++)
        read_row(frame, desc, y, line, (uint16_t *)(rgba->data[0] + y * rgba->linesize[0]));
    av_free(line);
    return 0;
}

static int scale_rows(const AVFrame *frame, AVFrame *rgba)
{
    struct SwsContext *sws = sws_getContext(frame->width, frame->height, frame->format, frame->width, frame->height,
                                            rgba->format, SWS_POINT | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP, NULL, NULL,
                                            NULL);
    int ret;

    if (!sws)
        return AVERROR(ENOSYS);
    ret = sws_scale(sws, (const uint8_t *const *)frame->data, frame->linesize, 0, frame->height, rgba->data,
                    rgba->linesize);
    sws_freeContext(sws);
    return ret < 0 ? ret : 0;
}

/** 16 bits a sample, so that fine steps of opacity are kept. */
static int to_rgba64(const AVFrame *frame, AVFrame *rgba)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(frame->format);
    int ret;

    rgba->format = AV_PIX_FMT_RGBA64;
    rgba->width  = frame->width;
    rgba->height = frame->height;
    if ((ret = av_frame_get_buffer(rgba, 0)) < 0)
        return ret;
    return is_direct(desc) ? read_rows(frame, desc, rgba) : scale_rows(frame, rgba);
}

static int has_alpha(const AVFrame *frame)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(frame->format);

    return !!(desc->flags & (AV_PIX_FMT_FLAG_ALPHA | AV_PIX_FMT_FLAG_PAL));
}

static int check_picture(const DeepfillSourceSettings *file, const AVFrame *frame, int is_placed)
{
    if (!has_alpha(frame)) {
        av_log(file->log, AV_LOG_ERROR, "The overlay '%s' (%s) has no alpha plane, which tells its opacity: what is "
               "opaque needs no overlay but a mask, deepfill=MASK.\n", file->url, av_get_pix_fmt_name(frame->format));
        return AVERROR(EINVAL);
    }
    if (is_placed || (frame->width == file->width && frame->height == file->height))
        return 0;
    av_log(file->log, AV_LOG_ERROR, "The overlay '%s' is %dx%d, the video %dx%d: say where in the frame it lies, by "
           "overlay_x and overlay_y.\n", file->url, frame->width, frame->height, file->width, file->height);
    return AVERROR(EINVAL);
}

static int read_picture(DeepfillOverlay **overlay, const DeepfillSourceSettings *file, int x, int y)
{
    AVFrame *frame = av_frame_alloc(), *rgba = av_frame_alloc();
    int ret = frame && rgba ? decode_picture(file, frame) : AVERROR(ENOMEM);

    if (ret >= 0)
        ret = check_picture(file, frame, x >= 0 || y >= 0);
    if (ret >= 0 && (ret = to_rgba64(frame, rgba)) < 0)
        av_log(file->log, AV_LOG_ERROR, "The overlay '%s' (%s) cannot be made RGBA (%s).\n", file->url,
               av_get_pix_fmt_name(frame->format), av_err2str(ret));
    if (ret >= 0) {
        ret = deepfill_overlay_create(overlay, file->width, file->height, FFMAX(x, 0), FFMAX(y, 0),
                                      (const uint16_t *)rgba->data[0], rgba->linesize[0], rgba->width, rgba->height);
        ret = ret < 0 ? refuse(file, ret) : 0;
    }
    av_frame_free(&frame);
    av_frame_free(&rgba);
    return ret;
}

/** Make the overlay of frames those of their fields; one of them may have no part in it. */
static int part_fields(DeepfillOverlays *overlays)
{
    DeepfillOverlay *whole = overlays->items[0];
    int ret = 0;

    overlays->items[0] = NULL;
    for (int i = 0; i < 2 && ret >= 0; i++)
        ret = deepfill_overlay_field(&overlays->items[i], whole, i);
    deepfill_overlay_close(&whole);
    return ret;
}

int ff_deepfill_overlay_open(DeepfillOverlays *overlays, const DeepfillSourceSettings *file, int x, int y, int fields)
{
    DeepfillOverlayInfo info;
    int ret = is_lgd(file->url) ? read_lgd(&overlays->items[0], file) : read_picture(&overlays->items[0], file, x, y);

    if (ret < 0)
        return ret;
    deepfill_overlay_info(overlays->items[0], &info);
    av_log(file->log, AV_LOG_INFO, "Overlay '%s': %dx%d at %d,%d, opacity %.2f; %.0f %% of its pixels are opaque and "
           "are filled.\n", file->url, info.width, info.height, info.x, info.y, info.opacity, 100 * info.opaque);
    return fields ? part_fields(overlays) : 0;
}

void ff_deepfill_overlay_close(DeepfillOverlays *overlays)
{
    for (int i = 0; i < 2; i++)
        deepfill_overlay_close(&overlays->items[i]);
}
