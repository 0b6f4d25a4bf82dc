/**
 * @file
 * A fit a pixel, joined with its neighbours' by relaxation.
 */
#include "overlay/refine.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base.h"

/* Levels by which a * c may differ from a times one of the colours: where there is one, and where pixels may have
   a mixture of several. */
#define SLACK_ALONE .5f
#define SLACK_MIXED 6.f
/* Variance of a chroma sample, which is no exact mean of four pixels. */
#define CHROMA 25.f
/* Variance of coding, below which pixels do not tell how much they vary; and how alike two are at most. */
#define CODING 4.f
#define ALIKE .999f
/* Opacity at most: ln(1 - a) stays finite. */
#define MOST .97f
/* Opacity from which a pixel tells its colour; and pixels that a colour has at least. */
#define TELLS .02f
#define TELLS_WELL .05f
#define LEAST_PIXELS 16
/* Rounds of finding colours, and steps of luma to either side, in each. */
#define ROUNDS 4
#define STEPS 4
/* Relaxation: by so much too far, until no pixel changes by more, or so many times. */
#define BEYOND 1.7f
#define SETTLED 1e-4f
#define SWEEPS 600

/** A search. */
typedef struct Search {
    const DfSums *sums;
    DfColours *colours;
    DfRefined *out;
    float low[3], high[3]; /* of colours, by plane */
    float slack, backgrounds;
} Search;

/** A pixel's fit. */
typedef struct Fit {
    float cost;    /* what it leaves, in units of the noise */
    float opacity; /* may be below 0 and above 1 by what it errs */
    float amount;  /* opacity times luma of the colour */
    float told;    /* inverse variance of the opacity, of one background */
} Fit;

void df_refined_free(DfRefined *refined)
{
    df_free(refined->opacity);
    df_free(refined->error);
    df_free(refined->luma);
    df_free(refined->which);
    *refined = (DfRefined){ 0 };
}

static size_t block_of(const DfSums *sums, size_t at)
{
    return at / sums->width / 2 * (sums->width / 2) + at % sums->width / 2;
}

/** How far a * c is held to a times a colour's luma, a background. */
static float hold(const Search *search)
{
    return 1 / (search->slack * search->slack * search->backgrounds);
}

/* --------------------------------------------------------------------------------------- a pixel -- */

/** Variance of the opacity within a block of 2 x 2, as far as it is known. */
static float spread_of(const Search *search, size_t at)
{
    size_t width = search->sums->width, x = at % width & ~(size_t)1, first = at / width / 2 * 2 * width + x;
    const float *a = search->out->opacity + first, *b = a + width;
    float mean = .25f * (a[0] + a[1] + b[0] + b[1]);
    return .25f * (a[0] * a[0] + a[1] * a[1] + b[0] * b[0] + b[1] * b[1]) - mean * mean;
}

/** Least squares of y - x = b - a x, with b near a times the colour's luma, and of chroma. */
static Fit fit_pixel(const Search *search, size_t at, const float colour[3])
{
    const DfSums *sums = search->sums;
    const DfMoments *m = &sums->moments[0][at];
    float inverse = 1 / m->noise, held = hold(search);
    float aa = m->xx * inverse + held * colour[0] * colour[0], ab = -m->x * inverse - held * colour[0];
    float bb = inverse + held, a = (m->xx - m->xy) * inverse, b = (m->y - m->x) * inverse;
    float cost = (m->yy - 2 * m->xy + m->xx) * inverse, spread = spread_of(search, at);

    for (int p = 1; p < sums->planes; p++) {
        const DfMoments *chroma = &sums->moments[p][block_of(sums, at)];
        float away = colour[p] - chroma->x;
        DfNormal normal = df_normal(chroma, colour[p], chroma->noise + CHROMA + spread * away * away);
        aa += normal.c / 4;
        a += normal.b / 4;
        cost += normal.a / 4;
    }
    Fit fit = { .opacity = (a * bb - b * ab) / fmaxf(aa * bb - ab * ab, 1e-12f),
                .told = fmaxf(aa - ab * ab / bb, 1e-9f) };
    float opacity = DF_CLAMP(fit.opacity, 0, 1);
    fit.amount = DF_CLAMP((b - ab * opacity) / bb, search->low[0] * opacity, search->high[0] * opacity);
    fit.cost = cost - 2 * opacity * a - 2 * fit.amount * b + aa * opacity * opacity + 2 * ab * opacity * fit.amount +
               bb * fit.amount * fit.amount;
    return fit;
}

