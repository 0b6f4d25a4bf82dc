/**
 * @file
 * Rectangles drawn as a mask; their sides may be expressions of libavutil's.
 */
#include <errno.h>
#include <libavutil/eval.h>
#include <libavutil/mem.h>
#include <math.h>
#include <string.h>

#include "base.h"
#include "cli/picture.h"

/* Characters of one number of a rectangle. */
#define LONGEST 256

static const char *const variables[] = { "iw", "ih", NULL };

static int separates(char c)
{
    return c && strchr(" \t\n,:", c);
}

/* Copy one number, or expression; separators inside its brackets belong to it. @return 0 or -EINVAL */
static int next_word(const char **text, char word[LONGEST])
{
    int depth = 0, length = 0;
    while (separates(**text))
        (*text)++;
    for (; **text && **text != '|' && (depth || !separates(**text)); (*text)++) {
        depth += (**text == '(') - (**text == ')');
        if (length == LONGEST - 1)
            return -EINVAL;
        word[length++] = **text;
    }
    word[length] = 0;
    return length ? 0 : -EINVAL;
}

static int evaluate(const char *word, int width, int height, double *value)
{
    double values[] = { width, height };
    int error = av_expr_parse_and_eval(value, word, variables, values, NULL, NULL, NULL, NULL, NULL, 0, NULL);
    if (error == AVERROR(ENOMEM))
        return df_error(-ENOMEM, "out of memory: a box could not be read");
    return error < 0 || !isfinite(*value) ? -EINVAL : 0;
}

/* The next rectangle: x, y, width, height. @return 1: one is behind it, 0: it is the last, or a negative errno */
static int next_box(const char **text, int width, int height, double box[4])
{
    char word[LONGEST];
    for (int i = 0; i < 4; i++) {
        int error = next_word(text, word);
        if (!error)
            error = evaluate(word, width, height, &box[i]);
        if (error < 0)
            return error;
    }
    while (separates(**text))
        (*text)++;
    if (!**text)
        return 0;
    return *(*text)++ == '|' ? 1 : -EINVAL;
}

int df_boxes_valid(const char *boxes)
{
    double box[4];
    int more = 1;
    while (more > 0)
        more = next_box(&boxes, DF_PICTURE_MOST_SIDE, DF_PICTURE_MOST_SIDE, box);
    return !more;
}

/* Fill the part of a rectangle that lies in the picture. @return 0; -EINVAL where none does */
static int draw(DfStill *mask, const double box[4])
{
    int x0 = (int)DF_CLAMP(floor(box[0]), 0, mask->width), x1 = (int)DF_CLAMP(ceil(box[0] + box[2]), 0, mask->width);
    int y0 = (int)DF_CLAMP(floor(box[1]), 0, mask->height);
    int y1 = (int)DF_CLAMP(ceil(box[1] + box[3]), 0, mask->height);
    if (!(box[2] > 0 && box[3] > 0 && x0 < x1 && y0 < y1))
        return -EINVAL;
    for (int y = y0; y < y1; y++)
        memset(mask->planes[0] + (size_t)y * mask->width + x0, 255, x1 - x0);
    return 0;
}

int df_picture_boxes(DfStill *mask, const char *boxes, int width, int height, const char *name)
{
    double box[4];
    *mask = (DfStill){ .width = width, .height = height, .depth = 8, .colours = 1 };
    int error = df_picture_alloc(mask);
    for (int more = 1; !error && more > 0;) {
        more = next_box(&boxes, width, height, box);
        if (more < 0)
            error = df_error(more, "%s: a box of it cannot be evaluated", name);
        else if (draw(mask, box) < 0)
            error = df_error(-EINVAL, "%s: the box '%g %g %g %g' holds none of its %dx%d pixels", name, box[0],
                             box[1], box[2], box[3], width, height);
    }
    if (error < 0)
        df_picture_free(mask);
    return error;
}
