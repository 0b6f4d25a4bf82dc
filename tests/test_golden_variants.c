/**
 * @file
 * Checkpoints in every project's form, made by tests/golden/make.py, opened as users open them: what the
 * network makes of pictures against what the script says that the project makes of them.
 */
#include "deepfill.h"
#include "weights/weights.h"
#include "outputs.h"
#include "products.h"
#include "small.h"

#define FOLDER "tests/golden/"
#define CHECKPOINTS FOLDER "checkpoints/"

/** A checkpoint, and what it is opened as. */
typedef struct Variant {
    const char *name;      /* of the test, and of CHECKPOINTS name.expected.safetensors */
    const char *path;      /* below CHECKPOINTS */
    const char *semantics; /* NULL: as recognised */
    const char *found;     /* the semantics' name then */
    int cases;
} Variant;

static const Variant variants[] = {
    { "official", "official/snap-0", NULL, "official", 7 },
    { "official=official+rgb", "official/snap-0.index", "official+rgb", "official", 2 },
    { "official=nipponjo_tf+bgr", "official", "nipponjo_tf+bgr", "nipponjo_tf", 2 },
    { "guided", "guided", NULL, "official", 2 },
    { "nipponjo_tf", "nipponjo_tf.pth", NULL, "nipponjo_tf", 6 },
    { "nipponjo_tf=official", "nipponjo_tf.pth", "official", "official", 2 },
    { "nipponjo_tf=official+rgb", "nipponjo_tf.pth", "official+rgb", "official", 2 },
    { "nipponjo", "nipponjo.pth", NULL, "nipponjo", 6 },
    { "mmagic", "mmagic.pth", NULL, "mmagic", 6 },
    { "yangyu12", "yangyu12.pth", NULL, "official", 2 },
    { "csqiangwen", "csqiangwen.pth", NULL, "csqiangwen", 6 },
    { "naoto0804", "naoto0804.pth", NULL, "naoto0804", 5 },
    { "pconv_mmagic", "pconv_mmagic.pth", NULL, "pconv_mmagic", 5 },
};

/** The files with pictures and masks, and a model's with what is expected. */
typedef struct Files {
    DfWeights *shared, *more, *golden;
} Files;

/** One case; its bytes are its own. */
typedef struct Case {
    char mask_name[32]; /* "free_64x64" */
    int width, height;
    uint8_t *picture, *mask, *sketch;
} Case;

static DfWeights *open_file(const char *path)
{
    DfWeights *weights = NULL;
    if (df_weights_open(&weights, path) < 0)
        fail_msg("%s", df_error_text());
    return weights;
}

static const uint8_t *bytes_of(const Files *files, const char *name)
{
    const DfTensor *tensor = df_weights_find(files->shared, name);
    if (!tensor)
        tensor = df_weights_find(files->more, name);
    return tensor ? tensor->data : NULL;
}

/* ------------------------------------------------------------------------------------- cases -- */

/** That of the size, or the top left corner of the large one. */
static void cut_picture(Case *c, const Files *files)
{
    char size[32];
    snprintf(size, sizeof size, "%dx%d", c->width, c->height);
    const uint8_t *own = bytes_of(files, size), *from = own ? own : bytes_of(files, "256x256");
    size_t row = 3 * (size_t)c->width, step = own ? row : 3 * 256;
    c->picture = outputs_room(row, c->height);
    for (int y = 0; y < c->height; y++)
        memcpy(c->picture + y * row, from + y * step, row);
}

static uint8_t *plane_of(const Case *c, const Files *files, const char *name)
{
    size_t pixels = (size_t)c->width * c->height;
    const uint8_t *bytes = bytes_of(files, name);
    uint8_t *plane = outputs_room(pixels, 1);
    if (bytes)
        memcpy(plane, bytes, pixels);
    else if (!strncmp(name, "full", 4))
        memset(plane, 255, pixels);
    else if (strncmp(name, "empty", 5))
        fail_msg("no %s among the pictures", name);
    return plane;
}

static Case case_open(const Files *files, const char *tensor, int sketched)
{
    Case c = { .sketch = NULL };
    char name[32];
    snprintf(c.mask_name, sizeof c.mask_name, "%.*s", (int)strcspn(tensor, "."), tensor);
    const char *size = strchr(c.mask_name, '_');
    assert_int_equal(sscanf(size, "_%dx%d", &c.width, &c.height), 2);
    snprintf(name, sizeof name, "sketch%s", size);
    cut_picture(&c, files);
    c.mask = plane_of(&c, files, c.mask_name);
    c.sketch = sketched ? plane_of(&c, files, name) : NULL;
    return c;
}

static void case_close(Case *c)
{
    df_free(c->picture);
    df_free(c->mask);
    df_free(c->sketch);
}

/* --------------------------------------------------------------------------------- comparing -- */

static const DfTensor *expected_tensor(const Files *files, const Case *c, const char *output, size_t *every)
{
    char key[100];
    snprintf(key, sizeof key, "every.%s.%s", c->mask_name, output);
    const char *text = df_weights_meta(files->golden, key);
    *every = text ? strtoul(text, NULL, 10) : 0;
    return df_weights_find(files->golden, key + strlen("every."));
}

