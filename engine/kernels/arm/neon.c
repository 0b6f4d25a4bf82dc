/**
 * @file
 * The kernels of NEON.
 */
#include "kernels/arm/versions.h"

const DfKernelSet df_set_neon = {
    .direct = &df_direct_neon, .tile = &df_tile_neon, .scores = &df_scores_neon, .stencil = &df_stencil_neon,
    .match = &df_match_neon, .patch = &df_patch_neon, .smooth = &df_smooth_neon, .track = &df_track_neon,
    .cubic_inside = df_cubic_inside_neon, .crc32c_update = df_crc32c_update_neon,
};
