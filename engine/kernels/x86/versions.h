/**
 * @file
 * x86's versions of the kernels. The files of this folder alone are compiled for more than the baseline CPU.
 */
#ifndef DF_KERNELS_X86_VERSIONS_H
#define DF_KERNELS_X86_VERSIONS_H

#include "kernels/set.h"

extern const DfKernels df_direct_avx2;
extern const DfTileKernels df_tile_avx2, df_tile_avx512;
extern const DfScoreKernels df_scores_avx2, df_scores_avx512;
extern const DfStencilKernels df_stencil_avx2;
extern const DfMatchKernels df_match_avx2;
extern const DfPatchKernels df_patch_avx2;
extern const DfSmoothKernels df_smooth_avx2;
extern const DfTrackKernels df_track_avx2;
DfCubicInside df_cubic_inside_avx2;
DfCrc32cUpdate df_crc32c_update_avx2;

/* Of the tile kernels. */
void df_product_avx2(const DfProduct *product);
/** The last half panel alone, from column `first` on. */
void df_product_half_avx2(const DfProduct *product, int first);
void df_product_avx512(const DfProduct *product);
void df_first_avx2(const DfFirst *first);
void df_first_avx512(const DfFirst *first);

#endif
