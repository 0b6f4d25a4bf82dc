/**
 * @file
 * `deepfill join`: the parts of a film checked, and joined with all that the film has beside them.
 */
#ifndef DF_CLI_JOIN_H
#define DF_CLI_JOIN_H

#include "cli/film_times.h"
#include "cli/manifest.h"

/** Parts of a film that are joined, and by what. */
typedef struct DfJoin {
    const char *folder;   /**< of the parts, written by plan */
    const char *ffmpeg;   /**< its name or path */
    DfManifest manifest;
    DfFilmTimes film;     /**< the film's streams, without times */
} DfJoin;

/** Check that all parts are there and have the frames and times that they are to have. @return 0 or a negative errno */
int df_join_check(const DfManifest *manifest, const char *folder);

/**
 * Check that a joined film has all frames, at their times.
 * @return 0 or a negative errno, with the cause recorded
 */
int df_join_check_whole(const DfManifest *manifest, const char *path);

/**
 * Join the parts into a file, without encoding anything.
 * @param out  written; it ends as its kind of file does
 * @return 0 or a negative errno, with the cause recorded
 */
int df_join_run(const DfJoin *join, const char *out);

#endif
