/**
 * @file
 * The frames of one film, and what its mask leaves known.
 */
#include "cli/train_data.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base.h"
#include "cli/cli.h"
#include "cli/film.h"
#include "cli/picture.h"
#include "cli/train_rgb.h"
#include "image/mask.h"
#include "image/planes.h"

/** Frames that are read, at most. */
enum { MOST_FRAMES = 240 };

/** Where a frame's mask comes from, and the last one. */
typedef struct Masks {
    const char *path;
    DfFilm *film;      /* NULL: a picture, for all frames */
    DfFilmFrame next;
    int has_next;      /* 1: `next` is the film's frame that is not shown yet */
    uint8_t *known;    /* of the frames' size: 0 in the grown hole */
    int width, height; /* of the frames */
    size_t holes;      /* pixels of all masks so far */
    int scaled;        /* 1: a mask had another size, and that was said */
} Masks;

/** Grow a mask, scaled to the frames' size, and mark what it leaves. */
static int set_mask(Masks *m, const uint8_t *gray, int width, int height)
{
    DeepfillMaskSettings settings;
    DeepfillMask *mask = NULL;
    if ((width != m->width || height != m->height) && !m->scaled) {
        df_cli_note("%s: is scaled from %dx%d to %dx%d pixels", m->path, width, height, m->width, m->height);
        m->scaled = 1;
    }
    deepfill_mask_defaults(&settings, m->width, m->height);
    int ret = deepfill_mask_create(&mask, &settings, gray, width, width, height);
    for (int y = 0; !ret && y < m->height; y++)
        for (int x = 0; x < m->width; x++) {
            int is_hole = df_mask_hole(mask, x, y);
            m->known[(size_t)y * m->width + x] = (uint8_t)!is_hole;
            m->holes += is_hole;
        }
    deepfill_mask_close(&mask);
    return ret;
}

/** Take a mask from a frame's first plane: luma, gray, or one of three that are alike. */
static int set_frame(Masks *m, const DeepfillImage *image)
{
    const DeepfillFormat *format = &image->format;
    uint8_t *gray = df_alloc(df_size_mul(format->width, format->height));
    int bytes = df_sample_bytes(format), shift = format->depth - 8;
    if (!gray)
        return -ENOMEM;
    for (int y = 0; y < format->height; y++)
        for (int x = 0; x < format->width; x++)
            gray[(size_t)y * format->width + x] =
                (uint8_t)(df_sample_load(image->data[0] + y * image->stride[0], x, bytes) >> shift);
    int ret = set_mask(m, gray, format->width, format->height);
    df_free(gray);
    return ret;
}

/** Read the film's next frame. @return 0 or a negative errno; at the end there is none */
static int read_next(Masks *m)
{
    int ret = df_film_next(m->film, &m->next);
    m->has_next = ret > 0;
    return DF_MIN(ret, 0);
}

static int open_masks(Masks *m, const char *path, int width, int height)
{
    DfStill still = { 0 };
    *m = (Masks){ .path = path, .width = width, .height = height };
    m->known = df_alloc(df_size_mul(width, height));
    if (!m->known)
        return -ENOMEM;
    memset(m->known, 1, (size_t)width * height);
    if (df_picture_is_named(path)) {
        int ret = df_picture_read_gray(&still, path);
        if (!ret)
            ret = set_mask(m, still.planes[0], still.width, still.height);
        df_picture_free(&still);
        return ret;
    }
    int ret = df_film_open(&m->film, path);
    return ret ? ret : read_next(m);
}

static void close_masks(Masks *m)
{
    df_film_close(&m->film);
    df_free(m->known);
}

/** Show the last mask whose time is not later than a frame's; times are rounded. */
static int find_mask(Masks *m, double time)
{
    int ret = 0;
    while (!ret && m->has_next && m->next.time <= time + 2e-3) {
        ret = set_frame(m, &m->next.image);
        if (!ret)
            ret = read_next(m);
    }
    return ret;
}

static int count_known(const Masks *m)
{
    int count = 0;
    for (size_t i = 0; i < (size_t)m->width * m->height; i++)
        count += m->known[i];
    return count;
}

static int add_frames(DfTiles *tiles, DfTrainRead *read, DfFilm *film, Masks *m)
{
    const DfFilmInfo *info = df_film_info(film);
    DfTrainRgb rgb = { 0 };
    DfFilmFrame frame;
    double apart = info->seconds / MOST_FRAMES;
    int ret;
    df_film_sample(film, apart, apart);
    for (ret = 0; read->frames < MOST_FRAMES && (ret = df_film_next(film, &frame)) > 0;) {
        ret = find_mask(m, frame.time);
        /* A frame that is masked all over is left out. */
        if (!ret && !count_known(m))
            continue;
        if (!ret)
            ret = df_train_rgb(&rgb, &frame.image, m->width, m->height);
        if (!ret)
            ret = df_tiles_add(tiles, rgb.rgb, m->known, m->width, m->height);
        if (ret < 0)
            break;
        read->frames++;
    }
    df_train_rgb_free(&rgb);
    if (ret < 0 && ret != -ENOMEM && read->frames) {
        df_cli_note("%s; what follows is left out", df_error_text());
        df_error_clear();
        ret = 0;
    }
    return DF_MIN(ret, 0);
}

int df_train_read_like(DfTiles *tiles, DfTrainRead *read, const char *path, const char *mask, int size)
{
    DfFilm *film = NULL;
    Masks masks = { 0 };
    *read = (DfTrainRead){ .films = 1 };
    int ret = df_film_open(&film, path);
    if (!ret && 2 * DF_MIN(df_film_info(film)->width, df_film_info(film)->height) < size)
        ret = df_error(-EINVAL, "%s: has frames of %dx%d pixels, too small for samples of %d: give a smaller "
                       "--size", path, df_film_info(film)->width, df_film_info(film)->height, size);
    if (!ret)
        ret = open_masks(&masks, mask, df_film_info(film)->width, df_film_info(film)->height);
    if (!ret)
        ret = add_frames(tiles, read, film, &masks);
    if (!ret && !masks.holes)
        ret = df_error(-EINVAL, "%s: marks nothing of %s: what is white in it is not known", mask, path);
    if (!ret && !tiles->count)
        ret = df_error(-EINVAL, "%s: marks all of %s, and nothing is left to learn from", mask, path);
    close_masks(&masks);
    df_film_close(&film);
    return ret;
}
