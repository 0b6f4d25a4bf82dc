/**
 * @file
 * The search ahead held against one that steps every pixel through every frame: with and without depth, all frames at
 * once and one by one.
 */
#include "chain.h"

#include <errno.h>
#include <limits.h>

#include "image/depth.h"
#include "temporal/forward.h"
#include "temporal/visibility.h"

/** What the search by steps finds of one pixel. */
typedef struct Step {
    int frame;    /* -1: none shows it */
    float x, y;
    int is_close; /* 1: on its way it came so near to the pixel grid that rounding may decide */
} Step;

/** The area of a motion whose hole, grown by one pixel, holds (x, y); -1: none. */
static int area_at(const DfAreas *areas, int x, int y)
{
    for (int i = 0; i < areas->count; i++) {
        DfRect r = df_rect_grow(areas->items[i].hole, 1);
        if (x >= r.x0 && x < r.x1 && y >= r.y0 && y < r.y1)
            return i;
    }
    return -1;
}

/** Whether a coordinate lies on a pixel, or an eighth beside it, but for rounding. */
static int is_close(float at)
{
    for (int i = -1; i <= 1; i++)
        if (fabs(at + 0.125 * i - rint(at + 0.125 * i)) < 1e-4)
            return 1;
    return 0;
}

/** Move a position by an affine and what a residual says of another. */
static void move(const DfMotion *motion, float by_x, float by_y, float *x, float *y)
{
    float dx, dy;

    df_affine_at(&motion->to_a, *x, *y, &dx, &dy);
    *x += dx + by_x;
    *y += dy + by_y;
}

/**
 * Go one step along the motion of a frame. An area whose pixels all move by less than DF_LEAST_STEP stands still for
 * `coarse`, the position that tells whether a pixel has come out of the hole. @return 0: the motion is unknown
 */
static int go(const DfFrameMotion *motion, float at[2], float coarse[2])
{
    int px = (int)(coarse[0] + 0.5f), py = (int)(coarse[1] + 0.5f), i = area_at(&motion->areas, px, py);
    float dx = 0, dy = 0;

    if (i < 0)
        return 0;
    const DfResidual *r = &motion->motions[i].residual_to_a;
    px -= r->x0;
    py -= r->y0;
    if (r->flow.x.data && px >= 0 && py >= 0 && px < r->flow.x.width && py < r->flow.x.height) {
        dx = df_plane_row(r->flow.x, py)[px];
        dy = df_plane_row(r->flow.y, py)[px];
    }
    move(&motion->motions[i], dx, dy, &at[0], &at[1]);
    if (r->flow.x.data || motion->travel[i] >= DF_LEAST_STEP)
        move(&motion->motions[i], dx, dy, &coarse[0], &coarse[1]);
    return 1;
}

static int is_inside(const Chain *c, const float at[2])
{
    return at[0] >= 0 && at[1] >= 0 && at[0] <= (float)(c->format.width - 1) && at[1] <= (float)(c->format.height - 1);
}

/**
 * The first of `capacity` related frames after t, nearer than `most`, that shows a pixel; at the rim the last. `seen`
 * gets the frames that had to be seen for it.
 */
static Step search_by_steps(const Chain *c, int t, int capacity, int most, int x, int y, int *seen)
{
    Step found = { .frame = -1 };
    float at[2] = { (float)x, (float)y }, coarse[2] = { (float)x, (float)y };

    *seen = most;
    for (int s = t + 1, last = t, looked = 0; s < c->frames && looked < capacity && s - t < most; s++) {
        const DfFrameState *state = &c->states[s];
        const DeepfillMask *mask = c->mask[s];
        if (state->odd || state->motion.back != s - last) {
            if (s - last >= DF_MOST_BACK)
                break;
            continue;
        }
        last = s;
        looked++;
        if (!go(&state->motion, at, coarse) || !is_inside(c, at) || !is_inside(c, coarse)) {
            *seen = 0;
            break;
        }
        for (int i = 0; i < 2; i++)
            found.is_close |= is_close(at[i]) || is_close(coarse[i]);
        int hidden = df_hidden_count(mask, coarse[0], coarse[1]);
        if (df_hidden_may_be(mask, hidden) && df_hidden_may_be(mask, df_hidden_count(mask, at[0], at[1])) &&
            df_source_has(state->source, at[0], at[1]))
            found = (Step){ s, at[0], at[1], found.is_close };
        if (!hidden) {
            *seen = s - t + 1;
            break;
        }
    }
    return found;
}

