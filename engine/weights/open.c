/**
 * @file
 * A file's bytes, read whole, and the container that its first bytes tell of.
 *
 * Read, not mapped: another process that cuts a mapped file short would kill this one.
 */
#define _GNU_SOURCE
#include "weights/bytes.h"
#include "weights/weights.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A published checkpoint with its optimiser has 120 MB; nothing of use is ten times that. */
#define FILE_LIMIT ((off_t)1 << 30)

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

static int is_leveldb(const uint8_t *bytes, size_t size)
{
    return size >= 48 && !memcmp(bytes + size - 8, "\x57\xfb\x80\x8b\x24\x75\x47\xdb", 8);
}

/* In this order, as a safetensors header may be as long as a magic number says. */
static const struct {
    int (*is)(const uint8_t *bytes, size_t size);
    int (*parse)(DfWeights *weights, const uint8_t *bytes, size_t size);
    const char *name;
} containers[] = {
    { is_safetensors, df_safetensors_parse, "safetensors" },
    { is_zip, NULL, "PyTorch zip" },
    { is_pickle, NULL, "PyTorch legacy" },
    { is_leveldb, NULL, "TensorFlow" },
};

static int parse(DfWeights *weights, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < DF_COUNT(containers); i++) {
        if (!containers[i].is(bytes, size))
            continue;
        weights->container = containers[i].name;
        if (containers[i].parse)
            return containers[i].parse(weights, bytes, size);
        return df_error(-EINVAL, "%s: is a %s checkpoint, which cannot be read: convert it to safetensors first",
                        weights->name, containers[i].name);
    }
    return df_error(-EINVAL, "%s: is no safetensors file", weights->name);
}

/* --------------------------------------------------------------------------------------- files -- */

/* Non-blocking, so that a pipe without a writer does not hang before it is recognised and refused. */
static int open_regular(const char *path, size_t *size)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), error;
    if (fd < 0 || fstat(fd, &status) < 0) {
        error = df_error(-errno, "%s: cannot be opened: %s", path, strerror(errno));
        goto fail;
    }
    if (!S_ISREG(status.st_mode)) {
        error = df_error(-EINVAL, "%s: is not a regular file", path);
        goto fail;
    }
    if (status.st_size > FILE_LIMIT) {
        error = df_error(-EFBIG, "%s: has %lld bytes, expected at most %lld", path, (long long)status.st_size,
                         (long long)FILE_LIMIT);
        goto fail;
    }
    *size = status.st_size;
    return fd;
fail:
    if (fd >= 0)
        close(fd);
    return error;
}

static int read_all(const char *path, int fd, uint8_t *bytes, size_t size)
{
    while (size) {
        ssize_t count = read(fd, bytes, size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return df_error(-errno, "%s: cannot be read: %s", path, strerror(errno));
        if (!count)
            return df_error(-EIO, "%s: became shorter while it was read", path);
        bytes += count;
        size -= count;
    }
    return 0;
}

/* The file's bytes join those of the weights. */
static int load(DfWeights *weights, const char *path)
{
    if (df_list_grow((void **)&weights->files, weights->file_count, sizeof *weights->files) < 0)
        return -ENOMEM;
    DfFile *file = &weights->files[weights->file_count];
    *file = (DfFile){ 0 };
    int fd = open_regular(path, &file->size);
    if (fd < 0)
        return fd;
    weights->file_count++;
    file->path = df_strdup(path);
    file->bytes = df_alloc(file->size);
    int error = file->path && file->bytes ? read_all(path, fd, file->bytes, file->size) : -ENOMEM;
    close(fd);
    return error;
}

/* ------------------------------------------------------------------------------------- weights -- */

static int create(DfWeights **weights, const char *name)
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
    int error = create(&w, name);
    if (!error)
        error = parse(w, bytes, size);
    if (error < 0)
        df_weights_close(&w);
    else
        *weights = w;
    return error;
}

int df_weights_open(DfWeights **weights, const char *path)
{
    DfWeights *w = NULL;
    int error = create(&w, path);
    if (!error)
        error = load(w, path);
    if (!error)
        error = parse(w, w->files[0].bytes, w->files[0].size);
    if (error < 0)
        df_weights_close(&w);
    else
        *weights = w;
    return error;
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
    for (size_t i = 0; i < w->file_count; i++) {
        df_free(w->files[i].path);
        df_free(w->files[i].bytes);
    }
    df_free(w->tensors);
    df_free(w->meta);
    df_free(w->files);
    df_free(w->name);
    df_free(w);
    *weights = NULL;
}
