/**
 * @file
 * The adjoints of a tile's transforms (kernels/tile.h). Forward, outputs = A' sums A, sums = data U, data = B' pixels
 * B; backward,
 *
 *   d_sums = A d_outputs A'        the outputs' gradients to planes of sums
 *   d_data = d_sums U',  dU = data' d_sums
 *   d_pixels += B d_data B'        planes of data to the pixels that the tile read
 *
 * The C versions are the oracle of the others, which may differ from them by rounding.
 */
#ifndef DF_ADJOINT_H
#define DF_ADJOINT_H

#include "kernels/tile.h"

/**
 * A tile's row of each data plane, added to its pixels.
 * @param at     in x in pixels, row by row: where each one's channels are. More than one may be the same
 * @param data   the tile's row of the first plane
 * @param plane  floats from a plane to the next
 */
typedef void DfTileSpread(float *const *at, const float *data, size_t plane, int channels);

/** Versions for a CPU level. */
typedef struct DfAdjointKernels {
    struct {
        DfTileIn *sums; /**< out x out pixels to planes of sums; overwrites behind a row as DfTileIn may */
        DfTileSpread *pixels;
    } transforms[DF_TRANSFORMS];
} DfAdjointKernels;

/** @return the versions for df_cpu_level() (static). Thread-safety: any thread. */
const DfAdjointKernels *df_adjoint_kernels(void);

/** The portable ones: the others' oracle. */
extern const DfAdjointKernels df_adjoint_c;

#endif
