/**
 * @file
 * Names to files. In a folder of TensorFlow's a text file tells which checkpoint is the latest:
 *
 *     model_checkpoint_path: "snap-0"
 *     all_model_checkpoint_paths: "snap-0"
 *
 * The path is relative to the folder, or where the checkpoint was when it was trained, on whose machine ever.
 */
#include "weights/locate.h"
#include "weights/bytes.h"
#include "weights/file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define LIST "checkpoint"
#define LIST_AS_TEXT LIST ".txt" /* as sites that show files save it */
#define LIST_LIMIT (1 << 20)
#define KEY "model_checkpoint_path"

/* ---------------------------------------------------------------------------------- text proto -- */

static int is_word(int byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           (byte > 0 && strchr("_.+-", byte));
}

/** White space, and comments to the end of their line. */
static void skip_space(DfBytes *text)
{
    for (int comment = 0;; df_bytes_next(text)) {
        int byte = df_bytes_peek(text);
        if (byte == '#')
            comment = 1;
        if (byte == '\n')
            comment = 0;
        if (byte < 0 || (!comment && byte != ' ' && (byte < '\t' || byte > '\r')))
            return;
    }
}

static DfBytes take_word(DfBytes *text)
{
    DfBytes word = *text;
    while (is_word(df_bytes_peek(text)))
        df_bytes_next(text);
    word.end = text->at;
    return word;
}

/** A digit of that base, taken; -1 where there is none. */
static int take_digit(DfBytes *text, int base)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    int byte = df_bytes_peek(text);
    const char *at = byte > 0 ? strchr(digits, byte) : NULL;
    int digit = !at ? base : at - digits < 16 ? at - digits : at - digits - 6;
    if (digit >= base)
        return -1;
    df_bytes_next(text);
    return digit;
}

/** What follows a backslash, as in C. @return the byte, -1 where it is none */
static int take_escape(DfBytes *text)
{
    static const char names[] = "abfnrtv\\'\"?", values[] = "\a\b\f\n\r\t\v\\'\"?";
    int value = take_digit(text, 8);
    if (value >= 0) {
        for (int i = 0, digit; i < 2 && (digit = take_digit(text, 8)) >= 0; i++)
            value = 8 * value + digit;
        return value & 255;
    }
    int byte = df_bytes_next(text);
    if (byte == 'x' || byte == 'X') {
        value = take_digit(text, 16);
        int digit = value < 0 ? -1 : take_digit(text, 16);
        return digit < 0 ? value : 16 * value + digit;
    }
    const char *name = byte > 0 ? strchr(names, byte) : NULL;
    return name ? values[name - names] : -1;
}

/** A text in quotes. @param out  gets it; room for as many bytes as are left   @return 0, -EINVAL */
static int take_quoted(DfBytes *text, char *out)
{
    int quote = df_bytes_next(text);
    for (;;) {
        int byte = df_bytes_next(text);
        if (byte == quote)
            break;
        if (byte == '\\')
            byte = take_escape(text);
        if (byte <= 0 || byte == '\n')
            return -EINVAL;
        *out++ = byte;
    }
    *out = 0;
    return 0;
}

/** The value of the last field of that name, as protocol buffers have it. @return 0, -EINVAL */
static int read_list(DfBytes text, char *prefix, char *scratch)
{
    *prefix = 0;
    for (;;) {
        skip_space(&text);
        if (df_bytes_peek(&text) < 0)
            return *prefix ? 0 : -EINVAL;
        DfBytes key = take_word(&text);
        skip_space(&text);
        if (!df_bytes_left(&key) || df_bytes_next(&text) != ':')
            return -EINVAL;
        skip_space(&text);
        if (df_bytes_peek(&text) != '"' && df_bytes_peek(&text) != '\'') {
            DfBytes number = take_word(&text);
            if (!df_bytes_left(&number))
                return -EINVAL;
        } else if (take_quoted(&text, df_bytes_equal(&key, KEY) ? prefix : scratch) < 0) {
            return -EINVAL;
        }
    }
}

/* -------------------------------------------------------------------------------------- folders -- */

/** What the folder's list names. */
static int find_prefix(const char *list, char **prefix)
{
    DfFile file;
    int ret = df_file_read(&file, list, LIST_LIMIT);
    if (ret < 0)
        return ret;
    *prefix = df_alloc(file.size + 1);
    char *scratch = df_alloc(file.size + 1);
    ret = *prefix && scratch ? 0 : -ENOMEM;
    if (!ret && read_list(df_bytes(file.bytes, file.size), *prefix, scratch) < 0)
        ret = df_error(-EINVAL, "%s: is no list of TensorFlow checkpoints: name the .index file instead",
                       list);
    df_free(scratch);
    df_file_free(&file);
    return ret;
}

