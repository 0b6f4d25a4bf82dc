/*
 * This file is part of FFmpeg.
 *
 * FFmpeg is free software; you can redistribute it and/or
 * modify it under the terms of the GNU Lesser General Public
 * License as published by the Free Software Foundation; either
 * version 2.1 of the License, or (at your option) any later version.
 *
 * FFmpeg is distributed in the hope that it will be useful,
 * but WITHOUT ANY WARRANTY; without even the implied warranty of
 * MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the GNU
 * Lesser General Public License for more details.
 *
 * You should have received a copy of the GNU Lesser General Public
 * License along with FFmpeg; if not, write to the Free Software
 * Foundation, Inc., 51 Franklin Street, Fifth Floor, Boston, MA 02110-1301 USA
 */

/**
 * @file
 * Rectangles instead of a mask.
 *
 * A rectangle is written as hands write it: 'x y w h' with blanks, commas or
 * colons between, 'x=..:y=..:w=..:h=..' as for delogo, or 'WxH+X+Y' as for X11.
 * Values are expressions in iw, ih and the rectangle's own x, y, w and h; a
 * plain number with a decimal point, up to 1, or with % is a fraction of the
 * frame. engine/cli/picture_boxes.c reads the same notation.
 */

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "libavutil/avstring.h"
#include "libavutil/common.h"
#include "libavutil/error.h"
#include "libavutil/eval.h"
#include "libavutil/log.h"
#include "libavutil/mem.h"

#include "deepfill_boxes.h"
#include "deepfill_mask_gray.h"

/* Added to the level of av_expr_parse()'s messages, so that none is shown: the messages here say more. */
#define SILENT 1000

enum { X, Y, W, H, VALUES };

static const char *const names[] = { "x", "y", "w", "h", "iw", "ih", NULL };

typedef struct Box {
    char *origin;          ///< what messages call the text it is from
    char *text;            ///< as written
    int64_t start, end;    ///< microseconds, exclusive
    AVExpr *value[VALUES];
    double of_frame[VALUES]; ///< the fraction of the frame that a value is; NAN: it is an expression
    int left, top, right, bottom; ///< inside the frame, exclusive; once placed
} Box;

struct DeepfillBoxes {
    void *log;
    Box *box;
    int count;
    int width, height;     ///< of the frames, once placed
};

DeepfillBoxes *ff_deepfill_boxes_alloc(void *log)
{
    DeepfillBoxes *boxes = av_mallocz(sizeof(*boxes));

    if (boxes)
        boxes->log = log;
    return boxes;
}

/* ------------------------------------------------------------------------------------------- reading -- */

/** The first of some characters outside of brackets, or the end. */
static const char *find_outside(const char *text, const char *end, const char *set)
{
    int depth = 0;

    for (; text < end; text++) {
        depth += (*text == '(') - (*text == ')');
        if (depth <= 0 && strchr(set, *text))
            break;
    }
    return text;
}

static void trim(const char **text, const char **end)
{
    while (*text < *end && isspace((unsigned char)**text))
        ++*text;
    while (*end > *text && isspace((unsigned char)(*end)[-1]))
        --*end;
}

/** A plain number that is a fraction of the frame, else NAN: '10%', '0.25'; '1.0' is the whole. */
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

/** Read one value, which becomes that of x, y, w or h. */
static int parse_value(const DeepfillBoxes *boxes, Box *box, int which, const char *text, const char *end,
                       const char *whole)
{
    char *value;
    int ret;

    trim(&text, &end);
    value = av_strndup(text, end - text);
    if (!value)
        return AVERROR(ENOMEM);
    av_expr_free(box->value[which]);
    box->value[which]    = NULL;
    box->of_frame[which] = fraction_of(value);
    ret = isnan(box->of_frame[which]) ?
          av_expr_parse(&box->value[which], value, names, NULL, NULL, NULL, NULL, SILENT, boxes->log) : 0;
    if (ret < 0 && ret != AVERROR(ENOMEM))
        av_log(boxes->log, AV_LOG_ERROR, "%s: '%s', at character %d of '%s', is neither a number nor an "
               "expression in iw, ih, x, y, w and h, without blanks or units.\n", box->origin, value, (int)(text - whole) + 1, whole);
    av_free(value);
    return ret;
}

