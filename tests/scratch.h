/**
 * @file
 * Scratch memory that the tests of a program share, and the group's teardown that frees it.
 */
#ifndef DF_TESTS_SCRATCH_H
#define DF_TESTS_SCRATCH_H

#include "arena.h"

static DfArena scratch;

static inline int free_scratch(void **state)
{
    (void)state;
    df_arena_free(&scratch);
    return 0;
}

#endif
