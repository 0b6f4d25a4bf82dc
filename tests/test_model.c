/**
 * @file
 * Models of every width, what is refused and how, plans, and runs that allocate nothing.
 */
#define _GNU_SOURCE /* memmem */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "deepfill.h"
#include "model/model.h"
#include "model_file.h"
#include "products.h"

#define OURS "{\"downsample\":\"stride\",\"padding\":\"same\",\"upsample\":\"nearest\",\"fuse\":\"1\"}"

static int open_bytes(DeepfillModel **model, ModelFile file)
{
    char path[64];
    *model = NULL;
    model_file_write(path, file.bytes, file.size);
    int ret = deepfill_model_open(model, path, NULL);
    unlink(path);
    return ret;
}

static DeepfillModel *open_random(int cnum, int input_channels, const char *metadata)
{
    DeepfillModel *model;
    ModelFile file = model_file_random(cnum, input_channels, metadata);
    if (open_bytes(&model, file) < 0)
        fail_msg("%s", df_error_text());
    free(file.bytes);
    return model;
}

static DeepfillModelInfo info_of(const DeepfillModel *model)
{
    DeepfillModelInfo info;
    deepfill_model_info(model, &info);
    return info;
}

/* -------------------------------------------------------------------------------------- opening -- */

static void test_builtin(void **state)
{
    DeepfillModel *model = NULL;
    (void)state;
    assert_int_equal(deepfill_model_exists("small"), 0);
    if (deepfill_model_open(&model, "small", NULL) < 0)
        fail_msg("%s", df_error_text());
    DeepfillModelInfo info = info_of(model);
    assert_string_equal(info.name, "small");
    assert_string_equal(info.semantics, "stride");
    assert_int_equal(info.cnum, 16);
    assert_int_equal(info.input_channels, 5);
    assert_int_equal(info.alignment, 8);
    assert_int_equal(info.least_side, 64);
    assert_int_equal(info.size, 512);
    deepfill_model_close(&model);
    assert_null(model);
    deepfill_model_close(&model);
}

static void test_published_size(void **state)
{
    (void)state;
    DeepfillModel *model = open_random(48, 5, "");
    DeepfillModelInfo info = info_of(model);
    assert_int_equal(info.parameters, 4052478);
    assert_string_equal(info.semantics, "official");
    deepfill_model_close(&model);
}

static void test_metadata(void **state)
{
    (void)state;
    DeepfillModel *model = open_random(4, 6, "{\"downsample\":\"stride\",\"size\":\"256\","
                                             "\"input\":\"bgr,sketch,ones,mask\"}");
    DeepfillModelInfo info = info_of(model);
    assert_string_equal(info.semantics, "stride");
    assert_int_equal(info.size, 256);
    assert_int_equal(info.input_channels, 6);
    deepfill_model_close(&model);
}

static void assert_metadata_refused(const char *metadata, const char *words)
{
    DeepfillModel *model;
    ModelFile file = model_file_random(4, 5, metadata);
    assert_int_equal(open_bytes(&model, file), -EINVAL);
    assert_null(model);
    if (!strstr(df_error_text(), words))
        fail_msg("%s gave: %s", metadata, df_error_text());
    free(file.bytes);
}

static void test_unknown_metadata(void **state)
{
    (void)state;
    assert_metadata_refused("{\"downsample\":\"area\"}",
                            "'downsample' is 'area', expected aligned or stride");
    assert_metadata_refused("{\"padding\":\"reflect\"}", "'padding' is 'reflect', expected same");
    assert_metadata_refused("{\"upsample\":\"bilinear\"}", "'upsample'");
    assert_metadata_refused("{\"fuse\":\"0\"}", "'fuse'");
    assert_metadata_refused("{\"architecture\":\"lama\"}", "expected deepfillv2");
    assert_metadata_refused("{\"input\":\"rgb,sketch,ones,mask\"}",
                            "expected rgb,ones,mask or bgr,ones,mask");
    assert_metadata_refused("{\"size\":\"63\"}", "'size' is '63', expected 64..4096");
    assert_metadata_refused("{\"size\":\"large\"}", "'size'");
}

/** Change the header's text, then open; the change keeps its length. */
static void assert_change_refused(const char *from, const char *to, const char *words)
{
    DeepfillModel *model;
    ModelFile file = model_file_random(8, 5, OURS);
    char *at = memmem(file.bytes, file.size, from, strlen(from));
    assert_non_null(at);
    memcpy(at, to, strlen(from));
    assert_int_equal(open_bytes(&model, file), -EINVAL);
    if (!strstr(df_error_text(), words))
        fail_msg("%s gave: %s", to, df_error_text());
    free(file.bytes);
}

static void test_unfit_tensors(void **state)
{
    (void)state;
    assert_change_refused("allconv16.bias", "allconv16.base", "lacks tensor 'allconv16.bias' (4)");
    assert_change_refused("\"conv1.weight", "\"conv0.weight", "conv1.weight");
    assert_change_refused("[8,5,5,5]", "[5,8,5,5]",
                          "tensor 'conv1.weight' is 5x8x5x5, expected Nx5x5x5, or Nx6x5x5 with a sketch");
    assert_change_refused("[8,5,5,5]", "[8,25,5]", "");
    assert_change_refused("[16,4,3,3]", "[4,16,3,3]",
                          "tensor 'conv2_downsample.weight' is 4x16x3x3, expected Nx4x3x3");
}

