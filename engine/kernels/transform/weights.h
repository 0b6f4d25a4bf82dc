/**
 * @file
 * The transform of weights along one side, a panel of kernels at once, in double precision: DfTileWeights.
 */

static void transform_weights(DfLanes *out, int out_step, const DfLanes *in, int in_step, const double *matrix,
                              int rows, int columns)
{
    for (int i = 0; i < rows; i++, out += out_step) {
        DfLanes sum = { 0 };
        for (int k = 0; k < columns; k++) {
            double factor = matrix[i * columns + k];
            if (factor == 0)
                continue;
            for (int lane = 0; lane < DF_PANEL; lane++)
                sum[lane] += factor * in[k * in_step][lane];
        }
        for (int lane = 0; lane < DF_PANEL; lane++)
            (*out)[lane] = sum[lane];
    }
}
