/**
 * @file
 * A picture's memory, and how it lies there.
 */
#include "cli/picture.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base.h"

DeepfillImage df_picture_image(const DfStill *picture)
{
    DeepfillImage image = {
        .format = { .width = picture->width, .height = picture->height, .depth = picture->depth, .full_range = 1,
                    .layout = picture->colours == 3 ? DEEPFILL_RGB : DEEPFILL_GRAY },
    };
    for (int p = 0; p < picture->colours; p++) {
        image.data[p] = picture->planes[p];
        image.stride[p] = df_picture_row(picture);
    }
    return image;
}

int df_picture_is_named(const char *name)
{
    static const char *const ends[] = { "png", "jpg", "jpeg", "tif", "tiff", "bmp", "webp", "gif", "tga", "ppm",
                                        "pgm", "pnm", "pam", "jp2", "jxl", "avif", "heic", "heif" };
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < DF_COUNT(ends); i++)
        if (!strcasecmp(dot + 1, ends[i]))
            return 1;
    return 0;
}

int df_picture_planes(const DfStill *picture)
{
    return picture->colours + picture->alpha;
}

size_t df_picture_row(const DfStill *picture)
{
    return (size_t)picture->width * (picture->depth / 8);
}

int df_picture_alloc(DfStill *picture)
{
    size_t plane = df_size_mul(df_picture_row(picture), picture->height);
    picture->planes[0] = df_alloc(df_size_mul(plane, df_picture_planes(picture)));
    if (!picture->planes[0])
        return -ENOMEM;
    for (int p = 1; p < df_picture_planes(picture); p++)
        picture->planes[p] = picture->planes[p - 1] + plane;
    return 0;
}

unsigned df_picture_sample(const DfStill *picture, int plane, size_t i)
{
    if (picture->depth == 8)
        return picture->planes[plane][i];
    return (((const uint16_t *)picture->planes[plane])[i] * 255u + 32767) / 65535;
}

int df_picture_opaque(const DfStill *picture)
{
    const uint8_t *alpha = picture->planes[picture->colours];
    size_t bytes = df_picture_row(picture) * picture->height;
    for (size_t i = 0; i < bytes; i++)
        if (alpha[i] != 0xFF)
            return 0;
    return 1;
}

int df_picture_no_memory(const char *path)
{
    return df_error(-ENOMEM, "%s: out of memory while it was read", path);
}

void df_picture_free(DfStill *picture)
{
    df_free(picture->planes[0]);
    df_free(picture->profile);
    df_file_free(&picture->file);
    *picture = (DfStill){ 0 };
}

DfTurn df_turn(int orientation)
{
    static const DfTurn turns[] = { { 0, 0, 0 }, { 0, 1, 0 }, { 0, 1, 1 }, { 0, 0, 1 },
                                    { 1, 0, 0 }, { 1, 1, 0 }, { 1, 1, 1 }, { 1, 0, 1 } };
    return turns[orientation - 1];
}

DfTurn df_turn_back(DfTurn turn)
{
    return turn.swap ? (DfTurn){ 1, turn.from_bottom, turn.from_right } : turn;
}

int df_turn_same(DfTurn a, DfTurn b)
{
    return a.swap == b.swap && a.from_right == b.from_right && a.from_bottom == b.from_bottom;
}

void df_turn_row(const DfStill *turned, DfTurn turn, int y, ptrdiff_t *first, ptrdiff_t *step)
{
    ptrdiff_t width = turned->width, x0 = 0, y0 = y, dx = 1, dy = 0;
    if (turn.swap)
        x0 = y, y0 = 0, dx = 0, dy = 1;
    if (turn.from_right)
        x0 = width - 1 - x0, dx = -dx;
    if (turn.from_bottom)
        y0 = turned->height - 1 - y0, dy = -dy;
    *first = y0 * width + x0;
    *step = dy * width + dx;
}

int df_picture_turned(DfStill *turned, const DfStill *picture, DfTurn turn)
{
    size_t bytes = picture->depth / 8;
    *turned = *picture;
    if (turn.swap) {
        turned->width = picture->height;
        turned->height = picture->width;
    }
    if (df_picture_alloc(turned) < 0)
        return -ENOMEM;
    for (int p = 0; p < df_picture_planes(picture); p++)
        for (int y = 0; y < picture->height; y++) {
            const uint8_t *row = picture->planes[p] + y * df_picture_row(picture);
            ptrdiff_t at, step;
            df_turn_row(turned, turn, y, &at, &step);
            for (int x = 0; x < picture->width; x++, at += step)
                memcpy(turned->planes[p] + at * (ptrdiff_t)bytes, row + x * bytes, bytes);
        }
    return 0;
}

int df_picture_turn(DfStill *picture, DfTurn turn)
{
    DfStill turned;
    if (df_picture_turned(&turned, picture, turn) < 0)
        return -ENOMEM;
    df_free(picture->planes[0]);
    *picture = turned;
    return 0;
}
