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
 * The mask or sketch file of the deepfill filter.
 *
 * The movie source would read it too, but takes no options for protocols and
 * demuxers and cannot be told apart from a film whose first timestamp is not
 * 0. Here the container's start time is subtracted, as the ffmpeg program does
 * with its inputs: without that, a mask in MPEG-TS would come 1.4 s late.
 */

#include <string.h>

#include "libavutil/avstring.h"
#include "libavutil/avutil.h"
#include "libavutil/mathematics.h"
#include "libavutil/mem.h"
#include "libavutil/pixdesc.h"
#include "libavcodec/avcodec.h"
#include "libavformat/avformat.h"

#include "deepfill_compat.h"
#include "deepfill_mask_gray.h"
#include "deepfill_mask_measure.h"
#include "deepfill_mask_source.h"

struct DeepfillMaskSource {
    DeepfillSourceSettings settings;
    AVFormatContext *format;
    AVCodecContext *decoder;
    AVPacket *packet;
    AVFrame *frame;
    DeepfillGray *gray;

    int stream;        ///< index of the mask's stream
    int image;         ///< a single image: it has no time
    int sequence;      ///< pictures have numbers and no times
    int64_t start;     ///< microseconds; AV_NOPTS_VALUE: the first picture will tell
    int64_t interval;  ///< see ff_deepfill_source_interval()
    int64_t last_time; ///< of the latest picture
    int64_t last_end;
    int64_t count;     ///< pictures read since the beginning
    int keyed;         ///< a key picture has come since the beginning or the latest seek
};

void ff_deepfill_picture_move(DeepfillPicture *to, DeepfillPicture *from)
{
    av_frame_free(&to->gray);
    *to = *from;
    from->gray = NULL;
}

/* A name with a colon is a protocol to libavformat, unless it is told that it is a file. */
static char *url_of(const char *name)
{
    if (!av_strstart(name, "file:", NULL) && strchr(name, ':')) {
        char *url = av_asprintf("file:%s", name);
        if (url && avio_check(url, AVIO_FLAG_READ) >= 0)
            return url;
        av_free(url);
    }
    return av_strdup(name);
}

/* A URL of a network protocol is not touched before the filter starts; neither is an image pattern. */
int ff_deepfill_source_check(const DeepfillSourceSettings *settings)
{
    const char *protocol = avio_find_protocol_name(settings->url);
    int ret;

    if (strchr(settings->url, '%') || av_dict_get(settings->options, "pattern_type", NULL, 0) ||
        (protocol && strcmp(protocol, "file")))
        return 0;
    ret = avio_check(settings->url, AVIO_FLAG_READ);
    if (ret < 0) { /* a colon in a file's name is no protocol */
        char *url = av_asprintf("file:%s", settings->url);
        if (!url)
            return AVERROR(ENOMEM);
        if (avio_check(url, AVIO_FLAG_READ) >= 0)
            ret = 0;
        av_free(url);
    }
    if (ret < 0)
        av_log(settings->log, AV_LOG_ERROR, "The %s '%s' cannot be read (%s): "
               "give %s= an existing file or URL.\n", settings->what, settings->url, av_err2str(ret),
               settings->what);
    return ret;
}

static int open_format(DeepfillMaskSource *s, AVDictionary **options)
{
    void *log = s->settings.log;
    char *url = url_of(s->settings.url);
    int ret;

    if (!url)
        return AVERROR(ENOMEM);
    ret = avformat_open_input(&s->format, url, NULL, options);
    av_free(url);
    if (ret == AVERROR_INVALIDDATA) {
        av_log(log, AV_LOG_ERROR, "The %s '%s' is neither a video nor an image that this FFmpeg can read: "
               "name a file that ffmpeg -i opens.\n", s->settings.what, s->settings.url);
        return ret;
    }
    if (ret < 0) {
        av_log(log, AV_LOG_ERROR, "The %s '%s' cannot be opened (%s): check its name and permissions.\n",
               s->settings.what, s->settings.url, av_err2str(ret));
        return ret;
    }
    ret = avformat_find_stream_info(s->format, NULL);
    if (ret < 0)
        av_log(log, AV_LOG_ERROR, "The %s '%s' cannot be read (%s): check it with ffmpeg -i.\n",
               s->settings.what, s->settings.url, av_err2str(ret));
    return ret;
}

