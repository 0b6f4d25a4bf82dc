/**
 * @file
 * The ledger of sources over whole films: what a small budget keeps, repeated frames, ids that come round.
 */
#include "plan.h"

static void assert_same_trail(const DfTrail *a, const DfTrail *b)
{
    assert_int_equal(a->count, b->count);
    for (int i = 0; i < a->count; i++)
        assert_memory_equal(a->areas[i].places, b->areas[i].places,
                            df_rect_area(a->areas[i].hole) * sizeof *a->areas[i].places);
}

/** Every third frame is the one before once more, on a camera that moves by 2 in the others. */
static Script *stuttering(int frames, DeepfillMask *mask)
{
    Script *script = panning(frames, 0, 0, mask);

    for (int t = 0; t < frames; t++) {
        script->shots[t].camera = camera_pan(2 * (t - t / 3), 0);
        script->shots[t].repeated = t && (t - t / 3) == (t - 1 - (t - 1) / 3);
    }
    return script;
}

static void repeated_frame_repeats_its_places(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);
    static const size_t budgets[] = { SIZE_MAX, 60000, 0 };

    (void)state;
    for (size_t k = 0; k < DF_COUNT(budgets); k++) {
        for (size_t i = 0; i < DF_COUNT(aheads); i++) {
            Script *script = stuttering(60, mask);
            int repeats = 0;
            script_start(script, aheads[i], budgets[k]);
            for (int first = 0, end; first < 60; first = end) {
                end = script_plan(script, first);
                for (int t = first; t < end; t++) {
                    script_check(script, t);
                    if (!script->shots[t].repeated)
                        continue;
                    /* What had to be let go in between is had at the frame before, which is the same. */
                    if (t > first || k == 0)
                        assert_same_trail(&script_moment(script, t)->trail,
                                          &df_timeline_moment(&script->timeline, t - 1)->trail);
                    assert_int_equal(script_moment(script, t)->fresh, 0);
                    repeats++;
                }
            }
            assert_int_equal(repeats, 19);
            script_free(script);
        }
    }
    deepfill_mask_close(&mask);
}

/** A camera that uncovers all of the hole once and then rests: only the past has it. */
static Script *uncovering(DeepfillMask *mask)
{
    Script *script = panning(120, 0, 0, mask);

    for (int t = 0; t < 120; t++)
        script->shots[t].camera = camera_pan(4 * DF_MIN(t, 10), 0);
    return script;
}

/** Bytes of the sources that are held for what is carried on. */
static size_t carried_bytes(const DfTimeline *timeline, int end)
{
    size_t bytes = 0;

    for (int id = 0; id < timeline->entries; id++) {
        const DfSource *source = timeline->ledger[id].source;
        bytes += source && source->frame < end - DF_MOST_BACK ? df_source_bytes(source) : 0;
    }
    return bytes;
}

/** @return pixels of a frame's middle row that are had as colours */
static int count_kept(const DfMoment *m)
{
    int kept = 0;

    for (int x = 80; x < 104; x++)
        kept += script_had(m, &m->trail, x, 48).kind == DF_PLACE_KEPT;
    return kept;
}

static void small_budget_keeps_colours(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);
    static const size_t budgets[] = { 0, 50000, 100000 };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(aheads) * DF_COUNT(budgets); i++) {
        size_t budget = budgets[i / DF_COUNT(aheads)];
        Script *script = uncovering(mask);
        int kept = 0;
        script_start(script, aheads[i % DF_COUNT(aheads)], budget);
        for (int first = 0, end; first < 120; first = end) {
            end = script_plan(script, first);
            for (int t = first; t < end; t++) {
                script_check(script, t);
                kept += count_kept(script_moment(script, t));
                assert_true(t <= 10 || script_moment(script, t)->fresh == 0);
            }
            assert_true(carried_bytes(&script->timeline, end) <= budget);
        }
        assert_true(kept > 0);
        script_free(script);
    }
    deepfill_mask_close(&mask);
}

/** Sources that went since the frame that is repeated was planned are gone for the repeated one, too. */
static void repeated_frame_outlives_its_sources(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);

    (void)state;
    for (size_t i = 0; i < DF_COUNT(aheads); i++) {
        for (int begins = 20; begins < 70; begins += 7) {
            Script *script = uncovering(mask);
            for (int t = begins + 1; t < 120; t++)
                script->shots[t].repeated = 1;
            script_start(script, aheads[i], 0);
            for (int first = 0, end; first < 120; first = end) {
                end = script_plan(script, first);
                for (int t = first; t < end; t++) {
                    script_check(script, t);
                    if (t > 10)
                        assert_int_equal(script_moment(script, t)->fresh, 0);
                }
            }
            script_free(script);
        }
    }
    deepfill_mask_close(&mask);
}

static void long_film_reuses_its_ids(void **state)
{
    (void)state;
    for (size_t i = 0; i < DF_COUNT(aheads); i++) {
        Script *script = script_new(gray, SCRIPT_MOST);
        for (int t = 0; t < SCRIPT_MOST; t++) {
            int x = 10 + 3 * t % 140, y = 30 + t % 17;
            script->shots[t].mask = hole_at(x, y, x + 16, y + 12);
            script->shots[t].back = t % 97 != 0;
        }
        script_start(script, aheads[i], 400000);
        for (int first = 0, end; first < SCRIPT_MOST; first = end) {
            end = script_plan(script, first);
            for (int t = first; t < end; t++)
                script_check(script, t);
            assert_int_equal(script->timeline.entries, 64);
        }
        for (int t = 0; t < SCRIPT_MOST; t++)
            deepfill_mask_close(&script->shots[t].mask);
        script_free(script);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(repeated_frame_repeats_its_places),
        cmocka_unit_test(small_budget_keeps_colours),
        cmocka_unit_test(repeated_frame_outlives_its_sources),
        cmocka_unit_test(long_film_reuses_its_ids),
    };

    return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
