/**
 * @file
 * Strip by strip of tiles: their pixels and their outputs' gradients are transformed to planes (data and d_sums);
 * plane by plane both products are made, d_data in the data's place; and d_data is transformed back and added to the
 * source's gradient, every other row and chunk of tiles at a time, as neighbours overlap.
 */
#include "train/conv_tiled.h"

#include <string.h>

#include "train/adjoint.h"
#include "train/outer.h"

/**
 * Bytes of a strip's planes: all of them go through a last-level cache; twice those of the weights' sums, which are
 * read and written for each strip, between limits.
 */
#define LEAST_STRIP ((size_t)768 << 10)
#define MOST_STRIP ((size_t)4 << 20)
/** Tiles of a unit that transforms, at most; of one that spreads, at least; and how many of those a row has. */
enum { UNIT_TILES = 16, LEAST_CHUNK = 4, CHUNKS = 8 };
/** Floats by which planes lie further apart than they are long: see layers/tiled.c. */
enum { APART = 16 };

typedef struct Tiled {
    const DfConv *conv;
    const DfTransform *transform;
    DfTiling tiling;
    DfTransform transposed;                 /* of the products with U' */
    DfTransformSum products[DF_MOST_PLANES]; /* of each plane of data, its segments of d_sums */
    int row, rows;                          /* tiles of a row, and rows */
    int unit;                               /* tiles that are transformed by a unit */
    int chunk;                              /* those of a row that are spread by one */
    int strip;                              /* rows of a strip */
    int odd_rows, odd_chunks;               /* which rows and chunks are being spread */
    int first, count;                       /* rows of the strip in progress */
    size_t data_row, data_plane, sum_row, sum_plane; /* floats from one to the next */
    const float *source, *d_product, *prepared;
    float *data, *d_sums, *zeros, *nowhere, *d_source, *sums, *d_bias, *biases;
} Tiled;

/* ---------------------------------------------------------------------------------------- sizes -- */

static size_t planes(int side)
{
    return (size_t)side * side;
}

static Tiled measure(const DfTransform *transform, const DfConv *conv, DfShape in)
{
    Tiled t = { .conv = conv, .transform = transform, .tiling = df_tiling(transform, conv, in),
                .transposed = df_transposed_transform(transform) };
    t.row = t.tiling.x.rate * t.tiling.x.tiles;
    t.rows = t.tiling.y.rate * t.tiling.y.tiles;
    t.data_row = df_product_columns(conv->in);
    t.sum_row = df_product_columns(conv->out);
    size_t tile = planes(transform->data) * t.data_row + planes(transform->sums) * t.sum_row;
    size_t bytes = 2 * sizeof(float) * df_tiled_backward_sums(transform, conv);
    size_t fitting = DF_CLAMP(bytes, LEAST_STRIP, MOST_STRIP) / (tile * sizeof(float) * t.row);
    t.chunk = DF_MAX((t.row + CHUNKS - 1) / CHUNKS, LEAST_CHUNK);
    t.strip = (int)DF_CLAMP(fitting, (size_t)1, (size_t)t.rows);
    t.data_plane = (size_t)t.strip * t.row * t.data_row + APART;
    t.sum_plane = (size_t)t.strip * t.row * t.sum_row + APART;
    return t;
}

static size_t floats(size_t count)
{
    return df_size_align(df_size_mul(count, sizeof(float)));
}

size_t df_tiled_backward_scratch(const DfTransform *transform, const DfConv *conv, DfShape in, int threads)
{
    Tiled t = measure(transform, conv, in);
    size_t pixels = df_size_add(floats(DF_MAX(conv->in, conv->out)), df_size_mul(threads, floats(conv->in)));
    pixels = df_size_add(pixels, floats(conv->out));
    size_t all = df_size_add(floats(planes(transform->data) * t.data_plane),
                             floats(planes(transform->sums) * t.sum_plane));
    return df_size_add(pixels, all);
}

static void place(Tiled *t, int threads, void *scratch)
{
    char *end = scratch;
    size_t nowhere = threads * floats(t->conv->in);
    t->zeros = memset(end, 0, floats(DF_MAX(t->conv->in, t->conv->out)));
    end += floats(DF_MAX(t->conv->in, t->conv->out));
    t->nowhere = memset(end, 0, nowhere);
    end += nowhere;
    t->biases = (float *)end;
    end += floats(t->conv->out);
    t->data = (float *)end;
    t->d_sums = (float *)(end + floats(planes(t->transform->data) * t->data_plane));
}

/* -------------------------------------------------------------------------------------- strips -- */

/** Where the tile of a number begins along an axis. One of a dilated convolution may have no outputs. */
static void place_tile(const DfAxis *axis, int number, int16_t *in, int16_t *out)
{
    int phase = number / axis->tiles, tile = number % axis->tiles;
    *in = (int16_t)(phase + axis->rate * (axis->first_in + tile * axis->step));
    *out = (int16_t)(phase + axis->rate * (axis->first_out + tile * axis->out));
}

