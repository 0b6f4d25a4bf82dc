/**
 * @file
 * The attention's loops in training, in vectors that any CPU has or the compiler makes do without.
 */
#define WIDTH 4
#include "train/attention_lanes.h"

const DfAttentionLoops df_attention_loops_c = ALL_LOOPS;
