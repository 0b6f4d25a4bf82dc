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
#elif HAVE_NEON
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

static int supports_c(void)
{
    return 1;
}

#if HAVE_X86

/**
 * __builtin_cpu_supports() also asks whether the operating system saves the wide registers. Of float16
 * conversions clang 14's does not know.
 */
static int supports_avx2(void)
{
    unsigned a, b, c = 0, d;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __get_cpuid(1, &a, &b, &c, &d) &&
           c & bit_F16C;
}

static int supports_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
}

#elif HAVE_NEON

/** The first processors of ARMv8.0 may lack the CRC's instructions. */
static int supports_neon(void)
{
    const unsigned long wanted = HWCAP_ASIMD | HWCAP_CRC32;
    return (getauxval(AT_HWCAP) & wanted) == wanted;
}

#endif

static const struct {
    const char *name;
    int (*supported)(void); /* asked where the level below is */
} levels[] = {
#define LEVEL(level) { #level, supports_##level },
    DF_CPU_EACH_LEVEL(LEVEL)
};

static atomic_int forced = DF_CPU_LEVELS;

static int detect(void)
{
    int level = DF_CPU_C;
    while (level + 1 < DF_CPU_LEVELS && levels[level + 1].supported())
        level++;
    return level;
}

/** An unknown name lowers nothing. */
static int from_environment(void)
{
    const char *name = getenv("DEEPFILL_CPU");
    for (int level = 0; name && level < DF_CPU_LEVELS; level++)
        if (!strcmp(name, levels[level].name))
            return level;
    return DF_CPU_LEVELS;
}

const char *df_cpu_warning(void)
{
#define NAME(level) " " #level
    const char *name = getenv("DEEPFILL_CPU");
    return name && *name && from_environment() == DF_CPU_LEVELS ?
           "DEEPFILL_CPU is ignored: it is none of" DF_CPU_EACH_LEVEL(NAME) : NULL;
#undef NAME
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
    return levels[DF_MIN(level, DF_CPU_LEVELS - 1)].name;
}
