/**
 * @file
 * Captions burnt into a film, found in time: strokes that appear together, stand still while they are shown, and go
 * together. Nothing is read.
 *
 * Bands of frames go in, captions come out: each with its first and its last frame, and a mask of its strokes with
 * their outline. Frames are held as long as the longest caption that can be found stands, so memory is bounded for any
 * length of film.
 *
 *     df_captions_open()
 *     df_captions_push(), df_captions_take() ...    bands go in, captions come out
 *     df_captions_flush(), df_captions_take() ...   until it is dry
 *     df_captions_close()
 *
 * How: a pixel on a thin structure lighter or darker than what is around it (a top-hat) that keeps its value for a
 * third of a second has a run; runs that begin together and end together, and lie in lines, are a caption's strokes
 * (caption_runs.h, caption_lines.h). How much of these strokes each frame around both ends shows, by projection on
 * their picture without low frequencies, gives the first and the last frame, fades included (caption_ends.h). A cut
 * in that place makes everything begin together: then the other end has to tell. Pixels that changed with
 * the strokes and kept their value between are of the caption, too (caption_mask.h).
 *
 * Thread-safety: one thread at a time.
 */
#ifndef DF_OVERLAY_CAPTION_H
#define DF_OVERLAY_CAPTION_H

#include <stddef.h>
#include <stdint.h>

#include "plane/rect.h"

/** A search. */
typedef struct DfCaptions DfCaptions;

/** What is searched. */
typedef struct DfCaptionSettings {
    int width, height; /**< of the bands, in pixels, 16..32768 */
    int frame_height;  /**< of the whole frame in the same pixels: letters and lines are measured by it; 16..32768 */
    double rate;       /**< frames a second; 0: unknown, 25 are assumed */
    size_t memory;     /**< bytes of bands that are held; 0: 128 MiB. Captions that stand longer are not found */
} DfCaptionSettings;

/** A caption. */
typedef struct DfCaption {
    int64_t first, last; /**< frames that show it, counted from 0 */
    int is_common;       /**< 1: strokes that captions, each right after the other, have in common; these are captions
                              of their own, and hold the rest */
    DfRect box;          /**< around its strokes, in pixels of the band */
    uint8_t *mask;       /**< the box's pixels, row by row; 1: a stroke or its outline. From df_alloc() */
} DfCaption;

/**
 * Begin a search.
 * @param[out] captions  to be closed with df_captions_close(); NULL after an error
 * @return 0, -EINVAL where a setting is out of range, or -ENOMEM, with the cause recorded
 */
int df_captions_open(DfCaptions **captions, const DfCaptionSettings *settings);

/**
 * Add the next frame's band: luma in levels of 8 bits.
 * @param stride  bytes from a row to the next
 * @return 0 or -ENOMEM; after an error only df_captions_close() may follow
 */
int df_captions_push(DfCaptions *captions, const uint8_t *luma, ptrdiff_t stride);

/** Tell that the film has ended. @return 0 or -ENOMEM */
int df_captions_flush(DfCaptions *captions);

/**
 * Take a caption that was found, in the order of their ends.
 * @param[out] caption  the caller's; to be freed with df_caption_free()
 * @return 1, or 0: there is none now
 */
int df_captions_take(DfCaptions *captions, DfCaption *caption);

/** @return frames before this one are shown by no caption that is still to be taken */
int64_t df_captions_settled(const DfCaptions *captions);

/** Free a caption's mask. */
void df_caption_free(DfCaption *caption);

/** End a search and set *captions to NULL; NULL is fine. */
void df_captions_close(DfCaptions **captions);

#endif
