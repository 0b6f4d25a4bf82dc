/**
 * @file
 * What was synthesised, held against surroundings that change: for good, for a while, at one hole of two.
 */
#include "plan.h"

/** Memory that bounds nothing. */
#define PLENTY ((size_t)1 << 40)

enum { FRAMES = 100, AHEAD = 40 };

/** The level of a film at (x, y) of frame t. */
typedef int (*Level)(int t, int x, int y);

/** A resting camera before what `level` says. */
static Script *painted(Level level, DeepfillMask *mask)
{
    Script *script = panning(FRAMES, 0, 0, mask);

    for (int t = 0; t < FRAMES; t++) {
        Picture *p = script->shots[t].picture = malloc(sizeof *p);
        assert_non_null(p);
        *p = picture_new(gray);
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++)
                p->image.data[0][y * p->image.stride[0] + x] = (uint8_t)level(t, x, y);
    }
    return script;
}

static void painted_free(Script *script)
{
    script_stop(script);
    for (int t = 0; t < FRAMES; t++) {
        free(script->shots[t].picture->memory);
        free(script->shots[t].picture);
    }
    script_free(script);
}

/** Plan a film; made[t] becomes the frame in which frame t's pixel at (x, y) was synthesised. */
static void plan_made(Script *script, int ahead, int x, int y, int made[FRAMES])
{
    script_start(script, ahead, PLENTY);
    for (int t = 0, end; t < FRAMES;)
        for (end = script_plan(script); t < end; t++) {
            const DfFrameState *s = script_state(script, t);
            Origin o = script_origin(s->map, x, y);
            script_check(script, t);
            assert_int_equal(o.kind, DF_KIND_SYNTHESISED);
            made[t] = o.frame;
            if (!t || made[t] == made[t - 1])
                continue;
            assert_int_equal(made[t], t);
            assert_int_equal(s->renewal, DF_RENEW_UNFIT);
            /* What goes away fades. */
            assert_true(s->fade > 0.5f);
            assert_int_equal(script_origin(s->former, x, y).frame, made[t - 1]);
        }
}

static int distinct(const int made[FRAMES])
{
    int n = 1;

    for (int t = 1; t < FRAMES; t++)
        n += made[t] != made[t - 1];
    return n;
}

/* -------------------------------------------------------------------------- for good, for a while -- */

enum { BEGIN = 20, END = 45 };

/** Stripes turn into others in 25 frames. */
static int dissolving(int t, int x, int y)
{
    float share = DF_CLAMP((float)(t - BEGIN) / (END - BEGIN), 0, 1);
    int before = x % 38 < 19 ? 60 : 120, after = y % 30 < 15 ? 90 : 210;

    return (int)((float)before + share * (float)(after - before));
}

/** After a dissolve what is seen was made when little of the first shot was left. */
static void dissolve_is_followed(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);
    int made[FRAMES];

    (void)state;
    for (size_t i = 0; i < DF_COUNT(aheads); i++) {
        Script *script = painted(dissolving, mask);
        plan_made(script, aheads[i], 90, 48, made);
        assert_int_equal(made[BEGIN], 0);
        assert_true(made[END + 20] > BEGIN + 0.8f * (END - BEGIN));
        assert_int_equal(made[FRAMES - 1], made[END + 20]);
        assert_true(distinct(made) <= 5);
        painted_free(script);
    }
    deepfill_mask_close(&mask);
}

/** One still dissolves into another: frames that repeat their picture do not keep what fades. */
static void stills_that_dissolve_are_renewed(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);
    int made[FRAMES];

    (void)state;
    for (int ahead = 0; ahead <= AHEAD; ahead += AHEAD) {
        Script *script = painted(dissolving, mask);
        for (int t = 1; t < FRAMES; t++)
            script->shots[t].repeated = t <= BEGIN || t > END;
        plan_made(script, ahead, 90, 48, made);
        assert_true(made[FRAMES - 1] > BEGIN + 0.8f * (END - BEGIN));
        assert_true(distinct(made) <= 5);
        assert_true(script_state(script, FRAMES - 1)->repeats);
        assert_true(!(script_state(script, FRAMES - 1)->fade > 0));
        painted_free(script);
    }
    deepfill_mask_close(&mask);
}

/** Something bright beside the hole, to the left, from frame `from` to before frame `to`. */
static int beside(int t, int x, int from, int to)
{
    return t >= from && t < to && x < 90 ? 200 : 80;
}

static int passing(int t, int x, int y)
{
    (void)y;
    return beside(t, x, BEGIN, BEGIN + 25);
}

/** What stays less long than is looked ahead changes nothing. */
static void what_passes_is_passed_over(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);
    int made[FRAMES];

    (void)state;
    Script *script = painted(passing, mask);
    plan_made(script, AHEAD, 90, 48, made);
    assert_int_equal(made[FRAMES - 1], 0);
    plan_made(script, 0, 90, 48, made);
    assert_true(made[FRAMES - 1] > 0);
    painted_free(script);
    deepfill_mask_close(&mask);
}

static int leaving(int t, int x, int y)
{
    (void)y;
    return beside(t, x, 0, BEGIN);
}

/** What was made while something stood beside the hole goes with it, and what is made then stays. */
static void what_stood_beside_is_renewed(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);
    int made[FRAMES];

    (void)state;
    for (int ahead = 0; ahead <= AHEAD; ahead += AHEAD) {
        Script *script = painted(leaving, mask);
        plan_made(script, ahead, 90, 48, made);
        assert_int_equal(made[BEGIN - 1], 0);
        /* Live, eight frames tell. */
        assert_int_equal(made[FRAMES - 1], ahead ? BEGIN : BEGIN + 7);
        painted_free(script);
    }
    deepfill_mask_close(&mask);
}

