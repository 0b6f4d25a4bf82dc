/**
 * @file
 * The planner on films whose motions are written by hand and whose pictures are black: every source that it chooses
 * can be held against an exhaustive search, and every plan against one that was made with all frames known.
 */
#include "plan.h"

#include <errno.h>

#include "temporal/decide.h"
#include "temporal/shots.h"
#include "temporal/trust.h"

/** Memory that bounds nothing. */
#define PLENTY ((size_t)1 << 40)

/** Whether two frames are of one shot, neither of them a flash. */
static int are_related(const Script *script, int early, int late)
{
    while (late > early && script->shots[late].back)
        late -= script->shots[late].back;
    return late == early;
}

/** The nearest frame, up to `ahead` later ones, that shows pixel (x, y) of frame t; the past first. -1: none */
static int nearest_frame(const Script *script, int t, int x, int y)
{
    double to_x, to_y;

    for (int k = 1; k < script->frames; k++)
        for (int side = -1; side <= 1; side += 2) {
            int s = t + side * k;
            if (s < 0 || s >= script->frames || s > t + script->ahead ||
                !are_related(script, DF_MIN(s, t), DF_MAX(s, t)))
                continue;
            camera_carry(&script->shots[t].camera, &script->shots[s].camera, x, y, &to_x, &to_y);
            if (script_shows(script, s, to_x, to_y))
                return s;
        }
    return -1;
}

/** Hold every pixel of a frame against the search. @return how many some frame shows */
static int check_nearest(const Script *script, int t)
{
    const DfFrameState *s = script_state(script, t);
    int shown = 0;

    if (!s->areas.count)
        return 0;
    DfRect r = s->areas.items[0].hole;
    for (int y = r.y0; y < r.y1; y++)
        for (int x = r.x0; x < r.x1; x++) {
            if (!script_is_hole(script, t, x, y))
                continue;
            int nearest = nearest_frame(script, t, x, y);
            Origin o = script_origin(s->map, x, y);
            if (nearest >= 0 && (o.frame != nearest || o.kind != DF_KIND_SHOWN))
                fail_msg("ahead %d: pixel %d,%d of frame %d comes from frame %d, kind %d, not %d", script->ahead, x, y,
                         t, o.frame, o.kind, nearest);
            if (nearest < 0)
                assert_int_equal(o.kind, DF_KIND_SYNTHESISED);
            shown += nearest >= 0;
        }
    return shown;
}

/** Plan a whole script, checking every frame. @return pixels that some frame shows */
static int plan_nearest(Script *script, int ahead)
{
    int shown = 0;

    script_start(script, ahead, PLENTY);
    for (int t = 0, end; t < script->frames;)
        for (end = script_plan(script); t < end; t++) {
            script_check(script, t);
            shown += check_nearest(script, t);
        }
    return shown;
}

static void nearest_source_is_chosen(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);
    int least = 0;

    (void)state;
    for (size_t i = 0; i < DF_COUNT(aheads); i++) {
        Script *script = panning(50, 4, 0, mask);
        int shown = plan_nearest(script, aheads[i]);
        assert_true(shown > least);
        least = shown - 1;
        script_free(script);
    }
    deepfill_mask_close(&mask);
}

/** To and fro between 0 and `half`, a pixel a frame. */
static int swing(int t, int half)
{
    t %= 2 * half;
    return t < half ? t : 2 * half - t;
}

static void motion_may_turn_round(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);

    (void)state;
    for (size_t i = 0; i < DF_COUNT(aheads); i++) {
        Script *script = panning(60, 0, 0, mask);
        for (int t = 0; t < 60; t++)
            script->shots[t].camera = camera_pan(swing(t, 15), swing(t, 10));
        plan_nearest(script, aheads[i]);
        script_free(script);
    }
    deepfill_mask_close(&mask);
}

