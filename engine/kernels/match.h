/**
 * @file
 * Distance of two patches of a picture: C first, overridden per CPU. Integers: all versions agree to the bit.
 */
#ifndef DF_KERNELS_MATCH_H
#define DF_KERNELS_MATCH_H

#include <stddef.h>
#include <stdint.h>

#define DF_MATCH_SIDE 8     /**< side of a patch, in pixels */
#define DF_MATCH_CHANNELS 4 /**< of a pixel: red, green, blue, and 0, so that a pixel is 8 bytes */

/** A picture and its guide in memory of one layout; a pixel is DF_MATCH_CHANNELS values, rows have no padding. */
typedef struct DfMatchPlanes {
    const int16_t *picture; /**< -1024..1024: differences of pixels are below 2048 */
    const int16_t *guide;   /**< -8192..8192 */
    ptrdiff_t width;        /**< pixels from a row to the next */
} DfMatchPlanes;

/** Loops that have versions. */
typedef struct DfMatchKernels {
    /**
     * Sum of squared differences of two patches, named by the index of their upper left pixels: of all 8x8 pixels of
     * the picture, and of four of the guide, (1, 1), (6, 1), (1, 6) and (6, 6). The sum stays below 2^31 where pictures
     * are 0..1020 and guides 0..8160.
     *
     * @param limit  where the guide's part, or that and the picture's upper half, is not below this, it is returned
     */
    int32_t (*distance)(const DfMatchPlanes *planes, ptrdiff_t a, ptrdiff_t b, int32_t limit);
} DfMatchKernels;

/** @return the versions for df_cpu_level() (static). Thread-safety: any thread. */
const DfMatchKernels *df_match_kernels(void);

/** The portable versions: the oracle of the others. */
extern const DfMatchKernels df_match_c;

#endif
