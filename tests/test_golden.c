/**
 * @file
 * The network against the golden files that tests/golden/make.py made without it.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base.h"
#include "deepfill.h"
#include "weights/weights.h"
#include "outputs.h"
#include "products.h"
#include "small.h"

#define FOLDER "tests/golden/"

/** Everything of one case; H x W pixels. */
typedef struct Case {
    int width, height, cnum, official;
    const uint8_t *picture, *mask;
    float *image, *stage1, *attention, *stage2;
    uint8_t *hole, *final;
} Case;

static DfWeights *open_file(const char *name, const char *end)
{
    char path[200];
    DfWeights *weights = NULL;
    snprintf(path, sizeof path, FOLDER "%s%s.safetensors", name, end);
    if (df_weights_open(&weights, path) < 0)
        fail_msg("%s", df_error_text());
    return weights;
}

static const uint8_t *bytes_of(const DfWeights *weights, const char *name)
{
    const DfTensor *tensor = df_weights_find(weights, name);
    if (!tensor)
        fail_msg("%s lacks %s", weights->name, name);
    return tensor->data;
}

/* ---------------------------------------------------------------------------------- running -- */

static void *room(size_t count, size_t size)
{
    void *memory = df_alloc(count * size);
    assert_non_null(memory);
    return memory;
}

static void prepare(Case *c)
{
    size_t pixels = (size_t)c->width * c->height;
    c->image = room(3 * pixels, sizeof(float));
    c->stage1 = room(3 * pixels, sizeof(float));
    c->stage2 = room(3 * pixels, sizeof(float));
    c->attention = room(pixels / 16 * 2 * c->cnum, sizeof(float));
    c->hole = room(pixels, 1);
    c->final = room(3 * pixels, 1);
    for (size_t i = 0; i < 3 * pixels; i++)
        c->image[i] = c->picture[i] / 127.5f - 1;
    for (size_t i = 0; i < pixels; i++)
        c->hole[i] = c->mask[i] > 127;
}

static void release(Case *c)
{
    df_free(c->image);
    df_free(c->stage1);
    df_free(c->stage2);
    df_free(c->attention);
    df_free(c->hole);
    df_free(c->final);
}

static void keep_attention(void *opaque, const char *row, DfShape shape, const float *activation)
{
    if (!strcmp(row, "attention"))
        memcpy(((Case *)opaque)->attention, activation, df_shape_count(shape) * sizeof *activation);
}

static void run(const DeepfillModel *model, Case *c)
{
    DfPlan *plan = NULL;
    if (df_plan_create(&plan, model, c->width, c->height, 1) < 0)
        fail_msg("%s", df_error_text());
    void *workspace = room(df_plan_workspace(plan), 1);
    DfRun run = { .image = c->image, .hole = c->hole, .stage1 = c->stage1, .stage2 = c->stage2,
                  .watch = keep_attention, .opaque = c };
    df_model_run(model, plan, workspace, &run);
    df_free(workspace);
    df_plan_close(&plan);
}

/** As the official program does: clamp, truncate. For the other semantics: round. */
static void finish(Case *c)
{
    for (size_t i = 0; i < 3 * (size_t)c->width * c->height; i++) {
        float value = ((c->hole[i / 3] ? c->stage2[i] : c->image[i]) + 1) * 127.5f;
        c->final[i] = DF_CLAMP(c->official ? value : value + 0.5f, 0, 255);
    }
}

/* --------------------------------------------------------------------------------- comparing -- */

static const DfTensor *expected_tensor(const DfWeights *golden, const char *name, const char *output, size_t *every)
{
    char key[100];
    snprintf(key, sizeof key, "every.%s.%s", name, output);
    const char *text = df_weights_meta(golden, key);
    assert_non_null(text);
    *every = strtoul(text, NULL, 10);
    return df_weights_find(golden, key + strlen("every."));
}

