/**
 * @file
 * What is carried from frame to frame: sources that a small budget lets go, oldest first, their pixels kept as what was
 * put into the last frame's hole; repeated frames and long films meanwhile.
 */
#include "plan.h"

#include <errno.h>

#include "temporal/carry.h"

/** Memory that bounds nothing. */
#define PLENTY ((size_t)1 << 40)

/** A camera that uncovers all of the hole once and then rests: only the past has it. */
static Script *uncovering(DeepfillMask *mask)
{
    Script *script = panning(120, 0, 0, mask);

    for (int t = 0; t < 120; t++)
        script->shots[t].camera = camera_pan(4 * DF_MIN(t, 10), 0);
    return script;
}

/** Plan the frames before `end`. */
static void plan_before(Script *script, int end)
{
    while (df_planner_planned(&script->planner) < end)
        script_plan(script);
}

/* ------------------------------------------------------------------------------- one trim by itself -- */

/** Which frames' sources carried maps refer to, by frame; NULL: none. */
static void list_carried(const DfPlanner *planner, const DfSource *list[SCRIPT_MOST])
{
    memset(list, 0, SCRIPT_MOST * sizeof *list);
    for (int i = 0; i < DF_MOST_BACK; i++)
        for (int k = 0; planner->carried[i] && k < planner->carried[i]->reference_count; k++) {
            const DfSource *source = planner->carried[i]->references[k].source;
            list[source->frame] = source;
        }
}

/** Bytes of the sources of frames first <= t < end. */
static size_t bytes_of(const DfSource *const list[SCRIPT_MOST], int first, int end)
{
    size_t bytes = 0;

    for (int t = first; t < end; t++)
        bytes += list[t] ? df_source_cost(list[t]) : 0;
    return bytes;
}

/** A copy of a carried map. */
static DfSourceMap *copy_map(Script *script, const DfFrameState *s, const DfSourceMap *map)
{
    DfSourceMap *copy;

    assert_int_equal(df_source_map_create(&copy, &script->account, &s->areas), 0);
    assert_int_equal(df_source_map_copy(copy, map), 0);
    return copy;
}

/**
 * Hold a carried map against what it was before sources older than frame `oldest` went.
 *
 * @param keeper  keeps their pixels; NULL: they come from nowhere
 * @return pixels that changed
 */
static int check_redirected(const DfSourceMap *before, const DfSourceMap *map, int oldest, const DfSource *keeper)
{
    DfRect r = map->areas[0].hole;
    int changed = 0;

    for (int y = r.y0; y < r.y1; y++)
        for (int x = r.x0; x < r.x1; x++) {
            Origin was = script_origin(before, x, y), is = script_origin(map, x, y);
            if (was.frame < 0 || was.frame >= oldest) {
                assert_true(is.frame == was.frame && is.kind == was.kind && is.x == was.x && is.y == was.y);
                continue;
            }
            changed++;
            if (!keeper) {
                assert_int_equal(is.frame, -1);
                continue;
            }
            assert_ptr_equal(is.reference->source, keeper);
            assert_int_equal(is.kind, was.kind == DF_KIND_SYNTHESISED ? DF_KIND_SYNTHESISED : DF_KIND_KEPT);
            assert_true(is.x == (float)x && is.y == (float)y);
            for (int p = 0; p < 3; p++)
                assert_true(is.reference->light[p].gain == 1 && is.reference->light[p].offset == 0);
        }
    return changed;
}

/** Trim what frame `t` carries on to a budget. @return pixels of its map that changed */
static int check_trim(Script *script, int t, size_t budget)
{
    DfPlanner *planner = &script->planner;
    DfFrameState *s = df_planner_state(planner, t);
    const DfSource *was[SCRIPT_MOST], *is[SCRIPT_MOST];
    DfSourceMap *before[DF_MOST_BACK];
    int old = t + 1 - DF_MOST_BACK, oldest = 0, changed = 0;

    list_carried(planner, was);
    while (oldest < old && bytes_of(was, oldest, old) > budget)
        oldest++;
    for (int i = 0; i < DF_MOST_BACK; i++)
        before[i] = planner->carried[i] ? copy_map(script, s, planner->carried[i]) : NULL;
    s->keep_composite = 0;
    assert_int_equal(df_carry_trim(planner, s, budget), 0);
    for (int i = 0; i < DF_MOST_BACK; i++) {
        int is_own = i == t % DF_MOST_BACK;
        if (!before[i])
            continue;
        int n = check_redirected(before[i], planner->carried[i], oldest, is_own && !s->unfilled ? s->source : NULL);
        changed += is_own ? n : 0;
    }
    list_carried(planner, is);
    assert_true(bytes_of(is, 0, old) <= budget);
    for (int k = 0; k < old; k++)
        assert_int_equal(is[k] != NULL, was[k] && k >= oldest);
    assert_true(!changed || s->unfilled || s->keep_composite);
    assert_true(bytes_of(was, 0, oldest) || !s->keep_composite);
    for (int i = 0; i < DF_MOST_BACK; i++)
        df_source_map_close(&before[i]);
    return changed;
}

