/**
 * @file
 * The filter's 16-bit codes of floating-point samples.
 */
#include "../filter/deepfill_float.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static unsigned code_of_bits(uint32_t bits, int depth)
{
    uint16_t code;

    ff_deepfill_float_codes(&code, &bits, 1, depth);
    return code;
}

static unsigned code_of_value(float value)
{
    return code_of_bits(av_float2int(value), 32);
}

static float value_of_code(unsigned code, int depth)
{
    uint32_t bits = ff_deepfill_float_bits(code, depth);

    return depth == 16 ? half_to_float(bits) : av_int2float(bits);
}

/** Half a step, as deepfill_float.h tells it, and a float's own rounding. */
static float half_step(float value)
{
    return 0.5f * (1.0f / 32768 + fmaxf(value - 1, 0) / 3714) * 1.001f + fabsf(value) * 1e-6f;
}

static void codes_come_back(void **state)
{
    (void)state;
    for (unsigned code = 0; code < 65536; code++) {
        assert_int_equal(code_of_value(value_of_code(code, 32)), code);
        assert_true(!code || value_of_code(code, 32) > value_of_code(code - 1, 32));
        assert_true(isfinite(value_of_code(code, 16)));
    }
    assert_true(value_of_code(0, 32) == -0.125f && value_of_code(4096, 32) == 0);
    assert_true(value_of_code(4096 + 32768, 32) == 1 && fabsf(value_of_code(65535, 32) - 256) < 0.01f);
}

static void values_come_back_within_half_a_step(void **state)
{
    (void)state;
    for (float value = -0.125f; value < 255; value += fmaxf(fabsf(value) * 0.003f, 1e-4f))
        assert_true(fabsf(value_of_code(code_of_value(value), 32) - value) <= half_step(value));
}

static void half_floats_come_back(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 65536; bits++) {
        float value = half_to_float(bits);
        if (!(value >= -0.125f && value <= 255))
            continue;
        float back = value_of_code(code_of_bits(bits, 16), 16);
        assert_true(fabsf(back - value) <= half_step(value) + fabsf(value) / 2048);
        assert_true(half_to_float(float_to_half(value)) == value);
    }
    assert_true(half_to_float(0x3c00) == 1 && half_to_float(0xc000) == -2 && half_to_float(1) == 0x1p-24f);
}

static void what_has_no_code_is_limited(void **state)
{
    (void)state;
    assert_int_equal(code_of_value(NAN), 4096);
    assert_int_equal(code_of_value(INFINITY), 65535);
    assert_int_equal(code_of_value(-INFINITY), 0);
    assert_int_equal(code_of_value(1e30f), 65535);
    assert_int_equal(code_of_bits(0x7e00, 16), 4096);
    assert_int_equal(code_of_bits(0x7c00, 16), 65535);
    assert_int_equal(code_of_bits(0xfc00, 16), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_come_back),
        cmocka_unit_test(values_come_back_within_half_a_step),
        cmocka_unit_test(half_floats_come_back),
        cmocka_unit_test(what_has_no_code_is_limited),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
