/**
 * @file
 * What each project does differently: levels to values and back, sampling, planes, widths.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "model/semantics.h"

static const DfSemantics *find(const char *name)
{
    const DfSemantics *semantics = df_semantics_find(name);
    if (!semantics)
        fail_msg("no semantics are called %s", name);
    return semantics;
}

static void test_names(void **state)
{
    static const char *const names[] = {
        "official", "stride", "nipponjo_tf", "nipponjo", "mmagic", "csqiangwen", "naoto0804", "pconv_mmagic",
    };
    (void)state;
    for (size_t i = 0; i < DF_COUNT(names); i++) {
        assert_string_equal(df_semantics_at(i)->name, names[i]);
        assert_ptr_equal(find(names[i]), df_semantics_at(i));
    }
    assert_null(df_semantics_at(DF_COUNT(names)));
    assert_null(df_semantics_at(-1));
    assert_null(df_semantics_find("mmagi"));
    assert_null(df_semantics_find(""));
}

/* ------------------------------------------------------------------------------ levels, values -- */

/** How many levels a known pixel of each level loses on its way through the program; for all colours alike. */
static void check_levels(const char *name, int (*loss)(int level))
{
    const DfSemantics *s = find(name);
    for (int colour = 0; colour < 3; colour++)
        for (int p = 0; p < 256; p++)
            if (s->store(s->load(p, colour), colour) != p - loss(p))
                fail_msg("%s: level %d of colour %d comes back as %d", name, p, colour,
                         s->store(s->load(p, colour), colour));
}

static int none(int p)
{
    (void)p;
    return 0;
}

static int one_to_63(int p)
{
    return p >= 1 && p <= 63;
}

/** p / 255 * 255 in float32, as its authors' program calculates it. */
static int by_255(int p)
{
    volatile float unit = p / 255.0f, back = unit * 255.0f;
    return p - (int)back;
}

static void test_known_pixels(void **state)
{
    (void)state;
    check_levels("official", one_to_63);
    check_levels("stride", none);
    check_levels("nipponjo_tf", one_to_63);
    check_levels("nipponjo", one_to_63);
    check_levels("mmagic", none);
    check_levels("csqiangwen", by_255);
    check_levels("naoto0804", none);
    check_levels("pconv_mmagic", none);
}

static void test_values(void **state)
{
    (void)state;
    assert_true(find("official")->load(255, 0) == 1 && find("official")->load(0, 2) == -1);
    assert_true(find("csqiangwen")->load(255, 0) == 1 && find("csqiangwen")->load(0, 2) == 0);
    assert_true(find("csqiangwen")->hole == 1 && find("mmagic")->hole == 0);
    assert_true(fabs(find("naoto0804")->load(255, 0) - (1 - 0.485) / 0.229) < 1e-6);
    assert_true(fabs(find("naoto0804")->load(0, 2) + 0.406 / 0.225) < 1e-6);
    /* One half of a level down, or up. */
    assert_int_equal(find("official")->store(0, 0), 127);
    assert_int_equal(find("stride")->store(0, 0), 128);
    assert_int_equal(find("mmagic")->store(0, 0), 128);
    assert_int_equal(find("mmagic")->store(1 / 127.5f, 0), 128); /* 128.5: to even */
    assert_int_equal(find("csqiangwen")->store(0.5f, 0), 127);
    assert_int_equal(find("csqiangwen")->store(-0.9f, 0), 0);
}

static void test_wild_values(void **state)
{
    (void)state;
    for (int i = 0; df_semantics_at(i); i++) {
        const DfSemantics *s = df_semantics_at(i);
        assert_int_equal(s->store(1e30f, 1), 255);
        assert_int_equal(s->store(INFINITY, 1), 255);
        assert_int_equal(s->store(-1e30f, 1), 0);
        assert_int_equal(s->store(-INFINITY, 1), 0);
        assert_in_range(s->store(NAN, 1), 0, 255);
    }
}

static void test_range(void **state)
{
    (void)state;
    for (int i = 0; df_semantics_at(i); i++) {
        const DfSemantics *s = df_semantics_at(i);
        DfRange range = df_semantics_range(s, DF_BGR);
        assert_int_equal(range.order, DF_BGR);
        assert_true(range.hole == s->hole);
        for (int colour = 0; colour < 3; colour++) {
            if (s->load(0, colour) == -1)
                assert_true(range.scale[colour] == 1 && range.offset[colour] == 0);
            for (int p = 0; p < 256; p++) {
                float value = range.scale[colour] * (p / 127.5f - 1) + range.offset[colour];
                assert_true(fabsf(value - s->load(p, colour)) < 1e-6f);
            }
        }
    }
}

