/**
 * @file
 * Edges that stand still while the picture changes: three sums a pixel of the signed gradient of each plane.
 *
 *     t^2 = sum over planes of |mean g|^2 / (var g + n)      n: what coding makes, 4 of luma, 12 of chroma
 *
 * Means are taken within a background, then over backgrounds: one that is shown long counts once.
 */
#ifndef DF_OVERLAY_PERSIST_H
#define DF_OVERLAY_PERSIST_H

#include <stdint.h>

#include "overlay/backgrounds.h"

/** The sums. Thread-safety: one thread at a time. All zero but for the size at first. */
typedef struct DfPersist {
    int width, height;   /**< of the planes, in pixels */
    DfBackgrounds backgrounds;
    int planes;          /**< 1 or 3 */
    float scale;         /**< of what is looked for: 1 in frames of 240 lines */
    float *shot[3][3];   /**< by plane, of the background at hand: gx, gy, gx^2 + gy^2 */
    float *total[3][3];  /**< of the means of backgrounds that are over */
    int frames;          /**< of the background at hand */
    int counted;         /**< backgrounds in the totals */
    int64_t taken, left; /**< frames that are in the sums; those that show what was shown before */
} DfPersist;

/** @return the scale of strokes and gaps in frames of so many lines, at least 1 */
static inline float df_persist_scale(int height)
{
    return height > 240 ? height / 240.f : 1;
}

/** Make sums of 1 or 3 planes. @return 0 or -ENOMEM; they are to be freed in any case */
int df_persist_open(DfPersist *persist, int width, int height, int planes, float scale);

/** Add a frame's planes, 0..255; sides are at least those of the grid. @return 0 or -ENOMEM */
int df_persist_add(DfPersist *persist, float *const planes[3]);

/** Add a frame that is known to show background `number`; these come in order, but not all have to. */
void df_persist_add_known(DfPersist *persist, float *const planes[3], int number);

/**
 * What the sums tell; more frames may be added afterwards.
 * @param[out] t         width x height; 0 at the frame's edges
 * @param[out] strength  width x height: root of the lesser eigenvalue of t's structure tensor nearby: large
 *                       where persisting edges run in more than one direction. Edges that stay because the camera
 *                       moves along them run in one
 * @return 0 or -ENOMEM
 */
int df_persist_read(const DfPersist *persist, float *t, float *strength);

/** Free what they hold. */
void df_persist_free(DfPersist *persist);

#endif
