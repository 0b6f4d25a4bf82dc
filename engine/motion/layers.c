/**
 * @file
 * Two motions parted by a rectangle: bars and score boxes stand still beside a picture that moves, a ticker moves below
 * a picture that stands still. Each sample of the surroundings is labelled by the motion that explains it; the
 * rectangle is the one that separates the labels.
 */
#include "motion/parts.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "motion/between.h"
#include "motion/median.h"

#define STILL_TRAVEL 0.5f    /* px: a motion that is nowhere longer is a still one, with jitter */
#define MOVING_DISTANCE 0.75f /* px: tracks farther from the still motion move */
#define LEAST_TOLERANCE 4.0f /* levels: coding errors of a sample that a motion explains */
#define ABOUT_SAMPLES 16384  /* that are labelled, to a factor of 2, but at least one in sixteen */
#define LEAST_STILL_SAMPLES 12
#define LEAST_MOVING_SAMPLES 12
#define LEAST_MOVING_TRACKS 12
#define LEAST_STILL_TRACKS 6
#define LEAST_KNOWN_SAMPLES 8 /* of a row or column that a rectangle grows by */
#define MOST_OUTLIERS 4      /* samples of the other label in what a rectangle grows by */
#define MOST_SHIFT 16        /* px by which sides are moved beyond the samples' labels */
#define LEAST_CONTRAST 4.0f  /* levels from a sample to the next at an edge */
#define LEAST_EDGE_SHARE 0.6f /* share of a side along which there is an edge */

/** Which of both motions explains a sample; AMBIGUOUS: both or neither. */
enum Label { UNKNOWN, AMBIGUOUS, MOVING, STILL, LABELS };

static enum Label other_label(enum Label label)
{
    return label == MOVING ? STILL : MOVING;
}

/**
 * Labels of samples (x, y), x = spacing * column + y % spacing, UNKNOWN beyond the picture: each row has some, and each
 * column.
 */
typedef struct LabelMap {
    int width, height, columns, spacing;
    uint8_t *labels; /* height rows of columns: enum Label */
} LabelMap;

/** The absolute difference of both pictures along a motion, in levels; negative: a sample is not known in both. */
static float difference(const DfMotionInput *from, const DfMotionInput *to, const DfAffine *motion, int x, int y)
{
    DfPlane here = from->pyramid.levels[0], there = to->pyramid.levels[0];
    float dx, dy;

    df_affine_at(motion, x, y, &dx, &dy);
    float to_x = (float)x + dx, to_y = (float)y + dy;
    if (from->distrusted[(size_t)y * here.width + x] || !df_is_between(there.width, there.height, to_x, to_y) ||
        to->distrusted[(size_t)(to_y + 0.5f) * there.width + (size_t)(to_x + 0.5f)])
        return -1;
    return fabsf(df_between(there, to_x, to_y) - df_plane_row(here, y)[x]);
}

/** The absolute differences along a motion and back: the lesser and the greater one. */
typedef struct AlignmentError {
    float least, most;
} AlignmentError;

static AlignmentError alignment_error(const DfMotionInput *a, const DfMotionInput *b, const DfAffine *to_b,
                                      const DfAffine *to_a, int x, int y)
{
    float there = difference(a, b, to_b, x, y), back = difference(b, a, to_a, x, y);

    if (there < 0 || back < 0)
        return (AlignmentError){ fmaxf(there, back), fmaxf(there, back) };
    return (AlignmentError){ fminf(there, back), fmaxf(there, back) };
}

/** A sample's errors by either motion. */
typedef struct SampleErrors {
    AlignmentError moving, still;
} SampleErrors;

/**
 * Beside a layer's edge the right motion may lead to the other layer one way: it is enough that a motion explains a
 * sample the other way.
 *
 * @param tolerance  levels: the error of a sample that a motion explains, at most
 */
static enum Label classify(const SampleErrors *s, float tolerance)
{
    float slack = 0.5f * tolerance, mismatch = 2.5f * tolerance + 3;

