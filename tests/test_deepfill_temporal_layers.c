/**
 * @file
 * What stands still beside what moves: a caption across the edge of a bar on a pan, a logo above a ticker. Each part is
 * filled from itself.
 */
#include "film_scenes.h"

#include "context.h"

enum { FRAMES = 36, FIRST = 4 };

static View bar_below(int t)
{
    return (View){ 20 + 4 * t, 30 + t, .moment = t, .grain = 1, .stands = { 0, 70, 144, 96 }, .is_bar = 1 };
}

/** Half on the bar, half on the picture, from a frame on before which both are seen. */
static Holes across_the_edge(int t)
{
    return t < FIRST ? (Holes){ 0 } : (Holes){ 1, { { 50, 58, 90, 82 } } };
}

static View ticker_below(int t)
{
    return (View){ 20 + 5 * t, 30, .moment = t, .stands = { 0, 0, 144, 64 } };
}

static Holes above_the_ticker(int t)
{
    return t < FIRST ? (Holes){ 0 } : (Holes){ 1, { { 60, 30, 90, 56 } } };
}

static View ticker_above(int t)
{
    return (View){ 20 + 5 * t, 30, .moment = t, .grain = 1, .stands = { 0, 40, 144, 96 } };
}

static Holes on_the_ticker(int t)
{
    (void)t;
    return (Holes){ 1, { { 60, 12, 80, 28 } } };
}

static const struct {
    Film film;
    double psnr;   /* at least, of frames from FIRST on that see what they need */
    int last;
} films[] = {
    { { small, FRAMES, bar_below, across_the_edge, NULL }, 30, 20 },
    { { small, FRAMES, ticker_below, above_the_ticker, NULL }, 45, FRAMES - 1 },
    { { small, FRAMES, ticker_above, on_the_ticker, NULL }, 35, FRAMES - 1 },
};

static void each_part_is_filled_from_itself(void **state)
{
    static const Way way = { 1, 0, 25, 0 };

    (void)state;
    for (size_t i = THREADS_ONLY ? DF_COUNT(films) : 0; i < DF_COUNT(films); i++) {
        Reel *reel = film_run(&films[i].film, way);
        assert_clean(reel);
        for (int t = FIRST; t <= films[i].last; t++)
            if (reel_psnr(reel, t) < films[i].psnr)
                fail_msg("film %zu, frame %d: %.1f dB", i, t, reel_psnr(reel, t));
        reel_free(reel);
    }
}

/** No picture is painted into the bar, and no bar into the picture: rows next to the edge are what they should be. */
static void edge_of_the_bar_stays(void **state)
{
    static const Way way = { 2, 1, 25, 0 };
    Reel *reel = film_run(&films[0].film, way);
    int worst = 0;

    (void)state;
    for (int t = FIRST; !THREADS_ONLY && t <= films[0].last; t++)
        for (int x = 50; x < 90; x++)
            for (int y = 68; y < 82; y++)
                worst = DF_MAX(worst, abs((int)sample_of(&reel->out[t], 0, x, y) -
                                          (int)sample_of(&reel->truth[t], 0, x, y)));
    if (worst > 25)
        fail_msg("%d levels off", worst);
    reel_free(reel);
}

static View box_before_a_pan(int t)
{
    return (View){ 20 + 5 * t, 30 + 2 * t, .moment = t, .stands = { 34, 20, 114, 78 } };
}

static Holes in_the_box(int t)
{
    (void)t;
    return (Holes){ 1, { { 60, 38, 88, 56 } } };
}

/** A hole that lies in a box that stands still is synthesised from the box alone, in the two regions that it takes there. */
static void box_is_synthesised_once(void **state)
{
    static const Film film = { small, 12, box_before_a_pan, in_the_box, NULL };
    Reel *reel = film_run(&film, (Way){ 1, 0, 8, 0 });

    (void)state;
    assert_clean(reel);
    for (int t = 0; t < film.frames; t++)
        assert_int_equal(reel->result[t].boxes, t ? 0 : 2);
    reel_free(reel);
}

static void workers_do_not_matter(void **state)
{
    static const Way way = { 1, 0, 12, 0 };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(films); i++) {
        Reel *one = film_run(&films[i].film, way);
        assert_more_workers_equal(&films[i].film, way.ahead, one);
        reel_free(one);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_part_is_filled_from_itself),
        cmocka_unit_test(edge_of_the_bar_stays),
        cmocka_unit_test(box_is_synthesised_once),
        cmocka_unit_test(workers_do_not_matter),
    };
    return cmocka_run_group_tests(tests, film_open, close_model);
}
