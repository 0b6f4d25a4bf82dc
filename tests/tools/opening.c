/**
 * @file
 * How long a checkpoint of published size takes from a file's name to a model that is ready, beside the time
 * of reading its bytes alone: random weights of width 48, written as PyTorch and TensorFlow write them.
 *
 *     opening FOLDER      an empty folder, which the caller removes
 */
#include <sys/stat.h>
#include <time.h>

#include "bundle_file.h"
#include "deepfill.h"
#include "foreign_file.h"
#include "torch_file.h"

enum { WIDTH = 48, RUNS = 9 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e3 * t.tv_sec + 1e-6 * t.tv_nsec;
}

static DfWeights *weights_of(const char *variant, ModelFile *file)
{
    Foreign foreign = foreign_of(foreign_names(variant, &df_deepfillv2));
    foreign.cnum = WIDTH;
    *file = foreign_file(&foreign);
    return foreign_weights(*file);
}

/* ------------------------------------------------------------------------------------- writers -- */

static void put_text(ModelFile *pickle, const char *text)
{
    torch_file_add(pickle, "X", 1);
    torch_file_little(pickle, strlen(text), 4);
    torch_file_add(pickle, text, strlen(text));
}

static void put_number(ModelFile *pickle, uint64_t number)
{
    torch_file_add(pickle, "J", 1);
    torch_file_little(pickle, number, 4);
}

static void put_numbers(ModelFile *pickle, const uint64_t *numbers, int count)
{
    torch_file_add(pickle, "(", 1);
    for (int i = 0; i < count; i++)
        put_number(pickle, numbers[i]);
    torch_file_add(pickle, "t", 1);
}

/** A key and its tensor, the whole of storage `key`. */
static void put_tensor(ModelFile *pickle, const DfTensor *tensor, const char *key)
{
    put_text(pickle, tensor->name);
    torch_file_add(pickle, PICKLE(T_GLOBAL("torch._utils", "_rebuild_tensor_v2") "(("));
    put_text(pickle, "storage");
    torch_file_add(pickle, PICKLE(T_GLOBAL("torch", "FloatStorage")));
    put_text(pickle, key);
    put_text(pickle, "cpu");
    put_number(pickle, tensor->count);
    torch_file_add(pickle, PICKLE("tQ" T_K("\0")));
    put_numbers(pickle, tensor->shape, tensor->rank);
    put_numbers(pickle, tensor->stride, tensor->rank);
    torch_file_add(pickle, PICKLE("\x89" T_ORDERED "tR"));
}

/** A state dict as torch.save() writes it. */
static void write_torch(const char *folder)
{
    ModelFile values, pickle = { NULL, 0 };
    DfWeights *weights = weights_of("nipponjo_tf", &values);
    TorchStorage *storages = calloc(weights->tensor_count, sizeof *storages);
    char (*keys)[24] = calloc(weights->tensor_count, sizeof *keys);
    torch_file_add(&pickle, PICKLE(T_PROTO "}("));
    for (size_t i = 0; i < weights->tensor_count; i++) {
        const DfTensor *tensor = &weights->tensors[i];
        snprintf(keys[i], sizeof keys[i], "%zu", i);
        storages[i] = (TorchStorage){ keys[i], tensor->data, 4 * tensor->count, tensor->count };
        put_tensor(&pickle, tensor, keys[i]);
    }
    torch_file_add(&pickle, PICKLE("u."));
    ModelFile file = torch_zip_file(pickle.bytes, pickle.size, storages, (int)weights->tensor_count);
    bundle_write_file(folder, "states.pth", file.bytes, file.size);
    df_weights_close(&weights);
    free(values.bytes);
    free(pickle.bytes);
    free(storages);
    free(keys);
    free(file.bytes);
}

static void write_tensorflow(const char *folder)
{
    ModelFile values;
    DfWeights *weights = weights_of("official", &values);
    BundleTensor *tensors = calloc(weights->tensor_count, sizeof *tensors);
    for (size_t i = 0; i < weights->tensor_count; i++) {
        const DfTensor *tensor = &weights->tensors[i];
        tensors[i] = (BundleTensor){ .name = tensor->name, .type = BUNDLE_F32, .rank = tensor->rank,
                                     .data = tensor->data, .size = 4 * tensor->count };
        memcpy(tensors[i].shape, tensor->shape, tensor->rank * sizeof *tensor->shape);
    }
    Bundle bundle = bundle_make(tensors, weights->tensor_count, 1, 16, 256 << 10);
    bundle_write(&bundle, folder, "snap-0");
    bundle_write_file(folder, "checkpoint", PICKLE("model_checkpoint_path: \"snap-0\"\n"));
    bundle_free(&bundle);
    df_weights_close(&weights);
    free(values.bytes);
    free(tensors);
}

/* ------------------------------------------------------------------------------------ measuring -- */

static double read_alone(const char *path, size_t *size)
{
    struct stat status;
    double start = now();
    int fd = open(path, O_RDONLY);
    if (fd < 0 || fstat(fd, &status) < 0)
        exit(1);
    uint8_t *bytes = malloc(status.st_size);
    if (!bytes || read(fd, bytes, status.st_size) != status.st_size)
        exit(1);
    free(bytes);
    close(fd);
    *size = status.st_size;
    return now() - start;
}

static double open_model(const char *name)
{
    DeepfillModel *model = NULL;
    double start = now();
    if (deepfill_model_open(&model, name, NULL) < 0) {
        fprintf(stderr, "opening: %s\n", deepfill_error());
        exit(1);
    }
    double spent = now() - start;
    deepfill_model_close(&model);
    return spent;
}

static void measure(const char *what, const char *folder, const char *name, const char *data)
{
    char model[300], file[300];
    double reading = 1e9, opening = 1e9;
    size_t size = 0;
    snprintf(model, sizeof model, "%s/%s", folder, name);
    snprintf(file, sizeof file, "%s/%s", folder, data);
    for (int run = 0; run < RUNS; run++) {
        reading = fmin(reading, read_alone(file, &size));
        opening = fmin(opening, open_model(model));
    }
    printf("%-22s %5.1f MB %8.1f ms %8.1f ms\n", what, size / 1e6, reading, opening);
}

int main(int count, char **arguments)
{
    if (count != 2)
        return 2;
    write_torch(arguments[1]);
    write_tensorflow(arguments[1]);
    printf("%-22s %8s %11s %11s\n", "checkpoint, width 48", "size", "read alone", "ready");
    measure("PyTorch zip", arguments[1], "states.pth", "states.pth");
    measure("TensorFlow", arguments[1], "", "snap-0.data-00000-of-00001");
    return 0;
}
