/**
 * @file
 * SplitMix64: a counter that a fixed odd number is added to, through a mixing function.
 */
#include "train/random.h"

#include <math.h>

/** 2^64 divided by the golden ratio, odd. */
#define STEP UINT64_C(0x9e3779b97f4a7c15)
#define PI 3.14159265358979323846

static uint64_t mix(uint64_t bits)
{
    bits = (bits ^ bits >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    bits = (bits ^ bits >> 27) * UINT64_C(0x94d049bb133111eb);
    return bits ^ bits >> 31;
}

DfRandom df_random_open(uint64_t seed, enum DfRandomUse use, int64_t step, int index)
{
    uint64_t key = mix(seed + STEP);

    key = mix(key + STEP * ((uint64_t)use + 1));
    key = mix(key + STEP * ((uint64_t)step + 1));
    return (DfRandom){ mix(key + STEP * ((uint64_t)index + 1)) };
}

uint64_t df_random_bits(DfRandom *random)
{
    return mix(random->counter += STEP);
}

/** 0 .. 1, 1 excluded: as many bits as a double has. */
static double fraction(DfRandom *random)
{
    return (double)(df_random_bits(random) >> 11) * 0x1p-53;
}

double df_random_uniform(DfRandom *random, double least, double most)
{
    return least + (most - least) * fraction(random);
}

int df_random_integer(DfRandom *random, int least, int most)
{
    uint64_t count = (uint64_t)((int64_t)most - least) + 1;

    /* Of 32 bits times count the upper half; off from alike by count / 2^32 at most. */
    return (int)(least + (int64_t)((df_random_bits(random) >> 32) * count >> 32));
}

int df_random_chance(DfRandom *random, double probability)
{
    return fraction(random) < probability;
}

double df_random_normal(DfRandom *random)
{
    double radius = sqrt(-2 * log(1 - fraction(random)));

    return radius * cos(2 * PI * fraction(random));
}