    if (s->moving.least < 0 || s->still.least < 0)
        return UNKNOWN;
    int is_moving = s->moving.least < tolerance && s->moving.least < s->still.least + slack &&
                    s->still.most > mismatch;
    int is_still = s->still.least < tolerance && s->still.least < s->moving.least + slack &&
                   s->moving.most > mismatch;
    return is_moving == is_still ? AMBIGUOUS : is_moving ? MOVING : STILL;
}

/** The median error by the better of both motions: noise. */
static float typical_error(const SampleErrors *samples, size_t n, float *scratch)
{
    int known = 0;

    for (size_t i = 0; i < n; i++)
        if (samples[i].moving.least >= 0 && samples[i].still.least >= 0)
            scratch[known++] = fminf(samples[i].moving.least, samples[i].still.least);
    return known ? df_median(scratch, known) : 0;
}

/** Label all samples. @param counts  increased by the samples of each label. @return 0 or -ENOMEM */
static int label_samples(LabelMap *map, const DfMotion *m, const DfMotionInput *a, const DfMotionInput *b,
                         int counts[LABELS], DfArena *scratch)
{
    DfPlane picture = a->pyramid.levels[0];
    int spacing = 4;

    while (spacing < 16 && df_size_mul(picture.width, picture.height) / spacing > 2 * ABOUT_SAMPLES)
        spacing *= 2;
    int columns = df_ceil_div(picture.width, spacing);
    size_t n = df_size_mul(columns, picture.height);
    SampleErrors *samples = df_arena_take(scratch, df_size_mul(n, sizeof *samples));
    float *values = df_arena_take(scratch, df_size_mul(n, sizeof *values));

    *map = (LabelMap){ picture.width, picture.height, columns, spacing, df_arena_take_zeroed(scratch, n) };
    if (!samples || !values || !map->labels)
        return -ENOMEM;
    for (int y = 0; y < picture.height; y++)
        for (int c = 0; c < columns; c++) {
            int x = spacing * c + y % spacing;
            SampleErrors *s = &samples[(size_t)y * columns + c];
            *s = (SampleErrors){ { -1, -1 }, { -1, -1 } };
            if (x < picture.width)
                *s = (SampleErrors){ alignment_error(a, b, &m->to_b, &m->to_a, x, y),
                                     alignment_error(a, b, &m->layer.to_b, &m->layer.to_a, x, y) };
        }
    float tolerance = fmaxf(LEAST_TOLERANCE, 3 * typical_error(samples, n, values));
    for (size_t i = 0; i < n; i++)
        counts[map->labels[i] = classify(&samples[i], tolerance)]++;
    return 0;
}

/** Count the labels in a rectangle of the picture. */
static void count_labels(int counts[LABELS], const LabelMap *map, DfRect r)
{
    memset(counts, 0, LABELS * sizeof *counts);
    for (int y = r.y0; y < r.y1; y++) {
        int shift = y % map->spacing;
        int first = r.x0 > shift ? df_ceil_div(r.x0 - shift, map->spacing) : 0;
        const uint8_t *row = map->labels + (size_t)y * map->columns;
        for (int c = first; map->spacing * c + shift < r.x1; c++)
            counts[row[c]]++;
    }
}

/** The sides of a rectangle, as a loop visits them. */
enum Side { TOP, BOTTOM, LEFT, RIGHT, SIDES };

static int *side_of(DfRect *r, enum Side side)
{
    int *const sides[SIDES] = { &r->y0, &r->y1, &r->x0, &r->x1 };

    return sides[side];
}

/** The row or column of a rectangle that begins at `at`. */
static DfRect strip_of(DfRect r, enum Side side, int at)
{
    return side == TOP || side == BOTTOM ? (DfRect){ r.x0, at, r.x1, at + 1 } : (DfRect){ at, r.y0, at + 1, r.y1 };
}

static int is_far_side(enum Side side)
{
    return side == BOTTOM || side == RIGHT;
}

