/**
 * @file
 * Past and future weighed against each other, and the doubts that they are weighed by, on films whose motions are
 * written by hand.
 */
#include "plan.h"
#include "scratch.h"

#include "temporal/composite.h"
#include "temporal/decide.h"
#include "temporal/merge.h"

/** Memory that bounds nothing. */
#define PLENTY ((size_t)1 << 40)

/** Pictures of one level each, of a panning camera. */
static Script *flat(int frames, double pan, DeepfillMask *mask, const uint8_t *levels, Picture *pictures)
{
    Script *script = panning(frames, pan, 0, mask);

    for (int t = 0; t < frames; t++) {
        pictures[t] = picture_new(gray);
        memset(pictures[t].memory, levels[t], pictures[t].bytes);
        script->shots[t].picture = &pictures[t];
    }
    return script;
}

static void free_pictures(Picture *pictures, int frames)
{
    for (int t = 0; t < frames; t++)
        free(pictures[t].memory);
}

/** Plan up to frame t. @return its state */
static const DfFrameState *plan(Script *script, int ahead, int t)
{
    script_start(script, ahead, PLENTY);
    while (script_plan(script) <= t)
        ;
    return script_state(script, t);
}

/** How far a source of a map lies in the future. */
static int distance(const DfFrameState *s, DfMapPixel pixel)
{
    return (int)(s->map->references[pixel.reference].source->frame - s->frame);
}

/** The future's share of a pixel that comes from somewhere, 0..1. */
static double future_share(const DfFrameState *s, int x, int y)
{
    const DfMapPixel *pixel = df_source_map_at(s->map, x, y);
    size_t i = pixel - s->map->pixels;
    double share = s->map->share ? s->map->share[i] / (double)DF_SHARE_STEPS : 0;

    assert_int_not_equal(pixel->reference, DF_NO_REFERENCE);
    return distance(s, *pixel) > 0 ? 1 - share : share;
}

/** The nearer source leads, the farther one has the smaller share and lies on the other side. */
static void nearer_source_leads(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);
    Script *script = panning(80, 1, 0, mask);
    const DfFrameState *s = plan(script, 40, 40);
    int mixed = 0;

    (void)state;
    assert_non_null(s->map->share);
    for (size_t i = 0; i < s->map->pixel_count; i++) {
        if (!s->map->share[i])
            continue;
        int lead = distance(s, s->map->pixels[i]), other = distance(s, s->map->second[i]);
        assert_true(s->map->share[i] <= (DF_SHARE_STEPS + 1) / 2 && (lead > 0) == (other < 0));
        assert_in_range(abs(other), abs(lead), 3 * abs(lead) + 2);
        mixed++;
    }
    /* Shares go from 0 to 1 between a quarter and three quarters of the 24 columns. */
    assert_in_range(mixed, 16 * 10, 16 * 14);
    script_free(script);
    deepfill_mask_close(&mask);
}

/** A point of the scene goes over from the past's frames to the future's in many frames. */
static void point_goes_over_slowly(void **state)
{
    DeepfillMask *mask = hole_at(80, 40, 104, 56);
    Script *script = panning(90, 1, 0, mask);
    double before = 0;

    (void)state;
    script_start(script, 40, PLENTY);
    for (int t = 30; t < 54; t++) {
        while (df_planner_planned(&script->planner) <= t)
            script_plan(script);
        double share = future_share(script_state(script, t), 103 - (t - 30), 48);
        if (share < before || share > before + 0.12)
            fail_msg("the future's share of a point goes from %.3f to %.3f in frame %d", before, share, t);
        before = share;
    }
    assert_true(before == 1);
    script_free(script);
    deepfill_mask_close(&mask);
}

/** The future's share in the middle of the hole of frame 32 where all before frame 30 differ by so many levels. */
static double share_after_step(int step)
{
    uint8_t levels[60];
    Picture pictures[60];
    DeepfillMask *mask = hole_at(80, 40, 104, 56);

    for (int t = 0; t < 60; t++)
        levels[t] = (uint8_t)(100 + (t < 30 ? step : 0));
    Script *script = flat(60, 1, mask, levels, pictures);
    double share = future_share(plan(script, 25, 32), 91, 48);
    script_free(script);
    free_pictures(pictures, 60);
    deepfill_mask_close(&mask);
    return share;
}

static void doubt_lowers_a_share(void **state)
{
    double alike = share_after_step(0);

    (void)state;
    assert_true(alike > 0.2 && alike < 0.8);
    assert_true(share_after_step(9) > alike + 0.01);
    assert_true(share_after_step(18) > share_after_step(9));
}

/** Frames after the step, from 0 on, until sources from before it are not believed any more. */
static int frames_believed(int step)
{
    uint8_t levels[50];
    Picture pictures[50];
    DeepfillMask *mask = hole_at(60, 30, 124, 66);
    int t = 30;

    for (int k = 0; k < 50; k++)
        levels[k] = (uint8_t)(100 + (k < 30 ? step : 0));
    Script *script = flat(50, 1, mask, levels, pictures);
    script_start(script, 0, PLENTY);
    for (; t < 50; t++) {
        while (df_planner_planned(&script->planner) <= t)
            script_plan(script);
        const DfFrameState *s = script_state(script, t);
        const DfMapPixel *pixel = df_source_map_at(s->map, 100, 48);
        if (s->map->references[pixel->reference].kind != DF_KIND_SHOWN)
            break;
    }
    script_free(script);
    free_pictures(pictures, 50);
    deepfill_mask_close(&mask);
    return t - 30;
}

/** One frame's doubt counts for half: what would be believed no more is so for one frame. */
static void doubts_are_averaged(void **state)
{
    (void)state;
    assert_int_equal(frames_believed(5), 20);
    assert_int_equal(frames_believed(19), 1);
    assert_int_equal(frames_believed(40), 0);
}

/** A composite mixes the colours of both by the share. */
static void colours_are_mixed(void **state)
{
    uint8_t levels[60];
    Picture pictures[60];
    DeepfillMask *mask = hole_at(80, 40, 104, 56);
    DfComposite composite;

    (void)state;
    for (int t = 0; t < 60; t++)
        levels[t] = (uint8_t)(t < 30 ? 96 : t > 30 ? 104 : 100);
    Script *script = flat(60, 1, mask, levels, pictures);
    const DfFrameState *s = plan(script, 25, 30);
    assert_int_equal(df_composite_make(&composite, s, &scratch), 0);
    const DfCompositePlane *plane = &composite.areas[0].planes[0];
    for (int x = 80; x < 104; x++) {
        float colour = df_plane_row(plane->colour, 48 - plane->place.y0)[x - plane->place.x0];
        assert_float_equal(colour, 96 + 8 * future_share(s, x, 48), 0.01);
    }
    df_arena_reset(&scratch, (DfArenaMark){ 0 });
    script_free(script);
    free_pictures(pictures, 60);
    deepfill_mask_close(&mask);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nearer_source_leads),
        cmocka_unit_test(point_goes_over_slowly),
        cmocka_unit_test(doubt_lowers_a_share),
        cmocka_unit_test(doubts_are_averaged),
        cmocka_unit_test(colours_are_mixed),
    };

    return cmocka_run_group_tests_name("merge", tests, NULL, free_scratch);
}
