/**
 * @file
 * Files that are written: what is read back, and that nothing is left behind where one cannot be.
 */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "model_file.h"
#include "weights/write.h"

static const float values[] = { 1, -2.5f, 0x1p-24f, 0x1.2345p-30f, 65504, 3.1415927f };
static const DfMeta meta[] = { { "key", "a \"quoted\" \\ text\n" }, { "other", "\xf0\x9f\x98\x80" } };

static DfOutFile out_file(const DfOutTensor *tensors, size_t count, int f16)
{
    return (DfOutFile){ .tensors = tensors, .tensor_count = count, .meta = meta, .meta_count = DF_COUNT(meta),
                        .f16 = f16 };
}

/** A folder of this test's own, and how many files lie in it. */
static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/deepfill-test-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static const char *place(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static int files_there(void)
{
    DIR *dir = opendir(folder);
    int count = -2; /* . and .. */
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

/* ------------------------------------------------------------------------------------ what is good -- */

static DfWeights *write_and_open(int f16)
{
    const DfOutTensor tensors[] = {
        { "b", 2, { 2, 3 }, values }, { "a.weight", 1, { 4 }, values }, { "single", 0, { 0 }, values },
    };
    DfWeights *weights = NULL;
    DfOutFile file = out_file(tensors, 3, f16);
    if (df_safetensors_write(place("out"), &file) < 0 || df_weights_open(&weights, place("out")) < 0)
        fail_msg("%s", df_error_text());
    assert_int_equal(files_there(), 1);
    return weights;
}

static void test_round_trip(void **state)
{
    float read[6];
    (void)state;
    DfWeights *weights = write_and_open(0);
    assert_int_equal(weights->tensor_count, 3);
    assert_string_equal(df_weights_meta(weights, "key"), meta[0].value);
    assert_string_equal(df_weights_meta(weights, "other"), meta[1].value);
    const DfTensor *b = df_weights_find(weights, "b");
    assert_true(b->rank == 2 && b->shape[0] == 2 && b->shape[1] == 3 && b->type == DF_F32);
    assert_int_equal(df_tensor_read(weights, b, read), 0);
    assert_memory_equal(read, values, sizeof values);
    assert_int_equal(df_tensor_read(weights, df_weights_find(weights, "a.weight"), read), 0);
    assert_memory_equal(read, values, 4 * sizeof *values);
    assert_int_equal(df_weights_find(weights, "single")->rank, 0);
    /* The data are aligned in the file: those of the first tensor that was written lie first. */
    assert_int_equal((b->data - weights->files[0].bytes) % DF_ALIGN, 0);
    df_weights_close(&weights);
    /* Over the old file, as float16. */
    weights = write_and_open(1);
    b = df_weights_find(weights, "b");
    assert_int_equal(b->type, DF_F16);
    assert_int_equal(df_tensor_read(weights, b, read), 0);
    for (int i = 0; i < 6; i++)
        assert_true(fabsf(read[i] - values[i]) <= DF_MAX(fabsf(values[i]) * 0x1p-11f, 0x1p-25f));
    df_weights_close(&weights);
    unlink(place("out"));
}

static void test_permissions(void **state)
{
    struct stat status;
    mode_t mask = umask(022);
    (void)state;
    DfWeights *weights = write_and_open(0);
    df_weights_close(&weights);
    assert_int_equal(stat(place("out"), &status), 0);
    assert_int_equal(status.st_mode & 0777, 0644);
    umask(mask);
    unlink(place("out"));
}

static void test_empty(void **state)
{
    DfWeights *weights = NULL;
    DfOutFile file = { .f16 = 0 };
    (void)state;
    assert_int_equal(df_safetensors_write(place("out"), &file), 0);
    assert_int_equal(df_weights_open(&weights, place("out")), 0);
    assert_int_equal(weights->tensor_count, 0);
    df_weights_close(&weights);
    unlink(place("out"));
}

/** Every half comes back; between two, the nearer one is taken, in the middle the even one. */
static float value_of_half(int half)
{
    int exponent = half >> 10 & 31, fraction = half & 1023;
    return ldexpf(exponent ? 1024 + fraction : fraction, DF_MAX(exponent, 1) - 25);
}

static void test_halves(void **state)
{
    (void)state;
    for (int half = 0; half < 0x7C00; half++) {
        float value = value_of_half(half), next = half < 0x7BFF ? value_of_half(half + 1) : 65536;
        float middle = (value + next) / 2;
        assert_int_equal(df_half(value), half);
        assert_int_equal(df_half(-value), half | 0x8000);
        if (half < 0x7BFF)
            assert_int_equal(df_half(middle), half & 1 ? half + 1 : half);
        assert_int_equal(df_half(nextafterf(middle, 0)), half);
        if (half < 0x7BFF)
            assert_int_equal(df_half(nextafterf(middle, next)), half + 1);
    }
    assert_int_equal(df_half(65520), -1);
    assert_int_equal(df_half(-1e30f), -1);
    assert_int_equal(df_half(NAN), -1);
    assert_int_equal(df_half(0x1p-149f), 0);
}

/* ------------------------------------------------------------------------------------- what is bad -- */

static void assert_refused(const char *path, const DfOutFile *file, int error, const char *words)
{
    char expected[256];
    int there = files_there();
    snprintf(expected, sizeof expected, "%s: %s", path, words);
    df_error_clear();
    assert_int_equal(df_safetensors_write(path, file), error);
    assert_string_equal(df_error_text(), expected);
    assert_int_equal(files_there(), there);
}

static void test_refused(void **state)
{
    static const float wild[] = { 1, 70000 };
    const DfOutTensor tensor = { "t.weight", 1, { 2 }, wild };
    const DfOutFile file = out_file(&tensor, 1, 0), halves = out_file(&tensor, 1, 1);
    (void)state;
    char missing[160];
    snprintf(missing, sizeof missing, "cannot be written: there is no folder %s/none, make it first", folder);
    assert_refused(place("none/out"), &file, -ENOENT, missing);
    assert_refused(place("none/"), &file, -EISDIR, "cannot be written: it names a folder, and a file is wanted");
    assert_refused("/dev/null", &file, -EINVAL, "cannot be written: it is not a regular file");
    assert_refused(folder, &file, -EINVAL, "cannot be written: it is not a regular file");
    assert_refused(place("out"), &halves, -ERANGE,
                   "tensor 't.weight' has the value 70000, too large for float16: write float32");
}

/** A disk that takes a part only: what was there stays, and nothing comes beside it. */
static void test_cut_short(void **state)
{
    const DfOutTensor tensor = { "t", 1, { 2 }, values };
    const DfOutFile file = out_file(&tensor, 1, 0);
    struct rlimit limit, tight;
    struct stat before, after;
    (void)state;
    assert_int_equal(df_safetensors_write(place("out"), &file), 0);
    assert_int_equal(stat(place("out"), &before), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    tight = (struct rlimit){ before.st_size - 1, limit.rlim_max };
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    assert_refused(place("out"), &file, -EFBIG, "cannot be written: File too large");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(stat(place("out"), &after), 0);
    assert_true(before.st_ino == after.st_ino && before.st_size == after.st_size);
    unlink(place("out"));
}

static volatile sig_atomic_t signalled;

static void on_signal(int number)
{
    (void)number;
    signalled++;
}

/** A host's handler for one signal that comes in the middle is not set again. */
static void test_one_signal(void **state)
{
    const DfOutTensor tensor = { "t", 1, { 2 }, values };
    const DfOutFile file = out_file(&tensor, 1, 0);
    struct sigaction once = { .sa_handler = on_signal, .sa_flags = SA_RESETHAND }, after;
    struct rlimit limit, tight;
    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    tight = (struct rlimit){ 8, limit.rlim_max };
    assert_int_equal(sigaction(SIGXFSZ, &once, NULL), 0);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    assert_refused(place("out"), &file, -EFBIG, "cannot be written: File too large");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(sigaction(SIGXFSZ, NULL, &after), 0);
    assert_int_equal(signalled, 1);
    assert_true(after.sa_handler == SIG_DFL);
}

/** What a link leads to decides, and is what is written; a link that leads nowhere is replaced. */
static void test_links(void **state)
{
    const DfOutTensor tensor = { "t", 1, { 2 }, values };
    const DfOutFile file = out_file(&tensor, 1, 0);
    struct stat status;
    (void)state;
    assert_int_equal(symlink("/dev/full", place("out")), 0);
    assert_refused(place("out"), &file, -EINVAL, "cannot be written: it is not a regular file");
    unlink(place("out"));
    assert_int_equal(symlink("nowhere", place("out")), 0);
    assert_int_equal(df_safetensors_write(place("out"), &file), 0);
    assert_int_equal(lstat(place("out"), &status), 0);
    assert_true(S_ISREG(status.st_mode));
    assert_int_equal(chmod(place("out"), 0640), 0);
    assert_int_equal(truncate(place("out"), 1), 0);
    assert_int_equal(symlink("out", place("link")), 0);
    assert_int_equal(df_safetensors_write(place("link"), &file), 0);
    assert_int_equal(lstat(place("link"), &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_int_equal(stat(place("out"), &status), 0);
    assert_true(status.st_size > 1 && (status.st_mode & 07777) == 0640);
    assert_int_equal(files_there(), 2);
    unlink(place("link"));
    unlink(place("out"));
}

static void test_long_names(void **state)
{
    char path[5000], expected[256];
    const DfOutFile file = { .f16 = 0 };
    (void)state;
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = 0;
    snprintf(expected, sizeof expected, "%.80s...: cannot be written: File name too long", path);
    df_error_clear();
    assert_int_equal(df_safetensors_write(path, &file), -ENAMETOOLONG);
    assert_string_equal(df_error_text(), expected);
}

/** What runs that were killed have left behind, or others have put there, is neither used nor touched. */
static void test_names_taken(void **state)
{
    char part[160];
    struct stat status;
    const DfOutFile file = { .f16 = 0 };
    (void)state;
    snprintf(part, sizeof part, "%s.%ld-0.part", place("out"), (long)getpid());
    assert_int_equal(symlink("elsewhere", part), 0);
    assert_int_equal(df_safetensors_write(place("out"), &file), 0);
    assert_int_equal(files_there(), 2);
    assert_int_equal(lstat(part, &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    unlink(part);
    unlink(place("out"));
}

static void test_every_allocation(void **state)
{
    const DfOutTensor tensor = { "t", 1, { 2 }, values };
    const DfOutFile file = out_file(&tensor, 1, 0);
    int ret = -ENOMEM;
    (void)state;
    for (long successes = 0; ret < 0; successes++) {
        df_fail_after(successes);
        ret = df_safetensors_write(place("out"), &file);
        df_fail_after(-1);
        assert_true(ret == 0 || ret == -ENOMEM);
        assert_int_equal(files_there(), !ret);
    }
    unlink(place("out"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),  cmocka_unit_test(test_permissions),
        cmocka_unit_test(test_empty),       cmocka_unit_test(test_halves),
        cmocka_unit_test(test_refused),     cmocka_unit_test(test_links),
        cmocka_unit_test(test_cut_short),   cmocka_unit_test(test_every_allocation),
        cmocka_unit_test(test_long_names),  cmocka_unit_test(test_names_taken),
        cmocka_unit_test(test_one_signal),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
