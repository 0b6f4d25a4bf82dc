/**
 * @file
 * An overlay as the planes of a frame have it: opacity and light by sample, chroma as the mean of the luma that it
 * covers.
 */
#ifndef DF_OVERLAY_PLANES_H
#define DF_OVERLAY_PLANES_H

#include "image/planes.h"
#include "overlay/overlay.h"

/** One plane; arrays are of its place, row by row. */
typedef struct DfOverlayPlane {
    DfRect place;   /**< in the plane's samples */
    float *opacity; /**< a, 0..1 */
    float *light;   /**< a c, in levels of 8 bits of the frame's codes */
    uint8_t *covered; /**< 1: the fill writes the sample, of whatever opacity; 0: it is none of the overlay's */
} DfOverlayPlane;

/** Counted; not changed once made. Thread-safety: any thread. */
typedef struct DfOverlayPlanes {
    atomic_int users;
    DeepfillFormat format;
    DfOverlayPlane planes[3];
} DfOverlayPlanes;

/** @return a pixel of an overlay with its colour as others are, by the frames' matrix */
DfOverlayPixel df_overlay_pixel_as(const DfOverlayPixel *pixel, enum DfOverlayColours from, enum DfOverlayColours to,
                                   const DeepfillFormat *format);

/**
 * A colour in levels of 8 bits, as overlay/levels.h makes them of a frame, as an overlay has it.
 * @return what the colour is: red, green and blue of RGB frames, else luma and differences
 */
enum DfOverlayColours df_overlay_colour(const DeepfillFormat *format, const float levels[3], float colour[3]);

/** @return 0 or -ENOMEM */
int df_overlay_planes_create(DfOverlayPlanes **planes, const DeepfillOverlay *overlay, const DeepfillFormat *format);

DfOverlayPlanes *df_overlay_planes_ref(DfOverlayPlanes *planes);

/** Give up one use and set *planes to NULL; NULL is fine. */
void df_overlay_planes_close(DfOverlayPlanes **planes);

#endif
