/**
 * @file
 * The semantics that this library knows, one row each.
 */
#include "model/semantics.h"

#include <math.h>
#include <string.h>

/* ---------------------------------------------------------------------------------- index rules -- */

/*
 * TensorFlow's resize_nearest_neighbor with align_corners: first and last sample meet those of the source. In
 * float32, as there: at exact halves the rounded product decides, differently for different sizes. roundf()
 * rounds halves away from zero, as TensorFlow's kernel does.
 */
static int aligned_index(int i, int n_in, int n_out)
{
    float step = n_out > 1 ? (float)(n_in - 1) / (float)(n_out - 1) : (float)n_in / (float)n_out;
    float at = (float)i * step;
    return DF_MIN((int)roundf(at), n_in - 1);
}

/* Every n-th sample, from the first. */
static int stride_index(int i, int n_in, int n_out)
{
    return i * (n_in / n_out);
}

/* ---------------------------------------------------------------------------- levels and values -- */

/* To a level: what is beyond 0..255, or no number, becomes one of the ends. */
static int level(float value)
{
    return value > 0 ? (int)DF_MIN(value, 255.0f) : 0;
}

static float load_halves(int p, int colour)
{
    (void)colour;
    return (float)p / 127.5f - 1;
}

static int store_truncated(float value, int colour)
{
    (void)colour;
    return level((value + 1) * 127.5f);
}

static int store_rounded(float value, int colour)
{
    (void)colour;
    return level((value + 1) * 127.5f + 0.5f);
}

/* ------------------------------------------------------------------------------------- the table -- */

static const DfSemantics known[] = {
    {
        .name = "official", .net = &df_deepfillv2, .input = "bgr,ones,mask", .refined = "bgr",
        .load = load_halves, .store = store_truncated, .crop = 1, .alignment = 8, .least_side = 64,
        .attention = { .features = aligned_index, .hole = aligned_index, .fuse = 1 },
    },
    {
        .name = "stride", .net = &df_deepfillv2, .input = "rgb,ones,mask", .refined = "rgb",
        .load = load_halves, .store = store_rounded, .alignment = 8, .least_side = 64,
        .attention = { .features = stride_index, .hole = stride_index, .fuse = 1 },
    },
};

const DfSemantics *df_semantics_at(int i)
{
    return i >= 0 && i < (int)DF_COUNT(known) ? &known[i] : NULL;
}

const DfSemantics *df_semantics_find(const char *name)
{
    for (size_t i = 0; i < DF_COUNT(known); i++)
        if (!strcmp(known[i].name, name))
            return &known[i];
    return NULL;
}

static int channels(const char *list)
{
    return df_semantics_inputs(list, 0).channels;
}

int df_semantics_compatible(const DfSemantics *a, const DfSemantics *b)
{
    return a->net == b->net && a->gated_rgb == b->gated_rgb && channels(a->input) == channels(b->input) &&
           channels(a->refined) == channels(b->refined);
}
