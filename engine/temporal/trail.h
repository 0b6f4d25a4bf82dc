/**
 * @file
 * Trails: where each pixel of a frame's hole is to be had, as a source and a position in it. Followed from
 * frame to frame along the motion, so that colours are sampled once, from where they were seen.
 */
#ifndef DF_TEMPORAL_TRAIL_H
#define DF_TEMPORAL_TRAIL_H

#include "temporal/area.h"
#include "temporal/link.h"

/** What a place says of itself. */
enum DfPlaceKind {
    DF_PLACE_SHOWN, /**< a frame shows it: sample the source's frame */
    DF_PLACE_MADE,  /**< it was synthesised: sample what was put into the source's hole */
    DF_PLACE_KEPT,  /**< a frame showed it that is gone: sample what was put into the source's hole */
    DF_PLACE_KINDS = 4
};

/** Where a pixel is to be had. */
typedef struct DfPlace {
    float x, y;     /**< luma position in the source's frame */
    int32_t source; /**< the source's id * DF_PLACE_KINDS + kind; -1: nowhere */
} DfPlace;

/** The places of one area's hole rectangle, row by row; pixels outside the hole have source -1. */
typedef struct DfTrailArea {
    DfRect hole;
    DfPlace *places;
} DfTrailArea;

/** One frame's. Its memory stays from frame to frame. */
typedef struct DfTrail {
    int count;          /**< areas in use */
    int blank;          /**< 1: no pixel has a place for certain; 0: some may */
    DfTrailArea *areas;
    int capacity;
    DfPlace *memory;
    size_t room;        /**< places that the memory holds */
} DfTrail;

/** A source by its id. */
typedef struct DfEntry {
    DfSource *source;    /**< with a reference; NULL: this id is free */
    DfLight light[3];    /**< of its frame, composed along the links of its shot */
    int needed;          /**< by what is carried on: scratch of the ledger */
} DfEntry;

/** One step along the motion, from a frame to the one where it arrives. */
typedef struct DfStride {
    const DeepfillMask *from; /**< the hole whose pixels set out */
    const DfLink *link;       /**< the motion */
    int backwards;            /**< 1: from the link's frame to its earlier one; 0: the other way */
    const DfSource *to;       /**< the frame where they arrive */
    const DfTrail *trail;     /**< its places; NULL: none */
    const DfEntry *ledger;    /**< what they point to */
    unsigned kinds;           /**< bit set of those that may be taken over from the trail */
    int shown;                /**< 1: pixels that arrive outside its hole are had there; 0: the trail alone
                                   counts */
} DfStride;

/** Lay a trail out for the hole of a mask, all places nowhere. @return 0 or -ENOMEM */
int df_trail_begin(DfTrail *trail, const DfAreas *areas);

/**
 * Follow every hole pixel that is nowhere yet.
 *
 * @param trail  of the frame that the stride begins in, as df_trail_begin() laid it out
 * @return how many pixels got a place
 */
int64_t df_trail_follow(DfTrail *trail, const DfStride *stride);

/** Copy a trail, places and all. @return 0 or -ENOMEM */
int df_trail_copy(DfTrail *to, const DfTrail *from);

/** @return the place of pixel (x, y), NULL: outside all areas */
const DfPlace *df_trail_at(const DfTrail *trail, int x, int y);

/** Free its memory; a zeroed one is fine. */
void df_trail_free(DfTrail *trail);

#endif
