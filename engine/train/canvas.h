/**
 * @file
 * Shapes drawn into a mask. A pixel is in a shape where its centre is; what lies beyond the mask is left out.
 * Coordinates are in pixels, (0, 0) being the upper left corner of the first one. Drawn pixels become 1, others stay.
 */
#ifndef DF_TRAIN_CANVAS_H
#define DF_TRAIN_CANVAS_H

#include <stdint.h>

/** Most corners of a polygon. */
#define DF_POLYGON_MOST 64

/** A mask that is drawn into. */
typedef struct DfCanvas {
    uint8_t *mask; /**< height rows of width bytes */
    int width, height;
} DfCanvas;

typedef struct DfPoint {
    double x, y;
} DfPoint;

/** Draw x0 <= x < x1, y0 <= y < y1. */
void df_canvas_box(const DfCanvas *canvas, double x0, double y0, double x1, double y1);

/** Draw a polygon of 3 .. DF_POLYGON_MOST corners; where it crosses itself, what is inside an odd number of times. */
void df_canvas_polygon(const DfCanvas *canvas, const DfPoint *corners, int count);

void df_canvas_disc(const DfCanvas *canvas, DfPoint centre, double radius);

/** Draw a line of a width, with round ends. */
void df_canvas_line(const DfCanvas *canvas, DfPoint from, DfPoint to, double width);

#endif
