/**
 * @file
 * Files written so that a half-written one never has the name that was asked for.
 */
#define _GNU_SOURCE
#include "weights/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"

/* Temporary names that are tried: those of runs that were killed may be in the way. */
#define TRIES 100
/* Characters that a temporary name has more than the place's, and of an ending that it keeps, at most. */
#define MORE 32
#define MOST_SUFFIX 8

/* ---------------------------------------------------------------------------------------- places -- */

int df_output_is(const char *path, const char *read)
{
    struct stat first, second;
    return !stat(path, &first) && !stat(read, &second) && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

/**
 * The file that a name stands for: at the end of its symbolic links, where there are any, so that they stay;
 * one that leads nowhere is replaced. `real` has room for PATH_MAX characters.
 */
static int resolve(const char *path, char *real)
{
    struct stat status;
    if (strlen(path) >= PATH_MAX - MORE)
        return df_error(-ENAMETOOLONG, "%.80s...: cannot be written: %s", path, strerror(ENAMETOOLONG));
    size_t length = strlen(path);
    if (length && path[length - 1] == '/')
        return df_error(-EISDIR, "%s: cannot be written: it names a folder, and a file is wanted", path);
    if (!realpath(path, real))
        strcpy(real, path);
    if (!stat(real, &status) && !S_ISREG(status.st_mode))
        return df_error(-EINVAL, "%s: cannot be written: it is not a regular file", path);
    return 0;
}

/** The folder that a name lies in, as the name has it; a name may end in slashes. `folder` has PATH_MAX characters. */
static void folder_of(const char *path, char *folder)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    while (length && path[length - 1] != '/')
        length--;
    while (length > 1 && path[length - 1] == '/')
        length--;
    snprintf(folder, PATH_MAX, "%.*s", length ? (int)length : 1, length ? path : ".");
}

int df_output_refused(const char *path, const char *what, int error)
{
    char folder[PATH_MAX];
    struct stat status;
    folder_of(path, folder);
    if (stat(folder, &status) < 0 && errno == ENOENT)
        return df_error(-ENOENT, "%s: cannot be %s: there is no folder %s, make it first", path, what, folder);
    if (!stat(folder, &status) && !S_ISDIR(status.st_mode))
        return df_error(-ENOTDIR, "%s: cannot be %s: %s is no folder", path, what, folder);
    return df_error(error, "%s: cannot be %s: %s", path, what, strerror(-error));
}

int df_output_writable(const char *path)
{
    char real[PATH_MAX], folder[PATH_MAX];
    int ret = resolve(path, real);
    if (ret < 0)
        return ret;
    folder_of(real, folder);
    return access(folder, W_OK | X_OK) < 0 ? df_output_refused(path, "written", -errno) : 0;
}

/* ---------------------------------------------------------------------------------------- bytes -- */

/**
 * A new file beside the place, for its owner alone where there is one in the place. `name` has room for the place and
 * MORE characters.
 * @param suffix  of the name, at most MOST_SUFFIX characters
 * @return its descriptor
 */
static int create_beside(const char *real, const char *suffix, char *name)
{
    int fd = -1;
    for (int i = 0; i < TRIES && fd < 0; i++) {
        sprintf(name, "%s.%ld-%d.part%s", real, (long)getpid(), i, suffix);
        fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, access(real, F_OK) ? 0666 : 0600);
        if (fd < 0 && errno != EEXIST)
            break;
    }
    return fd < 0 ? -errno : fd;
}

/**
 * Put a file that has been written into its place, with the mode of the one there; it is deleted after an error.
 * @param ret  of what wrote it
 */
