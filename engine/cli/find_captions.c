/**
 * @file
 * Captions of a film: its frames go through the search, and their times wait for what is found in them.
 */
#include "cli/find_captions.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
#include "cli/film_mask.h"
#include "cli/picture.h"
#include "cli/progress.h"
#include "overlay/caption_shrink.h"
#include "weights/output.h"

#define LEAST_SIDE 16       /* pixels of the band, as the search sees it */
#define PROGRESS_FRAMES 64  /* from one look at the clock to the next */

/** When a frame is shown. */
typedef struct Moment {
    int64_t pts, duration;
    double time;
} Moment;

/** A caption and its mask, until the frames that show it are written. */
typedef struct Standing {
    DfCaption caption;
    size_t number; /* of `found`; COMMON: it is not told */
} Standing;

#define COMMON SIZE_MAX

/** Elements of any kind, from df_alloc(). */
typedef struct List {
    void *data;
    size_t count, space;
} List;

typedef struct Work {
    const DfFindCaptionsWish *wish;
    DfFilm *film;
    const DfFilmInfo *info;
    DfCaptions *search;
    DfFilmMask *mask;         /* NULL: no caption was found so far */
    DfRect band;
    int scale;
    uint8_t *luma, *picture;  /* the band as the search sees it; a frame's mask */
    int64_t frames, written;  /* read; of these, written */
    List moments;             /* of the frames from `written` on */
    List standing;            /* captions whose last frame is not written */
    List found;               /* all: DfFoundCaption */
    int is_changed;           /* the next frame shows other captions than the last one */
    double begun;
} Work;

/* ------------------------------------------------------------------------------------------- lists -- */

/** Room for one more element of `size` bytes. @return it, or NULL: there is no memory */
static void *add(List *list, size_t size)
{
    if (list->count == list->space) {
        size_t space = DF_MAX(2 * list->space, 64);
        void *data = df_alloc(df_size_mul(space, size));
        if (!data)
            return NULL;
        if (list->count)
            memcpy(data, list->data, list->count * size);
        df_free(list->data);
        list->data = data;
        list->space = space;
    }
    return (char *)list->data + list->count++ * size;
}

static void drop(List *list, size_t first, size_t count, size_t size)
{
    char *data = list->data;
    memmove(data + first * size, data + (first + count) * size, (list->count - first - count) * size);
    list->count -= count;
}

/* -------------------------------------------------------------------------------------- where to look -- */

/** The rectangle around the boxes that were asked for. */
static int box_asked_for(Work *work)
{
    DfStill mask = { 0 };
    int ret = df_picture_boxes(&mask, work->wish->boxes, work->info->width, work->info->height, work->wish->film);

    if (!ret)
        work->band = df_rect_bounds(mask.planes[0], mask.width, mask.height);
    df_picture_free(&mask);
    return ret;
}

static int set_band(Work *work)
{
    int width = work->info->width, height = work->info->height, ret = 0;

    work->scale = df_caption_scale(height);
    work->band = (DfRect){ 0, height - height / 3, width, height };
    if (work->wish->boxes)
        ret = box_asked_for(work);
    /* What does not fill a pixel of the search is left out at the top. */
    work->band.y0 = work->band.y1 - df_rect_height(work->band) / work->scale * work->scale;
    int least = LEAST_SIDE * work->scale;
    if (!ret && (df_rect_width(work->band) < least || df_rect_height(work->band) < least))
        return df_error(-EINVAL, "%s: captions are looked for in %dx%d pixels, expected at least %dx%d",
                        work->wish->film, df_rect_width(work->band), df_rect_height(work->band), least, least);
    return ret;
}

static int open_search(Work *work)
{
    int width = df_rect_width(work->band) / work->scale, height = df_rect_height(work->band) / work->scale;
    DfCaptionSettings settings = { .width = width, .height = height,
                                   .frame_height = DF_MAX(work->info->height / work->scale, height) };

    if (work->info->rate.num)
        settings.rate = (double)work->info->rate.num / work->info->rate.den;
    work->luma = df_alloc(df_size_mul(width, height));
    work->picture = df_alloc(df_size_mul(work->info->width, work->info->height));
    return work->luma && work->picture ? df_captions_open(&work->search, &settings) : -ENOMEM;
}

