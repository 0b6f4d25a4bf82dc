/**
 * @file
 * Dense motion near a hole: inverse search (Kroeger et al., "Fast Optical Flow using Dense Inverse Search",
 * ECCV 2016) at full size: patches of 8x8 every 4 pixels, mean-normalised, visited twice for up to 6
 * iterations. Variational refinement costs more and lowers the PSNR: it is left out.
 */
#ifndef DF_MOTION_DENSE_H
#define DF_MOTION_DENSE_H

#include "motion/affine.h"
#include "plane/pyramid.h"

/** One motion a sample, in pixels; planes of one size. */
typedef struct DfFlow {
    DfPlane x, y;
} DfFlow;

/**
 * Flow a -> b where it is needed; elsewhere that of coarser levels.
 *
 * @param flow    planes of a's size, written; starts are taken from `start` at the coarsest level
 * @param start   (x, y) motion in pixels that the search begins with everywhere, a's coordinates; NULL: zero
 * @param needed  height rows of width bytes: where the flow is made at full size
 * @return 0 or -ENOMEM
 */
int df_dense_flow(DfFlow flow, const DfPyramid *a, const DfPyramid *b, const DfAffine *start,
                  const uint8_t *needed, DfArena *scratch);

#endif
