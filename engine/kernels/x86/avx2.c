/**
 * @file
 * The kernels of AVX2.
 */
#include "kernels/x86/versions.h"

const DfKernelSet df_set_avx2 = {
    .direct = &df_direct_avx2, .tile = &df_tile_avx2, .scores = &df_scores_avx2, .stencil = &df_stencil_avx2,
    .match = &df_match_avx2, .patch = &df_patch_avx2, .smooth = &df_smooth_avx2, .track = &df_track_avx2,
    .cubic_inside = df_cubic_inside_avx2, .crc32c_update = df_crc32c_update_avx2,
};
