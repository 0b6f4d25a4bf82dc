/**
 * @file
 * Samples: drawn from tiles.
 */
#include "train/sample.h"

#include <errno.h>
#include <string.h>

#include "train/brush.h"
#include "train/edges.h"

int df_sample_open(DfSample *sample, int size, int sketch)
{
    size_t pixels = (size_t)size * size;

    *sample = (DfSample){
        .size = size,
        .image = df_alloc(3 * pixels * sizeof(float)),
        .hole = df_alloc(pixels),
        .counts = df_alloc(pixels),
        .sketch = sketch ? df_alloc(pixels * sizeof(float)) : NULL,
    };
    if (sample->image && sample->hole && sample->counts && (sample->sketch || !sketch))
        return 0;
    df_sample_close(sample);
    return -ENOMEM;
}

void df_sample_close(DfSample *sample)
{
    df_free(sample->image);
    df_free(sample->hole);
    df_free(sample->counts);
    df_free(sample->sketch);
    df_arena_free(&sample->scratch);
    *sample = (DfSample){ 0 };
}

/** Crops that are tried for a hole over known pixels; the first half with holes of the mask's shapes. */
enum { TRIES = 16 };

/** Of a crop's pixels, the most that may be unknown. */
#define MOST_UNKNOWN 0.4

/** @return whether a hole can be learned from: not too small or large, most of it known, and most around it */
static int is_useful(const DfSample *sample)
{
    int n = sample->size * sample->size, holes = 0, good = 0, unknown = 0;

    for (int i = 0; i < n; i++) {
        holes += sample->hole[i];
        good += sample->hole[i] & sample->counts[i];
        unknown += !sample->counts[i];
    }
    return good >= DF_BRUSH_LEAST * n && 2 * good > holes && holes <= DF_BRUSH_MOST * n && unknown <= MOST_UNKNOWN * n;
}

/** Choose a crop of a film's tile, and draw a hole shaped like what is not known in some tile. */
static DfCrop draw_film_hole(DfSample *sample, const DfTiles *tiles, DfRandom *random)
{
    int size = sample->size;
    DfCrop crop;

    for (int tries = 0; tries < TRIES; tries++) {
        const DfTile *other = &tiles->list[df_random_integer(random, 0, tiles->count - 1)];
        DfHolePattern pattern = { other->known, other->width, other->height };
        crop = df_crop_draw(tiles, &df_crop_film, size, random);
        df_crop_known(&crop, size, sample->counts);
        if (other->known && tries < TRIES / 2)
            df_brush_pattern(sample->hole, size, size, &pattern, crop.zoom, random);
        else
            df_brush_mask(sample->hole, size, size, random);
        if (is_useful(sample))
            break;
    }
    return crop;
}

/** The same of any picture. */
static DfCrop draw_any_hole(DfSample *sample, const DfTiles *tiles, DfRandom *random)
{
    DfCrop crop = df_crop_draw(tiles, &df_crop_any, sample->size, random);

    memset(sample->counts, 1, (size_t)sample->size * sample->size);
    df_brush_mask(sample->hole, sample->size, sample->size, random);
    return crop;
}

/** Pixels from what is not known within which lines may be those of the mask: blur, gradient, bend and width. */
enum { LINE_MARGIN = 12 };

static void clear_unknown_lines(DfSample *sample)
{
    int size = sample->size;
    for (int y = 0; y < size; y++)
        for (int x = 0; x < size; x++) {
            int left = DF_MAX(x - LINE_MARGIN, 0), right = DF_MIN(x + LINE_MARGIN + 1, size);
            for (int row = DF_MAX(y - LINE_MARGIN, 0); !sample->counts[(size_t)y * size + x] &&
                                                       row < DF_MIN(y + LINE_MARGIN + 1, size); row++)
                memset(sample->sketch + (size_t)row * size + left, 0, (right - left) * sizeof *sample->sketch);
        }
}

int df_sample_draw(DfSample *sample, const DfTiles *tiles, DfRandom random)
{
    DfArenaMark mark = df_arena_mark(&sample->scratch);
    int size = sample->size, n = size * size, is_film = tiles->list[0].known != NULL, ret = 0;
    DfCrop crop = is_film ? draw_film_hole(sample, tiles, &random) : draw_any_hole(sample, tiles, &random);
    void *of_crop = df_arena_take(&sample->scratch, df_crop_scratch(size));

    if (!of_crop)
        return -ENOMEM;
    df_crop_image(&crop, size, sample->image, of_crop);
    for (int i = 0; i < n; i++)
        sample->hole[i] |= !sample->counts[i];
    if (sample->sketch)
        ret = df_edges_sketch(sample->sketch, sample->image, sample->hole, size, size, &random, &sample->scratch);
    if (sample->sketch)
        clear_unknown_lines(sample);
    df_arena_reset(&sample->scratch, mark);
    return ret;
}
