/**
 * @file
 * A picture's file to a frame, by libavformat and libavcodec.
 *
 * The file is read here and handed over as bytes: no name is taken for a pattern or URL, and a file that
 * refers to others opens none.
 */
#include "cli/picture_decode.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <string.h>

#include "base.h"
#include "cli/cli.h"
#include "cli/picture.h"
#include "weights/file.h"

/* Bytes that libavformat takes at a time. */
#define PIECE 65536
/* A decoded pixel has at most four components of 16 bits. */
#define PIXEL_BYTES 8

/** A file while it is decoded. */
typedef struct Source {
    const char *path;
    const DfFile *file;
    size_t at; /* of its bytes: the next one to be read */
    AVIOContext *io;
    AVFormatContext *demuxer;
    AVCodecContext *decoder;
    AVPacket *packet;
    AVFrame *frame;
} Source;

/* ------------------------------------------------------------------------------------ the bytes -- */

static int read_piece(void *opaque, uint8_t *to, int size)
{
    Source *source = opaque;
    size_t count = DF_MIN((size_t)size, source->file->size - source->at);
    if (!count)
        return AVERROR_EOF;
    memcpy(to, source->file->bytes + source->at, count);
    source->at += count;
    return (int)count;
}

static int64_t seek(void *opaque, int64_t offset, int whence)
{
    Source *source = opaque;
    int from = whence & ~AVSEEK_FORCE;
    if (from == AVSEEK_SIZE)
        return source->file->size;
    size_t begin = from == SEEK_CUR ? source->at : from == SEEK_END ? source->file->size : 0;
    int64_t to = (int64_t)begin + offset;
    if (to < 0 || to > (int64_t)source->file->size)
        return AVERROR(EINVAL);
    source->at = to;
    return to;
}

/** A playlist, say, that refers to other files. */
static int open_nothing(AVFormatContext *demuxer, AVIOContext **io, const char *url, int flags,
                        AVDictionary **options)
{
    (void)demuxer, (void)io, (void)url, (void)flags, (void)options;
    return AVERROR(EPERM);
}

/* ----------------------------------------------------------------------------------- the decoder -- */

static int undecoded(const Source *source, int error)
{
    char words[AV_ERROR_MAX_STRING_SIZE];
    if (error == AVERROR(ENOMEM))
        return df_picture_no_memory(source->path);
    av_strerror(error, words, sizeof words);
    return df_error(-EINVAL, "%s: cannot be decoded: %s", source->path, words);
}

/** Sizes are known here, before memory for the picture is taken. */
static int take_buffer(AVCodecContext *decoder, AVFrame *frame, int flags)
{
    const char *path = decoder->opaque;
    char needed[32], left[32];
    size_t bytes = df_size_mul(df_size_mul(decoder->width, decoder->height), 2 * PIXEL_BYTES);
    if (decoder->width > DF_PICTURE_MOST_SIDE || decoder->height > DF_PICTURE_MOST_SIDE) {
        df_error(-EINVAL, "%s: has %dx%d pixels, expected sides of at most %d", path, decoder->width,
                 decoder->height, DF_PICTURE_MOST_SIDE);
        return AVERROR(EINVAL);
    }
    if (bytes > df_memory_free()) {
        df_error(-ENOMEM, "%s: its %dx%d pixels take %s, and %s of memory are left", path, decoder->width,
                 decoder->height, df_memory_text(needed, bytes), df_memory_text(left, df_memory_free()));
        return AVERROR(ENOMEM);
    }
    return avcodec_default_get_buffer2(decoder, frame, flags);
}

static int open_demuxer(Source *source)
{
    uint8_t *buffer = av_malloc(PIECE);
    source->io = buffer ? avio_alloc_context(buffer, PIECE, 0, source, read_piece, NULL, seek) : NULL;
    if (!source->io) {
        av_free(buffer);
        return df_picture_no_memory(source->path);
    }
    source->demuxer = avformat_alloc_context();
    if (!source->demuxer)
        return df_picture_no_memory(source->path);
    source->demuxer->pb = source->io;
    source->demuxer->io_open = open_nothing;
    /* The input is not the demuxer's to close, before it is opened as well. */
    source->demuxer->flags |= AVFMT_FLAG_CUSTOM_IO;
    /* Some formats open what they refer to by a context of their own. */
    source->demuxer->protocol_whitelist = av_strdup("none");
    if (!source->demuxer->protocol_whitelist)
        return df_picture_no_memory(source->path);
    int ret = avformat_open_input(&source->demuxer, "", NULL, NULL);
    if (ret == AVERROR_INVALIDDATA || ret == AVERROR_EOF)
        return df_error(-EINVAL, "%s: is no picture that libavformat knows", source->path);
    return ret < 0 ? undecoded(source, ret) : 0;
}

