/**
 * @file
 * Canny's detector, and sketches of its edges.
 */
#include "train/edges.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "plane/gaussian.h"

/* ------------------------------------------------------------------------------------ detector -- */

/** What Canny's steps hand on: gradients, and marks of pixels. */
typedef struct Edges {
    int width, height;
    DfPlane gx, gy, size;  /* the gradient and its magnitude, levels a pixel */
    float *strength;       /* of the gradient where it is a local maximum, else 0; no padding */
    int32_t *stack;        /* of pixels whose neighbours are to be visited */
} Edges;

/** Sobel's gradient of a smoothed plane, an eighth of its sums; edges are replicated. */
static void find_gradient(const Edges *e, DfPlane smooth)
{
    for (int y = 0; y < e->height; y++) {
        const float *above = df_plane_row(smooth, DF_MAX(y - 1, 0)), *here = df_plane_row(smooth, y);
        const float *below = df_plane_row(smooth, DF_MIN(y + 1, e->height - 1));
        float *gx = df_plane_row(e->gx, y), *gy = df_plane_row(e->gy, y), *size = df_plane_row(e->size, y);
        for (int x = 0; x < e->width; x++) {
            int l = DF_MAX(x - 1, 0), r = DF_MIN(x + 1, e->width - 1);
            gx[x] = (above[r] - above[l] + 2 * (here[r] - here[l]) + below[r] - below[l]) / 8;
            gy[x] = (below[l] - above[l] + 2 * (below[x] - above[x]) + below[r] - above[r]) / 8;
            size[x] = sqrtf(gx[x] * gx[x] + gy[x] * gy[x]);
        }
    }
}

/** The gradient's magnitude at a pixel; 0 beyond the plane. */
static float size_at(const Edges *e, int x, int y)
{
    return x < 0 || y < 0 || x >= e->width || y >= e->height ? 0 : df_plane_row(e->size, y)[x];
}

/** Gradients nearer than this factor are alike: those of a ramp differ by rounding. */
#define ALIKE 1.0001f

/** Keep local maxima along the gradient, which is rounded to eighths of a turn; of two alike the first. */
static void find_maxima(const Edges *e)
{
    for (int y = 0; y < e->height; y++)
        for (int x = 0; x < e->width; x++) {
            float gx = df_plane_row(e->gx, y)[x], gy = df_plane_row(e->gy, y)[x], here = df_plane_row(e->size, y)[x];
            int dx = fabsf(gx) > 0.41421356f * fabsf(gy), dy = fabsf(gy) > 0.41421356f * fabsf(gx);
            if (dx && dy && (gx < 0) != (gy < 0))
                dy = -1;
            int kept = here > ALIKE * size_at(e, x - dx, y - dy) && ALIKE * here >= size_at(e, x + dx, y + dy);
            e->strength[(ptrdiff_t)y * e->width + x] = kept ? here : 0;
        }
}

/**
 * Mark what is 8-connected to a pixel, itself included, by pixels of a strength above `low` that have no mark yet.
 * @return how many
 */
static int flood(const Edges *e, uint8_t *marks, int from, float low, uint8_t mark)
{
    int count = 0, visited = 0;

    marks[from] = mark;
    e->stack[count++] = from;
    while (visited < count) {
        int at = e->stack[visited++], x = at % e->width, y = at / e->width;
        for (int v = DF_MAX(y - 1, 0); v <= DF_MIN(y + 1, e->height - 1); v++)
            for (int u = DF_MAX(x - 1, 0); u <= DF_MIN(x + 1, e->width - 1); u++) {
                int next = v * e->width + u;
                if (!marks[next] && e->strength[next] > low) {
                    marks[next] = mark;
                    e->stack[count++] = next;
                }
            }
    }
    return count;
}

/** Smooth, and find the gradient's local maxima. @return 0 or -ENOMEM */
static int detect(Edges *e, DfPlane luma, float sigma, DfArena *scratch)
{
    DfPlane smooth = df_plane_take(scratch, luma.width, luma.height);
    size_t n = (size_t)luma.width * luma.height;

    *e = (Edges){
        .width = luma.width, .height = luma.height, .gx = df_plane_take(scratch, luma.width, luma.height),
        .gy = df_plane_take(scratch, luma.width, luma.height),
        .size = df_plane_take(scratch, luma.width, luma.height), .strength = df_arena_take(scratch, n * sizeof(float)),
        .stack = df_arena_take(scratch, n * sizeof(int32_t)),
    };
    if (!smooth.data || !e->gx.data || !e->gy.data || !e->size.data || !e->strength || !e->stack)
        return -ENOMEM;
    int ret = df_gaussian_mean(smooth, luma, NULL, sigma, scratch);
    if (ret < 0)
        return ret;
    find_gradient(e, smooth);
    find_maxima(e);
    return 0;
}

