/**
 * @file
 * Pictures and frames as rows of red, green and blue bytes, of another size.
 */
#ifndef DF_CLI_TRAIN_RGB_H
#define DF_CLI_TRAIN_RGB_H

#include "image/color.h"

/** What a conversion needs; zeroed at first. Thread-safety: one thread at a time. */
typedef struct DfTrainRgb {
    DfColor *color; /**< of the last picture: kept for those of its kind */
    void *memory;   /**< the conversion's, and a copy of the planes; NULL: none */
    float *values;
    uint8_t *rgb;
} DfTrainRgb;

/**
 * Convert and scale.
 * @param width, height  of the result, at least 1
 * @return 0 or a negative errno; then c->rgb is height x width x 3, valid until the next call
 */
int df_train_rgb(DfTrainRgb *c, const DeepfillImage *image, int width, int height);

void df_train_rgb_free(DfTrainRgb *c);

#endif