/** How a search is run. */
typedef struct Way {
    int one_by_one, has_depth;
    const DfParallel *parallel;
} Way;

/** Search from frame t on; ended where nothing that comes could change it. */
static DfForward search(Chain *c, int t, const DfSourceMap *past, int capacity, const Way *way, const uint8_t *depth)
{
    DfForward f;

    assert_int_equal(df_forward_begin(&f, &c->account, &c->states[t], past, capacity), 0);
    for (int s = t + 1; s < c->frames && !f.ended; s++) {
        df_forward_add(&f, &c->states[s]);
        f.depth = way->has_depth && f.same_mask ? depth : NULL;
        if (!way->one_by_one)
            continue;
        df_forward_search(&f, way->parallel);
        if (df_forward_is_decided(&f, s + 1))
            break;
    }
    if (!way->one_by_one)
        df_forward_search(&f, way->parallel);
    return f;
}

/** Frames that are nearer than a pixel's past; INT_MAX: it has none. */
static int age_of(const DfSourceMap *past, int t, int x, int y)
{
    const DfMapPixel *pixel = df_source_map_at(past, x, y);

    return pixel->reference == DF_NO_REFERENCE ? INT_MAX : t - (int)past->references[pixel->reference].source->frame;
}

/** Frames that must be seen for a whole hole. */
static int frames_to_see(const Chain *c, int t, const DfSourceMap *past, int capacity)
{
    int most = 0, seen;

    for (int y = 0; c->mask[t] && y < c->format.height; y++)
        for (int x = 0; x < c->format.width; x++) {
            if (!df_mask_hole(c->mask[t], x, y))
                continue;
            search_by_steps(c, t, capacity, df_forward_reach(age_of(past, t, x, y)), x, y, &seen);
            most = DF_MAX(most, seen);
        }
    return most;
}

/** Hold a search that is finished against the steps. @return pixels that were found */
static int check(const Chain *c, int t, const DfForward *f, int capacity)
{
    const DfSourceMap *map = f->map, *past = f->past;
    int found = 0, most = frames_to_see(c, t, past, capacity), seen;

    for (int y = 0; y < c->format.height; y++)
        for (int x = 0; x < c->format.width; x++) {
            const DfMapPixel *pixel = df_source_map_at(map, x, y);
            if (!c->mask[t] || !df_mask_hole(c->mask[t], x, y)) {
                assert_true(!pixel || pixel->reference == DF_NO_REFERENCE);
                continue;
            }
            /* At the rim all are searched as far as the rest, elsewhere as far as the future may have a share. */
            int limit = df_mask_rim(c->mask[t], x, y) ? most : df_forward_reach(age_of(past, t, x, y));
            Step step = search_by_steps(c, t, capacity, limit, x, y, &seen);
            int frame = pixel->reference == DF_NO_REFERENCE ? -1
                : (int)map->references[pixel->reference].source->frame;
            float from_x, from_y;
            if (frame != step.frame && step.is_close)
                continue;
            if (frame != step.frame)
                fail_msg("pixel %d,%d of frame %d is found in frame %d, by steps in frame %d", x, y, t, frame,
                         step.frame);
            if (frame < 0)
                continue;
            df_source_map_position(map, pixel, x, y, &from_x, &from_y);
            if (hypot(from_x - step.x, from_y - step.y) > 1.0 / DF_RESIDUAL_STEPS)
                fail_msg("pixel %d,%d of frame %d: %.3f,%.3f of frame %d, by steps %.3f,%.3f", x, y, t, from_x,
                         from_y, frame, step.x, step.y);
            found++;
        }
    return found;
}

