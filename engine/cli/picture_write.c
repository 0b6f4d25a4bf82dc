/**
 * @file
 * Pictures written as PNG, by libavcodec.
 */
#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavutil/pixdesc.h>
#include <string.h>

#include "base.h"
#include "cli/picture.h"
#include "weights/output.h"

static enum AVPixelFormat png_format(const DfStill *picture)
{
    /* Of gray or colours, without or with alpha, of 8 or 16 bits. */
    static const enum AVPixelFormat formats[2][2][2] = {
        { { AV_PIX_FMT_GRAY8, AV_PIX_FMT_GRAY16BE }, { AV_PIX_FMT_YA8, AV_PIX_FMT_YA16BE } },
        { { AV_PIX_FMT_RGB24, AV_PIX_FMT_RGB48BE }, { AV_PIX_FMT_RGBA, AV_PIX_FMT_RGBA64BE } },
    };
    return formats[picture->colours == 3][picture->alpha][picture->depth == 16];
}

static int unwritten(const char *path, int error)
{
    char words[AV_ERROR_MAX_STRING_SIZE];
    av_strerror(error, words, sizeof words);
    return df_error(error == AVERROR(ENOMEM) ? -ENOMEM : -EINVAL, "%s: cannot be encoded: %s", path, words);
}

static void put_plane(AVFrame *frame, const DfStill *picture, int plane, uint16_t *line)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(frame->format);
    size_t row = df_picture_row(picture);
    for (int y = 0; y < picture->height; y++) {
        const uint8_t *from = picture->planes[plane] + y * row;
        if (picture->depth == 16)
            memcpy(line, from, row);
        for (int x = 0; picture->depth == 8 && x < picture->width; x++)
            line[x] = from[x];
        av_write_image_line2(line, frame->data, frame->linesize, desc, 0, y, plane, picture->width,
                             sizeof *line);
    }
}

static int fill_frame(AVFrame *frame, const DfStill *picture)
{
    frame->width = picture->width;
    frame->height = picture->height;
    frame->format = png_format(picture);
    int error = av_frame_get_buffer(frame, 0);
    uint16_t *line = df_alloc(picture->width * sizeof *line);
    if (!error && line) {
        /* Values are added to what is there. */
        memset(frame->data[0], 0, frame->linesize[0] * (size_t)frame->height);
        for (int p = 0; p < df_picture_planes(picture); p++)
            put_plane(frame, picture, p, line);
    }
    df_free(line);
    if (!error && picture->profile) {
        AVFrameSideData *side =
            av_frame_new_side_data(frame, AV_FRAME_DATA_ICC_PROFILE, picture->profile_size);
        if (side)
            memcpy(side->data, picture->profile, picture->profile_size);
        else
            error = AVERROR(ENOMEM);
    }
    return line ? error : AVERROR(ENOMEM);
}

static int encode(AVCodecContext *encoder, const AVFrame *frame, AVPacket *packet)
{
    encoder->width = frame->width;
    encoder->height = frame->height;
    encoder->pix_fmt = frame->format;
    encoder->time_base = (AVRational){ 1, 25 }; /* wanted, and of no consequence */
    encoder->thread_count = 1;
    AVDictionary *options = NULL;
    int error = av_dict_set(&options, "pred", "mixed", 0);
    if (error >= 0)
        error = avcodec_open2(encoder, NULL, &options);
    av_dict_free(&options);
    if (error >= 0)
        error = avcodec_send_frame(encoder, frame);
    if (error >= 0)
        error = avcodec_send_frame(encoder, NULL);
    return error < 0 ? error : avcodec_receive_packet(encoder, packet);
}

int df_picture_write(const DfStill *picture, const char *path)
{
    const AVCodec *codec = avcodec_find_encoder(AV_CODEC_ID_PNG);
    if (!codec)
        return df_error(-ENOSYS, "%s: cannot be encoded: libavcodec has no encoder for PNG", path);
    av_log_set_level(AV_LOG_QUIET);
    AVCodecContext *encoder = avcodec_alloc_context3(codec);
    AVFrame *frame = av_frame_alloc();
    AVPacket *packet = av_packet_alloc();
    int error = encoder && frame && packet ? fill_frame(frame, picture) : AVERROR(ENOMEM);
    if (error >= 0)
        error = encode(encoder, frame, packet);
    if (error < 0)
        error = unwritten(path, error);
    else
        error = df_output_write(path, packet->data, packet->size);
    av_packet_free(&packet);
    av_frame_free(&frame);
    avcodec_free_context(&encoder);
    return error;
}
