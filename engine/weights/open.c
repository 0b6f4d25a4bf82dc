/**
 * @file
 * A file's bytes, read whole, and the container that its first bytes tell of.
 *
 * Read, not mapped: another process that cuts a mapped file short would kill this one.
 */
#define _GNU_SOURCE
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
    const char *name; /* of a container that is told but not read */
} containers[] = {
    { is_safetensors, df_safetensors_parse, NULL },
    { is_zip, NULL, "a PyTorch checkpoint (zip)" },
    { is_pickle, NULL, "a PyTorch checkpoint (pickle)" },
    { is_leveldb, NULL, "a TensorFlow checkpoint's index" },
};

static int parse(DfWeights *weights, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < DF_COUNT(containers); i++) {
        if (!containers[i].is(bytes, size))
            continue;
        if (containers[i].parse)
            return containers[i].parse(weights, bytes, size);
        return df_error(-EINVAL, "%s: is %s, which cannot be read: convert it to safetensors first",
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

static int load(const char *path, uint8_t **bytes, size_t *size)
{
    int fd = open_regular(path, size);
    if (fd < 0)
        return fd;
    *bytes = df_alloc(*size);
    int error = *bytes ? read_all(path, fd, *bytes, *size) : -ENOMEM;
    close(fd);
    return error;
}

/* ------------------------------------------------------------------------------------- weights -- */

/* Takes over `file`, which may be NULL where the bytes are somebody else's. */
static int create(DfWeights **weights, const char *name, uint8_t *file, const uint8_t *bytes, size_t size)
{
    int error = -ENOMEM;
    DfWeights *w = df_alloc(sizeof *w);
    if (!w) {
        df_free(file);
        return error;
    }
    w->file = file;
    w->name = df_strdup(name);
    if (w->name)
        error = parse(w, bytes, size);
    if (error < 0)
        df_weights_close(&w);
    else
        *weights = w;
    return error;
}

int df_weights_parse(DfWeights **weights, const char *name, const uint8_t *bytes, size_t size)
{
    return create(weights, name, NULL, bytes, size);
}

int df_weights_open(DfWeights **weights, const char *path)
{
    uint8_t *file = NULL;
    size_t size = 0;
    int error = load(path, &file, &size);
    if (error < 0) {
        df_free(file);
        return error;
    }
    return create(weights, path, file, file, size);
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
    df_free(w->tensors);
    df_free(w->meta);
    df_free(w->file);
    df_free(w->name);
    df_free(w);
    *weights = NULL;
}