static int finish(int fd, const char *name, const char *real, int ret)
{
    struct stat status;
    if (!ret && !stat(real, &status) && fchmod(fd, status.st_mode & 07777) < 0)
        ret = -errno;
    /* Some file systems cannot tell. */
    if (!ret && fsync(fd) < 0 && errno != EINVAL)
        ret = -errno;
    if (close(fd) < 0 && !ret)
        ret = -errno;
    if (!ret && rename(name, real) < 0)
        ret = -errno;
    if (ret < 0)
        unlink(name);
    return ret;
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

/** @return 0 or a negative errno, without a cause in words */
static int write_beside(const char *real, const DfOutPart *parts, size_t count)
{
    char name[PATH_MAX + MORE];
    int ret = 0, fd = create_beside(real, "", name);
    if (fd < 0)
        return fd;
    for (size_t i = 0; !ret && i < count; i++)
        ret = write_all(fd, parts[i].bytes, parts[i].size);
    return finish(fd, name, real, ret);
}

/* ------------------------------------------------------------------------------------- signals -- */

/** Those that end a program by default: they wait until no half-written file is left. */
static const int stopping[] = { SIGINT, SIGTERM, SIGHUP, SIGXFSZ };

static volatile sig_atomic_t noted;

/** A file beyond the user's limit makes the write itself fail. */
static void note(int number)
{
    if (number != SIGXFSZ)
        noted = number;
}

/**
 * A signal that the host already handles or ignores keeps its handler; so does one that is held already.
 * @return a bit for each that is held
 */
static unsigned hold_signals(struct sigaction *before)
{
    struct sigaction holding = { .sa_handler = note, .sa_flags = SA_RESTART };
    sigemptyset(&holding.sa_mask);
    unsigned held = 0;
    for (size_t i = 0; i < DF_COUNT(stopping); i++)
        if (!sigaction(stopping[i], NULL, &before[i]) && before[i].sa_handler == SIG_DFL &&
            !sigaction(stopping[i], &holding, NULL))
            held |= 1u << i;
    return held;
}

/** What was not held stays: a handler for one signal (SA_RESETHAND) may have had it meanwhile. */
static void release_signals(const struct sigaction *before, unsigned held)
{
    for (size_t i = 0; i < DF_COUNT(stopping); i++)
        if (held >> i & 1)
            sigaction(stopping[i], &before[i], NULL);
    int number = held ? noted : 0;
    if (held)
        noted = 0;
    if (number)
        raise(number);
}

/* -------------------------------------------------------------------------------------- public -- */

int df_output_write(const char *path, const DfOutPart *parts, size_t count)
{
    struct sigaction before[DF_COUNT(stopping)];
    char real[PATH_MAX];
    int ret = resolve(path, real);
    if (ret < 0)
        return ret;
    unsigned held = hold_signals(before);
    ret = write_beside(real, parts, count);
    release_signals(before, held);
    return ret < 0 ? df_output_refused(path, "written", ret) : 0;
}

int df_output_make(const char *path, int (*make)(const char *name, const void *opaque), const void *opaque)
{
    struct sigaction before[DF_COUNT(stopping)];
    char real[PATH_MAX], name[PATH_MAX + MORE];
    int ret = resolve(path, real);
    if (ret < 0)
        return ret;
    const char *slash = strrchr(real, '/'), *dot = strrchr(slash ? slash : real, '.');
    unsigned held = hold_signals(before);
    int fd = ret = create_beside(real, dot && strlen(dot) <= MOST_SUFFIX ? dot : "", name);
    if (fd >= 0)
        ret = finish(fd, name, real, make(name, opaque));
    release_signals(before, held);
    return ret < 0 ? df_output_refused(path, "written", ret) : 0;
}

int df_output_text(const char *path, int (*put)(FILE *to, const void *opaque), const void *opaque)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    if (!to)
        return -ENOMEM;
    int ret = put(to, opaque), is_short = ferror(to);
    /* `text` and `size` are set by fclose(). */
    is_short |= fclose(to) || !text;
    if (ret >= 0)
        ret = is_short ? -ENOMEM : df_output_write(path, &(DfOutPart){ text, size }, 1);
    free(text);
    return ret;
}
