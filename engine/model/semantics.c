/**
 * @file
 * The semantics that this library knows, one row each.
 */
#include "model/semantics.h"

#include <math.h>
#include <string.h>

/* ---------------------------------------------------------------------------------- index rules -- */

/**
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

/**
 * floor(torch.linspace(0, n_in - 1, n_out) + 0.5), as the CPUs of its users calculate it: from the nearer
 * end, eight at a time from the first of them on, the rest one by one; each operation rounded to float32 (so
 * no fused ones here). It decides exact halves, which come with odd n_out alone.
 */
static int linspace_index(int i, int n_in, int n_out)
{
    int k = i < n_out / 8 * 8 ? i % 8 : 0, first = i - k;
    if (n_out == 1)
        return 0;
    float step = (float)(n_in - 1) / (float)(n_out - 1);
    float base = step * (float)first;
    if (first >= n_out / 2)
        base = (float)(n_in - 1) - step * (float)(n_out - first - 1);
    float at = base + step * (float)k;
    return (int)floorf(at + 0.5f);
}

/** Every n-th sample, from the first. */
static int stride_index(int i, int n_in, int n_out)
{
    return i * (n_in / n_out);
}

/* ---------------------------------------------------------------------------- levels and values -- */

/** To a level, cut off; what is beyond 0..255, or no number, becomes one of the ends. */
static int level(float value)
{
    return value > 0 ? (int)DF_MIN(value, 255.0f) : 0;
}

static float load_halves(int p, int colour)
{
    (void)colour;
    return (float)p / 127.5f - 1;
}

/** Known pixels of 1 to 63 come back one lower. */
static int store_halves(float value, int colour)
{
    (void)colour;
    return level((value + 1) * 127.5f);
}

static int store_halves_rounded(float value, int colour)
{
    (void)colour;
    return level((value + 1) * 127.5f + 0.5f);
}

/** nipponjo: the same values by another way. Nothing is clamped there: tanh ends where levels do. */
static float load_twice(int p, int colour)
{
    (void)colour;
    return (float)p / 255.0f * 2 - 1;
}

static float load_centred(int p, int colour)
{
    (void)colour;
    return ((float)p - 127.5f) / 127.5f;
}

/** OpenMMLab: to levels, to 0..1, then by another function to levels again, halves to even. */
static int store_centred(float value, int colour)
{
    (void)colour;
    float unit = DF_CLAMP(value * 127.5f + 127.5f, 0.0f, 255.0f) / 255.0f;
    return level(rintf(DF_CLAMP(unit, 0.0f, 1.0f) * 255.0f));
}

static float load_unit(int p, int colour)
{
    (void)colour;
    return (float)p / 255.0f;
}

static int store_unit(float value, int colour)
{
    (void)colour;
    return level(value * 255.0f);
}

/** ImageNet's, which the pictures of networks that start from its features have: red, green, blue. */
static const float mean[3] = { 0.485f, 0.456f, 0.406f }, deviation[3] = { 0.229f, 0.224f, 0.225f };

static float load_imagenet(int p, int colour)
{
    return ((float)p / 255.0f - mean[colour]) / deviation[colour];
}

static int store_imagenet(float value, int colour)
{
    return level((value * deviation[colour] + mean[colour]) * 255.0f + 0.5f);
}

/* ------------------------------------------------------------------------------------- the table -- */

#define SIDES(multiple, least) .alignment = multiple, .least_side = least

static const DfSemantics known[] = {
    {
        /* JiahuiYu/generative_inpainting, 2.0.0, and its weights as yangyu12 converted them */
        .name = "official", .net = &df_deepfillv2, .input = "bgr,ones,mask", .refined = "bgr",
        .load = load_halves, .store = store_halves, .threshold = 0.5f, .crop = 1, SIDES(8, 64),
        .padding = DF_PAD_SAME,
        .attention = { .features = aligned_index, .hole = aligned_index, .fuse = 1 },
    },
    {
        /* this project's own models */
        .name = "stride", .net = &df_deepfillv2, .input = "rgb,ones,mask", .refined = "rgb",
        .load = load_halves, .store = store_halves_rounded, .threshold = 0.5f, .crop = 1,
        SIDES(8, 64), .padding = DF_PAD_SAME,
        .attention = { .features = stride_index, .hole = stride_index, .fuse = 1 },
    },
    {
        /*
         * nipponjo/deepfillv2-pytorch, networks_tf.py: for the official weights, but not as the official. Its
         * test.py cuts masks at half; its infer() takes any value above 0.
         */
        .name = "nipponjo_tf", .net = &df_deepfillv2, .input = "rgb,ones,mask", .refined = "rgb",
        .load = load_twice, .store = store_halves, .threshold = 0.5f, .crop = 1, SIDES(8, 64),
        .padding = DF_PAD_SAME,
        .attention = { .features = linspace_index, .hole = linspace_index, .hole_at_once = 1 },
    },
    {
        /* the same, networks.py */
        .name = "nipponjo", .net = &df_deepfillv2, .input = "rgb,ones,mask", .refined = "rgb",
        .load = load_twice, .store = store_halves, .threshold = 0.5f, .crop = 1, SIDES(8, 64),
        .padding = DF_PAD_ZERO,
        .attention = { .features = stride_index, .hole = stride_index, .hole_at_once = 1, .fuse = 1 },
    },
    {
        /*
         * open-mmlab/mmagic, and MMEditing before: a mirror 16 pixels wide on a quarter of the size wants 17
         * pixels, so sides above 64
         */
        .name = "mmagic", .net = &df_deepfillv2, .input = "bgr,ones,mask", .refined = "bgr,ones,mask",
        .load = load_centred, .store = store_centred, .threshold = 0, SIDES(8, 72), .padding = DF_PAD_REFLECT,
        .gated_rgb = 1, .elu_attention = 1,
        .attention = { .features = stride_index, .hole = stride_index, .fuse = 1, .exclude_hole = 1,
                       .count_overlap = 1 },
    },
    {
        /* csqiangwen/DeepFillv2_Pytorch */
        .name = "csqiangwen", .net = &df_deepfillv2, .input = "rgb,mask", .refined = "rgb,mask",
        .load = load_unit, .store = store_unit, .hole = 1, .threshold = DF_MASK_AS_IS, SIDES(8, 64),
        .padding = DF_PAD_ZERO, .gated_rgb = 1,
        .attention = { .features = stride_index, .hole = stride_index, .fuse = 1, .add_epsilon = 1 },
    },
    {
        /* naoto0804/pytorch-inpainting-with-partial-conv: seven layers halve the sides */
        .name = "naoto0804", .net = &df_partialconv, .input = "rgb", .load = load_imagenet,
        .store = store_imagenet, .threshold = DF_MASK_AS_IS, SIDES(128, 128), .padding = DF_PAD_ZERO,
    },
    {
        /* mmagic's partial convolution */
        .name = "pconv_mmagic", .net = &df_partialconv, .input = "bgr", .load = load_centred,
        .store = store_centred, .threshold = 0, SIDES(128, 128), .padding = DF_PAD_ZERO,
        .partial = { .mean = 1 },
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
