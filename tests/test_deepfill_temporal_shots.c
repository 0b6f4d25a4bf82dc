/**
 * @file
 * A shot alone comes out as it does in its film: nothing that was seen, made or counted before a cut matters after it.
 * Where codes change their meaning, a shot ends. Shots are told without filling, and where a mask ties them.
 */
#include "film_scenes.h"

#include "context.h"

/* Five shots: a locked camera, a pan, a hole that moves, a flash, repeated frames. */
enum { SHOTS = 5, FRAMES = 54 };

static const int starts[SHOTS + 1] = { 0, 11, 22, 32, 42, FRAMES };

/** Which of the five shots frame t of the film lies in. */
static int shot_of(int t)
{
    int i = 0;

    while (t >= starts[i + 1])
        i++;
    return i;
}

static View five_views(int t)
{
    int shot = shot_of(t), k = t - starts[shot];

    switch (shot) {
    case 0: return (View){ 50, 40, 0, .grain = 2, .moment = t };
    case 1: return (View){ 200 + 4 * k, 30 + k, 1, .grain = 2, .moment = t };
    case 2: return (View){ 90 + k, 20, 2, .moment = t };
    case 3: return (View){ 260 - 3 * k, 50, 0, .grain = 1, .light = k == 4 ? 70 : 0, .moment = t };
    default: return (View){ 20 + 4 * (k / 3), 30, 1, .grain = 2, .moment = 100 + k / 3 };
    }
}

/** The mask changes at each cut but the one to the pan, whose hole stays. */
static Holes five_holes(int t)
{
    int shot = shot_of(t), k = t - starts[shot];

    switch (shot) {
    case 0:
    case 1: return fixed(0);
    case 2: return moving(k);
    case 3: return k % 8 == 6 ? none(0) : (Holes){ 1, { { 30, 50, 60, 70 } } };
    default: return (Holes){ 2, { { 12, 14, 30, 30 }, { 100, 60, 130, 76 } } };
    }
}

/** The shot that is run by itself; its frame 0 is the film's frame starts[alone]. */
static int alone;

static View view_alone(int t)
{
    return five_views(starts[alone] + t);
}

static Holes holes_alone(int t)
{
    return five_holes(starts[alone] + t);
}

static void assert_frame_same(const Reel *whole, int t, const Reel *part, int u, Way way)
{
    if (!frame_is_same(whole, t, part, u))
        fail_msg("ahead %d, workers %d: frame %d of the film differs from frame %d of its part", way.ahead,
                 way.workers, t, u);
    assert_int_equal(whole->result[t].error, part->result[u].error);
    assert_int_equal(whole->result[t].boxes, part->result[u].boxes);
    assert_true(whole->result[t].network == part->result[u].network);
}

static void shot_alone_is_as_in_its_film(void **state)
{
    static const Way ways[] = { { 2, 1, 12, 0 }, { 1, 0, 4, 0 }, { 3, 2, 50, 0 }, { 2, 1, 50, 1 } };

    (void)state;
    for (size_t i = 0; i < (THREADS_ONLY ? 1 : DF_COUNT(ways)); i++) {
        Film film = { small, FRAMES, five_views, five_holes, NULL };
        Reel *whole = film_run(&film, ways[i]);
        assert_clean(whole);
        for (alone = 0; alone < SHOTS; alone++) {
            Film shot = { small, starts[alone + 1] - starts[alone], view_alone, holes_alone, NULL };
            Reel *part = film_run(&shot, ways[i]);
            for (int t = 0; t < shot.frames; t++)
                assert_frame_same(whole, starts[alone] + t, part, t, ways[i]);
            reel_free(part);
        }
        reel_free(whole);
    }
}

/* Two shots, whose cut may lie between two frames without a hole, at which nobody looks. */
enum { CUT_OF_TWO = 9, FRAMES_OF_TWO = 16 };

static View two_pans(int t)
{
    int later = t >= CUT_OF_TWO;

    return (View){ 20 + 300 * later + t, 30, 2 * later, .grain = 1, .moment = t };
}

static Holes none_at_the_cut(int t)
{
    return t == CUT_OF_TWO || t == CUT_OF_TWO - 1 ? none(t) : fixed(t);
}