/** The colour that explains a pixel best. */
static Fit fit_best(const Search *search, size_t at, uint8_t *which)
{
    Fit best = fit_pixel(search, at, search->colours->colours[0]);
    *which = 0;
    for (int i = 1; i < search->colours->count; i++) {
        Fit fit = fit_pixel(search, at, search->colours->colours[i]);
        if (fit.cost < best.cost) {
            best = fit;
            *which = (uint8_t)i;
        }
    }
    return best;
}

/* --------------------------------------------------------------------------------------- colours -- */

/** Whether a pixel has a colour, and tells something of it. */
static int has(const Search *search, size_t at, int number, float least)
{
    return search->sums->hole[at] && search->out->which[at] == number && search->out->opacity[at] > least;
}

/** A colour's chroma, by least squares over blocks whose pixels have it all. */
static void find_chroma(const Search *search, int number)
{
    const DfSums *sums = search->sums;
    const float *opacity = search->out->opacity;
    float up[3] = { 0 }, down[3] = { 0 };
    for (int y = 0; y < sums->height; y += 2)
        for (int x = 0; x < sums->width; x += 2) {
            size_t at = (size_t)y * sums->width + x, below = at + sums->width, block = block_of(sums, at);
            if (!has(search, at, number, TELLS) || !has(search, at + 1, number, TELLS) ||
                !has(search, below, number, TELLS) || !has(search, below + 1, number, TELLS))
                continue;
            float mean = .25f * (opacity[at] + opacity[at + 1] + opacity[below] + opacity[below + 1]);
            for (int p = 1; p < sums->planes; p++) {
                const DfMoments *m = &sums->moments[p][block];
                up[p] += mean * (m->y - m->x * (1 - mean)) / m->noise;
                down[p] += mean * mean / m->noise;
            }
        }
    for (int p = 1; p < sums->planes; p++)
        if (down[p] > 0)
            search->colours->colours[number][p] = DF_CLAMP(up[p] / down[p], search->low[p], search->high[p]);
}

/** The luma, of some around a colour's own, that leaves least in the pixels that have it. */
static void find_luma(const Search *search, int number, float step)
{
    const DfSums *sums = search->sums;
    size_t count = (size_t)sums->width * sums->height;
    float *colour = search->colours->colours[number];
    float best = INFINITY, luma = colour[0];
    int pixels = 0;
    for (size_t i = 0; i < count; i++)
        pixels += has(search, i, number, TELLS);
    for (int k = -STEPS; k <= STEPS && pixels >= LEAST_PIXELS; k++) {
        float trial[3] = { DF_CLAMP(luma + k * step, search->low[0], search->high[0]), colour[1], colour[2] };
        float cost = 0;
        for (size_t i = 0; i < count; i++)
            if (has(search, i, number, TELLS))
                cost += fit_pixel(search, i, trial).cost;
        if (cost < best) {
            best = cost;
            colour[0] = trial[0];
        }
    }
}

/** Every pixel's colour, and the colours anew, each from the pixels that have it. */
static void find_colours(const Search *search)
{
    const DfSums *sums = search->sums;
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < (size_t)sums->width * sums->height; i++)
            if (sums->hole[i])
                search->out->opacity[i] = DF_CLAMP(fit_best(search, i, &search->out->which[i]).opacity, 0, 1);
        for (int i = 0; i < search->colours->count; i++) {
            find_luma(search, i, round < ROUNDS / 2 ? 4 : 1);
            find_chroma(search, i);
        }
    }
}