static int is_file(const char *path)
{
    struct stat status;
    return !stat(path, &status) && S_ISREG(status.st_mode);
}

/** The last part of a path from any system. */
static const char *base_name(const char *path)
{
    const char *base = path;
    for (; *path; path++)
        if ((*path == '/' || *path == '\\') && path[1])
            base = path + 1;
    return base;
}

/** The index of a checkpoint where its list says it is, else beside the list. */
static int find_index(const char *folder, const char *slash, const char *list, const char *prefix,
                      char **path)
{
    *path = *prefix == '/' ? df_text("%s.index", prefix) : df_text("%s%s%s.index", folder, slash, prefix);
    if (!*path || is_file(*path))
        return *path ? 0 : -ENOMEM;
    df_free(*path);
    *path = df_text("%s%s%s.index", folder, slash, base_name(prefix));
    if (!*path || is_file(*path))
        return *path ? 0 : -ENOMEM;
    return df_error(-ENOENT, "%s: names the checkpoint '%.200s', but there is no %s", list, prefix, *path);
}

/** The folder's list, where there is one. @return 0, a negative errno */
static int find_list(const char *folder, const char *slash, char **list)
{
    static const char *const names[] = { LIST, LIST_AS_TEXT };
    struct stat status;
    int ret = 0;
    for (size_t i = 0; i < DF_COUNT(names); i++) {
        df_free(*list);
        *list = df_text("%s%s%s", folder, slash, names[i]);
        if (!*list)
            return -ENOMEM;
        ret = stat(*list, &status) < 0 ? -errno : 0;
        if (ret != -ENOENT)
            return ret;
    }
    return ret;
}

static int locate_in(const char *folder, char **path)
{
    const char *slash = *folder && folder[strlen(folder) - 1] == '/' ? "" : "/";
    char *list = NULL, *prefix = NULL;
    int ret = find_list(folder, slash, &list);
    if (ret < 0 && list)
        df_error(ret, "%s: is a folder, in which no file '" LIST "' tells of a TensorFlow checkpoint: name "
                 "the model's file, of TensorFlow's the .index", folder);
    if (!ret)
        ret = find_prefix(list, &prefix);
    if (!ret)
        ret = find_index(folder, slash, list, prefix, path);
    df_free(prefix);
    df_free(list);
    return ret;
}

/* ---------------------------------------------------------------------------------------- files -- */

/** Whether a name is PREFIX.data-00000-of-00001, and how long the prefix is. */
static int is_shard(const char *name, int *length)
{
    static const char pattern[] = ".data-00000-of-00001";
    size_t size = strlen(name), tail = sizeof pattern - 1;
    if (size <= tail)
        return 0;
    *length = size - tail;
    name += *length;
    for (size_t i = 0; i < tail; i++)
        if (pattern[i] == '0' || pattern[i] == '1' ? name[i] < '0' || name[i] > '9' : name[i] != pattern[i])
            return 0;
    return 1;
}

static int is_graph(const char *name, int *length)
{
    size_t size = strlen(name);
    *length = size - DF_MIN(size, 5);
    return size > 5 && !strcmp(name + *length, ".meta");
}

/** Parts of a checkpoint that are not the one to name. */
static int check_part(const char *name)
{
    int length;
    if (is_shard(name, &length))
        return df_error(-EINVAL, "%s: holds values of a TensorFlow checkpoint: name its index, %.*s.index",
                        name, length, name);
    if (is_graph(name, &length))
        return df_error(-EINVAL, "%s: holds the graph of a TensorFlow checkpoint: name its index, %.*s.index",
                        name, length, name);
    return 0;
}

int df_weights_locate(const char *name, char **path)
{
    struct stat status;
    *path = NULL;
    int ret = stat(name, &status) < 0 ? -errno : 0;
    if (ret == -ENOENT && *name) {
        *path = df_text("%s.index", name);
        if (!*path)
            return -ENOMEM;
        ret = is_file(*path) ? 0 : -ENOENT;
    } else if (!ret && S_ISDIR(status.st_mode)) {
        ret = locate_in(name, path);
    } else if (!ret && !S_ISREG(status.st_mode)) {
        ret = df_error(-EINVAL, "%s: is not a regular file", name);
    } else if (!ret && !(ret = check_part(name))) {
        *path = df_strdup(name);
        ret = *path ? 0 : -ENOMEM;
    }
    if (ret < 0) {
        df_free(*path);
        *path = NULL;
    }
    return ret;
}