static View second_pan(int t)
{
    return two_pans(t + CUT_OF_TWO);
}

static Holes none_at_the_beginning(int t)
{
    return none_at_the_cut(t + CUT_OF_TWO);
}

/** Run a film in a context that stays open, to look at what the planner knows. */
static const DfPlanner *run_and_keep(DeepfillContext **ctx, View (*view)(int), Holes (*holes)(int), int frames)
{
    Film film = { small, frames, view, holes, NULL };
    Reel *reel = calloc(1, sizeof *reel);

    assert_non_null(reel);
    /* No plan is released before it has been looked at. */
    *ctx = film_context(&film, (Way){ 1, 2 * FRAMES_OF_TWO, FRAMES_OF_TWO, 0 });
    film_run_in(*ctx, &film, reel);
    reel_free(reel);
    return &df_context_frames(*ctx)->temporal.planner;
}

/** What motions usually leave unexplained and what a frame costs are told from its own shot. */
static void counts_begin_with_a_shot(void **state)
{
    static Holes (*const holes[][2])(int) = { { fixed, fixed }, { none_at_the_cut, none_at_the_beginning } };

    (void)state;
    if (THREADS_ONLY)
        skip();
    for (int i = 0; i < 2; i++) {
        DeepfillContext *both, *second;
        const DfPlanner *p = run_and_keep(&both, two_pans, holes[i][0], FRAMES_OF_TWO);
        const DfPlanner *q = run_and_keep(&second, second_pan, holes[i][1], FRAMES_OF_TWO - CUT_OF_TWO);
        assert_int_equal(p->error_count, q->error_count);
        assert_true(p->staleness == q->staleness);
        for (int t = 0; t < FRAMES_OF_TWO - CUT_OF_TWO; t++)
            assert_int_equal(df_planner_state(p, CUT_OF_TWO + t)->cost, df_planner_state(q, t)->cost);
        deepfill_close(&both);
        deepfill_close(&second);
    }
}

/* ------------------------------------------------------------------------- shots without fills -- */

static enum DeepfillShow as_it_is(int t)
{
    (void)t;
    return DEEPFILL_SHOW_FRAME;
}

static void shots_are_told_without_filling(void **state)
{
    static const Way ways[] = { { 2, 1, 12, 0 }, { 1, 0, 4, 0 }, { 3, 2, 50, 0 }, { 2, 2, 0, 0 } };

    (void)state;
    for (size_t i = 0; i < (THREADS_ONLY ? 1 : DF_COUNT(ways)); i++) {
        Film filled = { small, FRAMES, five_views, five_holes, NULL }, told = { small, FRAMES, five_views, five_holes, as_it_is };
        Reel *whole = film_run(&filled, ways[i]);
        film_shots = 1;
        Reel *shots = film_run(&told, ways[i]);
        film_shots = 0;
        for (int t = 0; t < FRAMES; t++) {
            assert_int_equal(shots->result[t].cut, whole->result[t].cut);
            assert_int_equal(shots->result[t].error, 0);
            assert_memory_equal(shots->out[t].memory, shots->in[t].memory, shots->in[t].bytes);
        }
        reel_free(whole);
        reel_free(shots);
    }
}

static void shots_alone_need_other_frames_and_fill_none(void **state)
{
    Film film = { small, 1, pan, fixed, NULL };
    Reel *reel = calloc(1, sizeof *reel);
    DeepfillSettings settings;
    DeepfillContext *ctx = NULL;

    (void)state;
    assert_non_null(reel);
    deepfill_defaults(&settings, model, &small);
    settings.shots = 1;
    settings.temporal = 0;
    assert_int_equal(deepfill_open(&ctx, &settings), -EINVAL);
    settings.temporal = 1;
    assert_int_equal(deepfill_open(&ctx, &settings), 0);
    film_shoot(&film, reel, 0);
    DeepfillFrame frame = film_frame(&film, reel, 0);
    assert_int_equal(deepfill_send(ctx, &frame), -EINVAL);
    deepfill_close(&ctx);
    reel_free(reel);
}

/** A hole that stays, and a caption's that ends with the first shot. */
static Holes ends_at_the_cut(int t)
{
    return (Holes){ 1 + (t < CUT_OF_TWO), { { 60, 40, 84, 58 }, { 20, 70, 50, 84 } } };
}

