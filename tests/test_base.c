/**
 * @file
 * Sizes that overflow, errors that keep their first cause, memory and threads that fail when told to.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base.h"
#include "cpu.h"

static void test_sizes(void **state)
{
    (void)state;
    assert_int_equal(df_size_mul(6, 7), 42);
    assert_int_equal(df_size_mul(0, SIZE_MAX - 1), 0);
    assert_true(df_size_mul(SIZE_MAX / 2, 3) == DF_SIZE_BAD);
    assert_true(df_size_mul(DF_SIZE_BAD, 0) == DF_SIZE_BAD);
    assert_int_equal(df_size_add(40, 2), 42);
    assert_true(df_size_add(SIZE_MAX - 1, 2) == DF_SIZE_BAD);
    assert_true(df_size_add(0, DF_SIZE_BAD) == DF_SIZE_BAD);
    assert_int_equal(df_size_align(0), 0);
    assert_int_equal(df_size_align(1), DF_ALIGN);
    assert_int_equal(df_size_align(DF_ALIGN), DF_ALIGN);
    assert_true(df_size_align(SIZE_MAX - 3) == DF_SIZE_BAD);
}

static void test_first_cause_is_kept(void **state)
{
    (void)state;
    df_error_clear();
    assert_string_equal(df_error_text(), "");
    assert_int_equal(df_error(-EINVAL, "first %d", 1), -EINVAL);
    assert_int_equal(df_error(-ENOMEM, "second"), -ENOMEM);
    assert_string_equal(df_error_text(), "first 1");
    df_error_clear();
    assert_string_equal(df_error_text(), "");
}

static void test_long_cause_is_cut(void **state)
{
    static char name[5000];
    (void)state;
    memset(name, 'x', sizeof name - 1);
    df_error_clear();
    df_error(-EINVAL, "%s", name);
    assert_true(strlen(df_error_text()) > 500 && strlen(df_error_text()) < sizeof name - 1);
    df_error_clear();
}

/** A tensor's or a file's name may hold what would move a terminal's cursor; other letters stay. */
static void test_control_characters_are_replaced(void **state)
{
    (void)state;
    df_error_clear();
    df_error(-EINVAL, "%s", "a\033[2Jb\nc\177d\302\233e\302\200f \303\244\302\240\342\202\254 \302");
    assert_string_equal(df_error_text(), "a?[2Jb?c?d??e??f \303\244\302\240\342\202\254 \302");
    df_error_clear();
}

static void test_memory(void **state)
{
    (void)state;
    for (size_t size = 0; size < 1000; size += 37) {
        unsigned char *memory = df_alloc(size);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % DF_ALIGN, 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(memory[i], 0);
        df_free(memory);
    }
    for (size_t size = (4 << 20) - 64; size <= (6 << 20) + 64; size += 64 << 10) { /* in large pages or not */
        unsigned char *memory = df_alloc(size);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % DF_ALIGN, 0);
        assert_true(!memory[0] && !memcmp(memory, memory + 1, size - 1));
        memset(memory, 1, size); /* for the next that lies there */
        df_free(memory);
    }
    df_free(NULL);
    for (size_t size = 0; size <= 3 << 20; size += 999999) { /* in pages of their own */
        unsigned char *memory = df_alloc_pages(size);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % DF_ALIGN, 0);
        for (size_t i = 0; i < size; i += 4095)
            assert_int_equal(memory[i], 0);
        memset(memory, 1, size);
        df_free_pages(memory, size);
    }
    df_free_pages(NULL, 9);
    assert_null(df_alloc_pages(DF_SIZE_BAD));
    assert_null(df_alloc(DF_SIZE_BAD));
    assert_null(df_alloc(SIZE_MAX - 1));
    df_error_clear();
    char *copy = df_strdup("text");
    assert_string_equal(copy, "text");
    df_free(copy);
}

static void *answer(void *argument)
{
    *(int *)argument = 42;
    return NULL;
}

static void test_failures_on_demand(void **state)
{
    pthread_t thread;
    int found = 0;
    (void)state;
    df_error_clear();
    df_fail_after(2);
    void *first = df_alloc(1);
    assert_non_null(first);
    assert_int_equal(df_thread_start(&thread, answer, &found), 0);
    pthread_join(thread, NULL);
    assert_int_equal(found, 42);
    assert_null(df_alloc(1));
    assert_non_null(strstr(df_error_text(), "out of memory"));
    assert_null(df_strdup("text"));
    assert_int_equal(df_thread_start(&thread, answer, &found), -EAGAIN);
    df_fail_after(-1);
    df_free(first);
    first = df_alloc(1);
    assert_non_null(first);
    df_free(first);
    df_error_clear();
}

static void test_grow(void **state)
{
    size_t room = 0;
    int *items = NULL, *same;
    (void)state;
    for (int i = 0; i < 1000; i++) {
        items = df_grow(items, &room, (size_t)i + 1, sizeof *items);
        assert_non_null(items);
        assert_true(room > (size_t)i);
        items[i] = i;
    }
    for (int i = 0; i < 1000; i++)
        assert_int_equal(items[i], i);
    for (size_t i = 1000; i < room; i++)
        assert_int_equal(items[i], 0);
    same = df_grow(items, &room, room, sizeof *items);
    assert_ptr_equal(same, items);
    size_t before = room;
    assert_null(df_grow(items, &room, SIZE_MAX / 2, sizeof *items));
    df_fail_after(0);
    assert_null(df_grow(items, &room, room + 1, sizeof *items));
    df_fail_after(-1);
    assert_int_equal(room, before);
    assert_int_equal(items[999], 999);
    df_free(items);
    df_error_clear();
}

static void *own_error(void *argument)
{
    *(int *)argument = df_error_text()[0] == 0;
    df_error(-EINVAL, "of the other thread");
    return NULL;
}

static void test_errors_belong_to_threads(void **state)
{
    pthread_t thread;
    int empty = 0;
    (void)state;
    df_error_clear();
    df_error(-EINVAL, "mine");
    assert_int_equal(df_thread_start(&thread, own_error, &empty), 0);
    pthread_join(thread, NULL);
    assert_int_equal(empty, 1);
    assert_string_equal(df_error_text(), "mine");
    df_error_clear();
}

static void test_cpu(void **state)
{
    (void)state;
    enum DfCpuLevel own = df_cpu_level();
    assert_true(df_cpu_count() >= 1);
    df_cpu_force(DF_CPU_C);
    assert_int_equal(df_cpu_level(), DF_CPU_C);
    assert_string_equal(df_cpu_name(df_cpu_level()), "c");
    df_cpu_force(DF_CPU_LEVELS);
    assert_int_equal(df_cpu_level(), own);
    for (int level = 0; level < DF_CPU_LEVELS; level++) {
        df_cpu_force(level);
        assert_int_equal(df_cpu_level(), DF_MIN(level, (int)own));
    }
    df_cpu_force(DF_CPU_LEVELS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_first_cause_is_kept),
        cmocka_unit_test(test_long_cause_is_cut),
        cmocka_unit_test(test_control_characters_are_replaced),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_failures_on_demand),
        cmocka_unit_test(test_grow),
        cmocka_unit_test(test_errors_belong_to_threads),
        cmocka_unit_test(test_cpu),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
