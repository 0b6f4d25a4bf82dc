/**
 * @file
 * `deepfill find`: overlays of a film, found without being told where they are.
 */
#ifndef DF_CLI_FIND_H
#define DF_CLI_FIND_H

#include "cli/film.h"
#include "cli/picture.h"
#include "overlay/estimate.h"

/** What was asked for on the command line; texts are the caller's. */
typedef struct DfFindWish {
    const char *film;
    const char *prefix; /**< of the files that are written */
    DfRect box;         /**< look here only; empty: everywhere */
    int json;
} DfFindWish;

/** Time that an overlay is there. */
typedef struct DfFindSpan {
    double from, to; /**< seconds of the film */
} DfFindSpan;

/** An overlay that was found. */
typedef struct DfFinding {
    DfOverlayEstimate overlay;
    float confidence;  /**< 0..1 */
    int counter;       /**< 1: opaque, and parts of it change: a clock, a score. Its mask is its whole box */
    DfFindSpan *spans; /**< when it is there, in order */
    int span_count;
    double shown;      /**< seconds: a moment when it is there */
} DfFinding;

/** Backgrounds of a film, at most, over which it means nothing that nothing was found. */
#define DF_FIND_FEW_BACKGROUNDS 2

/** What a film was found to have. */
typedef struct DfFindings {
    DfFilmInfo info;
    DeepfillFormat format;
    DfFinding findings[DF_BOXES_MOST]; /**< the most certain one first */
    int count;
    int backgrounds;  /**< that the film shows */
    int scene_still;  /**< 1: nothing can be known, as the scene stands still around what was found */
    int locked;       /**< 1: nothing can be known: edges stand still all over the frame, or it has one background */
    int64_t frames;   /**< that were looked at */
    double apart;     /**< seconds between these */
} DfFindings;

/** Look for overlays. @param[out] findings  to be freed in any case   @return 0 or a negative errno */
int df_find_search(DfFindings *findings, const DfFindWish *wish);

void df_findings_free(DfFindings *findings);

/** @return whether an overlay is opaque: nothing of the picture is left in it */
int df_find_opaque(const DfFinding *finding);

/**
 * Write PREFIX.mask.png; PREFIX.overlay.png where an overlay is translucent; PREFIX.sheet.png. A file is written beside
 * its place and renamed. @return 0 or a negative errno
 */
int df_find_write(const DfFindings *findings, const DfFindWish *wish);

/** Print what was found, and the command that takes it off. */
void df_find_print(const DfFindings *findings, const DfFindWish *wish);

/** The same as JSON. */
void df_find_print_json(const DfFindings *findings, const DfFindWish *wish);

/** @return the name PREFIX.KIND.png, from df_alloc(); NULL: no memory */
char *df_find_name(const DfFindWish *wish, const char *kind);

/** The overlay's colour as red, green and blue, 0..1, from the levels of a colour of its planes. */
void df_find_rgb(const DeepfillFormat *format, const float levels[3], float rgb[3]);

#endif