/* ------------------------------------------------------------------------------------------- writing -- */

static void paint(Work *work, const DfCaption *caption)
{
    int scale = work->scale, width = df_rect_width(caption->box);

    for (int y = caption->box.y0 * scale; y < caption->box.y1 * scale; y++) {
        const uint8_t *from = caption->mask + (size_t)(y / scale - caption->box.y0) * width;
        uint8_t *to = work->picture + (size_t)(work->band.y0 + y) * work->info->width + work->band.x0;
        for (int x = caption->box.x0 * scale; x < caption->box.x1 * scale; x++)
            to[x] |= from[x / scale - caption->box.x0] ? 255 : 0;
    }
}

/** Make the picture that of the captions that stand in a frame, where others did in the frame before. */
static int show(Work *work, int64_t frame)
{
    Standing *standing = work->standing.data;

    for (size_t i = 0; i < work->standing.count; i++)
        work->is_changed |= standing[i].caption.first == frame;
    if (!work->is_changed)
        return 0;
    work->is_changed = 0;
    memset(work->picture, 0, (size_t)work->info->width * work->info->height);
    for (size_t i = 0; i < work->standing.count; i++)
        if (standing[i].caption.first <= frame)
            paint(work, &standing[i].caption);
    return df_film_mask_picture(work->mask, work->picture, work->info->width);
}

/** Times of a caption whose last frame is written with this one; it need not stand any longer. */
static void end_standing(Work *work, int64_t frame, double end)
{
    for (size_t i = work->standing.count; i-- > 0;) {
        Standing *standing = (Standing *)work->standing.data + i;
        if (standing->caption.last != frame)
            continue;
        if (standing->number != COMMON)
            ((DfFoundCaption *)work->found.data)[standing->number].end = end;
        df_caption_free(&standing->caption);
        drop(&work->standing, i, 1, sizeof *standing);
        work->is_changed = 1;
    }
}

static void begin_standing(Work *work, int64_t frame, double start)
{
    for (size_t i = 0; i < work->standing.count; i++) {
        Standing *standing = (Standing *)work->standing.data + i;
        if (standing->caption.first == frame && standing->number != COMMON)
            ((DfFoundCaption *)work->found.data)[standing->number].start = start;
    }
}

static double end_of(const Work *work, size_t i)
{
    const Moment *moment = (const Moment *)work->moments.data + i;
    double tick = (double)work->info->time_base.num / work->info->time_base.den;
    return i + 1 < work->moments.count ? moment[1].time : moment->time + moment->duration * tick;
}

/** Write the frames before one that nothing new can stand in. Before the first caption they wait. */
static int write_until(Work *work, int64_t end)
{
    size_t done = 0;
    int ret = 0;

    for (; work->mask && !ret && work->written < end; work->written++, done++) {
        const Moment *moment = (const Moment *)work->moments.data + done;
        ret = show(work, work->written);
        if (!ret)
            ret = df_film_mask_put(work->mask, moment->pts, moment->duration);
        begin_standing(work, work->written, moment->time);
        end_standing(work, work->written, end_of(work, done));
    }
    if (done)
        drop(&work->moments, 0, done, sizeof(Moment));
    return ret;
}

/* ------------------------------------------------------------------------------------------- reading -- */

static DfRect in_film(const Work *work, DfRect box)
{
    return (DfRect){ work->band.x0 + box.x0 * work->scale, work->band.y0 + box.y0 * work->scale,
                     work->band.x0 + box.x1 * work->scale, work->band.y0 + box.y1 * work->scale };
}

