/**
 * @file
 * The CPU's level: asked of the CPU once, lowered by DEEPFILL_CPU or by tests, never raised.
 */
#include "cpu.h"
#include "base.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#if HAVE_X86
#include <cpuid.h>
#endif

static const char *const names[DF_CPU_LEVELS] = {
    [DF_CPU_C] = "c", [DF_CPU_AVX2] = "avx2", [DF_CPU_AVX512] = "avx512",
};

static atomic_int forced = DF_CPU_LEVELS;

/**
 * __builtin_cpu_supports() also asks whether the operating system saves the wide registers. Of float16
 * conversions clang 14's does not know.
 */
static enum DfCpuLevel detect(void)
{
#if HAVE_X86
    unsigned a, b, c = 0, d;
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") || !__get_cpuid(1, &a, &b, &c, &d) ||
        !(c & bit_F16C))
        return DF_CPU_C;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw"))
        return DF_CPU_AVX512;
    return DF_CPU_AVX2;
#else
    return DF_CPU_C;
#endif
}

/** An unknown name lowers nothing. */
static enum DfCpuLevel from_environment(void)
{
    const char *name = getenv("DEEPFILL_CPU");
    for (int level = 0; name && level < DF_CPU_LEVELS; level++)
        if (!strcmp(name, names[level]))
            return level;
    return DF_CPU_LEVELS;
}

enum DfCpuLevel df_cpu_level(void)
{
    static atomic_int known = -1;
    int level = atomic_load_explicit(&known, memory_order_relaxed);
    if (level < 0) {
        level = DF_MIN(detect(), from_environment());
        atomic_store_explicit(&known, level, memory_order_relaxed);
    }
    return DF_MIN(level, atomic_load_explicit(&forced, memory_order_relaxed));
}

void df_cpu_force(enum DfCpuLevel level)
{
    atomic_store(&forced, level);
}

const char *df_cpu_name(enum DfCpuLevel level)
{
    return names[DF_MIN(level, DF_CPU_LEVELS - 1)];
}
