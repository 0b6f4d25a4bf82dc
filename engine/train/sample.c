/**
 * @file
 * Samples: drawn from tiles.
 */
#include "train/sample.h"
#include "base.h"
#include "train/brush.h"
#include "train/edges.h"

#include <errno.h>
#include <string.h>

int df_sample_open(DfSample *sample, int size, int sketch)
{
    size_t pixels = (size_t)size * size;
    *sample = (DfSample){
        .size = size,
        .image = df_alloc(3 * pixels * sizeof(float)),
        .hole = df_alloc(pixels),
        .counts = df_alloc(pixels),
        .sketch = sketch ? df_alloc(pixels * sizeof(float)) : NULL,
        .scratch = df_alloc(df_crop_scratch(size)),
    };
    if (sample->image && sample->hole && sample->counts && sample->scratch && (sample->sketch || !sketch))
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
    df_free(sample->scratch);
    *sample = (DfSample){ 0 };
}

/** What the film's own mask hides is a hole, too. */
static void draw_film_hole(DfSample *sample, const DfCrop *crop, DfRandom *random)
{
    const DfTile *tile = crop->tile;
    DfHolePattern pattern = { tile->known, tile->width, tile->height };
    size_t pixels = (size_t)sample->size * sample->size;
    df_brush_pattern(sample->hole, sample->size, sample->size, &pattern, crop->zoom, random);
    df_crop_known(crop, sample->size, sample->counts);
    for (size_t p = 0; p < pixels; p++)
        sample->hole[p] |= !sample->counts[p];
}

void df_sample_draw(DfSample *sample, const DfTiles *tiles, DfRandom random)
{
    int size = sample->size, film = tiles->list[0].known != NULL;
    DfCrop crop = df_crop_draw(tiles, film ? &df_crop_film : &df_crop_any, size, &random);
    df_crop_image(&crop, size, sample->image, sample->scratch);
    if (film) {
        draw_film_hole(sample, &crop, &random);
    } else {
        df_brush_mask(sample->hole, size, size, &random);
        memset(sample->counts, 1, (size_t)size * size);
    }
    if (sample->sketch)
        df_edges_sketch(sample->image, size, sample->hole, &random, sample->sketch);
}