/* -------------------------------------------------------------------------------- index rules -- */

static void check_aligned(DfSourceIndex index)
{
    static const int eighth[] = { 0, 9, 18, 27, 36, 44, 53, 62, 71 };
    for (int n = 1; n <= 300; n++)
        for (int times = 2; times <= 8; times *= 2)
            for (int i = 0; i < n; i++) {
                /* Ends meet ends; but for exact halves there is one answer. */
                double at = n > 1 ? (double)i * (times * n - 1) / (n - 1) : 0;
                double error = index(i, times * n, n) - at;
                assert_true(error >= -0.5001 && error <= 0.5001);
            }
    for (int i = 0; i < 9; i++)
        assert_int_equal(index(i, 72, 9), eighth[i]);
}

/** Odd numbers of samples whose exact middle, 2 i + 1/2, is rounded down: as the originals' formulas say. */
static void check_middles(DfSourceIndex index, const int *down, int count)
{
    for (int n = 3, k = 0; n < 400; n += 2) {
        int lower = k < count && down[k] == n;
        assert_int_equal(index(n / 2, 2 * n, n), lower ? n - 1 : n);
        k += lower;
    }
}

static void test_aligned(void **state)
{
    static const int down[] = { 27, 91, 173, 199, 213, 235, 237, 333, 363, 395, 399 };
    DfSourceIndex index = find("official")->attention.features;
    (void)state;
    check_aligned(index);
    check_middles(index, down, DF_COUNT(down));
}

/** torch.linspace on a CPU with vectors of eight: filled block by block, from the nearer end. */
static void linspace(int *out, int n_in, int n_out)
{
    volatile float step = (float)(n_in - 1) / (n_out > 1 ? n_out - 1 : 1);
    for (int i = 0; i < n_out;) {
        int block = n_out - i >= 8 ? 8 : 1;
        for (int k = 0; k < block; k++) {
            volatile float base = step * i, more = step * k;
            if (i >= n_out / 2) {
                volatile float back = step * (n_out - i - 1);
                base = n_in - 1 - back;
            }
            volatile float at = base + more, half = at + 0.5f;
            out[i + k] = n_out > 1 ? (int)floorf(half) : 0;
        }
        i += block;
    }
}

static void test_linspace(void **state)
{
    static const int down[] = {
        99, 101, 173, 191, 199, 213, 223, 225, 235, 237, 295, 325, 333, 343, 369, 379, 399,
    };
    DfSourceIndex index = find("nipponjo_tf")->attention.features;
    int expected[300];
    (void)state;
    check_aligned(index);
    check_middles(index, down, DF_COUNT(down));
    for (int n = 1; n < 300; n++)
        for (int times = 2; times <= 8; times *= 2) {
            linspace(expected, times * n, n);
            for (int i = 0; i < n; i++)
                assert_int_equal(index(i, times * n, n), expected[i]);
        }
}

/** The two differ, and only at odd sizes. */
static void test_linspace_is_not_aligned(void **state)
{
    DfSourceIndex aligned = find("official")->attention.hole, linear = find("nipponjo_tf")->attention.hole;
    int different = 0;
    (void)state;
    for (int n = 1; n < 400; n++)
        for (int i = 0; i < n; i++) {
            int differs = aligned(i, 8 * n, n) != linear(i, 8 * n, n);
            assert_true(!differs || n % 2);
            different += differs && n == 43;
        }
    assert_int_equal(different, 2);
}

static void test_stride(void **state)
{
    DfSourceIndex index = find("mmagic")->attention.hole;
    (void)state;
    for (int i = 0; i < 9; i++) {
        assert_int_equal(index(i, 72, 9), 8 * i);
        assert_int_equal(index(i, 18, 9), 2 * i);
    }
}

/* ------------------------------------------------------------------------------ planes, widths -- */

