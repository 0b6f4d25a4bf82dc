/**
 * @file
 * The brushes, by discs, lines and polygons.
 */
#include "train/brush.h"

#include <math.h>
#include <string.h>

#include "base.h"
#include "train/canvas.h"
#include "train/glyphs.h"

#define PI 3.14159265358979323846

/** A mask that is drawn, its shorter side, and where chance comes from. */
typedef struct Brush {
    DfCanvas canvas;
    double side;
    DfRandom *random;
} Brush;

static double between(const Brush *b, double least, double most)
{
    return df_random_uniform(b->random, least, most);
}

/* ------------------------------------------------------------------------------------- general -- */

/**
 * One stroke: corners at angles of 2 pi / 5, give or take 2 pi / 15, every other one reversed; lengths of a normal
 * distribution around r = diagonal / 8, half as wide, 0 .. 2 r.
 */
static void put_stroke(const Brush *b)
{
    double width = b->canvas.width, height = b->canvas.height, radius = hypot(width, height) / 8;
    double least = 2 * PI / 5 - between(b, 0, 2 * PI / 15), most = 2 * PI / 5 + between(b, 0, 2 * PI / 15);
    double thick = between(b, 12, 40) / 256 * b->side;
    int corners = df_random_integer(b->random, 4, 12);
    DfPoint at = { between(b, 0, width), between(b, 0, height) };

    for (int i = 0; i < corners; i++) {
        double angle = between(b, least, most);
        double length = DF_CLAMP(radius + radius / 2 * df_random_normal(b->random), 0, 2 * radius);
        if (i % 2 == 0)
            angle = 2 * PI - angle;
        DfPoint to = { DF_CLAMP(at.x + length * cos(angle), 0, width),
                       DF_CLAMP(at.y + length * sin(angle), 0, height) };
        df_canvas_line(&b->canvas, at, to, thick);
        at = to;
    }
}

/** Flip a mask from left to right, and upside down. */
static void flip(const DfCanvas *canvas, int across, int down)
{
    int width = canvas->width, height = canvas->height;

    for (int y = 0; y < (down ? height / 2 : 0); y++)
        for (int x = 0; x < width; x++) {
            uint8_t *a = canvas->mask + (ptrdiff_t)y * width + x, kept = *a;
            uint8_t *b = canvas->mask + (ptrdiff_t)(height - 1 - y) * width + x;
            *a = *b;
            *b = kept;
        }
    for (int y = 0; y < (across ? height : 0); y++)
        for (uint8_t *a = canvas->mask + (ptrdiff_t)y * width, *b = a + width - 1; a < b; a++, b--) {
            uint8_t kept = *a;
            *a = *b;
            *b = kept;
        }
}

static void put_strokes(const Brush *b)
{
    int count = df_random_integer(b->random, 1, 3);

    for (int i = 0; i < count; i++)
        put_stroke(b);
    int across = df_random_chance(b->random, 0.5), down = df_random_chance(b->random, 0.5);
    flip(&b->canvas, across, down);
}

static void put_box(const Brush *b)
{
    double width = between(b, 0.1, 0.5) * b->side, height = between(b, 0.1, 0.5) * b->side;
    double x = between(b, 0, b->canvas.width - width), y = between(b, 0, b->canvas.height - height);

    df_canvas_box(&b->canvas, x, y, x + width, y + height);
}

/** A closed outline: a radius with three waves of random height and phase, stretched and turned. */
static void put_outline(const Brush *b, DfPoint centre, double radius, double roughness)
{
    DfPoint corners[DF_POLYGON_MOST];
    double stretch = between(b, 0.55, 1), turn = between(b, 0, PI), height[4], phase[4];

    for (int k = 0; k < 4; k++) {
        height[k] = roughness * between(b, 0.2, 1) / (k + 2);
        phase[k] = between(b, 0, 2 * PI);
    }
    for (int i = 0; i < DF_POLYGON_MOST; i++) {
        double angle = 2 * PI * i / DF_POLYGON_MOST, r = 1;
        for (int k = 0; k < 4; k++)
            r += height[k] * cos((k + 2) * angle + phase[k]);
        double u = radius * r * cos(angle), v = radius * r * stretch * sin(angle);
        corners[i] = (DfPoint){ centre.x + u * cos(turn) - v * sin(turn), centre.y + u * sin(turn) + v * cos(turn) };
    }
    df_canvas_polygon(&b->canvas, corners, DF_POLYGON_MOST);
}

