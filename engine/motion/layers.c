/**
 * @file
 * Two motions parted by a rectangle: bars and score boxes stand still beside a picture that moves, a ticker moves below
 * a picture that stands still. Each sample of the surroundings is asked which of both motions explains it; the
 * rectangle is the one that parts their answers.
 */
#include "motion/parts.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "motion/between.h"
#include "motion/median.h"

#define STILL 0.5f     /* px: a motion that is nowhere longer is that of what stands still, shaken a little */
#define MOVES 0.75f    /* px: tracks that are farther from that motion move */
#define LEAST_ALIKE 4.0f /* levels: coding leaves so much of a sample that a motion explains */
#define SAMPLES 16384  /* looked at, about, but at least one in sixteen */
#define LEAST 12       /* samples that stand still, at least */
#define LEAST_FIRST 12 /* samples that move */
#define LEAST_TRACKS 12 /* that move */
#define LEAST_STILL 6   /* that do not */
#define LEAST_KNOWN 8  /* samples of a row or column: in the hole nothing tells how far a layer goes */
#define CONTRADICTED 4 /* samples of the other motion in what a rectangle grows by, at most */
#define FARTHEST_STEP 16 /* px: edges are moved by no more, beyond where samples can tell */
#define LEAST_STEP 4.0f /* levels: a step that is smaller is none */
#define LEAST_EDGE 0.6f /* share of a side along which there are steps */

/** Which motion explains a sample: the first, that of what moves, or the second, that of what stands still. */
enum Answer { UNKNOWN, NEITHER, FIRST, SECOND, ANSWERS };

/**
 * Answers of samples (x, y), x = spacing * column + y % spacing, UNKNOWN beyond the picture: each row has some, and each
 * column.
 */
typedef struct Answers {
    int width, height, columns, spacing;
    uint8_t *at;
} Answers;

/** |from - to| along a motion; negative: not known in both. */
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

/** What one motion leaves of a sample, both ways. */
typedef struct Left {
    float least, most;
} Left;

static Left left_by(const DfMotionInput *a, const DfMotionInput *b, const DfAffine *to_b, const DfAffine *to_a, int x,
                    int y)
{
    float there = difference(a, b, to_b, x, y), back = difference(b, a, to_a, x, y);

    if (there < 0 || back < 0)
        return (Left){ fmaxf(there, back), fmaxf(there, back) };
    return (Left){ fminf(there, back), fmaxf(there, back) };
}

/** What both motions leave of a sample. */
typedef struct Sample {
    Left first, second;
} Sample;

/**
 * At the edge of a layer a motion explains a sample one way and not the other, as what it arrives at is the other
 * layer's: to be explained one way is enough.
 *
 * @param alike  levels: what a motion may leave of a sample that it explains
 */
static enum Answer answer_of(const Sample *s, float alike)
{
    float slack = 0.5f * alike, unlike = 2.5f * alike + 3;

    if (s->first.least < 0 || s->second.least < 0)
        return UNKNOWN;
    int is_first = s->first.least < alike && s->first.least < s->second.least + slack && s->second.most > unlike;
    int is_second = s->second.least < alike && s->second.least < s->first.least + slack && s->first.most > unlike;
    return is_first == is_second ? NEITHER : is_first ? FIRST : SECOND;
}

/** What the better of two motions leaves usually: noise. */
static float noise_of(const Sample *samples, size_t n, float *scratch)
{
    int known = 0;

    for (size_t i = 0; i < n; i++)
        if (samples[i].first.least >= 0 && samples[i].second.least >= 0)
            scratch[known++] = fminf(samples[i].first.least, samples[i].second.least);
    return known ? df_median(scratch, known) : 0;
}

