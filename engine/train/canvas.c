/**
 * @file
 * Shapes as spans of rows.
 */
#include "train/canvas.h"

#include <math.h>
#include <string.h>

#include "base.h"

/** The first pixel whose centre is not before a coordinate, 0 .. side. */
static int first_pixel(double at, int side)
{
    return (int)DF_CLAMP(ceil(at - 0.5), 0, side);
}

static void put_span(const DfCanvas *canvas, int y, double from, double to)
{
    int x0 = first_pixel(from, canvas->width), x1 = first_pixel(to, canvas->width);

    if (x0 < x1)
        memset(canvas->mask + (ptrdiff_t)y * canvas->width + x0, 1, x1 - x0);
}

void df_canvas_box(const DfCanvas *canvas, double x0, double y0, double x1, double y1)
{
    for (int y = first_pixel(y0, canvas->height); y < first_pixel(y1, canvas->height); y++)
        put_span(canvas, y, x0, x1);
}

/** @return how many sides of a polygon a row's centre crosses. @param[out] at  where, from left to right */
static int find_crossings(const DfPoint *corners, int count, double y, double *at)
{
    int n = 0;

    for (int i = 0; i < count; i++) {
        DfPoint a = corners[i], b = corners[(i + 1) % count];
        if ((a.y <= y) == (b.y <= y))
            continue;
        double x = a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y);
        int k = n++;
        for (; k > 0 && at[k - 1] > x; k--)
            at[k] = at[k - 1];
        at[k] = x;
    }
    return n;
}

void df_canvas_polygon(const DfCanvas *canvas, const DfPoint *corners, int count)
{
    double top = corners[0].y, bottom = top, at[DF_POLYGON_MOST];

    for (int i = 1; i < count; i++) {
        top = fmin(top, corners[i].y);
        bottom = fmax(bottom, corners[i].y);
    }
    for (int y = first_pixel(top, canvas->height); y < first_pixel(bottom, canvas->height); y++) {
        int n = find_crossings(corners, count, y + 0.5, at);
        for (int i = 0; i + 1 < n; i += 2)
            put_span(canvas, y, at[i], at[i + 1]);
    }
}

void df_canvas_disc(const DfCanvas *canvas, DfPoint centre, double radius)
{
    int end = first_pixel(centre.y + radius, canvas->height);

    for (int y = first_pixel(centre.y - radius, canvas->height); y < end; y++) {
        double dy = y + 0.5 - centre.y, half = sqrt(fmax(radius * radius - dy * dy, 0));
        put_span(canvas, y, centre.x - half, centre.x + half);
    }
}

void df_canvas_line(const DfCanvas *canvas, DfPoint from, DfPoint to, double width)
{
    double dx = to.x - from.x, dy = to.y - from.y, length = hypot(dx, dy);

    df_canvas_disc(canvas, from, width / 2);
    df_canvas_disc(canvas, to, width / 2);
    if (length <= 0)
        return;
    dx *= width / 2 / length;
    dy *= width / 2 / length;
    df_canvas_polygon(canvas, (DfPoint[]){ { from.x - dy, from.y + dx }, { to.x - dy, to.y + dx },
                                           { to.x + dy, to.y - dx }, { from.x + dy, from.y - dx } }, 4);
}
