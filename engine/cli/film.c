/**
 * @file
 * A film's frames by libavformat and libavcodec.
 */
#include "cli/film.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/pixdesc.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "base.h"
#include "cli/film_demuxer.h"
#include "cli/film_planes.h"
#include "cli/picture.h"

struct DfFilm {
    char *path; /* for messages */
    DfFilmInfo info;
    AVFormatContext *demuxer;
    AVCodecContext *decoder;
    AVStream *stream;
    AVPacket *packet;
    AVFrame *frame;
    DfFilmPlanes planes;
    int format, width, height; /* of the first frame, as stored; width 0: none was read */
    int64_t damaged;
    int64_t next_pts;          /* of a frame that does not tell its own */
    double apart, due;         /* seconds between frames that are wanted; the next one's least time */
};

int df_film_is_named(const char *name)
{
    static const char *const ends[] = { "mp4", "mkv", "mov", "webm", "avi", "m4v", "mpg", "mpeg", "ts", "mts", "m2ts",
                                        "ogv", "flv", "wmv", "mxf", "y4m" };
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < DF_COUNT(ends); i++)
        if (!strcasecmp(dot + 1, ends[i]))
            return 1;
    return 0;
}

/* ------------------------------------------------------------------------------------- opening -- */

static int open_decoder(DfFilm *film)
{
    const AVCodec *codec = NULL;
    int index = av_find_best_stream(film->demuxer, AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0);
    if (index == AVERROR_DECODER_NOT_FOUND)
        return df_error(-EINVAL, "%s: libavcodec has no decoder for its video", film->path);
    if (index < 0 || film->demuxer->streams[index]->disposition & AV_DISPOSITION_ATTACHED_PIC)
        return df_error(-EINVAL, "%s: holds no video", film->path);
    film->stream = film->demuxer->streams[index];
    for (unsigned i = 0; i < film->demuxer->nb_streams; i++)
        film->demuxer->streams[i]->discard = (int)i == index ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
    film->decoder = avcodec_alloc_context3(codec);
    if (!film->decoder)
        return df_film_unreadable(film->path, AVERROR(ENOMEM));
    int ret = avcodec_parameters_to_context(film->decoder, film->stream->codecpar);
    film->decoder->pkt_timebase = film->stream->time_base;
    film->decoder->thread_count = 0; /* as many as there are CPUs */
    if (ret >= 0)
        ret = avcodec_open2(film->decoder, codec, NULL);
    return ret < 0 ? df_film_unreadable(film->path, ret) : 0;
}

/* ------------------------------------------------------------------------------------ the facts -- */

static const int32_t *display_matrix(const AVStream *stream)
{
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 31, 102)
    const AVPacketSideData *side = av_packet_side_data_get(stream->codecpar->coded_side_data,
                                                           stream->codecpar->nb_coded_side_data,
                                                           AV_PKT_DATA_DISPLAYMATRIX);
    return side && side->size >= 9 * sizeof(int32_t) ? (const int32_t *)side->data : NULL;
#else
    size_t size = 0;
    const uint8_t *side = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
    return side && size >= 9 * sizeof(int32_t) ? (const int32_t *)side : NULL;
#endif
}

/** Degrees clockwise in quarter turns; other angles are left alone. */
static int rotation_of(const AVStream *stream)
{
    const int32_t *matrix = display_matrix(stream);
    double angle = matrix ? -av_display_rotation_get(matrix) : 0;
    if (isnan(angle))
        return 0;
    int degrees = ((int)lrint(angle) % 360 + 360) % 360;
    return degrees % 90 ? 0 : degrees;
}

static double length_of(const DfFilm *film)
{
    if (film->stream->duration > 0)
        return film->stream->duration * av_q2d(film->stream->time_base);
    return film->demuxer->duration > 0 ? (double)film->demuxer->duration / AV_TIME_BASE : 0;
}

/** From the file's index, where it has one: some list every frame, some those that decode by themselves. */
static double key_interval(const DfFilm *film, double seconds)
{
    int keys = 0, count = avformat_index_get_entries_count(film->stream);
    for (int i = 0; i < count; i++)
        keys += !!(avformat_index_get_entry(film->stream, i)->flags & AVINDEX_KEYFRAME);
    return keys > 1 ? seconds / keys : 0;
}