/** Tile `number` of the strip in progress. */
static DfTile tile_of(const Tiled *t, int number)
{
    DfTile tile;
    place_tile(&t->tiling.y, t->first + number / t->row, &tile.in_y, &tile.out_y);
    place_tile(&t->tiling.x, number % t->row, &tile.in_x, &tile.out_x);
    return tile;
}

static int lies_inside(const DfAxis *axis, int first)
{
    return first >= 0 && first + (axis->in - 1) * axis->rate < axis->source;
}

/** Side x side pixels, those of neighbouring rows and columns so many floats apart. */
static void list_square(const float *first, int side, size_t row, size_t pixel, const float **at)
{
    for (int i = 0; i < side; i++, first += row)
        for (int j = 0; j < side; j++)
            *at++ = first + j * pixel;
}

/** Where a tile's pixels are; what is outside is `outside`. */
static void find_pixels(const DfTiling *tiling, DfTile tile, const float *source, size_t channels,
                        const float *outside, const float **at)
{
    const DfAxis *ay = &tiling->y, *ax = &tiling->x;
    int rows[DF_MOST_TILE_IN], columns[DF_MOST_TILE_IN], in = tiling->transform->in;
    if (lies_inside(ay, tile.in_y) && lies_inside(ax, tile.in_x)) {
        const float *first = source + ((size_t)tile.in_y * ax->source + tile.in_x) * channels;
        list_square(first, in, ay->rate * ax->source * channels, ax->rate * channels, at);
        return;
    }
    df_axis_pixels(ay, tile.in_y, rows);
    df_axis_pixels(ax, tile.in_x, columns);
    for (int i = 0; i < in; i++) {
        const float *row = source + (size_t)DF_MAX(rows[i], 0) * ax->source * channels;
        for (int j = 0; j < in; j++)
            *at++ = rows[i] < 0 || columns[j] < 0 ? outside : row + columns[j] * channels;
    }
}

static void find_outputs(const DfTiling *tiling, DfTile tile, const float *outputs, size_t channels,
                         const float *outside, const float **at)
{
    const DfAxis *ay = &tiling->y, *ax = &tiling->x;
    if (tile.out_y >= 0 && tile.out_y + (ay->out - 1) * ay->rate < ay->outputs && tile.out_x >= 0 &&
        tile.out_x + (ax->out - 1) * ax->rate < ax->outputs) {
        const float *first = outputs + ((size_t)tile.out_y * ax->outputs + tile.out_x) * channels;
        list_square(first, ay->out, ay->rate * ax->outputs * channels, ax->rate * channels, at);
        return;
    }
    for (int i = 0, y = tile.out_y; i < ay->out; i++, y += ay->rate)
        for (int j = 0, x = tile.out_x; j < ax->out; j++, x += ax->rate) {
            int inside = y >= 0 && y < ay->outputs && x >= 0 && x < ax->outputs;
            *at++ = inside ? outputs + ((size_t)y * ax->outputs + x) * channels : outside;
        }
}

/** Some tiles' pixels and outputs' gradients to planes. */
static void transform_tiles(void *opaque, int unit, int thread)
{
    const Tiled *t = opaque;
    DfTileIn *in = df_tile_kernels()->transforms[t->transform->index].in;
    DfTileIn *sums = df_adjoint_kernels()->transforms[t->transform->index].sums;
    int first = unit * t->unit, end = DF_MIN(first + t->unit, t->count * t->row);
    (void)thread;
    for (int i = first; i < end; i++) {
        const float *at[DF_MOST_PLANES];
        DfTile tile = tile_of(t, i);
        if (t->sums) {
            find_pixels(&t->tiling, tile, t->source, t->conv->in, t->zeros, at);
            in(t->data + i * t->data_row, t->data_plane, at, t->conv->in);
        }
        find_outputs(&t->tiling, tile, t->d_product, t->conv->out, t->zeros, at);
        sums(t->d_sums + i * t->sum_row, t->sum_plane, at, t->conv->out);
    }
}

/** dU of the products that a plane of data takes part in. */
static void multiply_weights(const Tiled *t, int plane, int tiles)
{
    const DfTransform *transform = t->transform;
    int side = transform->products, in = t->conv->in, out = t->conv->out;
    for (int i = 0; i < side * side; i++) {
        int y = i / side, x = i % side;
        if (transform->data_of[y] * transform->data + transform->data_of[x] != plane)
            continue;
        size_t sum = transform->sum_of[y] * transform->sums + transform->sum_of[x];
        df_outer_add(&(DfOuter){
            .m = in, .n = out, .rows = tiles, .a = t->data + plane * t->data_plane, .lda = t->data_row,
            .b = t->d_sums + sum * t->sum_plane, .ldb = t->sum_row, .out = t->sums + (size_t)i * in * out, .ldo = out,
        });
    }
}

