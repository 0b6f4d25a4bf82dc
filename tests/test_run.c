/**
 * @file
 * Runs of networks of every semantics: what goes into their stages, what comes out, who is told.
 */
#include <errno.h>
#include <string.h>

#include "network.h"
#include "products.h"

enum { WIDTH = 88, HEIGHT = 72, PIXELS = WIDTH * HEIGHT };

/** A picture with a hole, what came out, and what was seen on the way. */
typedef struct Scene {
    float image[3 * PIXELS], stage1[3 * PIXELS], stage2[3 * PIXELS];
    float input[6 * PIXELS], coarse[6 * PIXELS], first[3 * PIXELS], last[3 * PIXELS], attention[PIXELS * 4];
    uint8_t hole[PIXELS];
    const DeepfillModel *model;
    int rows; /* that were told of */
} Scene;

static void keep(const char *row, const char *name, float *to, size_t room, DfShape shape, const float *from)
{
    if (strcmp(row, name))
        return;
    assert_true(df_shape_count(shape) <= room);
    memcpy(to, from, df_shape_count(shape) * sizeof *to);
}

static void watch(void *opaque, const char *row, DfShape shape, const float *activation)
{
    Scene *s = opaque;
    assert_string_equal(row, s->model->semantics->net->rows[s->rows++].name);
    keep(row, "input", s->input, DF_COUNT(s->input), shape, activation);
    keep(row, "conv17", s->first, DF_COUNT(s->first), shape, activation);
    keep(row, "coarse", s->coarse, DF_COUNT(s->coarse), shape, activation);
    keep(row, "attention", s->attention, DF_COUNT(s->attention), shape, activation);
    keep(row, "allconv17", s->last, DF_COUNT(s->last), shape, activation);
}

static void draw(Scene *s)
{
    for (int i = 0; i < PIXELS; i++) {
        int y = i / WIDTH, x = i % WIDTH;
        s->hole[i] = y > 20 && y < 44 && x > 30 && x < 60;
        for (int colour = 0; colour < 3; colour++)
            s->image[3 * i + colour] = (i * 7 + colour * 31) % 64 / 32.0f - 1;
    }
}

static void run(Scene *s, const DeepfillModel *model)
{
    DfPlan *plan = NULL;
    if (df_plan_create(&plan, model, WIDTH, HEIGHT, 1) < 0)
        fail_msg("%s", df_error_text());
    void *workspace = df_alloc(df_plan_workspace(plan));
    DfRun run = { .image = s->image, .hole = s->hole, .stage1 = s->stage1, .stage2 = s->stage2,
                  .watch = watch, .opaque = s };
    s->model = model;
    s->rows = 0;
    df_model_run(model, plan, workspace, &run);
    assert_int_equal(s->rows, model->semantics->net->count);
    df_free(workspace);
    df_plan_close(&plan);
}

/* ------------------------------------------------------------------------------------ what is seen -- */

/** The network's colour number c (in its own order) of a known pixel. */
static float known_colour(const Scene *s, int p, int c)
{
    const DfRange *range = &s->model->range;
    int colour = range->order == DF_BGR ? 2 - c : c;
    return range->scale[colour] * s->image[3 * p + colour] + range->offset[colour];
}

/** A stage's input, plane by plane as the semantics' text lists them; `filled` is what its hole holds. */
static void check_input(const Scene *s, const char *list, const float *input, const float *filled)
{
    int channels = df_semantics_inputs(list, 0).channels;
    int ones = strstr(list, "ones") ? 3 : -1, mask = strstr(list, "mask") ? channels - 1 : -1;
    for (int p = 0; p < PIXELS; p++, input += channels) {
        for (int c = 0; c < 3; c++) {
            float inside = filled ? filled[3 * p + c] : s->model->semantics->hole;
            assert_true(input[c] == (s->hole[p] ? inside : known_colour(s, p, c)));
        }
        assert_true(ones < 0 || input[ones] == 1);
        assert_true(mask < 0 || input[mask] == s->hole[p]);
    }
}

/** RGB of a stage from what the network made: back to -1..1, clamped. */
static void check_picture(const Scene *s, const float *rgb, const float *made)
{
    const DfRange *range = &s->model->range;
    for (int i = 0; i < 3 * PIXELS; i++) {
        int colour = i % 3, c = range->order == DF_BGR ? 2 - colour : colour;
        float value = (made[i - colour + c] - range->offset[colour]) / range->scale[colour];
        assert_true(rgb[i] == DF_CLAMP(value, -1, 1));
    }
}

static void check_semantics(const DfSemantics *semantics, int cnum)
{
    DeepfillModel model;
    Scene *s = calloc(1, sizeof *s);
    network_make(&model, semantics, cnum, 0);
    draw(s);
    run(s, &model);
    check_input(s, semantics->input, s->input, NULL);
    check_input(s, semantics->refined, s->coarse, s->first);
    check_picture(s, s->stage1, s->first);
    check_picture(s, s->stage2, s->last);
    network_free(&model);
    free(s);
}

