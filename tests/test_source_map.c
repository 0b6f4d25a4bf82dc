/**
 * @file
 * Source maps along motions that are known: positions end up where the composed motion says, and never in a hole;
 * their references are added, joined, counted and forgotten.
 */
#include "chain.h"

#include <errno.h>

#define KIND(k) (1u << (k))

/** Half a step of a residual, and rounding. */
#define QUANTUM (0.5 / DF_RESIDUAL_STEPS + 1e-3)

/** Whether a frame shows (x, y) with `margin` pixels around it. */
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

/** The frame that a pixel comes from; -1: none. */
static int frame_of(const DfSourceMap *map, const DfMapPixel *pixel)
{
    if (pixel->reference == DF_NO_REFERENCE)
        return -1;
    assert_true(pixel->reference < map->reference_count);
    return (int)map->references[pixel->reference].source->frame;
}

/**
 * Hold a frame's pixels against the cameras: each comes from where they say, in a frame that shows it, and none nearer
 * clearly does: pixels are taken over from the nearest one, up to a pixel aside at every step.
 * @return pixels that come from somewhere
 */
static int check(const Chain *c, int t, double tolerance)
{
    int found = 0;

    for (int y = 0; y < c->format.height; y++)
        for (int x = 0; x < c->format.width; x++) {
            const DfMapPixel *pixel = df_source_map_at(c->map[t], x, y);
            if (!df_mask_hole(c->mask[t], x, y)) {
                assert_true(!pixel || pixel->reference == DF_NO_REFERENCE);
                continue;
            }
            assert_non_null(pixel);
            int s = frame_of(c->map[t], pixel);
            double to_x, to_y;
            for (int k = t - 1; k > s; k--) {
                camera_carry(&c->camera[t], &c->camera[k], x, y, &to_x, &to_y);
                if (shows(c, k, to_x, to_y, 1 + t - k))
                    fail_msg("pixel %d,%d of frame %d comes from frame %d, but %d shows it", x, y, t, s, k);
            }
            if (s < 0)
                continue;
            float from_x, from_y;
            df_source_map_position(c->map[t], pixel, x, y, &from_x, &from_y);
            camera_carry(&c->camera[t], &c->camera[s], x, y, &to_x, &to_y);
            double error = hypot(from_x - to_x, from_y - to_y);
            if (error > tolerance)
                fail_msg("pixel %d,%d of frame %d: %.3f px off in frame %d", x, y, t, error, s);
            assert_true(shows(c, s, from_x, from_y, 0));
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
        Chain *c = turning_pan(pans[i], 0.0009, 14, 0);
        int far = 0;
        chain_begin(c);
        chain_follow(c, NULL);
        assert_true(check(c, 13, 0.01) > 500);
        for (size_t n = 0; n < c->map[13]->pixel_count; n++) {
            const DfMapPixel *pixel = &c->map[13]->pixels[n];
            int frame = frame_of(c->map[13], pixel);
            far |= frame >= 0 && frame <= 4;
            /* The composed affine is all: nothing is left that would have to be rounded. */
            assert_true(frame < 0 || (!pixel->dx && !pixel->dy));
        }
        assert_true(far);
        chain_free(c);
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

/** A third of a pixel a frame: positions never creep farther than a fraction into their source's grown hole. */
static void slow_pan_stays_out_of_holes(void **state)
{
    Chain *c = turning_pan(0.31, 0.0002, MOST, 4);
    int found = 0;

    (void)state;
    chain_begin(c);
    chain_follow(c, NULL);
    for (int t = 0; t < MOST; t++) {
        const DfMapArea *area = &c->map[t]->areas[0];
        int width = df_rect_width(area->hole);
        for (int n = 0; n < (int)c->map[t]->pixel_count; n++) {
            const DfMapPixel *pixel = &area->pixels[n];
            int frame = frame_of(c->map[t], pixel);
            float x, y;
            if (frame < 0)
                continue;
            df_source_map_position(c->map[t], pixel, area->hole.x0 + n % width, area->hole.y0 + n / width, &x, &y);
            assert_true(lies_at_rim(c, frame, x, y));
            found++;
        }
    }
    assert_true(found > 5000);
    chain_free(c);
}

/** Slower than half a pixel a frame none of a grown hole arrives beyond its rim; it is revealed all the same. */
static void slow_pan_reveals(void **state)
{
    const double pan = 0.3;
    Chain *c = chain_new(90, 50, MOST);
    DeepfillMask *mask = mask_of_rect(90, 50, 36, 18, 54, 32, 4, 0);
    int found = 0;

    (void)state;
    for (int t = 0; t < MOST; t++) {
        c->camera[t] = camera_pan(pan * t, 0);
        c->mask[t] = mask;
    }
    chain_begin(c);
    chain_follow(c, NULL);
    const DfSourceMap *map = c->map[MOST - 1];
    DfRect hole = map->areas[0].hole;
    for (int y = hole.y0; y < hole.y1; y++)
        for (int x = hole.x0; x < hole.x1; x++) {
            const DfMapPixel *pixel = df_source_map_at(map, x, y);
            int frame = frame_of(map, pixel);
            float from_x, from_y;
            if (frame < 0)
                continue;
            df_source_map_position(map, pixel, x, y, &from_x, &from_y);
            assert_true(fabs(from_x - x - pan * (MOST - 1 - frame)) < QUANTUM && fabs(from_y - y) < QUANTUM);
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
        for (int back = 0; back < 2; back++) {
            Chain *c = chain_new(90, 50, 8);
            DeepfillMask *mask = side > 0 ? mask_of_rect(90, 50, 70, 0, 90, 50, 0, 0)
                                          : mask_of_rect(90, 50, 0, 0, 20, 50, 0, 0);
            for (int t = 0; t < 8; t++) {
                c->camera[t] = camera_pan((back ? -1 : 1) * side * 2.5 * t, 0.4 * t);
                c->mask[t] = mask;
            }
            chain_begin(c);
            chain_follow(c, NULL);
            int found = check(c, 7, 0.01);
            assert_true(back ? found > 700 : !found);
            chain_free(c);
        }
    }
}

/** A source may be sampled in its usable areas alone. */
static void unusable_parts_are_no_source(void **state)
{
    Chain *c = chain_new(90, 50, 3);
    int found = 0;

    (void)state;
    for (int t = 0; t < 3; t++) {
        c->mask[t] = t ? c->mask[0] : mask_of_rect(90, 50, 30, 20, 40, 30, 0, 0);
        c->camera[t] = camera_pan(10 * t, 0);
    }
    chain_begin(c);
    c->states[1].source->usable.items[0].outer = (DfRect){ 0, 0, 90, 25 };
    chain_follow(c, NULL);
    for (int y = 20; y < 30; y++)
        for (int x = 30; x < 40; x++) {
            int frame = frame_of(c->map[2], df_source_map_at(c->map[2], x, y));
            assert_int_equal(frame, y < 25 ? 1 : -1);
            found += frame == 1;
        }
    assert_int_equal(found, 50);
    chain_free(c);
}

/** Two holes far apart that move differently, each its own way. */
static void areas_move_by_themselves(void **state)
{
    static const char *const two[] = { ".................", ".#.............#.", "................." };
    DfAffine left = { { -12, 0, 0 }, { 3, 0, 0 } }, right = { { 15.5, 0, 0 }, { 0, 0, 0 } };
    Chain *c = chain_new(17 * 20, 3 * 20, 2);
    DfFrameMotion *motion = &c->states[1].motion;
    float x, y;

    (void)state;
    c->mask[0] = c->mask[1] = mask_of_text(two, 3, 20);
    chain_begin(c);
    assert_int_equal(motion->areas.count, 2);
    for (int i = 0; i < 2; i++)
        motion->motions[i].to_b = motion->areas.items[i].hole.x0 < 100 ? left : right;
    chain_follow(c, NULL);
    assert_int_equal(c->map[1]->reference_count, 2);
    const DfMapPixel *pixel = df_source_map_at(c->map[1], 22, 30);
    df_source_map_position(c->map[1], pixel, 22, 30, &x, &y);
    assert_true(frame_of(c->map[1], pixel) == 0 && x == 10 && y == 33);
    pixel = df_source_map_at(c->map[1], 318, 30);
    df_source_map_position(c->map[1], pixel, 318, 30, &x, &y);
    assert_true(frame_of(c->map[1], pixel) == 0 && x == 333.5f && y == 30);
    assert_int_equal(frame_of(c->map[1], df_source_map_at(c->map[1], 302, 30)), -1);
    assert_null(df_source_map_at(c->map[1], 150, 30));
    chain_free(c);
}

/** Holes that lie in one area together with the other frame's, whose corner is not that of their own. */
static void moving_holes_share_the_motions_area(void **state)
{
    Chain *c = chain_new(400, 200, 12);

    (void)state;
    for (int t = 0; t < 12; t++) {
        c->mask[t] = mask_of_rect(400, 200, 150 + 9 * t, 120 - 5 * t, 190 + 9 * t, 150 - 5 * t, 0, 0);
        c->camera[t] = camera_at(1.5 * t, 0.5 * t, 0.0008 * t, 1, 200, 100);
    }
    chain_begin(c);
    chain_follow(c, NULL);
    assert_int_equal(check(c, 11, 0.01), 40 * 30);
    chain_free(c);
}

/** Something passes behind the hole's left half: there the residual is added, elsewhere the affine is all. */
static void residual_is_added_where_it_is(void **state)
{
    Chain *c = chain_new(300, 260, 3);
    DfFrameMotion *motion = &c->states[1].motion;

    (void)state;
    c->mask[0] = mask_of_rect(300, 260, 250, 120, 280, 140, 0, 0);
    c->mask[1] = mask_of_rect(300, 260, 120, 120, 150, 140, 0, 0);
    c->mask[2] = mask_of_rect(300, 260, 116, 120, 146, 140, 0, 0);
    c->camera[1] = camera_pan(4, 0);
    c->camera[2] = camera_pan(8, 0);
    chain_begin(c);
    DfResidual residual = chain_residual(c, motion, 120, 120, 15, 20);
    for (int y = 0; y < 20; y++)
        for (int x = 0; x < 15; x++) {
            df_plane_row(residual.flow.x, y)[x] = 0.5f;
            df_plane_row(residual.flow.y, y)[x] = -0.121f * (float)y;
        }
    motion->motions[0].residual_to_b = residual;
    chain_follow(c, NULL);
    for (int t = 1; t < 3; t++)
        for (int y = 120; y < 140; y++)
            for (int x = t == 1 ? 120 : 116; x < (t == 1 ? 150 : 146); x++) {
                const DfMapPixel *pixel = df_source_map_at(c->map[t], x, y);
                /* Frame 2 takes over from pixels that lie on the grid, four aside. */
                double added = x + 4 * (t - 1) < 135, at_x = x + 4 * t + added * 0.5;
                double at_y = y - added * 0.121 * (y - 120);
                float from_x, from_y;
                if (t == 2 && !df_mask_hole(c->mask[1], x + 4, y))
                    continue;
                assert_int_equal(frame_of(c->map[t], pixel), 0);
                df_source_map_position(c->map[t], pixel, x, y, &from_x, &from_y);
                assert_true(fabs(from_x - at_x) < 1e-4);
                assert_true(fabs(from_y - at_y) <= 0.5 / DF_RESIDUAL_STEPS + 1e-4);
                assert_int_equal(pixel->dx, added * DF_RESIDUAL_STEPS / 2);
                assert_int_equal(pixel->dy, lrint(-added * 0.121 * (y - 120) * DF_RESIDUAL_STEPS));
            }
    chain_free(c);
}

/** A pixel holds up to 255 px in steps of 1/128. */
static void residual_is_quantised(void **state)
{
    DfAffine motion = { { 3, 0.25, 0 }, { -2, 0, 0.5 } };
    unsigned seed = 1;

    (void)state;
    for (int i = 0; i < 2000; i++) {
        int x = (int)draw(&seed, 1000), y = (int)draw(&seed, 1000);
        float off_x = (float)draw(&seed, 51000) / 100 - 255, off_y = (float)draw(&seed, 51000) / 100 - 255, dx, dy;
        df_affine_at(&motion, x, y, &dx, &dy);
        DfMapPixel pixel = df_map_pixel(7, &motion, x, y, (float)x + dx + off_x, (float)y + dy + off_y);
        assert_int_equal(pixel.reference, 7);
        assert_true(fabs((double)pixel.dx / DF_RESIDUAL_STEPS - off_x) <= QUANTUM);
        assert_true(fabs((double)pixel.dy / DF_RESIDUAL_STEPS - off_y) <= QUANTUM);
        pixel = df_map_pixel(7, &motion, x, y, (float)x + dx + (i & 1 ? -257 : 257), (float)y + dy);
        assert_int_equal(pixel.reference, DF_NO_REFERENCE);
        pixel = df_map_pixel(7, &motion, x, y, (float)x + dx, (float)y + dy + (i & 1 ? -257 : 257));
        assert_int_equal(pixel.reference, DF_NO_REFERENCE);
    }
    assert_int_equal(df_map_pixel(7, &motion, 0, 0, NAN, 0).reference, DF_NO_REFERENCE);
}

/** Frame 0's row 25 is synthesised left of column 40, kept right of it. */
static void give_kinds(Chain *c)
{
    DfReference made = { .source = c->states[0].source, .kind = DF_KIND_SYNTHESISED,
                         .light = { DF_LIGHT_SAME, DF_LIGHT_SAME, DF_LIGHT_SAME } };
    DfReference kept = made;

    kept.kind = DF_KIND_KEPT;
    assert_int_equal(df_source_map_add(c->map[0], &made), 0);
    assert_int_equal(df_source_map_add(c->map[0], &kept), 1);
    for (int x = 30; x < 50; x++)
        df_source_map_at(c->map[0], x, 25)->reference = x >= 40;
}

/** The kind of the pixel (x, 25) of frame 1; -1: it comes from nowhere. */
static int kind_at(const Chain *c, int x)
{
    const DfMapPixel *pixel = df_source_map_at(c->map[1], x, 25);

    return frame_of(c->map[1], pixel) < 0 ? -1 : (int)c->map[1]->references[pixel->reference].kind;
}

/**
 * What was synthesised is taken over only where it is asked for, and shown pixels only where they are. What a failed
 * fill was to make is not there.
 */
static void kinds_are_asked_for(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4u * 8u; i++) {
        unsigned kinds = i % 8;
        int shown = i / 8 & 1, failed = i / 16 & 1;
        Chain *c = chain_new(90, 50, 2);
        c->mask[0] = c->mask[1] = mask_of_rect(90, 50, 30, 20, 50, 30, 0, 0);
        c->camera[1] = camera_pan(2, 0);
        chain_begin(c);
        give_kinds(c);
        atomic_store(&c->states[0].source->failed, failed);
        DfFollow follow = chain_step(c, 1);
        follow.kinds = kinds;
        follow.shown = shown;
        int made = (kinds & KIND(DF_KIND_SYNTHESISED)) && !failed, kept = (kinds & KIND(DF_KIND_KEPT)) && !failed;
        int64_t found = df_source_map_follow(c->map[1], &follow, NULL);
        int64_t least = 8 * made + 10 * kept + (shown ? 2 * 10 : 0);
        assert_true(least ? found >= least : !found);
        assert_int_equal(kind_at(c, 35), made ? DF_KIND_SYNTHESISED : -1);
        assert_int_equal(kind_at(c, 45), kept ? DF_KIND_KEPT : -1);
        assert_int_equal(kind_at(c, 49), shown ? DF_KIND_SHOWN : -1);
        /* What is somewhere stays there. */
        assert_int_equal(df_source_map_follow(c->map[1], &follow, NULL), 0);
        chain_free(c);
    }
}

/** The light from source to frame is composed along the way, as is the motion. */
static void light_is_composed(void **state)
{
    Chain *c = chain_new(90, 50, 6);

    (void)state;
    for (int t = 0; t < 6; t++) {
        c->mask[t] = t ? c->mask[0] : mask_of_rect(90, 50, 30, 20, 50, 30, 0, 0);
        c->camera[t] = camera_pan(4 * t, 0);
    }
    chain_begin(c);
    for (int t = 1; t < 6; t++)
        for (int p = 0; p < 3; p++)
            c->states[t].motion.light[p] = (DfLight){ 1.0f + 0.1f * (float)p, (float)t };
    chain_follow(c, NULL);
    for (int x = 30; x < 50; x++) {
        const DfMapPixel *pixel = df_source_map_at(c->map[5], x, 25);
        int frame = frame_of(c->map[5], pixel);
        assert_int_equal(frame, 4 - (49 - x) / 4);
        for (int p = 0; p < 3; p++) {
            double value = 100;
            for (int t = frame + 1; t <= 5; t++)
                value = (1 + 0.1 * p) * value + t;
            assert_true(fabs(df_light_apply(c->map[5]->references[pixel->reference].light[p], 100) - value) < 1e-3);
        }
    }
    chain_free(c);
}

static void assert_same_pixels(const DfSourceMap *a, const DfSourceMap *b)
{
    assert_int_equal(a->pixel_count, b->pixel_count);
    assert_int_equal(a->reference_count, b->reference_count);
    assert_memory_equal(a->pixels, b->pixels, a->pixel_count * sizeof *a->pixels);
}

static void threads_change_nothing(void **state)
{
    DfParallel parallel = { NULL, 4 };

    (void)state;
    assert_int_equal(df_thread_pool_open(&parallel.pool, 3), 0);
    for (int dilate = 0; dilate <= 4; dilate += 4) {
        Chain *alone = turning_pan(0.7, 0.0009, 20, dilate), *shared = turning_pan(0.7, 0.0009, 20, dilate);
        chain_begin(alone);
        chain_begin(shared);
        chain_follow(alone, NULL);
        chain_follow(shared, &parallel);
        for (int t = 0; t < 20; t++)
            assert_same_pixels(alone->map[t], shared->map[t]);
        chain_free(alone);
        chain_free(shared);
    }
    df_thread_pool_close(&parallel.pool);
}

/** References that no pixel has are given back with their sources; the others' pixels stay where they are. */
static void compaction_forgets_what_no_pixel_has(void **state)
{
    Chain *c = turning_pan(3.3, 0, 10, 0);

    (void)state;
    chain_begin(c);
    for (int t = 1; t < 10; t++) {
        DfFollow follow = chain_step(c, t);
        float x[2], y[2];
        assert_true(df_source_map_follow(c->map[t], &follow, NULL) > 0);
        DfSourceMap *map = c->map[t], *copy;
        assert_int_equal(df_source_map_create(&copy, &c->account, &c->states[t].areas), 0);
        assert_int_equal(df_source_map_copy(copy, map), 0);
        assert_same_pixels(copy, map);
        df_source_map_compact(map);
        assert_true(map->reference_count <= copy->reference_count);
        for (size_t n = 0; n < map->pixel_count; n++) {
            assert_int_equal(frame_of(map, &map->pixels[n]), frame_of(copy, &copy->pixels[n]));
            if (map->pixels[n].reference == DF_NO_REFERENCE)
                continue;
            df_source_map_position(map, &map->pixels[n], (int)n, 0, &x[0], &y[0]);
            df_source_map_position(copy, &copy->pixels[n], (int)n, 0, &x[1], &y[1]);
            assert_true(x[0] == x[1] && y[0] == y[1]);
        }
        for (int i = 0; i < map->reference_count; i++) {
            int used = 0;
            for (size_t n = 0; n < map->pixel_count; n++)
                used |= map->pixels[n].reference == i;
            assert_true(used);
        }
        df_source_map_close(&copy);
    }
    /* A map without pixels keeps no source. */
    int held = atomic_load(&c->states[0].source->references);
    for (size_t n = 0; n < c->map[1]->pixel_count; n++)
        c->map[1]->pixels[n].reference = DF_NO_REFERENCE;
    assert_true(c->map[1]->reference_count > 0);
    df_source_map_compact(c->map[1]);
    assert_int_equal(c->map[1]->reference_count, 0);
    assert_int_equal(atomic_load(&c->states[0].source->references), held - 1);
    chain_free(c);
}

static void maps_are_joined(void **state)
{
    Chain *c = turning_pan(3.3, 0, 6, 0);
    DfSourceMap *map;

    (void)state;
    chain_begin(c);
    chain_follow(c, NULL);
    assert_int_equal(df_source_map_create(&map, &c->account, &c->states[5].areas), 0);
    int first = 0;
    for (int t = 1; t < 6; t++) {
        assert_int_equal(df_source_map_append(map, c->map[t]), first);
        for (int i = 0; i < c->map[t]->reference_count; i++)
            assert_memory_equal(&map->references[first + i], &c->map[t]->references[i], sizeof(DfReference));
        first += c->map[t]->reference_count;
    }
    assert_int_equal(map->reference_count, first);
    assert_true(df_account_bytes(&c->account) >= map->pixel_count * sizeof *map->pixels);
    df_source_map_close(&map);
    assert_null(map);
    chain_free(c);
}

/** 65535 references have numbers; the last number says that there is none. */
static void numbers_end(void **state)
{
    Chain *c = chain_new(90, 50, 1);
    DfReference reference = { 0 };
    DfSourceMap *other;

    (void)state;
    c->mask[0] = mask_of_rect(90, 50, 30, 20, 50, 30, 0, 0);
    chain_begin(c);
    DfSourceMap *map = c->map[0];
    reference.source = c->states[0].source;
    assert_int_equal(df_source_map_create(&other, &c->account, &c->states[0].areas), 0);
    assert_int_equal(df_source_map_add(other, &reference), 0);
    assert_int_equal(df_source_map_add(other, &reference), 1);
    for (int i = 0; i < DF_NO_REFERENCE; i++) {
        reference.motion.x[0] = i;
        assert_int_equal(df_source_map_add(map, &reference), i);
    }
    assert_int_equal(df_source_map_add(map, &reference), -ENOSPC);
    assert_int_equal(df_source_map_append(map, other), -ENOSPC);
    assert_int_equal(map->reference_count, DF_NO_REFERENCE);
    df_source_map_at(map, 35, 25)->reference = DF_NO_REFERENCE - 1;
    df_source_map_at(map, 36, 25)->reference = 1;
    df_source_map_compact(map);
    assert_int_equal(map->reference_count, 2);
    assert_int_equal(df_source_map_at(map, 35, 25)->reference, 1);
    assert_true(map->references[1].motion.x[0] == DF_NO_REFERENCE - 1);
    assert_int_equal(df_source_map_append(map, other), 2);
    df_source_map_close(&other);
    chain_free(c);
}

/** A frame without a hole has a map, too. */
static void empty_maps_are_fine(void **state)
{
    Chain *c = chain_new(90, 50, 3);

    (void)state;
    c->mask[1] = mask_of_rect(90, 50, 30, 20, 50, 30, 0, 0);
    chain_begin(c);
    chain_follow(c, NULL);
    assert_int_equal(c->map[0]->area_count, 0);
    assert_null(df_source_map_at(c->map[2], 35, 25));
    assert_int_equal(frame_of(c->map[1], df_source_map_at(c->map[1], 35, 25)), 0);
    DfSourceMap *map = df_source_map_ref(c->map[1]);
    df_source_map_close(&map);
    assert_null(map);
    assert_int_equal(frame_of(c->map[1], df_source_map_at(c->map[1], 35, 25)), 0);
    df_source_map_close(NULL);
    df_source_map_close(&map);
    chain_free(c);
}

static void survives_missing_memory(void **state)
{
    Chain *c = turning_pan(3.3, 0, 6, 0);
    int n = 0;
    int64_t ret;

    (void)state;
    chain_begin(c);
    chain_follow(c, NULL);
    size_t held = df_account_bytes(&c->account);
    do {
        DfSourceMap *map = NULL, *copy = NULL;
        DfFollow follow = chain_step(c, 5);
        df_fail_after(n++);
        ret = df_source_map_create(&map, &c->account, &c->states[5].areas);
        if (ret >= 0)
            ret = df_source_map_follow(map, &follow, NULL);
        if (ret >= 0)
            ret = df_source_map_create(&copy, &c->account, &c->states[5].areas);
        if (ret >= 0)
            ret = df_source_map_copy(copy, map);
        df_fail_after(-1);
        assert_true(ret >= 0 || ret == -ENOMEM);
        df_source_map_close(&map);
        df_source_map_close(&copy);
        assert_int_equal(df_account_bytes(&c->account), held);
    } while (ret < 0);
    assert_true(n > 8);
    chain_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(following_is_composing),
        cmocka_unit_test(slow_pan_stays_out_of_holes),
        cmocka_unit_test(slow_pan_reveals),
        cmocka_unit_test(frame_ends_at_its_borders),
        cmocka_unit_test(unusable_parts_are_no_source),
        cmocka_unit_test(areas_move_by_themselves),
        cmocka_unit_test(moving_holes_share_the_motions_area),
        cmocka_unit_test(residual_is_added_where_it_is),
        cmocka_unit_test(residual_is_quantised),
        cmocka_unit_test(kinds_are_asked_for),
        cmocka_unit_test(light_is_composed),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(compaction_forgets_what_no_pixel_has),
        cmocka_unit_test(maps_are_joined),
        cmocka_unit_test(numbers_end),
        cmocka_unit_test(empty_maps_are_fine),
        cmocka_unit_test(survives_missing_memory),
    };

    return cmocka_run_group_tests_name("source map", tests, NULL, NULL);
}