/** Search in every way, which must give one map, and hold it against the steps. @return pixels that were found */
static int check_all_ways(Chain *c, int t, const DfSourceMap *past, int capacity)
{
    static const Way ways[] = { { 0, 0, NULL }, { 0, 1, NULL }, { 1, 0, NULL }, { 1, 1, NULL } };
    DfSourceMap *none = NULL, *first = NULL;
    uint8_t *depth = c->mask[t] ? df_alloc(df_rect_area(c->mask[t]->extent)) : NULL;
    int found = 0;

    if (depth)
        df_mask_depth(c->mask[t], depth);
    if (!past) {
        assert_int_equal(df_source_map_create(&none, &c->account, &c->states[t].areas), 0);
        past = none;
    }
    for (size_t i = 0; i < DF_COUNT(ways); i++) {
        DfForward f = search(c, t, past, capacity, &ways[i], depth);
        assert_int_equal(df_forward_finish(&f, ways[i].parallel), 0);
        found = check(c, t, &f, capacity);
        if (first) {
            assert_int_equal(f.map->reference_count, first->reference_count);
            assert_memory_equal(f.map->pixels, first->pixels, first->pixel_count * sizeof *first->pixels);
        } else {
            first = df_source_map_ref(f.map);
        }
        df_forward_end(&f);
    }
    df_source_map_close(&first);
    df_source_map_close(&none);
    df_free(depth);
    return found;
}

static Chain *with_mask(int frames, DeepfillMask *mask)
{
    Chain *c = chain_new(160, 100, frames);

    for (int t = 0; t < frames; t++)
        c->mask[t] = mask;
    return c;
}

static DeepfillMask *logo(int dilate)
{
    return mask_of_rect(160, 100, 60, 38, 96, 60, dilate, 0);
}

/** Turning pans and zooms, and pans slower than half a pixel, forth and back. */
static void moving_cameras_find_as_steps_do(void **state)
{
    static const struct { double x, y, turn, zoom; } moves[] = {
        { 3.31, 0.62, 0, 0 }, { -2.93, 0.4, 0.0011, 0 }, { 0.31, 0.07, 0, 0 }, { -0.47, -0.21, 0.0003, 0 },
        { 0, 0, 0, 0.013 }, { 0.11, 0, 0, -0.011 }, { 0, 0, 0.013, 0 }, { 0.5, 0, 0, 0 }, { 0, -2, 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(moves); i++) {
        for (int dilate = 0; dilate <= 4; dilate += 4) {
            Chain *c = with_mask(MOST, logo(dilate));
            for (int t = 0; t < MOST; t++)
                c->camera[t] = camera_at(moves[i].x * t, moves[i].y * t, moves[i].turn * t, 1 + moves[i].zoom * t,
                                         80, 50);
            chain_begin(c);
            /* A zoom out shrinks what the hole hides: it never comes out. */
            assert_true(check_all_ways(c, 0, NULL, MOST) > 100 || moves[i].zoom > 0);
            check_all_ways(c, 7, NULL, 11);
            check_all_ways(c, MOST - 2, NULL, 50);
            check_all_ways(c, MOST - 1, NULL, 50);
            chain_free(c);
        }
    }
}

/** A camera that stands still, but for hundredths of a pixel that are measured: nothing comes out of the hole. */
static void locked_camera_finds_nothing(void **state)
{
    (void)state;
    for (int shaking = 0; shaking < 2; shaking++) {
        for (int dilate = 0; dilate <= 4; dilate += 4) {
            Chain *c = with_mask(MOST, logo(dilate));
            unsigned seed = 5;
            for (int t = 0; shaking && t < MOST; t++)
                c->camera[t] = camera_pan(draw(&seed, 100) / 1000.0, draw(&seed, 100) / 1000.0);
            chain_begin(c);
            assert_int_equal(check_all_ways(c, 0, NULL, MOST), 0);
            chain_free(c);
        }
    }
}

/** Forth and back, farther each time: frames that are skipped are passed twice. */
static void swinging_camera_finds_as_steps_do(void **state)
{
    (void)state;
    for (int dilate = 0; dilate <= 4; dilate += 4) {
        Chain *c = with_mask(MOST, logo(dilate));
        for (int t = 0; t < MOST; t++)
            c->camera[t] = camera_at(0.9 * t * sin(0.7 * t), 0.4 * t * cos(0.9 * t), 0.001 * t, 1, 80, 50);
        chain_begin(c);
        for (int t = 0; t < MOST; t += 9)
            assert_true(check_all_ways(c, t, NULL, MOST) > 100 || t > 30);
        chain_free(c);
    }
}

/** What moves out of the frame is not followed, even where the camera swings back. */
static void frame_ends_at_its_borders(void **state)
{
    static const DfRect holes[] = { { 0, 30, 40, 60 }, { 120, 30, 160, 60 }, { 50, 0, 100, 30 }, { 50, 70, 100, 100 },
                                    { 0, 0, 160, 30 } };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(holes); i++) {
        for (int side = 0; side < 4; side++) {
            DfRect r = holes[i];
            Chain *c = with_mask(MOST, mask_of_rect(160, 100, r.x0, r.y0, r.x1, r.y1, 0, 0));
            for (int t = 0; t < MOST; t++) {
                double way = 14 * sin(0.26 * t) * (1 + 0.03 * t) * (side & 1 ? -1 : 1);
                c->camera[t] = side & 2 ? camera_pan(0.3 * way, way) : camera_pan(way, 0.3 * way);
            }
            chain_begin(c);
            check_all_ways(c, 0, NULL, MOST);
            chain_free(c);
        }
    }
}