/** A hole that crosses the picture shows everything sooner or later. */
static void moving_hole_is_filled_from_both_sides(void **state)
{
    (void)state;
    for (size_t i = 0; i < DF_COUNT(aheads); i++) {
        Script *script = script_new(gray, 40);
        for (int t = 0; t < 40; t++)
            script->shots[t].mask = hole_at(10 + 3 * t, 30 + t / 2, 30 + 3 * t, 50 + t / 2);
        assert_true(plan_nearest(script, aheads[i]) > 0);
        for (int t = 0; t < 40; t++)
            deepfill_mask_close(&script->shots[t].mask);
        script_free(script);
    }
}

/** A caption that stands for ten of every twenty frames: what is beneath it is shown before and after. */
static void hole_comes_and_goes(void **state)
{
    DeepfillMask *mask = hole_at(60, 60, 130, 80);

    (void)state;
    for (size_t i = 0; i < DF_COUNT(aheads); i++) {
        Script *script = script_new(gray, 60);
        for (int t = 0; t < 60; t++)
            script->shots[t].mask = t / 10 % 2 ? mask : NULL;
        plan_nearest(script, aheads[i]);
        script_start(script, aheads[i], PLENTY);
        for (int t = 0, end; t < 60;)
            for (end = script_plan(script); t < end; t++)
                assert_int_equal(script_state(script, t)->fresh, 0);
        script_free(script);
    }
    deepfill_mask_close(&mask);
}

/** Neither what is shown nor what was synthesised goes across a cut. */
static void cut_starts_anew(void **state)
{
    static const int shot_of[] = { 7, 20, 21, 40 };
    DeepfillMask *mask = hole_at(80, 40, 104, 56);

    (void)state;
    for (size_t i = 0; i < DF_COUNT(aheads); i++) {
        Script *script = panning(40, 4, 0, mask);
        script->shots[7].back = script->shots[20].back = script->shots[21].back = 0;
        plan_nearest(script, aheads[i]);
        script_start(script, aheads[i], PLENTY);
        for (int t = 0, end, shot = 0; t < 40;)
            for (end = script_plan(script); t < end; t++) {
                const DfFrameState *s = script_state(script, t);
                shot += t == shot_of[shot];
                assert_int_equal(s->shot, shot ? shot_of[shot - 1] : 0);
                for (int k = 0; k < s->map->reference_count; k++) {
                    int frame = (int)s->map->references[k].source->frame;
                    assert_true(frame >= s->shot && frame < shot_of[shot]);
                }
            }
        script_free(script);
    }
    deepfill_mask_close(&mask);
}

/** Frames 15 .. 15 + length - 1 are beyond comparison; the next one is related across them. */
static Script *flashing(int length, DeepfillMask *mask)
{
    Script *script = panning(40, 4, 0, mask);

    script->shots[15].back = 0;
    script->shots[15 + length].back = length + 1;
    return script;
}

/** Frames before and after a flash are filled as if it were none, the flash itself from what its neighbours show. */
static void flash_does_not_start_anew(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);

    (void)state;
    for (int length = 1; length <= 2; length++) {
        for (size_t i = 1; i < DF_COUNT(aheads); i++) {
            Script *script = flashing(length, mask);
            script_start(script, aheads[i], PLENTY);
            for (int t = 0, end; t < script->frames;)
                for (end = script_plan(script); t < end; t++) {
                    script_check(script, t);
                    const DfFrameState *s = script_state(script, t);
                    int is_flash = t >= 15 && t < 15 + length;
                    /* Its second frame is related to its first one. */
                    assert_int_equal(s->odd, t == 15);
                    assert_int_equal(s->shot, 0);
                    if (!is_flash)
                        check_nearest(script, t);
                    else if (aheads[i] >= 4)
                        assert_int_equal(s->fresh, 0);
                }
            script_free(script);
        }
    }
    deepfill_mask_close(&mask);
}

/** The frame in which the first hole pixel was synthesised, and the former one while it fades. */
static void read_synthesised(const Script *script, int t, int *now, int *old)
{
    const DfFrameState *s = script_state(script, t);
    Origin o = script_origin(s->map, 90, 48);

    assert_int_equal(o.kind, DF_KIND_SYNTHESISED);
    *now = o.frame;
    *old = s->fade > 0 ? script_origin(s->former, 90, 48).frame : -1;
}

