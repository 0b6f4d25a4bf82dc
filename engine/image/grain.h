/**
 * @file
 * The noise around a hole as one picture tells it, and grain put into what was pasted there.
 */
#ifndef DF_IMAGE_GRAIN_H
#define DF_IMAGE_GRAIN_H

#include "image/mask.h"
#include "image/planes.h"
#include "plane/grain.h"

/** Most blocks of a plane that are looked at, in all. */
#define DF_NOISE_BLOCKS 256

/** The noise of all planes of a frame. Zeroed: there is none. */
typedef struct DfFrameNoise {
    int is_known;        /**< 0: there was too little to tell */
    DfNoise planes[3];
} DfFrameNoise;

/** A part of a frame and the hole in it. */
typedef struct DfNoiseView {
    DeepfillFormat format;
    DfRect place;              /**< in luma samples, begins on the chroma grid */
    DfPlanes planes;           /**< begin at the place's corner */
    const DeepfillMask *mask;  /**< of the frame; NULL: no hole */
    int least;                 /**< weight from which on a pixel tells nothing: DF_WEIGHT_HOLE, or 1 where the feather is
                                    blended already */
    const DeepfillMask *keep_out; /**< its hole tells nothing; NULL: there is none */
} DfNoiseView;

/** @return the plane whose samples are the luma that a plane's noise goes by: of RGB its own */
static inline int df_noise_luma(const DeepfillFormat *format, int plane)
{
    return format->layout == DEEPFILL_RGB ? plane : 0;
}

/** @return 1 where a rectangle of luma samples, and what lies near it, is far from weights of `least` and more */
int df_noise_is_clear(const DeepfillMask *mask, int least, DfRect rect);

/**
 * Look at blocks of one plane that are far from the hole, on a grid.
 *
 * @param out  room for `most`; where they lie is in the plane's samples of the view
 * @return how many there are
 */
int df_noise_blocks(const DfNoiseView *view, int plane, DfNoiseBlock *out, int most);

/** @return 1 where the gate leaves something of the first plane's noise: else there is none in others, either */
int df_noise_passes(const DfNoise *noise, const DeepfillFormat *format);

/** Noise that is too weak, or too uneven, to be told from rounding, coding and texture is none. */
void df_noise_gate(DfFrameNoise *noise, const DeepfillFormat *format);

/**
 * Tell the noise around a picture's hole from that picture alone, and gate it.
 *
 * @param keep_out, least  as in DfNoiseView
 * @param scratch          used and given back
 * @return 0 or -ENOMEM
 */
int df_noise_measure(DfFrameNoise *noise, const DeepfillImage *image, const DeepfillMask *mask,
                     const DeepfillMask *keep_out, int least, DfArena *scratch);

/**
 * Put grain into the filled hole of a picture, in so far as it lacks it; the feather has its share.
 *
 * @param noise    of the known part
 * @param scratch  used and given back
 * @return 0 or -ENOMEM
 */
int df_grain_image(const DeepfillImage *image, const DeepfillMask *mask, const DfFrameNoise *noise, uint32_t seed,
                   DfArena *scratch);

/**
 * Put the grain around the hole of a filled picture into the hole: what both of the above do, seeded by a row of
 * samples above and below the hole, so that pictures which differ have different grain.
 *
 * @param keep_out  as in DfNoiseView
 * @return 0 or -ENOMEM
 */
int df_grain_picture(const DeepfillImage *image, const DeepfillMask *mask, const DeepfillMask *keep_out,
                     DfArena *scratch);

#endif
