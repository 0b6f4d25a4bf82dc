/**
 * @file
 * The attention's loops in training, in vectors that any CPU has or the compiler makes do without.
 */
#define WIDTH 4
#include "train/attention_lanes.h"

static const DfAttentionLoops portable = ALL_LOOPS;

const DfAttentionLoops *df_attention_loops(void)
{
#if HAVE_X86
    if (df_cpu_level() >= DF_CPU_AVX2)
        return &df_attention_loops_avx2;
#endif
    return &portable;
}
