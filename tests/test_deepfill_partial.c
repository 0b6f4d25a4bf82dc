/**
 * @file
 * The public API end to end with networks of partial convolutions, random ones in the forms of both projects:
 * one stage, sides that are multiples of 128.
 */
#include "hole.h"

#include <cblas.h>
#include <errno.h>

#include "layers/layers.h"

#define FOLDER "tests/golden/checkpoints/"
static const char *const checkpoints[] = { FOLDER "naoto0804.pth", FOLDER "pconv_mmagic.pth" };

/** Each checkpoint is the model of the tests in turn. */
static void with_each(void (*test)(void))
{
    for (size_t i = 0; i < DF_COUNT(checkpoints); i++) {
        if (deepfill_model_open(&model, checkpoints[i], NULL) < 0)
            fail_msg("%s", deepfill_error());
        test();
        deepfill_model_close(&model);
    }
}

/** Frames larger than a region, and smaller; odd sides; 8 bits and more. */
static const DeepfillFormat formats[] = {
    { 201, 137, DEEPFILL_YUV, 8, 1, 1, 0, 2 }, { 333, 151, DEEPFILL_YUV, 10, 1, 1, 0, 9 },
    { 101, 75, DEEPFILL_YUV, 10, 1, 0, 1, 6 }, { 81, 79, DEEPFILL_GRAY, 8, 0, 0, 0, 2 },
    { 129, 127, DEEPFILL_RGB, 8, 0, 0, 1, 2 },
};

static void hole_alone(void)
{
    for (size_t i = 0; i < DF_COUNT(formats); i++)
        check_hole_alone(formats[i], 21, 19, 44, 38);
}

static void hole_alone_changes_and_leaks_nothing(void **state)
{
    (void)state;
    with_each(hole_alone);
}

static void fits_boxes(void)
{
    static const int holes[][4] = { { 20, 20, 30, 30 }, { 100, 20, 300, 40 }, { 5, 5, 390, 290 } };
    DeepfillFormat f = { 400, 300, DEEPFILL_YUV, 8, 1, 1, 0, 2 };
    DeepfillContext *ctx = context_new(f, 1, 0);
    for (size_t i = 0; i < DF_COUNT(holes); i++) {
        const int *h = holes[i];
        DeepfillMask *mask = mask_of_rect(f.width, f.height, h[0], h[1], h[2], h[3], 0, 0);
        DeepfillBox boxes[8];
        int count = deepfill_boxes(ctx, mask, boxes, DF_COUNT(boxes));
        assert_in_range(count, 1, DF_COUNT(boxes));
        for (int box = 0; box < count; box++) {
            assert_int_equal(boxes[box].net_width % 128 + boxes[box].net_height % 128, 0);
            assert_in_range(boxes[box].net_width, 128, 512);
            assert_in_range(boxes[box].net_height, 128, 512);
        }
        deepfill_mask_close(&mask);
    }
    deepfill_close(&ctx);
}

static void boxes_have_sides_of_128(void **state)
{
    (void)state;
    with_each(fits_boxes);
}

/** What a context makes of a picture: without texture and grain, which the first stage's picture never has. */
static Picture filled(DeepfillFormat f, DeepfillMask *mask, int workers, enum DeepfillShow show,
                      DeepfillResult *result)
{
    DeepfillContext *ctx = NULL;
    DeepfillSettings settings;
    deepfill_defaults(&settings, model, &f);
    settings.workers = workers;
    settings.delay = settings.temporal = settings.texture = settings.grain = 0;
    assert_int_equal(deepfill_open(&ctx, &settings), 0);
    Picture p = picture_new(f);
    picture_draw(&p, 3);
    *result = fill_one(ctx, &p, mask, show);
    assert_int_equal(result->error, 0);
    deepfill_close(&ctx);
    return p;
}

/** Several boxes, a hole without known surroundings, the first stage's picture. */
static void fill_in_every_way(void)
{
    DeepfillFormat f = { 301, 203, DEEPFILL_YUV, 8, 1, 1, 0, 2 };
    DeepfillMask *mask = mask_of_rect(f.width, f.height, 21, 19, 280, 44, 2, 2);
    DeepfillMask *all = mask_of_rect(f.width, f.height, 0, 0, f.width, f.height, 2, 2);
    DeepfillResult result;
    Picture one = filled(f, mask, 1, DEEPFILL_SHOW_FILL, &result);
    Picture three = filled(f, mask, 3, DEEPFILL_SHOW_FILL, &result);
    Picture coarse = filled(f, mask, 1, DEEPFILL_SHOW_COARSE, &result);
    assert_int_equal(result.no_context, 0);
    assert_memory_equal(one.memory, three.memory, one.bytes);
    assert_memory_equal(one.memory, coarse.memory, one.bytes);
    Picture lost = filled(f, all, 1, DEEPFILL_SHOW_FILL, &result);
    assert_int_equal(result.no_context, 1);
    free(one.memory);
    free(three.memory);
    free(coarse.memory);
    free(lost.memory);
    deepfill_mask_close(&mask);
    deepfill_mask_close(&all);
}

