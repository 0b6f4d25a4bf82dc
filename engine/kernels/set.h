/**
 * @file
 * All kernels of one CPU level. A level lists them in one file: set.c (portable C), x86/avx2.c, x86/avx512.c,
 * arm/neon.c; kernels that it has no version of are those of the level below.
 */
#ifndef DF_KERNELS_SET_H
#define DF_KERNELS_SET_H

#include "cpu.h"
#include "kernels/crc32c.h"
#include "kernels/cubic.h"
#include "kernels/kernels.h"
#include "kernels/match.h"
#include "kernels/patch.h"
#include "kernels/scores.h"
#include "kernels/smooth.h"
#include "kernels/stencil.h"
#include "kernels/tile.h"
#include "kernels/track.h"

typedef struct DfKernelSet {
    const DfKernels *direct;
    const DfTileKernels *tile;
    const DfScoreKernels *scores;
    const DfStencilKernels *stencil;
    const DfMatchKernels *match;
    const DfPatchKernels *patch;
    const DfSmoothKernels *smooth;
    const DfTrackKernels *track;
    DfCubicInside *cubic_inside;
    DfCrc32cUpdate *crc32c_update;
} DfKernelSet;

#define DF_SET(level) extern const DfKernelSet df_set_##level;
DF_CPU_EACH_LEVEL(DF_SET)
#undef DF_SET

#endif