/** Whichever allocation fails as a fill is renewed, that frame fails alone or is planned as ever. */
static void renewal_outlives_missing_memory(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);
    const int renewed = BEGIN + 7;
    int was_reached = 1, failures = 0;

    (void)state;
    for (int n = 0; was_reached; n++) {
        Script *script = painted(leaving, mask);
        script_start(script, 0, PLENTY);
        for (int t = 0; t < FRAMES; t++) {
            if (t == renewed) {
                while (script->begun <= t)
                    script_begin(script, script->begun++);
                df_fail_after(n);
            }
            assert_int_equal(script_observe(script), t + 1);
            if (t == renewed) {
                void *memory = df_alloc(1);
                was_reached = !memory;
                df_free(memory);
                df_fail_after(-1);
            }
            const DfFrameState *s = df_planner_state(&script->planner, t);
            assert_true(t == renewed || !s->failed);
            failures += s->failed;
            if (!s->failed)
                script_check(script, t);
        }
        /* What was made when it failed, or the renewal, is there to the end. */
        assert_true(script_origin(script_state(script, FRAMES - 1)->map, 90, 48).frame >= renewed);
        painted_free(script);
    }
    assert_true(failures > 5);
    deepfill_mask_close(&mask);
}

/* ------------------------------------------------------------------------------------ two holes -- */

static int left_alone(int t, int x, int y)
{
    (void)y;
    return x < WIDTH / 2 && t >= BEGIN ? 200 : 80;
}

/** Two holes far apart, so that each is an area of its own. */
enum { WIDE = 640 };

static void one_hole_of_two_is_renewed(void **state)
{
    uint8_t *picture = calloc(WIDE, HEIGHT);
    DeepfillMaskSettings settings = { .width = WIDE, .height = HEIGHT, .threshold = 0.5f };
    DeepfillFormat wide = gray;
    DeepfillMask *mask = NULL;

    (void)state;
    assert_non_null(picture);
    wide.width = WIDE;
    for (int y = 40; y < 56; y++) {
        memset(picture + y * WIDE + 60, 255, 24);
        memset(picture + y * WIDE + 520, 255, 24);
    }
    assert_int_equal(df_mask_create(&mask, &settings, picture, WIDE, WIDE, HEIGHT), 0);
    Script *script = script_new(wide, 60);
    for (int t = 0; t < 60; t++) {
        Picture *p = script->shots[t].picture = malloc(sizeof *p);
        assert_non_null(p);
        *p = picture_new(wide);
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDE; x++)
                p->image.data[0][y * p->image.stride[0] + x] = (uint8_t)left_alone(t, x / 4, y);
        script->shots[t].mask = mask;
    }
    script_start(script, 16, PLENTY);
    for (int t = 0, end; t < 60;)
        for (end = script_plan(script); t < end; t++) {
            script_check(script, t);
            assert_int_equal(script_origin(script_state(script, t)->map, 70, 48).frame, t < BEGIN ? 0 : BEGIN);
            assert_int_equal(script_origin(script_state(script, t)->map, 530, 48).frame, 0);
        }
    script_stop(script);
    for (int t = 0; t < 60; t++) {
        free(script->shots[t].picture->memory);
        free(script->shots[t].picture);
    }
    script_free(script);
    deepfill_mask_close(&mask);
    free(picture);
}

/** A lamp to the left from BEGIN on, little brighter than a source may differ; a logo from GROWN on. */
enum { GROWN = 10 };

static int grown_hole(int t, int x, int y)
{
    if (t >= GROWN && x >= 80 && x < 112 && y >= 40 && y < 64)
        return (x * 7 + y * 13) % 2 ? 30 : 230;
    return t >= BEGIN && x < 89 ? 93 : 80;
}

/** A hole that frames before show but for a corner: once its surroundings have changed, the corner alone is renewed. */
static void what_is_mostly_shown_stays(void **state)
{
    DeepfillMask *corner = hole_at(82, 42, 90, 48), *mask = hole_at(80, 40, 112, 64);

    (void)state;
    for (int ahead = 0; ahead <= AHEAD; ahead += AHEAD) {
        Script *script = painted(grown_hole, mask);
        int renewals = 0;
        for (int t = 0; t < GROWN; t++)
            script->shots[t].mask = corner;
        script_start(script, ahead, PLENTY);
        for (int t = 0, end; t < FRAMES;)
            for (end = script_plan(script); t < end; t++) {
                const DfFrameState *s = script_state(script, t);
                script_check(script, t);
                renewals += s->renewal == DF_RENEW_UNFIT;
                if (t < GROWN)
                    continue;
                Origin shown = script_origin(s->map, 106, 52), made = script_origin(s->map, 86, 45);
                if (shown.kind != DF_KIND_SHOWN)
                    fail_msg("ahead %d, frame %d: kind %d of frame %d", ahead, t, shown.kind, shown.frame);
                assert_int_equal(made.kind, DF_KIND_SYNTHESISED);
                assert_int_equal(made.frame >= BEGIN, renewals > 0);
            }
        assert_int_equal(renewals, 1);
        painted_free(script);
    }
    deepfill_mask_close(&corner);
    deepfill_mask_close(&mask);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dissolve_is_followed),
        cmocka_unit_test(stills_that_dissolve_are_renewed),
        cmocka_unit_test(what_passes_is_passed_over),
        cmocka_unit_test(what_stood_beside_is_renewed),
        cmocka_unit_test(renewal_outlives_missing_memory),
        cmocka_unit_test(one_hole_of_two_is_renewed),
        cmocka_unit_test(what_is_mostly_shown_stays),
    };

    return cmocka_run_group_tests_name("fit", tests, NULL, NULL);
}
