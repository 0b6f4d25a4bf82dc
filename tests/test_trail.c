/**
 * @file
 * Trails along motions that are known: places end up where the composed motion says, and never in a hole.
 */
#include "chain.h"

/** Whether a frame shows (x, y) with `margin` pixels around it; a negative margin: nearly does. */
static int shows(const Chain *c, int t, double x, double y, double margin)
{
    const DeepfillFormat *f = &c->format;

    if (x - margin < 0 || y - margin < 0 || x + margin > f->width - 1 || y + margin > f->height - 1)
        return 0;
    for (int v = (int)floor(y - margin); v <= (int)ceil(y + margin); v++)
        for (int u = (int)floor(x - margin); u <= (int)ceil(x + margin); u++)
            if (df_mask_hole(c->mask[t], u, v))
                return 0;
    return 1;
}

/**
 * Hold a frame's places against the cameras: each where they say, in a frame that shows it, and none nearer
 * that clearly does: places are handed on to the nearest pixel, up to a pixel aside at every step.
 * @return pixels that are had somewhere
 */
static int check(const Chain *c, int t, double tolerance)
{
    int found = 0;

    for (int y = 0; y < c->format.height; y++)
        for (int x = 0; x < c->format.width; x++) {
            const DfPlace *place = df_trail_at(&c->trail[t], x, y);
            if (!df_mask_hole(c->mask[t], x, y)) {
                assert_true(!place || place->source == -1);
                continue;
            }
            assert_non_null(place);
            int s = place->source < 0 ? -1 : place->source / DF_PLACE_KINDS;
            int nearest = s < 0 ? MOST : abs(s - t);
            double to_x, to_y;
            for (int k = 0; k < c->frames; k++) {
                camera_carry(&c->camera[t], &c->camera[k], x, y, &to_x, &to_y);
                int on_the_way = s < 0 || (k - t) * (s - t) > 0;
                if (k != t && on_the_way && abs(k - t) < nearest && shows(c, k, to_x, to_y, 1 + abs(k - t)))
                    fail_msg("pixel %d,%d of frame %d is had in frame %d, but shown in %d", x, y, t, s, k);
            }
            if (s < 0)
                continue;
            camera_carry(&c->camera[t], &c->camera[s], x, y, &to_x, &to_y);
            double error = hypot(place->x - to_x, place->y - to_y);
            if (error > tolerance)
                fail_msg("pixel %d,%d of frame %d: %.3f px off in frame %d", x, y, t, error, s);
            assert_true(shows(c, s, place->x, place->y, 0));
            found++;
        }
    return found;
}

/** Wide enough that ten frames of a pan of 3.3 pixels are followed. */
static Chain *turning_pan(double pan, double turn, int frames, int dilate)
{
    static const char *const drop[] = { ".........", "...###...", "..#####..",
                                        "..#####..", "...##....", "........." };
    Chain *c = chain_new(9 * 9, 6 * 9, frames);
    DeepfillMask *mask = mask_of_grown_text(drop, 6, 9, dilate);

    for (int t = 0; t < frames; t++) {
        c->camera[t] = camera_at(pan * t, 0.2 * pan * t, turn * t, 1 + 0.0005 * t, 40, 27);
        c->mask[t] = mask;
    }
    return c;
}

static void following_is_composing(void **state)
{
    static const double pans[] = { 3.3, -4.7, 1.6 };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(pans); i++) {
        for (int backwards = 0; backwards < 2; backwards++) {
            Chain *c = turning_pan(pans[i], 0.0009, 14, 0);
            int followed = backwards ? 13 : 0, far = 0;
            chain_link(c);
            chain_follow(c, backwards);
            assert_true(check(c, followed, 0.05) > 500);
            for (int k = 0; k < c->trail[followed].count; k++)
                for (int64_t n = 0; n < df_rect_area(c->trail[followed].areas[k].hole); n++) {
                    int32_t code = c->trail[followed].areas[k].places[n].source;
                    far |= code >= 0 && abs(code / DF_PLACE_KINDS - followed) >= 9;
                }
            assert_true(far);
            chain_free(c);
        }
    }
}

/** Whether of the samples around (x, y), but for those a whole pixel less an eighth away, one is known. */
static int lies_at_rim(const Chain *c, int t, double x, double y)
{
    for (int v = (int)floor(y + 0.125); v <= (int)ceil(y - 0.125); v++)
        for (int u = (int)floor(x + 0.125); u <= (int)ceil(x - 0.125); u++)
            if (!df_mask_hole(c->mask[t], u, v))
                return 1;
    return 0;
}

