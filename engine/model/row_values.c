/**
 * @file
 * A row's values out of its tensors: turned about, joined, divided by a spectral norm, batch normalisation
 * made one factor and one summand.
 */
#include "model/binding.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* Of PyTorch's BatchNorm2d and of the spectral norm's normalisation. */
#define NORM_EPSILON 1e-5
#define LENGTH_EPSILON 1e-12

/* ------------------------------------------------------------------------------------- weights -- */

/** The weight as [out][in][ky][kx]. */
static DfTensor view_of(const DfBinding *binding, const DfTensor *weight)
{
    static const int order[] = { 3, 2, 0, 1 };
    DfTensor view = *weight;
    for (int i = 0; binding->names->hwio && i < 4; i++) {
        view.shape[i] = weight->shape[order[i]];
        view.stride[i] = weight->stride[order[i]];
    }
    return view;
}

static double length_of(const double *vector, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += vector[i] * vector[i];
    return sqrt(sum);
}

static void divide(double *vector, size_t count, double by)
{
    for (size_t i = 0; i < count; i++)
        vector[i] /= by;
}

/**
 * The weight's norm as the project finds it with every run: one step of power iteration from the stored u,
 *     v = M'u / |M'u|,  u = Mv / |Mv|,  norm = u . Mv,   M being [out][columns].
 * scratch: rows + columns
 */
static double spectral_norm(const float *matrix, const float *u, size_t rows, size_t columns, double *scratch)
{
    double *mv = scratch, *v = scratch + rows, norm = 0;
    memset(scratch, 0, (rows + columns) * sizeof *scratch);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            v[j] += (double)matrix[i * columns + j] * u[i];
    divide(v, columns, length_of(v, columns) + LENGTH_EPSILON);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            mv[i] += matrix[i * columns + j] * v[j];
    double length = length_of(mv, rows) + LENGTH_EPSILON;
    for (size_t i = 0; i < rows; i++)
        norm += mv[i] / length * mv[i];
    return norm;
}

/** As the project divides: float32 by float32. Returns whether all are numbers afterwards. */
static int divide_all(float *values, size_t count, float norm)
{
    int finite = norm > 0 && isfinite(norm);
    for (size_t i = 0; finite && i < count; i++) {
        values[i] /= norm;
        finite = isfinite(values[i]);
    }
    return finite;
}

static int divide_by_norm(const DfBinding *binding, const DfTensor *weight, const DfTensor *u, float *values)
{
    size_t rows = u->count, columns = weight->count / rows;
    double *scratch = df_alloc((rows + columns) * sizeof *scratch);
    float *vector = df_alloc(rows * sizeof *vector);
    int ret = scratch && vector ? df_tensor_read(binding->weights, u, vector) : -ENOMEM;
    if (!ret) {
        float norm = (float)spectral_norm(values, vector, rows, columns, scratch);
        if (!divide_all(values, weight->count, norm))
            ret = df_error(-EINVAL, "%s: tensor '%.200s' has a spectral norm of %g: the file is damaged",
                           binding->weights->name, weight->name, norm);
    }
    df_free(scratch);
    df_free(vector);
    return ret;
}

static int read_weight(const DfBinding *binding, const DfTensor *weight, const DfTensor *u, float *values)
{
    DfTensor view = view_of(binding, weight);
    int ret = df_tensor_read(binding->weights, &view, values);
    return ret || !u ? ret : divide_by_norm(binding, weight, u, values);
}

/* ------------------------------------------------------------------------- batch normalisation -- */

