/**
 * @file
 * Bicubic interpolation, plainly.
 */
#include "kernels/cubic.h"

#include <math.h>

void df_cubic_weights(float weights[4], float f)
{
    const float a = DF_CUBIC_SLOPE, g = 1 - f;

    weights[0] = a * f * g * g;
    weights[1] = ((a + 2) * f - (a + 3)) * f * f + 1;
    weights[3] = a * g * f * f;
    weights[2] = 1 - weights[0] - weights[1] - weights[3];
}

/** Where a position's four taps of one axis lie, those beyond the edges moved onto them. */
static void place(int taps[4], float weights[4], float position, int size)
{
    /* Two samples beyond an edge all taps lie on it; farther out an int might not hold them. */
    float inside = fminf(fmaxf(position, -2), size + 1), whole = floorf(inside);

    df_cubic_weights(weights, inside - whole);
    for (int i = 0; i < 4; i++) {
        int tap = (int)whole - 1 + i;

        taps[i] = tap < 0 ? 0 : tap >= size ? size - 1 : tap;
    }
}

static float sample_at(const DfTexture *texture, int x, int y)
{
    const uint8_t *row = texture->data + y * texture->stride;

    return texture->bytes == 1 ? row[x] : ((const uint16_t *)row)[x];
}

void df_cubic_c(float *out, const DfTexture *texture, const float *x, const float *y, int n)
{
    for (int i = 0; i < n; i++) {
        int columns[4], rows[4];
        float across[4], down[4], sum = 0;

        place(columns, across, x[i], texture->width);
        place(rows, down, y[i], texture->height);
        for (int r = 0; r < 4; r++) {
            float row = 0;

            for (int c = 0; c < 4; c++)
                row += across[c] * sample_at(texture, columns[c], rows[r]);
            sum += down[r] * row;
        }
        out[i] = sum;
    }
}

int df_cubic_inside_c(float *out, const DfTexture *texture, const float *x, const float *y, int n)
{
    (void)out, (void)texture, (void)x, (void)y, (void)n;
    return 0;
}
