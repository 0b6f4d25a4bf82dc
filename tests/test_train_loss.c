/**
 * @file
 * Losses and their gradients against values worked out by hand.
 */
#include "train/loss.h"
#include "values.h"

static void test_l1(void **state)
{
    const float truth[] = { 0, 0, 0, 1, 1, 1, 0.5f, 0.5f, 0.5f }, made[] = { 1, 0, -2, 1, 3, 1, 0.5f, 0, 0.5f };
    const uint8_t hole[] = { 1, 0, 1 };
    float d_made[9];
    (void)state;
    DfL1Weights weights = df_l1_weights(3, 2);
    /* mean |gap| = 5.5 / 9; in the hole 3.5 / 9, over an area of 2 / 3. */
    double loss = df_l1_loss(3, truth, made, hole, NULL, weights, d_made);
    assert_float_equal(loss, 5.5 / 9 + 3.5 / 9 * 1.5, 1e-12);
    const double expected[] = { 2.5 / 9, 0, -2.5 / 9, 0, 1 / 9., 0, 0, -2.5 / 9, 0 };
    assert_near(d_made, expected, 9, 1e-7);
    /* The truth of the first pixel is not known. */
    loss = df_l1_loss(3, truth, made, hole, (const uint8_t[]){ 0, 1, 1 }, weights, d_made);
    assert_float_equal(loss, 2.5 / 9 + 0.5 / 9 * 1.5, 1e-12);
    assert_true(d_made[0] == 0 && d_made[2] == 0 && d_made[4] > 0);
    weights = df_l1_weights(1000, 0);
    assert_float_equal(weights.hole, 100 * weights.all, 1e-12);
}

static void test_hinges(void **state)
{
    const float scores[] = { -2, 0.5f, 3, -0.5f }, weights[] = { 0.25f, 0.5f };
    const DfShape shape = { 1, 2, 2 };
    float d_scores[4];
    (void)state;
    assert_float_equal(df_hinge_loss(shape, weights, scores, 1, d_scores),
                       0.0625 * (3 + 0.5) + 0.125 * (0 + 1.5), 1e-12);
    assert_near(d_scores, (const double[]){ -0.0625, -0.0625, 0, -0.125 }, 4, 0);
    assert_float_equal(df_hinge_loss(shape, weights, scores, 0, d_scores),
                       0.0625 * (0 + 1.5) + 0.125 * (4 + 0.5), 1e-12);
    assert_near(d_scores, (const double[]){ 0, 0.0625, 0.125, 0.125 }, 4, 0);
    assert_float_equal(df_critic_loss(shape, weights, scores, d_scores), -(0.125 * -1.5 + 0.25 * 2.5), 1e-12);
    assert_near(d_scores, (const double[]){ -0.125, -0.125, -0.25, -0.25 }, 4, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_l1), cmocka_unit_test(test_hinges) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