/** What the caption's mask misses: it stands for two frames of the second shot. */
static Holes stays_after_the_cut(int t)
{
    return (Holes){ 1 + (t < CUT_OF_TWO + 2), { { 60, 40, 84, 58 }, { 20, 70, 50, 84 } } };
}

static int cut_of_two(void)
{
    Film film = { small, FRAMES_OF_TWO, two_pans, ends_at_the_cut, NULL };
    Reel *reel = film_run(&film, (Way){ 2, 1, 12, 0 });
    int cut = reel->result[CUT_OF_TWO].cut;

    reel_free(reel);
    return cut;
}

static void a_mask_ties_the_shots_that_it_reaches_across(void **state)
{
    (void)state;
    if (THREADS_ONLY)
        skip();
    assert_int_equal(cut_of_two(), 1);
    film_dilate_time = 2;
    assert_int_equal(cut_of_two(), 2);
    film_dilate_time = 0;
    film_marks = stays_after_the_cut;
    assert_int_equal(cut_of_two(), 2);
    film_marks = NULL;
}

/* ------------------------------------------------------------------------------------- codes -- */

enum { CHANGE = 10 };

/** Run 2 * CHANGE frames of which those from CHANGE on have other codes; the first `first` are left out. */
static Reel *run_recoded(DeepfillFormat later, int first, Way way)
{
    Film film = { small, 2 * CHANGE, grainy_pan, fixed, NULL };
    DeepfillContext *ctx = film_context(&film, way);
    Reel *reel = calloc(1, sizeof *reel);
    int taken = first;

    assert_non_null(reel);
    for (int t = 0; t < film.frames; t++) {
        film_shoot(&film, reel, t);
        if (t >= CHANGE)
            reel->out[t].image.format = later;
        if (t < first)
            continue;
        DeepfillFrame frame = film_frame(&film, reel, t);
        int ret;
        while ((ret = deepfill_send(ctx, &frame)) == -EAGAIN)
            assert_int_equal(film_take(ctx, reel, taken++), 0);
        assert_int_equal(ret, 0);
    }
    deepfill_flush(ctx);
    while (taken < film.frames)
        assert_int_equal(film_take(ctx, reel, taken++), 0);
    deepfill_close(&ctx);
    return reel;
}

/** The picture goes on; its matrix or its range does not. */
static void no_source_across_a_change_of_codes(void **state)
{
    DeepfillFormat later[] = { small, small, small };

    (void)state;
    if (THREADS_ONLY)
        skip();
    later[1].matrix = 9;
    later[2].full_range = 1;
    for (size_t i = 0; i < DF_COUNT(later); i++)
        for (int ahead = 0; ahead < 20; ahead += 4 + 2 * ahead) {
            Way way = { 2, 1, ahead, 0 };
            Reel *whole = run_recoded(later[i], 0, way), *part = run_recoded(later[i], CHANGE, way);
            int differ = 0;
            for (int t = CHANGE; t < 2 * CHANGE; t++) {
                if (i)
                    assert_frame_same(whole, t, part, t, way);
                differ += !frame_is_same(whole, t, part, t);
            }
            /* Where they are the same, sources are taken. */
            assert_true(i || differ > 0);
            reel_free(whole);
            reel_free(part);
            if (i) {
                /* Frames before the change see nothing after it, either. */
                Film first = { small, CHANGE, grainy_pan, fixed, NULL };
                whole = run_recoded(later[i], 0, way);
                part = film_run(&first, way);
                for (int t = 0; t < CHANGE; t++)
                    assert_frame_same(whole, t, part, t, way);
                reel_free(whole);
                reel_free(part);
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shot_alone_is_as_in_its_film),
        cmocka_unit_test(counts_begin_with_a_shot),
        cmocka_unit_test(shots_are_told_without_filling),
        cmocka_unit_test(shots_alone_need_other_frames_and_fill_none),
        cmocka_unit_test(a_mask_ties_the_shots_that_it_reaches_across),
        cmocka_unit_test(no_source_across_a_change_of_codes),
    };

    return cmocka_run_group_tests_name("deepfill temporal, shots", tests, film_open, close_model);
}
