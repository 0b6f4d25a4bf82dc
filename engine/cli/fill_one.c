/**
 * @file
 * One picture of `deepfill fill`: read, filled, written.
 */
#include "cli/fill.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base.h"
#include "cli/cli.h"
#include "cli/text.h"
#include "image/mask.h"
#include "model/model.h"
#include "weights/output.h"

/* ------------------------------------------------------------------------------------ the model -- */

int df_fill_open(DfFillWork *work, const DfFillWish *wish)
{
    DeepfillModelInfo info;
    int ret = deepfill_model_open(&work->model, wish->model, wish->semantics);
    if (ret < 0)
        return ret;
    deepfill_model_info(work->model, &info);
    if (wish->sketch && !info.sketch)
        return df_error(-EINVAL, "model '%s' takes no sketch: it was trained without", wish->model);
    return 0;
}

static void forget_conditions(DfFillWork *work)
{
    deepfill_sketch_close(&work->sketch);
    deepfill_mask_close(&work->mask);
    work->mask_name = NULL;
}

void df_fill_close(DfFillWork *work)
{
    forget_conditions(work);
    deepfill_model_close(&work->model);
}

/* ------------------------------------------------------------------------------ mask and sketch -- */

/** Whether one size, scaled to another, keeps its shape: to 2 %, or to the pixel that rounding takes. */
static int has_shape(int width, int height, int other_width, int other_height)
{
    double expected = (double)height * other_width / width;
    return abs((int)(expected - other_height)) <= DF_MAX(1, other_height / 50);
}

/**
 * Bring a mask, or sketch, to the picture: one that was drawn over the picture as it is stored is turned with
 * it; one of another size is scaled, later on, or refused.
 */
static int fit(const DfFillWish *wish, const char *name, DfStill *condition, const DfStill *picture,
               const char *image)
{
    if (condition->width == picture->width && condition->height == picture->height)
        return 0;
    if (picture->turn.swap && condition->width == picture->height && condition->height == picture->width) {
        df_cli_note("%s: has the size of %s as stored, and is turned with it by its Exif orientation", name, image);
        return df_picture_turn(condition, picture->turn);
    }
    if (wish->exact)
        return df_error(-EINVAL, "%s: has %dx%d pixels, %s %dx%d: --exact wants the same", name, condition->width,
                        condition->height, image, picture->width, picture->height);
    if (has_shape(condition->width, condition->height, picture->width, picture->height))
        df_cli_note("%s: is scaled from %dx%d to %dx%d pixels", name, condition->width, condition->height,
                    picture->width, picture->height);
    else
        df_cli_note("%s: is stretched from %dx%d to %dx%d pixels, another shape: was it drawn over %s?", name,
                    condition->width, condition->height, picture->width, picture->height, image);
    return 0;
}

static int is_black_and_white(const DfStill *mask)
{
    for (size_t i = 0; i < (size_t)mask->width * mask->height; i++)
        if (mask->planes[0][i] != 0 && mask->planes[0][i] != 255)
            return 0;
    return 1;
}

/** With --exact the threshold is the original's, which may be none. */
static int choose_threshold(const DfFillWish *wish, const DfFillWork *work, const DfStill *mask, const char *name,
                            float *threshold)
{
    const DfSemantics *semantics = df_model_semantics(work->model);
    if (wish->threshold >= 0) {
        *threshold = (float)wish->threshold;
    } else if (wish->exact && semantics->threshold != DF_MASK_AS_IS) {
        *threshold = semantics->threshold;
    } else if (wish->exact && !is_black_and_white(mask)) {
        return df_error(-EINVAL, "%s: has values between black and white, which the original of '%s' takes "
                        "as they are: --threshold 0.5 makes them one or the other", name, semantics->name);
    }
    return 0;
}

static int lightest(const DfStill *mask)
{
    int most = 0;
    for (size_t i = 0; i < (size_t)mask->width * mask->height; i++)
        most = DF_MAX(most, mask->planes[0][i]);
    return most;
}

static void warn_empty(const char *name, const DfStill *picture, const DeepfillMaskSettings *settings)
{
    int most = lightest(picture);
    if (!most || settings->invert)
        df_cli_note("%s: marks nothing to be filled: the hole is white, or black with --invert", name);
    else if (settings->soft)
        df_cli_note("%s: marks nothing to be filled: with --soft the hole is what is above %d of 255, and its lightest "
                    "value is %d", name, DEEPFILL_SOFT_BLACK, most);
    else
        df_cli_note("%s: marks nothing to be filled: the hole is what is above --threshold, %.2f, and its lightest "
                    "value is %.2f", name, settings->threshold, most / 255.0);
}

