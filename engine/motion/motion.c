/**
 * @file
 * The background's motion from corners: an affine for each direction from one set of tracks, and the decision
 * whether residuals are needed.
 */
#include "motion/motion.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "motion/parts.h"
#include "motion/track.h"

#define LEAST_CORNERS 8
#define NEAR 32         /* px from the hole: tracks there tell whether something passes behind it */
/*
 * Share of the weight near the holes that the affine must explain; else dense flow follows. Asked for more, it carries
 * parts of passing objects into wide holes and into all holes of a locked camera: 0.7 dB less on real clips. A thin
 * hole's flow is known on both its sides: on a moving camera captions gain 0.2 dB. A thing that passes behind a strip
 * is seen on both its long sides at once.
 */
#define ENOUGH 0.5f
#define ENOUGH_THIN 0.75f
#define ENOUGH_STRIP 0.95f
#define THIN 48         /* px across */
#define STRIP 4         /* a strip's area over the square of its thickness */
#define LOCKED 0.5f     /* px: a camera that moves no pixel farther stands still */
#define EXPLAINED 1.0f  /* px */
/*
 * Survivors below which corners may be grain's: of white grain 18 to 27 % come back by chance, less where it was coded.
 */
#define GRAINY 0.3f
#define MORE_ALIKE 0.6f /* a random motion leaves .75 of the difference and more, that of clouds under grain .2 to .4 */

/** Tracks between two pictures. */
typedef struct Tracks {
    DfTrack track[DF_AFFINE_TRACKS];
    float distance[DF_AFFINE_TRACKS]; /* to the nearer of the holes, in pixels */
    int count, survivors, corners; /* of use, that came back, that were tracked */
} Tracks;

static int is_ring(const float *near_a, const float *near_b, const float *clear_a, const float *clear_b, size_t i)
{
    int clear = (clear_a[i] > DF_MOTION_KEEP_OFF) & (clear_b[i] > DF_MOTION_KEEP_OFF);
    return clear & ((near_a[i] < DF_MOTION_RING) | (near_b[i] < DF_MOTION_RING));
}

/**
 * Set where corners are allowed: near a hole, clear of both and of what is kept out. Blocks of fixed length become
 * vector code.
 */
static void mark_ring(uint8_t *restrict where, const DfMotionInput *a, const DfMotionInput *b, size_t n)
{
    const float *near_a = a->distance, *near_b = b->distance, *clear_a = a->clearance, *clear_b = b->clearance;
    size_t i = 0;

    for (; i + 16 <= n; i += 16)
        for (int k = 0; k < 16; k++)
            where[i + k] = is_ring(near_a, near_b, clear_a, clear_b, i + k);
    for (; i < n; i++)
        where[i] = is_ring(near_a, near_b, clear_a, clear_b, i);
}

static int find_corners(DfCorner *corners, const DfMotionInput *a, const DfMotionInput *b, DfArena *scratch)
{
    DfPlane picture = a->pyramid.levels[0];
    size_t n = (size_t)picture.width * picture.height;
    DfArenaMark mark = df_arena_mark(scratch);
    uint8_t *where = df_arena_take(scratch, n);
    int count = -ENOMEM;

    if (where) {
        mark_ring(where, a, b, n);
        count = df_corners_find(corners, DF_AFFINE_TRACKS, picture, where, scratch);
    }
    df_arena_reset(scratch, mark);
    return count;
}

/** The pixel of an input that a position rounds to. */
static size_t pixel_at(const DfMotionInput *input, float x, float y)
{
    DfPlane picture = input->pyramid.levels[0];
    int px = DF_CLAMP((int)(x + 0.5f), 0, picture.width - 1);
    int py = DF_CLAMP((int)(y + 0.5f), 0, picture.height - 1);

    return (size_t)py * picture.width + px;
}

/**
 * Drop the tracks that end near b's hole or what is kept out: they follow its rim. Weigh the others, more the nearer
 * they are to a hole.
 */
static void weigh(Tracks *tracks, const DfMotionInput *a, const DfMotionInput *b)
{
    float reach = fmaxf(16, 0.35f * sqrtf((float)DF_MAX(a->area, b->area) + 1));
    int kept = 0;

    for (int i = 0; i < tracks->count; i++) {
        DfTrack track = tracks->track[i];
        size_t here = pixel_at(a, track.x, track.y), there = pixel_at(b, track.to_x, track.to_y);
        float distance = fminf(a->distance[here], b->distance[there]);
        if (b->clearance[there] <= DF_MOTION_KEEP_OFF)
            continue;
        track.weight = expf(-fminf(distance, DF_MOTION_RING) / reach);
        tracks->distance[kept] = distance;
        tracks->track[kept++] = track;
    }
    tracks->count = kept;
}

static int find_tracks(Tracks *tracks, const DfMotionInput *a, const DfMotionInput *b, DfArena *scratch)
{
    DfCorner corners[DF_AFFINE_TRACKS];
    int found = find_corners(corners, a, b, scratch);

    if (found < 0)
        return found;
    tracks->corners = found;
    tracks->survivors = 0;
    if (found >= LEAST_CORNERS)
        tracks->survivors = df_track(tracks->track, &a->pyramid, &b->pyramid, corners, found);
    tracks->count = tracks->survivors;
    weigh(tracks, a, b);
    return 0;
}