static void put_blob(const Brush *b)
{
    DfPoint centre = { between(b, 0.1, 0.9) * b->canvas.width, between(b, 0.1, 0.9) * b->canvas.height };

    put_outline(b, centre, between(b, 0.1, 0.33) * b->side, between(b, 0, 0.9));
}

/* --------------------------------------------------------------------------------- the real task -- */

/** A disc, a ring, a star or polygon, or an outline, in a square of a side of `size` around a centre. */
static void put_emblem(const Brush *b, DfPoint centre, double size, double pen)
{
    DfPoint corners[16];
    int kind = df_random_integer(b->random, 0, 3), tips = df_random_integer(b->random, 3, 6);
    double turn = between(b, 0, 2 * PI), inner = df_random_chance(b->random, 0.5) ? between(b, 0.35, 0.6) : 0;
    int count = inner > 0 ? 2 * tips : tips;

    if (kind == 0)
        df_canvas_disc(&b->canvas, centre, size / 2);
    else if (kind == 1)
        for (int i = 0; i < 32; i++) {
            double r = size / 2 - pen / 2, angle = 2 * PI * i / 32, next = 2 * PI * (i + 1) / 32;
            df_canvas_line(&b->canvas, (DfPoint){ centre.x + r * cos(angle), centre.y + r * sin(angle) },
                           (DfPoint){ centre.x + r * cos(next), centre.y + r * sin(next) }, pen);
        }
    else if (kind == 2)
        put_outline(b, centre, size / 2, 0.5);
    else {
        for (int i = 0; i < count; i++) {
            double r = size / 2 * (inner > 0 && i % 2 ? inner : 1), angle = turn + 2 * PI * i / count;
            corners[i] = (DfPoint){ centre.x + r * cos(angle), centre.y + r * sin(angle) };
        }
        df_canvas_polygon(&b->canvas, corners, count);
    }
}

/** An emblem, glyphs, or both, beside or below one another, at any place of the mask. */
static void put_logo(const Brush *b)
{
    enum { EMBLEM, BESIDE, BELOW, TEXT, LAYOUTS };
    int layout = df_random_integer(b->random, 0, LAYOUTS - 1), rows = df_random_chance(b->random, 0.3) ? 2 : 1;
    double width = between(b, 0.16, 0.6) * b->side, size = layout == EMBLEM ? fmin(width, 0.35 * b->side) : width / 2.5;
    double height = layout == TEXT ? width / between(b, 2, 5) : layout == BELOW ? size * 1.6 : size;
    double x = between(b, 0, b->canvas.width - width), y = between(b, 0, b->canvas.height - height);
    DfText text = { .x0 = x, .x1 = x + width, .y = y, .height = height / (rows > 1 ? 2.2 : 1), .rows = rows,
                    .pen = between(b, 0.12, 0.3), .grow = between(b, 0.004, 0.02) * b->side };

    if (layout == BESIDE) {
        text.x0 = x + 1.15 * size;
        text.y = y + 0.2 * size;
        text.height *= 0.6;
    } else if (layout == BELOW) {
        text.y = y + 1.1 * size;
        text.height = 0.5 * size;
        text.rows = 1;
    }
    if (layout != TEXT)
        put_emblem(b, (DfPoint){ layout == BELOW ? x + width / 2 : x + size / 2, y + size / 2 }, size,
                   between(b, 0.1, 0.25) * size);
    if (layout != EMBLEM)
        df_glyphs_text(&b->canvas, &text, b->random);
}

/** A band across, or down in one case of six; from edge to edge in half of them, from one edge in a quarter. */
static void put_strip(const Brush *b)
{
    int down = df_random_chance(b->random, 1.0 / 6), ends = df_random_integer(b->random, 0, 3);
    double along = down ? b->canvas.height : b->canvas.width, across = down ? b->canvas.width : b->canvas.height;
    double width = between(b, 1 / 16.0, 0.25) * b->side, at = between(b, 0, across - width);
    double from = ends > 1 ? 0 : between(b, 0.05, 0.4) * along;
    double to = ends > 1 ? along : ends == 1 ? along : between(b, 0.6, 0.95) * along;

    if (down)
        df_canvas_box(&b->canvas, at, from, at + width, to);
    else
        df_canvas_box(&b->canvas, from, at, to, at + width);
}

