/**
 * @file
 * A mask video that is written: gray FFV1 (level 3, with checksums) in Matroska, whose pictures have a film's times.
 *
 * Equal pictures are compressed once: each is coded by itself, so its packet serves for any time. Thread-safety: one
 * thread at a time.
 */
#ifndef DF_CLI_FILM_MASK_H
#define DF_CLI_FILM_MASK_H

#include <stddef.h>
#include <stdint.h>

#include "cli/film.h"

/** A mask video that is not whole yet; it lies beside its place, as NAME.part. */
typedef struct DfFilmMask DfFilmMask;

/**
 * Begin a mask video of a film's size.
 * @param[out] mask  to be closed by df_film_mask_close(); NULL after an error
 * @return 0 or a negative errno; the cause names the file
 */
int df_film_mask_open(DfFilmMask **mask, const char *path, const DfFilmInfo *film);

/** Set the picture that df_film_mask_put() writes from now on, white where masked. @return 0 or a negative errno */
int df_film_mask_picture(DfFilmMask *mask, const uint8_t *gray, ptrdiff_t stride);

/**
 * Write the picture.
 * @param pts       the film frame's, in ticks of its time base; later than the last one
 * @param duration  ticks; 0: unknown
 * @return 0 or a negative errno
 */
int df_film_mask_put(DfFilmMask *mask, int64_t pts, int64_t duration);

/** Write what the file ends with, and put it into its place. @return 0 or a negative errno */
int df_film_mask_finish(DfFilmMask *mask);

/** Close a mask video and set *mask to NULL; one that is not finished is removed. NULL is fine. */
void df_film_mask_close(DfFilmMask **mask);

#endif
