/**
 * @file
 * Pictures made PNG, by libavcodec, and chunks of metadata put in between.
 */
#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavutil/crc.h>
#include <libavutil/intreadwrite.h>
#include <libavutil/pixdesc.h>
#include <stdio.h>
#include <string.h>

#include "base.h"
#include "cli/picture_encode.h"

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
    int ret = av_frame_get_buffer(frame, 0);
    uint16_t *line = df_alloc(picture->width * sizeof *line);
    if (!ret && line) {
        /* Values are added to what is there. */
        memset(frame->data[0], 0, frame->linesize[0] * (size_t)frame->height);
        for (int p = 0; p < df_picture_planes(picture); p++)
            put_plane(frame, picture, p, line);
    }
    df_free(line);
    if (!ret && picture->profile) {
        AVFrameSideData *side =
            av_frame_new_side_data(frame, AV_FRAME_DATA_ICC_PROFILE, picture->profile_size);
        if (side)
            memcpy(side->data, picture->profile, picture->profile_size);
        else
            ret = AVERROR(ENOMEM);
    }
    return line ? ret : AVERROR(ENOMEM);
}

static int encode(AVCodecContext *encoder, const AVFrame *frame, AVPacket *packet)
{
    encoder->width = frame->width;
    encoder->height = frame->height;
    encoder->pix_fmt = frame->format;
    encoder->time_base = (AVRational){ 1, 25 }; /* wanted, and of no consequence */
    encoder->thread_count = 1;
    AVDictionary *options = NULL;
    int ret = av_dict_set(&options, "pred", "mixed", 0);
    if (ret >= 0)
        ret = avcodec_open2(encoder, NULL, &options);
    av_dict_free(&options);
    if (ret >= 0)
        ret = avcodec_send_frame(encoder, frame);
    if (ret >= 0)
        ret = avcodec_send_frame(encoder, NULL);
    return ret < 0 ? ret : avcodec_receive_packet(encoder, packet);
}

/* -------------------------------------------------------------------------------------- chunks -- */

static int is_one_of(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(name, names[i]))
            return 1;
    return 0;
}

static void put_chunk(FILE *to, const char *name, const uint8_t *data, size_t size)
{
    const AVCRC *table = av_crc_get_table(AV_CRC_32_IEEE_LE);
    uint8_t number[4];
    uint32_t crc = av_crc(table, UINT32_MAX, (const uint8_t *)name, 4);
    AV_WB32(number, size);
    fwrite(number, 1, 4, to);
    fwrite(name, 1, 4, to);
    fwrite(data, 1, size, to);
    AV_WB32(number, ~av_crc(table, crc, data, size));
    fwrite(number, 1, 4, to);
}

/**
 * Whether a text repeats what is carried: XMP, or a raw profile, in which programs keep Exif, XMP and Photoshop's
 * blocks, each with a thumbnail.
 */
static int repeats_metadata(const DfBytes *text)
{
    static const char *const keywords[] = { DF_PNG_XMP_KEYWORD, "Raw profile type " };
    for (size_t i = 0; i < DF_COUNT(keywords); i++) {
        size_t length = strlen(keywords[i]);
        if (df_bytes_left(text) >= length && !memcmp(text->at, keywords[i], length))
            return 1;
    }
    return 0;
}

/** Chunks of a PNG that are as true of its filled picture, in their order: colours, density, texts. */
static void copy_chunks(FILE *to, const DfFile *file)
{
    static const char *const names[] = { "cICP", "sRGB", "gAMA", "cHRM", "mDCV", "cLLI", "pHYs", "tEXt", "zTXt",
                                         "iTXt" };
    DfBytes bytes = df_bytes(file->bytes, file->size);
    DfChunk chunk;
    for (int more = !df_png_begin(&bytes); more && !df_png_next(&bytes, &chunk);)
        if (is_one_of(chunk.name, names, DF_COUNT(names)) && !repeats_metadata(&chunk.data))
            fwrite(chunk.whole.at, 1, df_bytes_left(&chunk.whole), to);
}

