/**
 * @file
 * Loops over pixels and channels, the same for each CPU level. EACH(kernel, count, arguments...) calls the kernel
 * for channels 0 to count - 1, as many at a time as there are lanes; in the arguments, `c` is the first of them.
 */
#include <stddef.h>

static void forward(enum DfActivation activation, int pixels, int channels, const float *product, float *out)
{
    int half = channels / 2;
    if (activation >= DF_TANH) { /* each channel by itself */
        size_t count = (size_t)pixels * channels;
        EACH(forward_plain, count, activation, product + c, out + c)
        return;
    }
    for (int p = 0; p < pixels; p++, product += channels, out += half)
        EACH(forward_gate, (size_t)half, activation, product + c, product + half + c, out + c)
}

static void backward(enum DfActivation activation, int pixels, int channels, const float *product,
                     const float *d_out, float *d_product)
{
    int half = channels / 2;
    if (activation >= DF_TANH) { /* each channel by itself */
        size_t count = (size_t)pixels * channels;
        EACH(backward_plain, count, activation, product + c, d_out + c, d_product + c)
        return;
    }
    for (int p = 0; p < pixels; p++, product += channels, d_out += half, d_product += channels)
        EACH(backward_gate, (size_t)half, activation, product + c, product + half + c, d_out + c, d_product + c,
             d_product + half + c)
}
