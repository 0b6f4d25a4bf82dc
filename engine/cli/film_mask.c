/**
 * @file
 * A mask video by libavformat and libavcodec.
 */
#include "cli/film_mask.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base.h"

#define SLICES 4 /* parts of a picture with a checksum each */

struct DfFilmMask {
    char *path, *part;       /* where it goes; where it lies until it is whole */
    DfFilmInfo film;
    AVFormatContext *muxer;
    AVCodecContext *encoder;
    AVFrame *frame;
    AVPacket *picture;       /* the picture, coded; without data: none yet */
    AVPacket *packet;
    int64_t last;            /* time of the last packet, in the muxer's ticks */
    int is_begun, is_whole;  /* the header is written; the file is in its place */
};

static int failed(const DfFilmMask *mask, int error)
{
    char words[AV_ERROR_MAX_STRING_SIZE];

    if (error == AVERROR(ENOMEM))
        return df_error(-ENOMEM, "%s: no memory is left to write it", mask->path);
    av_strerror(error, words, sizeof words);
    return df_error(error < -4096 ? -EIO : error, "%s: cannot be written: %s", mask->path, words);
}

/* ---------------------------------------------------------------------------------------- opening -- */

static AVRational rational(DfRatio ratio)
{
    return (AVRational){ ratio.num, ratio.den };
}

static int open_encoder(DfFilmMask *mask)
{
    const AVCodec *codec = avcodec_find_encoder(AV_CODEC_ID_FFV1);
    if (!codec)
        return df_error(-ENOSYS, "%s: cannot be written: libavcodec has no encoder for FFV1", mask->path);
    AVCodecContext *encoder = mask->encoder = avcodec_alloc_context3(codec);
    if (!encoder)
        return failed(mask, AVERROR(ENOMEM));
    encoder->width = mask->film.width;
    encoder->height = mask->film.height;
    encoder->pix_fmt = AV_PIX_FMT_GRAY8;
    encoder->time_base = rational(mask->film.time_base);
    encoder->framerate = rational(mask->film.rate);
    encoder->sample_aspect_ratio = rational(mask->film.aspect);
    encoder->color_range = AVCOL_RANGE_JPEG;
    encoder->gop_size = 1;
    encoder->level = 3;
    encoder->slices = SLICES;
    encoder->thread_count = 1;
    av_opt_set_int(encoder->priv_data, "slicecrc", 1, 0);
    if (mask->muxer->oformat->flags & AVFMT_GLOBALHEADER)
        encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    int ret = avcodec_open2(encoder, codec, NULL);
    return ret < 0 ? failed(mask, ret) : 0;
}

static int open_muxer(DfFilmMask *mask)
{
    int ret = avformat_alloc_output_context2(&mask->muxer, NULL, "matroska", NULL);
    return ret < 0 ? failed(mask, ret) : 0;
}

static int begin_file(DfFilmMask *mask)
{
    AVStream *stream = avformat_new_stream(mask->muxer, NULL);
    if (!stream)
        return failed(mask, AVERROR(ENOMEM));
    int ret = avcodec_parameters_from_context(stream->codecpar, mask->encoder);
    stream->time_base = mask->encoder->time_base;
    stream->avg_frame_rate = mask->encoder->framerate;
    stream->sample_aspect_ratio = mask->encoder->sample_aspect_ratio;
    mask->muxer->flags |= AVFMT_FLAG_BITEXACT; /* no date, no random number: the same film gives the same file */
    if (ret >= 0)
        ret = avio_open(&mask->muxer->pb, mask->part, AVIO_FLAG_WRITE);
    if (ret >= 0)
        ret = avformat_write_header(mask->muxer, NULL);
    mask->is_begun = ret >= 0;
    return ret < 0 ? failed(mask, ret) : 0;
}