static int describe(DfFilm *film)
{
    const AVCodecParameters *codec = film->stream->codecpar;
    int rotation = rotation_of(film->stream), sideways = rotation % 180;
    if (codec->width < 1 || codec->height < 1)
        return df_error(-EINVAL, "%s: does not tell the size of its frames", film->path);
    if (codec->width > DF_PICTURE_MOST_SIDE || codec->height > DF_PICTURE_MOST_SIDE)
        return df_error(-EINVAL, "%s: has frames of %dx%d pixels, expected sides of at most %d", film->path,
                        codec->width, codec->height, DF_PICTURE_MOST_SIDE);
    DfRatio aspect = df_film_ratio(av_guess_sample_aspect_ratio(film->demuxer, film->stream, NULL));
    AVRational base = film->stream->time_base, second = { 1, AV_TIME_BASE };
    int64_t start = film->demuxer->start_time;
    film->info = (DfFilmInfo){
        .width = sideways ? codec->height : codec->width, .height = sideways ? codec->width : codec->height,
        .rate = df_film_ratio(av_guess_frame_rate(film->demuxer, film->stream, NULL)),
        .time_base = df_film_ratio(base),
        .aspect = sideways && aspect.num ? (DfRatio){ aspect.den, aspect.num } : aspect, .rotation = rotation,
        .start = start == AV_NOPTS_VALUE ? 0 : av_rescale_q(start, second, base), .seconds = length_of(film),
    };
    film->info.key_interval = key_interval(film, film->info.seconds);
    film->planes.rotation = rotation;
    film->next_pts = film->info.start;
    return 0;
}

int df_film_open(DfFilm **opened, const char *path)
{
    *opened = NULL;
    DfFilm *film = df_alloc(sizeof *film);
    if (!film)
        return -ENOMEM;
    film->path = df_strdup(path);
    film->packet = av_packet_alloc();
    film->frame = av_frame_alloc();
    int ret = film->path ? 0 : -ENOMEM;
    if (!ret && (!film->packet || !film->frame))
        ret = df_film_unreadable(film->path, AVERROR(ENOMEM));
    if (!ret)
        ret = df_film_demuxer_open(&film->demuxer, path);
    if (!ret)
        ret = open_decoder(film);
    if (!ret)
        ret = describe(film);
    if (ret < 0)
        df_film_close(&film);
    *opened = film;
    return ret;
}

const DfFilmInfo *df_film_info(const DfFilm *film)
{
    return &film->info;
}

int64_t df_film_damaged(const DfFilm *film)
{
    return film->damaged;
}

void df_film_close(DfFilm **closed)
{
    DfFilm *film = *closed;
    if (!film)
        return;
    df_film_planes_free(&film->planes);
    av_frame_free(&film->frame);
    av_packet_free(&film->packet);
    avcodec_free_context(&film->decoder);
    avformat_close_input(&film->demuxer);
    df_free(film->path);
    df_free(film);
    *closed = NULL;
}

/* ------------------------------------------------------------------------------------- reading -- */

void df_film_sample(DfFilm *film, double seconds, double loosest)
{
    double keys = film->info.key_interval;
    double frame = film->info.rate.num ? (double)film->info.rate.den / film->info.rate.num : 0;
    enum AVDiscard discard = AVDISCARD_DEFAULT;
    film->apart = seconds;
    film->due = 0;
    if (seconds > 0 && keys > 0 && keys <= loosest)
        discard = AVDISCARD_NONKEY; /* of the decoder: demuxers that leave packets out get times wrong */
    else if (frame > 0 && seconds >= 4 * frame)
        discard = AVDISCARD_NONREF; /* the next one that others refer to is near */
    film->decoder->skip_frame = discard;
}