/** The smallest rectangle that leaves a hundredth of a label's samples outside on each side. */
static DfRect inlier_bounds(const LabelMap *map, enum Label label, int total)
{
    DfRect r = { 0, 0, map->width, map->height };

    for (enum Side side = 0; side < SIDES; side++) {
        int counts[LABELS], seen = 0, *at = side_of(&r, side);
        for (; !df_rect_empty(r); *at += is_far_side(side) ? -1 : 1) {
            count_labels(counts, map, strip_of(r, side, *at - is_far_side(side)));
            if ((seen += counts[label]) * 100 > total)
                break;
        }
    }
    return r;
}

/** Grow a rectangle to where the other motion or the hole begins, else to the picture's edge. */
static DfRect grow(const LabelMap *map, DfRect r, enum Label label)
{
    enum Label other = other_label(label);

    for (enum Side side = 0; side < SIDES; side++) {
        int counts[LABELS], outliers = 0, *at = side_of(&r, side), step = is_far_side(side) ? 1 : -1;
        int first_outlier = *at;
        int end = side == BOTTOM ? map->height : side == RIGHT ? map->width : 0;
        for (; *at != end && outliers < MOST_OUTLIERS; *at += step) {
            count_labels(counts, map, strip_of(r, side, is_far_side(side) ? *at : *at - 1));
            int known = counts[AMBIGUOUS] + counts[MOVING] + counts[STILL], unknown = counts[UNKNOWN];
            if (known < LEAST_KNOWN_SAMPLES && known < unknown)
                break;
            if (!outliers)
                first_outlier = *at;
            if (counts[other] * 2 > counts[label])
                outliers += counts[other];
        }
        if (outliers >= MOST_OUTLIERS)
            *at = first_outlier;
    }
    return r;
}

/**
 * Whether a rectangle separates the labels: nearly all that move are on one side, most of what stands still on the
 * other. Where the picture moves, samples look by chance as if they stood still, the fewer the clearer it moves.
 */
static int separates(const LabelMap *map, DfRect r, enum Label label, const int total[LABELS])
{
    int inside[LABELS];

    count_labels(inside, map, r);
    int moving = label == MOVING ? inside[MOVING] : total[MOVING] - inside[MOVING];
    int still = label == STILL ? inside[STILL] : total[STILL] - inside[STILL];
    return moving * 20 >= total[MOVING] * 19 && still * 4 >= total[STILL] * 3 &&
           inside[other_label(label)] * 20 <= inside[label];
}

/** The share of a side of a rectangle, were it at `at`, along which both pictures have an edge there. */
static float edge_share(const DfMotionInput *a, const DfMotionInput *b, DfRect r, enum Side side, int at)
{
    DfPlane p = a->pyramid.levels[0], q = b->pyramid.levels[0];
    DfRect strip = strip_of(r, side, at);
    int back_x = side >= LEFT, back_y = !back_x, known = 0, steps = 0;

    for (int y = strip.y0; y < strip.y1; y++)
        for (int x = strip.x0; x < strip.x1; x++) {
            size_t here = (size_t)y * p.width + x, before = (size_t)(y - back_y) * p.width + x - back_x;
            if (a->distrusted[here] | a->distrusted[before] | b->distrusted[here] | b->distrusted[before])
                continue;
            float of_a = df_plane_row(p, y)[x] - df_plane_row(p, y - back_y)[x - back_x];
            float of_b = df_plane_row(q, y)[x] - df_plane_row(q, y - back_y)[x - back_x];
            steps += fminf(fabsf(of_a), fabsf(of_b)) > LEAST_CONTRAST;
            known++;
        }
    return known ? (float)steps / (float)known : 0;
}

/**
 * Move the sides of a rectangle to the clearest edge that stays where it is, between those of an inner rectangle, which
 * is sure, and its own, beyond which the other motion is: where the picture is smooth, and as far from an edge as the
 * motion goes, samples cannot tell which of the motions they have.
 *
 * @return 0: a side has no such edge. A thing that passes takes its edges along
 */
