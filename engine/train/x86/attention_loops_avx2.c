/**
 * @file
 * The attention's loops in training with AVX2.
 */
#include "train/x86/versions.h"

#define WIDTH 8
#include "train/attention_lanes.h"

const DfAttentionLoops df_attention_loops_avx2 = ALL_LOOPS;
