/**
 * @file
 * What follows from a frame's overlay and mask, made once and kept while frames have the same.
 */
#ifndef DF_OVERLAY_CACHE_H
#define DF_OVERLAY_CACHE_H

#include "overlay/planes.h"

/** Zeroed: nothing is kept. */
typedef struct DfOverlayCache {
    DeepfillOverlay *overlay;
    DeepfillMask *mask;      /**< beside it; NULL: none */
    DeepfillMask *hole;      /**< of both */
    DfOverlayPlanes *planes; /**< the overlay in the frames' planes */
} DfOverlayCache;

/**
 * Have hole and planes of such a frame in the first of two; what another overlay has is kept in the second.
 * @return 0; -ENOMEM: then nothing is kept in the first
 */
int df_overlay_cache_update(DfOverlayCache caches[2], DeepfillOverlay *overlay, DeepfillMask *mask,
                            const DeepfillFormat *format);

/** Free what is kept. */
void df_overlay_cache_free(DfOverlayCache *cache);

#endif
