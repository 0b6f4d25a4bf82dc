/**
 * @file
 * Convolution by fewer products, tile by tile (Winograd; Lavin and Gray, "Fast Algorithms for Convolutional
 * Neural Networks", 2016): a tile of pixels is transformed to `data` planes, each multiplied by a matrix of
 * transformed weights, and what comes out, `sums` planes, is transformed back to a tile of outputs, and gated.
 *
 *   data   [plane][tile][channels in], a row of it for each tile
 *   sums   [plane][tile][row]: row = df_product_columns(channels out), of which the last few may be unused
 *
 * Both are matrices that the products read and write in place, so that nothing is packed but the weights, once.
 * The transforms, what they cost and why these: layers/transform.h.
 *
 * The C versions are the oracle of the others, which may differ from them by rounding (tests/test_tile.c).
 */
#ifndef DF_TILE_H
#define DF_TILE_H

#include <stddef.h>

/** What follows a convolution's sums. */
enum DfActivation {
    DF_GATE_ELU,  /**< first half of the channels through ELU, times the sigmoid of the second half */
    DF_GATE_RELU, /**< the same with ReLU */
    DF_GATE_TANH, /**< 6 channels, tanh of the first three times the sigmoid of the others */
    DF_TANH,      /**< 3 channels, tanh of each */
    /* Of partial convolutions, each channel by itself: */
    DF_LINEAR,    /**< as it is */
    DF_RELU,
    DF_LEAKY      /**< what is below 0 times 0.2 */
};

/** @return whether it takes two channels for one. */
static inline int df_is_gate(enum DfActivation activation)
{
    return activation < DF_TANH;
}

/** Ways of doing a convolution of tiles: kernels/transform/. */
enum DfTransformIndex {
    DF_TRANSFORM_3,       /**< 3x3: 6x6 pixels to 4x4 outputs */
    DF_TRANSFORM_5,       /**< 5x5: 8x8 to 4x4 */
    DF_TRANSFORM_NEAREST, /**< 3x3 of the picture at twice its size: 3x3 to 4x4 */
    DF_TRANSFORM_STRIDE,  /**< 3x3, every other output: 5x5 to 2x2 */
    DF_TRANSFORM_STRIDE_5, /**< 5x5, every other output: 11x11 to 4x4 */
    DF_TRANSFORMS
};

/** Sides that no transform's tiles exceed: pixels, outputs, and planes of either kind. */
enum { DF_MOST_TILE_IN = 11, DF_MOST_TILE_OUT = 4, DF_MOST_PLANES = 121 };

/**
 * A tile's pixels to its row of each data plane.
 * @param data   the tile's row of the first plane; of the floats behind each row, DF_PANEL may be overwritten
 * @param plane  floats from a plane to the next
 * @param at     in x in pixels, row by row: where each one's channels are
 */
typedef void DfTileIn(float *data, size_t plane, const float *const *at, int channels);

/**
 * A tile's row of each plane of sums to its outputs, with bias and activation.
 * @param to        out x out pixels, row by row: where the channels of each one go (more than one may go to the
 *                  same place, to be forgotten)
 * @param sums      the tile's row of the first plane
 * @param plane     floats from a plane to the next
 * @param channels  of the sums: twice those of the outputs where they are gated
 * @param bias      as many
 * @param activation  a gate, DF_TANH or DF_LINEAR
 */
typedef void DfTileOut(float *const *to, const float *sums, size_t plane, int channels, const float *bias,
                       enum DfActivation activation);

/**
 * Packed weights are panels of 16 columns, [rows][16] each, one after another; a last one of at most 8 columns
 * is [rows][8]. What no column fills is 0.
 */
enum { DF_PANEL = 16 };

/** @return columns of a packed matrix: `columns` rounded up to whole panels. */
static inline int df_product_columns(int columns)
{
    int rest = columns % DF_PANEL;
    return columns - rest + (rest == 0 ? 0 : rest <= DF_PANEL / 2 ? DF_PANEL / 2 : DF_PANEL);
}

/**
 * Where element (row, column) of a matrix of so many rows lies among its packed ones. What lies between is to
 * be 0.
 */
