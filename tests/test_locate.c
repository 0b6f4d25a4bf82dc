/**
 * @file
 * Names that lead to checkpoints; TensorFlow's files on disk, whole, in part and missing. Where the files of
 * the projects themselves lie beside ours, they are read, too.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "bundle_file.h"

static const uint8_t values[] = { 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0x20, 0x41 }; /* 1, -2, 10 */

static const BundleTensor tensors[] = {
    { .name = "a", .type = BUNDLE_F32, .rank = 1, .shape = { 3 }, .data = values, .size = 12 },
    { .name = "b", .type = BUNDLE_F32, .shard = 1, .data = values + 8, .size = 4 },
};

/* ------------------------------------------------------------------------------- a new folder -- */

static char folder[64];

/** With snap-0, in two shards. */
static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/deepfill-test-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    Bundle bundle = bundle_make(tensors, DF_COUNT(tensors), 2, 16, 4096);
    bundle_write(&bundle, folder, "snap-0");
    bundle_free(&bundle);
    return 0;
}

static int remove_folder(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

/** A name in the folder; two at a time. */
static const char *in_folder(const char *name)
{
    static char paths[2][256];
    static int next;
    char *path = paths[next++ & 1];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void write_text(const char *name, const char *text)
{
    bundle_write_file(folder, name, text, strlen(text));
}

static void assert_opens(const char *name)
{
    float value;
    DfWeights *w = NULL;
    df_error_clear();
    assert_int_equal(df_weights_exist(name), 0);
    if (df_weights_open(&w, name) < 0)
        fail_msg("%s", df_error_text());
    assert_string_equal(w->container, "TensorFlow");
    assert_string_equal(w->name, in_folder("snap-0.index"));
    assert_int_equal(w->tensor_count, 2);
    assert_int_equal(df_tensor_read(w, df_weights_find(w, "b"), &value), 0);
    assert_true(value == 10);
    assert_int_equal(w->file_count, 3);
    assert_string_equal(w->files[0].path, w->name);
    assert_string_equal(w->files[1].path, in_folder("snap-0.data-00000-of-00002"));
    assert_string_equal(w->files[2].path, in_folder("snap-0.data-00001-of-00002"));
    df_weights_close(&w);
}

/** The sentence follows the name; '@' in it is the folder. */
static void assert_refused(const char *name, int error, const char *format)
{
    char sentence[1024], *out = sentence;
    DfWeights *w = NULL;
    for (; *format; format++)
        out += sprintf(out, *format == '@' ? "%s" : "%.1s", *format == '@' ? folder : format);
    df_error_clear();
    assert_int_equal(df_weights_open(&w, name), error);
    assert_null(w);
    assert_string_equal(df_error_text(), sentence);
}

/** The same, and what only looks for the file says it, too. */
static void assert_not_there(const char *name, int error, const char *format)
{
    df_error_clear();
    assert_int_equal(df_weights_exist(name), error);
    char text[1024];
    strcpy(text, df_error_text());
    assert_refused(name, error, format);
    assert_string_equal(text, df_error_text());
}

/* ---------------------------------------------------------------------------------------- names -- */

static void test_names(void **state)
{
    char slash[128];
    (void)state;
    assert_opens(in_folder("snap-0"));
    assert_opens(in_folder("snap-0.index"));
    write_text("checkpoint", "model_checkpoint_path: \"snap-0\"\nall_model_checkpoint_paths: \"snap-0\"\n");
    assert_opens(folder);
    snprintf(slash, sizeof slash, "%s/", folder);
    DfWeights *w = NULL;
    assert_int_equal(df_weights_open(&w, slash), 0);
    df_weights_close(&w);
}

/** What the list of a folder may say, and where the checkpoint may have been when it was trained. */
static void test_lists(void **state)
{
    static const char *const good[] = {
        "model_checkpoint_path: \"snap-0\"",
        "model_checkpoint_path:'snap-0'",
        "# a note: \"\n\n all_model_checkpoint_paths: \"snap-9\" all_model_checkpoint_timestamps: 1.6e+9\n"
        "model_checkpoint_path: \"snap-0\"\nlast_preserved_timestamp: 1600000000.5",
        "model_checkpoint_path: \"snap-9\"\nmodel_checkpoint_path: \"snap-0\"",
        "model_checkpoint_path: \"\\163n\\x61\\x70-\\060\"",
        "model_checkpoint_path: \"/home/somebody/logs/2018\\\"/snap-0\"",
        "model_checkpoint_path: \"C:\\\\logs\\\\snap-0\"",
        "model_checkpoint_path: \"logs/places2/snap-0\"",
        "model_checkpoint_path: \"gs://bucket/snap-0\"",
        "model_checkpoint_path: \"snap-0\"\r\n",
    };
    static const char *const bad[] = {
        "", "snap-0", "model_checkpoint_path", "model_checkpoint_path: snap-0", "model_checkpoint_path: ",
        "model_checkpoint_path: \"snap-0", "model_checkpoint_path: \"snap-0\n\"",
        "model_checkpoint_path: \"\"", "model_checkpoint_path: \"\\", "model_checkpoint_path: \"\\0\"",
        "model_checkpoint_path: \"\\xg\"",
        "model_checkpoint_path: \"\\q\"", "model_checkpoint_path: \"snap-0\" }", ": \"snap-0\"",
        "all_model_checkpoint_paths: \"snap-0\"", "model_checkpoint_path { }",
    };
    (void)state;
    for (size_t i = 0; i < DF_COUNT(good); i++) {
        write_text("checkpoint", good[i]);
        assert_opens(folder);
    }
    char whole[160];
    snprintf(whole, sizeof whole, "model_checkpoint_path: \"%s/snap-0\"", folder);
    write_text("checkpoint", whole);
    assert_opens(folder);
    for (size_t i = 0; i < DF_COUNT(bad); i++) {
        write_text("checkpoint", bad[i]);
        assert_not_there(folder, -EINVAL,
                         "@/checkpoint: is no list of TensorFlow checkpoints: name the .index file instead");
    }
}

/** As it comes out of the official project's download; where there are both, the right name counts. */
static void test_list_as_text(void **state)
{
    (void)state;
    write_text("checkpoint.txt", "model_checkpoint_path: \"snap-0\"\n");
    assert_opens(folder);
    assert_refused(in_folder("checkpoint.txt"), -EINVAL, "@/checkpoint.txt: tells which TensorFlow "
                   "checkpoint is the latest: name its folder");
    write_text("checkpoint.txt", "model_checkpoint_path: \"snap-9\"\n");
    assert_not_there(folder, -ENOENT, "@/checkpoint.txt: names the checkpoint 'snap-9', but there is no "
                     "@/snap-9.index");
    write_text("checkpoint", "model_checkpoint_path: \"snap-0\"\n");
    assert_opens(folder);
}

static void test_list_of_other(void **state)
{
    (void)state;
    assert_not_there(folder, -ENOENT, "@: is a folder, in which no file 'checkpoint' tells of a TensorFlow "
                     "checkpoint: name the model's file, of TensorFlow's the .index");
    write_text("checkpoint", "model_checkpoint_path: \"/logs/snap-9\"");
    assert_not_there(folder, -ENOENT, "@/checkpoint: names the checkpoint '/logs/snap-9', but there is no "
                     "@/snap-9.index");
    assert_refused(in_folder("checkpoint"), -EINVAL, "@/checkpoint: tells which TensorFlow checkpoint is the "
                   "latest: name its folder");
    assert_int_equal(truncate(in_folder("checkpoint"), (1 << 20) + 1), 0);
    assert_not_there(folder, -EFBIG, "@/checkpoint: has 1048577 bytes, expected at most 1048576");
    unlink(in_folder("checkpoint"));
    assert_int_equal(mkfifo(in_folder("checkpoint"), 0600), 0);
    assert_not_there(folder, -EINVAL, "@/checkpoint: is not a regular file");
}

/** What is plainly not there leaves the sentence to whoever asked. */
static void test_absent(void **state)
{
    (void)state;
    df_error_clear();
    assert_int_equal(df_weights_exist(in_folder("snap-1")), -ENOENT);
    assert_int_equal(df_weights_exist(""), -ENOENT);
    assert_int_equal(df_weights_exist(in_folder("snap-0.index/x")), -ENOTDIR);
    assert_string_equal(df_error_text(), "");
    assert_refused(in_folder("snap-1"), -ENOENT, "@/snap-1: cannot be opened: No such file or directory");
    assert_refused("", -ENOENT, ": cannot be opened: No such file or directory");
    assert_not_there("/dev/null", -EINVAL, "/dev/null: is not a regular file");
}

static void test_parts(void **state)
{
    (void)state;
    assert_not_there(in_folder("snap-0.data-00001-of-00002"), -EINVAL, "@/snap-0.data-00001-of-00002: holds "
                     "values of a TensorFlow checkpoint: name its index, @/snap-0.index");
    write_text("snap-0.meta", "\n");
    assert_not_there(in_folder("snap-0.meta"), -EINVAL, "@/snap-0.meta: holds the graph of a TensorFlow "
                     "checkpoint: name its index, @/snap-0.index");
    rename(in_folder("snap-0.index"), in_folder("index"));
    assert_refused(in_folder("index"), -EINVAL, "@/index: is the index of a TensorFlow checkpoint, whose "
                   "values lie in files beside it: rename it so that it ends in .index");
}

/* --------------------------------------------------------------------------------------- shards -- */

#define SHARD "@/snap-0.data-00001-of-00002: "

static void assert_shard_refused(int error, const char *format)
{
    assert_refused(in_folder("snap-0"), error, format);
    unlink(in_folder("snap-0.data-00001-of-00002"));
}

static void test_shards(void **state)
{
    static const char name[] = "snap-0.data-00001-of-00002";
    (void)state;
    write_text(name, "");
    assert_shard_refused(-EINVAL, SHARD "is empty");
    write_text(name, "abc");
    assert_shard_refused(-EINVAL, SHARD "tensor 'b' ends at byte 4 of the file, which has 3: the file is cut "
                         "short");
    assert_shard_refused(-ENOENT, SHARD "is missing: it holds values of the checkpoint @/snap-0.index");
    assert_int_equal(mkfifo(in_folder(name), 0600), 0);
    assert_shard_refused(-EINVAL, SHARD "is not a regular file");
    assert_int_equal(mkdir(in_folder(name), 0700), 0);
    assert_refused(in_folder("snap-0"), -EINVAL, SHARD "is not a regular file");
    rmdir(in_folder(name));
    /* Sparse: sizes are looked at before memory is asked for. */
    write_text(name, "abcd");
    assert_int_equal(truncate(in_folder(name), (off_t)1 << 40), 0);
    assert_shard_refused(-EFBIG, SHARD "has 1099511627776 bytes, 1099511627926 with those before it, "
                         "expected at most 1073741824");
}

/** A pointer where a shard that is longer was meant; a shard that begins like one is a shard. */
static void test_pointer(void **state)
{
    static const char pointer[] = "version https://git-lfs.github.com/spec/v1\noid sha256:60ede290a7978e7a\n";
    BundleTensor tensor = { .name = "a", .type = 4, .rank = 1, .shape = { sizeof pointer - 1 },
                            .data = pointer, .size = sizeof pointer - 1 };
    DfWeights *w = NULL;
    (void)state;
    Bundle bundle = bundle_make(&tensor, 1, 1, 16, 4096);
    bundle_write(&bundle, folder, "snap-1");
    assert_int_equal(df_weights_open(&w, in_folder("snap-1")), 0);
    df_weights_close(&w);
    write_text("snap-1.data-00000-of-00001", "version https://git-lfs.github.com/spec/v1\n");
    assert_refused(in_folder("snap-1"), -EINVAL, "@/snap-1.data-00000-of-00001: is a Git LFS pointer, not "
                   "the file itself: get that by `git lfs pull`");
    bundle_free(&bundle);
}

/** Shards in which nothing lies need not be there. */
static void test_empty_shard(void **state)
{
    (void)state;
    DfWeights *w = NULL;
    Bundle bundle = bundle_make(tensors, 1, 2, 16, 4096);
    bundle_write(&bundle, folder, "snap-1");
    unlink(in_folder("snap-1.data-00001-of-00002"));
    assert_int_equal(df_weights_open(&w, in_folder("snap-1")), 0);
    assert_int_equal(w->file_count, 2);
    df_weights_close(&w);
    bundle_free(&bundle);
}

static void test_memory_alone(void **state)
{
    DfWeights *w = NULL;
    Bundle bundle = bundle_make(tensors, 1, 1, 16, 4096);
    (void)state;
    df_error_clear();
    assert_int_equal(df_weights_parse(&w, "FILE", bundle.index.bytes, bundle.index.size), -EINVAL);
    assert_null(w);
    assert_string_equal(df_error_text(), "FILE: is the index of a TensorFlow checkpoint, whose values lie in "
                                         "other files: open it from its folder");
    bundle_free(&bundle);
}

static void test_every_allocation(void **state)
{
    int ret = -ENOMEM;
    (void)state;
    write_text("checkpoint", "model_checkpoint_path: \"/logs/snap-0\"");
    for (long successes = 0; ret < 0; successes++) {
        DfWeights *w = NULL;
        df_error_clear();
        df_fail_after(successes);
        ret = df_weights_open(&w, folder);
        df_fail_after(-1);
        assert_true(ret == 0 || ret == -ENOMEM);
        assert_int_equal(!w, ret < 0);
        df_weights_close(&w);
    }
}

/* -------------------------------------------------------------- the projects' files, beside ours -- */

#define FIXTURES "../shared/fixtures/"

/** Every tensor is read: its checksum is that of its bytes. */
static void check_fixture(const char *name, const char *index, size_t count)
{
    DfWeights *w = NULL;
    df_error_clear();
    if (df_weights_open(&w, name) < 0)
        fail_msg("%s", df_error_text());
    assert_string_equal(w->name, index);
    assert_int_equal(w->tensor_count, count);
    for (size_t i = 0; i < count; i++) {
        const DfTensor *tensor = &w->tensors[i];
        float *out = malloc(4 * tensor->count + 4);
        assert_true(tensor->has_crc);
        if (tensor->type != DF_OTHER_TYPE && df_tensor_read(w, tensor, out) < 0)
            fail_msg("%s", df_error_text());
        free(out);
    }
    df_weights_close(&w);
}

static void test_fixtures(void **state)
{
    static const struct {
        const char *folder, *prefix;
        size_t count;
    } cases[] = {
        { "official_tf_shim", "snap-0", 84 },
        { "official_tf_shim/guided", "snap-0", 84 },
        { "official_tf_shim/train", "snap-1", 298 },
    };
    (void)state;
    if (access(FIXTURES "official_tf_shim", R_OK) < 0)
        skip();
    for (size_t i = 0; i < DF_COUNT(cases); i++) {
        char path[160], index[200];
        snprintf(path, sizeof path, FIXTURES "%s", cases[i].folder);
        snprintf(index, sizeof index, "%s/%s.index", path, cases[i].prefix);
        check_fixture(path, index, cases[i].count);
        check_fixture(index, index, cases[i].count);
        snprintf(path, sizeof path, FIXTURES "%s/%s", cases[i].folder, cases[i].prefix);
        check_fixture(path, index, cases[i].count);
    }
}

static uint8_t *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    uint8_t *bytes = malloc(1 << 20);
    *size = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    return bytes;
}

/** A line of the list of all tensors: file, name, kind, type, shape, shard, offset, size, masked crc, crc. */
static void check_line(const DfWeights *w, char *line)
{
    char *name, *shape, text[160];
    strtok(line, "\t");
    name = strtok(NULL, "\t");
    strtok(NULL, "\t");
    int is_float = !strcmp(strtok(NULL, "\t"), "float32");
    shape = strtok(NULL, "\t");
    for (int i = 0; i < 4; i++)
        strtok(NULL, "\t");
    const DfTensor *tensor = df_weights_find(w, name);
    assert_non_null(tensor);
    df_tensor_shape_text(text, sizeof text, tensor->shape, tensor->rank);
    assert_string_equal(text, strcmp(shape, "scalar") ? shape : "a single value");
    assert_int_equal(tensor->type, is_float ? DF_F32 : DF_OTHER_TYPE);
    assert_int_equal(tensor->crc, strtoul(strtok(NULL, "\t\n"), NULL, 16));
}

static void check_published(const char *name)
{
    char path[160], sentence[512], line[512];
    size_t size, lines = 0;
    DfWeights *w = NULL;
    snprintf(path, sizeof path, FIXTURES "tf_index_real/%s", name);
    snprintf(sentence, sizeof sentence, "%s/snap-0.data-00000-of-00001: is missing: it holds values of the "
             "checkpoint %s/snap-0.index", path, path);
    assert_refused(path, -ENOENT, sentence);
    strcat(path, "/snap-0.index");
    uint8_t *index = read_file(path, &size);
    /* Nobody looks at the values: they may be anything. */
    uint8_t *data = malloc(119996408);
    BundleBytes bytes = { index, size }, shard = { data, 119996408 };
    if (bundle_parse(&w, &bytes, &shard, 1) < 0)
        fail_msg("%s", df_error_text());
    assert_int_equal(w->tensor_count, 298);
    FILE *list = fopen(FIXTURES "tf_index_real/tensors.tsv", "r");
    assert_non_null(list);
    while (fgets(line, sizeof line, list))
        if (!strncmp(line, name, strlen(name))) {
            check_line(w, line);
            lines++;
        }
    fclose(list);
    assert_int_equal(lines, 298);
    df_weights_close(&w);
    shard.size--;
    assert_int_equal(bundle_parse(&w, &bytes, &shard, 1), -EINVAL);
    free(data);
    free(index);
}

static void test_published(void **state)
{
    (void)state;
    if (access(FIXTURES "tf_index_real", R_OK) < 0)
        skip();
    check_published("release_places2_256");
    check_published("release_celeba_hq_256");
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_names),           IN_FOLDER(test_lists),
        IN_FOLDER(test_list_as_text),    IN_FOLDER(test_list_of_other),   IN_FOLDER(test_absent),
        IN_FOLDER(test_parts),           IN_FOLDER(test_shards),
        IN_FOLDER(test_pointer),         IN_FOLDER(test_empty_shard),
        IN_FOLDER(test_every_allocation), cmocka_unit_test(test_memory_alone),
        cmocka_unit_test(test_fixtures), cmocka_unit_test(test_published),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
