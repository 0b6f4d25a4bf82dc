/**
 * @file
 * `deepfill join`: the parts of a film checked, and joined with all that the film has beside them.
 */
#ifndef DF_CLI_JOIN_H
#define DF_CLI_JOIN_H

#include "cli/film_times.h"
#include "cli/manifest.h"

/** What was asked for on the command line; texts are the caller's. */
typedef struct DfJoinWish {
    const char *folder;
    const char *out;     /**< NULL: beside the film */
    const char *ffmpeg;
} DfJoinWish;

/** Check that all parts are there and have the frames and times that they are to have. @return 0 or a negative errno */
int df_join_check(const DfManifest *manifest, const char *folder);

/**
 * Check that a joined film has all frames, at their times.
 * @return 0 or a negative errno, with the cause recorded
 */
int df_join_check_whole(const DfManifest *manifest, const char *path);

/**
 * Join the parts into a file, without encoding anything.
 * @param film  the film's streams, of which that of the parts is left out
 * @param out   written; it ends as its kind of file does
 * @return 0 or a negative errno, with the cause recorded
 */
int df_join_run(const DfManifest *manifest, const DfJoinWish *wish, const DfFilmTimes *film, const char *out);

#endif
