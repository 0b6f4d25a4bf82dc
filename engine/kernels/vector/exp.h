/**
 * @file
 * e^x and what rests on it.
 *
 * e^x = 2^n * 2^r with n = round(x log2 e). 2^r on [-1/2, 1/2] is the degree-5 minimax polynomial, relative error
 * 7.5e-8; log2 e comes in two parts, or n times its rounding error would be lost.
 */
#ifndef DF_KERNELS_VECTOR_EXP_H
#define DF_KERNELS_VECTOR_EXP_H

#define LOG2E_HIGH 1.44269502f
#define LOG2E_LOW 1.92596303e-8f

/* 2^r; `r` any vector. */
#define POWER_OF_TWO(r)                                                                                   \
    (((((0.001327647203f * (r) + 0.009675541480f) * (r) + 0.05550713275f) * (r) + 0.2402211972f) * (r) + \
      0.6931469671f) * (r) + 1.000000072f)

/** x from -87 to 88. */
static inline Vector exp_within(Vector x)
{
    Vector n = round_nearest(x * LOG2E_HIGH);
    Vector r = multiply_add(x, set(LOG2E_LOW), multiply_subtract(x, set(LOG2E_HIGH), n));
    return POWER_OF_TWO(r) * two_to(n);
}

/** x is clamped so that 2^n stays a normal number: results end at about 1e-38 and 1e38. */
static inline Vector vector_exp(Vector x)
{
    return exp_within(larger(smaller(x, set(88)), set(-87)));
}

/** One division serves activation and sigmoid. */
static inline Vector vector_gate(Vector f, Vector g, int relu)
{
    const Vector zero = set(0);
    Vector a = larger(f, zero);
    if (!relu)
        a = choose(positive(f), f, vector_exp(smaller(f, zero)) - 1);
    return a / (1 + vector_exp(-g));
}

static inline Vector vector_sigmoid(Vector f, Vector g)
{
    return f / (1 + vector_exp(-g));
}

/** tanh x = sign(x) (1 - t) / (1 + t), t = e^(-2|x|): exact to rounding in absolute terms. */
static inline Vector vector_tanh(Vector x)
{
    Vector t = vector_exp(-2 * magnitude(x));
    return with_sign((1 - t) / (1 + t), x);
}

#endif
