/**
 * @file
 * An overlay taken off a frame that has been filled: what un-blending restores is mixed with the fill.
 *
 * Before the fill is pasted the frame's own samples in the overlay's place are kept. Frames are restored in order: how
 * much a frame differs from the one before tells how noisy its codes are, and its fade.
 */
#ifndef DF_OVERLAY_RESTORE_H
#define DF_OVERLAY_RESTORE_H

#include "image/mask.h"
#include "image/paste.h"
#include "overlay/fade.h"
#include "overlay/planes.h"

/** A frame's. Zeroed: it has no overlay. */
typedef struct DfOverlayFrame {
    DfOverlayPlanes *planes; /**< what is taken off; NULL: nothing, or what has been learnt */
    DfRect place;        /**< of luma, by df_overlay_place(): what is kept; empty: nothing, and none is restored */
    DeepfillMask *mask;  /**< other holes, whose pixels stay as they are filled; NULL: none */
    const DeepfillMask *hole; /**< borrowed: pixels that the fill alone has written; others stay as they are. NULL: all
                                   that the overlay covers are such */
    DfPlanes seen;       /**< by df_overlay_keep() */
    void *memory;
    uint8_t *origins;    /**< by df_overlay_restore(): of the place's luma, DF_ORIGIN_RESTORED where the restored pixel
                              has more say than the fill, else DF_ORIGIN_NONE; NULL where they are not wanted */
    float fade;          /**< by df_overlay_restore(): 0..1 */
    float noise;         /**< by df_overlay_restore(): standard deviation of luma's noise, in levels of 8 bits */
} DfOverlayFrame;

/** What is known from frame to frame. Zeroed: nothing. */
typedef struct DfOverlayState {
    DfOverlayPlanes *planes; /**< of the frame before */
    int64_t frame;           /**< its number */
    float *detail[3];        /**< by plane: fine detail of y in the place */
    DfFade fade;
} DfOverlayState;

/** @return a rectangle of a frame made one that begins on the chroma grid and at even pixels */
DfRect df_overlay_place(DfRect around, const DeepfillFormat *format);

/** Keep a frame's samples in its place. @return 0 or -ENOMEM */
int df_overlay_keep(DfOverlayFrame *frame, const DeepfillImage *image);

/**
 * Restore a frame. Samples that the overlay does not cover, or the hole, are not written, and where its fade is 0 those
 * that it covers become what they were.
 *
 * @param states         of the latest overlay and of another: fields take turns
 * @param shot           the first frame of its shot
 * @param image          filled
 * @param is_fading      1: its fade is estimated; 0: it is 1
 * @param wants_sources  1: `origins` are made
 * @return 0 or -ENOMEM
 */
int df_overlay_restore(DfOverlayState states[2], DfOverlayFrame *frame, int64_t number, int64_t shot,
                       const DeepfillImage *image, int is_fading, int wants_sources, DfArena *scratch);

/** Free a frame's; a zeroed one is fine. */
void df_overlay_frame_free(DfOverlayFrame *frame);

/** Forget what is known. */
void df_overlay_state_free(DfOverlayState *state);

#endif
