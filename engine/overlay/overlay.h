/**
 * @file
 * A translucent overlay: with opacity a and colour c it has made of a picture x what is seen, y = (1 - a) x + a c, in
 * coded values, plane by plane.
 */
#ifndef DF_OVERLAY_OVERLAY_H
#define DF_OVERLAY_OVERLAY_H

#include <stdatomic.h>

#include "deepfill.h"
#include "plane/rect.h"

/** Opacity from which on nothing of the picture is left to be restored: the pixel is a hole. */
#define DF_OVERLAY_OPAQUE 0.95f

/** Opacity up to which a pixel is not of the overlay: half a step of 8 bits. */
#define DF_OVERLAY_LEAST 0.002f

/** What an overlay's colours are. */
enum DfOverlayColours {
    DF_OVERLAY_RGB, /**< red, green, blue, 0..1 */
    DF_OVERLAY_YUV, /**< luma 0..1, blue and red difference -0.5..0.5, of the film's own matrix */
};

/** One pixel. */
typedef struct DfOverlayPixel {
    float opacity[3]; /**< of each component, 0..1; alike in RGB */
    float colour[3];
} DfOverlayPixel;

struct DeepfillOverlay {
    atomic_int references;
    int width, height;      /**< of the frames, in luma samples */
    enum DfOverlayColours colours;
    DfRect place;           /**< around all pixels of some opacity, in the frame */
    DfOverlayPixel *pixels; /**< of that place, row by row */
    DeepfillOverlayInfo info;
};

/**
 * Make an overlay of pixels at (x, y) of a frame.
 *
 * @param pixels  width x height of them, row by row; those beyond the frame are left out
 * @return 0; -EINVAL: no pixel in the frame has any opacity, or all of them hide the frame; -ENOMEM
 */
int df_overlay_create(DeepfillOverlay **overlay, int frame_width, int frame_height, enum DfOverlayColours colours,
                      const DfOverlayPixel *pixels, DfRect place);

/**
 * Make the overlay of one of the fields of an overlay's frames.
 *
 * @param field  0: rows 0, 2, 4 ...; 1: rows 1, 3, 5 ...
 * @return 0, with *out NULL where the field has no pixel of it, or -ENOMEM
 */
int df_overlay_field(DeepfillOverlay **out, const DeepfillOverlay *overlay, int field);

/** @return the pixel at (x, y), which lies in the overlay's place */
static inline const DfOverlayPixel *df_overlay_pixel(const DeepfillOverlay *overlay, int x, int y)
{
    DfRect p = overlay->place;

    return &overlay->pixels[(size_t)(y - p.y0) * df_rect_width(p) + (x - p.x0)];
}

/** @return 1 where a pixel is of the overlay */
static inline int df_overlay_covers(const DfOverlayPixel *pixel)
{
    return pixel->opacity[0] > DF_OVERLAY_LEAST || pixel->opacity[1] > DF_OVERLAY_LEAST ||
           pixel->opacity[2] > DF_OVERLAY_LEAST;
}

/**
 * The hole of frames with an overlay: its pixels, and what compression has smeared of it around them, counts as not
 * known; its pixels alone are filled.
 *
 * @param mask  holes beside it; NULL: none
 * @return 0 or -ENOMEM
 */
int df_overlay_mask(DeepfillMask **out, const DeepfillOverlay *overlay, DeepfillMask *mask);

#endif
