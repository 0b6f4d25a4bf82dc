/**
 * @file
 * One level of the pyramid: a picture, its guide, and for each patch of the hole the offset to its source.
 */
#ifndef DF_TEXTURE_LEVEL_H
#define DF_TEXTURE_LEVEL_H

#include "kernels/match.h"
#include "plane/rect.h"
#include "texture/texture.h"

/** Rows that a unit of a parallel loop takes. The result depends on it, and not on the number of threads. */
#define DF_TEXTURE_BAND 16

/** Steps of a picture in a level of 8 bits: fine enough for banding not to show, and sums of squares fit 31 bits. */
#define DF_TEXTURE_SCALE 4

/**
 * The guide's weight, its steps in one of the picture. Each of its four points stands for 16 of a patch's 64 pixels, so a
 * patch of the guide weighs DF_TEXTURE_GUIDE_SCALE^2 / 16 = 4 times one of the picture. LPIPS is the same to 0.001 from 1
 * to 8.
 */
#define DF_TEXTURE_GUIDE_SCALE 8

/** What 1 in a guide is in rgb. */
#define DF_TEXTURE_GUIDE_LEVEL (1 / (DF_TEXTURE_GUIDE_SCALE * DF_TEXTURE_SCALE * 127.5f))

/** What a patch is. Patches are named by the index of their upper left pixel. */
enum DfTexturePatch {
    DF_TEXTURE_NEITHER, /**< not whole, or it holds OTHER pixels */
    DF_TEXTURE_SOURCE,  /**< all its pixels are KNOWN */
    DF_TEXTURE_TARGET,  /**< it touches the hole or the ring */
};

/** A level. Planes have width x height elements. */
typedef struct DfTextureLevel {
    int width, height;
    int scale;         /**< pixels of the finest level along a side of this level's pixel */
    float *rgb;
    const uint8_t *state;
    int16_t *picture;  /**< as in DfMatchPlanes: 8-bit levels times DF_TEXTURE_SCALE */
    int16_t *guide;    /**< the first picture, blurred, times DF_TEXTURE_GUIDE_SCALE */
    uint8_t *patch;    /**< enum DfTexturePatch */
    uint8_t *depth;    /**< px to the nearest known or ring pixel, a diagonal step is 1; at most 255 */
    int32_t *sources;  /**< all source patches, source_count of them */
    int source_count;
    int32_t *offset;   /**< of targets: their sources' index less their own; 0: none yet */
    int32_t *distance; /**< of targets: sum of squares between the patch and its source */
    int32_t *border;   /**< a row for each band: the offsets next to it, as they were before the pass */
    DfRect targets;    /**< holds the upper left pixels of all targets */
} DfTextureLevel;

/** @return units of a loop over a level's rows */
static inline int df_texture_bands(const DfTextureLevel *level)
{
    return df_ceil_div(level->height, DF_TEXTURE_BAND);
}

/**
 * Make all that a level's rgb and state determine: picture, guide, patches, depth, sources.
 */
void df_texture_prepare(DfTextureLevel *level, const DfParallel *parallel);

/** Bring a pixel of the level's picture up to date with rgb. */
void df_texture_quantise(const DfTextureLevel *level, size_t pixel);

/** Give each target a first source: that of the coarser level's patch at its place, or, where NULL, any. */
void df_texture_start(DfTextureLevel *level, const DfTextureLevel *coarse, const DfParallel *parallel);

/**
 * Improve the targets' sources.
 *
 * @param tries  random sources to look at first, besides the one that a target has
 * @param seed   different in each call: random numbers are a hash of it and the target
 */
void df_texture_search(DfTextureLevel *level, int tries, uint32_t seed, const DfParallel *parallel);

/** Make the hole, and where `ring` is 1 the ring, of what the targets over it copy there: in rgb and picture. */
void df_texture_vote(DfTextureLevel *level, int ring, const DfParallel *parallel);

#endif
