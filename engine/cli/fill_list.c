/**
 * @file
 * The pictures of `deepfill fill`: names and folders to a list, each picture with its mask and output.
 */
#define _GNU_SOURCE
#include "cli/fill.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base.h"
#include "weights/bytes.h"
#include "weights/output.h"

/* --------------------------------------------------------------------------------------- names -- */

int df_fill_is_folder(const char *path)
{
    struct stat status;
    return !stat(path, &status) && S_ISDIR(status.st_mode);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/** Characters of a name before its last dot. */
static int stem_length(const char *name)
{
    const char *dot = strrchr(name, '.');
    return (int)(dot && dot > name ? dot - name : (ptrdiff_t)strlen(name));
}

static int same_stem(const char *a, const char *b)
{
    int length = stem_length(a);
    return length == stem_length(b) && !strncmp(a, b, length);
}

/** A folder's file: `length` characters of its name, and an end. @return it, from df_alloc(), or NULL */
static char *join(const char *folder, const char *name, int length, const char *end)
{
    const char *slash = folder[strlen(folder) - 1] == '/' ? "" : "/";
    return df_text("%s%s%.*s%s", folder, slash, length, name, end);
}

/** Whether a folder's file is a picture, by its name. */
static int names_picture(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && df_picture_is_named(entry->d_name);
}

/** A folder's pictures, in the order of their names. */
typedef struct Folder {
    const char *path;
    struct dirent **entries;
    int count;
} Folder;

static int scan(Folder *folder, const char *path)
{
    *folder = (Folder){ .path = path };
    int count = scandir(path, &folder->entries, names_picture, alphasort);
    if (count < 0)
        return df_error(-errno, "%s: cannot be read: %s", path, strerror(errno));
    folder->count = count;
    return 0;
}

static void free_folder(Folder *folder)
{
    for (int i = 0; i < folder->count; i++)
        free(folder->entries[i]);
    free(folder->entries);
    *folder = (Folder){ 0 };
}

/* --------------------------------------------------------------------------------------- items -- */

/** Of the masks in a folder, that of the picture's name, whatever its format; the same name goes before. */
static int find_mask(DfFillItem *item, const Folder *masks)
{
    const char *name = base_name(item->image), *found = NULL, *other = NULL;
    for (int i = 0; i < masks->count; i++) {
        const char *mask = masks->entries[i]->d_name;
        if (!strcmp(mask, name)) {
            found = mask, other = NULL;
            break;
        }
        if (same_stem(mask, name))
            other = found, found = mask;
    }
    if (!found)
        item->problem = df_text("%s: has no mask: there is no %.*s.png, say, in %s", item->image,
                                stem_length(name), name, masks->path);
    else if (other)
        item->problem = df_text("%s: has several masks in %s: %s and %s", item->image, masks->path, other, found);
    else
        item->mask = item->mask_found = join(masks->path, found, (int)strlen(found), "");
    return item->problem || item->mask ? 0 : -ENOMEM;
}

/** In the output's folder pictures keep their names, but for those whose format is not written. */
static char *name_output(const char *folder, const char *image)
{
    const char *name = base_name(image);
    if (df_picture_container(name) == DF_OTHER)
        return join(folder, name, stem_length(name), ".png");
    return join(folder, name, (int)strlen(name), "");
}

/** Add a picture. Owns `image` from here on, also where it fails. */
static int add_item(DfFillList *list, const DfFillWish *wish, const Folder *masks, char *image)
{
    if (!image || df_list_grow((void **)&list->items, list->count, sizeof *list->items) < 0) {
        df_free(image);
        return -ENOMEM;
    }
    DfFillItem *item = &list->items[list->count++];
    *item = (DfFillItem){ .image = image, .mask = masks->path ? NULL : wish->mask };
    item->out = list->several ? name_output(wish->out, image) : df_strdup(wish->out);
    if (!item->out)
        return -ENOMEM;
    return masks->path ? find_mask(item, masks) : 0;
}

static int check_other_folder(const char *out, const char *folder)
{
    if (!df_output_is(out, folder))
        return 0;
    return df_error(-EINVAL, "%s: is a folder that is read, whose pictures would be replaced: name another", out);
}

/** A folder's pictures. */
static int add_folder(DfFillList *list, const DfFillWish *wish, const Folder *masks, const char *path)
{
    Folder folder;
    size_t before = list->count;
    int ret = scan(&folder, path);
    for (int i = 0; i < folder.count && !ret; i++) {
        const char *name = folder.entries[i]->d_name;
        char *image = join(path, name, (int)strlen(name), "");
        if (image && df_fill_is_folder(image))
            df_free(image);
        else
            ret = add_item(list, wish, masks, image);
    }
    free_folder(&folder);
    if (!ret && list->count == before)
        ret = df_error(-ENOENT, "%s: holds no picture", path);
    return ret;
}

/** One picture, whose folder is not to be that of the output either. */
static int add_file(DfFillList *list, const DfFillWish *wish, const Folder *masks, const char *path)
{
    char *folder = df_strdup(path);
    if (!folder)
        return -ENOMEM;
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = 0;
    int ret = list->several ? check_other_folder(wish->out, slash ? folder : ".") : 0;
    df_free(folder);
    return ret ? ret : add_item(list, wish, masks, df_strdup(path));
}

/* ---------------------------------------------------------------------------------------- list -- */

static int by_output(const void *a, const void *b)
{
    const DfFillItem *const *first = a, *const *second = b;
    return strcmp((*first)->out, (*second)->out);
}

/** No two pictures may become one file. */
static int check_outputs(const DfFillList *list)
{
    const DfFillItem **items = df_alloc(df_size_mul(list->count, sizeof *items));
    int ret = items ? 0 : -ENOMEM;
    for (size_t i = 0; !ret && i < list->count; i++)
        items[i] = &list->items[i];
    if (!ret)
        qsort(items, list->count, sizeof *items, by_output);
    for (size_t i = 1; !ret && i < list->count; i++)
        if (!strcmp(items[i - 1]->out, items[i]->out))
            ret = df_error(-EEXIST, "%s: would be written twice, from %s and from %s", items[i]->out,
                           items[i - 1]->image, items[i]->image);
    df_free(items);
    return ret;
}

static int make_folder(const char *path)
{
    if (mkdir(path, 0777) < 0 && errno != EEXIST)
        return df_output_refused(path, "made", -errno);
    if (!df_fill_is_folder(path))
        return df_error(-ENOTDIR, "%s: is to hold several pictures, and is no folder", path);
    return 0;
}

int df_fill_several(const DfFillWish *wish, char **names, int count)
{
    size_t length = strlen(wish->out);
    return count > 1 || df_fill_is_folder(names[0]) || (length && wish->out[length - 1] == '/') ||
           (df_picture_container(wish->out) == DF_OTHER && df_fill_is_folder(wish->out));
}

static int add_names(DfFillList *list, const DfFillWish *wish, const Folder *masks, char **names, int count)
{
    int ret = 0;
    for (int i = 0; i < count && !ret; i++) {
        if (!df_fill_is_folder(names[i])) {
            ret = add_file(list, wish, masks, names[i]);
            continue;
        }
        ret = check_other_folder(wish->out, names[i]);
        if (!ret)
            ret = add_folder(list, wish, masks, names[i]);
    }
    if (!ret)
        ret = check_outputs(list);
    return ret || !list->several ? ret : make_folder(wish->out);
}

int df_fill_list(DfFillList *list, const DfFillWish *wish, char **names, int count)
{
    Folder masks = { 0 };
    int ret = 0;
    *list = (DfFillList){ .several = df_fill_several(wish, names, count) };
    if (wish->mask && df_fill_is_folder(wish->mask)) {
        ret = scan(&masks, wish->mask);
        if (!ret && list->several)
            ret = check_other_folder(wish->out, wish->mask);
    }
    if (!ret)
        ret = add_names(list, wish, &masks, names, count);
    free_folder(&masks);
    return ret;
}

void df_fill_list_free(DfFillList *list)
{
    for (size_t i = 0; i < list->count; i++) {
        df_free(list->items[i].image);
        df_free(list->items[i].out);
        df_free(list->items[i].mask_found);
        df_free(list->items[i].problem);
    }
    df_free(list->items);
    *list = (DfFillList){ 0 };
}