static int snap_to_edges(DfRect *r, const DfMotionInput *a, const DfMotionInput *b, DfRect inner, float travel)
{
    DfPlane picture = a->pyramid.levels[0];
    int reach = (int)fminf(travel + 2, MOST_SHIFT);

    for (enum Side side = 0; side < SIDES; side++) {
        int end = side < LEFT ? picture.height : picture.width, *at = side_of(r, side), best = *at;
        int other = *side_of(&inner, side), from = DF_MIN(*at, other) - reach, to = DF_MAX(*at, other) + reach;
        float most = 0;
        if (*at == 0 || *at == end)
            continue;
        for (int k = DF_MAX(from, 1); k <= DF_MIN(to, end - 1); k++) {
            float share = edge_share(a, b, *r, side, k);
            if (share > most) {
                most = share;
                best = k;
            }
        }
        if (most < LEAST_EDGE_SHARE)
            return 0;
        *at = best;
    }
    return 1;
}

/** Move the sides that reach the picture's edge far beyond it. */
static DfRect extend_beyond_edges(const LabelMap *map, DfRect r)
{
    return (DfRect){ r.x0 > 0 ? r.x0 : -DF_LAYER_BEYOND, r.y0 > 0 ? r.y0 : -DF_LAYER_BEYOND,
                     r.x1 < map->width ? r.x1 : DF_LAYER_BEYOND,
                     r.y1 < map->height ? r.y1 : DF_LAYER_BEYOND };
}

/** The motion of the tracks that do not stand still. @return 0: there are too few of them, or of those that do */
static int fit_moving_tracks(DfMotion *motion, const DfTrack *tracks, int count)
{
    DfTrack movers[DF_AFFINE_TRACKS];
    int n = 0;

    for (int i = 0; i < count; i++)
        if (df_affine_residual(&motion->layer.to_b, &tracks[i], 0) > MOVING_DISTANCE)
            movers[n++] = tracks[i];
    return n >= LEAST_MOVING_TRACKS && count - n >= LEAST_STILL_TRACKS && df_affine_fit(&motion->to_b, movers, n, 0) &&
           df_affine_fit(&motion->to_a, movers, n, 1);
}

int df_layer_find(DfMotion *motion, const DfMotionInput *a, const DfMotionInput *b, const DfTrack *tracks, int count,
                  DfArena *scratch)
{
    static const enum Label inside[] = { STILL, MOVING };
    DfRect whole = { 0, 0, a->pyramid.levels[0].width, a->pyramid.levels[0].height };
    DfArenaMark mark = df_arena_mark(scratch);
    int counts[LABELS] = { 0 };
    DfMotion both = { 0 };
    LabelMap map;
    int ret;

    motion->layer = (DfLayer){ 0 };
    if (df_affine_travel(&motion->to_b, whole) <= STILL_TRAVEL)
        both.layer = (DfLayer){ .to_b = motion->to_b, .to_a = motion->to_a };
    if (!fit_moving_tracks(&both, tracks, count))
        return 0;
    ret = label_samples(&map, &both, a, b, counts, scratch);
    float travel = df_affine_travel(&both.to_b, whole);
    int are_enough = counts[STILL] >= LEAST_STILL_SAMPLES && counts[MOVING] >= LEAST_MOVING_SAMPLES;
    for (int i = 0; !ret && are_enough && i < 2 && !motion->layer.side; i++) {
        DfRect inner = inlier_bounds(&map, inside[i], counts[inside[i]]);
        DfRect r = grow(&map, inner, inside[i]);
        if (!snap_to_edges(&r, a, b, inner, travel) || !separates(&map, r, inside[i], counts))
            continue;
        *motion = (DfMotion){ .to_b = both.to_b, .to_a = both.to_a, .layer = both.layer, .corners = motion->corners,
                              .survived = motion->survived };
        motion->layer.side = i ? -1 : 1;
        motion->layer.rect = extend_beyond_edges(&map, r);
    }
    df_arena_reset(scratch, mark);
    return ret;
}
