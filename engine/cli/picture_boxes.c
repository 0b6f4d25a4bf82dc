/**
 * @file
 * Rectangles drawn as a mask: four values between blanks, commas or colons, named or not, or WxH+X+Y. Values are
 * expressions of libavutil's. filter/deepfill_boxes.c reads the same notation: tests/lib/boxes.txt is for both.
 */
#include <ctype.h>
#include <errno.h>
#include <libavutil/error.h>
#include <libavutil/eval.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#include "base.h"
#include "cli/picture.h"

/* Characters of a value, and of a rectangle. */
#define VALUE 128
#define LONGEST (4 * VALUE)
/* Messages of libavutil's go below all levels: the sentences here say more. */
#define SILENT 1000

enum { X, Y, W, H, VALUES };

static const char *const names[] = { "x", "y", "w", "h", "iw", "ih", NULL };

typedef struct Box {
    char values[VALUES][VALUE];
} Box;

/* ------------------------------------------------------------------------------------- reading -- */

/** How many characters stand before the first of some that lies outside of brackets, or before the end. */
static size_t length_outside(const char *text, const char *set)
{
    int depth = 0;
    size_t at = 0;
    for (; text[at]; at++) {
        depth += (text[at] == '(') - (text[at] == ')');
        if (depth <= 0 && strchr(set, text[at]))
            break;
    }
    return at;
}

static char *trim(char *text)
{
    char *end = text + strlen(text);
    while (isspace((unsigned char)*text))
        text++;
    while (end > text && isspace((unsigned char)end[-1]))
        *--end = 0;
    return text;
}

/** The value that a name and an equals sign ask for, which are passed over, or else the next. */
static int which_value(char **text, int next)
{
    const char *known = "xywh", *found = **text ? strchr(known, **text) : NULL;
    char *equals = *text + !!found;
    while (isspace((unsigned char)*equals))
        equals++;
    if (!found || *equals != '=')
        return next;
    *text = trim(equals + 1);
    return (int)(found - known);
}

/** WxH+X+Y, as X11 writes it: whole numbers without a sign. @return whether it is that */
static int read_geometry(Box *box, const char *text)
{
    static const char digits[] = "0123456789", after[] = "x++"; /* and the end */
    static const int order[] = { W, H, X, Y };
    for (int i = 0; i < VALUES; i++) {
        size_t length = strspn(text, digits);
        if (!length || length >= VALUE || text[length] != after[i])
            return 0;
        memcpy(box->values[order[i]], text, length);
        box->values[order[i]][length] = 0;
        text += length + 1;
    }
    return 1;
}

/** Colons part the values where there are any, else commas, else blanks. @return 0 or -EINVAL */
static int read_values(Box *box, char *text)
{
    const char *parts = text[length_outside(text, ":")] ? ":" : text[length_outside(text, ",")] ? "," : " \t";
    int given = 0, count = 0;
    for (; *text; count++) {
        char *end = text + length_outside(text, parts), *next = end + !!*end;
        *end = 0;
        char *value = trim(text);
        int which = which_value(&value, count);
        if (which >= VALUES || !*value || strlen(value) >= VALUE)
            return -EINVAL;
        strcpy(box->values[which], value);
        given |= 1 << which;
        text = next;
        while (*parts == ' ' && isspace((unsigned char)*text))
            text++;
    }
    return count == VALUES && given == (1 << VALUES) - 1 ? 0 : -EINVAL;
}

/** The next rectangle of a list. @return 1: one is behind it, 0: it is the last; -EINVAL: it is none */
static int next_box(Box *box, const char **list)
{
    char text[LONGEST];
    size_t length = length_outside(*list, "|");
    if (length >= LONGEST)
        return -EINVAL;
    memcpy(text, *list, length);
    text[length] = 0;
    *list += length;
    char *begin = trim(text);
    if (!read_geometry(box, begin) && read_values(box, begin) < 0)
        return -EINVAL;
    return *(*list) ? (*list)++, 1 : 0;
}

/* ----------------------------------------------------------------------------------- evaluating -- */

