/**
 * @file
 * `deepfill find --captions`: captions found in time, and a mask video of them.
 */
#ifndef DF_CLI_FIND_CAPTIONS_H
#define DF_CLI_FIND_CAPTIONS_H

#include "cli/cli.h"
#include "cli/film.h"
#include "overlay/caption.h"

/** What was asked for; texts are the caller's. */
typedef struct DfFindCaptionsWish {
    const char *film;   /**< a file's name */
    const char *prefix; /**< of the filled film in the command that is printed */
    const char *out;    /**< the mask video's name */
    const char *boxes; /**< as df_picture_boxes() reads them; captions are looked for in the rectangle around them.
                            NULL: in the bottom third */
    int json;           /**< 1: tell what was found as JSON */
} DfFindCaptionsWish;

/** A caption that was found. */
typedef struct DfFoundCaption {
    int64_t first, last; /**< frames, counted from 0 */
    double start, end;   /**< seconds from the film's start: of the first frame, and of the frame after the last */
    DfRect box;          /**< around what is masked, in pixels of the film */
} DfFoundCaption;

/**
 * Find captions, write their mask video, and print what was found. Where there are none, no file is written, and one
 * that was there stays.
 * @return DF_EXIT_DONE; DF_EXIT_NOTHING, as was printed; DF_EXIT_FAILED, with the cause printed
 */
enum DfExit df_find_captions(const DfFindCaptionsWish *wish);

/** Print what was found, for people or as JSON. @param band  where it was looked for */
void df_find_captions_tell(const DfFindCaptionsWish *wish, const DfFoundCaption *captions, size_t count,
                           int64_t frames, DfRect band);

#endif