/** The colours' luma with opacities that are known well. */
static void find_lumas_again(const Search *search)
{
    const DfSums *sums = search->sums;
    for (int k = 0; k < search->colours->count; k++) {
        float up = 0, down = 0;
        for (size_t i = 0; i < (size_t)sums->width * sums->height; i++) {
            const DfMoments *m = &sums->moments[0][i];
            float a = search->out->opacity[i];
            if (has(search, i, k, TELLS_WELL)) {
                up += a * (m->y - (1 - a) * m->x) / m->noise;
                down += a * a / m->noise;
            }
        }
        if (down > 0)
            search->colours->colours[k][0] = DF_CLAMP(up / down, search->low[0], search->high[0]);
        find_chroma(search, k);
    }
}

/* ------------------------------------------------------------------------------------ neighbours -- */

/** What joins a pixel and the next one: ln(1 - a) of that is more by `more`, with this weight. */
typedef struct Link {
    float more, weight;
} Link;

/** A pixel of the fit: its own ln(1 - a), and what comes of it. */
typedef struct Node {
    float own, weight, value;
    Link links[2]; /* to the right, below */
} Node;

static Link link_of(const Search *search, size_t at, int direction)
{
    const DfMoments *m = &search->sums->moments[0][at];
    const DfPair *pair = &search->sums->pairs[direction][at];
    float own = fmaxf(m->yy - m->y * m->y, 0) + CODING;
    float next = fmaxf(pair->square - pair->next * pair->next, 0) + CODING;
    float both = pair->product - m->y * pair->next;
    /* Where both vary alike, the ratio is known well. */
    float unlike = 1 - fminf(both * both / (own * next), ALIKE);
    return (Link){ .5f * logf(next / own), search->backgrounds / unlike };
}

/**
 * A pixel's own fit. Of (1 - a) x noise takes a part: where it is large against how far the colour is from x, the
 * fit errs by as much as that part.
 */
static Node node_of(const Search *search, size_t at)
{
    Fit fit = fit_best(search, at, &search->out->which[at]);
    float rest = 1 - DF_CLAMP(fit.opacity, 0, MOST), open = 1 - fminf(fit.opacity, MOST);
    float part = fminf(1 / (rest * rest * fit.told), 1);
    float variance = 1 / (fit.told * search->backgrounds) + part * part * rest * rest;
    return (Node){ .own = logf(open), .weight = open * open / variance };
}

/** Weight of all that says something of a pixel; rows are `stride` apart. */
static float weight_of(const Node *node, int stride)
{
    return node->weight + node[-1].links[0].weight + node[-stride].links[1].weight + node->links[0].weight +
           node->links[1].weight;
}

/** Move a pixel's value to what its own fit and its neighbours say. @return by how much */
static float relax(Node *node, int stride)
{
    const Node *left = node - 1, *above = node - stride;
    float sum = node->weight * node->own + left->links[0].weight * (left->value + left->links[0].more) +
                above->links[1].weight * (above->value + above->links[1].more) +
                node->links[0].weight * (node[1].value - node->links[0].more) +
                node->links[1].weight * (node[stride].value - node->links[1].more);
    float change = BEYOND * (sum / weight_of(node, stride) - node->value);
    node->value += change;
    return fabsf(change);
}

/** Solve for all pixels of the hole; those outside it have no opacity. `nodes` has a row and a pixel around. */
static void relax_all(Node *nodes, const DfSums *sums)
{
    int width = sums->width, stride = width + 2;
    float most = INFINITY;
    for (int sweep = 0; sweep < SWEEPS && most > SETTLED; sweep++) {
        most = 0;
        for (int y = 0; y < sums->height; y++)
            for (int x = 0; x < width; x++)
                if (sums->hole[(size_t)y * width + x])
                    most = fmaxf(most, relax(&nodes[(size_t)(y + 1) * stride + x + 1], stride));
    }
}