static int find_stream(DeepfillMaskSource *s)
{
    int ret = av_find_best_stream(s->format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);

    if (ret < 0) {
        av_log(s->settings.log, AV_LOG_ERROR,
               "The %s '%s' holds no video and no image: name a file that does.\n", s->settings.what,
               s->settings.url);
        return ret == AVERROR_STREAM_NOT_FOUND ? AVERROR_INVALIDDATA : ret;
    }
    s->stream = ret;
    for (unsigned i = 0; i < s->format->nb_streams; i++)
        if (i != s->stream)
            s->format->streams[i]->discard = AVDISCARD_ALL;
    return 0;
}

/* FFmpeg's own VP8 and VP9 decoders drop the alpha plane that a WebM file keeps beside the picture. */
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

static int open_decoder(DeepfillMaskSource *s, AVDictionary **options)
{
    void *log = s->settings.log;
    const AVStream *stream = s->format->streams[s->stream];
    const AVCodec *codec = find_decoder(stream);
    int ret;

    if (!codec) {
        av_log(log, AV_LOG_ERROR, "The %s '%s' is coded in '%s', for which this FFmpeg has no decoder: "
               "convert it, to PNG or FFV1 say.\n", s->settings.what, s->settings.url,
               avcodec_get_name(stream->codecpar->codec_id));
        return AVERROR_DECODER_NOT_FOUND;
    }
    s->decoder = avcodec_alloc_context3(codec);
    if (!s->decoder)
        return AVERROR(ENOMEM);
    ret = avcodec_parameters_to_context(s->decoder, stream->codecpar);
    if (ret < 0)
        return ret;
    s->decoder->pkt_timebase = stream->time_base;
    s->decoder->thread_count = 1; /* frame threads would each hold pictures; the network is what takes time */
    ret = avcodec_open2(s->decoder, codec, options);
    if (ret < 0)
        av_log(log, AV_LOG_ERROR, "The decoder '%s' of the %s '%s' cannot be opened (%s): "
               "check mask_opts or convert the %s.\n", codec->name, s->settings.what, s->settings.url,
               av_err2str(ret), s->settings.what);
    return ret;
}

/* An option that nobody took is a typing error, not a wish to be passed over. */
static int check_options(const DeepfillMaskSource *s, const AVDictionary *options)
{
    const AVDictionaryEntry *entry = av_dict_get(options, "", NULL, AV_DICT_IGNORE_SUFFIX);

    if (!entry || s->settings.lenient)
        return 0;
    av_log(s->settings.log, AV_LOG_ERROR, "mask_opts: neither the demuxer '%s' nor the decoder '%s' of "
           "the %s '%s' has an option '%s'.\n", s->format->iformat->name, s->decoder->codec->name,
           s->settings.what, s->settings.url, entry->key);
    return AVERROR_OPTION_NOT_FOUND;
}

static void find_times(DeepfillMaskSource *s)
{
    AVStream *stream = s->format->streams[s->stream];
    AVRational rate = av_guess_frame_rate(s->format, stream, NULL);
    const char *demuxer = s->format->iformat->name;

    s->image    = !strcmp(demuxer, "image2") ? stream->duration <= 1 : !!strstr(demuxer, "_pipe");
    s->sequence = !s->image && !strcmp(demuxer, "image2") &&
                  !av_dict_get(s->settings.options, "framerate", NULL, 0);
    s->start    = s->format->start_time;
    if (s->sequence)
        s->interval = 1;
    else if (rate.num > 0 && rate.den > 0)
        s->interval = av_rescale(AV_TIME_BASE, rate.den, rate.num);
}

static void close_input(DeepfillMaskSource *s)
{
    avcodec_free_context(&s->decoder);
    avformat_close_input(&s->format);
}

