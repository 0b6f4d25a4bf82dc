/**
 * @file
 * Texture for a fill, from the known pixels of the same picture, by guided PatchMatch.
 *
 * A network's fill has structure and colours, but little texture. For every 8x8 patch that touches the hole the
 * nearest known patch is searched (Barnes et al., "PatchMatch", 2009), in the picture as it stands and in the guide,
 * a blurred copy of the picture with the network's fill, which holds structure and colours in place (Zhang et al.,
 * "Inpainting at Modern Camera Resolution by Guided PatchMatch with Auto-Curation", 2022). Long offsets cost more.
 * Then each pixel of the hole becomes a mean of what the patches over it copy there, weighted by their distance and
 * depth, and the search goes on (Wexler, Shechtman, Irani, "Space-Time Completion of Video", 2007): first in the
 * picture at half its size.
 */
#ifndef DF_TEXTURE_TEXTURE_H
#define DF_TEXTURE_TEXTURE_H

#include "thread_pool.h"

/** What a pixel is. Of four that become one of half the size, the greatest counts. */
enum DfTextureState {
    DF_TEXTURE_KNOWN, /**< a source */
    DF_TEXTURE_RING,  /**< known: kept while patches are compared, no source, and made anew at the end, so that it
                           can be blended with the picture */
    DF_TEXTURE_OTHER, /**< neither known nor to be made */
    DF_TEXTURE_HOLE,  /**< the network's, to be made anew */
};

/** A picture with its fill. */
typedef struct DfTexturePicture {
    int width, height;    /**< up to 32768 each */
    float *rgb;           /**< height x width x 3, -1..1; patches are compared as if values beyond were cut off */
    const uint8_t *state; /**< height x width of enum DfTextureState */
} DfTexturePicture;

/** @return bytes of scratch that df_texture() needs */
size_t df_texture_bytes(int width, int height);

/**
 * Make the hole and the ring anew. Where few known patches are there, nothing changes. No other pixel does. The result
 * depends neither on the number of threads nor on the CPU's level, but for the rounding of floats.
 *
 * @param scratch  df_texture_bytes() bytes, aligned to DF_ALIGN
 * @return 1 where there is texture now; 0 also where `parallel`'s pool was cancelled: the hole is undefined then
 */
int df_texture(const DfTexturePicture *picture, const DfParallel *parallel, void *scratch);

#endif
