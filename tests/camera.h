/**
 * @file
 * Cameras whose motion is known exactly, and the motions that it makes between frames.
 */
#ifndef DF_TESTS_CAMERA_H
#define DF_TESTS_CAMERA_H

#include <math.h>

#include "picture.h"
#include "temporal/frame_motion.h"

/** Pixel (x, y) of a frame shows the world at (m[0] + m[1] x + m[2] y, m[3] + m[4] x + m[5] y). */
typedef struct Camera {
    double m[6];
} Camera;

/** Moved by (x, y), turned by `turn` radians and zoomed about the frame's point (cx, cy). */
static inline Camera camera_at(double x, double y, double turn, double zoom, double cx, double cy)
{
    double c = zoom * cos(turn), s = zoom * sin(turn);

    return (Camera){ { x + cx - c * cx + s * cy, c, -s, y + cy - s * cx - c * cy, s, c } };
}

static inline Camera camera_pan(double x, double y)
{
    return camera_at(x, y, 0, 1, 0, 0);
}

/** Where what frame `from` shows at (x, y) is in frame `to`. */
static inline void camera_carry(const Camera *from, const Camera *to, double x, double y, double *to_x,
                                double *to_y)
{
    const double *m = from->m, *n = to->m;
    double u = m[0] + m[1] * x + m[2] * y - n[0], v = m[3] + m[4] * x + m[5] * y - n[3];
    double det = n[1] * n[5] - n[2] * n[4];

    *to_x = (u * n[5] - n[2] * v) / det;
    *to_y = (n[1] * v - u * n[4]) / det;
}

/** The motion between two frames, in the first one's pixels. */
static inline DfAffine camera_affine(const Camera *from, const Camera *to)
{
    double x[3], y[3];

    for (int i = 0; i < 3; i++) {
        camera_carry(from, to, i == 1, i == 2, &x[i], &y[i]);
        x[i] -= i == 1;
        y[i] -= i == 2;
    }
    return (DfAffine){ { x[0], x[1] - x[0], x[2] - x[0] }, { y[0], y[1] - y[0], y[2] - y[0] } };
}

/** Relate a frame to one `back` frames before by what their cameras say; 0: to none. */
static inline void camera_relate(DfFrameMotion *motion, const DeepfillFormat *format, int back, const Camera *frame,
                                 DeepfillMask *mask, const Camera *earlier, DeepfillMask *earlier_mask)
{
    DeepfillMask *masks[] = { mask, earlier_mask };

    df_frame_motion_free(motion);
    motion->back = back;
    for (int p = 0; p < 3; p++)
        motion->light[p] = DF_LIGHT_SAME;
    assert_int_equal(df_areas_create(&motion->areas, format, masks, 2), 0);
    motion->motions = df_alloc(DF_MAX(motion->areas.count, 1) * sizeof *motion->motions);
    motion->travel = df_alloc(DF_MAX(motion->areas.count, 1) * sizeof *motion->travel);
    assert_true(motion->motions && motion->travel);
    for (int i = 0; i < motion->areas.count; i++) {
        motion->motions[i].to_b = camera_affine(frame, earlier);
        motion->motions[i].to_a = camera_affine(earlier, frame);
        motion->motions[i].explained = 1;
        motion->travel[i] = df_affine_travel(&motion->motions[i].to_a, df_rect_grow(motion->areas.items[i].hole, 1));
    }
}

#endif