/** Holes that move and change before a camera that moves, too; frames without one among them. */
static void moving_masks_find_as_steps_do(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        Chain *c = chain_new(160, 100, 30);
        for (int t = 0; t < 30; t++) {
            int x = 30 + 2 * t, y = 40 - t / 2, grown = kind == 1 ? t % 7 : 0;
            c->camera[t] = camera_at(0.37 * t, -0.2 * t, 0.0007 * t, 1, 80, 50);
            if (kind == 2 && t / 5 % 2)
                c->mask[t] = t % 5 ? c->mask[t - 1] : mask_of_rect(160, 100, 40, 30, 90, 50, 0, 0);
            else if (kind != 3 || t % 8 < 5)
                c->mask[t] = mask_of_rect(160, 100, x, y, x + 34 + grown, y + 25 - grown, kind == 3 ? 3 : 0, 0);
        }
        chain_begin(c);
        for (int t = 0; t < 30; t += 4)
            check_all_ways(c, t, NULL, 25);
        assert_true(check_all_ways(c, 0, NULL, 30) > 100);
        chain_free(c);
    }
}

/** A pan with a wave on top of it, in some frames or in all, in all of the hole or in a part. */
static void residual_flows_find_as_steps_do(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        Chain *c = with_mask(24, logo(0));
        int width = kind == 2 ? 15 : 36;
        for (int t = 0; t < 24; t++)
            c->camera[t] = camera_at(0.83 * t, 0.11 * t, 0.0005 * t, 1, 80, 50);
        chain_begin(c);
        for (int t = 1; t < 24; t++) {
            if (kind == 1 && t % 6)
                continue;
            DfFrameMotion *motion = &c->states[t].motion;
            DfResidual r = chain_residual(c, motion, 60, 38, width, 22);
            for (int y = 0; y < 22; y++)
                for (int x = 0; x < width; x++) {
                    df_plane_row(r.flow.x, y)[x] = 0.4f * sinf(0.21f * (float)x + (float)t);
                    df_plane_row(r.flow.y, y)[x] = 0.3f * cosf(0.17f * (float)y - (float)t);
                }
            motion->motions[0].residual_to_a = r;
        }
        for (int t = 0; t < 24; t += 5)
            check_all_ways(c, t, NULL, 24);
        assert_true(check_all_ways(c, 0, NULL, 24) > 100);
        chain_free(c);
    }
}

