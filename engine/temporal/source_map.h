/**
 * @file
 * The source map: where each pixel of a frame's hole comes from. A pixel holds the number of a reference (a source,
 * the motion to it, its light) and what its position in the source differs from that motion: 6 bytes.
 *
 * Motions are composed exactly from frame to frame, so that colours are sampled once, from where they were seen.
 */
#ifndef DF_TEMPORAL_SOURCE_MAP_H
#define DF_TEMPORAL_SOURCE_MAP_H

#include "temporal/frame_motion.h"
#include "thread_pool.h"

enum DfReferenceKind {
    DF_KIND_SHOWN,       /**< a frame shows it: sample the source's frame */
    DF_KIND_SYNTHESISED, /**< it was synthesised: sample the source's composite */
    DF_KIND_KEPT,        /**< a frame showed it that is gone: sample the source's composite */
};

/** What many pixels of one map share. */
typedef struct DfReference {
    DfSource *source; /**< with a reference */
    enum DfReferenceKind kind;
    DfAffine motion;  /**< from the map's frame to the source's, in the frames' luma pixels */
    DfLight light[3]; /**< per plane: the source's levels in the light of the map's frame */
    int number;       /**< scratch of df_source_map_compact() */
} DfReference;

/** Pixels whose number of a reference is this one come from nowhere. */
#define DF_NO_REFERENCE UINT16_MAX

/** Steps of a residual in one pixel. */
#define DF_RESIDUAL_STEPS 128

/** One pixel. */
typedef struct DfMapPixel {
    uint16_t reference; /**< index into the map's references, or DF_NO_REFERENCE */
    int16_t dx, dy;     /**< residual, in 1 / DF_RESIDUAL_STEPS pixels */
} DfMapPixel;

/** The pixels of one area's hole rectangle, row by row; those outside the hole come from nowhere. */
typedef struct DfMapArea {
    DfRect hole;
    DfMapPixel *pixels;
    DfLayer layer;          /**< what lies in it moves otherwise than the rest: across its edge no two pixels are
                                 neighbours in the world; its motions are not read */
} DfMapArea;

/** One frame's. Counted; not changed once others hold it. */
typedef struct DfSourceMap {
    atomic_int users;
    DfAccount *account;
    int area_count;
    DfMapArea *areas;
    DfMapPixel *pixels;     /**< of all areas, one after the other */
    size_t pixel_count;
    int reference_count, reference_room;
    DfReference *references;
} DfSourceMap;

/** Lay a map out for the hole of a mask, all pixels from nowhere. @return 0 or -ENOMEM */
int df_source_map_create(DfSourceMap **map, DfAccount *account, const DfAreas *areas);

DfSourceMap *df_source_map_ref(DfSourceMap *map);

/** Give up one use and set *map to NULL; NULL is fine. */
void df_source_map_close(DfSourceMap **map);

/**
 * Add a reference; a use of the source is taken.
 * @return its number; -ENOMEM; -ENOSPC where all numbers are taken
 */
int df_source_map_add(DfSourceMap *map, const DfReference *reference);

/** Take over the layers that a frame's motion has where it covers the map's areas. */
void df_source_map_set_layers(DfSourceMap *map, const DfFrameMotion *motion);

/** Copy pixels and references of a map of the same areas into one without references. @return 0 or -ENOMEM */
int df_source_map_copy(DfSourceMap *to, const DfSourceMap *from);

/**
 * Add all references of another map.
 * @return the number that its first one got; -ENOMEM; -ENOSPC
 */
int df_source_map_append(DfSourceMap *map, const DfSourceMap *other);

/** Forget references that no pixel has. */
void df_source_map_compact(DfSourceMap *map);

/** Rows of one area, as many as one thread takes at a time. */
typedef struct DfMapBand {
    int area;
    int first_row, end_row; /**< of the frame */
} DfMapBand;

/** @return how many bands a map has */
int df_source_map_bands(const DfSourceMap *map);

/** @return band number `i` */
DfMapBand df_source_map_band(const DfSourceMap *map, int i);

/** @return the pixel at (x, y); NULL: outside all areas */
static inline DfMapPixel *df_source_map_at(const DfSourceMap *map, int x, int y)
{
    for (int i = 0; i < map->area_count; i++) {
        DfRect r = map->areas[i].hole;
        if (x >= r.x0 && x < r.x1 && y >= r.y0 && y < r.y1)
            return &map->areas[i].pixels[(size_t)(y - r.y0) * df_rect_width(r) + (x - r.x0)];
    }
    return NULL;
}

/** The luma position in its source of a pixel at (x, y), which comes from somewhere. */
static inline void df_source_map_position(const DfSourceMap *map, const DfMapPixel *pixel, int x, int y,
                                          float *from_x, float *from_y)
{
    float dx, dy;

    df_affine_at(&map->references[pixel->reference].motion, x, y, &dx, &dy);
    *from_x = (float)x + dx + (float)pixel->dx * (1.0f / DF_RESIDUAL_STEPS);
    *from_y = (float)y + dy + (float)pixel->dy * (1.0f / DF_RESIDUAL_STEPS);
}

/**
 * The pixel at (x, y) that comes from a luma position by reference `number`, whose motion is given.
 * @return from nowhere where the residual is beyond what a pixel holds, 255 px
 */
DfMapPixel df_map_pixel(int number, const DfAffine *motion, int x, int y, float from_x, float from_y);

/** One step along a motion, from a frame back to an earlier one. */
typedef struct DfFollow {
    const DeepfillMask *mask;    /**< the hole whose pixels are followed; NULL: none */
    const DfFrameMotion *motion; /**< of their frame */
    DfSource *earlier;           /**< where they arrive */
    const DfSourceMap *map;      /**< where the earlier frame's pixels come from; NULL: not known */
    unsigned kinds;              /**< bit set of the kinds that may be taken over from it */
    int shown;                   /**< 1: pixels that arrive outside its hole come from there; 0: the map alone
                                      counts */
} DfFollow;

/**
 * Follow every hole pixel that comes from nowhere yet, in rows that the pool's threads share.
 *
 * @return how many pixels now come from somewhere; -ENOMEM
 */
int64_t df_source_map_follow(DfSourceMap *map, const DfFollow *follow, const DfParallel *parallel);

#endif