static int looks_like_picture(const DeepfillMaskInfo *info)
{
    return info->greys > 0.2 && info->ramps <= 0.25;
}

/** @param image  the picture that the mask is for */
static void warn_greys(const char *name, const char *image, const DeepfillMaskSettings *settings,
                       const DeepfillMaskInfo *info)
{
    if (looks_like_picture(info) && df_output_is(name, image))
        df_cli_note("%s: is the picture and its mask at once, and %.0f %% of it is neither black nor white: name a "
                    "mask, white where the picture is to be filled", name, 100 * info->greys);
    else if (looks_like_picture(info))
        df_cli_note("%s: %.0f %% of it is neither black nor white: this looks like a picture, not a mask; is it "
                    "swapped with %s?", name, 100 * info->greys, image);
    else if (!settings->soft)
        df_cli_note("%s: %.0f %% of it is neither black nor white, and leads from one to the other: --soft takes such "
                    "soft edges for the blend", name, 100 * info->greys);
}

/** What looks as if it was not meant so. */
static void warn(const char *name, const char *image, const DfStill *picture, const DeepfillMaskSettings *settings,
                 const DeepfillMaskInfo *info)
{
    if (info->hole == 0)
        warn_empty(name, picture, settings);
    if (info->greys > 0.2)
        warn_greys(name, image, settings, info);
    if (info->hole > 0.5 && !looks_like_picture(info))
        df_cli_note("%s: the hole covers %.0f %% of the picture: did you mean %s--invert?", name, 100 * info->hole,
                    settings->invert ? "it without " : "");
}

static int make_mask(DfFillWork *work, const DfFillWish *wish, const char *name, const char *image,
                     const DfStill *picture)
{
    DeepfillMaskSettings settings;
    DeepfillMaskInfo info;
    deepfill_mask_defaults(&settings, work->width, work->height);
    settings.invert = wish->invert;
    settings.soft = wish->soft;
    /* The originals take the mask as it is; the filter counts on compression, which smears a logo's edge, but takes a
     * soft mask as it is, too. */
    if (!wish->regions || wish->soft)
        settings.dilate = settings.feather = 0;
    if (wish->dilate >= 0)
        settings.dilate = wish->dilate;
    if (wish->feather >= 0)
        settings.feather = wish->feather;
    int ret = choose_threshold(wish, work, picture, name, &settings.threshold);
    if (!ret)
        ret = deepfill_mask_create(&work->mask, &settings, picture->planes[0], picture->width, picture->width,
                                   picture->height);
    if (ret < 0)
        return ret;
    deepfill_mask_info(work->mask, &info);
    if (!wish->boxes)
        warn(name, image, picture, &settings, &info);
    return 0;
}

static int read_mask(DfFillWork *work, const DfFillWish *wish, const DfFillItem *item, const DfStill *still)
{
    DfStill picture;
    int ret = wish->boxes
                    ? df_picture_boxes(&picture, wish->boxes, still->width, still->height, item->image)
                    : df_picture_read_gray(&picture, item->mask);
    if (ret < 0)
        return ret;
    const char *name = wish->boxes ? "--box" : item->mask;
    ret = fit(wish, name, &picture, still, item->image);
    if (!ret)
        ret = make_mask(work, wish, name, item->image, &picture);
    df_picture_free(&picture);
    return ret;
}

static int read_sketch(DfFillWork *work, const DfFillWish *wish, const DfFillItem *item, const DfStill *still)
{
    DfStill picture;
    int ret = df_picture_read_gray(&picture, wish->sketch);
    if (ret < 0)
        return ret;
    ret = fit(wish, wish->sketch, &picture, still, item->image);
    if (!ret)
        ret = deepfill_sketch_create(&work->sketch, work->width, work->height, picture.planes[0], picture.width,
                                     picture.width, picture.height);
    df_picture_free(&picture);
    return ret;
}

