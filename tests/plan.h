/**
 * @file
 * A small grey film of one hole before a moving camera, for the tests of what is planned.
 */
#ifndef DF_TESTS_PLAN_H
#define DF_TESTS_PLAN_H

#include "script.h"

#define WIDTH 192
#define HEIGHT 96

static const DeepfillFormat gray = { .width = WIDTH, .height = HEIGHT, .layout = DEEPFILL_GRAY, .depth = 8 };

static inline DeepfillMask *hole_at(int x0, int y0, int x1, int y1)
{
    return mask_of_rect(WIDTH, HEIGHT, x0, y0, x1, y1, 0, 0);
}

/** One hole in all frames; a camera that moves by (x, y) a frame. */
static inline Script *panning(int frames, double x, double y, DeepfillMask *mask)
{
    Script *script = script_new(gray, frames);

    for (int t = 0; t < frames; t++) {
        script->shots[t].camera = camera_pan(x * t, y * t);
        script->shots[t].mask = mask;
    }
    return script;
}

/** Frames looked ahead: what is planned must be right for all of them. */
static const int aheads[] = { 0, 1, 4, 16 };

#endif