/** A camera that rests before water: nothing is ever shown, and what was synthesised grows stale. */
static Script *resting(int frames, float error, DeepfillMask *mask)
{
    Script *script = panning(frames, 0, 0, mask);

    for (int t = 1; t < frames; t++)
        script->shots[t].error = error;
    return script;
}

static void stale_fill_is_renewed_and_faded(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);

    (void)state;
    for (size_t i = 0; i < DF_COUNT(aheads); i++) {
        Script *script = resting(100, 5, mask);
        int made = 0, renewals = 0, now, old;
        script_start(script, aheads[i], PLENTY);
        for (int t = 0, end; t < 100;)
            for (end = script_plan(script); t < end; t++) {
                const DfFrameState *s = script_state(script, t);
                script_check(script, t);
                read_synthesised(script, t, &now, &old);
                if (now != made) {
                    assert_int_equal(now, t);
                    assert_int_equal(old, made);
                    assert_int_equal(s->fresh, s->hole);
                    made = now;
                    renewals++;
                } else {
                    assert_int_equal(s->fresh, t ? 0 : s->hole);
                }
                float fade = renewals && t - made < DF_FADE - 1 ? 1 - (float)(t - made + 1) / DF_FADE : 0;
                assert_true(fabsf(s->fade - fade) < 1e-5f);
            }
        assert_true(renewals >= 3 && renewals <= 5);
        script_free(script);
    }
    deepfill_mask_close(&mask);
}

static void still_picture_is_never_renewed(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);
    Script *script = resting(400, 1, mask);
    int now, old;

    (void)state;
    script_start(script, 8, PLENTY);
    for (int t = 0, end; t < 400;)
        for (end = script_plan(script); t < end; t++) {
            read_synthesised(script, t, &now, &old);
            assert_int_equal(now, 0);
            assert_int_equal(old, -1);
        }
    script_free(script);
    deepfill_mask_close(&mask);
}

/** A motion whose error jumps once and is usual again right after: another shot that happens to be alike. */
static void jump_that_stays_is_a_cut(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);

    (void)state;
    for (size_t i = 1; i < DF_COUNT(aheads); i++) {
        Script *script = panning(48, 4, 0, mask);
        for (int t = 1; t < 48; t++)
            script->shots[t].error = t == 20 ? 20 : 1;
        script_start(script, aheads[i], PLENTY);
        for (int t = 0, end; t < 48;)
            for (end = script_plan(script); t < end; t++) {
                const DfFrameState *s = script_state(script, t);
                assert_int_equal(s->shot, t < 20 ? 0 : 20);
                for (int x = 80; x < 104; x++) {
                    int frame = script_origin(s->map, x, 48).frame;
                    if ((frame < 20) != (t < 20))
                        fail_msg("ahead %d: frame %d takes from frame %d", aheads[i], t, frame);
                }
            }
        script_free(script);
    }
    deepfill_mask_close(&mask);
}

/** Light that grows by 2 levels and 3 % of contrast a frame is composed along the way from a source. */
static void light_is_composed_along_the_way(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);

    (void)state;
    for (size_t i = 0; i < DF_COUNT(aheads); i++) {
        Script *script = flashing(1, mask);
        double gain[40] = { 1 }, offset[40] = { 0 };
        for (int t = 1; t < script->frames; t++) {
            int back = script->shots[t].back;
            DfLight light = { back == 2 ? 1.03f * 1.03f : 1.03f, back == 2 ? 2.03f * 2 : 2 };
            script->shots[t].light[0] = light;
            gain[t] = gain[t - DF_MAX(back, 1)] * light.gain;
            offset[t] = offset[t - DF_MAX(back, 1)] * light.gain + light.offset;
        }
        script_start(script, aheads[i], PLENTY);
        for (int t = 0, end; t < script->frames;)
            for (end = script_plan(script); t < end; t++) {
                const DfFrameState *s = script_state(script, t);
                for (int x = 80; x < 104; x++) {
                    Origin o = script_origin(s->map, x, 48);
                    DfLight light = o.reference->light[0];
                    if (t == 15 || o.frame == 15)
                        continue;
                    double g = gain[t] / gain[o.frame];
                    assert_true(fabs(light.gain - g) < 1e-4);
                    assert_true(fabs(light.offset - (offset[t] - g * offset[o.frame])) < 1e-2);
                }
            }
        script_free(script);
    }
    deepfill_mask_close(&mask);
}

