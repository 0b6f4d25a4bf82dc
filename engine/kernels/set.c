/**
 * @file
 * The portable set, and each kernel of the set for the level in use.
 */
#include "kernels/set.h"

const DfKernelSet df_set_c = {
    .direct = &df_direct_c, .tile = &df_tile_c, .scores = &df_scores_c, .stencil = &df_stencil_c,
    .match = &df_match_c, .patch = &df_patch_c, .smooth = &df_smooth_c, .track = &df_track_c,
    .cubic_inside = df_cubic_inside_c, .crc32c_update = df_crc32c_update_c,
};

static const DfKernelSet *set(void)
{
    static const DfKernelSet *const sets[] = {
#define SET(level) &df_set_##level,
        DF_CPU_EACH_LEVEL(SET)
    };
    return sets[df_cpu_level()];
}

const DfKernels *df_kernels(void) { return set()->direct; }
const DfTileKernels *df_tile_kernels(void) { return set()->tile; }
const DfScoreKernels *df_score_kernels(void) { return set()->scores; }
const DfStencilKernels *df_stencil_kernels(void) { return set()->stencil; }
const DfMatchKernels *df_match_kernels(void) { return set()->match; }
const DfPatchKernels *df_patch_kernels(void) { return set()->patch; }
const DfSmoothKernels *df_smooth_kernels(void) { return set()->smooth; }
const DfTrackKernels *df_track_kernels(void) { return set()->track; }

int df_cubic_inside(float *out, const DfTexture *texture, const float *x, const float *y, int n)
{
    return set()->cubic_inside(out, texture, x, y, n);
}

uint32_t df_crc32c(uint32_t crc, const uint8_t *bytes, size_t size)
{
    return ~set()->crc32c_update(~crc, bytes, size);
}
