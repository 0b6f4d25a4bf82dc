/**
 * @file
 * Exact Euclidean distances to the nearest seed, and which seed that is, in two separable passes
 * (Meijster, Roerdink, Hesselink, "A General Algorithm for Computing Distance Transforms in Linear
 * Time", 2000).
 */
#ifndef DF_PLANE_DISTANCE_H
#define DF_PLANE_DISTANCE_H

#include <stddef.h>
#include <stdint.h>

/** An offset that says: no seed in this column. Its bytes are equal, so that memset() can write it. */
#define DF_NO_SEED ((int16_t)0x8080)

/**
 * First pass, downwards: relate a row's columns to the nearest seed at or above it.
 *
 * @param seed    width bytes, non-zero: seed
 * @param above   the previous row's offsets; NULL for the first row
 * @param[out] offset  rows from here to the seed, 0 or negative; DF_NO_SEED where there is none
 */
void df_distance_down(const uint8_t *seed, const int16_t *above, int16_t *offset, int width);

/** First pass, upwards: turn a row to seeds below where they are nearer; `below` is the next row's result. */
void df_distance_up(const int16_t *below, int16_t *offset, int width);

/**
 * Second pass: for each sample of a row, the column whose seed is the nearest of all.
 *
 * @param offset    the row's vertical offsets after both sweeps
 * @param reach     columns whose seed is more than this many rows away are not looked at
 * @param[out] site width columns; -1 where there is no seed within reach
 * @param stack     2 * width ints of scratch
 */
void df_distance_row(const int16_t *offset, int width, int reach, int *site, int *stack);

#endif
