/**
 * @file
 * Random numbers for training: a counter-based generator (SplitMix64: Steele, Lea, Flood, "Fast Splittable Pseudorandom
 * Number Generators", 2014). What it gives follows from what it was opened with alone, so that a sample does not
 * depend on those drawn before it, and a resumed run equals an uninterrupted one.
 */
#ifndef DF_TRAIN_RANDOM_H
#define DF_TRAIN_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/** What numbers are drawn for: streams of the same seed, step and index that do not meet. */
enum DfRandomUse {
    DF_RANDOM_EXAMPLE, /**< crop, mask and sketch of a picture; step: training step, index: picture in its batch */
    DF_RANDOM_WEIGHTS, /**< first weights; step: 0 the generator's, 1 the critic's; index: layer */
    DF_RANDOM_TILES,   /**< which tiles are kept where not all can be */
    DF_RANDOM_SHEET,   /**< pictures to look at */
    DF_RANDOM_SHARES   /**< what copies of a channel have of its weights (train/widen.h); index: layer */
};

/** A stream of numbers. Thread-safety: one thread at a time. */
typedef struct DfRandom {
    uint64_t counter;
} DfRandom;

/** @return the stream of a seed, step and index */
DfRandom df_random_open(uint64_t seed, enum DfRandomUse use, int64_t step, int index);

/** @return 64 random bits */
uint64_t df_random_bits(DfRandom *random);

/** @return a number of least..most, most excluded, all alike; `least` where the two are equal */
double df_random_uniform(DfRandom *random, double least, double most);

/** @return an integer of least..most, both included, all alike; least <= most */
int df_random_integer(DfRandom *random, int least, int most);

/** @return 1 with a probability of 0..1, else 0 */
int df_random_chance(DfRandom *random, double probability);

/** @return a number of a normal distribution of mean 0 and variance 1 (Box, Muller, 1958) */
double df_random_normal(DfRandom *random);

#endif
