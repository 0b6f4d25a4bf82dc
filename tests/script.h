/**
 * @file
 * Films for the planner: what the steps before it find out of each frame is written by hand, so that what must come of
 * it is known exactly.
 */
#ifndef DF_TESTS_SCRIPT_H
#define DF_TESTS_SCRIPT_H

#include "scene.h"
#include "temporal/planner.h"

#define SCRIPT_MOST 600

/** One frame. */
typedef struct Shot {
    Camera camera;
    DeepfillMask *mask;
    int back;           /**< of the motion; 0: it begins a shot */
    int repeated;
    float error;
    DfLayer layer;      /**< of the motion in all its areas */
    DfLight light[3];   /**< from the frame that it is related to */
    Picture *picture;   /**< NULL: black, with noise in the hole */
} Shot;

typedef struct Script {
    DfAccount account;
    DeepfillFormat format;
    int frames, ahead;
    int begun, observed; /**< frames that have a state; that the planner has taken into account */
    Shot shots[SCRIPT_MOST];
    Picture black;
    Picture marked[SCRIPT_MOST]; /**< black with noise in the hole, of frames that have one */
    DfPlanner planner;
    DfArena scratch;
    const DfParallel *parallel;
} Script;

/** Frames of one shot without holes by a camera that rests. */
static inline Script *script_new(DeepfillFormat format, int frames)
{
    Script *script = calloc(1, sizeof *script);

    assert_non_null(script);
    script->format = format;
    script->frames = frames;
    script->black = picture_new(format);
    memset(script->black.memory, 0, script->black.bytes);
    for (int t = 0; t < frames; t++)
        script->shots[t] = (Shot){ .camera = camera_pan(0, 0), .back = t > 0,
                                   .light = { DF_LIGHT_SAME, DF_LIGHT_SAME, DF_LIGHT_SAME } };
    return script;
}

/** End a plan: nothing is left on account. */
static inline void script_stop(Script *script)
{
    df_planner_free(&script->planner);
    assert_int_equal(df_account_bytes(&script->account), 0);
}

static inline void script_free(Script *script)
{
    script_stop(script);
    df_arena_free(&script->scratch);
    free(script->black.memory);
    for (int t = 0; t < script->frames; t++)
        free(script->marked[t].memory);
    free(script);
}

/** Begin to plan; what was planned before is forgotten. */
static inline void script_start(Script *script, int ahead, size_t memory)
{
    DfPlannerSettings settings = { .slots = ahead + DF_PLANNER_SETTLING + 6, .ahead = ahead, .memory = memory };

    script_stop(script);
    script->ahead = ahead;
    script->begun = script->observed = 0;
    assert_int_equal(df_planner_init(&script->planner, &script->account, &settings), 0);
}

static inline DeepfillMask *script_mask(const Script *script, int t)
{
    return t >= 0 && t < script->frames ? script->shots[t].mask : NULL;
}

/** What a frame shows: nothing, and in its hole what is to be hidden. */
static inline const DeepfillImage *script_image(Script *script, int t)
{
    const Shot *shot = &script->shots[t];
    Picture *marked = &script->marked[t];

    if (shot->picture)
        return &shot->picture->image;
    if (!shot->mask)
        return &script->black.image;
    if (!marked->memory) {
        *marked = picture_new(script->format);
        memset(marked->memory, 0, marked->bytes);
        scene_deface(marked, shot->mask, 7);
    }
    return &marked->image;
}

/** What snapshot and motion find out of a frame. */
static inline void script_begin(Script *script, int t)
{
    const Shot *shot = &script->shots[t], *earlier = shot - shot->back;
    const DeepfillImage *image = script_image(script, t);
    DfFrameState *s = df_planner_state(&script->planner, t);
    DeepfillMask *masks[] = { script_mask(script, t - 1), shot->mask, script_mask(script, t + 1) };
    DfAreas areas = { 0 };

    assert_int_equal(df_frame_state_begin(s, &script->account, t, image, shot->mask), 0);
    assert_int_equal(df_areas_create(&areas, &script->format, masks, 3), 0);
    assert_int_equal(df_copies_make(&s->source->shown, &script->account, image, shot->mask, &areas), 0);
    df_areas_free(&areas);
    camera_relate(&s->motion, &script->format, shot->back, &shot->camera, shot->mask, &earlier->camera, earlier->mask);
    s->motion.repeated = shot->repeated;
    s->motion.error = shot->error;
    for (int i = 0; i < s->motion.areas.count; i++)
        s->motion.motions[i].layer = shot->layer;
    memcpy(s->motion.light, shot->light, sizeof s->motion.light);
}

/** Let the planner observe the next frame. @return one past the last frame that is planned */
static inline int script_observe(Script *script)
{
    int known = script->observed + 1 + (script->ahead ? DF_PLANNER_SETTLING : 0);

    while (script->begun < DF_MIN(known, script->frames))
        script_begin(script, script->begun++);
    df_planner_observe(&script->planner, script->observed++, known >= script->frames ? script->frames : INT64_MAX,
                       script->parallel, &script->scratch);
    assert_int_equal(df_planner_seen(&script->planner), script->observed);
    return (int)df_planner_planned(&script->planner);
}

