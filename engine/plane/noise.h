/**
 * @file
 * Noise of a plane (film grain, a sensor's noise): its strength by luma and its correlation, told from blocks.
 *
 * Noise is modelled as white noise through [tap, 1, tap] along x and along y. Second differences, which smooth content
 * hardly has, tell all of it: with s the variance, q(tap) that of white noise's second difference along one axis (6
 * where it is not correlated), their mean squares are xx = s qx along x, yy = s qy along y, xy = s qx qy along both,
 * so that s = xx yy / xy.
 */
#ifndef DF_PLANE_NOISE_H
#define DF_PLANE_NOISE_H

/** Ranges of luma whose noise has a strength of its own. */
#define DF_NOISE_LEVELS 8

/** Samples a side of a block; one more on each side is read. */
#define DF_NOISE_BLOCK 8
#define DF_NOISE_READ (DF_NOISE_BLOCK + 2)

/** Noise of a greater tap has no less of a second difference: whatever has less is smooth, and reads as this. */
#define DF_NOISE_MOST_TAP 0.6f

typedef struct DfNoise {
    float variance[DF_NOISE_LEVELS]; /**< in the plane's levels squared, in the middle of each range of luma */
    float tap[2];                    /**< along x and y */
    float evenness;                  /**< of the blocks' variance, its quantile of 5 % over that of 25 %: .7 to .85 of
                                          noise, below .5 of anything else */
} DfNoise;

/** What is known of a block. */
typedef struct DfNoiseBlock {
    int x, y;          /**< its first sample */
    float luma;        /**< mean, 0..1 */
    float xx, yy, xy;  /**< mean squares of second differences */
    float fraction[2]; /**< of a difference of two frames: where between samples the other one was interpolated, along
                            x and y, 0..1; -1: no difference, the frame alone */
    float gain;        /**< what that was multiplied by */
    float variance;    /**< by df_noise_fit() */
} DfNoiseBlock;

/** Noise of variance 1 along one axis, interpolated: what is left of the variance, and q as above. */
typedef struct DfNoiseAxis {
    float variance, q;
} DfNoiseAxis;

/** @param fraction  between samples, 0..1; 0: not interpolated */
DfNoiseAxis df_noise_axis(float tap, float fraction);

/** @return the tap of noise whose second difference has q times its variance, least .. DF_NOISE_MOST_TAP */
float df_noise_tap(float q, float least);

/** Take the mean squares of a block's second differences. @param samples  DF_NOISE_READ rows of DF_NOISE_READ */
void df_noise_block(DfNoiseBlock *block, const float *samples);

/**
 * Fit noise to blocks of which most may have texture of their own, or have been aligned badly.
 *
 * @param blocks   their variance is set
 * @param scratch  room for `count` values
 * @return 1; 0: they are too few to tell, and the noise is none
 */
int df_noise_fit(DfNoise *noise, DfNoiseBlock *blocks, int count, float *scratch);

/** @return 1 where there is noise at any luma */
int df_noise_is_any(const DfNoise *noise);

/** @return the standard deviation at a luma of 0..1 */
float df_noise_sigma(const DfNoise *noise, float luma);

#endif