/** A plain number that is a fraction of a side, else NAN: '10%', '0.25'; '1.0' is the whole. */
static double fraction_of(const char *text)
{
    char *end;
    double value = av_strtod(text, &end);
    if (end == text || strspn(text, "+-0123456789.%") != strlen(text))
        return NAN;
    if (!strcmp(end, "%"))
        return value / 100;
    return !*end && strchr(text, '.') && fabs(value) <= 1 ? value : NAN;
}

static int evaluate_one(const char *text, double side, const double variables[], double *value)
{
    double fraction = fraction_of(text);
    if (!isnan(fraction)) {
        *value = fraction * side;
        return 0;
    }
    AVExpr *expression = NULL;
    int ret = av_expr_parse(&expression, text, names, NULL, NULL, NULL, NULL, SILENT, NULL);
    if (ret == AVERROR(ENOMEM))
        return df_error(-ENOMEM, "out of memory: a box could not be read");
    if (ret < 0)
        return -EINVAL;
    *value = av_expr_eval(expression, variables, NULL);
    av_expr_free(expression);
    return 0;
}

/** Whole pixels of a rectangle: twice over, as a value may use those after it. @return 0 or a negative errno */
static int evaluate(const Box *box, int width, int height, double value[VALUES])
{
    double variables[] = { NAN, NAN, NAN, NAN, width, height };
    for (int i = 0; i < 2 * VALUES; i++) {
        int which = (i + W) % VALUES;
        int ret = evaluate_one(box->values[which], which == X || which == W ? width : height, variables,
                               &variables[which]);
        if (ret < 0)
            return ret;
    }
    for (int i = 0; i < VALUES; i++)
        value[i] = rint(variables[i]);
    return 0;
}

/** Whether all are numbers of pixels: no NAN, no infinity. */
static int are_pixels(const double value[VALUES])
{
    for (int i = 0; i < VALUES; i++)
        if (!(fabs(value[i]) <= INT_MAX))
            return 0;
    return 1;
}

int df_boxes_check(const char *boxes)
{
    Box box;
    double value[VALUES];
    int more = 1;
    while (more > 0) {
        more = next_box(&box, &boxes);
        int ret = more < 0 ? more : evaluate(&box, DF_PICTURE_MOST_SIDE, DF_PICTURE_MOST_SIDE, value);
        if (ret < 0)
            return ret;
        if (!are_pixels(value))
            return -EINVAL;
    }
    return 0;
}

/* ------------------------------------------------------------------------------------- drawing -- */

/** Fill the part of a rectangle that lies in the picture. @return whether there is one */
static int draw(DfStill *mask, const double value[VALUES])
{
    if (!are_pixels(value) || value[W] < 1 || value[H] < 1 || value[X] >= mask->width || value[Y] >= mask->height ||
        value[X] + value[W] <= 0 || value[Y] + value[H] <= 0)
        return 0;
    int x0 = (int)DF_MAX(value[X], 0), x1 = (int)DF_MIN(value[X] + value[W], mask->width);
    int y0 = (int)DF_MAX(value[Y], 0), y1 = (int)DF_MIN(value[Y] + value[H], mask->height);
    for (int y = y0; y < y1; y++)
        memset(mask->planes[0] + (size_t)y * mask->width + x0, 255, x1 - x0);
    return 1;
}

int df_picture_boxes(DfStill *mask, const char *boxes, int width, int height, const char *name)
{
    Box box;
    double value[VALUES];
    *mask = (DfStill){ .width = width, .height = height, .depth = 8, .colours = 1 };
    int ret = df_picture_alloc(mask);
    for (int more = 1; !ret && more > 0;) {
        more = next_box(&box, &boxes);
        ret = more < 0 ? more : evaluate(&box, width, height, value);
        if (!ret && !draw(mask, value))
            ret = df_error(-EINVAL, "%s: none of its %dx%d pixels lie in the box x=%g y=%g w=%g h=%g", name,
                           width, height, value[X], value[Y], value[W], value[H]);
    }
    if (ret < 0)
        df_picture_free(mask);
    return ret;
}