/** What was synthesised in a picture that is twice as bright since is made anew at once, and nothing of it is seen. */
static void fill_made_in_the_dark_is_renewed(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);

    (void)state;
    for (size_t i = 0; i < DF_COUNT(aheads); i++) {
        Script *script = resting(40, 1, mask);
        for (int t = 1; t < 40; t++)
            script->shots[t].light[0].gain = t >= 10 && t < 20 ? 1.1f : 1;
        script_start(script, aheads[i], PLENTY);
        for (int t = 0, end; t < 40;)
            for (end = script_plan(script); t < end; t++) {
                const DfFrameState *s = script_state(script, t);
                int now, old;
                script_check(script, t);
                read_synthesised(script, t, &now, &old);
                /* The gain of 1.1 to the eighth is the first above 2. */
                assert_int_equal(now, t < 17 ? 0 : 17);
                assert_int_equal(old, -1);
                assert_int_equal(s->fresh, t == 0 || t == 17 ? s->hole : 0);
            }
        script_free(script);
    }
    deepfill_mask_close(&mask);
}

/** A source that would have to become more than four times brighter is none, past or future. */
static void dark_frames_are_no_source(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);

    (void)state;
    for (size_t i = 0; i < DF_COUNT(aheads); i++) {
        for (int brighter = 0; brighter < 2; brighter++) {
            Script *script = panning(40, 4, 0, mask);
            script->shots[20].light[0].gain = brighter ? 4.5f : 1 / 4.5f;
            script_start(script, aheads[i], PLENTY);
            for (int t = 0, end; t < 40;)
                for (end = script_plan(script); t < end; t++) {
                    const DfSourceMap *map = script_state(script, t)->map;
                    script_check(script, t);
                    for (int k = 0; k < map->reference_count; k++) {
                        int is_late = map->references[k].source->frame >= 20;
                        if (map->references[k].kind == DF_KIND_SHOWN && (t >= 20) != is_late)
                            assert_int_equal(is_late, brighter);
                    }
                }
            script_free(script);
        }
    }
    deepfill_mask_close(&mask);
}

/* --------------------------------------------------------------------------------- when frames leave -- */

/** Before a locked camera each frame waits for all that it may see; on a pan it leaves once its hole is found. */
static void locked_logo_waits_and_a_pan_does_not(void **state)
{
    const int ahead = 25;
    DeepfillMask *mask = hole_at(80, 40, 104, 56);

    (void)state;
    for (int pan = 0; pan <= 4; pan += 4) {
        Script *script = panning(80, pan, 0, mask);
        script_start(script, ahead, PLENTY);
        for (int t = 0; t < 79; t++) {
            int planned = script_observe(script);
            /* A frame is settled once the next one is observed. */
            if (!pan)
                assert_int_equal(planned, DF_MAX(t - ahead, 0));
            else if (t >= 6)
                assert_in_range(planned, t - 6, t);
        }
        assert_int_equal(script_observe(script), 80);
        /*
         * 24 columns at 4 pixels a frame: past and future are 7 frames apart, and 5 are in the reach of 2. The last are
         * observed at once.
         */
        for (int t = 60; t < (pan ? 73 : 80); t++)
            assert_int_equal(script_state(script, t)->looked_ahead, pan ? 5 : DF_MIN(ahead, 79 - t));
        script_free(script);
    }
    deepfill_mask_close(&mask);
}

