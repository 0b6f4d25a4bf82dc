/**
 * @file
 * Loops over pixels and channels, the same for each CPU level. EACH(kernel, count, arguments...) calls the kernel
 * for channels 0 to count - 1, as many at a time as there are lanes; in the arguments, `c` is the first of them.
 * GATES(kernel, arguments...) does so for each pixel's `half` gated channels; pixels' values are reached through
 * `product`, `out` and the like, which it moves on by NEXT(pixels).
 */
#include <stddef.h>

static void forward(enum DfActivation activation, int pixels, int channels, float *product, float *out)
{
    size_t half = channels / 2, count = (size_t)pixels * channels;
    if (activation >= DF_TANH) { /* each channel by itself */
        EACH(forward_plain, count, activation, product + c, out + c)
        return;
    }
#define NEXT(n) product += (n) * channels, out += (n) * half
    GATES(forward_gate, activation, product + c, product + half + c, out + c)
#undef NEXT
}

static void backward(enum DfActivation activation, int pixels, int channels, const float *product,
                     const float *d_out, float *d_product)
{
    size_t half = channels / 2, count = (size_t)pixels * channels;
    if (activation >= DF_TANH) {
        EACH(backward_plain, count, activation, product + c, d_out + c, d_product + c)
        return;
    }
#define NEXT(n) product += (n) * channels, d_out += (n) * half, d_product += (n) * channels
    GATES(backward_gate, activation, product + c, product + half + c, d_out + c, d_product + c, d_product + half + c)
#undef NEXT
}
