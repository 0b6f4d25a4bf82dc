/**
 * @file
 * What noise a frame's fill is to have, and which of its samples lack how much of it.
 */
#include "temporal/grain.h"

#include <errno.h>
#include <stddef.h>

/* ---------------------------------------------------------------------------- by the planner -- */

/** Values of one plane's noise, and which of them is its evenness. */
#define VALUES ((int)(sizeof(DfNoise) / sizeof(float)))
#define EVENNESS ((int)(offsetof(DfNoise, evenness) / sizeof(float)))

/** The latest noises' values number `i` of a plane, sorted. @return how many */
static int sort_values(float sorted[DF_PLANNER_NOISES], const DfPlanner *planner, int plane, int i)
{
    int n = DF_MIN(planner->noise_count, DF_PLANNER_NOISES);

    for (int frame = 0; frame < n; frame++) {
        float value = ((const float *)&planner->noises[frame].planes[plane])[i];
        int k = frame;
        for (; k > 0 && sorted[k - 1] > value; k--)
            sorted[k] = sorted[k - 1];
        sorted[k] = value;
    }
    return n;
}

/** Medians; of evenness the lower quartile: what is even in some frames by chance is no noise. */
static void take_median(DfFrameNoise *noise, const DfPlanner *planner, const DeepfillFormat *format)
{
    noise->is_known = 1;
    for (int p = 0; p < df_plane_count(format); p++)
        for (int i = 0; i < VALUES; i++) {
            float sorted[DF_PLANNER_NOISES] = { 0 };
            int n = sort_values(sorted, planner, p, i);
            ((float *)&noise->planes[p])[i] = sorted[i == EVENNESS ? n / 4 : n / 2];
        }
    df_noise_gate(noise, format);
}

static void take_alone(DfFrameState *s)
{
    if (s->measured_alone)
        s->noise = s->measured;
}

void df_grain_settle(DfPlanner *planner, DfFrameState *s, int is_last)
{
    DfFrameState *before = s->frame ? df_planner_state(planner, s->frame - 1) : NULL;
    int is_live = !planner->settings.ahead, begins = s->shot == s->frame;

    s->seed = before && s->motion.repeated && s->motion.back == 1 ? before->seed
                                                                  : df_hash((uint32_t)(s->frame - s->shot));
    if (begins)
        planner->noise_count = 0;
    else if (s->motion.back && !s->odd && s->measured.is_known && !s->measured_alone)
        planner->noises[planner->noise_count++ % DF_PLANNER_NOISES] = s->measured;
    if (planner->noise_count)
        take_median(&s->noise, planner, &s->image.format);
    else if (!begins && before)
        s->noise = before->noise;
    /* Live, the frame before may be on its way out. */
    int waits = before && !is_live && before->shot == before->frame;
    if (waits && begins)
        take_alone(before);
    else if (waits)
        before->noise = s->noise;
    if (begins && (is_live || is_last))
        take_alone(s);
}

/* ------------------------------------------------------------------------------- by the fill -- */

/**
 * A source that shows a pixel less than this from its own place, in luma pixels, stands still: the pixel would have the
 * grain of another frame, or of the same one for as long as it is covered. Grain that is new costs .3 dB there and
 * gives .03 of tcc (films on locked cameras, sigma 2 to 8).
 */
#define STILL 0.7f

static int stands_still(const DfOriginSample *origin, int x, int y, int sx, int sy)
{
    float dx = (origin->x - (float)x) * (float)(1 << sx), dy = (origin->y - (float)y) * (float)(1 << sy);

    return dx * dx + dy * dy < STILL * STILL;
}

/** What each sample of a plane lacks. @return 1: one lacks anything */
static int classify(uint8_t *classes, const DfComposite *composite, const DfCompositePlane *plane, int sx, int sy)
{
    const DfOriginSample *origin = plane->origins;
    const uint8_t *hole = plane->hole;
    int any = 0;

    for (int y = plane->place.y0; y < plane->place.y1; y++) {
        for (int x = plane->place.x0; x < plane->place.x1; x++, origin++, hole++, classes++) {
            if (!*hole || origin->reference < 0)
                *classes = DF_GRAIN_NOTHING;
            else if (df_composite_is_made(composite, origin) || stands_still(origin, x, y, sx, sy))
                *classes = DF_GRAIN_NEW;
            else
                *classes = df_grain_class(origin->x, origin->y);
            any |= *classes;
        }
    }
    return any;
}

int df_grain_put(const DfComposite *composite, int number, DfArena *scratch)
{
    const DfFrameState *s = composite->state;
    const DeepfillFormat *format = &s->image.format;
    const DfCompositeArea *area = &composite->areas[number];
    DfArenaMark mark = df_arena_mark(scratch);
    int ret = 0;

    /* Chroma first: its noise goes by the luma as it was. */
    for (int p = df_plane_count(format) - 1; !ret && p >= 0; p--) {
        const DfCompositePlane *plane = &area->planes[p], *luma = &area->planes[df_noise_luma(format, p)];
        int sx = df_plane_sub_x(format, p), sy = df_plane_sub_y(format, p);
        if (!df_noise_is_any(&s->noise.planes[p]))
            continue;
        uint8_t *classes = df_arena_take(scratch, df_rect_area(plane->place));
        if (!classes) {
            ret = -ENOMEM;
        } else if (classify(classes, composite, plane, sx, sy)) {
            DfGrainPlane grain = {
                .colour = plane->colour, .x = plane->place.x0, .y = plane->place.y0, .classes = classes,
                .luma = luma->colour, .luma_x = (plane->place.x0 << sx) - luma->place.x0,
                .luma_y = (plane->place.y0 << sy) - luma->place.y0, .sub_x = sx, .sub_y = sy,
                .highest = (float)((1 << format->depth) - 1), .seed = df_hash(s->seed + p),
            };
            ret = df_grain_apply(&grain, &s->noise.planes[p], scratch);
        }
        df_arena_reset(scratch, mark);
    }
    return ret;
}