static void test_unreadable(void **state)
{
    DeepfillModel *model = NULL;
    (void)state;
    assert_int_equal(deepfill_model_exists("nowhere.safetensors"), -ENOENT);
    assert_non_null(strstr(df_error_text(),
                           "'nowhere.safetensors' is neither built in (small, sketch) nor a readable file"));
    assert_int_equal(deepfill_model_open(&model, "nowhere.safetensors", NULL), -ENOENT);
    assert_int_equal(deepfill_model_open(&model, "/dev", NULL), -ENOENT);
    assert_string_equal(df_error_text(), "/dev: is a folder, in which no file 'checkpoint' tells of a "
                        "TensorFlow checkpoint: name the model's file, of TensorFlow's the .index");
    assert_int_equal(deepfill_model_open(&model, "", NULL), -EINVAL);
    assert_int_equal(deepfill_model_open(&model, NULL, NULL), -EINVAL);
    assert_null(model);
}

static void test_every_allocation(void **state)
{
    int ret = -ENOMEM;
    (void)state;
    for (long successes = 0; ret < 0; successes++) {
        DeepfillModel *model = NULL;
        df_fail_after(successes);
        ret = deepfill_model_open(&model, "small", NULL);
        df_fail_after(-1);
        assert_true(ret == 0 || ret == -ENOMEM);
        deepfill_model_close(&model);
    }
}

static void test_references(void **state)
{
    DeepfillModel *model = NULL, *kept;
    (void)state;
    assert_int_equal(deepfill_model_open(&model, "small", NULL), 0);
    kept = df_model_ref(model);
    deepfill_model_close(&model);
    assert_int_equal(info_of(kept).cnum, 16);
    deepfill_model_close(&kept);
    deepfill_model_close(&kept);
    deepfill_model_close(NULL);
    assert_int_equal(deepfill_model_open(NULL, "small", NULL), -EINVAL);
    assert_true(*deepfill_error());
}

/* ------------------------------------------------------------------------------- plans and runs -- */

static void test_plan_sizes(void **state)
{
    static const int refused[][2] = {
        { 60, 64 }, { 64, 56 }, { 68, 64 }, { 0, 64 }, { -64, 64 }, { 1 << 20, 64 },
    };
    DfPlan *plan = NULL;
    (void)state;
    DeepfillModel *model = open_random(48, 5, OURS);
    for (size_t i = 0; i < DF_COUNT(refused); i++) {
        df_error_clear();
        assert_int_equal(df_plan_create(&plan, model, refused[i][0], refused[i][1], 1), -EINVAL);
        assert_null(plan);
        assert_non_null(strstr(df_error_text(), "multiple of 8 from 64 up"));
    }
    assert_int_equal(df_plan_create(&plan, model, 512, 512, 1), 0);
    assert_true(df_plan_workspace(plan) <= (size_t)120 << 20);
    df_plan_close(&plan);
    assert_null(plan);
    df_fail_after(0);
    assert_int_equal(df_plan_create(&plan, model, 64, 64, 1), -ENOMEM);
    df_fail_after(-1);
    deepfill_model_close(&model);
}

/** Pictures of one region, from one allocation. */
typedef struct Pictures {
    float image[64 * 72 * 3], stage1[64 * 72 * 3], stage2[64 * 72 * 3], attention[16 * 18 * 128];
    float sketch[64 * 72];
    uint8_t hole[64 * 72];
} Pictures;

static void run(const DeepfillModel *model, const DfRun *run)
{
    DfPlan *plan = NULL;
    if (df_plan_create(&plan, model, 72, 64, 1) < 0)
        fail_msg("%s", df_error_text());
    size_t size = df_plan_workspace(plan);
    uint8_t *workspace = df_alloc(size + 64);
    /* What a workspace held before does not matter, and nothing beyond it is touched. */
    memset(workspace, 0xff, size);
    memset(workspace + size, 0x5a, 64);
    df_error_clear();
    df_fail_after(0);
    df_model_run(model, plan, workspace, run);
    df_fail_after(-1);
    assert_string_equal(df_error_text(), "");
    for (int i = 0; i < 64; i++)
        assert_int_equal(workspace[size + i], 0x5a);
    df_free(workspace);
    df_plan_close(&plan);
}

static void assert_in_tanh(const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_true(values[i] >= -1 && values[i] <= 1);
}

static void draw(Pictures *p)
{
    for (int i = 0; i < 64 * 72; i++) {
        p->hole[i] = i / 72 > 20 && i / 72 < 40 && i % 72 > 30;
        p->sketch[i] = i % 72 == 35;
        for (int c = 0; c < 3; c++)
            p->image[3 * i + c] = ((i * 7 + c * 31) % 64) / 32.0f - 1;
    }
}

static void keep_attention(void *opaque, const char *row, DfShape shape, const float *activation)
{
    if (!strcmp(row, "attention"))
        memcpy(opaque, activation, df_shape_count(shape) * sizeof *activation);
}

