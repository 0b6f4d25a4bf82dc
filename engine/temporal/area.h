/**
 * @file
 * Areas: a frame's hole and its surroundings, in few rectangles that do not overlap.
 */
#ifndef DF_TEMPORAL_AREA_H
#define DF_TEMPORAL_AREA_H

#include "image/mask.h"
#include "image/planes.h"

/** How far around a hole its area reaches, in pixels: the ring that motion is told from, and a margin. */
#define DF_AREA_RING 104

typedef struct DfArea {
    DfRect hole;  /**< around the hole's parts in this area */
    DfRect outer; /**< with the ring, frame permitting; begins and ends on the chroma grid or at the frame's
                       edge */
} DfArea;

typedef struct DfAreas {
    int count;
    DfArea *items;
} DfAreas;

/**
 * Areas around the holes of several frames: parts whose rings touch share one, until none touch. Areas of
 * fewer frames therefore always lie within those of more.
 *
 * @param areas  to be freed with df_areas_free(); what it held is freed first
 * @param masks  `count` of them; NULL: a frame without a hole
 * @return 0 or -ENOMEM
 */
int df_areas_create(DfAreas *areas, const DeepfillFormat *format, DeepfillMask *const *masks, int count);

/** Free the rectangles; a zeroed one is fine. */
void df_areas_free(DfAreas *areas);

/** @return the area whose outer rectangle contains `rect`; NULL: none */
const DfArea *df_areas_find(const DfAreas *areas, DfRect rect);

#endif
