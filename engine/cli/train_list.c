/**
 * @file
 * Folders walked in the order of names.
 */
#define _GNU_SOURCE
#include "cli/train_list.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base.h"
#include "cli/picture.h"
#include "weights/bytes.h"
#include "weights/file.h"

/** Most bytes of heldout.txt. */
#define HELD_OUT_LIMIT ((uint64_t)16 << 20)

/** Folders in one another: a link may lead to one that it lies in. */
enum { MOST_DEPTH = 16 };

static int names_film(const char *name)
{
    static const char *const ends[] = { "mp4", "mkv", "mov", "webm", "avi", "m4v", "mpg", "mpeg", "ts", "mts", "m2ts",
                                        "ogv", "flv", "wmv", "mxf", "y4m" };
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < DF_COUNT(ends); i++)
        if (!strcasecmp(dot + 1, ends[i]))
            return 1;
    return 0;
}

/** Whether a name is a line of a text, which ends with a 0. */
static int is_line(const char *text, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = text; at && *at;) {
        size_t line = strcspn(at, "\r\n");
        if (line == length && !strncmp(at, name, length))
            return 1;
        at += line + strspn(at + line, "\r\n");
    }
    return 0;
}

/** Read heldout.txt; none is fine. @param[out] names  from df_alloc(); NULL: none */
static int read_held_out(char **names, const char *folder)
{
    char *path = df_text("%s/heldout.txt", folder);
    DfFile file = { 0 };
    struct stat status;
    *names = NULL;
    int ret = path ? 0 : -ENOMEM;
    if (!ret && !stat(path, &status)) {
        ret = df_file_read(&file, path, HELD_OUT_LIMIT);
        *names = ret < 0 ? NULL : df_alloc(df_size_add(file.size, 1));
        if (*names)
            memcpy(*names, file.bytes, file.size);
        else if (!ret)
            ret = -ENOMEM;
    }
    df_file_free(&file);
    df_free(path);
    return ret;
}

/** Add a file, if it is one to train with. Owns `path` from here on. */
static int add_file(DfTrainList *list, char *path, const char *held_out)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    int is_film = names_film(name), is_held = is_line(held_out, name), ret = 0;
    list->held_out += is_held && (is_film || df_picture_is_named(name));
    if (!is_held && (is_film || df_picture_is_named(name))) {
        ret = df_list_grow((void **)&list->files, list->count, sizeof *list->files);
        if (!ret) {
            list->files[list->count++] = (DfTrainFile){ path, is_film };
            return 0;
        }
    }
    df_free(path);
    return ret;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int walk(DfTrainList *list, const char *folder, const char *held_out, int depth)
{
    struct dirent **entries;
    struct stat status;
    int count = scandir(folder, &entries, is_shown, by_bytes), ret = 0;
    if (count < 0)
        return df_error(-errno, "%s: cannot be read: %s", folder, strerror(errno));
    for (int i = 0; i < count; i++) {
        char *path = ret ? NULL : df_text("%s/%s", folder, entries[i]->d_name);
        int is_there = path && !stat(path, &status);
        if (!ret && !path)
            ret = -ENOMEM;
        if (is_there && S_ISDIR(status.st_mode) && depth < MOST_DEPTH)
            ret = walk(list, path, held_out, depth + 1);
        if (is_there && S_ISREG(status.st_mode))
            ret = add_file(list, path, held_out);
        else
            df_free(path);
        free(entries[i]);
    }
    free(entries);
    return ret;
}

int df_train_list(DfTrainList *list, const char *path)
{
    struct stat status;
    char *held_out = NULL, *folder = df_strdup(path);
    *list = (DfTrainList){ 0 };
    if (!folder)
        return -ENOMEM;
    for (size_t length = strlen(folder); length > 1 && folder[length - 1] == '/'; length--)
        folder[length - 1] = 0;
    int ret = stat(folder, &status) < 0 ? df_error(-errno, "%s: cannot be read: %s", path, strerror(errno)) : 0;
    if (!ret && !S_ISDIR(status.st_mode)) {
        ret = add_file(list, folder, NULL);
        folder = NULL;
    } else if (!ret) {
        ret = read_held_out(&held_out, folder);
        if (!ret)
            ret = walk(list, folder, held_out, 0);
    }
    df_free(held_out);
    df_free(folder);
    return ret;
}

void df_train_list_free(DfTrainList *list)
{
    for (size_t i = 0; i < list->count; i++)
        df_free(list->files[i].path);
    df_free(list->files);
    *list = (DfTrainList){ 0 };
}
