/**
 * @file
 * SMALL_TESTS in the environment: no case that takes minutes where a CPU is emulated (tools/cross.sh).
 */
#ifndef SMALL_H
#define SMALL_H

#include <stdlib.h>

static inline int small_tests(void)
{
    return getenv("SMALL_TESTS") != NULL;
}

#endif
