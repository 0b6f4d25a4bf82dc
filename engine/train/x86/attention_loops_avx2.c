/**
 * @file
 * The attention's loops in training with AVX2. They wait for memory: wider vectors gain nothing.
 */
#include "train/attention_loops.h"

#if HAVE_X86

#define WIDTH 8
#include "train/attention_lanes.h"

const DfAttentionLoops df_attention_loops_avx2 = ALL_LOOPS;

#endif