/** Mask and sketch of a picture; those of the last one are used again where names, size and turn are the same. */
static int read_conditions(DfFillWork *work, const DfFillWish *wish, const DfFillItem *item, const DfStill *still)
{
    if (work->mask && work->mask_name == item->mask && work->width == still->width &&
        work->height == still->height && df_turn_same(work->turn, still->turn))
        return 0;
    forget_conditions(work);
    work->width = still->width;
    work->height = still->height;
    work->turn = still->turn;
    int ret = read_mask(work, wish, item, still);
    if (!ret && wish->sketch)
        ret = read_sketch(work, wish, item, still);
    if (ret < 0)
        forget_conditions(work);
    else
        work->mask_name = item->mask;
    return ret;
}

/* ------------------------------------------------------------------------------------ the files -- */

static int check_output(const DfFillWish *wish, const DfFillItem *item)
{
    const char *inputs[] = { item->image, item->mask, wish->model, wish->sketch };
    for (size_t i = 0; i < DF_COUNT(inputs); i++)
        if (inputs[i] && df_output_is(item->out, inputs[i]))
            return df_error(-EINVAL, "%s: is read, so that it cannot be written, too", item->out);
    return df_output_writable(item->out);
}

static int read_all(DfFillWork *work, const DfFillWish *wish, const DfFillItem *item, DfStill *still)
{
    int ret = check_output(wish, item);
    if (!ret)
        ret = df_picture_read(still, item->image);
    if (!ret && wish->exact && still->depth != 8)
        ret = df_error(-EINVAL, "%s: has 16 bits a sample, the originals read 8: leave --exact out",
                       item->image);
    return ret ? ret : read_conditions(work, wish, item, still);
}

/** Weights of hole and feather, which are what was touched. */
static int find_touched(const DeepfillMask *mask, DfStill *touched, int width, int height)
{
    *touched = (DfStill){ .width = width, .height = height, .depth = 8, .colours = 1 };
    if (df_picture_alloc(touched) < 0)
        return -ENOMEM;
    for (int y = 0; y < height; y++)
        df_mask_weights(mask, y, 0, width, 0, 0, touched->planes[0] + (size_t)y * width);
    return 0;
}

static int write(const DfFillWork *work, const DfFillWish *wish, const DfFillItem *item, const DfStill *still)
{
    DfWriting writing = { .quality = wish->quality };
    DfStill touched = { 0 };
    int ret = 0;
    if (!wish->exact && df_picture_container(item->out) == DF_JPEG) {
        ret = find_touched(work->mask, &touched, still->width, still->height);
        writing.touched = &touched;
    }
    if (!ret)
        ret = df_picture_write(still, item->out, &writing);
    df_picture_free(&touched);
    return ret;
}

/* ---------------------------------------------------------------------------------------- fill -- */

static void report_fill(const DfFillWork *work, const DfFillWish *wish, const DfFillItem *item,
                        const DfStill *still, const DfFillReport *report)
{
    DeepfillMaskInfo info;
    deepfill_mask_info(work->mask, &info);
    df_text_put(stdout, item->out);
    printf(": %dx%d pixels, %.1f %% filled", still->width, still->height, 100 * info.hole);
    if (report->regions == 1)
        printf(" in one region of %dx%d", report->width, report->height);
    else if (report->regions)
        printf(" in %d regions of at most %dx%d", report->regions, report->width, report->height);
    if (wish->exact)
        printf(", all as by '%s'", df_model_semantics(work->model)->name);
    putchar('\n');
}

static int fill(DfFillWork *work, const DfFillWish *wish, const DfFillItem *item, DfStill *still)
{
    DfFillReport report;
    int ret = read_all(work, wish, item, still);
    if (ret < 0)
        return ret;
    DfFillJob job = {
        .model = work->model, .mask = work->mask, .sketch = work->sketch,
        .coarse = wish->coarse, .exact = wish->exact, .grain = wish->grain,
        .texture = wish->texture && !wish->coarse && !wish->exact, .name = item->image,
    };
    ret = wish->regions ? df_fill_regions(&job, still, &report) : df_fill_whole(&job, still, &report);
    if (!ret)
        ret = write(work, wish, item, still);
    if (!ret && !work->quiet)
        report_fill(work, wish, item, still, &report);
    return ret;
}

int df_fill_one(DfFillWork *work, const DfFillWish *wish, const DfFillItem *item)
{
    DfStill still = { 0 };
    df_error_clear();
    int ret = item->problem ? df_error(-ENOENT, "%s", item->problem) : fill(work, wish, item, &still);
    df_picture_free(&still);
    return ret;
}