/** Rows of words, centred, in the lower half in two cases of three, as wide as most captions, or cut by the edges. */
static void put_caption(const Brush *b)
{
    int rows = df_random_integer(b->random, 1, 3), low = df_random_chance(b->random, 2.0 / 3);
    double height = between(b, 1 / 24.0, 1 / 8.0) * b->side, all = height * (1.4 * rows - 0.4);
    double margin = df_random_chance(b->random, 0.4) ? -height : between(b, 0, 0.25) * b->canvas.width;
    DfText text = { .x0 = margin, .x1 = b->canvas.width - margin, .height = height, .rows = rows,
                    .y = between(b, low ? 0.5 * b->canvas.height : 0, b->canvas.height - all),
                    .pen = between(b, 0.08, 0.2), .grow = between(b, 0.004, 0.024) * b->side };

    df_glyphs_text(&b->canvas, &text, b->random);
}

/* ------------------------------------------------------------------------------------------ all -- */

/** How often each is chosen, in percent. */
static const int shares[DF_BRUSHES] = {
    [DF_BRUSH_STROKES] = 18, [DF_BRUSH_BOX] = 8, [DF_BRUSH_BOTH] = 8, [DF_BRUSH_BLOB] = 16,
    [DF_BRUSH_LOGO] = 20, [DF_BRUSH_STRIP] = 12, [DF_BRUSH_CAPTION] = 18,
};

enum DfBrush df_brush_choose(DfRandom *random)
{
    int rank = df_random_integer(random, 0, 99), brush = 0;

    while ((rank -= shares[brush]) >= 0)
        brush++;
    return brush;
}

static double share_of(const uint8_t *mask, size_t count)
{
    size_t sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += mask[i];
    return (double)sum / (double)count;
}

static void draw_once(const Brush *b, enum DfBrush brush)
{
    if (brush == DF_BRUSH_STROKES || brush == DF_BRUSH_BOTH)
        put_strokes(b);
    if (brush == DF_BRUSH_BOX || brush == DF_BRUSH_BOTH)
        put_box(b);
    if (brush == DF_BRUSH_BLOB)
        put_blob(b);
    if (brush == DF_BRUSH_LOGO)
        put_logo(b);
    if (brush == DF_BRUSH_STRIP)
        put_strip(b);
    if (brush == DF_BRUSH_CAPTION)
        put_caption(b);
}

void df_brush_draw(uint8_t *mask, int width, int height, enum DfBrush brush, DfRandom *random)
{
    Brush b = { { mask, width, height }, DF_MIN(width, height), random };

    for (int tries = 0;; tries++) {
        memset(mask, 0, (size_t)width * height);
        /* A box is always within the limits. */
        draw_once(&b, tries < 10 ? brush : DF_BRUSH_BOX);
        double share = share_of(mask, (size_t)width * height);
        if (tries == 10 || (share >= DF_BRUSH_LEAST && share <= DF_BRUSH_MOST))
            return;
    }
}

void df_brush_mask(uint8_t *mask, int width, int height, DfRandom *random)
{
    df_brush_draw(mask, width, height, df_brush_choose(random), random);
}

/** @return where the hole pixel of a rank lies; -1: there are not so many */
static ptrdiff_t find_hole(const DfHolePattern *pattern, int64_t rank)
{
    ptrdiff_t count = (ptrdiff_t)pattern->width * pattern->height;

    for (ptrdiff_t i = 0; i < count; i++)
        if (!pattern->known[i] && rank-- == 0)
            return i;
    return -1;
}

void df_brush_pattern(uint8_t *mask, int width, int height, const DfHolePattern *pattern, double zoom, DfRandom *random)
{
    int64_t holes = 0, count = (int64_t)pattern->width * pattern->height;
    double x0 = df_random_uniform(random, 0.25, 0.75) * width, y0 = df_random_uniform(random, 0.25, 0.75) * height;
    double right = df_random_chance(random, 0.5) ? zoom : -zoom, down = df_random_chance(random, 0.5) ? zoom : -zoom;

    for (int64_t i = 0; i < count; i++)
        holes += !pattern->known[i];
    ptrdiff_t at = holes ? find_hole(pattern, (int64_t)df_random_uniform(random, 0, (double)holes)) : 0;
    for (int y = 0; y < height; y++) {
        double v = floor((double)(at / pattern->width) + 0.5 + down * (y - floor(y0)));
        for (int x = 0; x < width; x++) {
            double u = floor((double)(at % pattern->width) + 0.5 + right * (x - floor(x0)));
            int inside = u >= 0 && v >= 0 && u < pattern->width && v < pattern->height;
            mask[(ptrdiff_t)y * width + x] = inside && !pattern->known[(ptrdiff_t)v * pattern->width + (ptrdiff_t)u];
        }
    }
}
