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
 * A mask's file while it is open.
 *
 * Decoders conceal damage, so that a film can be watched all the same. A mask
 * that a decoder made up would fill other pixels than its owner drew, unseen:
 * checksums are verified, and damage is an error.
 */

#include <string.h>

#include "libavutil/avstring.h"
#include "libavutil/avutil.h"
#include "libavutil/error.h"
#include "libavutil/log.h"
#include "libavutil/mem.h"

#include "deepfill_mask_file.h"
#include "deepfill_mask_name.h"

/** Say why opening or reading came to nothing, where it was waited for too long. @return 1: it was */
static int tell_silence(const DeepfillMaskFile *file, int error)
{
    const DeepfillSourceSettings *settings = file->settings;

    if (file->wait.expired)
        av_log(settings->log, AV_LOG_ERROR, "The %s '%s' has not answered for %d s: mask_opts=rw_timeout=%d "
               "waits %d s (in microseconds).\n", settings->what, settings->url, DEEPFILL_WAIT_LIMIT,
               4 * DEEPFILL_WAIT_LIMIT * 1000000, 4 * DEEPFILL_WAIT_LIMIT);
    else if (error == AVERROR(ETIMEDOUT))
        av_log(settings->log, AV_LOG_ERROR, "The %s '%s' has not answered in time (%s): a longer "
               "mask_opts=rw_timeout=MICROSECONDS waits for it.\n", settings->what, settings->url,
               av_err2str(error));
    else
        return 0;
    return 1;
}

/** ffmpeg empties its output before filters are set up. */
static int is_empty(const char *url)
{
    AVIOContext *io = NULL;
    int empty = avio_open(&io, url, AVIO_FLAG_READ) >= 0 && avio_size(io) == 0;

    avio_closep(&io);
    return empty;
}

static void tell_unopened(const DeepfillMaskFile *file, const char *url, int error)
{
    const DeepfillSourceSettings *settings = file->settings;

    if (tell_silence(file, error))
        return;
    if (error == AVERROR_INVALIDDATA && is_empty(url))
        av_log(settings->log, AV_LOG_ERROR, "The %s '%s' is empty: is it the output's name, too?\n", settings->what,
               settings->url);
    else if (error == AVERROR_INVALIDDATA && !settings->lenient && av_match_ext(settings->url, "txt"))
        av_log(settings->log, AV_LOG_ERROR, "The %s '%s' is neither a video nor an image: rectangles and their times "
               "are given as box_file=%s.\n", settings->what, settings->url, settings->url);
    else if (error == AVERROR(EINVAL) && settings->options)
        av_log(settings->log, AV_LOG_ERROR, "The %s '%s' cannot be opened (%s): check the values in mask_opts.\n",
               settings->what, settings->url, av_err2str(error));
    else if (error == AVERROR_INVALIDDATA)
        av_log(settings->log, AV_LOG_ERROR, "The %s '%s' is neither a video nor an image that this FFmpeg can "
               "read: name a file that ffmpeg -i opens.\n", settings->what, settings->url);
    else if (error == AVERROR_EOF)
        av_log(settings->log, AV_LOG_ERROR, "The %s '%s' ends before its first picture: it is empty or was "
               "cut short, so make or copy it anew.\n", settings->what, settings->url);
    else
        av_log(settings->log, AV_LOG_ERROR, "The %s '%s' cannot be opened (%s): check its name and "
               "permissions.\n", settings->what, settings->url, av_err2str(error));
}

static int open_format(DeepfillMaskFile *file, AVDictionary **options)
{
    const DeepfillSourceSettings *settings = file->settings;
    char *url = ff_deepfill_name_url(settings->url);
    int ret   = AVERROR(ENOMEM);

    file->format = avformat_alloc_context();
    if (!url || !file->format)
        goto done;
    ff_deepfill_wait_init(&file->wait, settings, file->format);
    ff_deepfill_wait_begin(&file->wait, NULL);
    ret = avformat_open_input(&file->format, url, NULL, options);
    ff_deepfill_wait_end(&file->wait);
    if (ret < 0) {
        tell_unopened(file, url, ret);
        goto done;
    }
    ff_deepfill_wait_begin(&file->wait, file->format);
    ret = avformat_find_stream_info(file->format, NULL);
    ff_deepfill_wait_end(&file->wait);
    if (ret < 0 && !tell_silence(file, ret))
        av_log(settings->log, AV_LOG_ERROR, "The %s '%s' cannot be read (%s): check it with ffmpeg -i.\n",
               settings->what, settings->url, av_err2str(ret));
done:
    av_free(url);
    return ret;
}

static int find_stream(DeepfillMaskFile *file)
{
    int ret = av_find_best_stream(file->format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);

    if (ret >= 0 && file->format->streams[ret]->codecpar->codec_id == AV_CODEC_ID_NONE)
        ret = AVERROR_STREAM_NOT_FOUND; /* its header is not whole */
    if (ret < 0) {
        av_log(file->settings->log, AV_LOG_ERROR,
               "The %s '%s' holds no video and no image: name a file that does.\n", file->settings->what,
               file->settings->url);
        return ret == AVERROR_STREAM_NOT_FOUND ? AVERROR_INVALIDDATA : ret;
    }
    file->stream = ret;
    for (unsigned i = 0; i < file->format->nb_streams; i++)
        if (i != file->stream)
            file->format->streams[i]->discard = AVDISCARD_ALL;
    return 0;
}

