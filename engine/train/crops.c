/**
 * @file
 * Tiles by random keys; crops by a triangle filter, rows then columns.
 */
#include "train/crops.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base.h"
#include "weights/bytes.h"
#include "kernels/crc32c.h"

const DfCropRules df_crop_any = { { 0.55, 1.5 }, { 0.85, 1.1 }, 0.06 };
const DfCropRules df_crop_film = { { 0.8, 1.25 }, { 0.97, 1.03 }, 0.02 };

/* --------------------------------------------------------------------------------------- tiles -- */

static size_t bytes_of(const DfTile *tile)
{
    return (size_t)tile->width * tile->height * (tile->known ? 4 : 3);
}

/** Drop tiles of the smallest keys until the limit is kept; one stays. The last tile takes a dropped one's place. */
static void keep_limit(DfTiles *tiles)
{
    while (tiles->bytes > tiles->most && tiles->count > 1) {
        int least = 0;
        for (int i = 1; i < tiles->count; i++)
            if (tiles->list[i].key < tiles->list[least].key)
                least = i;
        tiles->floor = tiles->list[least].key;
        tiles->bytes -= bytes_of(&tiles->list[least]);
        df_free(tiles->list[least].rgb);
        tiles->list[least] = tiles->list[--tiles->count];
    }
}

int df_tiles_add(DfTiles *tiles, const uint8_t *rgb, const uint8_t *known, int width, int height)
{
    DfRandom random = df_random_open(tiles->seed, DF_RANDOM_TILES, tiles->offered++, 0);
    DfTile new = { .known = known ? (uint8_t *)1 : NULL, .width = width, .height = height };
    size_t pixels = (size_t)width * height;

    new.key = df_random_bits(&random);
    if (new.key < tiles->floor)
        return 0;
    new.rgb = df_alloc(bytes_of(&new));
    if (!new.rgb)
        return -ENOMEM;
    memcpy(new.rgb, rgb, 3 * pixels);
    new.known = known ? new.rgb + 3 * pixels : NULL;
    for (size_t i = 0; known && i < pixels; i++) {
        new.known[i] = known[i] != 0;
        if (!known[i])
            memset(new.rgb + 3 * i, 0, 3);
    }
    if (tiles->count == tiles->room) {
        if (df_list_grow((void **)&tiles->list, tiles->count, sizeof *tiles->list) < 0) {
            df_free(new.rgb);
            return -ENOMEM;
        }
        tiles->room = DF_MAX(2 * tiles->count, 8);
    }
    tiles->list[tiles->count++] = new;
    tiles->bytes += bytes_of(&new);
    keep_limit(tiles);
    return 0;
}

/** Copy a square of a picture's side out of it. */
static void copy_square(uint8_t *to, const uint8_t *rgb, int width, int side, int x, int y)
{
    for (int row = 0; row < side; row++)
        memcpy(to + (size_t)row * side * 3, rgb + ((size_t)(y + row) * width + x) * 3, (size_t)side * 3);
}

int df_tiles_add_squares(DfTiles *tiles, const uint8_t *rgb, int width, int height)
{
    int side = DF_MIN(width, height), spare = DF_MAX(width, height) - side;
    int count = (DF_MAX(width, height) + side / 2) / side, ret = 0;
    uint8_t *square = df_alloc((size_t)side * side * 3);

    if (!square)
        return -ENOMEM;
    for (int i = 0; i < count && !ret; i++) {
        int at = count > 1 ? (int)((int64_t)spare * i / (count - 1)) : spare / 2;
        copy_square(square, rgb, width, side, width > height ? at : 0, width > height ? 0 : at);
        ret = df_tiles_add(tiles, square, NULL, side, side);
    }
    df_free(square);
    return ret;
}

uint32_t df_tiles_checksum(const DfTiles *tiles)
{
    uint32_t crc = 0;
    for (int i = 0; i < tiles->count; i++) {
        const DfTile *tile = &tiles->list[i];
        const uint8_t sides[] = {
            (uint8_t)tile->width, (uint8_t)(tile->width >> 8), (uint8_t)tile->height, (uint8_t)(tile->height >> 8),
        };
        crc = df_crc32c(df_crc32c(crc, sides, sizeof sides), tile->rgb, bytes_of(tile));
    }
    return crc;
}

void df_tiles_free(DfTiles *tiles)
{
    for (int i = 0; i < tiles->count; i++)
        df_free(tiles->list[i].rgb);
    df_free(tiles->list);
    *tiles = (DfTiles){ 0 };
}

/* --------------------------------------------------------------------------------------- crops -- */

