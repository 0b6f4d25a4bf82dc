/**
 * @file
 * The transform of weights along one side, a panel of kernels at once, in double precision: DfTileWeights.
 */
#include "kernels/unroll.h"

/** A quarter of a panel, which stays in registers. */
typedef double WeightLanes __attribute__((vector_size(32), aligned(8)));

static void transform_weights(DfLanes *out, int out_step, const DfLanes *in, int in_step, const double *matrix,
                              int rows, int columns)
{
    for (int i = 0; i < rows; i++, out += out_step) {
        WeightLanes sums[4] = { { 0 } }, *to = (WeightLanes *)*out;
        for (int k = 0; k < columns; k++) {
            double factor = matrix[i * columns + k];
            const WeightLanes *from = (const WeightLanes *)in[k * in_step];
            if (factor == 0)
                continue;
            UNROLL(4)
            for (int quarter = 0; quarter < 4; quarter++)
                sums[quarter] += factor * from[quarter];
        }
        UNROLL(4)
        for (int quarter = 0; quarter < 4; quarter++)
            to[quarter] = sums[quarter];
    }
}
