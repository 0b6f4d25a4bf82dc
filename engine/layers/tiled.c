/**
 * @file
 * Convolution by transforms: a block of tiles is transformed, multiplied and transformed back while it is in cache.
 * A block's size follows from the layer alone; results do not depend on it.
 */
#include "layers/tiled.h"

#include <string.h>

/*
 * Bytes of a block's data and sums: they fit a small second-level cache (512 KiB) together with the weights that
 * pass through it. Anything from half to twice as much takes the same time within some per cent.
 */
#define BLOCK_BYTES (320 << 10)
/** Tiles of a block: the products' blocks of rows divide them. */
enum { LEAST_TILES = 16, MOST_TILES = 96, TILES_STEP = 8 };
/**
 * Floats by which planes lie further apart than they are long: at distances near multiples of 4 KiB, loads from one
 * plane wait for stores to another (4K aliasing).
 */
enum { APART = 16 };

/** A convolution in progress. */
typedef struct Tiled {
    const DfConv *conv;
    DfTiling tiling;
    DfTransformSum sums[DF_MOST_PLANES];
    int block;                /* tiles of a block */
    size_t data, sum;         /* floats from a plane to the next */
    size_t row;               /* floats of data from a tile to the next */
    int columns;              /* of a row of sums */
    int out_channels;
    size_t thread_bytes;      /* of scratch that each thread has */
    size_t offsets[DF_MOST_PLANES]; /* floats from a tile's first pixel to each, inside the source */
    size_t out_offsets[DF_MOST_TILE_OUT * DF_MOST_TILE_OUT]; /* the same of outputs */
    const float *source;
    float *out;
    DfTile *list;
    size_t count;
    const float *zeros;       /* a pixel outside */
    char *scratch;            /* of all threads */
} Tiled;

/** Where a tile's outputs go. */
typedef float *Outputs[DF_MOST_TILE_OUT * DF_MOST_TILE_OUT];

/** What a thread has: data, sums, and a pixel for outputs that there are not. First layers have no sums. */
typedef struct Scratch {
    float *data, *sums, *nowhere;
    Outputs *to; /* of a block: only of first layers */
} Scratch;

/* --------------------------------------------------------------------------------------- sizes -- */

static int planes(int side)
{
    return side * side;
}

static int is_first(const DfTransform *transform)
{
    return transform->index == DF_TRANSFORM_5;
}

/** Planes of sums that are stored. */
static int stored_sums(const DfTransform *transform)
{
    return is_first(transform) ? 0 : planes(transform->sums);
}

static int block_tiles(const Tiled *t)
{
    const DfTransform *transform = t->tiling.transform;
    size_t tile = (size_t)planes(transform->data) * t->conv->in + (size_t)stored_sums(transform) * t->columns;
    int tiles = (int)(BLOCK_BYTES / (tile * sizeof(float))) / TILES_STEP * TILES_STEP;
    tiles = DF_CLAMP(tiles, LEAST_TILES, MOST_TILES);
    /* Of a critic's late layers there are few, each worth a thread's while. */
    int halves = (int)((df_tiling_count(&t->tiling) / 2 + TILES_STEP - 1) / TILES_STEP * TILES_STEP);
    return transform->index == DF_TRANSFORM_STRIDE_5 ? DF_CLAMP(halves, TILES_STEP, tiles) : tiles;
}

static size_t floats(size_t count)
{
    return df_size_align(df_size_mul(count, sizeof(float)));
}

/** Of first layers, a tile's planes lie together. */
static size_t data_bytes(const Tiled *t)
{
    const DfTransform *transform = t->tiling.transform;
    size_t all = is_first(transform) ? t->block * t->row + APART : planes(transform->data) * t->data;
    return floats(all);
}