/** Frames of a shot are planned when the next one begins, without any of it having been looked at. */
static void cut_ends_the_horizon(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);
    Script *script = panning(60, 0, 0, mask);

    (void)state;
    script->shots[11].back = script->shots[12].back = script->shots[30].back = 0;
    script_start(script, 25, PLENTY);
    for (int t = 0; t < 40; t++) {
        int shot = t < 11 ? 0 : t < 12 ? 11 : t < 30 ? 12 : 30;
        assert_int_equal(script_observe(script), shot);
        if (t == shot && t)
            assert_int_equal(script_state(script, t - 1)->looked_ahead, 0);
    }
    script_free(script);
    deepfill_mask_close(&mask);
}

/** A frame without a hole waits for nothing. */
static void frames_without_holes_do_not_wait(void **state)
{
    Script *script = script_new(gray, 30);

    (void)state;
    script_start(script, 10, PLENTY);
    for (int t = 0; t < 29; t++) {
        assert_int_equal(script_observe(script), t);
        if (t)
            assert_int_equal(script_state(script, t - 1)->hole, 0);
    }
    script_free(script);
}

/** Least memory makes the look-ahead short, more of it longer, up to `ahead`; it depends on nothing else. */
static void memory_bounds_the_look_ahead(void **state)
{
    static const size_t memories[] = { 1, 400000, 700000, 1000000, 1500000, PLENTY };
    DeepfillMask *mask = hole_at(80, 40, 104, 56);
    int longest[DF_COUNT(memories)];

    (void)state;
    for (size_t i = 0; i < DF_COUNT(memories); i++) {
        Script *script = panning(90, 0, 0, mask);
        longest[i] = 0;
        script_start(script, 40, memories[i]);
        for (int t = 0, end; t < 90;)
            for (end = script_plan(script); t < end; t++) {
                const DfFrameState *s = script_state(script, t);
                script_check(script, t);
                /* The last two frames are settled at once. */
                if (script->observed < 90)
                    longest[i] = DF_MAX(longest[i], s->looked_ahead);
                /* What it looked at, but for the last frame, which was one too many, did fit. */
                assert_true((size_t)DF_MAX(s->looked_ahead - 1, 0) * s->cost <= memories[i]);
                assert_true(s->cost >= script->black.bytes + df_copies_bytes(&gray, &s->source->usable));
            }
        assert_true(!i || longest[i] >= longest[i - 1]);
        script_free(script);
    }
    assert_int_equal(longest[0], 0);
    assert_true(longest[2] > longest[0] && longest[4] > longest[2]);
    assert_int_equal(longest[DF_COUNT(memories) - 1], 40);
    deepfill_mask_close(&mask);
}

/* ---------------------------------------------------------------------------- with all frames known -- */

/** Pixels at the edge of what was copied that are not sampled. */
#define EDGE 16

/** The areas in which others may sample a frame, as they follow from the masks of its shot alone. */
static void set_usable(const Script *script, DfFrameState *s)
{
    const DeepfillFormat *f = &script->format;
    DeepfillMask *masks[3] = { 0 };

    for (int i = 0; i < 3; i++) {
        int t = (int)s->frame + i - 1;
        if (t >= 0 && t < script->frames && df_planner_state(&script->planner, t)->shot == s->shot)
            masks[i] = script->shots[t].mask;
    }
    for (int i = 0; i < 3; i += 2)
        assert_int_equal(df_toggles_add(&s->source->toggles, s->source->mask, masks[i]), 0);
    assert_int_equal(df_areas_create(&s->source->usable, f, masks, 3), 0);
    for (int i = 0; i < s->source->usable.count; i++) {
        DfRect *r = &s->source->usable.items[i].outer;
        *r = (DfRect){ r->x0 + (r->x0 ? EDGE : 0), r->y0 + (r->y0 ? EDGE : 0), r->x1 - (r->x1 < f->width ? EDGE : 0),
                       r->y1 - (r->y1 < f->height ? EDGE : 0) };
    }
}

