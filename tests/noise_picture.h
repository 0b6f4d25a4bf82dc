/**
 * @file
 * Noise whose strength and correlation are known, for the tests of grain.
 */
#ifndef DF_TESTS_NOISE_PICTURE_H
#define DF_TESTS_NOISE_PICTURE_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

/** A value near a normal distribution of mean 0 and variance 1: twelve uniform ones. */
static inline float noise_normal(uint32_t *state)
{
    float sum = -6;

    for (int i = 0; i < 12; i++) {
        *state = *state * 1664525u + 1013904223u;
        sum += (float)(*state >> 8) / (1 << 24);
    }
    return sum;
}

/** Noise of variance 1 through [tap, 1, tap] along x and y. To be freed. */
static inline float *noise_new(int width, int height, float tap_x, float tap_y, unsigned seed)
{
    int w = width + 2, h = height + 2;
    float *white = malloc(sizeof *white * w * h), *out = malloc(sizeof *out * width * height);
    float factor = 1 / sqrtf((1 + 2 * tap_x * tap_x) * (1 + 2 * tap_y * tap_y));
    uint32_t state = seed * 2654435761u + 1;

    for (int i = 0; i < w * h; i++)
        white[i] = noise_normal(&state);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            float rows[3];
            for (int i = 0; i < 3; i++) {
                const float *row = white + (y + i) * w + x;
                rows[i] = row[1] + tap_x * (row[0] + row[2]);
            }
            out[y * width + x] = factor * (rows[1] + tap_y * (rows[0] + rows[2]));
        }
    free(white);
    return out;
}

#endif
