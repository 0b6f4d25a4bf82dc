/**
 * @file
 * Weights from a name or from bytes: the container that the bytes tell of, and the reader that goes with it.
 */
#include "weights/file.h"
#include "weights/leveldb.h"
#include "weights/locate.h"
#include "weights/unsupported.h"
#include "weights/tensorflow.h"
#include "weights/torch.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* ------------------------------------------------------------------------------------ contents -- */

static int is_safetensors(const uint8_t *bytes, size_t size)
{
    return size > 8 && bytes[8] == '{';
}

static int is_zip(const uint8_t *bytes, size_t size)
{
    return size >= 4 && !memcmp(bytes, "PK\3\4", 4);
}

static int is_pickle(const uint8_t *bytes, size_t size)
{
    return size >= 2 && bytes[0] == 0x80 && bytes[1] >= 2 && bytes[1] <= 5;
}

/** In this order, as a safetensors header may be as long as a magic number says. */
static const struct {
    int (*is)(const uint8_t *bytes, size_t size);
    int (*parse)(DfWeights *weights, const uint8_t *bytes, size_t size);
    const char *name;
} containers[] = {
    { is_safetensors, df_safetensors_parse, "safetensors" },
    { is_zip, df_torch_zip_parse, "PyTorch zip" },
    { is_pickle, df_torch_legacy_parse, "PyTorch legacy" },
    { df_leveldb_is, df_tensorflow_parse, "TensorFlow" },
};

static int parse(DfWeights *weights, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < DF_COUNT(containers); i++) {
        if (!containers[i].is(bytes, size))
            continue;
        weights->container = containers[i].name;
        return containers[i].parse(weights, bytes, size);
    }
    const char *unsupported = df_unsupported_find(weights->name, bytes, size);
    if (unsupported)
        return df_error(-EINVAL, "%s: %s", weights->name, unsupported);
    return df_error(-EINVAL, "%s: is no checkpoint that is known: expected safetensors, PyTorch (.pth, .pt) "
                    "or TensorFlow V2 (.index)", weights->name);
}

/* ------------------------------------------------------------------------------------- weights -- */

int df_weights_create(DfWeights **weights, const char *name)
{
    DfWeights *w = df_alloc(sizeof *w);
    if (!w)
        return -ENOMEM;
    *weights = w;
    w->name = df_strdup(name);
    return w->name ? 0 : -ENOMEM;
}

int df_weights_parse(DfWeights **weights, const char *name, const uint8_t *bytes, size_t size)
{
    DfWeights *w = NULL;
    int ret = df_weights_create(&w, name);
    if (!ret)
        ret = parse(w, bytes, size);
    if (ret < 0)
        df_weights_close(&w);
    else
        *weights = w;
    return ret;
}

/** What is plainly not there has no cause recorded yet. */
static int locate(const char *name, char **path)
{
    int ret = df_weights_locate(name, path);
    return ret < 0 ? df_error(ret, "%s: cannot be opened: %s", name, strerror(-ret)) : 0;
}

int df_weights_open(DfWeights **weights, const char *name)
{
    DfWeights *w = NULL;
    char *path = NULL;
    int ret = locate(name, &path);
    if (!ret)
        ret = df_weights_create(&w, path);
    if (!ret)
        ret = df_weights_load(w, path);
    if (!ret)
        ret = parse(w, w->files[0].bytes, w->files[0].size);
    df_free(path);
    if (ret < 0)
        df_weights_close(&w);
    else
        *weights = w;
    return ret;
}

int df_weights_exist(const char *name)
{
    char *path;
    int ret = df_weights_locate(name, &path);
    if (!ret && access(path, R_OK) < 0)
        ret = -errno;
    df_free(path);
    return ret;
}

void df_weights_close(DfWeights **weights)
{
    DfWeights *w = *weights;
    if (!w)
        return;
    for (size_t i = 0; i < w->tensor_count; i++)
        df_free(w->tensors[i].name);
    for (size_t i = 0; i < w->meta_count; i++) {
        df_free(w->meta[i].key);
        df_free(w->meta[i].value);
    }
    for (size_t i = 0; i < w->file_count; i++)
        df_file_free(&w->files[i]);
    df_free(w->tensors);
    df_free(w->meta);
    df_free(w->files);
    df_free(w->name);
    df_free(w);
    *weights = NULL;
}
