/**
 * @file
 * For tests of float loops: random values, and values compared with those of a loop in double precision.
 */
#ifndef TESTS_VALUES_H
#define TESTS_VALUES_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

/** Reproducible values in -range..range, from malloc(). */
static inline float *random_floats(size_t count, float range)
{
    static uint32_t state = 1;
    float *values = malloc(count * sizeof *values);
    for (size_t i = 0; i < count; i++) {
        state = state * 1664525 + 1013904223;
        values[i] = range * ((float)(state >> 8) / (1 << 23) - 1);
    }
    return values;
}

static inline void assert_near(const float *found, const double *expected, size_t count, double limit)
{
    for (size_t i = 0; i < count; i++)
        if (!(fabs(found[i] - expected[i]) <= limit))
            fail_msg("value %zu of %zu: %.9g, expected %.9g", i, count, found[i], expected[i]);
}

#endif