/** A plane of d_data, from one to four of d_sums. */
static void multiply_back(const Tiled *t, int plane, int tiles)
{
    const DfTransformSum *sum = &t->products[plane];
    size_t segments[4];
    for (int s = 0; s < sum->count; s++)
        segments[s] = sum->planes[s] * t->sum_plane;
    DfProduct product = {
        .a = t->d_sums, .lda = t->sum_row, .segments = segments, .segment_count = sum->count, .depth = t->conv->out,
        .weights = t->prepared + sum->weights, .columns = t->conv->in, .out = t->data + plane * t->data_plane,
        .rows = tiles,
    };
    df_tile_kernels()->product(&product);
}

/** A tile's outputs' gradients add up in one of its planes of d_sums. */
static void add_biases(const Tiled *t, int tiles)
{
    int middle = t->transform->index == DF_TRANSFORM_NEAREST ? 2 : 1, channels = t->conv->out;
    const float *from = t->d_sums + middle * (t->transform->sums + 1) * t->sum_plane;
    float *sums = memset(t->biases, 0, channels * sizeof *sums);
    for (int i = 0; i < tiles; i++, from += t->sum_row)
        for (int c = 0; c < channels; c++)
            sums[c] += from[c];
    for (int c = 0; c < channels; c++)
        t->d_bias[c] += sums[c];
}

static void multiply(void *opaque, int unit, int thread)
{
    const Tiled *t = opaque;
    (void)thread;
    if (unit == 0 && t->d_bias)
        add_biases(t, t->count * t->row);
    if (t->sums)
        multiply_weights(t, unit, t->count * t->row);
    if (t->d_source)
        multiply_back(t, unit, t->count * t->row);
}

static void spread_tiles(const Tiled *t, int row, int first, int end, int thread)
{
    DfTileSpread *spread = df_adjoint_kernels()->transforms[t->transform->index].pixels;
    const float *data = t->data + (size_t)(row * t->row + first) * t->data_row;
    float *nowhere = t->nowhere + thread * floats(t->conv->in) / sizeof(float);
    for (int i = first; i < end; i++, data += t->data_row) {
        const float *at[DF_MOST_PLANES];
        find_pixels(&t->tiling, tile_of(t, row * t->row + i), t->d_source, t->conv->in, nowhere, at);
        spread((float *const *)at, data, t->data_plane, t->conv->in);
    }
}

/** How many of `count` are odd, or even. */
static int half(int count, int odd)
{
    return (count + !odd) / 2;
}

static int chunks(const Tiled *t)
{
    return (t->row + t->chunk - 1) / t->chunk;
}

/** A chunk of a row of tiles. */
static void spread_chunk(void *opaque, int unit, int thread)
{
    const Tiled *t = opaque;
    int across = half(chunks(t), t->odd_chunks);
    int row = 2 * (unit / across) + t->odd_rows, first = (2 * (unit % across) + t->odd_chunks) * t->chunk;
    spread_tiles(t, row, first, DF_MIN(first + t->chunk, t->row), thread);
}

/** Tiles two apart share no pixels, unless what is around the source is mirrored into it. */
static void spread(Tiled *t, const DfParallel *parallel)
{
    if (t->tiling.y.reflect) {
        for (int row = 0; row < t->count; row++)
            spread_tiles(t, row, 0, t->row, 0);
        return;
    }
    for (int pass = 0; pass < 4; pass++) {
        t->odd_rows = pass / 2;
        t->odd_chunks = pass % 2;
        df_parallel_for(parallel, half(t->count, t->odd_rows) * half(chunks(t), t->odd_chunks), spread_chunk, t);
    }
}

void df_tiled_backward(const DfTransform *transform, const DfConv *conv, const float *prepared, DfShape in,
                       const float *source, const float *d_product, const DfParallel *parallel, float *d_source,
                       float *sums, float *d_bias, void *scratch)
{
    Tiled t = measure(transform, conv, in);
    DfConv back = df_transposed_conv(conv);
    df_transform_sums(&t.transposed, &back, t.products);
    place(&t, parallel ? parallel->threads : 1, scratch);
    t.source = source;
    t.d_product = d_product;
    t.prepared = prepared;
    t.d_source = d_source;
    t.sums = sums;
    t.d_bias = d_bias;
    if (d_source)
        memset(d_source, 0, df_shape_count(in) * sizeof *d_source);
    for (; t.first < t.rows; t.first += t.count) {
        t.count = DF_MIN(t.strip, t.rows - t.first);
        t.unit = DF_CLAMP(t.count * t.row / CHUNKS, 1, UNIT_TILES);
        df_parallel_for(parallel, (t.count * t.row + t.unit - 1) / t.unit, transform_tiles, &t);
        df_parallel_for(parallel, (int)planes(transform->data), multiply, &t);
        if (d_source)
            spread(&t, parallel);
    }
}
