/**
 * @file
 * A film's packets by libavformat.
 */
#include "cli/film_times.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "cli/film_demuxer.h"

/** One packet. */
typedef struct Packet {
    int64_t time;
    int is_key;
} Packet;

/** Packets as they come. */
typedef struct Packets {
    Packet *items;
    size_t count, room;
} Packets;

static char type_of(const AVStream *stream)
{
    switch (stream->codecpar->codec_type) {
    case AVMEDIA_TYPE_VIDEO: return 'v';
    case AVMEDIA_TYPE_AUDIO: return 'a';
    case AVMEDIA_TYPE_SUBTITLE: return 's';
    case AVMEDIA_TYPE_ATTACHMENT: return 't';
    default: return 'd';
    }
}

static int describe(DfFilmTimes *times, const char *path, AVFormatContext *demuxer)
{
    times->stream = -1;
    times->bytes = demuxer->pb ? avio_size(demuxer->pb) : -1;
    if (!(times->stream_types = df_alloc((size_t)demuxer->nb_streams + 1)))
        return -ENOMEM;
    for (unsigned i = 0; i < demuxer->nb_streams; i++) {
        times->stream_types[i] = type_of(demuxer->streams[i]);
        int is_cover = demuxer->streams[i]->disposition &
                       (AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS);
        if (times->stream_types[i] == 'v' && !is_cover && times->stream < 0)
            times->stream = (int)i;
    }
    if (times->stream < 0)
        return df_error(-EINVAL, "%s: holds no video", path);
    AVStream *stream = demuxer->streams[times->stream];
    times->is_default = !!(stream->disposition & AV_DISPOSITION_DEFAULT);
    times->codec = avcodec_get_name(stream->codecpar->codec_id);
    times->width = stream->codecpar->width;
    times->height = stream->codecpar->height;
    times->is_matroska = !!strstr(demuxer->iformat->name, "matroska");
    times->time_base = df_film_ratio(stream->time_base);
    times->rate = df_film_ratio(av_guess_frame_rate(demuxer, stream, NULL));
    times->start = demuxer->start_time == AV_NOPTS_VALUE ? 0 : demuxer->start_time;
    for (unsigned i = 0; i < demuxer->nb_streams; i++)
        demuxer->streams[i]->discard = (int)i == times->stream ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
    return 0;
}

static int append(Packets *packets, Packet packet)
{
    Packet *items = df_grow(packets->items, &packets->room, packets->count + 1, sizeof *items);
    if (!items)
        return -ENOMEM;
    packets->items = items;
    items[packets->count++] = packet;
    return 0;
}

/** Packets that are shown: those before an edit's start are marked to be thrown away. */
static int read_packets(Packets *packets, const char *path, AVFormatContext *demuxer, int stream)
{
    AVPacket *packet = av_packet_alloc();
    int ret = packet ? 0 : -ENOMEM;
    while (ret >= 0 && (ret = av_read_frame(demuxer, packet)) >= 0) {
        int64_t time = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
        if (packet->stream_index == stream && !(packet->flags & AV_PKT_FLAG_DISCARD))
            ret = time == AV_NOPTS_VALUE ? df_error(-EINVAL, "%s: its frames have no times", path)
                                         : append(packets, (Packet){ time, !!(packet->flags & AV_PKT_FLAG_KEY) });
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
    return ret == AVERROR_EOF ? 0 : df_film_unreadable(path, ret);
}

static int compare(const void *a, const void *b)
{
    const Packet *first = a, *second = b;
    return (first->time > second->time) - (first->time < second->time);
}

static int keep(DfFilmTimes *times, Packets *packets, int64_t start)
{
    times->times = df_alloc(df_size_mul(packets->count + 1, sizeof *times->times));
    times->keys = df_alloc(packets->count + 1);
    if (!times->times || !times->keys)
        return -ENOMEM;
    if (packets->count)
        qsort(packets->items, packets->count, sizeof *packets->items, compare);
    for (size_t i = 0; i < packets->count; i++) {
        times->times[i] = packets->items[i].time - start;
        times->keys[i] = (uint8_t)packets->items[i].is_key;
    }
    times->count = (int64_t)packets->count;
    return 0;
}

static int read_times(DfFilmTimes *times, const char *path, AVFormatContext *demuxer, int from_start)
{
    Packets packets = { 0 };
    AVRational base = { times->time_base.num, times->time_base.den };
    int ret = read_packets(&packets, path, demuxer, times->stream);
    if (ret >= 0)
        ret = keep(times, &packets, from_start ? av_rescale_q(times->start, AV_TIME_BASE_Q, base) : 0);
    df_free(packets.items);
    return ret;
}

static int open_film(DfFilmTimes *times, AVFormatContext **demuxer, const char *path)
{
    *times = (DfFilmTimes){ 0 };
    int ret = df_film_demuxer_open(demuxer, path);
    return ret < 0 ? ret : describe(times, path, *demuxer);
}

int df_film_streams(DfFilmTimes *times, const char *path)
{
    AVFormatContext *demuxer;
    int ret = open_film(times, &demuxer, path);
    avformat_close_input(&demuxer);
    return ret;
}

int df_film_times(DfFilmTimes *times, const char *path, int from_start)
{
    AVFormatContext *demuxer;
    int ret = open_film(times, &demuxer, path);
    if (ret >= 0)
        ret = read_times(times, path, demuxer, from_start);
    avformat_close_input(&demuxer);
    return ret;
}

void df_film_times_free(DfFilmTimes *times)
{
    df_free(times->times);
    df_free(times->keys);
    df_free(times->stream_types);
    *times = (DfFilmTimes){ 0 };
}
