/**
 * @file
 * What this CPU can do, and a way to pretend that it can do less.
 */
#ifndef DF_CPU_H
#define DF_CPU_H

/** Levels, each with everything below it. */
enum DfCpuLevel {
    DF_CPU_C,    /**< portable C: the oracle of all others */
    DF_CPU_AVX2, /**< AVX2, FMA and F16C */
    DF_CPU_AVX512, /**< AVX-512 F, VL, DQ and BW */
    DF_CPU_LEVELS
};

/**
 * @return the level in use: the CPU's own, or what the environment's DEEPFILL_CPU ("c", "avx2", "avx512") or
 *         df_cpu_force() lowers it to. Thread-safety: any thread.
 */
enum DfCpuLevel df_cpu_level(void);

/** Lower the level in use (tests); DF_CPU_LEVELS: back to the CPU's own. Not while contexts are open. */
void df_cpu_force(enum DfCpuLevel level);

/** @return the level's name, lower case (static). */
const char *df_cpu_name(enum DfCpuLevel level);

#endif
