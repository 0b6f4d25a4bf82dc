/**
 * @file
 * A texture known between its samples, for tests of motion: a sum of plane waves.
 */
#ifndef DF_TESTS_WAVES_H
#define DF_TESTS_WAVES_H

#include <math.h>

#include "plane/plane.h"

#define WAVES 24

typedef struct Waves {
    double x[WAVES], y[WAVES], phase[WAVES], size[WAVES];
} Waves;

/** A repeatable sequence in 0..1. */
static inline double waves_draw(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) / (double)(1 << 24);
}

/** Waves of 6 to 200 pixels in all directions, the longer the stronger, as in photographs. */
static inline Waves waves_make(unsigned seed)
{
    Waves waves;
    for (int i = 0; i < WAVES; i++) {
        double turn = 6.2831853 * waves_draw(&seed), length = 6 * pow(33, waves_draw(&seed));
        waves.x[i] = 6.2831853 / length * cos(turn);
        waves.y[i] = 6.2831853 / length * sin(turn);
        waves.size[i] = 7 * sqrt(length / 30);
        waves.phase[i] = 6.2831853 * waves_draw(&seed);
    }
    return waves;
}

/** @return levels, 128 on average, about 25 from there */
static inline float waves_at(const Waves *waves, double x, double y)
{
    double sum = 0;
    for (int i = 0; i < WAVES; i++)
        sum += waves->size[i] * sin(waves->x[i] * x + waves->y[i] * y + waves->phase[i]);
    return (float)(128 + sum);
}

/** A picture whose pixel (x, y) shows the texture at (m[0] + m[1] x + m[2] y, m[3] + m[4] x + m[5] y). */
static inline DfPlane waves_picture(const Waves *waves, DfArena *arena, int width, int height,
                                    const double m[6])
{
    DfPlane plane = df_plane_take(arena, width, height);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            double u = m[0] + m[1] * x + m[2] * y, v = m[3] + m[4] * x + m[5] * y;
            df_plane_row(plane, y)[x] = waves_at(waves, u, v);
        }
    return plane;
}

/** Put what another texture shows, moved by `shift`, over the columns from..to-1 of a plane. */
static inline void waves_put(DfPlane plane, int from, int to, double shift)
{
    Waves waves = waves_make(99);

    for (int y = 0; y < plane.height; y++)
        for (int x = from; x < to; x++)
            df_plane_row(plane, y)[x] = waves_at(&waves, x - shift, y);
}

/** Normal noise, about. */
static inline void waves_grain(DfPlane plane, double sigma, unsigned seed)
{
    for (int y = 0; y < plane.height; y++)
        for (int x = 0; x < plane.width; x++) {
            double sum = -6;
            for (int i = 0; i < 12; i++)
                sum += waves_draw(&seed);
            df_plane_row(plane, y)[x] += (float)(sigma * sum);
        }
}

#endif
