/**
 * @file
 * Rectangles of pixels and the integer arithmetic that regions are made of.
 */
#ifndef DF_PLANE_RECT_H
#define DF_PLANE_RECT_H

#include <stdint.h>

#include "base.h"

/** Pixels x0 <= x < x1, y0 <= y < y1; empty where x0 >= x1 or y0 >= y1. */
typedef struct DfRect {
    int x0, y0, x1, y1;
} DfRect;

static inline int df_rect_width(DfRect r)
{
    return r.x1 - r.x0;
}

static inline int df_rect_height(DfRect r)
{
    return r.y1 - r.y0;
}

static inline int df_rect_empty(DfRect r)
{
    return r.x0 >= r.x1 || r.y0 >= r.y1;
}

static inline int64_t df_rect_area(DfRect r)
{
    return df_rect_empty(r) ? 0 : (int64_t)df_rect_width(r) * df_rect_height(r);
}

static inline DfRect df_rect_grow(DfRect r, int by)
{
    return (DfRect){ r.x0 - by, r.y0 - by, r.x1 + by, r.y1 + by };
}

static inline DfRect df_rect_clip(DfRect a, DfRect b)
{
    return (DfRect){ DF_MAX(a.x0, b.x0), DF_MAX(a.y0, b.y0), DF_MIN(a.x1, b.x1), DF_MIN(a.y1, b.y1) };
}

/** The smallest rectangle around both, neither of which is empty. */
static inline DfRect df_rect_union(DfRect a, DfRect b)
{
    return (DfRect){ DF_MIN(a.x0, b.x0), DF_MIN(a.y0, b.y0), DF_MAX(a.x1, b.x1), DF_MAX(a.y1, b.y1) };
}

static inline int df_rect_contains(DfRect outer, DfRect inner)
{
    return inner.x0 >= outer.x0 && inner.y0 >= outer.y0 && inner.x1 <= outer.x1 && inner.y1 <= outer.y1;
}

/** @return the smallest rectangle around the bytes that are not 0 in height rows of width; empty: all are 0 */
DfRect df_rect_bounds(const uint8_t *mask, int width, int height);

/** Quotient of non-negative numbers, rounded up. */
static inline int df_ceil_div(int a, int b)
{
    return (int)(((int64_t)a + b - 1) / b);
}

/** A non-negative number rounded up to a multiple of `unit`. */
static inline int df_round_up(int value, int unit)
{
    return df_ceil_div(value, unit) * unit;
}

#endif
