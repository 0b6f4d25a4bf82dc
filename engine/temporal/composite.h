/**
 * @file
 * The composite: the colours of a frame's holes before they are blended into it, area by area, plane by plane.
 */
#ifndef DF_TEMPORAL_COMPOSITE_H
#define DF_TEMPORAL_COMPOSITE_H

#include "plane/plane.h"
#include "temporal/frame_state.h"

/** Where a sample of a plane comes from. */
typedef struct DfOriginSample {
    float x, y;    /**< in the source's samples of this plane */
    int reference; /**< index into the map's references; -1: from nowhere */
} DfOriginSample;

/** One plane of an area; samples are those of the plane. Arrays are row by row without padding. */
typedef struct DfCompositePlane {
    DfRect place;
    DfPlane colour;          /**< in the frame's own levels; where there is no hole, the frame itself */
    uint8_t *hole;           /**< 1: to be filled */
    DfOriginSample *origins;
    DfLayer layer;           /**< of the map's area; its rectangle in the frame's luma pixels */
} DfCompositePlane;

typedef struct DfCompositeArea {
    DfRect place;           /**< the hole's rectangle and a margin, on the chroma grid, in luma samples */
    DfCompositePlane planes[3];
} DfCompositeArea;

/** A frame's. Everything lies in the arena that it was made with. */
typedef struct DfComposite {
    const DfFrameState *state;
    const DfSourceMap *map; /**< the state's map, or its former one */
    int count;
    DfCompositeArea *areas;
} DfComposite;

/** @return the rectangle of a state's area number `i` in composites */
DfRect df_composite_place(const DfFrameState *state, int i);

/**
 * Sample what other frames show and what was synthesised in them, each in its source's light brought to this frame's.
 * Pixels that are synthesised in this frame are left as they are.
 * @return 0 or -ENOMEM
 */
int df_composite_make(DfComposite *composite, const DfFrameState *state, DfArena *arena);

/** Fade over to what was synthesised newly: mix in the former colours. @return 0 or -ENOMEM */
int df_composite_fade(DfComposite *composite, DfArena *scratch);

/** @return 1 where a sample is synthesised in the composite's own frame */
static inline int df_composite_is_fresh(const DfComposite *composite, const DfOriginSample *origin)
{
    const DfSourceMap *map = composite->map;

    return origin->reference >= map->reference_count ||
           (origin->reference >= 0 && map->references[origin->reference].source == composite->state->source);
}

/** @return 1 where a sample comes from a composite, another frame's or this one's */
static inline int df_composite_is_made(const DfComposite *composite, const DfOriginSample *origin)
{
    const DfSourceMap *map = composite->map;

    return origin->reference >= map->reference_count ||
           (origin->reference >= 0 && map->references[origin->reference].kind != DF_KIND_SHOWN);
}

/**
 * Sample one plane at n positions of one reference.
 *
 * @param x, y  in the plane's samples of the source's frame; overwritten
 * @param out   in the frame's light
 */
void df_composite_sample(const DfSourceMap *map, int plane, int reference, float *x, float *y, float *out, int n);

/** Round a composite's plane into samples of the frame's format, clipped to its codes. */
void df_composite_round(const DfCompositePlane *plane, const DeepfillFormat *format, uint8_t *out,
                        ptrdiff_t stride);

/** Keep the composite for others to sample, in the state's source. @return 0 or -ENOMEM */
int df_composite_keep(const DfComposite *composite);

#endif
