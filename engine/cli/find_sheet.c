/**
 * @file
 * Frame, finding, result.
 */
#include "cli/find_sheet.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base.h"
#include "cli/fill.h"
#include "image/planes.h"
#include "overlay/overlay.h"

/* Pixels between a finding and its frame, and the width of that. */
#define AROUND 3
#define LINE 2

/** A frame as 8-bit RGB. */
static void draw_frame(DfStill *still, const DeepfillImage *image)
{
    const DeepfillFormat *format = &image->format;
    int bytes = df_sample_bytes(format);
    float scale = 1.f / (1 << (format->depth - 8));
    for (int y = 0; y < still->height; y++)
        for (int x = 0; x < still->width; x++) {
            float levels[3] = { 128, 128, 128 }, rgb[3];
            for (int p = 0; p < df_plane_count(format); p++) {
                const uint8_t *row = image->data[p] + (y >> df_plane_sub_y(format, p)) * image->stride[p];
                levels[p] = scale * df_sample_load(row, x >> df_plane_sub_x(format, p), bytes);
            }
            if (format->layout == DEEPFILL_RGB)
                for (int p = 0; p < 3; p++)
                    rgb[p] = levels[p] / 255;
            else
                df_find_rgb(format, levels, rgb);
            for (int p = 0; p < 3; p++)
                still->planes[p][(size_t)y * still->width + x] = (uint8_t)lrintf(255 * fminf(rgb[p], 1));
        }
}

/** Draw the frame of a moment. @return 1; 0: none was found; a negative errno */
static int read_frame(DfStill *still, const DfFindWish *wish, double time, int seeks)
{
    DfFilm *film = NULL;
    DfFilmFrame frame;
    int ret = df_film_open(&film, wish->film);
    if (!ret && seeks)
        ret = df_film_seek(film, time);
    if (!ret)
        do
            ret = df_film_next(film, &frame);
        while (ret > 0 && frame.time < time - 1e-3);
    if (ret > 0)
        draw_frame(still, &frame.image);
    df_film_close(&film);
    return ret;
}

/** The same, from the film's beginning where that fails: bare streams have no times, or cannot be sought in. */
static int find_frame(DfStill *still, const DfFindWish *wish, double time)
{
    int ret = time > 0 ? read_frame(still, wish, time, 1) : 0;
    df_error_clear();
    if (ret <= 0)
        ret = read_frame(still, wish, time, 0);
    if (!ret)
        ret = df_error(-EINVAL, "%s: its frame at %.3f s cannot be read again", wish->film, time);
    return DF_MIN(ret, 0);
}

static void put_red(DfStill *still, int x, int y)
{
    if (x < 0 || y < 0 || x >= still->width || y >= still->height)
        return;
    for (int p = 0; p < 3; p++)
        still->planes[p][(size_t)y * still->width + x] = p ? 0 : 255;
}

static void draw_box(DfStill *still, DfRect rect)
{
    for (int i = AROUND; i < AROUND + LINE; i++) {
        DfRect line = df_rect_grow(rect, i);
        for (int x = line.x0; x < line.x1; x++) {
            put_red(still, x, line.y0);
            put_red(still, x, line.y1 - 1);
        }
        for (int y = line.y0; y < line.y1; y++) {
            put_red(still, line.x0, y);
            put_red(still, line.x1 - 1, y);
        }
    }
}

/** Take the overlay off where it is translucent; mark what is to be filled. */
static int unblend(DfStill *still, const DfStill *overlay, const DfStill *mask, uint8_t *hole)
{
    int holes = 0;
    for (size_t i = 0; i < (size_t)still->width * still->height; i++) {
        float opacity = ((const uint16_t *)overlay->planes[3])[i] / 65535.f;
        hole[i] = mask->planes[0][i] && opacity >= DF_OVERLAY_OPAQUE ? 255 : 0;
        holes += !!hole[i];
        for (int p = 0; p < 3 && opacity < DF_OVERLAY_OPAQUE; p++) {
            float colour = ((const uint16_t *)overlay->planes[p])[i] / 257.f;
            float value = (still->planes[p][i] - opacity * colour) / (1 - opacity);
            still->planes[p][i] = (uint8_t)lrintf(DF_CLAMP(value, 0, 255));
        }
    }
    return holes;
}

static int fill(DfStill *still, const uint8_t *hole)
{
    DfFillJob job = { .grain = 1, .texture = 1 };
    DfFillReport report;
    DeepfillMaskSettings settings;
    DeepfillMask *mask = NULL;
    deepfill_mask_defaults(&settings, still->width, still->height);
    int ret = deepfill_model_open(&job.model, "small", NULL);
    if (!ret)
        ret = deepfill_mask_create(&mask, &settings, hole, still->width, still->width, still->height);
    job.mask = mask;
    if (!ret)
        ret = df_fill_regions(&job, still, &report);
    deepfill_mask_close(&mask);
    deepfill_model_close(&job.model);
    return ret;
}

/** Copy a frame into its part of the sheet. */
static void put_part(DfStill *sheet, const DfStill *still, int part)
{
    int down = sheet->height > still->height;
    for (int p = 0; p < 3; p++)
        for (int y = 0; y < still->height; y++)
            memcpy(sheet->planes[p] + (size_t)(y + (down ? part * still->height : 0)) * sheet->width +
                   (down ? 0 : part * still->width), still->planes[p] + (size_t)y * still->width, still->width);
}

int df_find_sheet(const DfFindings *findings, const DfFindWish *wish, const DfStill *mask, const DfStill *overlay)
{
    int width = mask->width, height = mask->height, down = width >= height;
    DfStill still = { .width = width, .height = height, .depth = 8, .colours = 3 }, marked = still;
    DfStill sheet = { .width = down ? width : 3 * width, .height = down ? 3 * height : height, .depth = 8,
                      .colours = 3 };
    uint8_t *hole = df_alloc((size_t)width * height);
    char *name = df_find_name(wish, "sheet");
    int ret = hole && name ? 0 : -ENOMEM;
    if (!ret && (df_picture_alloc(&still) < 0 || df_picture_alloc(&marked) < 0 || df_picture_alloc(&sheet) < 0))
        ret = -ENOMEM;
    if (!ret)
        ret = find_frame(&still, wish, findings->findings[0].shown);
    if (!ret) {
        put_part(&sheet, &still, 0);
        memcpy(marked.planes[0], still.planes[0], 3 * (size_t)width * height);
        for (int i = 0; i < findings->count; i++)
            draw_box(&marked, findings->findings[i].overlay.rect);
        put_part(&sheet, &marked, 1);
        if (unblend(&still, overlay, mask, hole))
            ret = fill(&still, hole);
    }
    if (!ret) {
        put_part(&sheet, &still, 2);
        ret = df_picture_write(&sheet, name, &(DfWriting){ 0 });
    }
    df_picture_free(&still);
    df_picture_free(&marked);
    df_picture_free(&sheet);
    df_free(hole);
    df_free(name);
    return ret;
}