static int open_input(DeepfillMaskSource *s)
{
    AVDictionary *options = NULL;
    int ret = av_dict_copy(&options, s->settings.options, 0);

    if (ret >= 0)
        ret = open_format(s, &options);
    if (ret >= 0)
        ret = find_stream(s);
    if (ret >= 0)
        ret = open_decoder(s, &options);
    if (ret >= 0)
        ret = check_options(s, options);
    if (ret >= 0)
        find_times(s);
    else
        close_input(s);
    av_dict_free(&options);
    return ret;
}

int ff_deepfill_source_open(DeepfillMaskSource **source, const DeepfillSourceSettings *settings)
{
    DeepfillMaskSource *s = av_mallocz(sizeof(*s));
    int ret = AVERROR(ENOMEM);

    if (!s)
        return ret;
    s->settings = *settings;
    s->packet   = av_packet_alloc();
    s->frame    = av_frame_alloc();
    s->gray     = ff_deepfill_gray_alloc();
    if (!s->packet || !s->frame || !s->gray)
        goto fail;
    ret = open_input(s);
    if (ret < 0)
        goto fail;
    *source = s;
    return 0;

fail:
    ff_deepfill_source_close(&s);
    return ret;
}

int ff_deepfill_source_is_sequence(const DeepfillMaskSource *s)
{
    return s->sequence;
}

int64_t ff_deepfill_source_interval(const DeepfillMaskSource *s)
{
    return s->interval;
}

/* Of a stream that is entered in its middle, what comes before the first key picture cannot be decoded and is
 * left out. Any other damage is an error: what a decoder makes up, and all that builds on it, is no mask;
 * gray, it would mark the whole frame. */
static int damage(const DeepfillMaskSource *s)
{
    if (!s->keyed)
        return 0;
    if (!s->count) {
        av_log(s->settings.log, AV_LOG_ERROR, "The first picture of the %s '%s' cannot be decoded: "
               "check it with ffmpeg -i.\n", s->settings.what, s->settings.url);
        return AVERROR_INVALIDDATA;
    }
    av_log(s->settings.log, AV_LOG_ERROR, "The %s '%s' is damaged after %.2f s: make it anew, or repair "
           "it by converting it with ffmpeg.\n", s->settings.what, s->settings.url,
           FFMAX(s->last_time, 0) / 1e6);
    return AVERROR_INVALIDDATA;
}

/* Hand the decoder one packet more, or word that none follows. */
static int feed_decoder(DeepfillMaskSource *s)
{
    int ret = av_read_frame(s->format, s->packet);

    if (ret == AVERROR_EOF)
        return avcodec_send_packet(s->decoder, NULL);
    if (ret < 0) {
        av_log(s->settings.log, AV_LOG_ERROR, "Reading the %s '%s' failed (%s).\n",
               s->settings.what, s->settings.url, av_err2str(ret));
        return ret;
    }
    if (s->packet->stream_index == s->stream) {
        s->keyed |= !!(s->packet->flags & AV_PKT_FLAG_KEY);
        ret = avcodec_send_packet(s->decoder, s->packet);
    }
    av_packet_unref(s->packet);
    return ret == AVERROR_INVALIDDATA ? damage(s) : ret;
}

static int is_damaged(const AVFrame *frame)
{
    return frame->flags & AV_FRAME_FLAG_CORRUPT || frame->decode_error_flags;
}

static int decode(DeepfillMaskSource *s)
{
    for (;;) {
        int ret = avcodec_receive_frame(s->decoder, s->frame);

        if (ret == AVERROR(EAGAIN)) {
            ret = feed_decoder(s);
            if (ret < 0)
                return ret;
        } else if (ret == AVERROR_INVALIDDATA || (ret >= 0 && is_damaged(s->frame))) {
            av_frame_unref(s->frame);
            ret = damage(s);
            if (ret < 0)
                return ret;
        } else {
            return ret;
        }
    }
}