/** Holes far apart that move differently, one of them fast enough to meet the other's area. */
static void areas_find_as_steps_do(void **state)
{
    static const char *const two[] = { "..................", ".##...........##..", ".................." };
    Chain *c = chain_new(18 * 20, 3 * 20, 24);
    DeepfillMask *mask = mask_of_text(two, 3, 20);
    int found = 0;

    (void)state;
    for (int t = 0; t < 24; t++)
        c->mask[t] = mask;
    chain_begin(c);
    for (int t = 1; t < 24; t++) {
        DfFrameMotion *motion = &c->states[t].motion;
        assert_int_equal(motion->areas.count, 2);
        for (int i = 0; i < 2; i++) {
            DfRect hole = motion->areas.items[i].hole;
            motion->motions[i].to_a = hole.x0 < 100
                ? (DfAffine){ { 1.31, 0.002, 0 }, { 0.2, 0, 0 } } : (DfAffine){ { -1.73, 0, 0.001 }, { -0.4, 0, 0 } };
            motion->travel[i] = df_affine_travel(&motion->motions[i].to_a, df_rect_grow(hole, 1));
        }
    }
    for (int t = 0; t < 24; t += 3)
        found += check_all_ways(c, t, NULL, 24);
    assert_true(found > 2000);
    chain_free(c);
}

/** Flashes of one and two frames are looked over; three, or a frame that is related to none, end the search. */
static void odd_frames_are_looked_over(void **state)
{
    (void)state;
    for (int length = 1; length <= 3; length++) {
        for (int is_cut = 0; is_cut < 2; is_cut++) {
            Chain *c = with_mask(24, logo(0));
            for (int t = 0; t < 24; t++)
                c->camera[t] = camera_pan(3.3 * t, 0.2 * t);
            chain_begin(c);
            for (int t = 4; t < 4 + length; t++)
                c->states[t].odd = 1;
            chain_relate(c, 4 + length, is_cut ? 0 : length + 1);
            int found = check_all_ways(c, 0, NULL, 24);
            check_all_ways(c, 3, NULL, 24);
            check_all_ways(c, 3, NULL, 2);
            check_all_ways(c, 4, NULL, 24);
            /* All of the 36 columns, or those that came out before. */
            assert_int_equal(found > 700, !is_cut && length < DF_MOST_BACK);
            chain_free(c);
        }
    }
}

/** A source may be sampled in its usable areas alone; a pixel that is shown elsewhere is not followed on. */
static void unusable_parts_are_no_source(void **state)
{
    Chain *c = with_mask(16, logo(4));

    (void)state;
    for (int t = 0; t < 16; t++)
        c->camera[t] = camera_pan(-2.3 * t, 0);
    chain_begin(c);
    for (int t = 0; t < 16; t++)
        c->states[t].source->usable.items[0].outer = (DfRect){ 0, 0, 160, t % 3 ? 100 : 50 };
    assert_true(check_all_ways(c, 0, NULL, 16) > 300);
    chain_free(c);
}

/** What the past has is searched only in nearer frames. */
static void past_limits_the_search(void **state)
{
    Chain *c = with_mask(30, logo(0));

    (void)state;
    for (int t = 0; t < 30; t++)
        c->camera[t] = camera_at(1.9 * t, 0.7 * t, 0.0006 * t, 1, 80, 50);
    chain_begin(c);
    chain_follow(c, NULL);
    for (int t = 1; t < 29; t += 3) {
        int alone = check_all_ways(c, t, NULL, 20), beside = check_all_ways(c, t, c->map[t], 20);
        assert_true(beside <= alone);
    }
    assert_true(check_all_ways(c, 15, c->map[15], 20) < check_all_ways(c, 15, NULL, 20));
    chain_free(c);
}

/**
 * A locked camera before which something passes from frame 10 on: its motion, which explains a part of what is near the
 * hole, moves nothing out of the hole. A camera that begins to pan, whose motion explains all, does.
 */
static void passing_thing_is_no_source(void **state)
{
    const Way by_frame = { 1, 1, NULL };

    (void)state;
    for (int pans = 0; pans <= 1; pans++) {
        Chain *c = with_mask(30, logo(0));
        for (int t = 0; t < 30; t++)
            c->camera[t] = camera_pan(t < 10 ? 0.05 * (t % 2) : 16.0 * (t - 9), 0);
        chain_begin(c);
        chain_follow(c, NULL);
        for (int t = 10; t < 30; t++)
            c->states[t].motion.motions[0].explained = pans ? 1 : 0.7f;
        DfForward f = search(c, 2, c->map[2], MOST, &by_frame, NULL);
        assert_int_equal(df_forward_finish(&f, NULL), 0);
        assert_int_equal(f.need, 0);
        assert_int_equal(f.map->reference_count > 0, pans);
        df_forward_end(&f);
        /* While it passes, its motion is all there is. */
        f = search(c, 12, c->map[2], MOST, &by_frame, NULL);
        assert_int_equal(df_forward_finish(&f, NULL), 0);
        assert_true(f.map->reference_count > 0);
        df_forward_end(&f);
        chain_free(c);
    }
}

