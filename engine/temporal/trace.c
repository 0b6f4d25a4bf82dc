/**
 * @file
 * The planner's decisions in words.
 */
#include "temporal/trace.h"

#include <stdarg.h>
#include <stdio.h>

/** A line that is written piece by piece. */
typedef struct Line {
    char *text;
    int bytes, length;
} Line;

static void __attribute__((format(printf, 2, 3))) add(Line *line, const char *format, ...)
{
    va_list arguments;
    int room = line->bytes - line->length;

    va_start(arguments, format);
    int n = vsnprintf(line->text + line->length, room, format, arguments);
    va_end(arguments);
    line->length += n < 0 ? 0 : DF_MIN(n, room - 1);
}

static void add_motion(Line *line, const DfFrameState *s)
{
    const DfFrameMotion *m = &s->motion;

    if (!m->back) {
        add(line, s->shot == s->frame ? "cut" : "unrelated");
        return;
    }
    add(line, "from %lld", (long long)(s->frame - m->back));
    if (m->repeated)
        add(line, ", repeated");
    else if (m->areas.count)
        add(line, ", error %.2f, survived %.2f, gain %.3f, offset %.2f", m->error, m->survived, m->light[0].gain,
            m->light[0].offset);
    for (int i = 0; m->motions && i < m->areas.count; i++) {
        const DfLayer *layer = &m->motions[i].layer;
        if (layer->side)
            add(line, ", layer %s %d..%d, %d..%d", layer->side > 0 ? "in" : "around", layer->rect.x0, layer->rect.x1,
                layer->rect.y0, layer->rect.y1);
    }
    if (s->odd)
        add(line, ", flash");
}

/** Pixels of the hole by where they come from. */
static void add_origins(Line *line, const DfFrameState *s)
{
    int64_t past = 0, future = 0, kept = 0, before = 0, here = 0, nowhere = 0;

    for (int i = 0; i < s->map->area_count; i++) {
        const DfMapArea *area = &s->map->areas[i];
        const DfMapPixel *pixel = area->pixels;
        for (int y = area->hole.y0; y < area->hole.y1; y++) {
            for (int x = area->hole.x0; x < area->hole.x1; x++, pixel++) {
                if (pixel->reference == DF_NO_REFERENCE) {
                    nowhere += df_mask_hole(s->source->mask, x, y);
                    continue;
                }
                const DfReference *r = &s->map->references[pixel->reference];
                past += r->kind == DF_KIND_SHOWN && r->source->frame < s->frame;
                future += r->kind == DF_KIND_SHOWN && r->source->frame > s->frame;
                kept += r->kind == DF_KIND_KEPT;
                before += r->kind == DF_KIND_SYNTHESISED && r->source != s->source;
                here += r->kind == DF_KIND_SYNTHESISED && r->source == s->source;
            }
        }
    }
    add(line, "; pixels: past %lld, future %lld, kept %lld, synthesised before %lld, now %lld",
        (long long)past, (long long)future, (long long)kept, (long long)before, (long long)here);
    if (nowhere)
        add(line, ", from nowhere %lld", (long long)nowhere);
    add(line, ", of %d references", s->map->reference_count);
}

int df_trace(char *text, int bytes, const DfFrameState *s)
{
    static const char *const renewals[] = { "", ", renewed as stale", ", renewed as too dark",
                                            ", renewed as the sketch changed" };
    Line line = { text, bytes, 0 };

    add(&line, "frame %lld: ", (long long)s->frame);
    add_motion(&line, s);
    add(&line, "%s; %d frames ahead seen", renewals[s->renewal], s->looked_ahead);
    if (s->failed)
        add(&line, "; not planned for want of memory");
    if (s->fade > 0)
        add(&line, ", former at %.2f", s->fade);
    if (s->map && s->map->area_count)
        add_origins(&line, s);
    return line.length;
}
