/**
 * @file
 * What the parts of a film are: the file `manifest` of a folder that `deepfill plan` makes and `deepfill join` reads.
 *
 *     deepfill parts 1
 *     film /films/in.mkv              a newline in its name is \n, a backslash \\
 *     bytes 123456                    of that file
 *     ending mkv
 *     time_base 1/1000                seconds of a tick
 *     encoder 1/25                    seconds to which the encoder rounds times
 *     part 48                         frames of the first part, then their times: so many from the first one on, evenly
 *     times 0 40 48
 *     part 20
 *     times 1920 40 19
 *     times 2690 33 1
 *     end
 */
#ifndef DF_CLI_MANIFEST_H
#define DF_CLI_MANIFEST_H

#include "cli/film.h"

/** Parts of a film. Zeroed: none. */
typedef struct DfManifest {
    char *film;           /**< its path, absolute */
    int64_t film_bytes;   /**< of its file */
    char ending[8];       /**< of the parts' names */
    DfRatio time_base;    /**< seconds of a tick of `times` */
    DfRatio encoder;      /**< seconds of a tick of the encoder */
    int part_count;
    int64_t *part_starts; /**< of each part, the number of its first frame; one more: how many frames there are */
    int64_t *times;       /**< of each frame, from the film's start */
} DfManifest;

/** @return whether a tick of the encoder is a frame at a rate, and not one of the film's own clock */
int df_manifest_is_steady(const DfManifest *manifest, DfRatio rate);

/** @return when a frame comes, as the encoder rounds it, in seconds from the film's start */
double df_manifest_seconds(const DfManifest *manifest, int64_t frame);

/** @return the path of a part, counted from 0, from df_alloc(); NULL: no memory */
char *df_manifest_part(const DfManifest *manifest, const char *folder, int part);

/** Write a folder's manifest. @return 0 or a negative errno, with the cause recorded */
int df_manifest_write(const DfManifest *manifest, const char *folder);

/** Read it. @param[out] manifest  to be freed in any case   @return 0 or a negative errno, with the cause recorded */
int df_manifest_read(DfManifest *manifest, const char *folder);

void df_manifest_free(DfManifest *manifest);

#endif