/** How many frames after t must be seen until every pixel is found, or what may come is out of its past's reach. */
static int frames_needed(const Chain *c, int t)
{
    DfRect r = c->map[t]->areas[0].hole;
    int most = 1;

    for (int y = r.y0; y < r.y1; y++)
        for (int x = r.x0; x < r.x1; x++) {
            int reach = df_forward_reach(age_of(c->map[t], t, x, y)), needed;
            Step step = search_by_steps(c, t, MOST, reach, x, y, &needed);
            int seen = step.frame >= 0 ? step.frame - t : reach - 1;
            most = DF_MAX(most, DF_MIN(seen, c->frames - 1 - t));
        }
    return most;
}

/** A search is decided as soon as what may come cannot change it, and not before. */
static void search_is_decided_as_soon_as_can_be(void **state)
{
    Chain *c = with_mask(30, logo(0));
    const Way by_frame = { 1, 0, NULL }, at_once = { 0, 0, NULL };
    int early = 0;

    (void)state;
    for (int t = 0; t < 30; t++)
        c->camera[t] = camera_pan(2.1 * t, 0.3 * t);
    chain_begin(c);
    chain_follow(c, NULL);
    for (int t = 0; t < 29; t++) {
        DfForward part = search(c, t, c->map[t], MOST, &by_frame, NULL);
        DfForward whole = search(c, t, c->map[t], MOST, &at_once, NULL);
        assert_memory_equal(part.map->pixels, whole.map->pixels, whole.map->pixel_count * sizeof(DfMapPixel));
        assert_int_equal(part.length, frames_needed(c, t));
        early += part.length < whole.length;
        df_forward_end(&part);
        df_forward_end(&whole);
    }
    assert_true(early > 10);
    chain_free(c);
}

/** Before the first frame is seen: a search that may look at none is decided, another one is not. */
static void beginning_is_undecided(void **state)
{
    Chain *c = with_mask(3, logo(0));
    DfForward f;

    (void)state;
    chain_begin(c);
    assert_int_equal(df_forward_begin(&f, &c->account, &c->states[0], c->map[0], 5), 0);
    assert_false(df_forward_is_decided(&f, 1));
    df_forward_search(&f, NULL);
    assert_false(df_forward_is_decided(&f, 1));
    df_forward_end(&f);
    assert_int_equal(df_forward_begin(&f, &c->account, &c->states[0], c->map[0], 0), 0);
    assert_true(df_forward_is_decided(&f, 1));
    df_forward_search(&f, NULL);
    assert_int_equal(df_forward_finish(&f, NULL), 0);
    assert_int_equal(f.map->reference_count, 0);
    df_forward_end(&f);
    df_forward_end(&f);
    chain_free(c);
}