/** The density of other files. */
static void put_density(FILE *to, const DfMetadata *metadata)
{
    uint8_t phys[9];
    AV_WB32(phys, metadata->density[0]);
    AV_WB32(phys + 4, metadata->density[1]);
    phys[8] = metadata->metric;
    if (metadata->density[0])
        put_chunk(to, "pHYs", phys, sizeof phys);
}

/** @return 0 or -ENOMEM */
static int put_xmp(FILE *to, const DfCarried *carried)
{
    if (!carried->xmp)
        return 0;
    size_t name = sizeof DF_PNG_XMP;
    uint8_t *text = df_alloc(name + carried->xmp_size);
    if (!text)
        return -ENOMEM;
    memcpy(text, DF_PNG_XMP, name);
    memcpy(text + name, carried->xmp, carried->xmp_size);
    put_chunk(to, "iTXt", text, name + carried->xmp_size);
    df_free(text);
    return 0;
}

/** What goes with the picture, behind the file's head. @return 0 or -ENOMEM */
static int put_metadata(FILE *to, const DfEncoding *encoding)
{
    const DfStill *picture = encoding->picture;
    const DfCarried *carried = encoding->carried;
    if (picture->metadata.container == DF_PNG)
        copy_chunks(to, &picture->file);
    else
        put_density(to, &picture->metadata);
    int ret = put_xmp(to, carried);
    if (carried->exif)
        put_chunk(to, "eXIf", carried->exif, carried->exif_size);
    return ret;
}

/**
 * The encoder's chunks, but for what it says of its own of density and colours, and those of the metadata.
 * @return 0 or -ENOMEM
 */
static int put_file(FILE *to, const AVPacket *packet, const DfEncoding *encoding)
{
    static const char *const needed[] = { "IHDR", "iCCP", "IDAT", "IEND" };
    DfBytes bytes = df_bytes(packet->data, packet->size);
    DfChunk chunk;
    int ret = 0;
    df_png_begin(&bytes);
    fwrite(packet->data, 1, df_bytes_offset(&bytes), to);
    while (!ret && !df_png_next(&bytes, &chunk)) {
        if (is_one_of(chunk.name, needed, DF_COUNT(needed)))
            fwrite(chunk.whole.at, 1, df_bytes_left(&chunk.whole), to);
        if (!strcmp(chunk.name, "IHDR"))
            ret = put_metadata(to, encoding);
    }
    return ret;
}

static int write_file(DfEncoded *encoded, const AVPacket *packet, const DfEncoding *encoding)
{
    FILE *to;
    if (df_encoded_open(encoded, &to) < 0)
        return AVERROR(ENOMEM);
    int ret = put_file(to, packet, encoding);
    int closed = df_encoded_close(encoded, &to);
    return ret || closed ? AVERROR(ENOMEM) : 0;
}

int df_encode_png(DfEncoded *encoded, const DfEncoding *encoding)
{
    const AVCodec *codec = avcodec_find_encoder(AV_CODEC_ID_PNG);
    if (!codec)
        return df_error(-ENOSYS, "%s: cannot be encoded: libavcodec has no encoder for PNG", encoding->path);
    av_log_set_level(AV_LOG_QUIET);
    AVCodecContext *encoder = avcodec_alloc_context3(codec);
    AVFrame *frame = av_frame_alloc();
    AVPacket *packet = av_packet_alloc();
    int ret = encoder && frame && packet ? fill_frame(frame, encoding->picture) : AVERROR(ENOMEM);
    if (ret >= 0)
        ret = encode(encoder, frame, packet);
    if (ret >= 0)
        ret = write_file(encoded, packet, encoding);
    if (ret < 0)
        ret = unwritten(encoding->path, ret);
    av_packet_free(&packet);
    av_frame_free(&frame);
    avcodec_free_context(&encoder);
    return ret;
}