/** A third of a pixel a frame: places never creep farther than a fraction into their source's grown hole. */
static void slow_pan_stays_out_of_holes(void **state)
{
    (void)state;
    for (int backwards = 0; backwards < 2; backwards++) {
        Chain *c = turning_pan(0.31, 0.0002, MOST, 4);
        int found = 0;
        chain_link(c);
        chain_follow(c, backwards);
        for (int t = 0; t < MOST; t++)
            for (int k = 0; k < c->trail[t].count; k++)
                for (int64_t n = 0; n < df_rect_area(c->trail[t].areas[k].hole); n++) {
                    const DfPlace *place = &c->trail[t].areas[k].places[n];
                    if (place->source < 0)
                        continue;
                    assert_true(lies_at_rim(c, place->source / DF_PLACE_KINDS, place->x, place->y));
                    found++;
                }
        assert_true(found > 5000);
        chain_free(c);
    }
}

/**
 * Slower than half a pixel a frame none of a grown hole arrives beyond its rim; it is revealed all the same.
 */
static void slow_pan_reveals(void **state)
{
    const double pan = 0.3;

    (void)state;
    Chain *c = chain_new(90, 50, MOST);
    DeepfillMask *mask = mask_of_rect(90, 50, 36, 18, 54, 32, 4, 0);
    for (int t = 0; t < MOST; t++) {
        c->camera[t] = camera_pan(pan * t, 0);
        c->mask[t] = mask;
    }
    chain_link(c);
    chain_follow(c, 1);
    const DfTrailArea *area = &c->trail[MOST - 1].areas[0];
    int width = df_rect_width(area->hole), found = 0;
    for (int64_t n = 0; n < df_rect_area(area->hole); n++) {
        const DfPlace *place = &area->places[n];
        if (place->source < 0)
            continue;
        double x = (double)(area->hole.x0 + n % width) + pan * (MOST - 1 - place->source / DF_PLACE_KINDS);
        assert_true(fabs(place->x - x) < 0.1);
        found++;
    }
    /* Two columns fewer than the pan is long. */
    assert_true(found >= (int)(pan * MOST - 2) * 14);
    chain_free(c);
}

/** What comes in at the frame's edge was never shown before, though no hole hid it. */
static void frame_ends_at_its_borders(void **state)
{
    (void)state;
    for (int side = -1; side <= 1; side += 2) {
        Chain *c = chain_new(90, 50, 8);
        DeepfillMask *mask = side > 0 ? mask_of_rect(90, 50, 70, 0, 90, 50, 0, 0)
                                      : mask_of_rect(90, 50, 0, 0, 20, 50, 0, 0);
        for (int t = 0; t < 8; t++) {
            c->camera[t] = camera_pan(side * 2.5 * t, 0.4 * t);
            c->mask[t] = mask;
        }
        chain_link(c);
        chain_follow(c, 1);
        assert_int_equal(check(c, 7, 0.05), 0);
        chain_follow(c, 0);
        assert_true(check(c, 0, 0.05) > 700);
        chain_free(c);
    }
}

/** Two holes far apart that move differently, each its own way. */
static void areas_move_by_themselves(void **state)
{
    static const char *const two[] = { ".................", ".#.............#.", "................." };
    Chain *c = chain_new(17 * 20, 3 * 20, 2);
    DfAffine left = { { -12, 0, 0 }, { 3, 0, 0 } }, right = { { 15.5, 0, 0 }, { 0, 0, 0 } };

    (void)state;
    c->mask[0] = c->mask[1] = mask_of_text(two, 3, 20);
    c->camera[0] = c->camera[1] = camera_pan(0, 0);
    chain_link(c);
    assert_int_equal(c->link[1].areas.count, 2);
    for (int i = 0; i < 2; i++)
        c->link[1].motions[i].to_b = c->link[1].areas.items[i].hole.x0 < 100 ? left : right;
    chain_follow(c, 1);
    const DfPlace *place = df_trail_at(&c->trail[1], 22, 30);
    assert_int_equal(place->source, DF_PLACE_SHOWN);
    assert_true(place->x == 10 && place->y == 33);
    place = df_trail_at(&c->trail[1], 318, 30);
    assert_int_equal(place->source, DF_PLACE_SHOWN);
    assert_true(place->x == 333.5f && place->y == 30);
    assert_int_equal(df_trail_at(&c->trail[1], 302, 30)->source, -1);
    assert_null(df_trail_at(&c->trail[1], 150, 30));
    chain_free(c);
}

/** Holes that lie in one area together with the other frame's, whose corner is not that of their own. */
static void moving_holes_share_the_links_area(void **state)
{
    Chain *c = chain_new(400, 200, 12);

    (void)state;
    for (int t = 0; t < 12; t++) {
        c->mask[t] = mask_of_rect(400, 200, 150 + 9 * t, 120 - 5 * t, 190 + 9 * t, 150 - 5 * t, 0, 0);
        c->camera[t] = camera_at(1.5 * t, 0.5 * t, 0.0008 * t, 1, 200, 100);
    }
    chain_link(c);
    chain_follow(c, 1);
    assert_int_equal(check(c, 11, 0.05), 40 * 30);
    chain_follow(c, 0);
    assert_int_equal(check(c, 0, 0.05), 40 * 30);
    chain_free(c);
}

