/**
 * @file
 * A mask grown in time: parts of a hole that come or go as a whole are given to frames before and after, to be filled
 * (`dilate_time`) or only to be hidden from other frames, where a frame shows what its neighbours hide.
 *
 * Frames are given in order, by one thread. A frame's mask is final once `hold` frames after it are sent; no step of the
 * frame, nor of the one before it, may begin earlier.
 */
#ifndef DF_VIDEO_DILATE_TIME_H
#define DF_VIDEO_DILATE_TIME_H

#include "temporal/frame_view.h"
#include "temporal/toggle.h"

/** Frames beside the beginning and the end of a part that are held against what it hides. */
#define DF_HIDDEN_BESIDE 4

/** Parts that have ended not long ago; of more the oldest are forgotten. */
#define DF_MOST_ENDINGS 16

/** Frames that are held at most. */
#define DF_MOST_HELD 64

/** A part of the hole that has ended. */
typedef struct DfEnding {
    DeepfillMask *mask; /**< with a reference */
    DfRect rect;
    int64_t last;       /**< the last frame that has it */
    int is_clean;       /**< 1: what it hides is not seen any more */
} DfEnding;

/** A part of the hole that has begun, and was seen before. */
typedef struct DfBeginning {
    DeepfillMask *mask; /**< with a reference */
    DfRect rect;
    int64_t first;      /**< the first frame that has it */
} DfBeginning;

/** A frame that is held. */
typedef struct DfHeld {
    DeepfillImage image;
    DeepfillMask *own;    /**< as given, with a reference; NULL: none */
    DeepfillMask *filled; /**< what is filled, with a reference; NULL: nothing */
    DeepfillMask *hidden; /**< what is hidden from others: at least `filled`; with a reference; NULL: nothing */
    int is_bridged;       /**< 1: between an object's end and its beginning anew */
    int is_fixed;         /**< 1: nothing of it is filled */
    int is_changed;       /**< 1: since it was given to the frames */
    int is_tied;          /**< 1: a mask was judged, or grew, across the boundary before this frame */
} DfHeld;

/** Unions of masks that are cached. */
#define DF_MOST_UNIONS 8

/** A mask with parts of another one. Frames that have one mask and are given the same parts share the result. */
typedef struct DfUnion {
    DeepfillMask *mask, *other, *united; /**< with references; `mask` may be NULL; `united` NULL: empty */
    DfRect rects[DF_MOST_TOGGLES];
    int count;
} DfUnion;

typedef struct DfDilateTime {
    int frames;           /**< by which holes grow */
    int beside;           /**< frames beside a hole that are held against it: DF_HIDDEN_BESIDE, or 0 */
    int hold;             /**< frames after one that may change its mask; 0: holes grow only after their end */
    int64_t sent;
    DfHeld held[DF_MOST_HELD + 1]; /**< by number; the latest hold + 1, or one */
    DfEnding endings[DF_MOST_ENDINGS];
    int ending_count;
    DfBeginning beginnings[DF_MOST_ENDINGS];
    int beginning_count;
    DfUnion unions[DF_MOST_UNIONS]; /**< emptied by a frame that needs none */
    int next_union;       /**< that is replaced next, 0 to DF_MOST_UNIONS - 1 */
    int is_united;        /**< 1: the frame that is taken in needs unions */
    int is_tied;          /**< 1: it is tied to the frame before it */
    DfArena scratch;
} DfDilateTime;

/**
 * Take the next frame in: its masks, and those of the frames held before it, are found.
 *
 * @param own       its hole; NULL: none
 * @param is_fixed  1: nothing of it is to be filled
 * @return 0 or -ENOMEM; then the frame is as not taken in
 */
int df_dilate_time_push(DfDilateTime *dilate, const DeepfillImage *image, DeepfillMask *own, int is_fixed);

/** Take the latest frame out again. */
void df_dilate_time_pop(DfDilateTime *dilate);

/** @return frame number `n`, one of the latest hold + 1 */
DfHeld *df_dilate_time_held(DfDilateTime *dilate, int64_t n);

/** Forget all frames. */
void df_dilate_time_reset(DfDilateTime *dilate);

/** Free everything; a zeroed one is fine. */
void df_dilate_time_free(DfDilateTime *dilate);

#endif