/** 'WxH+X+Y'. @return 1: it was one; 0: not; or an error */
static int parse_geometry(const DeepfillBoxes *boxes, Box *box, const char *begin, const char *whole)
{
    static const char digits[] = "0123456789", after[] = "x++"; /* and the end */
    static const int order[] = { W, H, X, Y };
    size_t at[VALUES], length[VALUES], next = 0;

    for (int i = 0; i < VALUES; i++) {
        at[i]     = next;
        length[i] = strspn(box->text + next, digits);
        next     += length[i] + 1;
        if (!length[i] || box->text[next - 1] != after[i])
            return 0;
    }
    for (int i = 0; i < VALUES; i++) {
        const char *value = begin + at[i];
        int ret = parse_value(boxes, box, order[i], value, value + length[i], whole);

        if (ret < 0)
            return ret;
    }
    return 1;
}

/** Where there are colons they part the values, else commas, else blanks. */
static const char *separators(const char *text, const char *end)
{
    return find_outside(text, end, ":") < end ? ":" : find_outside(text, end, ",") < end ? "," : " \t";
}

/** Which value a name and an equals sign before it ask for, which are skipped; or the next. */
static int which_value(const char **text, const char *end, int next)
{
    static const char letters[] = "xywh";
    const char *equals, *letter;

    trim(text, &end);
    equals = *text + 1;
    while (equals < end && isspace((unsigned char)*equals))
        equals++;
    if (end - *text < 2 || equals >= end || *equals != '=' || !(letter = strchr(letters, **text)))
        return next;
    *text = equals + 1;
    return letter - letters;
}

static int parse_values(const DeepfillBoxes *boxes, Box *box, const char *text, const char *end,
                        const char *whole)
{
    const char *parts = separators(text, end), *begin = text;
    int given = 0, count = 0;

    while (text < end) {
        const char *stop = find_outside(text, end, parts);
        int which = which_value(&text, stop, count), ret;

        if (which < VALUES && (ret = parse_value(boxes, box, which, text, stop, whole)) < 0)
            return ret;
        given |= which < VALUES ? 1 << which : 0;
        count++;
        text = stop + 1;
        while (*parts == ' ' && text < end && isspace((unsigned char)*text))
            text++;
    }
    if (count == VALUES && given == (1 << VALUES) - 1)
        return 0;
    av_log(boxes->log, AV_LOG_ERROR, "%s: '%s', at character %d of '%s', has %d value%s: a rectangle has "
           "four, 'x y w h' or x=..:y=..:w=..:h=.., and several are joined by '|'.\n", box->origin, box->text,
           (int)(begin - whole) + 1, whole, count, count == 1 ? "" : "s");
    return AVERROR(EINVAL);
}

static int parse_box(const DeepfillBoxes *boxes, Box *box, const char *text, const char *end,
                     const char *whole)
{
    int ret;

    trim(&text, &end);
    box->text = av_strndup(text, end - text);
    if (!box->text)
        return AVERROR(ENOMEM);
    ret = parse_geometry(boxes, box, text, whole);
    return ret ? FFMIN(ret, 0) : parse_values(boxes, box, text, end, whole);
}

int ff_deepfill_boxes_add(DeepfillBoxes *boxes, const char *origin, const char *text, int64_t start,
                          int64_t end)
{
    const char *rest = text, *last = text + strlen(text);
    int ret;

    for (;;) {
        const char *stop = find_outside(rest, last, "|");
        Box *box = av_realloc_array(boxes->box, boxes->count + 1, sizeof(*box));

        if (!box)
            return AVERROR(ENOMEM);
        boxes->box = box;
        box       += boxes->count++;
        *box       = (Box){ .origin = av_strdup(origin), .start = start, .end = end };
        if (!box->origin)
            return AVERROR(ENOMEM);
        if ((ret = parse_box(boxes, box, rest, stop, text)) < 0)
            return ret;
        if (stop == last)
            return 0;
        rest = stop + 1;
    }
}

/* ------------------------------------------------------------------------------------------- drawing -- */

/** Twice, as a value may use those after it. */
static void evaluate(const Box *box, int width, int height, double value[VALUES])
{
    double variables[] = { NAN, NAN, NAN, NAN, width, height };

    for (int i = 0; i < 2 * VALUES; i++) {
        int which = (i + W) % VALUES;

        variables[which] = isnan(box->of_frame[which]) ? av_expr_eval(box->value[which], variables, NULL) :
                           box->of_frame[which] * (which == X || which == W ? width : height);
    }
    for (int i = 0; i < VALUES; i++)
        value[i] = rint(variables[i]);
}