/** Observe frames until another one is planned. @return one past the last frame that is planned */
static inline int script_plan(Script *script)
{
    int before = (int)df_planner_planned(&script->planner), planned = before;

    while (planned == before) {
        assert_true(script->observed < script->frames);
        planned = script_observe(script);
    }
    return planned;
}

/** The state of a frame that has its plan. */
static inline const DfFrameState *script_state(const Script *script, int t)
{
    const DfFrameState *s = df_planner_state(&script->planner, t);

    assert_int_equal(s->frame, t);
    assert_false(s->failed);
    assert_non_null(s->map);
    return s;
}

/** Where a pixel comes from. */
typedef struct Origin {
    const DfReference *reference; /**< NULL: from nowhere; then frame and kind are -1 */
    int frame, kind;
    float x, y;
} Origin;

static inline Origin script_origin(const DfSourceMap *map, int x, int y)
{
    Origin o = { NULL, -1, -1, 0, 0 };
    const DfMapPixel *pixel = df_source_map_at(map, x, y);

    assert_non_null(pixel);
    if (pixel->reference == DF_NO_REFERENCE)
        return o;
    assert_true(pixel->reference < map->reference_count);
    o.reference = &map->references[pixel->reference];
    o.frame = (int)o.reference->source->frame;
    o.kind = (int)o.reference->kind;
    df_source_map_position(map, pixel, x, y, &o.x, &o.y);
    return o;
}

static inline int script_is_hole(const Script *script, int t, int x, int y)
{
    return script->shots[t].mask && df_mask_hole(script->shots[t].mask, x, y);
}

/**
 * Whether frame t shows (x, y): none of the samples around it is hole or beyond the frame. A grown hole's own rim does
 * no harm: there one that is not hole will do.
 */
static inline int script_shows(const Script *script, int t, double x, double y)
{
    const DeepfillMask *mask = script->shots[t].mask;
    int x0 = (int)floor(x), y0 = (int)floor(y), x1 = (int)ceil(x), y1 = (int)ceil(y);

    if (x0 < 0 || y0 < 0 || x1 >= script->format.width || y1 >= script->format.height)
        return 0;
    int hidden = script_is_hole(script, t, x0, y0) + script_is_hole(script, t, x1, y0) +
                 script_is_hole(script, t, x0, y1) + script_is_hole(script, t, x1, y1);
    return hidden < (mask && mask->settings.dilate ? 4 : 1);
}

/** What must hold of any origin of pixel (x, y): it is where the cameras say, and what is there is kept. */
static inline void script_check_origin(const Script *script, const DfFrameState *s, const Origin *o, int x, int y)
{
    double to_x, to_y;

    camera_carry(&script->shots[s->frame].camera, &script->shots[o->frame].camera, x, y, &to_x, &to_y);
    if (fabs(o->x - to_x) > 0.1 || fabs(o->y - to_y) > 0.1)
        fail_msg("pixel %d,%d of frame %d: %.2f,%.2f of frame %d, not %.2f,%.2f", x, y, (int)s->frame, o->x, o->y,
                 o->frame, to_x, to_y);
    if (o->kind == DF_KIND_SHOWN) {
        const DfCopy *copy = df_copies_near(&o->reference->source->shown, o->x, o->y);
        assert_true(script_shows(script, o->frame, o->x, o->y));
        assert_true(df_source_has(o->reference->source, o->x, o->y));
        assert_non_null(copy);
        assert_true(o->x >= (float)copy->place.x0 && o->x <= (float)(copy->place.x1 - 1));
        assert_true(o->y >= (float)copy->place.y0 && o->y <= (float)(copy->place.y1 - 1));
        return;
    }
    int needed = o->frame == s->frame;
    for (int i = 0; i < s->need_count; i++)
        needed |= s->needs[i] == o->frame;
    assert_true(needed);
}

/** What must hold of a planned frame: every hole pixel comes from somewhere, all others from nowhere. */
static inline void script_check(const Script *script, int t)
{
    const DfFrameState *s = script_state(script, t);
    int64_t hole = 0, fresh = 0;

    for (int i = 0; i < s->areas.count; i++) {
        DfRect r = s->areas.items[i].hole;
        for (int y = r.y0; y < r.y1; y++)
            for (int x = r.x0; x < r.x1; x++) {
                Origin o = script_origin(s->map, x, y);
                assert_int_equal(o.frame >= 0, script_is_hole(script, t, x, y));
                if (o.frame >= 0)
                    script_check_origin(script, s, &o, x, y);
                hole += o.frame >= 0;
                fresh += o.frame == t && o.kind == DF_KIND_SYNTHESISED;
                if (s->fade > 0 && (o = script_origin(s->former, x, y)).frame >= 0)
                    script_check_origin(script, s, &o, x, y);
            }
    }
    assert_int_equal(s->hole, hole);
    assert_int_equal(s->fresh, fresh);
    assert_true(!fresh || s->keep_composite);
}

#endif
