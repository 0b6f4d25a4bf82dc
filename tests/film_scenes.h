/**
 * @file
 * Cameras and holes that the tests of filling from other frames have in common.
 */
#ifndef DF_TESTS_FILM_SCENES_H
#define DF_TESTS_FILM_SCENES_H

#include "film.h"

/* What holds of values alone other builds tell; under the thread sanitizer it would take minutes. */
#ifdef __SANITIZE_THREAD__
enum { THREADS_ONLY = 1 };
#else
enum { THREADS_ONLY = 0 };
#endif

/* What many films tell is told by the plain build; the address sanitizer, four times as slow, sees some of them. */
#ifdef __SANITIZE_ADDRESS__
enum { SOME_FILMS_ONLY = 1 };
#else
enum { SOME_FILMS_ONLY = 0 };
#endif

static const DeepfillFormat small = { 144, 96, DEEPFILL_YUV, 8, 1, 1, 0, 2 };

static inline View pan(int t)
{
    return (View){ 20 + 4 * t, 30 + t, .moment = t };
}

static inline View grainy_pan(int t)
{
    return (View){ 20 + 4 * t, 30 + t, .grain = 3, .moment = t };
}

static inline View still(int t)
{
    return (View){ 50, 40, .moment = t };
}

static inline View grainy_still(int t)
{
    return (View){ 50, 40, .grain = 2, .moment = t };
}

static inline Holes fixed(int t)
{
    (void)t;
    return (Holes){ 1, { { 60, 40, 84, 58 } } };
}

static inline Holes moving(int t)
{
    int x = 4 + 7 * t;

    return (Holes){ 1, { { x, 30 + 2 * (t % 5), x + 20, 52 + 2 * (t % 5) } } };
}

static inline Holes two(int t)
{
    return (Holes){ 2, { { 12, 14, 30, 30 }, { 400 - 3 * t, 44, 424 - 3 * t, 60 } } };
}

/** A caption for four frames, none for two, elsewhere for four, none ... */
static inline Holes come_and_go(int t)
{
    int x = t / 6 % 2 ? 50 : 70;

    return t % 6 > 3 ? (Holes){ 0 } : (Holes){ 1, { { x, 60, x + 34, 72 } } };
}

static inline Holes none(int t)
{
    (void)t;
    return (Holes){ 0 };
}

static inline Holes after_the_first(int t)
{
    return t ? fixed(t) : none(t);
}

/** All frames came out filled: nothing changed outside the hole, no logo stays in it. */
static inline void assert_clean(const Reel *reel)
{
    for (int t = 0; t < reel->frames; t++) {
        int outside, logo;
        reel_count(reel, t, &outside, &logo);
        assert_int_equal(reel->result[t].error, 0);
        if (outside || logo)
            fail_msg("frame %d: %d changed outside, %d %% of the logo left", t, outside, logo);
    }
}

/** Two workers and five make of a film what one made of it. */
static inline void assert_more_workers_equal(const Film *film, int ahead, const Reel *one)
{
    static const Way others[] = { { 2, 2, 0, 0 }, { 5, 5, 0, 0 } };

    for (size_t i = THREADS_ONLY; i < DF_COUNT(others); i++) {
        Way way = others[i];
        way.ahead = ahead;
        Reel *other = film_run(film, way);
        assert_reels_equal(one, other);
        reel_free(other);
    }
}

#endif