/** Maps stay carried only for frames that are not settled yet, or related to theirs. */
static void maps_go_that_nobody_is_related_to(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);
    Script *script = uncovering(mask);

    (void)state;
    script_start(script, 8, PLENTY);
    plan_before(script, 26);
    DfPlanner *planner = &script->planner;
    int64_t t = df_planner_planned(planner) - 1;
    assert_true(planner->frontier > t + DF_MOST_BACK);
    for (int k = 0; k < DF_MOST_BACK; k++)
        assert_int_equal(planner->carried[(t - k) % DF_MOST_BACK] != NULL, k == 0);
    script_free(script);
    deepfill_mask_close(&mask);
}

/** The oldest go, no more of them than must, and their pixels are kept in the last frame. */
static void oldest_sources_go_and_their_pixels_are_kept(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);

    (void)state;
    for (size_t i = 0; i < DF_COUNT(aheads); i++) {
        for (int unfilled = 0; unfilled < 2; unfilled++) {
            const DfSource *list[SCRIPT_MOST];
            Script *script = uncovering(mask);
            int all = 0;
            script_start(script, aheads[i], PLENTY);
            plan_before(script, 26);
            int t = (int)df_planner_planned(&script->planner) - 1;
            df_planner_state(&script->planner, t)->unfilled = unfilled;
            list_carried(&script->planner, list);
            size_t most = bytes_of(list, 0, t + 1);
            assert_true(most > 0);
            for (int part = 8; part >= 0; part--)
                all += check_trim(script, t, most * part / 8);
            assert_int_equal(all, 24 * 16);
            script_free(script);
        }
    }
    deepfill_mask_close(&mask);
}

/** What was synthesised in a frame that goes is synthesised in the keeper, not shown. */
static void synthesised_pixels_stay_so(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);
    Script *script = panning(40, 0, 0, mask);

    (void)state;
    script_start(script, 4, PLENTY);
    plan_before(script, 20);
    int t = (int)df_planner_planned(&script->planner) - 1;
    assert_int_equal(check_trim(script, t, 0), 24 * 16);
    assert_int_equal(script_origin(script->planner.carried[t % DF_MOST_BACK], 90, 48).kind, DF_KIND_SYNTHESISED);
    script_free(script);
    deepfill_mask_close(&mask);
}

/** Bytes of what is carried: each source of the shot once, but for those that motions reach. */
static void bytes_are_those_of_old_sources(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);

    (void)state;
    for (size_t i = 0; i < DF_COUNT(aheads); i++) {
        const DfSource *list[SCRIPT_MOST];
        Script *script = uncovering(mask);
        size_t bytes;
        script_start(script, aheads[i], PLENTY);
        for (int end = 0; end < 60; end = (int)df_planner_planned(&script->planner)) {
            script_plan(script);
            int head = (int)script->planner.head;
            list_carried(&script->planner, list);
            assert_int_equal(df_carry_bytes(&script->planner, 0, &bytes), 0);
            assert_true(bytes == bytes_of(list, 0, head) && (head < 15 || bytes > 0));
            assert_int_equal(df_carry_bytes(&script->planner, 5, &bytes), 0);
            assert_int_equal(bytes, bytes_of(list, 5, DF_MAX(head, 5)));
        }
        df_carry_forget(&script->planner);
        assert_int_equal(df_carry_bytes(&script->planner, 0, &bytes), 0);
        assert_int_equal(bytes, 0);
        assert_null(script->planner.last);
        script_free(script);
    }
    deepfill_mask_close(&mask);
}

static void survives_missing_memory(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);
    int n = 0, ret;

    (void)state;
    do {
        Script *script = uncovering(mask);
        script_start(script, 4, PLENTY);
        plan_before(script, 26);
        int t = (int)df_planner_planned(&script->planner) - 1;
        df_fail_after(n++);
        ret = df_carry_trim(&script->planner, df_planner_state(&script->planner, t), 0);
        df_fail_after(-1);
        assert_true(ret == 0 || ret == -ENOMEM);
        script_free(script);
    } while (ret < 0);
    assert_true(n > 1);
    deepfill_mask_close(&mask);
}