/** The share of the weight within `reach` of a hole that the motion explains; 1 where there is none. */
static float share_explained(const DfMotion *motion, const Tracks *tracks, float reach)
{
    float all = 0, explained = 0;

    for (int i = 0; i < tracks->count; i++) {
        if (tracks->distance[i] > reach)
            continue;
        all += tracks->track[i].weight;
        const DfTrack *track = &tracks->track[i];
        if (df_affine_residual(df_motion_to_b(motion, track->x, track->y), track, 0) <= EXPLAINED)
            explained += tracks->track[i].weight;
    }
    return all > 0 ? explained / all : 1;
}

/** @return the side of the largest square that lies in a hole, THIN + 1 for any above THIN; or -ENOMEM */
static int thickness_of(const DfMotionInput *input, DfArena *scratch)
{
    DfPlane picture = input->pyramid.levels[0];
    DfArenaMark mark = df_arena_mark(scratch);
    int *side = df_arena_take_zeroed(scratch, df_size_mul(picture.width, sizeof *side)), most = 0;

    if (!side)
        return -ENOMEM;
    /* The largest square whose lower right pixel is this one: 1 more than the least of its three neighbours'. */
    for (int y = 0; y < picture.height && most <= THIN; y++)
        for (int x = 0, left = 0, diagonal = 0; x < picture.width; x++) {
            int above = side[x], least = DF_MIN(DF_MIN(left, above), diagonal);
            side[x] = left = input->hole[(size_t)y * picture.width + x] ? least + 1 : 0;
            diagonal = above;
            most = DF_MAX(most, left);
        }
    df_arena_reset(scratch, mark);
    return most;
}

/**
 * The share that the affine must explain of what moves around the hole: a's, or where a has none b's.
 *
 * @return it; below 0: there is no memory
 */
static float enough_for(const DfMotion *motion, const DfMotionInput *a, const DfMotionInput *b, DfArena *scratch)
{
    const DfMotionInput *input = a->area ? a : b;
    DfPlane picture = a->pyramid.levels[0];
    DfRect all = { 0, 0, picture.width, picture.height };

    if (df_affine_travel(&motion->to_b, all) <= LOCKED)
        return ENOUGH;
    int thickness = thickness_of(input, scratch);
    if (thickness < 0 || thickness > THIN)
        return thickness < 0 ? -1 : ENOUGH;
    return input->area >= STRIP * thickness * thickness ? ENOUGH_STRIP : ENOUGH_THIN;
}

/** Whether the affine explains too little of what moves around the hole. @return 1, 0 or -ENOMEM */
static int needs_residual(const DfMotion *motion, const DfMotionInput *a, const DfMotionInput *b, DfArena *scratch)
{
    if (motion->layer.side || motion->survived < DF_MOTION_CUT || motion->explained >= ENOUGH_STRIP)
        return 0;
    if (motion->explained < ENOUGH)
        return 1;
    float enough = enough_for(motion, a, b, scratch);
    return enough < 0 ? -ENOMEM : motion->explained < enough;
}

/**
 * Corners of which few survive are those of another shot or, where nothing but grain differs, grain's. Grain's are not
 * counted. The motion is kept where aligned pictures differ by less than MORE_ALIKE of what they differ as they are:
 * plain ones are alike under any motion.
 */
static int dismiss_grain(DfMotion *motion, const DfMotionInput *a, const DfMotionInput *b, DfArena *scratch)
{
    const DfMotion none = { .survived = 1, .explained = 1 };
    float moved, still;
    int ret = df_ring_grain(&moved, a, b, motion, 1, scratch);

    if (!ret)
        ret = df_ring_grain(&still, a, b, motion, 0, scratch);
    if (ret || fminf(moved, still) == INFINITY)
        return ret;
    if (MORE_ALIKE * still <= moved)
        *motion = none;
    motion->corners = 0;
    motion->survived = 1;
    return 0;
}

int df_motion(DfMotion *motion, const DfMotionInput *a, const DfMotionInput *b, DfArena *keep, DfArena *scratch)
{
    Tracks tracks;
    int ret = find_tracks(&tracks, a, b, scratch), fitted;

    *motion = (DfMotion){ .survived = 1, .explained = 1 };
    if (ret)
        return ret;
    motion->corners = tracks.corners;
    if (tracks.corners >= LEAST_CORNERS)
        motion->survived = (float)tracks.survivors / tracks.corners;
    fitted = df_affine_fit(&motion->to_b, tracks.track, tracks.count, 0) &&
             df_affine_fit(&motion->to_a, tracks.track, tracks.count, 1);
    if (fitted && !df_bars_find(&motion->layer, a, b))
        ret = df_layer_find(motion, a, b, tracks.track, tracks.count, scratch);
    if (!ret && motion->survived < GRAINY)
        ret = dismiss_grain(motion, a, b, scratch);
    if (fitted && !ret && motion->corners)
        motion->explained = share_explained(motion, &tracks, NEAR);
    if (!ret)
        ret = df_ring_error(&motion->error, a, b, motion, scratch);
    if (!ret)
        ret = needs_residual(motion, a, b, scratch);
    return ret > 0 ? df_residuals(motion, a, b, keep, scratch) : ret;
}
