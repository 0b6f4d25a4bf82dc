/**
 * @file
 * A source: what is kept of a frame so that others may take colours from it, boxes rather than frames.
 */
#ifndef DF_TEMPORAL_SOURCE_H
#define DF_TEMPORAL_SOURCE_H

#include <stdatomic.h>

#include "plane/sample.h"
#include "temporal/area.h"

/** A box of samples in a frame's format. */
typedef struct DfPatch {
    DfRect place; /**< in luma samples of the frame, begins on the chroma grid */
    DfPlanes planes;
    void *memory;
} DfPatch;

/** Patches of one frame; their places do not overlap. */
typedef struct DfPatches {
    int count;
    DfPatch *items;
} DfPatches;

/**
 * Counted. What it holds is written once, by the step that makes it, and then read by any thread: `shown` by
 * the view step, `made` by the fill step of its frame; both are ordered before their readers by the pipeline.
 */
typedef struct DfSource {
    atomic_int references;
    int64_t frame;
    int id;             /**< the timeline's number for it; -1: none yet */
    DeepfillMask *mask; /**< its hole; NULL: none */
    DeepfillFormat format;
    DfPatches shown;    /**< the frame as it came, around the holes of its neighbours and its own */
    DfPatches made;     /**< the colours put into its hole, before blending; only where other frames use
                             them */
} DfSource;

/** @return 0 or -ENOMEM; a reference to the mask is taken */
int df_source_create(DfSource **source, const DeepfillFormat *format, int64_t frame, DeepfillMask *mask);

DfSource *df_source_ref(DfSource *source);

/** Give up one reference and set *source to NULL; NULL is fine. */
void df_source_close(DfSource **source);

/** @return bytes of `shown`: neither of what was made, nor of the mask, which sources may share */
size_t df_source_bytes(const DfSource *source);

/**
 * Copy the outer rectangles of areas out of an image, with the known samples continued a little into its
 * hole.
 *
 * @param mask  the image's hole; NULL: none
 * @return 0 or -ENOMEM; nothing is left on failure
 */
int df_patches_copy(DfPatches *patches, const DeepfillImage *image, const DeepfillMask *mask,
                    const DfAreas *areas);

/**
 * @return the patch whose place holds luma position (x, y) and the next sample in both directions; NULL: none
 */
const DfPatch *df_patches_at(const DfPatches *patches, float x, float y);

/** @return the patch whose place holds luma position (x, y), else the nearest; NULL: there are none */
const DfPatch *df_patches_near(const DfPatches *patches, float x, float y);

/** One plane of a patch. */
DfTexture df_patch_texture(const DfPatch *patch, const DeepfillFormat *format, int plane);

/** @return a patch with zeroed planes; its memory is NULL where there is none to be had */
DfPatch df_patch_create(const DeepfillFormat *format, DfRect place);

/** Free all patches; a zeroed one is fine. */
void df_patches_free(DfPatches *patches);

#endif
