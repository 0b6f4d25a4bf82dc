/**
 * @file
 * The tracking loops with AVX2.
 */
#include "kernels/x86/vector.h"
#include "kernels/x86/versions.h"

#include "kernels/vector/track.h"

const DfTrackKernels df_track_avx2 = TRACK;
