/**
 * @file
 * The frames of a film, one after the other, as planes that the library takes.
 *
 * A frame is shown as players and ffmpeg show it: turned as the film says that cameras held it. Thread-safety: one
 * thread at a time.
 */
#ifndef DF_CLI_FILM_H
#define DF_CLI_FILM_H

#include <stdint.h>

#include "deepfill.h"

/** A film that is read. */
typedef struct DfFilm DfFilm;

/** A fraction; the denominator is above 0. */
typedef struct DfRatio {
    int num, den;
} DfRatio;

/** What is known of a film before its frames are read. */
typedef struct DfFilmInfo {
    int width, height;    /**< of a frame as shown, in pixels */
    DfRatio rate;         /**< frames a second; 0/1: unknown */
    DfRatio time_base;    /**< seconds of one tick: the unit of pts and duration */
    DfRatio aspect;       /**< width to height of a pixel as shown; 0/1: unknown */
    int64_t start;        /**< ticks from which players count the film's time; ffmpeg's time 0 */
    double seconds;       /**< length; 0: unknown */
    int rotation;         /**< degrees clockwise by which the stored frames were turned: 0, 90, 180, 270 */
    double key_interval;  /**< mean seconds between frames that decode by themselves; 0: unknown before reading */
} DfFilmInfo;

/** @return whether a file's name ends as those of films do */
int df_film_is_named(const char *name);

/** A frame. */
typedef struct DfFilmFrame {
    DeepfillImage image; /**< valid until the next call for this film; not to be written */
    int64_t pts;         /**< ticks of the film's time base */
    int64_t duration;    /**< ticks; 0: unknown */
    double time;         /**< seconds from the film's start */
    int key;             /**< 1: it decodes by itself */
} DfFilmFrame;

/**
 * Open the film's best video stream.
 * @param[out] film  to be closed with df_film_close(); NULL after an error
 * @return 0 or a negative errno; the cause names the file: it cannot be read, is a picture, holds no video, its
 *         codec has no decoder, its sides are out of range
 */
int df_film_open(DfFilm **film, const char *path);

/** @return what is known of it; the film's. */
const DfFilmInfo *df_film_info(const DfFilm *film);

/**
 * Read frames that are at least so many seconds apart, from now on, as cheaply as that goes: where frames that
 * decode by themselves are near enough, these alone are decoded. 0: every frame.
 * @param loosest  mean seconds between frames that are near enough still, at least `seconds`
 */
void df_film_sample(DfFilm *film, double seconds, double loosest);

/**
 * Read the next frame in the order of showing. Frames that are damaged are left out, and counted.
 * @return 1; 0 at the film's end; a negative errno: no frame at all could be decoded, the frames change their size
 *         or format, or no memory is left
 */
int df_film_next(DfFilm *film, DfFilmFrame *frame);

/**
 * Go on reading at the last frame that decodes by itself and is not later than so many seconds from the film's
 * start; frames before that moment are read as well. @return 0 or a negative errno
 */
int df_film_seek(DfFilm *film, double seconds);

/** @return packets that could not be decoded so far. */
int64_t df_film_damaged(const DfFilm *film);

/** Close a film and set *film to NULL; NULL is fine. */
void df_film_close(DfFilm **film);

#endif