static Tiled measure(const DfTransform *transform, const DfConv *conv, DfShape in)
{
    Tiled t = { .conv = conv, .tiling = df_tiling(transform, conv, in) };
    t.columns = df_transform_columns(transform, conv);
    t.out_channels = df_conv_shape(conv, in).channels;
    t.block = block_tiles(&t);
    t.data = is_first(transform) ? (size_t)conv->in : floats((size_t)t.block * conv->in) / sizeof(float) + APART;
    t.row = is_first(transform) ? planes(transform->data) * conv->in : conv->in;
    t.sum = floats((size_t)t.block * t.columns) / sizeof(float) + APART;
    t.thread_bytes = data_bytes(&t) + floats(stored_sums(transform) * t.sum) + floats(t.out_channels);
    if (is_first(transform))
        t.thread_bytes += df_size_align(t.block * sizeof(Outputs));
    return t;
}

static size_t list_bytes(const Tiled *t)
{
    return df_size_align(df_size_mul(df_tiling_count(&t->tiling), sizeof(DfTile)));
}

size_t df_tiled_scratch(const DfTransform *transform, const DfConv *conv, DfShape in, int threads)
{
    Tiled t = measure(transform, conv, in);
    return df_size_add(df_size_add(list_bytes(&t), floats(conv->in)), df_size_mul(threads, t.thread_bytes));
}

static Scratch scratch_of(const Tiled *t, int thread)
{
    const DfTransform *transform = t->tiling.transform;
    char *data = t->scratch + thread * t->thread_bytes, *sums = data + data_bytes(t);
    char *nowhere = sums + floats(stored_sums(transform) * t->sum), *to = nowhere + floats(t->out_channels);
    return (Scratch){ (float *)data, (float *)sums, (float *)nowhere, (Outputs *)to };
}

/* -------------------------------------------------------------------------------------- blocks -- */

/** Where a tile's pixels are. */
typedef const float *Pixels[DF_MOST_PLANES];

static int lies_inside(const DfAxis *axis, int first)
{
    return first >= 0 && first + (axis->in - 1) * axis->rate < axis->source;
}

static void find_pixels(const Tiled *t, DfTile tile, Pixels at)
{
    const DfAxis *ay = &t->tiling.y, *ax = &t->tiling.x;
    int rows[DF_MOST_TILE_IN], columns[DF_MOST_TILE_IN], in = t->tiling.transform->in;
    size_t channels = t->conv->in;
    if (lies_inside(ay, tile.in_y) && lies_inside(ax, tile.in_x)) {
        const float *first = t->source + ((size_t)tile.in_y * ax->source + tile.in_x) * channels;
        for (int i = 0; i < in * in; i++)
            at[i] = first + t->offsets[i];
        return;
    }
    df_axis_pixels(ay, tile.in_y, rows);
    df_axis_pixels(ax, tile.in_x, columns);
    for (int i = 0; i < in; i++)
        for (int j = 0; j < in; j++)
            *at++ = rows[i] < 0 || columns[j] < 0
                ? t->zeros : t->source + ((size_t)rows[i] * ax->source + columns[j]) * channels;
}

static void transform_tiles(const Tiled *t, const DfTile *tiles, int count, float *data)
{
    DfTileIn *in = df_tile_kernels()->transforms[t->tiling.transform->index].in;
    for (int i = 0; i < count; i++, data += t->row) {
        Pixels at;
        find_pixels(t, tiles[i], at);
        in(data, t->data, at, t->conv->in);
    }
}

static void multiply(const Tiled *t, const Scratch *own, int rows)
{
    const DfTransform *transform = t->tiling.transform;
    const DfTileKernels *kernels = df_tile_kernels();
    for (int i = 0; i < planes(transform->sums); i++) {
        const DfTransformSum *sum = &t->sums[i];
        size_t segments[4];
        for (int s = 0; s < sum->count; s++)
            segments[s] = sum->planes[s] * t->data;
        DfProduct product = {
            .a = own->data, .lda = t->conv->in, .segments = segments, .segment_count = sum->count,
            .depth = t->conv->in, .weights = t->conv->weight + sum->weights, .columns = t->conv->out,
            .out = own->sums + i * t->sum, .rows = rows,
        };
        kernels->product(&product);
    }
}

