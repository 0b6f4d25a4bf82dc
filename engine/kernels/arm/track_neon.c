/**
 * @file
 * The tracking loops with NEON.
 */
#include "kernels/arm/vector.h"
#include "kernels/arm/versions.h"

#include "kernels/vector/track.h"

const DfTrackKernels df_track_neon = TRACK;
