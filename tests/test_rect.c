/**
 * @file
 * The bounding rectangle of a mask, against a search of every byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "plane/rect.h"

static void check(const uint8_t *mask, int width, int height)
{
    DfRect expected = { width, height, 0, 0 }, found = df_rect_bounds(mask, width, height);

    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            if (mask[y * width + x])
                expected = (DfRect){ DF_MIN(expected.x0, x), DF_MIN(expected.y0, y),
                                     DF_MAX(expected.x1, x + 1), y + 1 };
    assert_int_equal(df_rect_empty(found), df_rect_empty(expected));
    if (!df_rect_empty(expected))
        assert_memory_equal(&found, &expected, sizeof found);
}

/** Widths around the eight bytes that are looked at together; from no byte set to all. */
static void bounds_are_those_of_every_byte(void **state)
{
    (void)state;
    srand(1);
    for (int i = 0; i < 20000; i++) {
        int width = 1 + rand() % 35, height = 1 + rand() % 9, set = i % 50 ? rand() % 6 : width * height;
        uint8_t *mask = calloc(width, height);
        for (int k = 0; k < set; k++)
            mask[i % 50 ? rand() % (width * height) : k] = 1 + rand() % 255;
        check(mask, width, height);
        free(mask);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bounds_are_those_of_every_byte),
    };

    return cmocka_run_group_tests_name("rect", tests, NULL, NULL);
}
