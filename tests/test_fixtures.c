/**
 * @file
 * Checkpoints and outputs of the projects themselves, where the folder with them lies beside the project:
 * every case of every checkpoint, every tensor that is stored of it. Prints the worst differences.
 */
#include <dirent.h>
#include <sys/stat.h>

#include "deepfill.h"
#include "npy.h"
#include "outputs.h"
#include "products.h"

#define FOLDER "../shared/fixtures/"

/** A checkpoint, and the cases that belong to it: folders below that of the project whose names begin so. */
typedef struct Fixture {
    const char *name;    /* of the test */
    const char *project; /* folder below FOLDER */
    const char *prefix;  /* of the cases; "": those without one */
    const char *path;    /* below FOLDER/project */
    int cases;           /* least number of them */
    double beyond;       /* as OutputLimits has it, where it is not that of all */
} Fixture;

static const Fixture fixtures[] = {
    { "official", "official_tf_shim", "", "snap-0", 6, 0 },
    { "official training", "official_tf_shim", "train_", "train/snap-1", 1, 0 },
    { "official folder", "official_tf_shim", "train_", "train", 1, 0 },
    { "official guided", "official_tf_shim", "guided_", "guided/snap-0.index", 1, 0 },
    { "nipponjo_tf", "nipponjo_tf", "", "ckpt_cnum8.pth", 6, 0 },
    { "nipponjo_tf snapshot", "nipponjo_tf", "snap_", "train_snapshot_cnum4_legacy.pth", 1, 0 },
    { "nipponjo_tf strided", "nipponjo_tf", "snap_", "ckpt_cnum4_strided.pth", 1, 0 },
    { "nipponjo_tf full width", "nipponjo_tf", "full_", "ckpt_cnum48_fp16.pth", 2, 0 },
    { "nipponjo", "nipponjo_pt", "", "ckpt_cnum8.pth", 5, 0 },
    { "nipponjo legacy", "nipponjo_pt", "snap_", "ckpt_cnum4_legacy.pth", 1, 0 },
    { "mmagic", "mmagic_deepfillv2", "", "ckpt_mmengine.pth", 5, 0 },
    /*
     * Rounding grows thirtyfold on its way through this network: in float32 the original itself is 1e-4 from
     * what it is exactly, and by level and method 0 to 0.6 % of the values are that far from the original's.
     */
    { "mmagic 2020", "mmagic_deepfillv2", "small_", "ckpt_mmedit0_small_legacy.pth", 1, 1e-2 },
    { "csqiangwen", "csqiangwen", "", "ckpt.pth", 5, 0 },
    { "csqiangwen legacy", "csqiangwen", "small_", "ckpt_latent2_legacy.pth", 1, 0 },
    { "naoto0804", "pconv_naoto0804", "", "ckpt.pth", 4, 0 },
    { "pconv_mmagic", "pconv_mmagic", "", "ckpt.pth", 3, 0 },
};

/** What is stored of a case, and how far off it may be. */
enum { INPUT, STAGE1, ATTENTION, STAGE2, OUTPUT, KINDS };
static const char *const kinds[KINDS] = { "input", "stage1", "attention", "stage2", "output" };

static double limit_of(const OutputLimits *limits, int kind)
{
    const double all[KINDS] = { 1e-6, limits->stage1, limits->attention, limits->stage2, limits->stage2 };
    return all[kind];
}

/** The worst of a checkpoint; -1: nothing compared. */
typedef struct Worst {
    OutputLimits limits;
    double error[KINDS];
    double beyond; /* share of an output's values that are off by more than 1e-4 */
    double final;  /* share of values that are off by one */
} Worst;

/* ------------------------------------------------------------------------------------- inputs -- */

/** "s64_free" of "snap_s64_free": behind the prefixes. */
static const char *input_of(const char *name)
{
    const char *at = strstr(name, "_s");
    return at && at[2] >= '0' && at[2] <= '9' ? at + 1 : name;
}

