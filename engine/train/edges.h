/**
 * @file
 * Edges of pictures, and sketches made of them for guided training: Canny's detector ("A Computational Approach to Edge
 * Detection", 1986).
 */
#ifndef DF_TRAIN_EDGES_H
#define DF_TRAIN_EDGES_H

#include "plane/plane.h"
#include "train/random.h"

/**
 * Find edges: the picture smoothed by a Gaussian, Sobel's gradient, its local maxima across the edge, and of these all
 * that are 8-connected to one of a gradient above `high` by others above `low`.
 * @param luma       levels of 0..255
 * @param low, high  thresholds of the gradient's magnitude, levels a pixel; low <= high
 * @param[out] edges height rows of width bytes: 1 on an edge, one pixel wide, else 0
 * @return 0 or -ENOMEM
 */
int df_edges_find(uint8_t *edges, DfPlane luma, float sigma, float low, float high, DfArena *scratch);

/**
 * Draw a sketch such as a hand might: edges of the picture inside the hole, at a random scale and threshold, up to 60 %
 * of the connected lines left out, bent by up to 1.5 pixels, 1 to 3 pixels wide; in one case of seven no line at all.
 * @param rgb     height x width x 3, -1..1
 * @param hole    height x width, not 0: hole
 * @param sketch  height x width: 1 on a line in the hole, else 0
 * @return 0 or -ENOMEM
 */
int df_edges_sketch(float *sketch, const float *rgb, const uint8_t *hole, int width, int height, DfRandom *random,
                    DfArena *scratch);

#endif
