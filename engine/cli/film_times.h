/**
 * @file
 * What a film's packets tell without being decoded: the times of its frames, and which streams there are beside them.
 */
#ifndef DF_CLI_FILM_TIMES_H
#define DF_CLI_FILM_TIMES_H

#include "cli/film.h"

/** A film as its container has it. Zeroed: none. */
typedef struct DfFilmTimes {
    int stream;           /**< number of its first video stream that is no cover picture: ffmpeg's V:0 */
    int is_default;       /**< 1: players are to choose that stream */
    int is_matroska;
    const char *codec;    /**< its name (static) */
    int width, height;    /**< pixels */
    DfRatio time_base;    /**< seconds of a tick */
    DfRatio rate;         /**< frames a second, as ffmpeg takes it; 0/1: unknown */
    int64_t bytes;        /**< of the file; negative: unknown */
    int64_t start;        /**< microseconds from which ffmpeg counts the film's time */
    int64_t count;        /**< packets of that stream, a frame each */
    int64_t *times;       /**< ticks of them, in order of showing; ffmpeg's time 0 is 0 where it was asked for */
    uint8_t *keys;        /**< 1: it decodes by itself */
    char *stream_types;   /**< a letter for each stream, as in ffmpeg's -map; d: data and what is not known */
} DfFilmTimes;

/**
 * Read which streams a film has; count, times and keys are left 0.
 * @param[out] times  to be freed in any case
 * @return 0 or a negative errno, with the cause recorded: it cannot be read or holds no video
 */
int df_film_streams(DfFilmTimes *times, const char *path);

/**
 * Read the streams and all packets of a film.
 * @param[out] times  to be freed in any case
 * @param from_start  1: the film's times count from its start; 0: they are as stored
 * @return 0 or a negative errno, with the cause recorded: it cannot be read, holds no video, has no times
 */
int df_film_times(DfFilmTimes *times, const char *path, int from_start);

void df_film_times_free(DfFilmTimes *times);

#endif