static void check_width(int cnum, int input_channels)
{
    Pictures *p = calloc(2, sizeof *p), *again = p + 1;
    DeepfillModel *model = open_random(cnum, input_channels, OURS);
    draw(p);
    DfRun whole = { .image = p->image, .hole = p->hole, .sketch = p->sketch, .stage1 = p->stage1,
                    .stage2 = p->stage2, .watch = keep_attention, .opaque = p->attention };
    run(model, &whole);
    assert_in_tanh(p->stage1, DF_COUNT(p->stage1));
    assert_in_tanh(p->stage2, DF_COUNT(p->stage2));
    /* The same bits once more, each output alone, and with other values inside the hole. */
    for (int i = 0; i < 64 * 72; i++)
        p->image[3 * i] = p->hole[i] ? 9 : p->image[3 * i];
    run(model, &(DfRun){ .image = p->image, .hole = p->hole, .sketch = p->sketch, .stage1 = again->stage1 });
    run(model, &(DfRun){ .image = p->image, .hole = p->hole, .sketch = p->sketch, .stage2 = again->stage2,
                         .watch = keep_attention, .opaque = again->attention });
    assert_memory_equal(p->stage1, again->stage1, sizeof p->stage1);
    assert_memory_equal(p->stage2, again->stage2, sizeof p->stage2);
    assert_memory_equal(p->attention, again->attention, sizeof p->attention);
    /* Without a sketch a model of six channels fills otherwise, one of five the same. */
    run(model, &(DfRun){ .image = p->image, .hole = p->hole, .stage2 = again->stage2 });
    assert_int_equal(memcmp(p->stage2, again->stage2, sizeof p->stage2) != 0, input_channels == 6);
    deepfill_model_close(&model);
    free(p);
}

static void test_widths(void **state)
{
    (void)state;
    check_width(4, 5);
    check_width(12, 6);
    check_width(48, 5);
    check_width(64, 6);
}

/** Whatever finite numbers a file holds, colours come out, even where opening it for use would be refused. */
static void test_wild_weights(void **state)
{
    DeepfillModel *model = NULL;
    Pictures *p = calloc(1, sizeof *p);
    ModelFile file = model_file_random(8, 5, OURS);
    char path[64];
    size_t header = 8 + (file.bytes[0] | file.bytes[1] << 8);
    (void)state;
    for (size_t i = header; i + 4 <= file.size; i += 4)
        file.bytes[i + 3] = i % 3 ? 0x7e : 0xfe; /* about 1e38 */
    model_file_write(path, file.bytes, file.size);
    int ret = df_model_load(&model, path, NULL);
    unlink(path);
    if (ret < 0)
        fail_msg("%s", df_error_text());
    draw(p);
    run(model, &(DfRun){ .image = p->image, .hole = p->hole, .stage1 = p->stage1, .stage2 = p->stage2 });
    assert_in_tanh(p->stage1, DF_COUNT(p->stage1));
    assert_in_tanh(p->stage2, DF_COUNT(p->stage2));
    deepfill_model_close(&model);
    free(file.bytes);
    free(p);
}

/** One model, one plan, as many workspaces as threads. */
typedef struct Worker {
    const DeepfillModel *model;
    const DfPlan *plan;
    Pictures *pictures;
} Worker;

static void *work(void *argument)
{
    Worker *worker = argument;
    Pictures *p = worker->pictures;
    void *workspace = df_alloc(df_plan_workspace(worker->plan));
    draw(p);
    DfRun run = { .image = p->image, .hole = p->hole, .stage2 = p->stage2 };
    for (int i = 0; workspace && i < 5; i++)
        df_model_run(worker->model, worker->plan, workspace, &run);
    df_free(workspace);
    return NULL;
}

static void test_threads(void **state)
{
    enum { THREADS = 3 };
    pthread_t threads[THREADS];
    Worker workers[THREADS];
    DfPlan *plan = NULL;
    (void)state;
    DeepfillModel *model = open_random(16, 5, "");
    assert_int_equal(df_plan_create(&plan, model, 72, 64, 1), 0);
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (Worker){ model, plan, calloc(1, sizeof(Pictures)) };
        assert_int_equal(df_thread_start(&threads[i], work, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 1; i < THREADS; i++)
        assert_memory_equal(workers[0].pictures->stage2, workers[i].pictures->stage2,
                            sizeof workers[i].pictures->stage2);
    for (int i = 0; i < THREADS; i++)
        free(workers[i].pictures);
    df_plan_close(&plan);
    deepfill_model_close(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_builtin),       cmocka_unit_test(test_published_size),
        cmocka_unit_test(test_metadata),      cmocka_unit_test(test_unknown_metadata),
        cmocka_unit_test(test_unfit_tensors), cmocka_unit_test(test_unreadable),
        cmocka_unit_test(test_every_allocation), cmocka_unit_test(test_references),
        cmocka_unit_test(test_plan_sizes),    cmocka_unit_test(test_widths),
        cmocka_unit_test(test_wild_weights),  cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, claim_products, release_products);
}
