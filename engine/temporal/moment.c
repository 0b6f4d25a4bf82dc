/**
 * @file
 * Beginning and end of a moment.
 */
#include "temporal/moment.h"

#include <errno.h>

int df_moment_begin(DfMoment *m, int64_t frame, const DeepfillImage *image, DeepfillMask *mask)
{
    df_moment_release(m);
    df_source_close(&m->source);
    deepfill_sketch_close(&m->sketch);
    m->frame = -1;
    m->image = *image;
    m->planned = m->odd = m->keep_made = m->unfilled = 0;
    m->fade = 0;
    m->hole = m->fresh = 0;
    m->link.back = 0;
    m->trail.count = m->old.count = 0;
    if (df_areas_create(&m->areas, &image->format, &mask, 1) < 0 ||
        df_source_create(&m->source, &image->format, frame, mask) < 0)
        return -ENOMEM;
    m->frame = frame;
    return 0;
}

DfLinkEnd df_moment_end(const DfMoment *m, int by_copy)
{
    return (DfLinkEnd){ m->image, by_copy ? &m->source->shown : NULL, m->source->mask };
}

void df_moment_release(DfMoment *m)
{
    for (int i = 0; i < m->use_count; i++)
        df_source_close(&m->uses[i].source);
    m->use_count = m->need_count = 0;
}

void df_moment_free(DfMoment *m)
{
    df_moment_release(m);
    df_source_close(&m->source);
    deepfill_sketch_close(&m->sketch);
    df_areas_free(&m->areas);
    df_link_free(&m->link);
    df_trail_free(&m->trail);
    df_trail_free(&m->old);
    df_free(m->uses);
    df_free(m->needs);
    *m = (DfMoment){ 0 };
}
