/**
 * @file
 * Bands of a film with captions in it, for tests: a background that moves or stands still, strokes like letters with
 * a dark outline, and what coding adds.
 */
#ifndef TESTS_CAPTION_FILM_H
#define TESTS_CAPTION_FILM_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BAND_WIDTH = 320, BAND_HEIGHT = 64, BAND_FRAME = 192 };

/** A caption as it is drawn. */
typedef struct DrawnCaption {
    int first, last;    /**< frames that show it */
    int ramp;           /**< frames over which it fades in and out, of these */
    int x, y, letters;  /**< of its first line, which has so many letters */
    int lines;
    int luma, outline;  /**< levels */
    unsigned seed;      /**< of its letters */
} DrawnCaption;

/** Where the picture comes from. */
typedef struct DrawnFilm {
    int frames;
    float speed;        /**< pixels a frame of the background */
    int cut;            /**< frame at which another background begins; 0: none */
    int noise;          /**< levels, what coding adds at most */
    const DrawnCaption *captions;
    int count;
} DrawnFilm;

/** A letter's strokes: 8 x 12, two pixels wide. */
static inline int in_letter(unsigned letter, int x, int y)
{
    if (x < 0 || y < 0 || x >= 8 || y >= 12)
        return 0;
    int upright = x < 2 || (letter & 1 && x >= 6), across = y >= 5 && y < 7;
    return upright || (letter & 2 && across) || (letter & 4 && y < 2) || (letter & 8 && y >= 10);
}

static inline int in_caption(const DrawnCaption *caption, int x, int y)
{
    for (int line = 0; line < caption->lines; line++) {
        int v = y - caption->y - 18 * line, u = x - caption->x, letter = u / 11;
        if (u < 0 || letter >= caption->letters)
            continue;
        if (in_letter((caption->seed + 7u * letter + 3u * line) * 2654435761u >> 27, u % 11, v))
            return 1;
    }
    return 0;
}

/** @return 2: a stroke, 1: the outline around it, 0: neither */
static inline int caption_part(const DrawnCaption *caption, int x, int y)
{
    if (in_caption(caption, x, y))
        return 2;
    for (int v = y - 1; v <= y + 1; v++)
        for (int u = x - 1; u <= x + 1; u++)
            if (in_caption(caption, u, v))
                return 1;
    return 0;
}

/** Waves and blocks of several sizes: edges, texture, nothing flat. */
static inline float background(const DrawnFilm *film, int frame, int x, int y)
{
    float u = x + film->speed * frame + (film->cut && frame >= film->cut ? 977 : 0), v = y;
    int block = ((int)floorf(u / 23) * 7 + (int)floorf(v / 17) * 13) & 3;
    return 96 + 20 * sinf(u * .31f) * cosf(v * .23f) + 18 * sinf(u * .07f + v * .05f) + 14 * block;
}

static inline float share_shown(const DrawnCaption *caption, int frame)
{
    int inside = frame - caption->first < caption->last - frame ? frame - caption->first : caption->last - frame;
    if (inside < 0)
        return 0;
    return inside >= caption->ramp ? 1 : (inside + 1) / (float)(caption->ramp + 1);
}

/** Draw a frame's band, BAND_WIDTH x BAND_HEIGHT. */
static inline void draw_band(uint8_t *band, const DrawnFilm *film, int frame)
{
    uint32_t state = frame * 7919u + 17;
    for (int y = 0; y < BAND_HEIGHT; y++)
        for (int x = 0; x < BAND_WIDTH; x++) {
            float value = background(film, frame, x, y);
            for (int i = 0; i < film->count; i++) {
                const DrawnCaption *caption = &film->captions[i];
                float share = share_shown(caption, frame);
                int part = share > 0 ? caption_part(caption, x, y) : 0;
                if (part)
                    value += share * ((part == 2 ? caption->luma : caption->outline) - value);
            }
            state = state * 1664525u + 1013904223u;
            value += film->noise * ((float)(state >> 8) / (1 << 23) - 1);
            band[y * BAND_WIDTH + x] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value + .5f);
        }
}

#endif