/** scale * x + shift = (x - mean) / sqrt(variance + epsilon) * weight + bias; parts: 4 * count */
static int fold_norm(const DfBinding *binding, const DfTensor *const *tensors, float *parts,
                     const DfRowValues *values)
{
    size_t count = tensors[DF_NORM_WEIGHT]->count;
    const float *weight = parts, *bias = weight + count, *mean = bias + count, *variance = mean + count;
    for (size_t i = 0; i < count; i++) {
        double spread = sqrt(variance[i] + NORM_EPSILON);
        if (!(spread > 0))
            return df_error(-EINVAL, "%s: tensor '%.200s' holds a variance of %g: the file is damaged",
                            binding->weights->name, tensors[DF_NORM_VARIANCE]->name, variance[i]);
        double scale = weight[i] / spread, shift = bias[i] - mean[i] * scale;
        if (!isfinite((float)scale) || !isfinite((float)shift))
            return df_error(-EINVAL, "%s: tensor '%.200s' makes values beyond all numbers: the file is "
                            "damaged", binding->weights->name, tensors[DF_NORM_WEIGHT]->name);
        if (values->scale)
            values->scale[i] = (float)scale;
        if (values->shift)
            values->shift[i] = (float)shift;
    }
    return 0;
}

static int read_trained_norm(const DfBinding *binding, const DfTensor *const *tensors,
                             const DfRowValues *values)
{
    static const enum DfRole roles[] = { DF_NORM_WEIGHT, DF_NORM_BIAS, DF_NORM_MEAN, DF_NORM_VARIANCE };
    size_t count = tensors[DF_NORM_WEIGHT]->count;
    float *parts = df_alloc(DF_COUNT(roles) * count * sizeof *parts);
    int ret = parts ? 0 : -ENOMEM;
    for (size_t i = 0; !ret && i < DF_COUNT(roles); i++)
        ret = df_tensor_read(binding->weights, tensors[roles[i]], parts + i * count);
    if (!ret)
        ret = fold_norm(binding, tensors, parts, values);
    df_free(parts);
    return ret;
}

static int read_norm(const DfBinding *binding, const DfTensor *const *tensors, const DfRowValues *values,
                     int out)
{
    int ret = 0;
    if (tensors[DF_NORM_WEIGHT])
        return read_trained_norm(binding, tensors, values);
    if (values->scale && tensors[DF_SCALE])
        ret = df_tensor_read(binding->weights, tensors[DF_SCALE], values->scale);
    if (!ret && values->shift && tensors[DF_SHIFT])
        ret = df_tensor_read(binding->weights, tensors[DF_SHIFT], values->shift);
    for (int i = 0; values->scale && !tensors[DF_SCALE] && i < out; i++)
        values->scale[i] = 1;
    if (values->shift && !tensors[DF_SHIFT])
        memset(values->shift, 0, out * sizeof *values->shift);
    return ret;
}

/* ---------------------------------------------------------------------------------------- rows -- */

static int read_bias(const DfBinding *binding, const DfTensor *const *tensors, int out, float *bias)
{
    const DfTensor *first = tensors[DF_BIAS], *gate = tensors[DF_GATE_BIAS];
    if (!first) {
        memset(bias, 0, out * sizeof *bias);
        return 0;
    }
    int ret = df_tensor_read(binding->weights, first, bias);
    return ret || !gate ? ret : df_tensor_read(binding->weights, gate, bias + first->count);
}

int df_binding_read(const DfBinding *binding, int row, const DfRowValues *values)
{
    const DfBoundRow *bound = &binding->rows[row];
    const DfTensor *const *tensors = bound->tensors;
    int ret = 0;
    if (values->weight) {
        ret = read_weight(binding, tensors[DF_WEIGHT], tensors[DF_U], values->weight);
        if (!ret && tensors[DF_GATE_WEIGHT])
            ret = read_weight(binding, tensors[DF_GATE_WEIGHT], tensors[DF_GATE_U],
                              values->weight + tensors[DF_WEIGHT]->count);
    }
    if (!ret && values->bias)
        ret = read_bias(binding, tensors, bound->conv.out, values->bias);
    if (!ret && (values->scale || values->shift))
        ret = read_norm(binding, tensors, values, bound->conv.out);
    return ret;
}
