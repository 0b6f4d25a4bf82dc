/**
 * @file
 * Maps and their references: laid out, copied, joined, cleared of what is not used.
 */
#include "temporal/source_map.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/** Of pixels and doubts, which share one block. */
static size_t bytes_of(const DfSourceMap *map)
{
    return df_size_mul(map->pixel_count, sizeof *map->pixels) + map->doubt_bytes;
}

int df_source_map_create(DfSourceMap **map, DfAccount *account, const DfAreas *areas)
{
    DfSourceMap *m = df_alloc(sizeof *m);

    if (!m)
        return -ENOMEM;
    atomic_init(&m->users, 1);
    m->account = account;
    for (int i = 0; i < areas->count; i++) {
        m->pixel_count += df_rect_area(areas->items[i].hole);
        m->doubt_bytes += DF_SIDES * df_doubt_count(areas->items[i].hole);
    }
    m->areas = df_alloc(df_size_mul(DF_MAX(areas->count, 1), sizeof *m->areas));
    m->pixels = df_account_alloc(account, bytes_of(m));
    if (!m->areas || !m->pixels) {
        df_source_map_close(&m);
        return -ENOMEM;
    }
    DfMapPixel *pixels = m->pixels;
    uint8_t *doubts = (uint8_t *)(m->pixels + m->pixel_count);
    memset(doubts, 0, m->doubt_bytes);
    for (; m->area_count < areas->count; m->area_count++) {
        DfRect hole = areas->items[m->area_count].hole;
        m->areas[m->area_count] = (DfMapArea){ .hole = hole, .pixels = pixels,
                                               .doubts = { doubts, doubts + df_doubt_count(hole) } };
        pixels += df_rect_area(hole);
        doubts += DF_SIDES * df_doubt_count(hole);
    }
    for (size_t i = 0; i < m->pixel_count; i++)
        m->pixels[i].reference = DF_NO_REFERENCE;
    *map = m;
    return 0;
}

DfSourceMap *df_source_map_ref(DfSourceMap *map)
{
    atomic_fetch_add_explicit(&map->users, 1, memory_order_relaxed);
    return map;
}

void df_source_map_close(DfSourceMap **map)
{
    DfSourceMap *gone = map ? *map : NULL;

    if (!gone)
        return;
    *map = NULL;
    if (atomic_fetch_sub_explicit(&gone->users, 1, memory_order_acq_rel) > 1)
        return;
    for (int i = 0; i < gone->reference_count; i++)
        df_source_close(&gone->references[i].source);
    df_account_free(gone->account, gone->references,
                    df_size_mul(gone->reference_room, sizeof *gone->references));
    df_account_free(gone->account, gone->pixels, bytes_of(gone));
    df_account_free(gone->account, gone->second, df_size_mul(gone->pixel_count, sizeof *gone->second));
    df_account_free(gone->account, gone->share, gone->pixel_count);
    df_free(gone->areas);
    df_free(gone);
}

/** Room for `count` references. */
static int reserve(DfSourceMap *map, int count)
{
    DfReference *references;

    if (count > DF_NO_REFERENCE)
        return -ENOSPC;
    if (count <= map->reference_room)
        return 0;
    int room = DF_MIN(DF_MAX(count, 2 * map->reference_room), DF_NO_REFERENCE);
    if (!(references = df_account_alloc(map->account, df_size_mul(room, sizeof *references))))
        return -ENOMEM;
    if (map->reference_count)
        memcpy(references, map->references, map->reference_count * sizeof *references);
    df_account_free(map->account, map->references, df_size_mul(map->reference_room, sizeof *references));
    map->references = references;
    map->reference_room = room;
    return 0;
}

int df_source_map_add(DfSourceMap *map, const DfReference *reference)
{
    int ret = reserve(map, map->reference_count + 1);

    if (ret < 0)
        return ret;
    map->references[map->reference_count] = *reference;
    df_source_ref(reference->source);
    return map->reference_count++;
}

int df_source_map_append(DfSourceMap *map, const DfSourceMap *other)
{
    int first = map->reference_count, ret = reserve(map, first + other->reference_count);

    for (int i = 0; ret >= 0 && i < other->reference_count; i++)
        ret = df_source_map_add(map, &other->references[i]);
    return ret < 0 ? ret : first;
}