/* --------------------------------------------------------------------------------- films of little memory -- */

/** Bytes of the sources that are held for what is carried on, and that no motion reaches. */
static size_t carried_bytes(const DfPlanner *planner)
{
    const DfSource *list[SCRIPT_MOST];

    list_carried(planner, list);
    return bytes_of(list, 0, DF_MAX((int)planner->head - DF_MOST_BACK, 0));
}

/** @return pixels of a frame's middle row that are kept */
static int count_kept(const DfFrameState *s)
{
    int kept = 0;

    for (int x = 80; x < 104; x++)
        kept += script_origin(s->map, x, 48).kind == DF_KIND_KEPT;
    return kept;
}

/** What the past has shown is not synthesised, however little memory there is for it. */
static void little_memory_keeps_colours(void **state)
{
    static const size_t memories[] = { 1, 200000, 400000 };
    DeepfillMask *mask = hole_at(80, 40, 104, 56);

    (void)state;
    for (size_t i = 0; i < DF_COUNT(aheads) * DF_COUNT(memories); i++) {
        size_t memory = memories[i / DF_COUNT(aheads)];
        Script *script = uncovering(mask);
        int kept = 0;
        script_start(script, aheads[i % DF_COUNT(aheads)], memory);
        for (int t = 0, end; t < 120;) {
            for (end = script_plan(script); t < end; t++) {
                const DfFrameState *s = script_state(script, t);
                script_check(script, t);
                kept += count_kept(s);
                assert_true(t <= 10 || s->fresh == 0);
            }
            assert_true(carried_bytes(&script->planner) <= memory / 4);
        }
        assert_true(kept > 0);
        script_free(script);
    }
    deepfill_mask_close(&mask);
}

/** Sources that went since the frame that is repeated was planned are not missing in the repeated one. */
static void repeated_frame_outlives_its_sources(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);

    (void)state;
    for (size_t i = 0; i < DF_COUNT(aheads); i++) {
        for (int begins = 20; begins < 70; begins += 7) {
            Script *script = uncovering(mask);
            for (int t = begins + 1; t < 120; t++)
                script->shots[t].repeated = 1;
            script_start(script, aheads[i], 1);
            for (int t = 0, end; t < 120;)
                for (end = script_plan(script); t < end; t++) {
                    script_check(script, t);
                    assert_true(t <= 10 || script_state(script, t)->fresh == 0);
                    if (t > begins)
                        assert_ptr_equal(script_state(script, t)->map,
                                         df_planner_state(&script->planner, t - 1)->map);
                }
            script_free(script);
        }
    }
    deepfill_mask_close(&mask);
}

/** Neither what is carried nor what is on account grows with the film. */
static void long_film_holds_no_more(void **state)
{
    (void)state;
    for (size_t i = 0; i < DF_COUNT(aheads); i++) {
        Script *script = script_new(gray, SCRIPT_MOST);
        size_t early = 0, late = 0;
        for (int t = 0; t < SCRIPT_MOST; t++) {
            int x = 10 + 3 * t % 140, y = 30 + t % 17;
            script->shots[t].mask = hole_at(x, y, x + 16, y + 12);
            script->shots[t].back = t % 97 != 0;
        }
        script_start(script, aheads[i], 400000);
        for (int t = 0, end; t < SCRIPT_MOST;) {
            for (end = script_plan(script); t < end; t++)
                script_check(script, t);
            size_t *most = t < 194 ? &early : &late;
            *most = DF_MAX(*most, df_account_bytes(&script->account));
            assert_true(carried_bytes(&script->planner) <= 100000);
        }
        assert_true(late <= early + early / 4);
        for (int t = 0; t < SCRIPT_MOST; t++)
            deepfill_mask_close(&script->shots[t].mask);
        script_free(script);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(maps_go_that_nobody_is_related_to),
        cmocka_unit_test(oldest_sources_go_and_their_pixels_are_kept),
        cmocka_unit_test(synthesised_pixels_stay_so),
        cmocka_unit_test(bytes_are_those_of_old_sources),
        cmocka_unit_test(survives_missing_memory),
        cmocka_unit_test(little_memory_keeps_colours),
        cmocka_unit_test(repeated_frame_outlives_its_sources),
        cmocka_unit_test(long_film_holds_no_more),
    };

    return cmocka_run_group_tests_name("carry", tests, NULL, NULL);
}