/** Give the decoder the next packet of the video, or the end. */
static int feed(DfFilm *film)
{
    int ret;
    do {
        av_packet_unref(film->packet);
        ret = av_read_frame(film->demuxer, film->packet);
    } while (ret >= 0 && film->packet->stream_index != film->stream->index);
    if (ret == AVERROR(ENOMEM) || ret == AVERROR(EAGAIN))
        return ret;
    /* A film that is cut short ends where it is cut. */
    ret = avcodec_send_packet(film->decoder, ret < 0 ? NULL : film->packet);
    av_packet_unref(film->packet);
    if (ret >= 0 || ret == AVERROR(ENOMEM) || ret == AVERROR_EOF)
        return ret == AVERROR(ENOMEM) ? ret : 0;
    film->damaged++;
    return 0;
}

/** @return 1: film->frame is one; 0: the end; AVERROR */
static int decode(DfFilm *film)
{
    for (;;) {
        int ret = avcodec_receive_frame(film->decoder, film->frame);
        if (ret >= 0 && !film->frame->decode_error_flags && !(film->frame->flags & AV_FRAME_FLAG_CORRUPT))
            return 1;
        if (ret == AVERROR_EOF)
            return 0;
        if (ret == AVERROR(ENOMEM))
            return ret;
        if (ret != AVERROR(EAGAIN))
            film->damaged++;
        else if ((ret = feed(film)) < 0)
            return ret;
    }
}

static int check_size(DfFilm *film)
{
    const AVFrame *frame = film->frame;
    if (!film->width) {
        film->width = frame->width;
        film->height = frame->height;
        film->format = frame->format;
        film->info.width = film->info.rotation % 180 ? frame->height : frame->width;
        film->info.height = film->info.rotation % 180 ? frame->width : frame->height;
        return 0;
    }
    if (film->width == frame->width && film->height == frame->height && film->format == frame->format)
        return 0;
    return df_error(-EINVAL, "%s: its frames change from %dx%d %s to %dx%d %s: cut it there first", film->path,
                    film->width, film->height, av_get_pix_fmt_name(film->format), frame->width, frame->height,
                    av_get_pix_fmt_name(frame->format));
}

static int64_t duration_of(const DfFilm *film)
{
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 2, 100)
    int64_t ticks = film->frame->duration;
#else
    int64_t ticks = film->frame->pkt_duration;
#endif
    AVRational rate = { film->info.rate.num, film->info.rate.den };
    if (ticks <= 0 && rate.num)
        ticks = av_rescale_q(1, av_inv_q(rate), film->stream->time_base);
    return DF_MAX(ticks, 0);
}

static void take_time(DfFilm *film, DfFilmFrame *frame)
{
    frame->pts = film->frame->best_effort_timestamp;
    if (frame->pts == AV_NOPTS_VALUE)
        frame->pts = film->next_pts;
    frame->duration = duration_of(film);
    film->next_pts = frame->pts + frame->duration;
    frame->time = (frame->pts - film->info.start) * av_q2d(film->stream->time_base);
    frame->key = film->frame->pict_type == AV_PICTURE_TYPE_I;
}

int df_film_next(DfFilm *film, DfFilmFrame *frame)
{
    int ret;
    do {
        ret = decode(film);
        if (ret < 0)
            return df_film_unreadable(film->path, ret);
        if (!ret && !film->width)
            return df_error(-EINVAL, "%s: none of its frames can be decoded", film->path);
        if (!ret)
            return 0;
        take_time(film, frame);
        /* Half a millisecond: time bases round. */
    } while (frame->time < film->due - 5e-4);
    if (film->apart > 0)
        film->due = (floor((frame->time + 5e-4) / film->apart) + 1) * film->apart;
    ret = check_size(film);
    if (!ret)
        ret = df_film_planes(&film->planes, &frame->image, film->frame, film->path);
    return ret < 0 ? ret : 1;
}

int df_film_seek(DfFilm *film, double seconds)
{
    int64_t to = film->info.start + llrint(seconds / av_q2d(film->stream->time_base));
    int ret = avformat_seek_file(film->demuxer, film->stream->index, INT64_MIN, to, to, 0);
    if (ret < 0)
        return df_film_unreadable(film->path, ret);
    avcodec_flush_buffers(film->decoder);
    film->due = 0;
    return 0;
}