DfCrop df_crop_draw(const DfTiles *tiles, const DfCropRules *rules, int size, DfRandom *random)
{
    DfCrop crop = { .tile = &tiles->list[df_random_integer(random, 0, tiles->count - 1)] };
    double zoom = exp(df_random_uniform(random, log(rules->zoom[0]), log(rules->zoom[1])));

    crop.zoom = fmin(zoom, (double)DF_MIN(crop.tile->width, crop.tile->height) / size);
    crop.x = df_random_uniform(random, 0, crop.tile->width - crop.zoom * size);
    crop.y = df_random_uniform(random, 0, crop.tile->height - crop.zoom * size);
    crop.flip = df_random_chance(random, 0.5);
    crop.gain = (float)df_random_uniform(random, rules->gain[0], rules->gain[1]);
    for (int c = 0; c < 3; c++)
        crop.offset[c] = (float)df_random_uniform(random, -rules->offset, rules->offset);
    return crop;
}

/** Most pixels along an axis that one of a crop is made of: a triangle of zoom, at most 3, on each side. */
enum { MOST_TAPS = 8 };

/** What pixels of the tile one of the crop is made of, along an axis. */
typedef struct Taps {
    int first, count; /* all in the tile */
    float weights[MOST_TAPS];
} Taps;

/** @param i  the crop's pixel  @param at  where the crop begins in the tile */
static void make_taps(Taps *taps, int i, double at, double zoom, int side)
{
    double centre = at + (i + 0.5) * zoom - 0.5, reach = fmax(zoom, 1), sum = 0, weights[MOST_TAPS];
    int first = DF_MAX((int)floor(centre - reach) + 1, 0), last = DF_MIN((int)ceil(centre + reach) - 1, side - 1);

    taps->first = first = DF_MIN(first, side - 1);
    taps->count = DF_CLAMP(last - first + 1, 1, MOST_TAPS);
    for (int k = 0; k < taps->count; k++)
        sum += weights[k] = fmax(reach - fabs(first + k - centre), 1e-9);
    for (int k = 0; k < taps->count; k++)
        taps->weights[k] = (float)(weights[k] / sum);
}

size_t df_crop_scratch(int size)
{
    return (size_t)size * sizeof(Taps) + (size_t)size * 3 * MOST_TAPS * sizeof(float);
}

/** Filter a row of the tile to the crop's width; values of 0..255. */
static void filter_row(float *out, const uint8_t *row, const Taps *columns, int size, int flip)
{
    for (int x = 0; x < size; x++) {
        const Taps *t = &columns[flip ? size - 1 - x : x];
        const uint8_t *at = row + 3 * (ptrdiff_t)t->first;
        float sums[3] = { 0 };
        for (int k = 0; k < t->count; k++, at += 3)
            for (int c = 0; c < 3; c++)
                sums[c] += t->weights[k] * (float)at[c];
        memcpy(out + 3 * x, sums, sizeof sums);
    }
}

/** out += weight * row */
static void add_row(float *restrict out, const float *restrict row, float weight, int n)
{
    for (int i = 0; i < n; i++)
        out[i] += weight * row[i];
}

/** Values of 0..255 to those of the crop. */
static void finish_row(const DfCrop *crop, float *out, int size)
{
    for (int i = 0; i < 3 * size; i += 3)
        for (int c = 0; c < 3; c++) {
            float value = crop->gain * (out[i + c] * (1 / 127.5f) - 1) + crop->offset[c];
            out[i + c] = DF_CLAMP(value, -1, 1);
        }
}

void df_crop_image(const DfCrop *crop, int size, float *image, void *scratch)
{
    const DfTile *tile = crop->tile;
    Taps *columns = scratch, rows;
    float *ring = (float *)(columns + size); /* the last MOST_TAPS rows of the tile */
    int next = 0, n = 3 * size;

    for (int x = 0; x < size; x++)
        make_taps(&columns[x], x, crop->x, crop->zoom, tile->width);
    memset(image, 0, (size_t)size * n * sizeof *image);
    for (int y = 0; y < size; y++) {
        float *out = image + (ptrdiff_t)y * n;
        make_taps(&rows, y, crop->y, crop->zoom, tile->height);
        for (next = DF_MAX(next, rows.first); next < rows.first + rows.count; next++)
            filter_row(ring + (ptrdiff_t)(next % MOST_TAPS) * n, tile->rgb + (ptrdiff_t)next * tile->width * 3, columns,
                       size, crop->flip);
        for (int k = 0; k < rows.count; k++)
            add_row(out, ring + (ptrdiff_t)((rows.first + k) % MOST_TAPS) * n, rows.weights[k], n);
        finish_row(crop, out, size);
    }
}

void df_crop_known(const DfCrop *crop, int size, uint8_t *known)
{
    const DfTile *tile = crop->tile;
    Taps across, down;

    memset(known, 1, (size_t)size * size);
    for (int y = 0; y < size && tile->known; y++) {
        make_taps(&down, y, crop->y, crop->zoom, tile->height);
        for (int x = 0; x < size; x++) {
            uint8_t *to = known + (ptrdiff_t)y * size + (crop->flip ? size - 1 - x : x);
            make_taps(&across, x, crop->x, crop->zoom, tile->width);
            for (int v = 0; v < down.count; v++)
                for (int u = 0; u < across.count; u++)
                    *to &= tile->known[(ptrdiff_t)(down.first + v) * tile->width + across.first + u];
        }
    }
}
