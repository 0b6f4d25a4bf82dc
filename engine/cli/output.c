/**
 * @file
 * Files written so that a half-written one never has the name that was asked for.
 */
#define _GNU_SOURCE
#include "cli/cli.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"

int df_output_is(const char *path, const char *read)
{
    struct stat first, second;
    return !stat(path, &first) && !stat(read, &second) && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

/*
 * The file that a name stands for: at the end of its symbolic links, where there are any, so that they stay.
 * `real` has room for PATH_MAX characters.
 */
static int resolve(const char *path, char *real)
{
    struct stat status;
    if (strlen(path) >= PATH_MAX - 16)
        return df_error(-ENAMETOOLONG, "%.80s...: cannot be written: %s", path, strerror(ENAMETOOLONG));
    if (!realpath(path, real))
        strcpy(real, path);
    if (!stat(real, &status) && !S_ISREG(status.st_mode))
        return df_error(-EINVAL, "%s: cannot be written: it is not a regular file", path);
    return 0;
}

int df_output_writable(const char *path)
{
    char real[PATH_MAX];
    int error = resolve(path, real);
    if (error < 0)
        return error;
    char *slash = strrchr(real, '/');
    if (slash)
        slash[slash == real] = 0;
    if (access(slash ? real : ".", W_OK | X_OK) < 0)
        return df_error(-errno, "%s: cannot be written: %s", path, strerror(errno));
    return 0;
}

static int write_all(int fd, const uint8_t *bytes, size_t size)
{
    while (size) {
        ssize_t count = write(fd, bytes, size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -errno;
        bytes += count;
        size -= count;
    }
    return 0;
}

/* Files made by mkstemp() are their owner's alone; this one is to be as if it had been opened as usual. */
static int set_mode(int fd, const char *real)
{
    struct stat status;
    mode_t mask = umask(0);
    umask(mask);
    mode_t mode = stat(real, &status) ? 0666 & ~mask : status.st_mode & 07777;
    return fchmod(fd, mode) < 0 ? -errno : 0;
}

int df_output_write(const char *path, const void *bytes, size_t size)
{
    char real[PATH_MAX], beside[PATH_MAX + 16];
    int error = resolve(path, real);
    if (error < 0)
        return error;
    snprintf(beside, sizeof beside, "%s.XXXXXX", real);
    int fd = mkstemp(beside);
    if (fd < 0)
        return df_error(-errno, "%s: cannot be written: %s", path, strerror(errno));
    error = write_all(fd, bytes, size);
    if (!error)
        error = set_mode(fd, real);
    if (close(fd) < 0 && !error)
        error = -errno;
    if (!error && rename(beside, real) < 0)
        error = -errno;
    if (error) {
        unlink(beside);
        df_error(error, "%s: cannot be written: %s", path, strerror(-error));
    }
    return error;
}