static Npy read_input(const char *name, const char *what)
{
    char path[300];
    const char *folder = strcmp(name, "s120x88_crop") ? name : "s128x96_border";
    snprintf(path, sizeof path, FOLDER "inputs/%s/%s.npy", folder, what);
    Npy npy = npy_read(path);
    if (!npy.memory)
        fail_msg("%s: no such input", path);
    return npy;
}

/** The top left corner of a picture. */
static uint8_t *cut(const Npy *from, int channels, int width, int height)
{
    size_t row = (size_t)width * channels;
    uint8_t *to = outputs_room(row, height);
    for (int y = 0; y < height; y++)
        memcpy(to + y * row, from->bytes + (size_t)y * from->shape[1] * channels, row);
    return to;
}

/* ---------------------------------------------------------------------------------- comparing -- */

/** What is stored is [channel][y][x]. */
static double compare(const Npy *expected, const Output *found, const char *what, size_t *beyond)
{
    double worst = 0;
    int channels = found->shape.channels, pixels = found->shape.height * found->shape.width;
    if (!found->values || expected->rank != 3 || expected->shape[0] != channels ||
        expected->shape[1] != found->shape.height || expected->shape[2] != found->shape.width)
        fail_msg("%s: %dx%dx%d, found %dx%dx%d", what, expected->shape[0], expected->shape[1], expected->shape[2],
                 channels, found->shape.height, found->shape.width);
    for (int p = 0; p < pixels; p++)
        for (int c = 0; c < channels; c++) {
            double error = fabs((double)expected->floats[(size_t)c * pixels + p] -
                                found->values[(size_t)p * channels + c]);
            worst = error > worst || isnan(error) ? error : worst;
            *beyond += !(error <= 1e-4);
        }
    return worst;
}

static void compare_floats(const char *folder, const Outputs *outputs, Worst *worst)
{
    const Output *found[KINDS] = { &outputs->input, &outputs->stage1, &outputs->attention, &outputs->stage2,
                                   &outputs->stage2 };
    for (int i = 0; i < KINDS; i++) {
        char path[700];
        snprintf(path, sizeof path, "%s/%s.npy", folder, kinds[i]);
        Npy expected = npy_read(path);
        if (!expected.memory)
            continue;
        size_t beyond = 0, count = expected.count;
        double error = compare(&expected, found[i], path, &beyond), limit = limit_of(&worst->limits, i);
        npy_free(&expected);
        if (!(error <= limit))
            fail_msg("%s: error %g, limit %g", path, error, limit);
        if (beyond > outputs_most(count, worst->limits.beyond))
            fail_msg("%s: %zu of %zu are off by more than 1e-4", path, beyond, count);
        worst->error[i] = DF_MAX(worst->error[i], error);
        worst->beyond = DF_MAX(worst->beyond, (double)beyond / count);
    }
}

/** Where the original has no numbers, as mmagic where nothing is known, neither has its picture. */
static int has_numbers(const char *folder)
{
    return !strstr(folder, "mmagic_deepfillv2/s80x72_full");
}

static void compare_final(const char *folder, const Outputs *outputs, Worst *worst)
{
    char path[700];
    size_t different = 0;
    snprintf(path, sizeof path, "%s/final.npy", folder);
    Npy expected = npy_read(path);
    if (!expected.memory)
        return;
    assert_int_equal(expected.count, 3 * outputs->input.shape.height * outputs->input.shape.width);
    for (size_t i = 0; i < expected.count && has_numbers(folder); i++) {
        int gap = abs(expected.bytes[i] - outputs->final[i]);
        if (gap > 1)
            fail_msg("%s: off by %d", path, gap);
        different += gap;
    }
    if (different > outputs_most(expected.count, worst->limits.final))
        fail_msg("%s: %zu of %zu differ", path, different, expected.count);
    worst->final = DF_MAX(worst->final, (double)different / expected.count);
    npy_free(&expected);
}

