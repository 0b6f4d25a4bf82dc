/**
 * @file
 * Random films: shots, flashes, repetitions, grain, fades, holes that move, come and go, in every kind of format. Any
 * number of workers with any delay makes the same of them, and changes the hole alone.
 */
#include "film_scenes.h"

#include <stdio.h>

enum { FRAMES = 34, FILMS = THREADS_ONLY ? 2 : SOME_FILMS_ONLY ? 5 : 13 };

static const DeepfillFormat formats[] = {
    { 112, 80, DEEPFILL_YUV, 8, 1, 1, 0, 2 },  { 113, 79, DEEPFILL_YUV, 10, 1, 1, 0, 9 },
    { 112, 74, DEEPFILL_YUV, 8, 1, 0, 1, 6 },  { 119, 71, DEEPFILL_YUV, 16, 0, 0, 0, 1 },
    { 118, 70, DEEPFILL_YUV, 12, 1, 0, 0, 1 }, { 101, 77, DEEPFILL_YUV, 8, 1, 1, 1, 1 },
    { 103, 65, DEEPFILL_YUV, 9, 0, 0, 1, 1 },  { 110, 80, DEEPFILL_GRAY, 8, 0, 0, 0, 2 },
    { 111, 79, DEEPFILL_GRAY, 14, 0, 0, 1, 2 }, { 109, 67, DEEPFILL_RGB, 8, 0, 0, 1, 2 },
    { 101, 79, DEEPFILL_RGB, 16, 0, 0, 1, 2 },
};

/** One film. */
static View views[FRAMES];
static Holes holes[FRAMES];

static View view_at(int t)
{
    return views[t];
}

static Holes holes_at(int t)
{
    return holes[t];
}

/** How a shot goes on from its first frame. */
typedef struct Shot {
    View first;
    int begin, step_x, step_y;
    int fades; /* 1: to a tenth of the light in 14 frames */
    int kind;  /* of hole */
    DfRect hole;
} Shot;

static Shot draw_shot(unsigned *seed, int begin, const DeepfillFormat *f)
{
    int x = (int)draw(seed, f->width - 40), y = (int)draw(seed, f->height - 30);

    return (Shot){
        .first = { 200 + (int)draw(seed, 250), 60 + (int)draw(seed, 40), (int)draw(seed, 3),
                   .grain = (int)draw(seed, 5) },
        .begin = begin, .step_x = (int)draw(seed, 9) - 4, .step_y = (int)draw(seed, 3) - 1,
        .fades = draw(seed, 4) == 0, .kind = (int)draw(seed, 5),
        .hole = { x, y, x + 16 + (int)draw(seed, 24), y + 10 + (int)draw(seed, 20) },
    };
}

static Holes draw_holes(const Shot *shot, int k)
{
    DfRect r = shot->hole, moved = { r.x0 + 5 * k, r.y0 + k % 4, r.x1 + 5 * k, r.y1 + k % 4 };

    switch (shot->kind) {
    case 0: return (Holes){ 1, { moved } };
    case 1: return k % 7 > 3 ? none(k) : (Holes){ 1, { r } };
    case 2: return (Holes){ 2, { r, { 2, 2, 14, 12 + k % 2 } } };
    default: return (Holes){ 1, { r } };
    }
}

static void draw_film(unsigned seed, const DeepfillFormat *f)
{
    Shot shot = draw_shot(&seed, 0, f);

    for (int t = 0; t < FRAMES; t++) {
        if (draw(&seed, 12) == 0)
            shot = draw_shot(&seed, t, f);
        int k = t - shot.begin, event = (int)draw(&seed, 20);
        views[t] = shot.first;
        views[t].x += k * shot.step_x;
        views[t].y += k * shot.step_y;
        views[t].moment = t;
        views[t].dim = shot.fades ? DF_MIN(0.9f, 0.065f * (float)k) : 0;
        holes[t] = draw_holes(&shot, k);
        if (event == 0)
            views[t].light = 60;
        if (event == 1)
            views[t].scene = (views[t].scene + 1) % 3;
        if (t && event > 1 && event < 5) {
            views[t] = views[t - 1];
            holes[t] = holes[t - 1];
        }
    }
}

static void assert_hole_alone_changes(const Reel *reel, int number)
{
    for (int t = 0; t < reel->frames; t++) {
        int outside, logo;
        reel_count(reel, t, &outside, &logo);
        assert_int_equal(reel->result[t].error, 0);
        if (outside || logo)
            fail_msg("film %d, frame %d: %d changed outside, %d %% of the logo left", number, t, outside, logo);
    }
}

static void run_films(int ahead)
{
    static const int worker_counts[] = { 1, 2, 5 }, delays[] = { 0, 2, 7 };

    for (int i = 0; i < FILMS; i++) {
        Film film = { formats[i % DF_COUNT(formats)], FRAMES, view_at, holes_at, NULL };
        int memory = i % 3 ? 64 : 1;
        /* In number 11 a box begins within a chroma sample whose hole is its neighbour's alone. */
        draw_film(i == 11 ? 616005 : 1000u * (unsigned)i + 17, &film.format);
        Reel *one = film_run(&film, (Way){ 1, 0, ahead, memory });
        assert_hole_alone_changes(one, i);
        /* Each number of workers once, each delay once. */
        for (int k = THREADS_ONLY; k < 3; k++) {
            Way way = { worker_counts[k], delays[(k + i) % 3], ahead, memory };
            if (way.workers == 1 && way.delay == 0)
                continue;
            Reel *other = film_run(&film, way);
            for (int t = 0; t < FRAMES; t++)
                if (!frame_is_same(one, t, other, t))
                    fail_msg("film %d, workers %d, delay %d, ahead %d: frame %d differs", i, way.workers,
                             way.delay, ahead, t);
            assert_reels_equal(one, other);
            reel_free(other);
        }
        reel_free(one);
    }
}

static void live(void **state)
{
    (void)state;
    run_films(0);
}

static void looked_ahead_a_little(void **state)
{
    (void)state;
    run_films(3);
}

static void looked_ahead_far(void **state)
{
    (void)state;
    run_films(50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(live),
        cmocka_unit_test(looked_ahead_a_little),
        cmocka_unit_test(looked_ahead_far),
    };

    return cmocka_run_group_tests_name("deepfill temporal, random films", tests, film_open, close_model);
}
