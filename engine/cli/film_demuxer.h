/**
 * @file
 * A film's container opened by libavformat, and what goes wrong with it in words. Thread-safety: any thread.
 */
#ifndef DF_CLI_FILM_DEMUXER_H
#define DF_CLI_FILM_DEMUXER_H

#include "cli/film.h"

struct AVFormatContext;
struct AVRational;

/**
 * Open a film and find its streams. A name of a file is no URL, whatever it looks like.
 * @param[out] demuxer  for avformat_close_input() in any case
 * @return 0 or a negative errno, with the cause recorded: it cannot be read, is a picture, or no memory is left
 */
int df_film_demuxer_open(struct AVFormatContext **demuxer, const char *path);

/** Record why a film cannot be read. @param error  an AVERROR   @return a negative errno */
int df_film_unreadable(const char *path, int error);

/** @return a fraction; 0/1 for one that is unknown or not above 0 */
DfRatio df_film_ratio(struct AVRational value);

#endif
