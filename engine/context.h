/**
 * @file
 * What programs of the house may see of a context and others may not.
 */
#ifndef DF_CONTEXT_H
#define DF_CONTEXT_H

#include "deepfill.h"
#include "video/frames.h"

/** @return a context's own steps and workers: benchmarks ask them what they have cost */
DfFrames *df_context_frames(DeepfillContext *ctx);

#endif
