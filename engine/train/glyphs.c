/**
 * @file
 * Letters of strokes between the nine points of a cell.
 */
#include "train/glyphs.h"

#include <math.h>

/** A letter: lines between points of a 3 x 3 grid, numbered row by row; ends with -1. */
static const signed char letters[][10] = {
    { 0, 6, 0, 2, 3, 5, -1 },       /* F */
    { 0, 6, 6, 8, -1 },             /* L */
    { 0, 2, 1, 7, -1 },             /* T */
    { 6, 1, 1, 8, 3, 5, -1 },       /* A */
    { 0, 6, 2, 8, 3, 5, -1 },       /* H */
    { 0, 8, 2, 6, -1 },             /* X */
    { 1, 7, -1 },                   /* I */
    { 0, 7, 7, 2, -1 },             /* V */
    { 0, 6, 6, 8, 8, 2, -1 },       /* U */
    { 0, 6, 0, 8, 8, 2, -1 },       /* N */
    { 0, 2, 2, 6, 6, 8, -1 },       /* Z */
    { 3, 5, 3, 6, 6, 8, 5, 8, -1 }, /* a round one of half height, as small letters are */
    { 3, 6, 3, 5, 5, 8, -1 },       /* n */
    { 0, 6, 3, 5, 5, 8, 6, 8, -1 }, /* b */
    { 4, 7, -1 },                   /* i */
};
enum { LETTERS = sizeof letters / sizeof *letters };

/** A cell: its upper left corner and sides, without what is widened. */
typedef struct Cell {
    double x, y, width, height;
} Cell;

static DfPoint point_of(const Cell *cell, int number)
{
    return (DfPoint){ cell->x + cell->width * (number % 3) / 2, cell->y + cell->height * (number / 3) / 2 };
}

static void put_letter(const DfCanvas *canvas, const Cell *cell, double pen, int number)
{
    const signed char *letter = letters[number];

    for (int i = 0; letter[i] >= 0; i += 2)
        df_canvas_line(canvas, point_of(cell, letter[i]), point_of(cell, letter[i + 1]), pen);
}

/** An ellipse of lines. */
static void put_round(const DfCanvas *canvas, const Cell *cell, double pen)
{
    enum { SIDES = 12 };
    DfPoint last = { cell->x + cell->width, cell->y + cell->height / 2 };

    for (int i = 1; i <= SIDES; i++) {
        double angle = 2 * 3.14159265358979323846 * i / SIDES;
        DfPoint at = { cell->x + cell->width / 2 * (1 + cos(angle)), cell->y + cell->height / 2 * (1 + sin(angle)) };
        df_canvas_line(canvas, last, at, pen);
        last = at;
    }
}

static void put_row(const DfCanvas *canvas, const DfText *text, double y, int boxes, DfRandom *random)
{
    double length = df_random_uniform(random, 0.5, 1) * (text->x1 - text->x0), grow = text->grow;
    double x = (text->x0 + text->x1 - length) / 2, end = x + length;
    double pen = fmax(text->pen * text->height, 1) + 2 * grow, gap = (0.15 + text->pen) * text->height;

    while (x < end) {
        int count = df_random_integer(random, 1, 9);
        for (int i = 0; i < count && x < end; i++) {
            Cell cell = { x, y, df_random_uniform(random, 0.3, 0.65) * text->height, text->height };
            int number = df_random_integer(random, -3, LETTERS - 1);
            if (boxes)
                df_canvas_box(canvas, x - grow, y - grow, x + cell.width + grow, y + cell.height + grow);
            else if (number < 0)
                put_round(canvas, &cell, pen);
            else
                put_letter(canvas, &cell, pen, number);
            x += cell.width + gap;
        }
        x += 0.4 * text->height;
    }
}

void df_glyphs_text(const DfCanvas *canvas, const DfText *text, DfRandom *random)
{
    int boxes = df_random_chance(random, 0.2);

    for (int row = 0; row < text->rows; row++)
        put_row(canvas, text, text->y + 1.4 * text->height * row, boxes, random);
}
