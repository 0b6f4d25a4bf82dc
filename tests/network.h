/**
 * @file
 * For tests: networks of any semantics and width, made without a file.
 */
#ifndef TESTS_NETWORK_H
#define TESTS_NETWORK_H

#include "model/internal.h"
#include "values.h"

/** Random weights for each convolution of a network made from a cnum; to be freed with network_free(). */
static inline void network_make(DeepfillModel *model, const DfSemantics *semantics, int cnum, int sketch)
{
    const DfNet *net = semantics->net;
    *model = (DeepfillModel){ .semantics = semantics, .cnum = cnum };
    model->input = df_semantics_inputs(semantics->input, sketch);
    model->refined = df_semantics_inputs(semantics->refined, 0);
    model->range = df_semantics_range(semantics, df_semantics_order(semantics));
    for (int row = 0; row < net->count; row++) {
        DfConv *conv = &model->convs[row];
        if (!df_row_is_conv(&net->rows[row]))
            continue;
        *conv = df_semantics_conv_of(semantics, row, cnum, sketch);
        size_t weights = df_conv_weights(conv);
        float *raw = random_floats(weights, sqrtf(3.0f * conv->out / weights));
        conv->method = df_conv_choose(conv);
        float *prepared = malloc(df_conv_prepared(conv) * sizeof *prepared);
        df_conv_prepare(conv, prepared, raw);
        conv->weight = prepared;
        conv->bias = random_floats(conv->out, 0.1f);
        free(raw);
    }
}

static inline void network_free(DeepfillModel *model)
{
    for (int row = 0; row < DF_MOST_ROWS; row++) {
        free((float *)model->convs[row].weight);
        free((float *)model->convs[row].bias);
    }
}

#endif
