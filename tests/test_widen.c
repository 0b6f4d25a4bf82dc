/**
 * @file
 * Marks widened by squares, beside the plain loops.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "plane/widen.h"

/** Whether anything is marked within the square around a pixel. */
static int is_near(const uint8_t *mask, int width, int height, int x, int y, int reach)
{
    for (int v = DF_MAX(y - reach, 0); v <= DF_MIN(y + reach, height - 1); v++)
        for (int u = DF_MAX(x - reach, 0); u <= DF_MIN(x + reach, width - 1); u++)
            if (mask[v * width + u])
                return 1;
    return 0;
}

static void squares_are_marked(void **state)
{
    static const int sizes[][2] = { { 1, 1 }, { 1, 40 }, { 37, 1 }, { 23, 31 } };
    uint8_t mask[1024], wide[1024];

    (void)state;
    srand(3);
    for (size_t i = 0; i < DF_COUNT(sizes); i++)
        for (int reach = 0; reach < 50; reach += 1 + reach / 3)
            for (int rarity = 2; rarity < 400; rarity *= 4) {
                int width = sizes[i][0], height = sizes[i][1];
                for (int k = 0; k < width * height; k++)
                    mask[k] = rand() % rarity ? 0 : (uint8_t)(1 + rand() % 255);
                memcpy(wide, mask, sizeof mask);
                assert_int_equal(df_widen(wide, width, height, reach), 0);
                for (int k = 0; k < width * height; k++)
                    assert_int_equal(wide[k], is_near(mask, width, height, k % width, k / width, reach) ? 255 : 0);
            }
}

static void memory_that_fails_is_told(void **state)
{
    uint8_t mask[4] = { 0 };

    (void)state;
    df_fail_after(0);
    int ret = df_widen(mask, 2, 2, 1);
    df_fail_after(-1);
    assert_int_equal(ret, -ENOMEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(squares_are_marked),
        cmocka_unit_test(memory_that_fails_is_told),
    };
    return cmocka_run_group_tests_name("widen", tests, NULL, NULL);
}
