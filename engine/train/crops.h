/**
 * @file
 * Pictures to train with, kept in memory as tiles, and random crops of them.
 */
#ifndef DF_TRAIN_CROPS_H
#define DF_TRAIN_CROPS_H

#include <stddef.h>

#include "train/random.h"

/** A picture, or a part of one. */
typedef struct DfTile {
    uint8_t *rgb;    /**< height x width x 3 */
    uint8_t *known;  /**< height x width: 1 known, 0 under a mask; NULL: all are known */
    int width, height;
    uint64_t key;    /**< random: the smallest is dropped first */
} DfTile;

/**
 * Tiles, up to a limit. Each has a random key, which the seed and its number alone decide; where more are offered than
 * fit, those of the largest keys stay: tiles of all sizes are equally likely to, but for one tile's share of the limit.
 * Zeroed but for limit and seed: none.
 * Thread-safety: any thread may read them while none adds.
 */
typedef struct DfTiles {
    DfTile *list;
    int count, room; /**< tiles, and what the list has room for */
    size_t bytes;    /**< that the tiles hold */
    size_t most;     /**< most bytes of them; a tile alone may have more */
    uint64_t seed;
    int64_t offered; /**< tiles so far */
    uint64_t floor;  /**< largest key of a tile that was dropped; 0: none was */
} DfTiles;

/**
 * Offer a tile, which is copied.
 * @param rgb    height x width x 3
 * @param known  height x width: 0 not known, and the tile's pixel is black; NULL: all are
 * @return 0 or -ENOMEM
 */
int df_tiles_add(DfTiles *tiles, const uint8_t *rgb, const uint8_t *known, int width, int height);

/** Offer a picture as squares along its longer side, as many as cover it best, evenly placed. @return 0 or -ENOMEM */
int df_tiles_add_squares(DfTiles *tiles, const uint8_t *rgb, int width, int height);

/** @return CRC-32C of the tiles in their order: sides, pixels, and which are known */
uint32_t df_tiles_checksum(const DfTiles *tiles);

/** Free all tiles; zeroed afterwards. */
void df_tiles_free(DfTiles *tiles);

/** How much crops may differ from their tiles. */
typedef struct DfCropRules {
    double zoom[2]; /**< least and most pixels of the tile that one of the crop stands for, up to 3 */
    double gain[2]; /**< of values, -1..1 */
    double offset;  /**< most that is added to or taken from a channel */
} DfCropRules;

/** Zoom .55 to 1.5, gain .85 to 1.1, offset .06: for models that are to know any picture. */
extern const DfCropRules df_crop_any;

/** Zoom .8 to 1.25, gain .97 to 1.03, offset .02: for the pictures of one film. */
extern const DfCropRules df_crop_film;

/** A crop: corner (u, v) of its pixels is the tile's (x + zoom u, y + zoom v); flipped from left to right or not. */
typedef struct DfCrop {
    const DfTile *tile;
    double x, y, zoom;
    int flip;
    float gain, offset[3]; /**< value of the crop = gain * value + offset, clamped to -1..1 */
} DfCrop;

/** Choose a crop of size x size: any tile, any place; the zoom's logarithm is uniform, and the crop within the tile. */
DfCrop df_crop_draw(const DfTiles *tiles, const DfCropRules *rules, int size, DfRandom *random);

/** @return bytes of scratch for crops of a size */
size_t df_crop_scratch(int size);

/**
 * Cut a crop out: bilinear, over as many pixels as one of the crop covers where it shrinks.
 * @param image    size x size x 3, -1..1
 * @param scratch  df_crop_scratch() bytes, aligned as floats are
 */
void df_crop_image(const DfCrop *crop, int size, float *image, void *scratch);

/** The same of what is known: size x size, 1 where every pixel that the image's was made of is known. */
void df_crop_known(const DfCrop *crop, int size, uint8_t *known);

#endif
