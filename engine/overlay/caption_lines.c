/**
 * @file
 * Lines: rows of a patch that many strokes share.
 */
#include "overlay/caption_lines.h"

#include <string.h>

#include "overlay/caption_strokes.h"

#define LINES 3
#define LEAST_ROW 2.0f        /* strokes' pixels in a row of a line */
#define LEAST_ROW_SHARE 0.12f /* of the fullest row: fewer strokes lie between lines */
#define LEAST_NEAR 6          /* strokes' pixels in a square of 2 reach + 1, with the one in its middle */
#define LEAST_NEAR_SHARE 0.08f

/** Rows y0 <= y < y1 and the strokes in them. */
typedef struct Line {
    int y0, y1, count, width;
} Line;

/** @return strokes in the square around (x, y), counted column by column */
static int count_near(const DfCaptionPatch *patch, const int *columns, int x)
{
    int sum = 0;
    for (int u = DF_MAX(x - patch->reach, 0); u <= DF_MIN(x + patch->reach, patch->width - 1); u++)
        sum += columns[u];
    return sum;
}

static void count_columns(int *columns, const DfCaptionPatch *patch, int y)
{
    memset(columns, 0, patch->width * sizeof *columns);
    for (int v = DF_MAX(y - patch->reach, 0); v <= DF_MIN(y + patch->reach, patch->height - 1); v++)
        for (int x = 0; x < patch->width; x++)
            columns[x] += patch->seed[(size_t)v * patch->width + x];
}

void df_caption_prune(DfCaptionPatch *patch)
{
    int side = 2 * patch->reach + 1, *columns = (int *)patch->plane[0];
    float least = DF_MAX((float)LEAST_NEAR, LEAST_NEAR_SHARE * (float)(side * side));
    size_t size = (size_t)patch->width * patch->height;

    memcpy(patch->mask, patch->seed, size);
    for (int y = 0; y < patch->height; y++) {
        count_columns(columns, patch, y);
        for (int x = 0; x < patch->width; x++)
            if (patch->seed[(size_t)y * patch->width + x] && (float)count_near(patch, columns, x) < least)
                patch->mask[(size_t)y * patch->width + x] = 0;
    }
    memcpy(patch->seed, patch->mask, size);
    patch->count = 0;
    for (size_t i = 0; i < size; i++)
        patch->count += patch->seed[i];
}

static int count_row(const DfCaptionPatch *patch, int y)
{
    int sum = 0;
    for (int x = 0; x < patch->width && y >= 0 && y < patch->height; x++)
        sum += patch->seed[(size_t)y * patch->width + x];
    return sum;
}

/** The mean of three rows: descenders and dots do not part a line. */
static float profile_at(const DfCaptionPatch *patch, int y)
{
    return (float)(count_row(patch, y - 1) + count_row(patch, y) + count_row(patch, y + 1)) / 3;
}

static void measure_line(Line *line, const DfCaptionPatch *patch)
{
    int x0 = patch->width, x1 = 0;

    line->count = 0;
    for (int y = line->y0; y < line->y1; y++)
        for (int x = 0; x < patch->width; x++)
            if (patch->seed[(size_t)y * patch->width + x]) {
                line->count++;
                x0 = DF_MIN(x0, x);
                x1 = DF_MAX(x1, x + 1);
            }
    line->width = DF_MAX(x1 - x0, 1);
}

/** Keep the lines that have most strokes, the fullest first. */
static void keep_line(Line *lines, Line line)
{
    for (int i = 0; i < LINES; i++)
        if (line.count > lines[i].count) {
            Line less = lines[i];
            lines[i] = line;
            line = less;
        }
}

static void find_lines(Line *lines, const DfCaptionPatch *patch)
{
    float most = 0;

    for (int y = 0; y < patch->height; y++)
        most = DF_MAX(most, profile_at(patch, y));
    float least = DF_MAX(LEAST_ROW, LEAST_ROW_SHARE * most);
    for (int y = 0; y < patch->height; y++) {
        Line line = { .y0 = y };
        while (y < patch->height && profile_at(patch, y) > least)
            y++;
        line.y1 = y;
        measure_line(&line, patch);
        keep_line(lines, line);
    }
}

/** Clear the strokes that are in none of the lines. */
static void clear_beside(DfCaptionPatch *patch, const Line *lines)
{
    for (int y = 0; y < patch->height; y++) {
        int is_in = 0;
        for (int i = 0; i < LINES; i++)
            is_in |= y >= lines[i].y0 && y < lines[i].y1;
        if (!is_in)
            memset(patch->seed + (size_t)y * patch->width, 0, patch->width);
    }
}

/** Of the mean picture, in whole levels. */
static float mean_strength(const DfCaptionPatch *patch)
{
    size_t size = (size_t)patch->width * patch->height;
    uint8_t *picture = (uint8_t *)patch->plane[0], *strength = picture + size;
    double sum = 0;

    for (size_t i = 0; i < size; i++)
        picture[i] = (uint8_t)(patch->mean[i] + 0.5f);
    df_caption_strokes(strength, picture, patch->width, patch->width, patch->height, patch->reach, patch->bytes);
    for (size_t i = 0; i < size; i++)
        sum += patch->seed[i] ? strength[i] : 0;
    return (float)(sum / DF_MAX(patch->count, 1));
}

DfCaptionShape df_caption_shape(DfCaptionPatch *patch, int band_width, int frame_height)
{
    Line lines[LINES] = { 0 };
    int count = 0, found = 0;
    DfCaptionShape shape = { .area = 1e3f * patch->count / ((float)frame_height * frame_height) };

    find_lines(lines, patch);
    for (int i = 0; i < LINES && lines[i].count; i++, found++) {
        int height = lines[i].y1 - lines[i].y0;
        count += lines[i].count;
        shape.height = DF_MAX(shape.height, (float)height / frame_height);
        shape.width = DF_MAX(shape.width, (float)lines[i].width / band_width);
        shape.fill += (float)lines[i].count / ((float)height * lines[i].width);
    }
    shape.fill /= DF_MAX(found, 1);
    shape.in_lines = (float)count / DF_MAX(patch->count, 1);
    clear_beside(patch, lines);
    patch->count = count;
    shape.strength = mean_strength(patch);
    return shape;
}