int df_edges_find(uint8_t *edges, DfPlane luma, float sigma, float low, float high, DfArena *scratch)
{
    DfArenaMark mark = df_arena_mark(scratch);
    int n = luma.width * luma.height;
    Edges e;
    int ret = detect(&e, luma, sigma, scratch);

    memset(edges, 0, n);
    for (int i = 0; !ret && i < n; i++)
        if (!edges[i] && e.strength[i] > high)
            flood(&e, edges, i, low, 1);
    df_arena_reset(scratch, mark);
    return ret;
}

/* -------------------------------------------------------------------------------------- sketch -- */

/** Shorter lines are noise, in pixels. */
#define SHORTEST 10

/** What is drawn at random of a sketch. */
typedef struct Hand {
    float sigma;       /* of the Gaussian, pixels */
    float low, high;   /* thresholds, levels a pixel */
    double left_out;   /* share of the lines */
    int width;         /* of a line, pixels */
    double bend;       /* most that a line is moved, pixels */
    double phase[2], period[2];
} Hand;

static Hand draw_hand(DfRandom *random)
{
    Hand hand = {
        .sigma = (float)df_random_uniform(random, 1, 2.5),
        .high = (float)exp(df_random_uniform(random, log(3), log(14))),
        .left_out = df_random_uniform(random, 0, 0.6), .width = df_random_integer(random, 1, 3),
        .bend = df_random_uniform(random, 0, 1.5),
    };

    hand.low = 0.4f * hand.high;
    for (int i = 0; i < 2; i++) {
        hand.phase[i] = df_random_uniform(random, 0, 6.2831853);
        hand.period[i] = df_random_uniform(random, 20, 60);
    }
    return hand;
}

/** Draw a point of a line where the hand puts it. */
static void put_point(float *sketch, int width, int height, const Hand *hand, int x, int y)
{
    double turn = 6.2831853;
    int x0 = x + (int)lrint(hand->bend * sin(turn * y / hand->period[0] + hand->phase[0])) - (hand->width - 1) / 2;
    int y0 = y + (int)lrint(hand->bend * sin(turn * x / hand->period[1] + hand->phase[1])) - (hand->width - 1) / 2;

    for (int v = DF_MAX(y0, 0); v < DF_MIN(y0 + hand->width, height); v++)
        for (int u = DF_MAX(x0, 0); u < DF_MIN(x0 + hand->width, width); u++)
            sketch[(ptrdiff_t)v * width + u] = 1;
}

/** Find the lines of a picture, and draw those that are not left out. */
static void put_lines(float *sketch, const Edges *e, uint8_t *marks, const Hand *hand, DfRandom *random)
{
    for (int i = 0; i < e->width * e->height; i++) {
        if (marks[i] || e->strength[i] <= hand->high)
            continue;
        int count = flood(e, marks, i, hand->low, 1), left_out = df_random_chance(random, hand->left_out);
        for (int k = 0; k < count && count >= SHORTEST && !left_out; k++)
            put_point(sketch, e->width, e->height, hand, e->stack[k] % e->width, e->stack[k] / e->width);
    }
}

int df_edges_sketch(float *sketch, const float *rgb, const uint8_t *hole, int width, int height, DfRandom *random,
                    DfArena *scratch)
{
    DfArenaMark mark = df_arena_mark(scratch);
    int n = width * height, ret = 0, is_empty = df_random_chance(random, 1 / 7.0);
    Hand hand = draw_hand(random);
    DfPlane luma = df_plane_take(scratch, width, height);
    uint8_t *marks = df_arena_take_zeroed(scratch, n);
    Edges e;

    memset(sketch, 0, n * sizeof *sketch);
    if (!luma.data || !marks)
        ret = -ENOMEM;
    for (int i = 0; i < n && !ret; i++, rgb += 3)
        df_plane_row(luma, i / width)[i % width] =
            127.5f * (0.299f * rgb[0] + 0.587f * rgb[1] + 0.114f * rgb[2] + 1);
    if (!ret && !is_empty && (ret = detect(&e, luma, hand.sigma, scratch)) == 0)
        put_lines(sketch, &e, marks, &hand, random);
    for (int i = 0; i < n; i++)
        if (!hole[i])
            sketch[i] = 0;
    df_arena_reset(scratch, mark);
    return ret;
}