static void test_inputs(void **state)
{
    DfInputs five = df_semantics_inputs("bgr,ones,mask", 0), six = df_semantics_inputs("rgb,ones,mask", 1);
    DfInputs four = df_semantics_inputs("rgb,mask", 0), none_at_all = df_semantics_inputs(NULL, 0);
    (void)state;
    assert_int_equal(five.channels, 5);
    assert_int_equal(five.list[1], DF_INPUT_ONES);
    assert_int_equal(five.list[2], DF_INPUT_MASK);
    assert_int_equal(six.channels, 6);
    assert_int_equal(six.list[0], DF_INPUT_COLOURS);
    assert_int_equal(six.list[1], DF_INPUT_SKETCH);
    assert_int_equal(four.channels, 4);
    assert_int_equal(four.list[1], DF_INPUT_MASK);
    assert_int_equal(none_at_all.channels, 0);
    assert_int_equal(df_semantics_order(find("mmagic")), DF_BGR);
    assert_int_equal(df_semantics_order(find("csqiangwen")), DF_RGB);
}

static void assert_width(const char *name, const char *row, int sketch, int in, int out)
{
    const DfSemantics *s = find(name);
    DfConv conv = df_semantics_conv_of(s, df_row_find(s->net, row), 48, sketch);
    if (conv.in != in || conv.out != out)
        fail_msg("%s: %s is %d to %d, expected %d to %d", name, row, conv.in, conv.out, in, out);
}

static void test_widths(void **state)
{
    (void)state;
    assert_width("official", "conv1", 0, 5, 48);
    assert_width("official", "conv1", 1, 6, 48);
    assert_width("official", "xconv1", 1, 3, 48);
    assert_width("official", "pmconv9", 0, 96, 192);
    assert_width("official", "allconv11", 0, 192, 192);
    assert_width("official", "allconv17", 0, 12, 3);
    assert_width("mmagic", "pmconv1", 0, 5, 48);
    assert_width("mmagic", "conv17", 0, 12, 6);
    assert_width("csqiangwen", "conv1", 0, 4, 48);
    assert_width("csqiangwen", "xconv1", 0, 4, 48);
}

static void test_convs(void **state)
{
    const DfSemantics *mmagic = find("mmagic"), *official = find("official");
    int before = df_row_find(official->net, "pmconv6"), last = df_row_find(official->net, "allconv17");
    (void)state;
    assert_int_equal(df_semantics_conv(official, before).activation, DF_GATE_RELU);
    assert_int_equal(df_semantics_conv(mmagic, before).activation, DF_GATE_ELU);
    assert_int_equal(df_semantics_conv(official, last).activation, DF_TANH);
    assert_int_equal(df_semantics_conv(mmagic, last).activation, DF_GATE_TANH);
    assert_int_equal(df_semantics_conv(mmagic, last).padding, DF_PAD_REFLECT);
    assert_int_equal(df_semantics_conv(official, last).padding, DF_PAD_SAME);
    assert_int_equal(df_semantics_conv(mmagic, df_row_find(mmagic->net, "conv13_upsample")).up, 1);
}

static void test_compatible(void **state)
{
    static const struct {
        const char *a, *b;
        int fits;
    } pairs[] = {
        { "official", "stride", 1 },     { "nipponjo_tf", "official", 1 },   { "nipponjo", "official", 1 },
        { "official", "mmagic", 0 },     { "official", "csqiangwen", 0 },    { "mmagic", "csqiangwen", 0 },
        { "official", "naoto0804", 0 },  { "naoto0804", "pconv_mmagic", 1 },
    };
    (void)state;
    for (size_t i = 0; i < DF_COUNT(pairs); i++) {
        const DfSemantics *a = find(pairs[i].a), *b = find(pairs[i].b);
        assert_int_equal(df_semantics_compatible(a, b), pairs[i].fits);
        assert_int_equal(df_semantics_compatible(b, a), pairs[i].fits);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),       cmocka_unit_test(test_known_pixels),
        cmocka_unit_test(test_values),      cmocka_unit_test(test_wild_values),
        cmocka_unit_test(test_range),       cmocka_unit_test(test_aligned),
        cmocka_unit_test(test_linspace),    cmocka_unit_test(test_linspace_is_not_aligned),
        cmocka_unit_test(test_stride),      cmocka_unit_test(test_inputs),
        cmocka_unit_test(test_widths),      cmocka_unit_test(test_convs),
        cmocka_unit_test(test_compatible),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
