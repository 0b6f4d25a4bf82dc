/**
 * @file
 * What both programs of the contextual attention need: the small map, the keys that may be copied, norms.
 */
#include "layers/attention_parts.h"

#include <math.h>

DfAttentionMap df_attention_map(DfShape shape, const DfAttentionRules *rules)
{
    int h = shape.height / 2, w = shape.width / 2;
    return (DfAttentionMap){ .rules = rules, .shape = shape, .h = h, .w = w, .count = h * w };
}

float *df_attention_floats(char *base, size_t *end, size_t rows, size_t columns)
{
    return df_carve_floats(base, end, df_size_mul(rows, columns));
}

const float *df_attention_pixel(const DfAttentionMap *map, const float *source, int p)
{
    DfSourceIndex index = map->rules->features;
    size_t y = index(p / map->w, map->shape.height, map->h), x = index(p % map->w, map->shape.width, map->w);
    return source + (y * map->shape.width + x) * map->shape.channels;
}

/** The hole's sample for sample i of the small map: at once, or by way of the map, of `side` samples. */
static int hole_index(const DfAttentionRules *rules, int i, int hole_side, int side)
{
    if (rules->hole_at_once)
        return rules->hole(i, hole_side, side / 2);
    return rules->hole(rules->hole(i, side, side / 2), hole_side, side);
}

static void reduce_hole(const DfAttentionMap *map, const uint8_t *hole, int height, int width, uint8_t *reduced)
{
    for (int y = 0; y < map->h; y++) {
        int row = hole_index(map->rules, y, height, map->shape.height);
        for (int x = 0; x < map->w; x++) {
            int column = hole_index(map->rules, x, width, map->shape.width);
            reduced[y * map->w + x] = hole[(size_t)row * width + column] != 0;
        }
    }
}

static int hole_near(const DfAttentionMap *map, const uint8_t *reduced, int y, int x)
{
    for (int j = DF_MAX(y - 1, 0); j <= DF_MIN(y + 1, map->h - 1); j++)
        for (int i = DF_MAX(x - 1, 0); i <= DF_MIN(x + 1, map->w - 1); i++)
            if (reduced[j * map->w + i])
                return 1;
    return 0;
}

int df_attention_find_known(const DfAttentionMap *map, const uint8_t *hole, int height, int width,
                            uint8_t *reduced, uint8_t *known)
{
    int count = 0;
    reduce_hole(map, hole, height, width, reduced);
    for (int y = 0; y < map->h; y++)
        for (int x = 0; x < map->w; x++)
            count += known[y * map->w + x] = !hole_near(map, reduced, y, x);
    return count;
}

float df_attention_norm(const DfAttentionMap *map, float squares)
{
    if (map->rules->add_epsilon)
        return sqrtf(squares + 9 * map->shape.channels * DF_ATTENTION_EPSILON);
    return fmaxf(sqrtf(squares), DF_ATTENTION_LEAST_NORM);
}

/** By how many patches a pixel is overlapped along one side: two, at either end one. */
static int overlap(int at, int side)
{
    return at == 0 || at == side - 1 ? 1 : 2;
}

/** Powers of two: exact. */
float df_attention_share(const DfAttentionMap *map, int y, int x)
{
    if (!map->rules->count_overlap)
        return 0.25f;
    return 1.0f / (overlap(y, map->shape.height) * overlap(x, map->shape.width));
}
