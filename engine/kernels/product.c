/**
 * @file
 * Products of transformed tiles and packed weights, plainly.
 */
#include "kernels/tile.h"

#include <string.h>

/* One row's sums with a panel. */
static void row(const DfProduct *p, int t, const float *panel, int width, float *sums)
{
    memset(sums, 0, width * sizeof *sums);
    for (int s = 0; s < p->segment_count; s++) {
        const float *a = p->a + t * p->lda + p->segments[s];
        for (int k = 0; k < p->depth; k++, panel += width)
            for (int j = 0; j < width; j++)
                sums[j] += a[k] * panel[j];
    }
}

void df_product_c(const DfProduct *p)
{
    int columns = df_product_columns(p->columns), depth = p->segment_count * p->depth;
    const float *panel = p->weights;
    for (int first = 0; first < columns; first += DF_PANEL) {
        int width = columns - first < DF_PANEL ? DF_PANEL / 2 : DF_PANEL;
        for (int t = 0; t < p->rows; t++) {
            float sums[DF_PANEL];
            row(p, t, panel, width, sums);
            memcpy(p->out + (size_t)t * columns + first, sums, width * sizeof *sums);
        }
        panel += (size_t)depth * width;
    }
}