/** All pixels' own fits, and what joins them. */
static void take_nodes(const Search *search, Node *nodes)
{
    const DfSums *sums = search->sums;
    int width = sums->width, height = sums->height, stride = width + 2;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            size_t at = (size_t)y * width + x;
            Node *node = &nodes[(size_t)(y + 1) * stride + x + 1];
            if (sums->hole[at])
                *node = node_of(search, at);
            node->value = node->own;
            if (x < width - 1)
                node->links[0] = link_of(search, at, 0);
            if (y < height - 1)
                node->links[1] = link_of(search, at, 1);
        }
}

/** Opacity and its error by pixel. @return 0 or -ENOMEM */
static int join(const Search *search)
{
    const DfSums *sums = search->sums;
    int width = sums->width, stride = width + 2;
    Node *nodes = df_alloc(df_size_mul(df_size_mul(stride, sums->height + 2), sizeof *nodes));
    if (!nodes)
        return -ENOMEM;
    take_nodes(search, nodes);
    relax_all(nodes, sums);
    for (int y = 0; y < sums->height; y++)
        for (int x = 0; x < width; x++) {
            size_t at = (size_t)y * width + x;
            const Node *node = &nodes[(size_t)(y + 1) * stride + x + 1];
            float open = expf(node->value);
            search->out->opacity[at] = sums->hole[at] ? DF_CLAMP(1 - open, 0, 1) : 0;
            search->out->error[at] = sums->hole[at] ? open / sqrtf(weight_of(node, stride)) : 0;
        }
    df_free(nodes);
    return 0;
}

/** Luma of every pixel's colour, near that of one of the colours. */
static void take_lumas(const Search *search)
{
    const DfSums *sums = search->sums;
    for (size_t i = 0; i < (size_t)sums->width * sums->height; i++) {
        const DfMoments *m = &sums->moments[0][i];
        float a = search->out->opacity[i], held = hold(search), inverse = sums->hole[i] ? 1 / m->noise : 0;
        float luma = search->colours->colours[search->out->which[i]][0];
        float amount = ((m->y - (1 - a) * m->x) * inverse + held * a * luma) / (inverse + held);
        search->out->luma[i] = a > 0 ? DF_CLAMP(amount / a, search->low[0], search->high[0]) : luma;
    }
}

static int alloc_refined(DfRefined *refined, size_t count)
{
    *refined = (DfRefined){ df_alloc(count * sizeof(float)), df_alloc(count * sizeof(float)),
                            df_alloc(count * sizeof(float)), df_alloc(count) };
    return refined->opacity && refined->error && refined->luma && refined->which ? 0 : -ENOMEM;
}

int df_refined_copy(DfRefined *refined, const DfColours *colours)
{
    size_t width = colours->width, count = width * colours->height;
    if (alloc_refined(refined, count) < 0)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        refined->which[i] = colours->which[i / width / 2 * (width / 2) + i % width / 2];
        refined->luma[i] = colours->colours[refined->which[i]][0];
        refined->opacity[i] = colours->opacity[i];
    }
    return 0;
}

int df_refine(DfRefined *refined, DfColours *colours, const DfSums *sums, int backgrounds, int full_range)
{
    size_t count = (size_t)sums->width * sums->height;
    Search search = { .sums = sums, .colours = colours, .out = refined, .low = { 16, 16, 16 },
                      .high = { 235, 240, 240 }, .slack = colours->count > 1 ? SLACK_MIXED : SLACK_ALONE,
                      .backgrounds = (float)DF_MAX(backgrounds, 1) };
    if (full_range)
        for (int p = 0; p < 3; p++) {
            search.low[p] = 0;
            search.high[p] = 255;
        }
    int ret = alloc_refined(refined, count);
    if (ret < 0)
        return ret;
    find_colours(&search);
    ret = join(&search);
    if (ret < 0)
        return ret;
    find_lumas_again(&search);
    take_lumas(&search);
    return 0;
}
