/**
 * @file
 * Scratch memory: pieces that do not overlap, marks, steady work that allocates nothing, failures.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "arena.h"

static void pieces_are_apart_and_aligned(void **state)
{
    enum { PIECES = 200 };
    DfArena arena = { 0 };
    unsigned char *pieces[PIECES];

    (void)state;
    for (int i = 0; i < PIECES; i++) {
        pieces[i] = df_arena_take(&arena, 37 * i);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % DF_ALIGN, 0);
        memset(pieces[i], i, 37 * i);
    }
    for (int i = 0; i < PIECES; i++)
        for (int k = 0; k < 37 * i; k++)
            assert_int_equal(pieces[i][k], i);
    df_arena_free(&arena);
    assert_int_equal(df_arena_bytes(&arena), 0);
}

static void zeroed_pieces_are_zero(void **state)
{
    DfArena arena = { 0 };

    (void)state;
    memset(df_arena_take(&arena, 5000), 255, 5000);
    df_arena_reset(&arena, (DfArenaMark){ 0 });
    unsigned char *piece = df_arena_take_zeroed(&arena, 5000);
    for (int i = 0; i < 5000; i++)
        assert_int_equal(piece[i], 0);
    df_arena_free(&arena);
}

/** What was taken before a mark stays; what was taken since is given again. */
static void marks_give_back_what_came_since(void **state)
{
    DfArena arena = { 0 };

    (void)state;
    char *kept = df_arena_take(&arena, 100);
    memset(kept, 7, 100);
    DfArenaMark mark = df_arena_mark(&arena);
    char *first = df_arena_take(&arena, 1000);
    for (int i = 0; i < 20; i++)
        memset(df_arena_take(&arena, 50000), 0, 50000);
    df_arena_reset(&arena, mark);
    assert_ptr_equal(df_arena_take(&arena, 1000), first);
    for (int i = 0; i < 100; i++)
        assert_int_equal(kept[i], 7);
    df_arena_free(&arena);
}

static void steady_work_allocates_nothing(void **state)
{
    DfArena arena = { 0 };

    (void)state;
    for (int round = 0; round < 10; round++) {
        DfArenaMark mark = df_arena_mark(&arena);
        for (int i = 0; i < 30; i++)
            assert_non_null(df_arena_take(&arena, 9999 * (i % 7)));
        df_arena_reset(&arena, mark);
        /* The first round needs several blocks, the second one that takes their place. */
        if (round > 0)
            df_fail_after(0);
    }
    df_fail_after(-1);
    df_arena_free(&arena);
}

static void failures_leave_it_usable(void **state)
{
    DfArena arena = { 0 };

    (void)state;
    assert_null(df_arena_take(&arena, DF_SIZE_BAD));
    for (int successes = 0; successes < 2; successes++) {
        df_fail_after(successes);
        assert_null(df_arena_take(&arena, 1000));
        assert_null(df_arena_take_zeroed(&arena, 1000));
    }
    df_fail_after(-1);
    assert_non_null(df_arena_take(&arena, 1000));
    df_fail_after(1);
    assert_null(df_arena_take(&arena, 1 << 20));
    assert_non_null(df_arena_take(&arena, 1000));
    df_fail_after(-1);
    assert_non_null(df_arena_take(&arena, 1 << 20));
    df_arena_free(&arena);
    df_error_clear();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_apart_and_aligned), cmocka_unit_test(zeroed_pieces_are_zero),
        cmocka_unit_test(marks_give_back_what_came_since), cmocka_unit_test(steady_work_allocates_nothing),
        cmocka_unit_test(failures_leave_it_usable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
