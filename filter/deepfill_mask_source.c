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

#include "libavutil/avutil.h"
#include "libavutil/error.h"
#include "libavutil/log.h"
#include "libavutil/mathematics.h"
#include "libavutil/mem.h"
#include "libavutil/pixdesc.h"
#include "libavcodec/avcodec.h"
#include "libavcodec/codec_desc.h"
#include "libavformat/avformat.h"

#include "deepfill_compat.h"
#include "deepfill_mask_checksum.h"
#include "deepfill_mask_file.h"
#include "deepfill_mask_gray.h"
#include "deepfill_mask_measure.h"
#include "deepfill_mask_source.h"
#include "deepfill_mask_turn.h"

struct DeepfillMaskSource {
    DeepfillSourceSettings settings;
    DeepfillMaskFile file;
    AVPacket *packet;
    AVFrame *frame;
    DeepfillGray *gray;
    DeepfillLook look; ///< of the first picture

    int image;         ///< a single image: it has no time
    int sequence;      ///< pictures have numbers and no times
    int64_t start;     ///< microseconds; AV_NOPTS_VALUE: the first picture will tell
    int64_t interval;  ///< see ff_deepfill_source_interval()
    int64_t last_time; ///< of the latest picture
    int64_t last_end;
    int64_t count;     ///< pictures read since the beginning
    int keyed;         ///< a key picture has come since the beginning or the latest seek
    int told_turn;     ///< what is odd about the display matrix has been said
};

void ff_deepfill_picture_move(DeepfillPicture *to, DeepfillPicture *from)
{
    av_frame_free(&to->gray);
    *to = *from;
    from->gray = NULL;
}

static void find_times(DeepfillMaskSource *s)
{
    AVFormatContext *format = s->file.format;
    AVStream *stream = format->streams[s->file.stream];
    AVRational rate = av_guess_frame_rate(format, stream, NULL);
    const char *demuxer = format->iformat->name;

    s->image    = !strcmp(demuxer, "image2") ? stream->duration <= 1 : !!strstr(demuxer, "_pipe");
    s->sequence = !s->image && !strcmp(demuxer, "image2") &&
                  !av_dict_get(s->settings.options, "framerate", NULL, 0);
    s->start    = format->start_time;
    if (s->sequence)
        s->interval = 1;
    else if (rate.num > 0 && rate.den > 0)
        s->interval = av_rescale(AV_TIME_BASE, rate.den, rate.num);
}

static int open_input(DeepfillMaskSource *s)
{
    int ret = ff_deepfill_file_open(&s->file, &s->settings);

    if (ret >= 0)
        find_times(s);
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

const DeepfillLook *ff_deepfill_source_look(const DeepfillMaskSource *s)
{
    return &s->look;
}

int ff_deepfill_source_is_sequence(const DeepfillMaskSource *s)
{
    return s->sequence;
}

int64_t ff_deepfill_source_interval(const DeepfillMaskSource *s)
{
    return s->interval;
}

static int fail_decoding(const DeepfillMaskSource *s, int error)
{
    av_log(s->settings.log, AV_LOG_ERROR, "Decoding the %s '%s' failed (%s).\n", s->settings.what,
           s->settings.url, av_err2str(error));
    return error == AVERROR(EAGAIN) ? AVERROR_EXTERNAL : error;
}

/**
 * Of a stream that is entered in its middle, what comes before the first key picture cannot be decoded and is
 * left out. Any other damage is an error: what a decoder makes up, and all that builds on it, is no mask;
 * gray, it would mark the whole frame.
 */
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

/** Hand the decoder one packet more, or word that none follows. */
static int feed_decoder(DeepfillMaskSource *s)
{
    int ret = ff_deepfill_file_read(&s->file, s->packet);

    if (ret == AVERROR_EOF)
        return avcodec_send_packet(s->file.decoder, NULL);
    if (ret < 0)
        return ret;
    s->keyed |= !!(s->packet->flags & AV_PKT_FLAG_KEY);
    if (s->packet->flags & AV_PKT_FLAG_CORRUPT ||
        !ff_deepfill_packet_is_whole(s->file.format->streams[s->file.stream]->codecpar, s->packet))
        ret = AVERROR_INVALIDDATA;
    else
        ret = avcodec_send_packet(s->file.decoder, s->packet);
    av_packet_unref(s->packet);
    if (ret == AVERROR_INVALIDDATA)
        return damage(s);
    return ret < 0 ? fail_decoding(s, ret) : ret;
}

static int is_damaged(const AVFrame *frame)
{
    return frame->flags & AV_FRAME_FLAG_CORRUPT || frame->decode_error_flags;
}

/** @return 0, AVERROR_EOF after the last picture, or another error, which has been logged */
static int decode(DeepfillMaskSource *s)
{
    for (;;) {
        int ret = avcodec_receive_frame(s->file.decoder, s->frame);

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
            return ret >= 0 || ret == AVERROR_EOF ? ret : fail_decoding(s, ret);
        }
    }
}

/**
 * Microseconds from the mask's start. A picture without a timestamp follows the one before at once; time
 * never runs back.
 */
static int64_t time_of(DeepfillMaskSource *s)
{
    AVRational tb = s->file.format->streams[s->file.stream]->time_base;
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
    AVRational tb    = s->file.format->streams[s->file.stream]->time_base;
    int64_t duration = av_rescale_q(DEEPFILL_FRAME_DURATION(s->frame), tb, AV_TIME_BASE_Q);

    if (s->sequence || duration <= 0)
        duration = s->interval;
    s->last_time = s->sequence ? s->count : time_of(s);
    s->last_end  = s->last_time + duration;
    s->count++;
    picture->time = s->image && s->count == 1 ? DEEPFILL_TIMELESS : s->last_time;
    picture->end  = s->last_end;
}

