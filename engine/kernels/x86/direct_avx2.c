/**
 * @file
 * AVX2 + FMA versions of the direct method's loops.
 */
#include "kernels/x86/versions.h"

#include <math.h>
#include <stdint.h>

#include "kernels/x86/exp.h"
#include "kernels/x86/lanes.h"

/* -------------------------------------------------------------------------------------- gate -- */

static void gate(float *out, const float *in, const float *bias, int pixels, int half, int relu)
{
    for (int p = 0; p < pixels; p++, out += half, in += 2 * half) {
        int c = 0;
        for (; c + 8 <= half; c += 8) {
            __m256 f = _mm256_add_ps(_mm256_loadu_ps(in + c), _mm256_loadu_ps(bias + c));
            __m256 g = _mm256_add_ps(_mm256_loadu_ps(in + half + c), _mm256_loadu_ps(bias + half + c));
            _mm256_storeu_ps(out + c, gate8(f, g, relu));
        }
        if (c == half)
            continue;
        __m256i tail = first_lanes(half - c);
        __m256 f = _mm256_add_ps(_mm256_maskload_ps(in + c, tail), _mm256_maskload_ps(bias + c, tail));
        const float *gate = in + half + c, *gate_bias = bias + half + c;
        __m256 g = _mm256_add_ps(_mm256_maskload_ps(gate, tail), _mm256_maskload_ps(gate_bias, tail));
        _mm256_maskstore_ps(out + c, tail, gate8(f, g, relu));
    }
}

/* --------------------------------------------------------------------------------------- rgb -- */

static void tanh_all(float *v, int n)
{
    int i = 0;
    for (; i + 8 <= n; i += 8)
        _mm256_storeu_ps(v + i, tanh8(_mm256_loadu_ps(v + i)));
    __m256i tail = first_lanes(n - i);
    _mm256_maskstore_ps(v + i, tail, tanh8(_mm256_maskload_ps(v + i, tail)));
}

static void dots(float *out, const float *rows, const float *weight, const float *bias, int pixels, int k)
{
    for (int p = 0; p < pixels; p++, rows += k) {
        __m256 r = _mm256_setzero_ps(), g = r, b = r;
        int i = 0;
        for (; i + 8 <= k; i += 8) {
            __m256 v = _mm256_loadu_ps(rows + i);
            r = _mm256_fmadd_ps(v, _mm256_loadu_ps(weight + i), r);
            g = _mm256_fmadd_ps(v, _mm256_loadu_ps(weight + k + i), g);
            b = _mm256_fmadd_ps(v, _mm256_loadu_ps(weight + 2 * k + i), b);
        }
        __m256i tail = first_lanes(k - i);
        __m256 v = _mm256_maskload_ps(rows + i, tail);
        r = _mm256_fmadd_ps(v, _mm256_maskload_ps(weight + i, tail), r);
        g = _mm256_fmadd_ps(v, _mm256_maskload_ps(weight + k + i, tail), g);
        b = _mm256_fmadd_ps(v, _mm256_maskload_ps(weight + 2 * k + i, tail), b);
        out[3 * p] = sum_lanes(r) + bias[0];
        out[3 * p + 1] = sum_lanes(g) + bias[1];
        out[3 * p + 2] = sum_lanes(b) + bias[2];
    }
}

static void rgb(float *out, const float *rows, const float *weight, const float *bias, int pixels, int k)
{
    dots(out, rows, weight, bias, pixels, k);
    tanh_all(out, 3 * pixels);
}

static void gate_tanh(float *out, const float *gate, int n)
{
    int i = 0;
    for (; i + 8 <= n; i += 8)
        _mm256_storeu_ps(out + i, tanh8(sigmoid8(_mm256_loadu_ps(out + i), _mm256_loadu_ps(gate + i))));
    __m256i tail = first_lanes(n - i);
    __m256 f = _mm256_maskload_ps(out + i, tail), g = _mm256_maskload_ps(gate + i, tail);
    _mm256_maskstore_ps(out + i, tail, tanh8(sigmoid8(f, g)));
}

/* --------------------------------------------------------------------------------- attention -- */

static void sum3(float *out, const float *a, const float *b, const float *c, int n)
{
    int i = 0;
    for (; i + 8 <= n; i += 8) {
        __m256 ab = _mm256_add_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i));
        _mm256_storeu_ps(out + i, _mm256_add_ps(ab, _mm256_loadu_ps(c + i)));
    }
    for (; i < n; i++)
        out[i] = a[i] + b[i] + c[i];
}

/** Logits in place; the largest of them. */
static float logits(float *row, const float *known, float unknown, float scale, int n)
{
    const __m256 s = _mm256_set1_ps(scale), u = _mm256_set1_ps(unknown), one = _mm256_set1_ps(1);
    __m256 most = _mm256_set1_ps(-INFINITY);
    float max = -INFINITY;
    int i = 0;
    for (; i + 8 <= n; i += 8) {
        __m256 k = _mm256_loadu_ps(known + i);
        __m256 v = _mm256_mul_ps(_mm256_loadu_ps(row + i), _mm256_mul_ps(k, s));
        v = _mm256_fmadd_ps(_mm256_sub_ps(one, k), u, v);
        _mm256_storeu_ps(row + i, v);
        most = _mm256_max_ps(most, v);
    }
    for (; i < n; i++) {
        row[i] = row[i] * (known[i] * scale) + (1 - known[i]) * unknown;
        max = fmaxf(max, row[i]);
    }
    return fmaxf(max, max_lanes(most));
}

/** e^(row - max) in place; their sum. */
static float exponentials(float *row, float max, int n)
{
    const __m256 m = _mm256_set1_ps(max);
    __m256 sums = _mm256_setzero_ps();
    int i = 0;
    for (; i + 8 <= n; i += 8) {
        __m256 e = exp8(_mm256_sub_ps(_mm256_loadu_ps(row + i), m));
        _mm256_storeu_ps(row + i, e);
        sums = _mm256_add_ps(sums, e);
    }
    __m256i tail = first_lanes(n - i);
    __m256 e = exp8(_mm256_sub_ps(_mm256_maskload_ps(row + i, tail), m));
    e = _mm256_and_ps(e, _mm256_castsi256_ps(tail));
    _mm256_maskstore_ps(row + i, tail, e);
    return sum_lanes(_mm256_add_ps(sums, e));
}

static void softmax(float *row, const float *known, float unknown, float scale, int n)
{
    float max = logits(row, known, unknown, scale, n);
    float inverse = 1 / exponentials(row, max, n);
    const __m256 s = _mm256_set1_ps(inverse);
    int i = 0;
    for (; i + 8 <= n; i += 8) {
        __m256 v = _mm256_mul_ps(_mm256_loadu_ps(row + i), s);
        _mm256_storeu_ps(row + i, _mm256_mul_ps(v, _mm256_loadu_ps(known + i)));
    }
    for (; i < n; i++)
        row[i] = row[i] * inverse * known[i];
}

const DfKernels df_direct_avx2 = {
    .gate = gate, .rgb = rgb, .dots = dots, .gate_tanh = gate_tanh, .sum3 = sum3, .softmax = softmax,
};