/** Something passes behind the hole's left half: there the residual is added, elsewhere the affine is all. */
static void residual_is_added_where_it_is(void **state)
{
    Chain *c = chain_new(300, 260, 2);
    DfArena arena = { 0 };
    DfFlow flow = { df_plane_take(&arena, 15, 20), df_plane_take(&arena, 15, 20) };

    (void)state;
    c->mask[0] = mask_of_rect(300, 260, 250, 120, 280, 140, 0, 0);
    c->mask[1] = mask_of_rect(300, 260, 120, 120, 150, 140, 0, 0);
    c->camera[0] = camera_pan(0, 0);
    c->camera[1] = camera_pan(4, 0);
    for (int y = 0; y < 20; y++)
        for (int x = 0; x < 15; x++) {
            df_plane_row(flow.x, y)[x] = 0.5f;
            df_plane_row(flow.y, y)[x] = -0.125f * (float)y;
        }
    chain_link(c);
    DfRect outer = c->link[1].areas.items[0].outer;
    c->link[1].motions[0].residual_to_b = (DfResidual){ 120 - outer.x0, 120 - outer.y0, flow };
    chain_follow(c, 1);
    for (int y = 120; y < 140; y++)
        for (int x = 120; x < 150; x++) {
            const DfPlace *place = df_trail_at(&c->trail[1], x, y);
            int added = x < 135;
            assert_true(fabs(place->x - (x + 4 + added * 0.5)) < 1e-4);
            assert_true(fabs(place->y - (y - added * 0.125 * (y - 120))) < 1e-4);
        }
    df_arena_free(&arena);
    chain_free(c);
}

/** What was synthesised is taken over only where it is asked for, and shown pixels only where they are. */
static void kinds_are_asked_for(void **state)
{
    Chain *c = chain_new(90, 50, 2);

    (void)state;
    c->mask[0] = c->mask[1] = mask_of_rect(90, 50, 30, 20, 50, 30, 0, 0);
    c->camera[0] = camera_pan(0, 0);
    c->camera[1] = camera_pan(2, 0);
    chain_link(c);
    for (int x = 30; x < 50; x++) {
        DfPlace *place = &c->trail[0].areas[0].places[5 * 20 + x - 30];
        *place = (DfPlace){ (float)x, 25, (x < 40 ? DF_PLACE_MADE : DF_PLACE_KEPT) };
    }
    c->trail[0].blank = 0;
    for (unsigned kinds = 0; kinds < 1u << DF_PLACE_KINDS; kinds++) {
        for (int shown = 0; shown < 2; shown++) {
            DfStride stride = stride_to(c, 1, 0);
            stride.kinds = kinds;
            stride.shown = shown;
            lay_out(&c->trail[1], &c->format, c->mask[1]);
            int made = kinds >> DF_PLACE_MADE & 1 ? 8 : 0, kept = kinds >> DF_PLACE_KEPT & 1 ? 10 : 0;
            int64_t found = df_trail_follow(&c->trail[1], &stride);
            int64_t least = made + kept + (shown ? 2 * 10 : 0);
            assert_true(least ? found >= least : !found);
            assert_int_equal(df_trail_at(&c->trail[1], 35, 25)->source, made ? DF_PLACE_MADE : -1);
            assert_int_equal(df_trail_at(&c->trail[1], 45, 25)->source, kept ? DF_PLACE_KEPT : -1);
            assert_int_equal(df_trail_at(&c->trail[1], 49, 25)->source, shown ? DF_PLACE_SHOWN : -1);
            /* What is somewhere stays there. */
            assert_int_equal(df_trail_follow(&c->trail[1], &stride), 0);
        }
    }
    chain_free(c);
}

static void copies_and_layouts_may_change_size(void **state)
{
    Chain *c = turning_pan(3.3, 0, 6, 0);
    DfTrail copy = { 0 };

    (void)state;
    chain_link(c);
    chain_follow(c, 1);
    for (int t = 5; t >= 0; t--) {
        assert_int_equal(df_trail_copy(&copy, &c->trail[t]), 0);
        assert_int_equal(copy.count, c->trail[t].count);
        for (int i = 0; i < copy.count; i++)
            assert_memory_equal(copy.areas[i].places, c->trail[t].areas[i].places,
                                df_rect_area(copy.areas[i].hole) * sizeof(DfPlace));
        lay_out(&copy, &c->format, t % 2 ? c->mask[0] : NULL);
        assert_int_equal(copy.count, t % 2);
    }
    df_trail_free(&copy);
    chain_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(following_is_composing),
        cmocka_unit_test(slow_pan_stays_out_of_holes),
        cmocka_unit_test(slow_pan_reveals),
        cmocka_unit_test(frame_ends_at_its_borders),
        cmocka_unit_test(areas_move_by_themselves),
        cmocka_unit_test(moving_holes_share_the_links_area),
        cmocka_unit_test(residual_is_added_where_it_is),
        cmocka_unit_test(kinds_are_asked_for),
        cmocka_unit_test(copies_and_layouts_may_change_size),
    };

    return cmocka_run_group_tests_name("trail", tests, NULL, NULL);
}