static void find_outputs(const Tiled *t, DfTile tile, float *nowhere, Outputs to)
{
    const DfTransform *transform = t->tiling.transform;
    const DfAxis *ay = &t->tiling.y, *ax = &t->tiling.x;
    if (tile.out_y >= 0 && tile.out_y + (transform->out - 1) * ay->rate < ay->outputs && tile.out_x >= 0 &&
        tile.out_x + (transform->out - 1) * ax->rate < ax->outputs) {
        float *first = t->out + ((size_t)tile.out_y * ax->outputs + tile.out_x) * t->out_channels;
        for (int i = 0; i < transform->out * transform->out; i++)
            to[i] = first + t->out_offsets[i];
        return;
    }
    for (int i = 0, y = tile.out_y; i < transform->out; i++, y += ay->rate)
        for (int j = 0, x = tile.out_x; j < transform->out; j++, x += ax->rate) {
            int inside = y >= 0 && y < ay->outputs && x >= 0 && x < ax->outputs;
            *to++ = inside ? t->out + ((size_t)y * ax->outputs + x) * t->out_channels : nowhere;
        }
}

static void finish(const Tiled *t, const DfTile *tiles, int count, const Scratch *own)
{
    const DfTransform *transform = t->tiling.transform;
    const DfTileKernels *kernels = df_tile_kernels();
    for (int i = 0; i < count; i++) {
        Outputs to;
        find_outputs(t, tiles[i], own->nowhere, to);
        kernels->transforms[transform->index].out(to, own->sums + (size_t)i * t->columns, t->sum, t->conv->out,
                                        t->conv->bias, t->conv->activation);
    }
}

static void finish_first(const Tiled *t, const DfTile *tiles, int count, const Scratch *own)
{
    const DfConv *conv = t->conv;
    for (int i = 0; i < count; i++)
        find_outputs(t, tiles[i], own->nowhere, own->to[i]);
    DfFirst first = {
        .data = own->data, .depth = conv->in, .weights = conv->weight, .columns = t->columns,
        .half = conv->out / 2, .bias = conv->bias, .activation = conv->activation,
        .to = own->to[0], .tiles = count,
    };
    df_tile_kernels()->first(&first);
}

static void block(void *opaque, int unit, int thread)
{
    const Tiled *t = opaque;
    Scratch own = scratch_of(t, thread);
    const DfTile *tiles = t->list + (size_t)unit * t->block;
    int count = (int)DF_MIN((size_t)t->block, t->count - (size_t)unit * t->block);
    transform_tiles(t, tiles, count, own.data);
    if (is_first(t->tiling.transform)) {
        finish_first(t, tiles, count, &own);
    } else {
        multiply(t, &own, count);
        finish(t, tiles, count, &own);
    }
}

/** Floats from the first of side x side pixels to each. */
static void list_offsets(size_t *offsets, int side, const DfAxis *ay, size_t row, const DfAxis *ax, size_t pixel)
{
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++)
            *offsets++ = y * ay->rate * row + x * ax->rate * pixel;
}

void df_tiled_forward(const DfTransform *transform, const DfConv *conv, DfShape in, const float *source,
                      const uint8_t *needed, const DfParallel *parallel, float *out, void *scratch)
{
    Tiled t = measure(transform, conv, in);
    char *end = scratch;
    const DfAxis *ay = &t.tiling.y, *ax = &t.tiling.x;
    df_transform_sums(transform, conv, t.sums);
    list_offsets(t.offsets, transform->in, ay, (size_t)ax->source * conv->in, ax, conv->in);
    list_offsets(t.out_offsets, transform->out, ay, (size_t)ax->outputs * t.out_channels, ax, t.out_channels);
    t.source = source;
    t.out = out;
    t.list = (DfTile *)end;
    end += list_bytes(&t);
    t.zeros = memset(end, 0, floats(conv->in));
    t.scratch = end + floats(conv->in);
    t.count = df_tiling_list(&t.tiling, needed, t.list);
    df_parallel_for(parallel, (int)((t.count + t.block - 1) / t.block), block, &t);
}
