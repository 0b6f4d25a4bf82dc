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
#include <sys/stat.h>

#include "base.h"
#include "cli/film.h"
#include "cli/picture.h"
#include "weights/bytes.h"
#include "weights/file.h"
#include "weights/output.h"

/** Most bytes of heldout.txt. */
#define HELD_OUT_LIMIT ((uint64_t)16 << 20)

/** What a walk fills, and what it leaves out. */
typedef struct Walk {
    DfTrainList *list;
    char *held_out;    /* text of heldout.txt; NULL: none */
    const char *sheet; /* the run's own picture */
} Walk;

/** A folder that is walked, and those that it lies in. */
typedef struct Folder {
    const char *path;
    struct stat status;
    const struct Folder *parent; /* NULL: the first one */
} Folder;

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
static int add_file(const Walk *walk, char *path)
{
    DfTrainList *list = walk->list;
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    int is_film = df_film_is_named(name), is_held = is_line(walk->held_out, name), ret = 0;
    if ((is_film || df_picture_is_named(name)) && !df_output_is(walk->sheet, path)) {
        list->held_out += is_held;
        if (!is_held)
            ret = df_list_grow((void **)&list->files, list->count, sizeof *list->files);
        if (!is_held && !ret) {
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

/** Whether a link leads back to a folder that is being walked. */
static int is_walked(const Folder *folder, const struct stat *status)
{
    for (; folder; folder = folder->parent)
        if (folder->status.st_dev == status->st_dev && folder->status.st_ino == status->st_ino)
            return 1;
    return 0;
}

static int walk_folder(const Walk *walk, const Folder *folder)
{
    struct dirent **entries;
    int count = scandir(folder->path, &entries, is_shown, by_bytes), ret = 0;
    if (count < 0)
        return df_error(-errno, "%s: cannot be read: %s", folder->path, strerror(errno));
    for (int i = 0; i < count; i++) {
        char *path = ret ? NULL : df_text("%s/%s", folder->path, entries[i]->d_name);
        Folder next = { .path = path, .parent = folder };
        int is_there = path && !stat(path, &next.status);
        if (!ret && !path)
            ret = -ENOMEM;
        if (is_there && S_ISDIR(next.status.st_mode) && !is_walked(folder, &next.status))
            ret = walk_folder(walk, &next);
        if (is_there && S_ISREG(next.status.st_mode))
            ret = add_file(walk, path);
        else
            df_free(path);
        free(entries[i]);
    }
    free(entries);
    return ret;
}

int df_train_list(DfTrainList *list, const char *path, const char *sheet)
{
    Walk walk = { list, NULL, sheet };
    char *copy = df_strdup(path);
    Folder folder = { .path = copy };
    *list = (DfTrainList){ 0 };
    if (!copy)
        return -ENOMEM;
    for (size_t length = strlen(copy); length > 1 && copy[length - 1] == '/'; length--)
        copy[length - 1] = 0;
    if (stat(copy, &folder.status) < 0) {
        df_free(copy);
        return df_error(-errno, "%s: cannot be read: %s", path, strerror(errno));
    }
    if (!S_ISDIR(folder.status.st_mode))
        return add_file(&walk, copy);
    int ret = read_held_out(&walk.held_out, copy);
    if (!ret)
        ret = walk_folder(&walk, &folder);
    df_free(walk.held_out);
    df_free(copy);
    return ret;
}

void df_train_list_free(DfTrainList *list)
{
    for (size_t i = 0; i < list->count; i++)
        df_free(list->files[i].path);
    df_free(list->files);
    *list = (DfTrainList){ 0 };
}