/* Microseconds from the mask's start. A picture without a timestamp follows the one before at once; time
 * never runs back. */
static int64_t time_of(DeepfillMaskSource *s)
{
    AVRational tb = s->format->streams[s->stream]->time_base;
    int64_t pts   = s->frame->best_effort_timestamp;
    int64_t time;

    if (pts == AV_NOPTS_VALUE)
        return s->last_end;
    time = av_rescale_q(pts, tb, AV_TIME_BASE_Q);
    if (s->start == AV_NOPTS_VALUE)
        s->start = time;
    time -= s->start;
    return s->count ? FFMAX(time, s->last_time) : time;
}

static void stamp(DeepfillMaskSource *s, DeepfillPicture *picture)
{
    AVRational tb    = s->format->streams[s->stream]->time_base;
    int64_t duration = av_rescale_q(DEEPFILL_FRAME_DURATION(s->frame), tb, AV_TIME_BASE_Q);

    if (s->sequence || duration <= 0)
        duration = s->interval;
    s->last_time = s->sequence ? s->count : time_of(s);
    s->last_end  = s->last_time + duration;
    s->count++;
    picture->time = s->image && s->count == 1 ? DEEPFILL_TIMELESS : s->last_time;
    picture->end  = s->last_end;
}

int ff_deepfill_source_read(DeepfillMaskSource *s, DeepfillPicture *picture)
{
    int ret = decode(s);

    if (ret == AVERROR_EOF && !s->count) {
        av_log(s->settings.log, AV_LOG_ERROR, "The %s '%s' holds no picture that can be decoded: "
               "check it with ffmpeg -i.\n", s->settings.what, s->settings.url);
        return AVERROR_INVALIDDATA;
    }
    if (ret < 0) {
        if (ret != AVERROR_EOF && ret != AVERROR_INVALIDDATA) /* which has been told */
            av_log(s->settings.log, AV_LOG_ERROR, "Decoding the %s '%s' failed (%s).\n",
                   s->settings.what, s->settings.url, av_err2str(ret));
        return ret;
    }
    if (s->settings.alpha && !ff_deepfill_has_alpha(s->frame->format)) {
        av_log(s->settings.log, AV_LOG_ERROR, "The mask '%s' (%s) has no alpha plane: leave out alpha=1, "
               "or name a mask that has one.\n", s->settings.url, av_get_pix_fmt_name(s->frame->format));
        ret = AVERROR(EINVAL);
    } else {
        ret = ff_deepfill_gray_convert(s->gray, s->frame, s->decoder, s->settings.alpha, &picture->gray);
    }
    if (ret >= 0)
        stamp(s, picture);
    av_frame_unref(s->frame);
    return ret;
}

/* Reopening, and no seek to 0: what a seek comes to depends on the container, the first picture does not. */
int ff_deepfill_source_rewind(DeepfillMaskSource *s)
{
    close_input(s);
    s->last_time = s->last_end = s->count = s->keyed = 0;
    return open_input(s);
}

int ff_deepfill_source_seek(DeepfillMaskSource *s, int64_t time)
{
    int64_t target = time + (s->start == AV_NOPTS_VALUE ? 0 : s->start);
    int ret = s->sequence ? AVERROR(ENOSYS) : avformat_seek_file(s->format, -1, INT64_MIN, target, target, 0);

    if (ret < 0)
        return ret;
    avcodec_flush_buffers(s->decoder);
    s->last_time = s->last_end = s->keyed = 0;
    return 0;
}

int ff_deepfill_source_measure(const DeepfillMaskSource *s, int64_t *pictures, int64_t *duration)
{
    return ff_deepfill_measure(s->format, s->stream, s->interval, pictures, duration);
}

void ff_deepfill_source_close(DeepfillMaskSource **source)
{
    DeepfillMaskSource *s = *source;

    if (!s)
        return;
    close_input(s);
    av_packet_free(&s->packet);
    av_frame_free(&s->frame);
    ff_deepfill_gray_free(&s->gray);
    av_freep(source);
}