static void compare(const DfWeights *golden, const char *name, const char *output, const float *found,
                    double limit, double most_beyond)
{
    size_t every, beyond = 0;
    const DfTensor *tensor = expected_tensor(golden, name, output, &every);
    float *expected = room(tensor->count, sizeof(float));
    double worst = 0;
    assert_int_equal(df_tensor_read(golden, tensor, expected), 0);
    for (size_t i = 0; i < tensor->count; i++) {
        double error = fabs((double)expected[i] - found[i * every]);
        worst = error > worst || isnan(error) ? error : worst;
        beyond += !(error <= 1e-4);
    }
    df_free(expected);
    if (!(worst <= limit))
        fail_msg("%s %s of %s: error %g, limit %g", golden->name, output, name, worst, limit);
    if (beyond > outputs_most(tensor->count, most_beyond))
        fail_msg("%s %s of %s: %zu are off by more than 1e-4", golden->name, output, name, beyond);
}

static void compare_final(const DfWeights *golden, const char *name, const uint8_t *found, double share)
{
    size_t every, different = 0;
    const DfTensor *tensor = expected_tensor(golden, name, "final", &every);
    const uint8_t *expected = tensor->data;
    for (size_t i = 0; i < tensor->count; i++) {
        assert_in_range(abs(expected[i] - found[i * every]), 0, 1);
        different += expected[i] != found[i * every];
    }
    if (different > outputs_most(tensor->count, share))
        fail_msg("%s final of %s: %zu of %zu differ", golden->name, name, different, (size_t)tensor->count);
}

static void check_case(const DeepfillModel *model, Case *c, const DfWeights *golden, const char *name,
                       const OutputLimits *limits)
{
    prepare(c);
    run(model, c);
    finish(c);
    compare(golden, name, "stage1", c->stage1, limits->stage1, 0);
    compare(golden, name, "attention", c->attention, limits->attention, 0);
    compare(golden, name, "stage2", c->stage2, limits->stage2, limits->beyond);
    compare_final(golden, name, c->final, limits->final);
    release(c);
}

/** Every mask of the pictures file: "MASK_WxH" on picture "WxH". */
static void check_method(const char *name, int direct)
{
    DeepfillModel *model = NULL;
    DeepfillModelInfo info;
    char path[200];
    int cases = 0;
    DfWeights *pictures = open_file("pictures", ""), *golden = open_file(name, ".expected");
    snprintf(path, sizeof path, FOLDER "%s.safetensors", name);
    df_force_direct(direct);
    if (deepfill_model_open(&model, path, NULL) < 0)
        fail_msg("%s", df_error_text());
    deepfill_model_info(model, &info);
    for (size_t i = 0; i < pictures->tensor_count; i++) {
        const DfTensor *mask = &pictures->tensors[i];
        const char *size = strchr(mask->name, '_');
        if (!size || (small_tests() && mask->shape[0] * mask->shape[1] > 64 * 64))
            continue;
        Case c = { .height = mask->shape[0], .width = mask->shape[1], .cnum = info.cnum,
                   .official = !strcmp(info.semantics, "official"), .mask = mask->data,
                   .picture = bytes_of(pictures, size + 1) };
        check_case(model, &c, golden, mask->name, &output_limits[direct]);
        cases++;
    }
    assert_int_equal(cases, small_tests() ? 5 : 10);
    deepfill_model_close(&model);
    df_weights_close(&golden);
    df_weights_close(&pictures);
}

static void check_model(const char *name)
{
    int first = !strcmp(name, "c8-official");
    if (small_tests() && getenv("DEEPFILL_CPU") && !first)
        skip(); /* kernels of a lower level are compared with those of the highest, which sees all networks */
    for (int direct = !small_tests() || first; direct >= 0; direct--)
        check_method(name, direct);
    df_force_direct(0);
}

static void test_official_8(void **state) { (void)state; check_model("c8-official"); }
static void test_official_16(void **state) { (void)state; check_model("c16-official"); }
static void test_stride_8(void **state) { (void)state; check_model("c8-stride"); }
static void test_stride_16(void **state) { (void)state; check_model("c16-stride"); }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_official_8),
        cmocka_unit_test(test_official_16),
        cmocka_unit_test(test_stride_8),
        cmocka_unit_test(test_stride_16),
    };
    return cmocka_run_group_tests(tests, claim_products, release_products);
}