/** Value i of an output, whose colours, where it is a picture, are asked for as RGB. */
static float found_at(const Outputs *outputs, const Output *output, size_t i, int is_picture)
{
    return is_picture ? outputs_colour(outputs, output->values + i / 3 * 3, (int)(i % 3)) : output->values[i];
}

/**
 * By how much a value is off; beyond 1 by how much of itself, as partial convolutions multiply what lies
 * beside a hole, and its rounding. Of no number: no number.
 */
static double error_of(double expected, double found)
{
    return fabs(expected - found) / DF_MAX(1.0, fabs(expected));
}

static void compare(const Files *files, const Case *c, const Outputs *outputs, const Output *output,
                    const char *name, double limit, double most_beyond)
{
    size_t every, beyond = 0;
    const DfTensor *tensor = expected_tensor(files, c, name, &every);
    double worst = 0;
    int is_picture = !strncmp(name, "stage", 5);
    assert_int_equal(!tensor, !output->values);
    if (!tensor)
        return;
    size_t count = df_shape_count(output->shape);
    assert_int_equal(tensor->count, (count + every - 1) / every);
    float *expected = outputs_room(tensor->count, sizeof(float));
    assert_int_equal(df_tensor_read(files->golden, tensor, expected), 0);
    for (size_t i = 0; i < tensor->count; i++) {
        double error = error_of(expected[i], found_at(outputs, output, i * every, is_picture));
        worst = error > worst || isnan(error) ? error : worst;
        beyond += !(error <= 1e-4);
    }
    df_free(expected);
    if (!(worst <= limit))
        fail_msg("%s, %s of %s: error %g, limit %g", files->golden->name, name, c->mask_name, worst, limit);
    if (beyond > outputs_most(tensor->count, most_beyond))
        fail_msg("%s, %s of %s: %zu are off by more than 1e-4", files->golden->name, name, c->mask_name, beyond);
}

static void compare_final(const Files *files, const Case *c, const Outputs *outputs, double share)
{
    size_t every, different = 0;
    const DfTensor *tensor = expected_tensor(files, c, "final", &every);
    assert_non_null(tensor);
    for (size_t i = 0; i < tensor->count; i++) {
        int gap = abs(tensor->data[i] - outputs->final[i * every]);
        if (gap > 1)
            fail_msg("%s, final of %s: off by %d", files->golden->name, c->mask_name, gap);
        different += gap;
    }
    if (different > outputs_most(tensor->count, share))
        fail_msg("%s, final of %s: %zu of %zu differ", files->golden->name, c->mask_name, different,
                 (size_t)tensor->count);
}

static void check_case(const DeepfillModel *model, const Files *files, const char *tensor,
                       const OutputLimits *limits)
{
    DeepfillModelInfo info;
    deepfill_model_info(model, &info);
    Case c = case_open(files, tensor, info.input_channels == 6);
    Outputs outputs = outputs_of(model, c.picture, c.mask, c.sketch, c.width, c.height);
    compare(files, &c, &outputs, &outputs.input, "input", 1e-6, 0);
    compare(files, &c, &outputs, &outputs.stage1, "stage1", limits->stage1, 0);
    compare(files, &c, &outputs, &outputs.attention, "attention", limits->attention, 0);
    compare(files, &c, &outputs, &outputs.stage2, "stage2", limits->stage2, limits->beyond);
    compare_final(files, &c, &outputs, limits->final);
    outputs_free(&outputs);
    case_close(&c);
}

static void check_method(const Variant *variant, int direct)
{
    DeepfillModel *model = NULL;
    DeepfillModelInfo info;
    char path[200], golden[200];
    int cases = 0;
    snprintf(path, sizeof path, CHECKPOINTS "%s", variant->path);
    snprintf(golden, sizeof golden, CHECKPOINTS "%s.expected.safetensors", variant->name);
    Files files = { open_file(FOLDER "pictures.safetensors"), open_file(CHECKPOINTS "pictures.safetensors"),
                    open_file(golden) };
    df_force_direct(direct);
    if (deepfill_model_open(&model, path, variant->semantics) < 0)
        fail_msg("%s", df_error_text());
    deepfill_model_info(model, &info);
    assert_string_equal(info.semantics, variant->found);
    for (size_t i = 0; i < files.golden->tensor_count; i++)
        if (strstr(files.golden->tensors[i].name, ".final")) {
            check_case(model, &files, files.golden->tensors[i].name, &output_limits[direct]);
            cases++;
        }
    assert_int_equal(cases, variant->cases);
    deepfill_model_close(&model);
    df_weights_close(&files.shared);
    df_weights_close(&files.more);
    df_weights_close(&files.golden);
}

static void check_variant(void **state)
{
    for (int direct = !small_tests(); direct >= 0; direct--)
        check_method(*state, direct);
    df_force_direct(0);
}

int main(void)
{
    struct CMUnitTest tests[DF_COUNT(variants)];
    for (size_t i = 0; i < DF_COUNT(variants); i++)
        tests[i] = (struct CMUnitTest){ variants[i].name, check_variant, NULL, NULL, (void *)&variants[i] };
    return _cmocka_run_group_tests("golden variants", tests, DF_COUNT(variants), claim_products,
                                   release_products);
}