/** Plan a frame with all frames at hand. */
static void decide(Script *script, int t)
{
    DfPlanner *planner = &script->planner;
    DfFrameState *s = df_planner_state(planner, t);

    planner->head = t;
    if (s->shot == t)
        for (int i = 0; i < DF_MOST_BACK; i++) {
            df_source_map_close(&planner->carried[i]);
            df_source_map_close(&planner->carried_former[i]);
            df_source_map_close(&planner->last);
        }
    assert_int_equal(df_decide_begin(planner, s, NULL, &script->scratch), 0);
    for (int n = t + 1; !s->repeats && n < script->frames && n <= t + script->ahead; n++) {
        const DfFrameState *later = df_planner_state(planner, n);
        if (later->shot != s->shot)
            break;
        int length = planner->forward.length;
        df_forward_add(&planner->forward, later);
        if (planner->forward.length > length)
            assert_int_equal(df_trust_mark(planner, s, &script->scratch), 0);
    }
    if (!s->repeats)
        df_forward_search(&planner->forward, NULL);
    assert_int_equal(df_decide_end(planner, s, NULL, &script->scratch), 0);
    df_source_map_close(&planner->past);
    df_forward_end(&planner->forward);
}

/** Plan a script, whose frames all have their states, with all of them known. */
static void plan_knowing_all(Script *script, int ahead)
{
    DfPlannerSettings settings = { .slots = script->frames, .ahead = ahead, .memory = PLENTY };

    script_stop(script);
    script->ahead = ahead;
    assert_int_equal(df_planner_init(&script->planner, &script->account, &settings), 0);
    for (int t = 0; t < script->frames; t++)
        script_begin(script, t);
    for (int t = 0; t < script->frames; t++)
        assert_int_equal(df_shots_settle(&script->planner, df_planner_state(&script->planner, t),
                                         DF_MIN(t + 1 + DF_PLANNER_SETTLING, script->frames), &script->scratch), 0);
    for (int t = 0; t < script->frames; t++)
        set_usable(script, df_planner_state(&script->planner, t));
    script->planner.frontier = script->frames;
    for (int t = 0; t < script->frames; t++)
        decide(script, t);
}

static void assert_same_map(const DfSourceMap *a, const DfSourceMap *b, int t)
{
    assert_int_equal(a != NULL, b != NULL);
    assert_int_equal(a ? a->pixel_count : 0, b ? b->pixel_count : 0);
    for (size_t i = 0; a && i < a->pixel_count; i++) {
        DfMapPixel p = a->pixels[i], q = b->pixels[i];
        assert_int_equal(p.reference == DF_NO_REFERENCE, q.reference == DF_NO_REFERENCE);
        if (p.reference == DF_NO_REFERENCE)
            continue;
        const DfReference *r = &a->references[p.reference], *s = &b->references[q.reference];
        if (r->source->frame != s->source->frame || r->kind != s->kind || p.dx != q.dx || p.dy != q.dy)
            fail_msg("pixel %zu of frame %d: frame %d, kind %d, and frame %d, kind %d", i, t, (int)r->source->frame,
                     r->kind, (int)s->source->frame, s->kind);
        assert_memory_equal(&r->motion, &s->motion, sizeof r->motion);
        assert_memory_equal(r->light, s->light, sizeof r->light);
    }
}

/** A film of cuts, flashes, repetitions and holes that come, go and move, by a camera that wanders. */
static Script *wandering(unsigned seed, DeepfillMask *const masks[4])
{
    Script *script = script_new(gray, 60);
    double x = 0, y = 0, step_x = 0, step_y = 0;
    int which = (int)draw(&seed, 4);

    for (int t = 0; t < 60; t++) {
        Shot *shot = &script->shots[t];
        unsigned what = draw(&seed, 24);
        if (draw(&seed, 9) == 0) {
            step_x = ((int)draw(&seed, 900) - 450) / 100.0;
            step_y = ((int)draw(&seed, 200) - 100) / 100.0;
        }
        which = draw(&seed, 12) ? which : (int)draw(&seed, 4);
        shot->mask = masks[which];
        shot->error = (float)draw(&seed, 60) / 10;
        shot->light[0] = (DfLight){ 0.9f + (float)draw(&seed, 20) / 100, (float)draw(&seed, 9) - 4 };
        if (t > 5 && what == 0)
            shot->back = 0;
        else if (t > 5 && what <= 2 && script->shots[t - 1].back == 0 && script->shots[t - 2].back)
            shot->back = 2;
        else if (t && what <= 4 && shot->mask == shot[-1].mask && shot->back == 1) {
            shot->repeated = 1;
            shot->light[0] = DF_LIGHT_SAME;
        }
        if (!shot->repeated) {
            x += step_x;
            y += step_y;
        }
        shot->camera = camera_pan(x, y);
    }
    return script;
}

