/**
 * @file
 * A source: what is kept of a frame so that others may take colours from it, boxes rather than frames.
 */
#ifndef DF_TEMPORAL_SOURCE_H
#define DF_TEMPORAL_SOURCE_H

#include "motion/motion.h"
#include "plane/sample.h"
#include "temporal/account.h"
#include "temporal/area.h"
#include "temporal/toggle.h"

/** A box of samples in a frame's format. */
typedef struct DfCopy {
    DfRect place; /**< in luma samples of the frame, begins on the chroma grid */
    DfPlanes planes;
    void *memory;
} DfCopy;

/** Copies of one frame; their places do not overlap. */
typedef struct DfCopies {
    int count;
    DfCopy *items;
} DfCopies;

/**
 * Counted. What it holds is written once and then read by any thread; the pipeline orders each writer before its
 * readers.
 */
typedef struct DfSource {
    atomic_int references;
    DfAccount *account;
    int64_t frame;
    DeepfillMask *mask; /**< its hole; NULL: none */
    DeepfillMask *keep_out; /**< its hole is never sampled; NULL: none */
    DeepfillFormat format;
    DfCopies shown;     /**< by the snapshot step: the frame as it came, around the holes of its neighbours and
                             its own */
    DfAreas usable;     /**< by the planner: the areas, of its own shot's masks alone, in which others may sample
                             `shown` */
    DfLayer *layers;    /**< by the planner: one for each of these areas, of the frame's own motion, whose motions
                             are not read; NULL: there are none */
    DfToggles toggles;  /**< by the planner: where it is open, and a neighbour of its own shot is not */
    size_t shown_cost, composite_cost; /**< by the planner: bytes of what others may sample of it */
    DfCopies composite; /**< by its fill step: the colours put into its hole, before blending; only where other
                             frames use them */
    atomic_int failed;  /**< 1: its fill failed, so there is no composite */
} DfSource;

/** @return 0 or -ENOMEM; a reference to the mask is taken */
int df_source_create(DfSource **source, DfAccount *account, const DeepfillFormat *format, int64_t frame,
                     DeepfillMask *mask);

DfSource *df_source_ref(DfSource *source);

/** Give up one reference and set *source to NULL; NULL is fine. */
void df_source_close(DfSource **source);

/** @return bytes of copies around such areas, as df_copies_make() allocates */
size_t df_copies_bytes(const DeepfillFormat *format, const DfAreas *areas);

/**
 * Copy the outer rectangles of areas out of an image, with the known samples continued a little into its
 * hole.
 *
 * @param mask  the image's hole; NULL: none
 * @return 0 or -ENOMEM; nothing is left on failure
 */
int df_copies_make(DfCopies *copies, DfAccount *account, const DeepfillImage *image, const DeepfillMask *mask,
                   const DfAreas *areas);

/** @return the copy whose place holds luma position (x, y), else the nearest; NULL: there are none */
const DfCopy *df_copies_near(const DfCopies *copies, float x, float y);

/** @return bytes of what others may sample of it */
static inline size_t df_source_cost(const DfSource *source)
{
    return source->shown_cost + source->composite_cost;
}

/** @return 1 where a luma position, 0 <= x, y, is kept out, or one of the pixels around it */
static inline int df_source_keeps_out(const DfSource *source, float x, float y)
{
    const DeepfillMask *mask = source->keep_out;
    int x0 = (int)x, y0 = (int)y;

    return mask && (df_mask_hole(mask, x0, y0) || df_mask_hole(mask, x0 + 1, y0) || df_mask_hole(mask, x0, y0 + 1) ||
                    df_mask_hole(mask, x0 + 1, y0 + 1));
}

/** @return 1 where luma position (x, y) lies in a usable area and is not kept out, as do the pixels around it */
static inline int df_source_has(const DfSource *source, float x, float y)
{
    if (df_source_keeps_out(source, x, y))
        return 0;
    for (int i = 0; i < source->usable.count; i++) {
        DfRect r = source->usable.items[i].outer;
        if (x >= (float)r.x0 && x <= (float)(r.x1 - 1) && y >= (float)r.y0 && y <= (float)(r.y1 - 1))
            return 1;
    }
    return 0;
}

/** @return 1 where all that a frame shows around luma position (x, y) lies in a layer (has: 1) or outside any (0) */
static inline int df_source_moves_alike(const DfSource *source, float x, float y, int has)
{
    for (int i = 0; source->layers && i < source->usable.count; i++) {
        DfRect r = source->usable.items[i].outer;
        if (x >= (float)r.x0 && x < (float)r.x1 && y >= (float)r.y0 && y < (float)r.y1)
            return df_layer_parts(&source->layers[i], x, y, has);
    }
    return 1;
}

/** One plane of a copy. */
DfTexture df_copy_texture(const DfCopy *copy, const DeepfillFormat *format, int plane);

/** @return a copy with zeroed planes; its memory is NULL where there is none to be had */
DfCopy df_copy_create(DfAccount *account, const DeepfillFormat *format, DfRect place);

/** Free a copy; a zeroed one is fine. */
void df_copy_free(DfCopy *copy, DfAccount *account, const DeepfillFormat *format);

/** Free all copies; zeroed ones are fine. */
void df_copies_free(DfCopies *copies, DfAccount *account, const DeepfillFormat *format);

#endif