void df_source_map_set_layers(DfSourceMap *map, const DfFrameMotion *motion)
{
    for (int i = 0; i < map->area_count; i++) {
        const DfMotion *found = df_frame_motion_find(motion, map->areas[i].hole);
        map->areas[i].layer = found ? found->layer : (DfLayer){ 0 };
    }
}

int df_source_map_copy(DfSourceMap *to, const DfSourceMap *from)
{
    int ret = df_source_map_append(to, from);

    if (ret >= 0)
        memcpy(to->pixels, from->pixels, to->pixel_count * sizeof *to->pixels);
    return DF_MIN(ret, 0);
}

int df_source_map_mix(DfSourceMap *map, size_t i, DfMapPixel second, float share)
{
    uint8_t steps = (uint8_t)(share * DF_SHARE_STEPS + 0.5f);

    if (!steps)
        return 0;
    if (!map->second)
        map->second = df_account_alloc(map->account, df_size_mul(map->pixel_count, sizeof *map->second));
    if (map->second && !map->share && (map->share = df_account_alloc(map->account, map->pixel_count)))
        memset(map->share, 0, map->pixel_count);
    if (!map->share)
        return -ENOMEM;
    map->second[i] = second;
    map->share[i] = steps;
    return 0;
}

/** Mark the references that pixels have. */
static void mark_used(DfReference *references, const DfMapPixel *pixels, const uint8_t *share, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (share ? share[i] : pixels[i].reference != DF_NO_REFERENCE)
            references[pixels[i].reference].number = 0;
}

static void renumber(const DfReference *references, DfMapPixel *pixels, const uint8_t *share, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (share ? share[i] : pixels[i].reference != DF_NO_REFERENCE)
            pixels[i].reference = (uint16_t)references[pixels[i].reference].number;
}

void df_source_map_compact(DfSourceMap *map)
{
    DfReference *references = map->references;
    int used = 0, kept = 0;

    for (int i = 0; i < map->reference_count; i++)
        references[i].number = -1;
    mark_used(references, map->pixels, NULL, map->pixel_count);
    if (map->share)
        mark_used(references, map->second, map->share, map->pixel_count);
    for (int i = 0; i < map->reference_count; i++)
        if (!references[i].number)
            references[i].number = used++;
    if (used < map->reference_count)
        renumber(references, map->pixels, NULL, map->pixel_count);
    if (used < map->reference_count && map->share)
        renumber(references, map->second, map->share, map->pixel_count);
    for (int i = 0; i < map->reference_count; i++) {
        if (references[i].number < 0)
            df_source_close(&references[i].source);
        else
            references[kept++] = references[i];
    }
    map->reference_count = kept;
}

/** Rows of a band: few enough to share a small hole among threads. */
#define BAND 16

static int bands_of(DfRect hole)
{
    return df_ceil_div(df_rect_height(hole), BAND);
}

int df_source_map_bands(const DfSourceMap *map)
{
    int bands = 0;

    for (int i = 0; i < map->area_count; i++)
        bands += bands_of(map->areas[i].hole);
    return bands;
}

DfMapBand df_source_map_band(const DfSourceMap *map, int i)
{
    int area = 0;

    for (; i >= bands_of(map->areas[area].hole); area++)
        i -= bands_of(map->areas[area].hole);
    int first = map->areas[area].hole.y0 + i * BAND;
    return (DfMapBand){ area, first, DF_MIN(first + BAND, map->areas[area].hole.y1) };
}

DfMapPixel df_map_pixel(int number, const DfAffine *motion, int x, int y, float from_x, float from_y)
{
    float dx, dy;

    df_affine_at(motion, x, y, &dx, &dy);
    dx = (from_x - (float)x - dx) * DF_RESIDUAL_STEPS;
    dy = (from_y - (float)y - dy) * DF_RESIDUAL_STEPS;
    if (!(fabsf(dx) < INT16_MAX && fabsf(dy) < INT16_MAX))
        return (DfMapPixel){ DF_NO_REFERENCE, 0, 0 };
    return (DfMapPixel){ (uint16_t)number, (int16_t)lrintf(dx), (int16_t)lrintf(dy) };
}
