/**
 * @file
 * ARM's versions of the kernels.
 */
#ifndef DF_KERNELS_ARM_VERSIONS_H
#define DF_KERNELS_ARM_VERSIONS_H

#include "kernels/set.h"

extern const DfKernels df_direct_neon;
extern const DfTileKernels df_tile_neon;
extern const DfScoreKernels df_scores_neon;
extern const DfStencilKernels df_stencil_neon;
extern const DfMatchKernels df_match_neon;
extern const DfPatchKernels df_patch_neon;
extern const DfSmoothKernels df_smooth_neon;
extern const DfTrackKernels df_track_neon;
DfCubicInside df_cubic_inside_neon;
DfCrc32cUpdate df_crc32c_update_neon;

/* Of the tile kernels. */
void df_product_neon(const DfProduct *product);
void df_first_neon(const DfFirst *first);

#endif