/** @return 0 or -ENOMEM */
static int ask_all(Answers *answers, const DfMotion *m, const DfMotionInput *a, const DfMotionInput *b,
                   int counts[ANSWERS], DfArena *scratch)
{
    DfPlane picture = a->pyramid.levels[0];
    int spacing = 4;

    while (spacing < 16 && df_size_mul(picture.width, picture.height) / spacing > 2 * SAMPLES)
        spacing *= 2;
    int columns = df_ceil_div(picture.width, spacing);
    size_t n = df_size_mul(columns, picture.height);
    Sample *samples = df_arena_take(scratch, df_size_mul(n, sizeof *samples));
    float *values = df_arena_take(scratch, df_size_mul(n, sizeof *values));

    *answers = (Answers){ picture.width, picture.height, columns, spacing, df_arena_take_zeroed(scratch, n) };
    if (!samples || !values || !answers->at)
        return -ENOMEM;
    for (int y = 0; y < picture.height; y++)
        for (int c = 0; c < columns; c++) {
            int x = spacing * c + y % spacing;
            Sample *s = &samples[(size_t)y * columns + c];
            *s = (Sample){ { -1, -1 }, { -1, -1 } };
            if (x < picture.width)
                *s = (Sample){ left_by(a, b, &m->to_b, &m->to_a, x, y),
                               left_by(a, b, &m->layer.to_b, &m->layer.to_a, x, y) };
        }
    float alike = fmaxf(LEAST_ALIKE, 3 * noise_of(samples, n, values));
    for (size_t i = 0; i < n; i++)
        counts[answers->at[i] = answer_of(&samples[i], alike)]++;
    return 0;
}