/** References have the motion and the light to their frame; too dark a frame is none. */
static void references_are_complete(void **state)
{
    Chain *c = with_mask(14, logo(0));
    const Way way = { 0, 0, NULL };

    (void)state;
    for (int t = 0; t < 14; t++)
        c->camera[t] = camera_at(4.3 * t, 0.3 * t, 0.001 * t, 1, 80, 50);
    chain_begin(c);
    for (int t = 1; t < 14; t++)
        for (int p = 0; p < 3; p++)
            c->states[t].motion.light[p] = (DfLight){ t < 12 ? 1 + 0.05f * (float)(p + t % 3) : 0.1f, (float)(t - p) };
    for (int from = 0; from < 14; from += 3) {
        DfForward f = search(c, from, c->map[from], 13, &way, NULL);
        assert_int_equal(df_forward_finish(&f, way.parallel), 0);
        assert_true(f.map->reference_count > 2 || from > 8);
        for (int i = 0; i < f.map->reference_count; i++) {
            const DfReference *reference = &f.map->references[i];
            int to = (int)reference->source->frame;
            assert_int_equal(reference->kind, DF_KIND_SHOWN);
            assert_true(to < 12);
            for (int corner = 0; corner < 4; corner++) {
                double x = corner & 1 ? 96 : 60, y = corner & 2 ? 60 : 38, to_x, to_y;
                float dx, dy;
                camera_carry(&c->camera[from], &c->camera[to], x, y, &to_x, &to_y);
                df_affine_at(&reference->motion, x, y, &dx, &dy);
                assert_true(hypot(x + dx - to_x, y + dy - to_y) < 1e-3);
            }
            for (int p = 0; p < 3; p++) {
                double value = 100;
                for (int t = from + 1; t <= to; t++)
                    value = c->states[t].motion.light[p].gain * value + c->states[t].motion.light[p].offset;
                assert_true(fabs(df_light_apply(reference->light[p], (float)value) - 100) < 1e-2);
            }
        }
        df_forward_end(&f);
    }
    chain_free(c);
}

static void threads_change_nothing(void **state)
{
    DfParallel parallel = { NULL, 4 };
    Chain *c = with_mask(MOST, logo(4));

    (void)state;
    assert_int_equal(df_thread_pool_open(&parallel.pool, 3), 0);
    for (int t = 0; t < MOST; t++)
        c->camera[t] = camera_at(0.7 * t, 0.4 * t, 0.0009 * t, 1, 80, 50);
    chain_begin(c);
    for (int t = 0; t < MOST; t += 5) {
        const Way shared = { 1, 0, &parallel }, alone = { 1, 0, NULL };
        DfForward a = search(c, t, c->map[t], MOST, &alone, NULL), b = search(c, t, c->map[t], MOST, &shared, NULL);
        assert_int_equal(a.length, b.length);
        assert_int_equal(a.need, b.need);
        assert_memory_equal(a.map->pixels, b.map->pixels, a.map->pixel_count * sizeof *a.map->pixels);
        df_forward_end(&a);
        df_forward_end(&b);
    }
    chain_free(c);
    df_thread_pool_close(&parallel.pool);
}

static void survives_missing_memory(void **state)
{
    Chain *c = with_mask(10, logo(0));
    int n = 0, ret;

    (void)state;
    for (int t = 0; t < 10; t++)
        c->camera[t] = camera_pan(3 * t, 0);
    chain_begin(c);
    size_t held = df_account_bytes(&c->account);
    do {
        DfForward f;
        df_fail_after(n++);
        ret = df_forward_begin(&f, &c->account, &c->states[0], c->map[0], 9);
        for (int t = 1; ret >= 0 && t < 10; t++)
            df_forward_add(&f, &c->states[t]);
        if (ret >= 0) {
            df_forward_search(&f, NULL);
            ret = df_forward_finish(&f, NULL);
        }
        df_fail_after(-1);
        assert_true(ret == 0 || ret == -ENOMEM);
        df_forward_end(&f);
        assert_int_equal(df_account_bytes(&c->account), held);
    } while (ret < 0);
    assert_true(n > 5);
    chain_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moving_cameras_find_as_steps_do),
        cmocka_unit_test(locked_camera_finds_nothing),
        cmocka_unit_test(swinging_camera_finds_as_steps_do),
        cmocka_unit_test(frame_ends_at_its_borders),
        cmocka_unit_test(moving_masks_find_as_steps_do),
        cmocka_unit_test(residual_flows_find_as_steps_do),
        cmocka_unit_test(areas_find_as_steps_do),
        cmocka_unit_test(odd_frames_are_looked_over),
        cmocka_unit_test(unusable_parts_are_no_source),
        cmocka_unit_test(past_limits_the_search),
        cmocka_unit_test(passing_thing_is_no_source),
        cmocka_unit_test(search_is_decided_as_soon_as_can_be),
        cmocka_unit_test(beginning_is_undecided),
        cmocka_unit_test(references_are_complete),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(survives_missing_memory),
    };

    return cmocka_run_group_tests_name("forward", tests, NULL, NULL);
}
