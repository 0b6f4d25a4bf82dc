/**
 * @file
 * Footage of the tests of overlays: backgrounds of waves, each other ones, under a logo of known opacity and colour.
 */
#ifndef OVERLAY_FILM_H
#define OVERLAY_FILM_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "deepfill.h"

#define FILM_W 320
#define FILM_H 192

/** A frame of 4:2:0. */
typedef struct OverlayFrame {
    uint8_t planes[3][FILM_W * FILM_H];
} OverlayFrame;

/** The logo: a ring and a bar beside it. @return the part of its opacity that a pixel has */
static float film_logo(int x, int y)
{
    float radius = hypotf(x - 40, y - 30);
    return (radius > 8 && radius < 13) || (x >= 60 && x < 90 && y >= 22 && y < 30) ? 1 : 0;
}

static DeepfillImage film_image(OverlayFrame *frame)
{
    return (DeepfillImage){
        .format = { FILM_W, FILM_H, DEEPFILL_YUV, 8, 1, 1, 0, DEEPFILL_MATRIX_SMPTE170M },
        .data = { frame->planes[0], frame->planes[1], frame->planes[2] },
        .stride = { FILM_W, FILM_W / 2, FILM_W / 2 },
    };
}

static uint8_t film_round(float value)
{
    return (uint8_t)lrintf(fminf(fmaxf(value, 0), 255));
}

/** Background `seed`, with noise of `noise` levels, under the logo at an opacity and of a colour. */
static void film_frame(OverlayFrame *frame, unsigned seed, float noise, float opacity, const float colour[3])
{
    float wave[3][4];
    srand(1000 + seed);
    for (int i = 0; i < 12; i++)
        wave[i / 4][i % 4] = (rand() % 1000) / 1000.f;
    for (int y = 0; y < FILM_H; y++)
        for (int x = 0; x < FILM_W; x++) {
            float luma = 40 + 120 * wave[0][3];
            for (int i = 0; i < 3; i++)
                luma += (4 + 20 * wave[i][0]) * sinf(.25f * wave[i][1] * x + .25f * wave[i][2] * y + 7 * wave[i][3]);
            luma += noise * ((rand() % 201) / 100.f - 1);
            float a = opacity * film_logo(x, y);
            frame->planes[0][y * FILM_W + x] = film_round((1 - a) * luma + a * colour[0]);
        }
    for (int y = 0; y < FILM_H / 2; y++)
        for (int x = 0; x < FILM_W / 2; x++) {
            float a = opacity / 4 * (film_logo(2 * x, 2 * y) + film_logo(2 * x + 1, 2 * y) +
                                     film_logo(2 * x, 2 * y + 1) + film_logo(2 * x + 1, 2 * y + 1));
            for (int p = 1; p < 3; p++)
                frame->planes[p][y * FILM_W / 2 + x] = film_round((1 - a) * (118 + 20 * wave[p][0]) + a * colour[p]);
        }
}

#endif
