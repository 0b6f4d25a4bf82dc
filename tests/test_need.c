/**
 * @file
 * Runs that make only what is needed: to the same bits as runs that make everything, from a workspace full of
 * what is no number, most of which is never touched.
 */
#include <math.h>
#include <string.h>

#include "model/need.h"
#include "network.h"
#include "products.h"

enum { WIDTH = 136, HEIGHT = 120, PIXELS = WIDTH * HEIGHT };

typedef struct Scene {
    float image[3 * PIXELS], stage1[3 * PIXELS], stage2[3 * PIXELS], whole1[3 * PIXELS], whole2[3 * PIXELS];
    uint8_t hole[PIXELS], needed[PIXELS];
    size_t poisoned; /* values of activations that are no numbers */
} Scene;

static void mark(uint8_t *map, int x, int y, int width, int height)
{
    for (int row = y; row < y + height; row++)
        memset(map + row * WIDTH + x, 1, width);
}

static void draw(Scene *s)
{
    for (int i = 0; i < 3 * PIXELS; i++)
        s->image[i] = (i * 7919 % 1009) / 504.5f - 1;
    memset(s->hole, 0, sizeof s->hole);
    mark(s->hole, 50, 40, 30, 24);
    mark(s->hole, 0, 90, 12, 20);
}

static void count_poison(void *opaque, const char *row, DfShape shape, const float *activation)
{
    Scene *s = opaque;
    (void)row;
    for (size_t i = 0; i < df_shape_count(shape); i++)
        s->poisoned += isnan(activation[i]);
}

/** How many work on a region; whoever is alone makes the same bits. */
static int threads = 1;

static void run(Scene *s, const DeepfillModel *model, const uint8_t *needed, float *stage1, float *stage2)
{
    DfPlan *plan = NULL;
    DfThreadPool *pool = NULL;
    if (df_plan_create(&plan, model, WIDTH, HEIGHT, threads) < 0 || df_thread_pool_open(&pool, threads - 1) < 0)
        fail_msg("%s", df_error_text());
    void *workspace = df_alloc(df_plan_workspace(plan));
    memset(workspace, 0xff, df_plan_workspace(plan));
    DfRun run = { .image = s->image, .hole = s->hole, .needed = needed, .stage1 = stage1, .stage2 = stage2,
                  .watch = count_poison, .opaque = s, .pool = pool };
    s->poisoned = 0;
    df_model_run(model, plan, workspace, &run);
    df_thread_pool_close(&pool);
    df_free(workspace);
    df_plan_close(&plan);
}

static void assert_same_where_needed(const Scene *s, const float *found, const float *expected)
{
    for (int i = 0; i < 3 * PIXELS; i++)
        if (s->needed[i / 3] && memcmp(&found[i], &expected[i], sizeof *found))
            fail_msg("pixel %d, %d: %.9g, expected %.9g", i / 3 % WIDTH, i / 3 / WIDTH, found[i], expected[i]);
}

static void check_needed(Scene *s, const DeepfillModel *model)
{
    run(s, model, s->needed, s->stage1, s->stage2);
    assert_same_where_needed(s, s->stage1, s->whole1);
    assert_same_where_needed(s, s->stage2, s->whole2);
    run(s, model, s->needed, s->stage1, NULL);
    assert_same_where_needed(s, s->stage1, s->whole1);
    run(s, model, s->needed, NULL, s->stage2);
    assert_same_where_needed(s, s->stage2, s->whole2);
}

static void check_semantics(const DfSemantics *semantics, int cnum)
{
    DeepfillModel model;
    Scene *s = calloc(1, sizeof *s);
    network_make(&model, semantics, cnum, 0);
    draw(s);
    threads = 1;
    run(s, &model, NULL, s->whole1, s->whole2);
    assert_int_equal(s->poisoned, 0);
    threads = 3;
    memcpy(s->needed, s->hole, sizeof s->needed);
    check_needed(s, &model);
    memset(s->needed, 0, sizeof s->needed);
    mark(s->needed, 135, 119, 1, 1);
    mark(s->needed, 0, 0, 1, 1);
    check_needed(s, &model);
    memset(s->needed, 1, sizeof s->needed);
    s->needed[0] = 0;
    check_needed(s, &model);
    network_free(&model);
    free(s);
}

static void test_needed(void **state)
{
    (void)state;
    for (int i = 0; df_semantics_at(i); i++)
        if (df_semantics_at(i)->net == &df_deepfillv2) {
            check_semantics(df_semantics_at(i), 4);
            check_semantics(df_semantics_at(i), 12);
        }
}

static size_t marks(const DfPlan *plan, const DfNet *net, const uint8_t *maps, const char *name)
{
    int row = df_row_find(net, name);
    size_t count = 0;
    for (int i = 0; i < plan->shapes[row].height * plan->shapes[row].width; i++)
        count += maps[plan->needs[row] + i];
    return count;
}

/** For one pixel: itself, the tiles around it, then more; all that attention may copy; the hole's coarse fill. */
static void test_marks(void **state)
{
    DeepfillModel model;
    DfPlan *plan = NULL;
    Scene *s = calloc(1, sizeof *s);
    (void)state;
    network_make(&model, df_semantics_find("official"), 8, 0);
    draw(s);
    mark(s->needed, 62, 50, 1, 1);
    assert_int_equal(df_plan_create(&plan, &model, WIDTH, HEIGHT, 1), 0);
    uint8_t *workspace = df_alloc(df_plan_workspace(plan)), *maps = workspace + plan->maps;
    DfRun run = { .hole = s->hole, .needed = s->needed, .stage2 = s->stage2 };
    df_need_find(&model, plan, &run, df_deepfillv2.count - 1, maps);
    assert_int_equal(marks(plan, &df_deepfillv2, maps, "allconv17"), 1);
    assert_int_equal(marks(plan, &df_deepfillv2, maps, "allconv16"), 6 * 6);
    assert_in_range(marks(plan, &df_deepfillv2, maps, "allconv15_upsample"), 10 * 10, 14 * 14);
    assert_in_range(marks(plan, &df_deepfillv2, maps, "allconv11"), 6 * 6, 18 * 18);
    assert_int_equal(marks(plan, &df_deepfillv2, maps, "pmconv6"), PIXELS / 16);
    assert_int_equal(marks(plan, &df_deepfillv2, maps, "conv17"), 30 * 24 + 12 * 20);
    df_free(workspace);
    df_plan_close(&plan);
    network_free(&model);
    free(s);
}

/** Nothing expected: nothing made, and nothing read. */
static void test_nothing(void **state)
{
    DeepfillModel model;
    Scene *s = calloc(1, sizeof *s);
    (void)state;
    network_make(&model, df_semantics_find("official"), 8, 0);
    draw(s);
    run(s, &model, s->needed, s->stage1, s->stage2);
    network_free(&model);
    free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_needed), cmocka_unit_test(test_marks),
                                        cmocka_unit_test(test_nothing) };
    return cmocka_run_group_tests(tests, claim_products, release_products);
}