/** A frame that leaves as soon as it can, whatever threads plan it, has the plan that it has with all known. */
static void early_plans_are_those_with_all_known(void **state)
{
    DeepfillMask *masks[] = { hole_at(80, 40, 104, 56), mask_of_rect(WIDTH, HEIGHT, 82, 30, 120, 50, 4, 0), NULL,
                              hole_at(0, 60, 60, 90) };
    DfParallel parallel = { NULL, 4 };
    int early = 0;

    (void)state;
    assert_int_equal(df_thread_pool_open(&parallel.pool, 3), 0);
    for (unsigned seed = 0; seed < 24; seed++) {
        int ahead = 1 + (int)(seed * 7 % 20);
        Script *all = wandering(seed, masks), *film = wandering(seed, masks);
        film->parallel = seed % 2 ? &parallel : NULL;
        plan_knowing_all(all, ahead);
        script_start(film, ahead, PLENTY);
        for (int t = 0, end; t < film->frames;)
            for (end = script_plan(film); t < end; t++) {
                const DfFrameState *s = script_state(film, t), *known = script_state(all, t);
                script_check(film, t);
                assert_same_map(s->map, known->map, t);
                assert_same_map(s->former, known->former, t);
                assert_true(s->fade == known->fade);
                assert_int_equal(s->fresh, known->fresh);
                assert_int_equal(s->keep_composite || !s->fresh, 1);
                for (int i = 0; t + 1 < end && i < s->source->usable.count; i++)
                    assert_memory_equal(&s->source->usable.items[i].outer, &known->source->usable.items[i].outer,
                                        sizeof(DfRect));
                early += s->hole && s->looked_ahead < ahead;
            }
        script_free(film);
        script_free(all);
    }
    assert_true(early > 300);
    for (int i = 0; i < 4; i++)
        deepfill_mask_close(&masks[i]);
    df_thread_pool_close(&parallel.pool);
}

/* ---------------------------------------------------------------------------------- repeated frames -- */

/** Every third frame is the one before once more, on a camera that moves by 2 in the others. */
static Script *stuttering(int frames, DeepfillMask *mask)
{
    Script *script = panning(frames, 0, 0, mask);

    for (int t = 0; t < frames; t++) {
        script->shots[t].camera = camera_pan(2 * (t - t / 3), 0);
        script->shots[t].repeated = t && (t - t / 3) == (t - 1 - (t - 1) / 3);
        script->shots[t].error = t % 3 ? 9 : 0;
    }
    return script;
}

/** A repeated frame has the very map of the one before, and what fades in that. */
static void repeated_frame_has_the_map_of_the_one_before(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);
    static const size_t memories[] = { PLENTY, 600000, 1 };

    (void)state;
    for (size_t k = 0; k < DF_COUNT(memories); k++) {
        for (size_t i = 0; i < DF_COUNT(aheads); i++) {
            Script *script = stuttering(60, mask);
            int repeats = 0;
            script_start(script, aheads[i], memories[k]);
            for (int t = 0, end; t < 60;)
                for (end = script_plan(script); t < end; t++) {
                    script_check(script, t);
                    if (!script->shots[t].repeated)
                        continue;
                    const DfFrameState *s = script_state(script, t);
                    const DfFrameState *before = df_planner_state(&script->planner, t - 1);
                    assert_ptr_equal(s->map, before->map);
                    assert_ptr_equal(s->former, before->former);
                    assert_true(s->fade == before->fade);
                    assert_int_equal(s->fresh, 0);
                    repeats++;
                }
            assert_int_equal(repeats, 19);
            script_free(script);
        }
    }
    deepfill_mask_close(&mask);
}

