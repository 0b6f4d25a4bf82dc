/**
 * @file
 * Where strokes begin and end in time, exact to a frame.
 */
#ifndef DF_OVERLAY_CAPTION_ENDS_H
#define DF_OVERLAY_CAPTION_ENDS_H

#include "overlay/caption_patch.h"

/** What is known of an end. */
enum DfCaptionEndKind {
    DF_CAPTION_END_SEEN,  /**< the strokes come or go in `frame` */
    DF_CAPTION_END_FILM,  /**< the film begins or ends while they are shown */
    DF_CAPTION_END_NONE   /**< they do not leave within the frames that are looked at */
};

/** An end of strokes, in time. */
typedef struct DfCaptionEnd {
    enum DfCaptionEndKind kind;
    int64_t frame;  /**< the outermost that shows them */
    int ramp;       /**< frames that show them in part: 0: at once */
    float rest;     /**< what the frames beyond show of them: about 0, unless what is behind them resembles them */
    float unrest;   /**< by how much these differ from `rest` at most */
    float cut;      /**< share of the pixels beside the strokes that changed in this place and stood still within: a
                         cut to or from a picture that stands still */
} DfCaptionEnd;

/** How an end is looked for. */
typedef struct DfCaptionEndSearch {
    int step;    /**< -1: the beginning; 1: the end */
    int margin;  /**< frames beyond the strokes' own that are looked at, at most DF_CAPTION_MOST_MARGIN */
    float fall;  /**< the least that a fade takes in a frame */
} DfCaptionEndSearch;

#define DF_CAPTION_MOST_MARGIN 64

/**
 * Find an end. patch->seed and patch->distance are read; patch->plane is written.
 * @return the end; its `cut` is 1 where the film begins or ends
 */
DfCaptionEnd df_caption_end(const DfCaptionBands *bands, const DfCaptionPatch *patch, DfCaptionEndSearch search);

/**
 * How much of a picture each frame shows: the projection on it of frames without their low frequencies.
 *
 * With T the picture, K the strokes and the pixels beside them, L a mean over a square of 2 reach + 1:
 * D = K (T - L T), G = D - L D, share(Y) = <Y, G> / <T, G>. What is behind the strokes hardly correlates with G.
 *
 * @param picture         the mean of frames that show the strokes
 * @param[out] projector  G / <T, G>; all 0 where T has no strokes
 * @param scratch         two planes
 */
void df_caption_projector(float *projector, const float *picture, const DfCaptionPatch *patch, float *const *scratch);

#endif
