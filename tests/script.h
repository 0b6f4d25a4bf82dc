/**
 * @file
 * Films for the timeline: what the steps before it find out of each frame is written by hand, so that what
 * must come of it is known exactly.
 */
#ifndef DF_TESTS_SCRIPT_H
#define DF_TESTS_SCRIPT_H

#include "camera.h"
#include "frame.h"
#include "temporal/ledger.h"

#define SCRIPT_MOST 600

/** One frame. */
typedef struct Shot {
    Camera camera;
    DeepfillMask *mask;
    int back;           /**< of the link; 0: it begins a shot */
    int repeated;
    float error;
    DfLight light[3];   /**< from the frame that it is linked to */
    Picture *picture;   /**< NULL: black */
} Shot;

typedef struct Script {
    DeepfillFormat format;
    int frames, ahead;
    int64_t begun;      /**< frames that the timeline knows */
    Shot shots[SCRIPT_MOST];
    Picture black;
    DfTimeline timeline;
    DfArena scratch;
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

static inline void script_free(Script *script)
{
    df_timeline_free(&script->timeline);
    df_arena_free(&script->scratch);
    free(script->black.memory);
    free(script);
}

static inline void script_start(Script *script, int ahead, size_t budget)
{
    df_timeline_free(&script->timeline);
    script->ahead = ahead;
    script->begun = 0;
    assert_int_equal(df_timeline_init(&script->timeline, 2 * ahead + 1, ahead, budget), 0);
}

/** What view and link find out of a frame. */
static inline void script_begin(Script *script, int t)
{
    const Shot *shot = &script->shots[t], *earlier = shot - shot->back;
    const DeepfillImage *image = shot->picture ? &shot->picture->image : &script->black.image;
    DfMoment *m = df_timeline_moment(&script->timeline, t);
    DeepfillMask *before = t ? shot[-1].mask : NULL, *after = t + 1 < script->frames ? shot[1].mask : NULL;
    DeepfillMask *masks[] = { before, shot->mask, after };
    DfAreas areas = { 0 };

    assert_int_equal(df_moment_begin(m, t, image, shot->mask), 0);
    assert_int_equal(df_areas_create(&areas, &script->format, masks, 3), 0);
    assert_int_equal(df_patches_copy(&m->source->shown, image, m->source->mask, &areas), 0);
    df_areas_free(&areas);
    camera_link(&m->link, &script->format, shot->back, &shot->camera, shot->mask, &earlier->camera,
                earlier->mask);
    m->link.repeated = shot->repeated;
    m->link.error = shot->error;
    memcpy(m->link.light, shot->light, sizeof m->link.light);
}

/** Plan the block that begins with a frame. @return one past its last frame */
static inline int script_plan(Script *script, int first)
{
    int end = DF_MIN(first + DF_MAX(2 * script->ahead, 1), script->frames);

    while (script->begun < end)
        script_begin(script, (int)script->begun++);
    assert_int_equal(df_timeline_plan(&script->timeline, first, end, &script->scratch), 0);
    return DF_MIN(first + DF_MAX(script->ahead, 1), script->frames);
}

static inline const DfMoment *script_moment(const Script *script, int t)
{
    const DfMoment *m = df_timeline_moment(&script->timeline, t);

    assert_int_equal(m->frame, t);
    assert_true(m->planned);
    return m;
}

/** A pixel's place; its source's frame and kind. */
typedef struct Had {
    const DfPlace *place;
    int frame, kind;
} Had;

static inline Had script_had(const DfMoment *m, const DfTrail *trail, int x, int y)
{
    Had had = { df_trail_at(trail, x, y), -1, -1 };

    assert_non_null(had.place);
    if (had.place->source < 0)
        return had;
    assert_true(had.place->source / DF_PLACE_KINDS < m->use_count);
    const DfSource *source = m->uses[had.place->source / DF_PLACE_KINDS].source;
    assert_non_null(source);
    had.frame = (int)source->frame;
    had.kind = had.place->source % DF_PLACE_KINDS;
    return had;
}

static inline int script_is_hole(const Script *script, int t, int x, int y)
{
    return script->shots[t].mask && df_mask_hole(script->shots[t].mask, x, y);
}

/**
 * Whether frame t shows (x, y): none of the samples around it is hole or beyond the frame. A grown hole's own
 * rim does no harm: there one that is not hole will do.
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

/** What must hold of any place of pixel (x, y): it is where the cameras say, and what is there is kept. */
static inline void script_check_place(const Script *script, const DfMoment *m, const Had *had, int x, int y)
{
    double to_x, to_y;
    const DfSource *source = m->uses[had->place->source / DF_PLACE_KINDS].source;

    camera_carry(&script->shots[m->frame].camera, &script->shots[had->frame].camera, x, y, &to_x, &to_y);
    if (fabs(had->place->x - to_x) > 0.1 || fabs(had->place->y - to_y) > 0.1)
        fail_msg("pixel %d,%d of frame %d: %.2f,%.2f of frame %d, not %.2f,%.2f", x, y, (int)m->frame,
                 had->place->x, had->place->y, had->frame, to_x, to_y);
    if (had->kind == DF_PLACE_SHOWN) {
        assert_true(script_shows(script, had->frame, had->place->x, had->place->y));
        assert_non_null(df_patches_at(&source->shown, had->place->x, had->place->y));
        return;
    }
    int needed = had->frame == m->frame;
    for (int i = 0; i < m->need_count; i++)
        needed |= m->needs[i] == had->frame;
    assert_true(needed);
}

/** What must hold of a planned frame: every hole pixel is had somewhere, all others nowhere. */
static inline void script_check(const Script *script, int t)
{
    const DfMoment *m = script_moment(script, t);

    for (int i = 0; i < m->areas.count; i++) {
        DfRect r = m->areas.items[i].hole;
        for (int y = r.y0; y < r.y1; y++)
            for (int x = r.x0; x < r.x1; x++) {
                Had had = script_had(m, &m->trail, x, y);
                assert_int_equal(had.frame >= 0, script_is_hole(script, t, x, y));
                if (had.frame >= 0)
                    script_check_place(script, m, &had, x, y);
                if (m->fade > 0 && (had = script_had(m, &m->old, x, y)).frame >= 0)
                    script_check_place(script, m, &had, x, y);
            }
    }
}

#endif
