/**
 * @file
 * Inputs as files, for what takes names: a folder of the process's own, gone at its end.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "weights/leveldb.h"

#define MOST_FILES 16

static char folder[PATH_MAX];
static char *names[MOST_FILES]; /* of the files made so far */

static void remove_all(void)
{
    for (int i = 0; i < MOST_FILES && names[i]; i++)
        unlink(names[i]);
    rmdir(folder);
}

/** In memory where the system has such a place: a disk would take most of the time. */
const char *fuzz_folder(void)
{
    if (*folder)
        return folder;
    snprintf(folder, sizeof folder, "%s/deepfill-fuzz-XXXXXX",
             access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
    FUZZ_CHECK(mkdtemp(folder));
    atexit(remove_all);
    return folder;
}

/** Files stay between runs: to write one anew is quicker than to make it. */
static const char *find_name(const char *name)
{
    char *path = NULL;
    FUZZ_CHECK(asprintf(&path, "%s/%s", fuzz_folder(), name) > 0);
    for (int i = 0; i < MOST_FILES; i++) {
        if (!names[i])
            return names[i] = path;
        if (!strcmp(names[i], path)) {
            fuzz_free(path);
            return names[i];
        }
    }
    FUZZ_CHECK(!"too many files");
    return NULL;
}

const char *fuzz_file(const char *name, const uint8_t *bytes, size_t size)
{
    const char *path = find_name(name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FUZZ_CHECK(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
    close(fd);
    return path;
}

const char *fuzz_checkpoint(const uint8_t *bytes, size_t size)
{
    DfBytes parts[FUZZ_PARTS];
    char name[40];
    int count = fuzz_parts(bytes, size, parts);
    if (count < 2 || !df_leveldb_is(parts[0].at, df_bytes_left(&parts[0])))
        return fuzz_file("FILE", bytes, size);
    for (int i = 1; i < count; i++) {
        snprintf(name, sizeof name, "snap-0.data-%05d-of-%05d", i - 1, count - 1);
        fuzz_file(name, parts[i].at, df_bytes_left(&parts[i]));
    }
    return fuzz_file("snap-0.index", parts[0].at, df_bytes_left(&parts[0]));
}