static void check_case(const DeepfillModel *model, const char *folder, const char *name, Worst *worst)
{
    char path[700];
    const char *input = input_of(name);
    Npy picture = read_input(input, "image"), mask = read_input(input, "mask");
    int cropped = !strcmp(input, "s120x88_crop");
    int height = cropped ? 120 : picture.shape[0], width = cropped ? 88 : picture.shape[1];
    snprintf(path, sizeof path, "%s/edge.npy", folder);
    Npy edge = npy_read(path);
    uint8_t *pixels = cut(&picture, 3, width, height), *hole = cut(&mask, 1, width, height);
    Outputs outputs = outputs_of(model, pixels, hole, edge.bytes, width, height);
    compare_floats(folder, &outputs, worst);
    compare_final(folder, &outputs, worst);
    outputs_free(&outputs);
    df_free(hole);
    df_free(pixels);
    npy_free(&edge);
    npy_free(&mask);
    npy_free(&picture);
}

/* -------------------------------------------------------------------------------------- cases -- */

static int belongs(const Fixture *fixture, const char *name)
{
    const char *input = input_of(name);
    size_t length = (size_t)(input - name);
    return name[0] != '.' && input[0] == 's' && input[1] >= '0' && input[1] <= '9' &&
           length == strlen(fixture->prefix) && !strncmp(name, fixture->prefix, length);
}

static int check_cases(const DeepfillModel *model, const Fixture *fixture, Worst *worst)
{
    char folder[300], path[600];
    int cases = 0;
    snprintf(folder, sizeof folder, FOLDER "%s", fixture->project);
    DIR *list = opendir(folder);
    assert_non_null(list);
    for (struct dirent *entry; (entry = readdir(list));)
        if (belongs(fixture, entry->d_name)) {
            snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
            check_case(model, path, entry->d_name, worst);
            cases++;
        }
    closedir(list);
    return cases;
}

static void print_worst(const Fixture *fixture, int direct, int cases, const Worst *worst)
{
    char line[300];
    int n = snprintf(line, sizeof line, "# %-24s %-8s %d cases:", fixture->name,
                     direct ? "directly" : "", cases);
    for (int i = 0; i < KINDS; i++)
        if (worst->error[i] >= 0)
            n += snprintf(line + n, sizeof line - n, " %s %.1e,", kinds[i], worst->error[i]);
    snprintf(line + n, sizeof line - n, " beyond 1e-4 %.4f%%, final %.4f%% off by one", 100 * worst->beyond,
             100 * worst->final);
    puts(line);
}

static void check_method(const Fixture *fixture, int direct)
{
    DeepfillModel *model = NULL;
    Worst worst = { .limits = output_limits[direct], .error = { -1, -1, -1, -1, -1 } };
    worst.limits.beyond = DF_MAX(worst.limits.beyond, fixture->beyond);
    char path[300];
    snprintf(path, sizeof path, FOLDER "%s/%s", fixture->project, fixture->path);
    df_force_direct(direct);
    if (deepfill_model_open(&model, path, NULL) < 0)
        fail_msg("%s", df_error_text());
    int cases = check_cases(model, fixture, &worst);
    assert_in_range(cases, fixture->cases, 100);
    print_worst(fixture, direct, cases, &worst);
    deepfill_model_close(&model);
}

static void check_fixture(void **state)
{
    const Fixture *fixture = *state;
    struct stat there;
    if (stat(FOLDER, &there)) {
        puts("# no folder " FOLDER " with what the projects themselves made");
        skip();
    }
    for (int direct = 1; direct >= 0; direct--)
        check_method(fixture, direct);
    df_force_direct(0);
}

int main(void)
{
    struct CMUnitTest tests[DF_COUNT(fixtures)];
    for (size_t i = 0; i < DF_COUNT(fixtures); i++)
        tests[i] = (struct CMUnitTest){ fixtures[i].name, check_fixture, NULL, NULL, (void *)&fixtures[i] };
    return _cmocka_run_group_tests("fixtures", tests, DF_COUNT(fixtures), claim_products, release_products);
}