/** @return the number of the stream that is decoded */
static int open_decoder(Source *source)
{
    int stream = av_find_best_stream(source->demuxer, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    if (stream < 0)
        return df_error(-EINVAL, "%s: holds no picture", source->path);
    const AVCodecParameters *parameters = source->demuxer->streams[stream]->codecpar;
    const AVCodec *codec = avcodec_find_decoder(parameters->codec_id);
    if (!codec)
        return df_error(-EINVAL, "%s: cannot be decoded: libavcodec has no decoder for %s", source->path,
                        avcodec_get_name(parameters->codec_id));
    source->decoder = avcodec_alloc_context3(codec);
    if (!source->decoder)
        return df_picture_no_memory(source->path);
    source->decoder->opaque = (void *)source->path;
    source->decoder->get_buffer2 = take_buffer;
    source->decoder->thread_count = 1;
    source->decoder->err_recognition = AV_EF_CRCCHECK;
    /* Half a picture is none; but of TIFF, any tag that the decoder does not know would be an error. */
    if (parameters->codec_id != AV_CODEC_ID_TIFF)
        source->decoder->err_recognition |= AV_EF_EXPLODE;
    int ret = avcodec_parameters_to_context(source->decoder, parameters);
    if (ret >= 0)
        ret = avcodec_open2(source->decoder, codec, NULL);
    return ret < 0 ? undecoded(source, ret) : stream;
}

/** The first picture; an empty packet after the last one asks for what the decoder holds back. */
static int decode(Source *source, int stream)
{
    int ret;
    while ((ret = avcodec_receive_frame(source->decoder, source->frame)) == AVERROR(EAGAIN)) {
        int end = av_read_frame(source->demuxer, source->packet);
        if (end < 0 && end != AVERROR_EOF)
            return undecoded(source, end);
        if (end >= 0 && source->packet->stream_index != stream)
            ret = 0;
        else
            ret = avcodec_send_packet(source->decoder, end < 0 ? NULL : source->packet);
        av_packet_unref(source->packet);
        if (ret < 0)
            return undecoded(source, ret);
    }
    if (ret == AVERROR_EOF)
        return df_error(-EINVAL, "%s: holds no picture", source->path);
    if (ret < 0)
        return undecoded(source, ret);
    if (source->frame->decode_error_flags || source->frame->flags & AV_FRAME_FLAG_CORRUPT)
        return df_error(-EINVAL, "%s: is damaged", source->path);
    return 0;
}

/** Whether pictures follow the first; of image formats what follows is a preview, say. */
static int is_film(Source *source, int stream)
{
    int more = 0;
    if (strstr(source->demuxer->iformat->name, "_pipe"))
        return 0;
    while (!more && av_read_frame(source->demuxer, source->packet) >= 0) {
        more = source->packet->stream_index == stream;
        av_packet_unref(source->packet);
    }
    return more;
}

static void close_source(Source *source)
{
    av_frame_free(&source->frame);
    av_packet_free(&source->packet);
    avcodec_free_context(&source->decoder);
    avformat_close_input(&source->demuxer);
    if (source->io)
        av_freep(&source->io->buffer);
    avio_context_free(&source->io);
}

/** Decode; the source is to be closed in any case. */
static int open_source(Source *source)
{
    source->packet = av_packet_alloc();
    source->frame = av_frame_alloc();
    if (!source->packet || !source->frame)
        return df_picture_no_memory(source->path);
    int ret = open_demuxer(source);
    if (ret < 0)
        return ret;
    int stream = open_decoder(source);
    ret = stream < 0 ? stream : decode(source, stream);
    if (!ret && is_film(source, stream))
        ret = df_error(-EINVAL, "%s: is a film, and a picture is wanted: ffmpeg -i FILM -vf deepfill=MASK OUT fills "
                       "films, by a MASK that may be a film, too", source->path);
    return ret;
}

int df_picture_decode(AVFrame **frame, const DfFile *file, const char *path)
{
    Source source = { .path = path, .file = file };
    av_log_set_level(AV_LOG_QUIET); /* errors are told here */
    int ret = open_source(&source);
    if (!ret) {
        *frame = source.frame;
        source.frame = NULL;
    }
    close_source(&source);
    return ret;
}
