/**
 * @file
 * Trails along motions that are known: places end up where the composed motion says, and never in a hole.
 */
#include "camera.h"

#include "video/trail.h"

#define MOST 40

/** Frames in a row with the links between them; a source's id is its frame's number. */
typedef struct Chain {
    DeepfillFormat format;
    int frames;
    Camera camera[MOST];
    DeepfillMask *mask[MOST];
    DfLink link[MOST];   /* to the frame before */
    DfTrail trail[MOST];
    DfEntry ledger[MOST];
} Chain;

/** A source that shows all of its frame; there are no samples in it, which trails do not read. */
static DfSource *source_of(const DeepfillFormat *format, int frame, DeepfillMask *mask)
{
    DfSource *source = NULL;

    assert_int_equal(df_source_create(&source, format, frame, mask), 0);
    source->id = frame;
    source->shown.items = df_alloc(sizeof *source->shown.items);
    assert_non_null(source->shown.items);
    source->shown.items[0].place = (DfRect){ 0, 0, format->width, format->height };
    source->shown.count = 1;
    return source;
}

static void lay_out(DfTrail *trail, const DeepfillFormat *format, DeepfillMask *mask)
{
    DfAreas areas = { 0 };

    assert_int_equal(df_areas_create(&areas, format, &mask, 1), 0);
    assert_int_equal(df_trail_begin(trail, &areas), 0);
    df_areas_free(&areas);
}

/** Sources, links and empty trails of frames whose cameras and masks are set. */
static void chain_link(Chain *c)
{
    for (int t = 0; t < c->frames; t++) {
        c->ledger[t].source = source_of(&c->format, t, c->mask[t]);
        lay_out(&c->trail[t], &c->format, c->mask[t]);
        if (t)
            camera_link(&c->link[t], &c->format, 1, &c->camera[t], c->mask[t], &c->camera[t - 1],
                        c->mask[t - 1]);
    }
}

static Chain *chain_new(int width, int height, int frames)
{
    Chain *c = calloc(1, sizeof *c);

    assert_non_null(c);
    c->format = (DeepfillFormat){ .width = width, .height = height, .layout = DEEPFILL_GRAY, .depth = 8 };
    c->frames = frames;
    return c;
}

/** Free a chain and its masks, which may be shared by all frames. */
static void chain_free(Chain *c)
{
    for (int t = 0; t < c->frames; t++) {
        df_source_close(&c->ledger[t].source);
        df_link_free(&c->link[t]);
        df_trail_free(&c->trail[t]);
        if (t + 1 == c->frames || c->mask[t] != c->mask[t + 1])
            deepfill_mask_close(&c->mask[t]);
    }
    free(c);
}

static DfStride stride_to(const Chain *c, int from, int to)
{
    int backwards = to < from;

    return (DfStride){ .from = c->mask[from], .link = &c->link[backwards ? from : to], .backwards = backwards,
                       .to = c->ledger[to].source, .trail = &c->trail[to], .ledger = c->ledger,
                       .kinds = 1u << DF_PLACE_SHOWN, .shown = 1 };
}

/** Follow all frames, one after the other, from the past or from the future. */
static void chain_follow(Chain *c, int backwards)
{
    for (int i = 1; i < c->frames; i++) {
        int t = backwards ? i : c->frames - 1 - i;
        DfStride stride = stride_to(c, t, backwards ? t - 1 : t + 1);
        df_trail_follow(&c->trail[t], &stride);
    }
}

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
static Chain *turning_pan(double pan, double turn, int frames)
{
    static const char *const drop[] = { ".........", "...###...", "..#####..",
                                        "..#####..", "...##....", "........." };
    Chain *c = chain_new(9 * 9, 6 * 9, frames);
    DeepfillMask *mask = mask_of_text(drop, 6, 9);

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
            Chain *c = turning_pan(pans[i], 0.0009, 14);
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

/** A third of a pixel a frame: places never creep into the hole of the frame that they are had in. */
static void slow_pan_stays_out_of_holes(void **state)
{
    (void)state;
    for (int backwards = 0; backwards < 2; backwards++) {
        Chain *c = turning_pan(0.31, 0.0002, MOST);
        chain_link(c);
        chain_follow(c, backwards);
        for (int t = 0; t < MOST; t++)
            for (int k = 0; k < c->trail[t].count; k++)
                for (int64_t n = 0; n < df_rect_area(c->trail[t].areas[k].hole); n++) {
                    const DfPlace *place = &c->trail[t].areas[k].places[n];
                    if (place->source >= 0)
                        assert_true(shows(c, place->source / DF_PLACE_KINDS, place->x, place->y, 0));
                }
        chain_free(c);
    }
}

/** Slower than half a pixel a frame none of a grown hole arrives beyond its rim; it is revealed all the same. */
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
    c->link[1].motions[0].more_b = (DfResidual){ 120 - outer.x0, 120 - outer.y0, flow };
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
            int64_t found = df_trail_follow(&c->trail[1], &stride), least = made + kept + (shown ? 2 * 10 : 0);
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
    Chain *c = turning_pan(3.3, 0, 6);
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
