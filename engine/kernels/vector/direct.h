/**
 * @file
 * The direct method's loops.
 */
#include "kernels/kernels.h"
#include "kernels/vector/exp.h"

#include <math.h>

/* -------------------------------------------------------------------------------------- gate -- */

static void gate(float *out, const float *in, const float *bias, int pixels, int half, int relu)
{
    for (int p = 0; p < pixels; p++, out += half, in += 2 * half) {
        int c = 0;
        for (; c + WIDTH <= half; c += WIDTH) {
            Vector f = load(in + c) + load(bias + c), g = load(in + half + c) + load(bias + half + c);
            store(out + c, vector_gate(f, g, relu));
        }
        if (c == half)
            continue;
        int rest = half - c;
        Vector f = load_first(in + c, rest) + load_first(bias + c, rest);
        Vector g = load_first(in + half + c, rest) + load_first(bias + half + c, rest);
        store_first(out + c, vector_gate(f, g, relu), rest);
    }
}

/* --------------------------------------------------------------------------------------- rgb -- */

static void tanh_all(float *v, int n)
{
    int i = 0;
    for (; i + WIDTH <= n; i += WIDTH)
        store(v + i, vector_tanh(load(v + i)));
    store_first(v + i, vector_tanh(load_first(v + i, n - i)), n - i);
}

static void dots(float *out, const float *rows, const float *weight, const float *bias, int pixels, int k)
{
    for (int p = 0; p < pixels; p++, rows += k) {
        Vector r = set(0), g = r, b = r;
        int i = 0;
        for (; i + WIDTH <= k; i += WIDTH) {
            Vector v = load(rows + i);
            r = multiply_add(v, load(weight + i), r);
            g = multiply_add(v, load(weight + k + i), g);
            b = multiply_add(v, load(weight + 2 * k + i), b);
        }
        int rest = k - i;
        Vector v = load_first(rows + i, rest);
        r = multiply_add(v, load_first(weight + i, rest), r);
        g = multiply_add(v, load_first(weight + k + i, rest), g);
        b = multiply_add(v, load_first(weight + 2 * k + i, rest), b);
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
    for (; i + WIDTH <= n; i += WIDTH)
        store(out + i, vector_tanh(vector_sigmoid(load(out + i), load(gate + i))));
    int rest = n - i;
    store_first(out + i, vector_tanh(vector_sigmoid(load_first(out + i, rest), load_first(gate + i, rest))), rest);
}

/* --------------------------------------------------------------------------------- attention -- */

static void sum3(float *out, const float *a, const float *b, const float *c, int n)
{
    int i = 0;
    for (; i + WIDTH <= n; i += WIDTH)
        store(out + i, load(a + i) + load(b + i) + load(c + i));
    for (; i < n; i++)
        out[i] = a[i] + b[i] + c[i];
}

/** Logits in place; the largest of them. */
static float logits(float *row, const float *known, float unknown, float scale, int n)
{
    Vector most = set(-INFINITY);
    float max = -INFINITY;
    int i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
        Vector k = load(known + i), v = multiply_add(1 - k, set(unknown), load(row + i) * (k * set(scale)));
        store(row + i, v);
        most = larger(v, most); /* of a NaN and a number: the number */
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
    const Vector m = set(max);
    Vector sums = set(0);
    int i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
        Vector e = vector_exp(load(row + i) - m);
        store(row + i, e);
        sums += e;
    }
    Vector e = keep(first_lanes(n - i), vector_exp(load_first(row + i, n - i) - m));
    store_first(row + i, e, n - i);
    return sum_lanes(sums + e);
}

static void softmax(float *row, const float *known, float unknown, float scale, int n)
{
    float max = logits(row, known, unknown, scale, n);
    float inverse = 1 / exponentials(row, max, n);
    int i = 0;
    for (; i + WIDTH <= n; i += WIDTH)
        store(row + i, load(row + i) * set(inverse) * load(known + i));
    for (; i < n; i++)
        row[i] = row[i] * inverse * known[i];
}

#define DIRECT                                                                            \
    {                                                                                     \
        .gate = gate, .rgb = rgb, .dots = dots, .gate_tanh = gate_tanh, .sum3 = sum3,     \
        .softmax = softmax,                                                               \
    }