static const int32_t *display_matrix(const DeepfillMaskSource *s)
{
    const AVFrameSideData *side = av_frame_get_side_data(s->frame, AV_FRAME_DATA_DISPLAYMATRIX);

    return side ? (const int32_t *)side->data
                : ff_deepfill_stream_matrix(s->file.format->streams[s->file.stream]);
}

/** Say once why a picture is not turned. */
static void tell_unturned(DeepfillMaskSource *s, int angle)
{
    const DeepfillSourceSettings *set = &s->settings;

    if (s->told_turn)
        return;
    s->told_turn = 1;
    if (angle % 90)
        av_log(set->log, AV_LOG_WARNING, "The %s '%s' is to be shown turned by %d degrees: it is taken as it is, "
               "for only right angles are heeded.\n", set->what, set->url, angle);
    else
        av_log(set->log, AV_LOG_WARNING, "The %s '%s' is to be shown turned by %d degrees, but fits the video, "
               "%dx%d, as it is: it is not turned.\n", set->what, set->url, angle, set->width, set->height);
}

/**
 * The video has been turned by its own matrix before it came here. Where the user forbade that, the picture
 * fits as it is.
 */
static int turn_picture(DeepfillMaskSource *s, AVFrame **gray)
{
    const int32_t *matrix = display_matrix(s);
    int width = (*gray)->width, height = (*gray)->height, angle;
    int fits = width == s->settings.width && height == s->settings.height && width != height;
    DeepfillTurn turn;
    AVFrame *turned;

    if (!matrix)
        return 0;
    angle = ff_deepfill_turn_of(matrix, &turn);
    if (angle % 90 || (turn.transpose && fits)) {
        tell_unturned(s, angle);
        return 0;
    }
    if (!turn.transpose && !turn.mirror_x && !turn.mirror_y)
        return 0;
    turned = ff_deepfill_turn(*gray, &turn);
    if (!turned)
        return AVERROR(ENOMEM);
    av_frame_free(gray);
    *gray = turned;
    return 0;
}

/** Make the frame that has been decoded a picture. */
static int take_picture(DeepfillMaskSource *s, DeepfillPicture *picture)
{
    const AVCodecDescriptor *codec = avcodec_descriptor_get(s->file.decoder->codec_id);
    int ret;

    if (s->settings.alpha && !ff_deepfill_has_alpha(s->frame->format)) {
        av_log(s->settings.log, AV_LOG_ERROR, "The mask '%s' (%s) has no alpha plane: leave out alpha=1, "
               "or name a mask that has one.\n", s->settings.url, av_get_pix_fmt_name(s->frame->format));
        return AVERROR(EINVAL);
    }
    ret = ff_deepfill_gray_convert(s->gray, s->frame, s->file.decoder, s->settings.alpha, &picture->gray,
                                   s->count ? NULL : &s->look);
    if (ret < 0)
        return ret;
    if (!s->count)
        s->look.exact = codec && !(codec->props & AV_CODEC_PROP_LOSSY);
    ret = turn_picture(s, &picture->gray);
    if (ret < 0)
        av_frame_free(&picture->gray);
    else
        stamp(s, picture);
    return ret;
}

int ff_deepfill_source_read(DeepfillMaskSource *s, DeepfillPicture *picture)
{
    int ret = decode(s);

    if (ret == AVERROR_EOF && !s->count) {
        av_log(s->settings.log, AV_LOG_ERROR, "The %s '%s' holds no picture that can be decoded: "
               "check it with ffmpeg -i.\n", s->settings.what, s->settings.url);
        return AVERROR_INVALIDDATA;
    }
    if (ret < 0)
        return ret;
    ret = take_picture(s, picture);
    av_frame_unref(s->frame);
    return ret;
}

/** Reopening, and no seek to 0: what a seek comes to depends on the container, the first picture does not. */
int ff_deepfill_source_rewind(DeepfillMaskSource *s)
{
    ff_deepfill_file_close(&s->file);
    s->last_time = s->last_end = s->count = s->keyed = 0;
    return open_input(s);
}

int ff_deepfill_source_seek(DeepfillMaskSource *s, int64_t time)
{
    int64_t target = time + (s->start == AV_NOPTS_VALUE ? 0 : s->start);
    int ret = s->sequence ? AVERROR(ENOSYS) : ff_deepfill_file_seek(&s->file, target);

    if (ret < 0)
        return ret;
    avcodec_flush_buffers(s->file.decoder);
    s->last_time = s->last_end = s->keyed = 0;
    return 0;
}

int ff_deepfill_source_measure(const DeepfillMaskSource *s, int64_t *pictures, int64_t *duration)
{
    return ff_deepfill_measure(s->file.format, s->settings.options, s->file.stream, s->interval, pictures, duration);
}

void ff_deepfill_source_close(DeepfillMaskSource **source)
{
    DeepfillMaskSource *s = *source;

    if (!s)
        return;
    ff_deepfill_file_close(&s->file);
    av_packet_free(&s->packet);
    av_frame_free(&s->frame);
    ff_deepfill_gray_free(&s->gray);
    av_freep(source);
}
