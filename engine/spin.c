/**
 * @file
 * Spinning. The condition is tested many times between two readings of the clock, which take longer than a test.
 */
#include "spin.h"

#include <sched.h>
#include <stdint.h>
#include <time.h>

/**
 * How long to spin before sleeping: a few times the cost of sleeping and waking, and longer than the pause between
 * two loops of a network.
 */
#define SPIN_NS 200000

/** Tests between two readings of the clock, a few microseconds in all. */
#define SPINS 64

static int64_t clock_now(void)
{
    struct timespec t;

    return clock_gettime(CLOCK_MONOTONIC, &t) ? INT64_MAX : t.tv_sec * 1000000000ll + t.tv_nsec;
}

/** Leave the core to its other hardware thread for a moment. */
static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

int df_spin(int (*holds)(const void *), const void *opaque)
{
    int64_t end = 0;

    for (int spins = 1; !holds(opaque); spins++) {
        relax();
        if (spins % SPINS)
            continue;
        int64_t now = clock_now();
        if (!end)
            end = now + SPIN_NS;
        if (now >= end)
            return 0;
        sched_yield();
    }
    return 1;
}
