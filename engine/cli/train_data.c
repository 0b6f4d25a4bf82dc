/**
 * @file
 * Pictures by several threads, added in the order of the list; films one after the other.
 */
#include "cli/train_data.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
#include "cli/cli.h"
#include "cli/film.h"
#include "cli/picture.h"
#include "cli/progress.h"
#include "cli/train_list.h"
#include "cli/train_rgb.h"
#include "thread_pool.h"

/** Files that are read before their tiles are added. */
enum { BATCH = 64 };

/** Seconds between a film's frames; frames that decode by themselves do where they are at most so far apart. */
#define APART 1.0
#define KEYS_APART 4.0

/** A picture that was read, scaled. */
typedef struct Loaded {
    const DfTrainFile *file;
    uint8_t *rgb;
    int width, height;
    int is_small, ret;
    char *problem; /* NULL: none, or no memory */
} Loaded;

/** Loaded pictures of a batch, one for each unit. */
typedef struct Batch {
    Loaded loaded[BATCH];
    int size;
} Batch;

/** The scaled size of a picture: its shorter side at most 1.5 samples. @return 0 where it is too small */
static int scaled_size(int size, int from_width, int from_height, int *width, int *height)
{
    int side = DF_MIN(from_width, from_height), most = size * 3 / 2;
    double scale = side > most ? (double)most / side : 1;
    *width = DF_MAX((int)lrint(from_width * scale), 1);
    *height = DF_MAX((int)lrint(from_height * scale), 1);
    return 2 * side >= size;
}

static int read_picture(Loaded *l, int size)
{
    DfStill still = { 0 };
    DfTrainRgb rgb = { 0 };
    int ret = df_picture_read(&still, l->file->path);
    if (!ret && still.alpha && !df_picture_opaque(&still))
        ret = df_error(-EINVAL, "%s: is transparent in part", l->file->path);
    if (!ret)
        l->is_small = !scaled_size(size, still.width, still.height, &l->width, &l->height);
    if (!ret && !l->is_small) {
        DeepfillImage image = df_picture_image(&still);
        ret = df_train_rgb(&rgb, &image, l->width, l->height);
        l->rgb = rgb.rgb;
        rgb.rgb = NULL;
    }
    df_train_rgb_free(&rgb);
    df_picture_free(&still);
    return ret;
}

static void load_unit(void *opaque, int unit, int thread)
{
    Batch *batch = opaque;
    Loaded *l = &batch->loaded[unit];
    (void)thread;
    if (l->file->is_film)
        return;
    df_error_clear();
    l->ret = read_picture(l, batch->size);
    if (l->ret < 0 && l->ret != -ENOMEM)
        l->problem = df_strdup(df_error_text());
    df_error_clear();
}

/** Say that a file is left out, and why. */
static void leave_out(DfTrainRead *read, const char *problem)
{
    df_cli_note("%s; it is left out", problem);
    df_error_clear();
    read->bad++;
}

static int add_picture(DfTiles *tiles, DfTrainRead *read, Loaded *l)
{
    int ret = l->ret;
    if (l->problem) {
        leave_out(read, l->problem);
        ret = 0;
    } else if (ret < 0) {
        df_error(ret, "%s: no memory is left to read it", l->file->path);
    } else if (l->is_small) {
        read->small++;
    } else {
        read->pictures++;
        ret = df_tiles_add_squares(tiles, l->rgb, l->width, l->height);
    }
    df_free(l->rgb);
    df_free(l->problem);
    return ret;
}

/** @return how many frames were added, or a negative errno */
static int add_frames(DfTiles *tiles, DfFilm *film, DfTrainRgb *rgb, int size)
{
    DfFilmFrame frame;
    int count = 0, ret, width, height;
    df_film_sample(film, APART, KEYS_APART);
    while ((ret = df_film_next(film, &frame)) > 0) {
        scaled_size(size, frame.image.format.width, frame.image.format.height, &width, &height);
        ret = df_train_rgb(rgb, &frame.image, width, height);
        if (!ret)
            ret = df_tiles_add_squares(tiles, rgb->rgb, width, height);
        if (ret < 0)
            return ret;
        count++;
    }
    /* What follows is damaged, or of another size. */
    return ret < 0 && (!count || ret == -ENOMEM) ? ret : count;
}

static int add_film(DfTiles *tiles, DfTrainRead *read, const char *path, int size)
{
    DfFilm *film = NULL;
    DfTrainRgb rgb = { 0 };
    int width, height, ret;
    df_error_clear();
    ret = df_film_open(&film, path);
    if (!ret && !scaled_size(size, df_film_info(film)->width, df_film_info(film)->height, &width, &height))
        read->small++;
    else if (!ret)
        ret = add_frames(tiles, film, &rgb, size);
    df_train_rgb_free(&rgb);
    df_film_close(&film);
    if (ret > 0) {
        read->films++;
        read->frames += ret;
    }
    if (ret < 0 && ret != -ENOMEM) {
        leave_out(read, df_error_text());
        ret = 0;
    }
    if (ret >= 0)
        df_error_clear();
    return DF_MIN(ret, 0);
}

static int read_batch(DfTiles *tiles, DfTrainRead *read, const DfTrainFile *files, int count, int size,
                      const DfParallel *parallel)
{
    Batch batch = { .size = size };
    int ret = 0;
    for (int i = 0; i < count; i++)
        batch.loaded[i].file = &files[i];
    df_parallel_for(parallel, count, load_unit, &batch);
    for (int i = 0; i < count; i++) {
        Loaded *l = &batch.loaded[i];
        if (ret < 0) {
            df_free(l->rgb);
            df_free(l->problem);
        } else if (l->file->is_film) {
            ret = add_film(tiles, read, l->file->path, size);
        } else {
            ret = add_picture(tiles, read, l);
        }
    }
    return ret;
}

int df_train_read(DfTiles *tiles, DfTrainRead *read, const char *folder, const char *sheet, int size, int workers)
{
    DfParallel parallel = { .threads = workers };
    DfTrainList list;
    int bar = isatty(STDERR_FILENO), ret = df_train_list(&list, folder, sheet);
    *read = (DfTrainRead){ .held_out = list.held_out };
    if (!ret && workers > 1)
        ret = df_thread_pool_open(&parallel.pool, workers - 1);
    for (size_t at = 0; !ret && at < list.count; at += BATCH) {
        if (bar)
            df_progress_show(at, list.count, list.files[at].path, -1);
        ret = read_batch(tiles, read, list.files + at, (int)DF_MIN(list.count - at, BATCH), size, &parallel);
    }
    df_progress_hide();
    if (!ret && !tiles->count && read->small)
        ret = df_error(-ENOENT, "%s: holds no picture or film of %d pixels a side and more: give a smaller "
                       "--size", folder, (size + 1) / 2);
    else if (!ret && !tiles->count)
        ret = df_error(-ENOENT, "%s: holds nothing to train with: no picture or film of %d pixels a side and more that "
                       "can be read", folder, (size + 1) / 2);
    df_thread_pool_close(&parallel.pool);
    df_train_list_free(&list);
    return ret;
}