static int place(void *log, Box *box, int width, int height)
{
    double value[VALUES];

    evaluate(box, width, height, value);
    for (int i = 0; i < VALUES; i++) {
        if (fabs(value[i]) <= INT_MAX)
            continue;
        av_log(log, AV_LOG_ERROR, "%s: the rectangle '%s' has no %s in a video of %dx%d: its expression has "
               "no value.\n", box->origin, box->text, names[i], width, height);
        return AVERROR(EINVAL);
    }
    if (value[W] < 1 || value[H] < 1) {
        av_log(log, AV_LOG_ERROR, "%s: the rectangle '%s' has no area: it is %g wide and %g high.\n",
               box->origin, box->text, value[W], value[H]);
        return AVERROR(EINVAL);
    }
    box->left   = FFMAX(value[X], 0);
    box->top    = FFMAX(value[Y], 0);
    box->right  = FFMIN(value[X] + value[W], width);
    box->bottom = FFMIN(value[Y] + value[H], height);
    if (box->left < box->right && box->top < box->bottom) {
        if (box->right - box->left < value[W] || box->bottom - box->top < value[H])
            av_log(log, AV_LOG_WARNING, "%s: of the rectangle '%s', %gx%g at x=%g, y=%g, only %dx%d lie in the "
                   "video, which is %dx%d.\n", box->origin, box->text, value[W], value[H], value[X], value[Y],
                   box->right - box->left, box->bottom - box->top, width, height);
        return 0;
    }
    av_log(log, AV_LOG_ERROR, "%s: the rectangle '%s' lies outside the video, which is %dx%d: it is %gx%g at "
           "x=%g, y=%g.\n", box->origin, box->text, width, height, value[W], value[H], value[X], value[Y]);
    return AVERROR(EINVAL);
}

int ff_deepfill_boxes_place(DeepfillBoxes *boxes, int width, int height)
{
    int ret = 0;

    boxes->width  = width;
    boxes->height = height;
    for (int i = 0; i < boxes->count && ret >= 0; i++)
        ret = place(boxes->log, &boxes->box[i], width, height);
    return ret;
}

int ff_deepfill_boxes_timed(const DeepfillBoxes *boxes)
{
    for (int i = 0; i < boxes->count; i++)
        if (boxes->box[i].start != INT64_MIN || boxes->box[i].end != INT64_MAX)
            return 1;
    return 0;
}

static int draw_box(const DeepfillBoxes *boxes, const Box *box, AVFrame **gray)
{
    if (!*gray) {
        *gray = ff_deepfill_gray_new(boxes->width, boxes->height, AV_PIX_FMT_GRAY8);
        if (!*gray)
            return AVERROR(ENOMEM);
        memset((*gray)->data[0], 0, (size_t)(*gray)->linesize[0] * boxes->height);
    }
    for (int y = box->top; y < box->bottom; y++)
        memset((*gray)->data[0] + y * (*gray)->linesize[0] + box->left, 255, box->right - box->left);
    return 0;
}

int ff_deepfill_boxes_draw(const DeepfillBoxes *boxes, int64_t time, DeepfillPicture *picture)
{
    *picture = (DeepfillPicture){ .time = INT64_MIN, .end = INT64_MAX };
    for (int i = 0; i < boxes->count; i++) {
        const Box *box = &boxes->box[i];

        if (box->start > time) {
            picture->end = FFMIN(picture->end, box->start);
        } else if (box->end <= time) {
            picture->time = FFMAX(picture->time, box->end);
        } else {
            picture->time = FFMAX(picture->time, box->start);
            picture->end  = FFMIN(picture->end, box->end);
            if (draw_box(boxes, box, &picture->gray) < 0)
                return AVERROR(ENOMEM);
        }
    }
    return 0;
}

void ff_deepfill_boxes_free(DeepfillBoxes **boxes)
{
    if (!*boxes)
        return;
    for (int i = 0; i < (*boxes)->count; i++) {
        Box *box = &(*boxes)->box[i];

        av_free(box->origin);
        av_free(box->text);
        for (int j = 0; j < VALUES; j++)
            av_expr_free(box->value[j]);
    }
    av_free((*boxes)->box);
    av_freep(boxes);
}