static void test_semantics(void **state)
{
    (void)state;
    for (int i = 0; df_semantics_at(i); i++)
        if (df_semantics_at(i)->net == &df_deepfillv2) {
            check_semantics(df_semantics_at(i), 4);
            check_semantics(df_semantics_at(i), 12);
        }
}

/** One that sees the same known pixels in the other order of colours sees other planes. */
static void test_order(void **state)
{
    DeepfillModel model;
    Scene *s = calloc(1, sizeof *s);
    (void)state;
    network_make(&model, df_semantics_find("nipponjo_tf"), 8, 0);
    model.range.order = DF_BGR;
    draw(s);
    run(s, &model);
    assert_true(s->input[0] == s->image[2] && s->input[2] == s->image[0]);
    check_picture(s, s->stage2, s->last);
    network_free(&model);
    free(s);
}

/** Where the original gives no numbers, ours copies nothing. */
static void test_all_hole(void **state)
{
    DeepfillModel model;
    Scene *s = calloc(1, sizeof *s);
    (void)state;
    network_make(&model, df_semantics_find("mmagic"), 8, 0);
    draw(s);
    memset(s->hole, 1, sizeof s->hole);
    run(s, &model);
    for (int i = 0; i < PIXELS / 16 * 16; i++)
        assert_true(s->attention[i] == 0);
    for (int i = 0; i < 3 * PIXELS; i++)
        assert_true(s->stage2[i] >= -1 && s->stage2[i] <= 1);
    network_free(&model);
    free(s);
}

/* ------------------------------------------------------------------------------------------- plans -- */

static void check_sides(const char *name, int side, int fits, const char *words)
{
    DeepfillModel model;
    DfPlan *plan = NULL;
    network_make(&model, df_semantics_find(name), 8, 0);
    df_error_clear();
    assert_int_equal(df_plan_create(&plan, &model, side, side, 1), fits ? 0 : -EINVAL);
    assert_string_equal(df_error_text(), words);
    df_plan_close(&plan);
    network_free(&model);
}

/* -------------------------------------------------------------------------------------- cancelling -- */

enum { LAST_ROW = 5 };

typedef struct Cancelling {
    DfThreadPool *pool;
    int rows;
} Cancelling;

static void cancel_after(void *opaque, const char *row, DfShape shape, const float *activation)
{
    Cancelling *c = opaque;
    (void)row, (void)shape, (void)activation;
    if (++c->rows == LAST_ROW)
        df_thread_pool_cancel(c->pool, 1);
}

/** No row is made after a pool's cancelling, of any stage; a pool that is no longer cancelled runs all of them. */
static void test_cancelled(void **state)
{
    Scene *s = calloc(1, sizeof *s);
    DeepfillModel model;
    Cancelling c = { 0 };
    DfPlan *plan;
    (void)state;
    network_make(&model, df_semantics_find("stride"), 4, 0);
    draw(s);
    assert_int_equal(df_thread_pool_open(&c.pool, 1), 0);
    assert_int_equal(df_plan_create(&plan, &model, WIDTH, HEIGHT, 2), 0);
    void *workspace = df_alloc(df_plan_workspace(plan));
    DfRun run = { .image = s->image, .hole = s->hole, .pool = c.pool, .stage1 = s->stage1, .stage2 = s->stage2,
                  .watch = cancel_after, .opaque = &c };
    assert_int_equal(df_model_run(&model, plan, workspace, &run), -ECANCELED);
    assert_int_equal(c.rows, LAST_ROW);
    assert_int_equal(df_model_run(&model, plan, workspace, &run), -ECANCELED);
    assert_int_equal(c.rows, LAST_ROW);
    df_thread_pool_cancel(c.pool, 0);
    assert_int_equal(df_model_run(&model, plan, workspace, &run), 0);
    assert_int_equal(c.rows, LAST_ROW + model.semantics->net->count);
    df_free(workspace);
    df_plan_close(&plan);
    df_thread_pool_close(&c.pool);
    network_free(&model);
    free(s);
}

static void test_sides(void **state)
{
    (void)state;
    check_sides("official", 64, 1, "");
    check_sides("mmagic", 72, 1, "");
    check_sides("mmagic", 64, 0, "a region's width is 64 pixels, expected a multiple of 8 from 72 up");
    check_sides("csqiangwen", 68, 0, "a region's width is 68 pixels, expected a multiple of 8 from 64 up");
    check_sides("naoto0804", 64, 0, "a region's width is 64 pixels, expected a multiple of 128 from 128 up");
    check_sides("pconv_mmagic", 192, 0,
                "a region's width is 192 pixels, expected a multiple of 128 from 128 up");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_semantics), cmocka_unit_test(test_order), cmocka_unit_test(test_all_hole),
        cmocka_unit_test(test_sides), cmocka_unit_test(test_cancelled),
    };
    return cmocka_run_group_tests(tests, claim_products, release_products);
}