/* ----------------------------------------------------------------------------------- missing memory -- */

/** What must hold of a planned frame that was planned, another one being failed. */
static void check_survivor(const Script *script, int t)
{
    const DfFrameState *s = df_planner_state(&script->planner, t);

    assert_int_equal(s->frame, t);
    if (s->failed) {
        assert_null(s->map);
        assert_true(atomic_load(&s->source->failed));
        return;
    }
    script_check(script, t);
    for (int i = 0; i < s->map->reference_count; i++)
        if (s->map->references[i].kind != DF_KIND_SHOWN)
            assert_false(atomic_load(&s->map->references[i].source->failed));
}

/** Whichever allocation fails first, at worst the frames that are planned then have no plan; later ones have theirs. */
static void later_frames_outlive_missing_memory(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);
    int failures = 0, was_reached = 1;

    (void)state;
    for (int n = 0; was_reached; n++) {
        Script *script = panning(24, 4, 0, mask);
        script->shots[14].back = 0;
        script_start(script, 3, n % 2 ? PLENTY : 1);
        for (int t = 0; t < 24;) {
            int fails = script->observed == 9;
            while (fails && script->begun < 12)
                script_begin(script, script->begun++);
            df_fail_after(fails ? n : -1);
            int planned = script_observe(script);
            void *memory = df_alloc(1);
            was_reached = fails ? !memory : was_reached;
            df_free(memory);
            df_fail_after(-1);
            for (; t < planned; t++) {
                int failed = df_planner_state(&script->planner, t)->failed;
                assert_true(fails || !failed);
                failures += failed;
                check_survivor(script, t);
            }
        }
        script_free(script);
    }
    assert_true(failures > 5);
    deepfill_mask_close(&mask);
}

/** After a reset the first frame is number 0, and nothing of before is known or charged. */
static void reset_forgets_all(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);
    Script *script = panning(40, 2, 0, mask);

    (void)state;
    script_start(script, 16, PLENTY);
    for (int round = 0; round < 3; round++) {
        for (int t = 0; t < 20 + round; t++)
            script_observe(script);
        assert_true(df_account_bytes(&script->account) > 0);
        df_planner_reset(&script->planner);
        assert_int_equal(df_account_bytes(&script->account), 0);
        assert_int_equal(df_planner_planned(&script->planner), 0);
        assert_int_equal(df_planner_seen(&script->planner), 0);
        script->begun = script->observed = 0;
    }
    for (int t = 0, end; t < 40;)
        for (end = script_plan(script); t < end; t++) {
            script_check(script, t);
            check_nearest(script, t);
        }
    script_free(script);
    deepfill_mask_close(&mask);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nearest_source_is_chosen),
        cmocka_unit_test(motion_may_turn_round),
        cmocka_unit_test(moving_hole_is_filled_from_both_sides),
        cmocka_unit_test(hole_comes_and_goes),
        cmocka_unit_test(cut_starts_anew),
        cmocka_unit_test(flash_does_not_start_anew),
        cmocka_unit_test(light_is_composed_along_the_way),
        cmocka_unit_test(stale_fill_is_renewed_and_faded),
        cmocka_unit_test(still_picture_is_never_renewed),
        cmocka_unit_test(jump_that_stays_is_a_cut),
        cmocka_unit_test(fill_made_in_the_dark_is_renewed),
        cmocka_unit_test(dark_frames_are_no_source),
        cmocka_unit_test(locked_logo_waits_and_a_pan_does_not),
        cmocka_unit_test(cut_ends_the_horizon),
        cmocka_unit_test(frames_without_holes_do_not_wait),
        cmocka_unit_test(memory_bounds_the_look_ahead),
        cmocka_unit_test(early_plans_are_those_with_all_known),
        cmocka_unit_test(repeated_frame_has_the_map_of_the_one_before),
        cmocka_unit_test(later_frames_outlive_missing_memory),
        cmocka_unit_test(reset_forgets_all),
    };

    return cmocka_run_group_tests_name("planner", tests, NULL, NULL);
}
