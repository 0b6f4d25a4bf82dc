/**
 * @file
 * Files' bytes. Read, not mapped: another process that cuts a mapped file short would kill this one.
 */
#define _GNU_SOURCE
#include "weights/file.h"
#include "weights/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/** Non-blocking, so that a pipe without a writer does not hang before it is recognised and refused. */
static int open_regular(const char *path, uint64_t limit, uint64_t *size)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), ret;
    if (fd < 0 || fstat(fd, &status) < 0) {
        ret = df_error(-errno, "%s: cannot be opened: %s", path, strerror(errno));
        goto fail;
    }
    if (!S_ISREG(status.st_mode)) {
        ret = df_error(-EINVAL, "%s: is not a regular file", path);
        goto fail;
    }
    *size = status.st_size;
    if (*size > limit) {
        ret = df_error(-EFBIG, "%s: has %" PRIu64 " bytes, expected at most %" PRIu64, path, *size, limit);
        goto fail;
    }
    return fd;
fail:
    if (fd >= 0)
        close(fd);
    return ret;
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

int df_file_measure(const char *path, uint64_t *size)
{
    int fd = open_regular(path, UINT64_MAX, size);
    if (fd < 0)
        return fd;
    close(fd);
    return 0;
}

int df_file_read(DfFile *file, const char *path, uint64_t limit)
{
    uint64_t size;
    *file = (DfFile){ 0 };
    int fd = open_regular(path, DF_MIN(limit, SIZE_MAX), &size);
    if (fd < 0)
        return fd;
    file->size = size;
    file->path = df_strdup(path);
    file->bytes = df_alloc(size);
    int ret = file->path && file->bytes ? read_all(path, fd, file->bytes, size) : -ENOMEM;
    close(fd);
    if (ret < 0)
        df_file_free(file);
    return ret;
}

void df_file_free(DfFile *file)
{
    df_free(file->path);
    df_free(file->bytes);
    *file = (DfFile){ 0 };
}

int df_weights_load(DfWeights *weights, const char *path)
{
    uint64_t limit = DF_FILE_LIMIT;
    for (size_t i = 0; i < weights->file_count; i++)
        limit -= weights->files[i].size;
    if (df_list_grow((void **)&weights->files, weights->file_count, sizeof *weights->files) < 0)
        return -ENOMEM;
    int ret = df_file_read(&weights->files[weights->file_count], path, limit);
    if (!ret)
        weights->file_count++;
    return ret;
}