static void ways_do_not_matter(void **state)
{
    (void)state;
    with_each(fill_in_every_way);
}

/** Every allocation of opening fails once. */
static void opening_runs_out_of_memory(void **state)
{
    (void)state;
    for (size_t i = 0; i < DF_COUNT(checkpoints); i++)
        for (int successes = 0, ret = -ENOMEM; ret; successes++) {
            df_fail_after(successes);
            ret = deepfill_model_open(&model, checkpoints[i], NULL);
            df_fail_after(-1);
            assert_true(ret == 0 || ret == -ENOMEM);
            assert_true(!ret == (model != NULL));
            deepfill_model_close(&model);
        }
}

/** Whether OpenBLAS is its pthread flavour, whose thread count is the process's. */
static int one_thread_count(void)
{
    return openblas_get_parallel() == 1;
}

/**
 * Open two contexts of a model in a program that has OpenBLAS work with two threads.
 * @param uses  1: the model calls OpenBLAS: one thread from the first opening to the last closing, and named; 0: not
 */
static void check_threads(const char *name, int uses)
{
    DeepfillFormat f = { 64, 64, DEEPFILL_RGB, 8, 0, 0, 1, 2 };
    DeepfillInfo info;
    int meanwhile = uses && one_thread_count() ? 1 : 2;

    openblas_set_num_threads(2);
    assert_int_equal(deepfill_model_open(&model, name, NULL), 0);
    assert_int_equal(openblas_get_num_threads(), 2);
    DeepfillContext *first = context_new(f, 1, 0), *second = context_new(f, 1, 0);
    assert_int_equal(openblas_get_num_threads(), meanwhile);
    deepfill_info(first, &info);
    assert_int_equal(info.blas && strstr(info.blas, "OpenBLAS"), uses);
    assert_int_equal(info.warning != NULL, uses && openblas_get_parallel() == 0);
    deepfill_close(&first);
    assert_int_equal(openblas_get_num_threads(), meanwhile);
    deepfill_close(&second);
    assert_int_equal(openblas_get_num_threads(), 2);
    deepfill_model_close(&model);
}

static void touches_openblas_only_where_used(void **state)
{
    (void)state;
    /* A serial flavour has one thread whatever is asked for. */
    openblas_set_num_threads(2);
    if (openblas_get_num_threads() != 2)
        skip();
    check_threads("small", 0);
    check_threads(FOLDER "nipponjo.pth", 0);
    for (size_t i = 0; i < DF_COUNT(checkpoints); i++)
        check_threads(checkpoints[i], 1);
    df_force_direct(1);
    check_threads("small", 1);
    df_force_direct(0);
}

/** A failed opening restores the thread count, too. */
static void failed_opening_restores_threads(void **state)
{
    DeepfillFormat f = { 64, 64, DEEPFILL_RGB, 8, 0, 0, 1, 2 };
    DeepfillSettings settings;
    DeepfillContext *ctx = NULL;
    int before, ret = -ENOMEM;

    (void)state;
    assert_int_equal(deepfill_model_open(&model, checkpoints[0], NULL), 0);
    deepfill_defaults(&settings, model, &f);
    settings.workers = 1;
    openblas_set_num_threads(2);
    before = openblas_get_num_threads();
    for (int successes = 0; ret < 0; successes++) {
        df_fail_after(successes);
        ret = deepfill_open(&ctx, &settings);
        df_fail_after(-1);
        assert_true(ret == 0 || ret == -ENOMEM || ret == -EAGAIN);
        deepfill_close(&ctx);
        assert_int_equal(openblas_get_num_threads(), before);
    }
    deepfill_model_close(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hole_alone_changes_and_leaks_nothing),
        cmocka_unit_test(boxes_have_sides_of_128),
        cmocka_unit_test(ways_do_not_matter),
        cmocka_unit_test(opening_runs_out_of_memory),
        cmocka_unit_test(touches_openblas_only_where_used),
        cmocka_unit_test(failed_opening_restores_threads),
    };

    return cmocka_run_group_tests_name("deepfill_partial", tests, NULL, NULL);
}
