/**
 * @file
 * What this CPU can do, and a way to pretend that it can do less.
 */
#ifndef DF_CPU_H
#define DF_CPU_H

/**
 * Levels of the architecture that is compiled for, the lowest first, each with everything below it: EACH(level) for
 *
 *   c        portable C: the oracle of all others
 *   avx2     x86-64: AVX2, FMA and F16C
 *   avx512   x86-64: AVX-512 F, VL, DQ and BW
 *   neon     aarch64: Advanced SIMD and CRC-32
 *
 * A set of functions for each is an object of the level's name: kernels/set.h, train/set.h.
 */
#if HAVE_X86
#define DF_CPU_EACH_LEVEL(EACH) EACH(c) EACH(avx2) EACH(avx512)
#elif HAVE_NEON
#define DF_CPU_EACH_LEVEL(EACH) EACH(c) EACH(neon)
#else
#define DF_CPU_EACH_LEVEL(EACH) EACH(c)
#endif

/** A level's index among them. */
enum DfCpuLevel {
    DF_CPU_C,
#define DF_CPU_COUNT(level) +1
    DF_CPU_LEVELS = 0 DF_CPU_EACH_LEVEL(DF_CPU_COUNT)
#undef DF_CPU_COUNT
};

/**
 * @return the level in use: the CPU's own, or what the environment's DEEPFILL_CPU (a level's name) or df_cpu_force()
 *         lowers it to. Thread-safety: any thread.
 */
enum DfCpuLevel df_cpu_level(void);

/** @return NULL, or that DEEPFILL_CPU names no level of the architecture (static). Thread-safety: any thread. */
const char *df_cpu_warning(void);

/** Lower the level in use (tests); DF_CPU_LEVELS: back to the CPU's own. Not while contexts are open. */
void df_cpu_force(enum DfCpuLevel level);

/** @return the level's name, lower case (static). */
const char *df_cpu_name(enum DfCpuLevel level);

#endif
