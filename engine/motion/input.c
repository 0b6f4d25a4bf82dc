/**
 * @file
 * A picture prepared for df_motion(): its hole is filled smoothly, so that nothing in it passes for texture; it has
 * a pyramid, and each pixel's distance from the hole.
 */
#include "motion/motion.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "plane/distance.h"
#include "plane/membrane.h"

/* px: farther than any distance that is asked for. */
#define FAR 1e6f

/** Levels: those of the dense search, which begins where the longest motion is a few pixels. */
#define LEVELS 6
#define LEAST_SIDE 8

typedef struct Scratch {
    int16_t *offset; /* height rows of width */
    int *site, *stack;
} Scratch;

static int scratch_take(Scratch *scratch, DfArena *arena, int width, int height)
{
    scratch->offset = df_arena_take(arena, df_size_mul(df_size_mul(width, height), sizeof *scratch->offset));
    scratch->site = df_arena_take(arena, width * sizeof *scratch->site);
    scratch->stack = df_arena_take(arena, 2 * width * sizeof *scratch->stack);
    return scratch->offset && scratch->site && scratch->stack ? 0 : -ENOMEM;
}

static void sweep(int16_t *offset, const uint8_t *hole, int width, int height)
{
    for (int y = 0; y < height; y++, hole += width, offset += width)
        df_distance_down(hole, y ? offset - width : NULL, offset, width);
    offset -= width;
    for (int y = height - 2; y >= 0; y--, offset -= width)
        df_distance_up(offset, offset - width, width);
}

static void measure_row(float *distance, const int16_t *offset, int width, const Scratch *scratch)
{
    const int *site = scratch->site;

    df_distance_row(offset, width, DF_MOTION_RING, scratch->site, scratch->stack);
    for (int x = 0; x < width; x++) {
        if (site[x] < 0) {
            distance[x] = FAR;
        } else if (site[x] == x) {
            distance[x] = (float)(offset[x] < 0 ? -offset[x] : offset[x]);
        } else {
            float dx = (float)(x - site[x]), dy = offset[site[x]];
            distance[x] = sqrtf(dx * dx + dy * dy);
        }
    }
}

/** Samples that are set, by blocks of fixed length, which compilers turn into vector instructions. */
static int count_set(const uint8_t *hole, size_t n)
{
    int count = 0;
    size_t i = 0;

    for (; i + 16 <= n; i += 16)
        for (int k = 0; k < 16; k++)
            count += hole[i + k] != 0;
    for (; i < n; i++)
        count += hole[i] != 0;
    return count;
}

static void mark_distrusted(uint8_t *restrict distrusted, const float *restrict clearance, size_t n)
{
    size_t i = 0;

    for (; i + 16 <= n; i += 16)
        for (int k = 0; k < 16; k++)
            distrusted[i + k] = clearance[i + k] <= DF_MOTION_MARGIN;
    for (; i < n; i++)
        distrusted[i] = clearance[i] <= DF_MOTION_MARGIN;
}

/** Each pixel's distance to the nearest one that is set, as in DfMotionInput. @return NULL: there is no memory */
static float *distance_from(const uint8_t *set, DfArena *arena, int width, int height)
{
    float *distance = df_arena_take(arena, df_size_mul(df_size_mul(width, height), sizeof *distance));
    DfArenaMark mark = df_arena_mark(arena);
    Scratch scratch;

    if (!distance || scratch_take(&scratch, arena, width, height))
        return NULL;
    sweep(scratch.offset, set, width, height);
    for (int y = 0; y < height; y++)
        measure_row(distance + (size_t)y * width, scratch.offset + (size_t)y * width, width, &scratch);
    df_arena_reset(arena, mark);
    return distance;
}

/** The hole and what is kept out. @return NULL: there is no memory */
static const uint8_t *unite(const uint8_t *hole, const uint8_t *keep_out, size_t n, DfArena *arena)
{
    uint8_t *both = df_arena_take(arena, n);

    for (size_t i = 0; both && i < n; i++)
        both[i] = hole[i] | keep_out[i];
    return both;
}

/** Distances, distrusted pixels and the hole's area. */
static int survey(DfMotionInput *input, DfArena *arena, int width, int height)
{
    size_t n = (size_t)width * height;

    input->distrusted = df_arena_take(arena, n);
    input->distance = distance_from(input->hole, arena, width, height);
    input->clearance = input->unknown == input->hole ? input->distance
                                                     : distance_from(input->unknown, arena, width, height);
    if (!input->distrusted || !input->distance || !input->clearance)
        return -ENOMEM;
    mark_distrusted(input->distrusted, input->clearance, n);
    input->area = count_set(input->hole, n);
    return 0;
}

static int take_luma(DfMotionInput *input, DfArena *arena, DfPlane luma)
{
    int ret = df_membrane(&luma, 1, input->unknown, arena);

    return ret < 0 ? ret : df_pyramid_build(&input->pyramid, arena, luma, LEVELS, LEAST_SIDE);
}

int df_motion_input(DfMotionInput *input, DfArena *arena, DfPlane luma, const uint8_t *hole, const uint8_t *keep_out)
{
    size_t n = (size_t)luma.width * luma.height;

    *input = (DfMotionInput){ .hole = hole, .unknown = keep_out ? unite(hole, keep_out, n, arena) : hole };
    if (!input->unknown)
        return -ENOMEM;
    int ret = survey(input, arena, luma.width, luma.height);

    return ret < 0 ? ret : take_luma(input, arena, luma);
}

int df_motion_input_like(DfMotionInput *input, const DfMotionInput *like, DfArena *arena, DfPlane luma)
{
    *input = *like;
    return take_luma(input, arena, luma);
}
