/**
 * @file
 * Messages: which are handed over, and as what.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base.h"
#include "log.h"

/** What the callback has received. */
typedef struct Heard {
    int count;
    enum DeepfillLogLevel level;
    char text[2 * DF_LOG_BYTES];
} Heard;

static void hear(void *opaque, enum DeepfillLogLevel level, const char *message)
{
    Heard *heard = opaque;

    heard->count++;
    heard->level = level;
    strcpy(heard->text, message);
}

static void levels_up_to_the_one_asked_for_are_handed_over(void **state)
{
    (void)state;
    for (int most = DEEPFILL_LOG_ERROR; most <= DEEPFILL_LOG_DEBUG; most++) {
        Heard heard = { 0 };
        DfLog log = { hear, &heard, (enum DeepfillLogLevel)most };
        for (int level = DEEPFILL_LOG_ERROR; level <= DEEPFILL_LOG_DEBUG; level++) {
            df_log(&log, (enum DeepfillLogLevel)level, "%s %d", "level", level);
            assert_int_equal(df_log_wants(&log, (enum DeepfillLogLevel)level), level <= most);
        }
        assert_int_equal(heard.count, most + 1);
        assert_int_equal(heard.level, most);
        assert_int_equal(heard.text[6], '0' + most);
    }
}

static void none_is_silent(void **state)
{
    DfLog log = { .level = DEEPFILL_LOG_DEBUG };

    (void)state;
    assert_int_equal(df_log_wants(&log, DEEPFILL_LOG_ERROR), 0);
    df_log(&log, DEEPFILL_LOG_ERROR, "nobody hears this");
}

static void long_texts_are_cut_and_control_characters_replaced(void **state)
{
    Heard heard = { 0 };
    DfLog log = { hear, &heard, DEEPFILL_LOG_INFO };
    char text[2 * DF_LOG_BYTES];

    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    df_log(&log, DEEPFILL_LOG_INFO, "%s", text);
    assert_int_equal(strlen(heard.text), DF_LOG_BYTES - 1);
    df_log(&log, DEEPFILL_LOG_INFO, "a\x1B[31mb\nc");
    assert_string_equal(heard.text, "a?[31mb?c");
}

static void cause_and_memory_are_left_alone(void **state)
{
    Heard heard = { 0 };
    DfLog log = { hear, &heard, DEEPFILL_LOG_INFO };

    (void)state;
    df_error_clear();
    df_error(-1, "a cause");
    df_fail_after(0);
    df_log(&log, DEEPFILL_LOG_INFO, "a message");
    df_fail_after(-1);
    assert_int_equal(heard.count, 1);
    assert_string_equal(df_error_text(), "a cause");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_up_to_the_one_asked_for_are_handed_over),
        cmocka_unit_test(none_is_silent),
        cmocka_unit_test(long_texts_are_cut_and_control_characters_replaced),
        cmocka_unit_test(cause_and_memory_are_left_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
