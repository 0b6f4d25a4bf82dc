/**
 * @file
 * Marks of a plane, widened.
 */
#ifndef DF_PLANE_WIDEN_H
#define DF_PLANE_WIDEN_H

#include <stdint.h>

/**
 * Mark, by 255, all that lies within a square of `reach` pixels each way around what is marked; the rest becomes 0.
 *
 * @param mask  height rows of width bytes, not 0: marked
 * @return 0 or -ENOMEM
 */
int df_widen(uint8_t *mask, int width, int height, int reach);

#endif