static inline size_t df_product_place(int rows, int columns, int row, int column)
{
    int first = column / DF_PANEL * DF_PANEL;
    int width = df_product_columns(columns) - first < DF_PANEL ? DF_PANEL / 2 : DF_PANEL;
    return (size_t)first * rows + (size_t)row * width + (column - first);
}

/**
 * A matrix product with packed right factor: out[t][j] = sum over s, k of a[t * lda + segments[s] + k] *
 * weights[s * depth + k][j]. Each sum is made in the order of s and k, whatever the number of rows, so that
 * results do not depend on how rows are grouped.
 */
typedef struct DfProduct {
    const float *a;         /**< data: rows of segments */
    size_t lda;             /**< floats from a row to the next */
    const size_t *segments; /**< where each segment begins, from the row's begin */
    int segment_count;      /**< 1 .. 4 */
    int depth;              /**< floats of a segment */
    const float *weights;   /**< packed, as df_product_place() says: segment_count * depth rows */
    int columns;            /**< as they were before packing */
    float *out;             /**< rows of df_product_columns() floats, all of which are written */
    int rows;
} DfProduct;

/** Channels that a first layer may read. */
enum { DF_MOST_FIRST = 8 };

/**
 * What follows DF_TRANSFORM_5's input side: products, the transform back and the gate, without sums in memory.
 * The packed columns pair eight features with their gates: df_first_column().
 */
typedef struct DfFirst {
    const float *data;    /**< [tile][plane][depth] */
    int depth;            /**< channels in, at most DF_MOST_FIRST */
    const float *weights; /**< by df_first_place() */
    int columns;          /**< df_first_columns(half) */
    int half;             /**< channels of the outputs; with DF_LINEAR these are 2 * half, features and gates */
    const float *bias;    /**< 2 * half: of features, of gates */
    enum DfActivation activation; /**< DF_GATE_ELU, DF_GATE_RELU or DF_LINEAR */
    float *const *to;     /**< 16 of each tile, as DfTileOut has them */
    int tiles;
} DfFirst;

/** @return packed columns for so many outputs: whole panels. */
static inline int df_first_columns(int half)
{
    return (half + DF_PANEL / 2 - 1) / (DF_PANEL / 2) * DF_PANEL;
}

/** @return outputs that a panel has: eight, of the last one fewer. */
static inline int df_first_channels(int half, int panel)
{
    int left = half - DF_PANEL / 2 * panel;
    return left < DF_PANEL / 2 ? left : DF_PANEL / 2;
}

/** @return the packed column of output channel c's feature, or of its gate. */
static inline int df_first_column(int c, int gate)
{
    return c / (DF_PANEL / 2) * DF_PANEL + gate * (DF_PANEL / 2) + c % (DF_PANEL / 2);
}

/**
 * Where a weight lies: of plane (0, x)'s matrix, element (row, packed column); that of plane (y, x) lies y panels
 * further, so that a column of planes is read in one go.
 */
static inline size_t df_first_place(int depth, int x, int row, int column)
{
    size_t panel = column / DF_PANEL;
    return (((panel * 8 + x) * depth + row) * 8) * DF_PANEL + column % DF_PANEL;
}

/** A value for each column of a panel. */
typedef double DfLanes[DF_PANEL];

/** out[i] = the sum over k of matrix[i][k] * in[k], `rows` of them; elements of either side are steps apart. */
typedef void DfTileWeights(DfLanes *out, int out_step, const DfLanes *in, int in_step, const double *matrix,
                           int rows, int columns);

/** Versions for a CPU level. */
typedef struct DfTileKernels {
    DfTileWeights *weights;
    void (*product)(const DfProduct *product);
    void (*first)(const DfFirst *first);
    struct {
        DfTileIn *in;
        DfTileOut *out; /**< of DF_TRANSFORM_5: NULL */
    } transforms[DF_TRANSFORMS];
} DfTileKernels;

/** @return the versions for df_cpu_level() (static). Thread-safety: any thread. */
const DfTileKernels *df_tile_kernels(void);

/** The portable ones: the others' oracle. */
extern const DfTileKernels df_tile_c;

void df_product_c(const DfProduct *product);
void df_first_c(const DfFirst *first);

#endif