int df_film_mask_open(DfFilmMask **opened, const char *path, const DfFilmInfo *film)
{
    *opened = NULL;
    DfFilmMask *mask = df_alloc(sizeof *mask);
    if (!mask)
        return -ENOMEM;
    mask->film = *film;
    mask->last = -1;
    mask->path = df_strdup(path);
    mask->part = df_text("file:%s.part", path);
    mask->frame = av_frame_alloc();
    mask->picture = av_packet_alloc();
    mask->packet = av_packet_alloc();
    int ret = mask->path && mask->part ? 0 : -ENOMEM;
    if (!ret && (!mask->frame || !mask->picture || !mask->packet))
        ret = failed(mask, AVERROR(ENOMEM));
    if (!ret)
        ret = open_muxer(mask);
    if (!ret)
        ret = open_encoder(mask);
    if (!ret)
        ret = begin_file(mask);
    if (ret < 0)
        df_film_mask_close(&mask);
    *opened = mask;
    return ret;
}

void df_film_mask_close(DfFilmMask **closed)
{
    DfFilmMask *mask = *closed;
    if (!mask)
        return;
    if (mask->muxer && mask->muxer->pb)
        avio_closep(&mask->muxer->pb);
    if (mask->is_begun && !mask->is_whole)
        unlink(mask->part + strlen("file:"));
    avformat_free_context(mask->muxer);
    avcodec_free_context(&mask->encoder);
    av_frame_free(&mask->frame);
    av_packet_free(&mask->picture);
    av_packet_free(&mask->packet);
    df_free(mask->path);
    df_free(mask->part);
    df_free(mask);
    *closed = NULL;
}

/* ---------------------------------------------------------------------------------------- pictures -- */

static int encode(DfFilmMask *mask, const uint8_t *gray, ptrdiff_t stride)
{
    AVFrame *frame = mask->frame;

    av_frame_unref(frame);
    frame->format = AV_PIX_FMT_GRAY8;
    frame->width = mask->film.width;
    frame->height = mask->film.height;
    frame->color_range = AVCOL_RANGE_JPEG;
    int ret = av_frame_get_buffer(frame, 0);
    if (ret < 0)
        return ret;
    for (int y = 0; y < frame->height; y++)
        memcpy(frame->data[0] + (ptrdiff_t)y * frame->linesize[0], gray + y * stride, frame->width);
    frame->pts = mask->last + 1;
    ret = avcodec_send_frame(mask->encoder, frame);
    av_packet_unref(mask->picture);
    return ret < 0 ? ret : avcodec_receive_packet(mask->encoder, mask->picture);
}

int df_film_mask_picture(DfFilmMask *mask, const uint8_t *gray, ptrdiff_t stride)
{
    int ret = encode(mask, gray, stride);
    return ret < 0 ? failed(mask, ret) : 0;
}

int df_film_mask_put(DfFilmMask *mask, int64_t pts, int64_t duration)
{
    AVRational from = rational(mask->film.time_base), to = mask->muxer->streams[0]->time_base;
    int ret = av_packet_ref(mask->packet, mask->picture);

    if (ret < 0)
        return failed(mask, ret);
    /* Frames that are less than a tick apart get the next one. */
    int64_t time = DF_MAX(av_rescale_q(pts - mask->film.start, from, to), mask->last + 1);
    mask->packet->stream_index = 0;
    mask->packet->pts = mask->packet->dts = mask->last = time;
    mask->packet->duration = av_rescale_q(duration, from, to);
    ret = av_write_frame(mask->muxer, mask->packet);
    av_packet_unref(mask->packet);
    return ret < 0 ? failed(mask, ret) : 0;
}

int df_film_mask_finish(DfFilmMask *mask)
{
    const char *part = mask->part + strlen("file:");
    int ret = av_write_trailer(mask->muxer);

    if (ret >= 0)
        ret = avio_closep(&mask->muxer->pb);
    if (ret < 0)
        return failed(mask, ret);
    if (rename(part, mask->path))
        return df_error(-errno, "%s: cannot be written: %s", mask->path, strerror(errno));
    mask->is_whole = 1;
    return 0;
}