/** FFmpeg's own VP8 and VP9 decoders drop the alpha plane that a WebM file keeps beside the picture. */
static const AVCodec *find_decoder(const AVStream *stream)
{
    const AVDictionaryEntry *alpha = av_dict_get(stream->metadata, "alpha_mode", NULL, 0);
    const AVCodec *codec = NULL;

    if (alpha && !strcmp(alpha->value, "1")) {
        if (stream->codecpar->codec_id == AV_CODEC_ID_VP8)
            codec = avcodec_find_decoder_by_name("libvpx");
        else if (stream->codecpar->codec_id == AV_CODEC_ID_VP9)
            codec = avcodec_find_decoder_by_name("libvpx-vp9");
    }
    return codec ? codec : avcodec_find_decoder(stream->codecpar->codec_id);
}

/**
 * Take nothing for a picture that is known to be damaged. Two decoders make more of an error than damage: of
 * TIFF, any tag that is not known; of H.264, what the pictures after a seek lack. The latter flags what it
 * concealed.
 */
static void refuse_damage(AVCodecContext *decoder)
{
    decoder->err_recognition = AV_EF_CRCCHECK;
    if (decoder->codec_id != AV_CODEC_ID_TIFF && decoder->codec_id != AV_CODEC_ID_H264)
        decoder->err_recognition |= AV_EF_EXPLODE;
}

static int open_decoder(DeepfillMaskFile *file, AVDictionary **options)
{
    const DeepfillSourceSettings *settings = file->settings;
    const AVStream *stream = file->format->streams[file->stream];
    const AVCodec *codec = find_decoder(stream);
    int ret;

    if (!codec) {
        av_log(settings->log, AV_LOG_ERROR, "The %s '%s' is coded in '%s', for which this FFmpeg has no "
               "decoder: convert it, to PNG or FFV1 say.\n", settings->what, settings->url,
               avcodec_get_name(stream->codecpar->codec_id));
        return AVERROR_DECODER_NOT_FOUND;
    }
    file->decoder = avcodec_alloc_context3(codec);
    if (!file->decoder)
        return AVERROR(ENOMEM);
    ret = avcodec_parameters_to_context(file->decoder, stream->codecpar);
    if (ret < 0)
        return ret;
    file->decoder->pkt_timebase = stream->time_base;
    file->decoder->thread_count = 1; /* frame threads would each hold pictures; the network is what takes time */
    refuse_damage(file->decoder);
    av_dict_set(options, "err_detect", NULL, 0); /* the user's is for the demuxer alone */
    ret = avcodec_open2(file->decoder, codec, options);
    if (ret < 0)
        av_log(settings->log, AV_LOG_ERROR, "The decoder '%s' of the %s '%s' cannot be opened (%s): "
               "check mask_opts or convert the %s.\n", codec->name, settings->what, settings->url,
               av_err2str(ret), settings->what);
    return ret;
}

/** An option that neither demuxer nor decoder takes is an error. */
static int check_options(const DeepfillMaskFile *file, const AVDictionary *options)
{
    const AVDictionaryEntry *entry = av_dict_get(options, "", NULL, AV_DICT_IGNORE_SUFFIX);

    if (!entry || file->settings->lenient)
        return 0;
    av_log(file->settings->log, AV_LOG_ERROR, "mask_opts: neither the demuxer '%s' nor the decoder '%s' of "
           "the %s '%s' has an option '%s'.\n", file->format->iformat->name, file->decoder->codec->name,
           file->settings->what, file->settings->url, entry->key);
    return AVERROR_OPTION_NOT_FOUND;
}

int ff_deepfill_file_open(DeepfillMaskFile *file, const DeepfillSourceSettings *settings)
{
    AVDictionary *options = NULL;
    int ret = av_dict_copy(&options, settings->options, 0);

    file->settings = settings;
    if (ret >= 0)
        ret = open_format(file, &options);
    if (ret >= 0)
        ret = find_stream(file);
    if (ret >= 0)
        ret = open_decoder(file, &options);
    if (ret >= 0)
        ret = check_options(file, options);
    if (ret < 0)
        ff_deepfill_file_close(file);
    av_dict_free(&options);
    return ret == AVERROR_EOF || ret == AVERROR(EAGAIN) ? AVERROR_INVALIDDATA : ret;
}

int ff_deepfill_file_read(DeepfillMaskFile *file, AVPacket *packet)
{
    const AVIOContext *io = file->format->pb;
    int ret;

    do {
        av_packet_unref(packet);
        ff_deepfill_wait_begin(&file->wait, file->format);
        ret = av_read_frame(file->format, packet);
        ff_deepfill_wait_end(&file->wait);
    } while (ret >= 0 && packet->stream_index != file->stream);
    if (io && io->error < 0 && (ret >= 0 || ret == AVERROR_EOF))
        ret = io->error; /* demuxers take a failure for the end, and half a picture for a whole one */
    if (ret >= 0 || ret == AVERROR_EOF)
        return ret;
    if (!tell_silence(file, ret))
        av_log(file->settings->log, AV_LOG_ERROR, "Reading the %s '%s' failed (%s)%s.\n",
               file->settings->what, file->settings->url, av_err2str(ret),
               strcmp(file->format->iformat->name, "image2") ? "" : ": pictures are numbered without gaps");
    return ret == AVERROR(EAGAIN) ? AVERROR(EIO) : ret;
}

int ff_deepfill_file_seek(DeepfillMaskFile *file, int64_t time)
{
    int ret;

    ff_deepfill_wait_begin(&file->wait, file->format);
    ret = avformat_seek_file(file->format, -1, INT64_MIN, time, time, 0);
    ff_deepfill_wait_end(&file->wait);
    return ret;
}

void ff_deepfill_file_close(DeepfillMaskFile *file)
{
    avcodec_free_context(&file->decoder);
    avformat_close_input(&file->format);
}