/** Count the answers in a rectangle of the picture. */
static void count_in(int counts[ANSWERS], const Answers *answers, DfRect r)
{
    memset(counts, 0, ANSWERS * sizeof *counts);
    for (int y = r.y0; y < r.y1; y++) {
        int shift = y % answers->spacing;
        int first = r.x0 > shift ? df_ceil_div(r.x0 - shift, answers->spacing) : 0;
        const uint8_t *row = answers->at + (size_t)y * answers->columns;
        for (int c = first; answers->spacing * c + shift < r.x1; c++)
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

static int is_after(enum Side side)
{
    return side == BOTTOM || side == RIGHT;
}

/** The smallest rectangle that leaves a hundredth of an answer's samples outside on each side. */
static DfRect bounds_of(const Answers *answers, enum Answer wanted, int total)
{
    DfRect r = { 0, 0, answers->width, answers->height };

    for (enum Side side = 0; side < SIDES; side++) {
        int counts[ANSWERS], seen = 0, *at = side_of(&r, side);
        for (; !df_rect_empty(r); *at += is_after(side) ? -1 : 1) {
            count_in(counts, answers, strip_of(r, side, *at - is_after(side)));
            if ((seen += counts[wanted]) * 100 > total)
                break;
        }
    }
    return r;
}

/** Grow a rectangle to where the other motion or the hole begins, else to the picture's edge. */
static DfRect grow(const Answers *answers, DfRect r, enum Answer wanted)
{
    for (enum Side side = 0; side < SIDES; side++) {
        int counts[ANSWERS], against = 0, *at = side_of(&r, side), step = is_after(side) ? 1 : -1, begins = *at;
        int end = side == BOTTOM ? answers->height : side == RIGHT ? answers->width : 0;
        for (; *at != end && against < CONTRADICTED; *at += step) {
            count_in(counts, answers, strip_of(r, side, is_after(side) ? *at : *at - 1));
            int known = counts[NEITHER] + counts[FIRST] + counts[SECOND], unknown = counts[UNKNOWN];
            if (known < LEAST_KNOWN && known < unknown)
                break;
            if (!against)
                begins = *at;
            if (counts[FIRST + SECOND - wanted] * 2 > counts[wanted])
                against += counts[FIRST + SECOND - wanted];
        }
        if (against >= CONTRADICTED)
            *at = begins;
    }
    return r;
}

/**
 * Whether a rectangle parts the answers: nearly all that move are on one side, most of what stands still on the other.
 * Where the picture moves, samples look by chance as if they stood still, the fewer the clearer it moves.
 */
static int parts(const Answers *answers, DfRect r, enum Answer wanted, const int total[ANSWERS])
{
    int inside[ANSWERS];

    count_in(inside, answers, r);
    int first = wanted == FIRST ? inside[FIRST] : total[FIRST] - inside[FIRST];
    int second = wanted == SECOND ? inside[SECOND] : total[SECOND] - inside[SECOND];
    return first * 20 >= total[FIRST] * 19 && second * 4 >= total[SECOND] * 3 &&
           inside[FIRST + SECOND - wanted] * 20 <= inside[wanted];
}

/** The share of a side of a rectangle, at `at`, along which both pictures have a step there. */
static float share_of_steps(const DfMotionInput *a, const DfMotionInput *b, DfRect r, enum Side side, int at)
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
            steps += fminf(fabsf(of_a), fabsf(of_b)) > LEAST_STEP;
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
static int snap(DfRect *r, const DfMotionInput *a, const DfMotionInput *b, DfRect inner, float travel)
{
    DfPlane picture = a->pyramid.levels[0];
    int reach = (int)fminf(travel + 2, FARTHEST_STEP);

    for (enum Side side = 0; side < SIDES; side++) {
        int end = side < LEFT ? picture.height : picture.width, *at = side_of(r, side), best = *at;
        int other = *side_of(&inner, side), from = DF_MIN(*at, other) - reach, to = DF_MAX(*at, other) + reach;
        float most = 0;
        if (*at == 0 || *at == end)
            continue;
        for (int k = DF_MAX(from, 1); k <= DF_MIN(to, end - 1); k++) {
            float share = share_of_steps(a, b, *r, side, k);
            if (share > most) {
                most = share;
                best = k;
            }
        }
        if (most < LEAST_EDGE)
            return 0;
        *at = best;
    }
    return 1;
}

static DfRect open_at_edges(const Answers *answers, DfRect r)
{
    return (DfRect){ r.x0 > 0 ? r.x0 : -DF_LAYER_BEYOND, r.y0 > 0 ? r.y0 : -DF_LAYER_BEYOND,
                     r.x1 < answers->width ? r.x1 : DF_LAYER_BEYOND,
                     r.y1 < answers->height ? r.y1 : DF_LAYER_BEYOND };
}

/** The motion of the tracks that do not stand still. @return 0: there are too few of them, or of those that do */
static int fit_movers(DfMotion *motion, const DfTrack *tracks, int count)
{
    DfTrack movers[DF_AFFINE_TRACKS];
    int n = 0;

    for (int i = 0; i < count; i++)
        if (df_affine_residual(&motion->layer.to_b, &tracks[i], 0) > MOVES)
            movers[n++] = tracks[i];
    return n >= LEAST_TRACKS && count - n >= LEAST_STILL && df_affine_fit(&motion->to_b, movers, n, 0) &&
           df_affine_fit(&motion->to_a, movers, n, 1);
}

int df_layer_find(DfMotion *motion, const DfMotionInput *a, const DfMotionInput *b, const DfTrack *tracks, int count,
                  DfArena *scratch)
{
    static const enum Answer inside[] = { SECOND, FIRST };
    DfRect whole = { 0, 0, a->pyramid.levels[0].width, a->pyramid.levels[0].height };
    DfArenaMark mark = df_arena_mark(scratch);
    int counts[ANSWERS] = { 0 };
    DfMotion apart = { 0 };
    Answers answers;
    int ret;

    motion->layer = (DfLayer){ 0 };
    if (df_affine_travel(&motion->to_b, whole) <= STILL)
        apart.layer = (DfLayer){ .to_b = motion->to_b, .to_a = motion->to_a };
    if (!fit_movers(&apart, tracks, count))
        return 0;
    ret = ask_all(&answers, &apart, a, b, counts, scratch);
    float travel = df_affine_travel(&apart.to_b, whole);
    for (int i = 0; !ret && i < 2 && counts[SECOND] >= LEAST && counts[FIRST] >= LEAST_FIRST && !motion->layer.side; i++) {
        DfRect inner = bounds_of(&answers, inside[i], counts[inside[i]]);
        DfRect r = grow(&answers, inner, inside[i]);
        if (!snap(&r, a, b, inner, travel) || !parts(&answers, r, inside[i], counts))
            continue;
        *motion = (DfMotion){ .to_b = apart.to_b, .to_a = apart.to_a, .layer = apart.layer, .corners = motion->corners,
                              .survived = motion->survived };
        motion->layer.side = i ? -1 : 1;
        motion->layer.rect = open_at_edges(&answers, r);
    }
    df_arena_reset(scratch, mark);
    return ret;
}
