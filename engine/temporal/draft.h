/**
 * @file
 * A draft: the colours of a frame's holes before they are blended into it, area by area, plane by plane.
 */
#ifndef DF_TEMPORAL_DRAFT_H
#define DF_TEMPORAL_DRAFT_H

#include "plane/plane.h"
#include "temporal/moment.h"

/** One plane of an area; samples are those of the plane. Arrays are row by row without padding. */
typedef struct DfDraftPlane {
    DfRect place;
    DfPlane colour;   /**< in the frame's own levels; where there is no hole, the frame itself */
    uint8_t *hole;    /**< 1: to be filled */
    DfPlace *places;  /**< where from; x, y in the source's samples of this plane; source -1: not from
                           anywhere */
} DfDraftPlane;

typedef struct DfDraftArea {
    DfRect place;           /**< the hole's rectangle and a margin, on the chroma grid, in luma samples */
    DfDraftPlane planes[3];
} DfDraftArea;

/** A frame's. Everything lies in the arena that it was made with. */
typedef struct DfDraft {
    const DfMoment *moment;
    int count;
    DfDraftArea *areas;
} DfDraft;

/** @return the rectangle of a moment's area number `i` in drafts */
DfRect df_draft_place(const DfMoment *moment, int i);

/**
 * Sample what other frames show and what was synthesised in them, each in its source's light brought to
 * this frame's. Pixels that are synthesised in this frame are left as they are.
 * @return 0 or -ENOMEM
 */
int df_draft_make(DfDraft *draft, const DfMoment *moment, DfArena *arena);

/** Fade over to what was synthesised newly: mix in the former places. @return 0 or -ENOMEM */
int df_draft_fade(DfDraft *draft, DfArena *scratch);

/** @return 1 where a sample is synthesised in the draft's own frame */
int df_draft_is_fresh(const DfDraft *draft, const DfPlace *place);

/**
 * Sample one plane at n positions for which one source and kind (DfPlace.source) answers.
 *
 * @param x, y  in the plane's samples of the source's frame; overwritten
 * @param out   in the moment's light
 */
void df_draft_sample(const DfMoment *moment, int plane, int32_t source, float *x, float *y, float *out,
                     int n);

/** Round a draft's plane into samples of the frame's format, clipped to its codes. */
void df_draft_round(const DfDraftPlane *plane, const DeepfillFormat *format, uint8_t *out, ptrdiff_t stride);

/** Keep the draft for others to sample, in the moment's source. @return 0 or -ENOMEM */
int df_draft_keep(const DfDraft *draft);

#endif