/** Let a caption stand until its last frame is written. @return 0 or -ENOMEM; it is the work's, or freed */
static int take_caption(Work *work, DfCaption caption)
{
    Standing *standing = add(&work->standing, sizeof *standing);

    if (!standing) {
        df_caption_free(&caption);
        return -ENOMEM;
    }
    *standing = (Standing){ caption, COMMON };
    if (!caption.is_common) {
        DfFoundCaption *found = add(&work->found, sizeof *found);
        if (!found)
            return -ENOMEM;
        *found = (DfFoundCaption){ .first = caption.first, .last = caption.last, .box = in_film(work, caption.box) };
        standing->number = work->found.count - 1;
    }
    return 0;
}

static int take_captions(Work *work)
{
    DfCaption caption;
    int ret = 0;

    while (!ret && df_captions_take(work->search, &caption)) {
        ret = take_caption(work, caption);
        if (!ret && !work->mask) {
            work->is_changed = 1;
            ret = df_film_mask_open(&work->mask, work->wish->out, work->info);
        }
    }
    return ret;
}

static void show_progress(const Work *work, double time)
{
    double spent = df_cli_now() - work->begun, length = work->info->seconds;

    if (work->frames % PROGRESS_FRAMES || length <= 0 || time <= 0 || !isatty(STDERR_FILENO))
        return;
    df_progress_show((size_t)DF_MIN(time, length), (size_t)length + 1, work->wish->film,
                     spent * DF_MAX(length / time - 1, 0));
}

static int take_frame(Work *work, const DfFilmFrame *frame)
{
    Moment *moment = add(&work->moments, sizeof *moment);

    if (!moment)
        return -ENOMEM;
    *moment = (Moment){ frame->pts, frame->duration, frame->time };
    df_caption_shrink(work->luma, &frame->image, work->band, work->scale);
    int ret = df_captions_push(work->search, work->luma, df_rect_width(work->band) / work->scale);
    work->frames++;
    if (!ret)
        ret = take_captions(work);
    if (!ret)
        ret = write_until(work, DF_MIN(df_captions_settled(work->search), work->frames - 1));
    show_progress(work, frame->time);
    return ret;
}

static int read_film(Work *work)
{
    DfFilmFrame frame;
    int ret = df_film_next(work->film, &frame);

    /* The first frame tells the size for certain. */
    if (ret == 1 && !(ret = set_band(work)))
        ret = open_search(work);
    while (ret >= 0) {
        ret = take_frame(work, &frame);
        if (ret >= 0)
            ret = df_film_next(work->film, &frame);
        if (!ret)
            break;
    }
    if (!ret)
        ret = df_captions_flush(work->search);
    if (!ret)
        ret = take_captions(work);
    if (!ret)
        ret = write_until(work, work->frames);
    return ret || !work->mask ? ret : df_film_mask_finish(work->mask);
}

/* ---------------------------------------------------------------------------------------------- all -- */

static int check_output(const DfFindCaptionsWish *wish)
{
    if (df_output_is(wish->out, wish->film))
        return df_error(-EINVAL, "%s: is the film itself: give the mask video another name", wish->out);
    return df_output_writable(wish->out);
}

static void close_work(Work *work)
{
    for (size_t i = 0; i < work->standing.count; i++)
        df_caption_free(&((Standing *)work->standing.data)[i].caption);
    df_captions_close(&work->search);
    df_film_mask_close(&work->mask);
    df_film_close(&work->film);
    df_free(work->luma);
    df_free(work->picture);
    df_free(work->moments.data);
    df_free(work->standing.data);
    df_free(work->found.data);
}

enum DfExit df_find_captions(const DfFindCaptionsWish *wish)
{
    Work work = { .wish = wish, .begun = df_cli_now() };
    int ret = check_output(wish);

    if (!ret)
        ret = df_film_open(&work.film, wish->film);
    if (!ret) {
        work.info = df_film_info(work.film);
        ret = read_film(&work);
    }
    df_progress_hide();
    if (!ret)
        df_find_captions_tell(wish, work.found.data, work.found.count, work.frames, work.band);
    enum DfExit status = ret < 0 ? df_cli_failed() : work.found.count ? DF_EXIT_DONE : DF_EXIT_NOTHING;
    close_work(&work);
    return status;
}
