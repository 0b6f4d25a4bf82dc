/**
 * @file
 * For tests of kernels: each level of the engine that this CPU has.
 */
#ifndef TESTS_LEVELS_H
#define TESTS_LEVELS_H

#include "cpu.h"

/** @return the level, which is in use from now on; -1, and the CPU's own is in use: the CPU has less */
static inline int use_level(int level)
{
    df_cpu_force(DF_CPU_LEVELS);
    if (level > (int)df_cpu_level())
        return -1;
    df_cpu_force(level);
    return level;
}

/** Run what follows at each level from the first one on. */
#define FOR_EACH_LEVEL_FROM(first, level) for (int level = use_level(first); level >= 0; level = use_level(level + 1))
#define FOR_EACH_LEVEL(level) FOR_EACH_LEVEL_FROM(DF_CPU_C, level)

#endif
