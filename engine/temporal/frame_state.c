/**
 * @file
 * Beginning and end of a frame's state.
 */
#include "temporal/frame_state.h"

#include <errno.h>

int df_frame_state_begin(DfFrameState *s, DfAccount *account, int64_t frame, const DeepfillImage *image,
                         DeepfillMask *mask)
{
    df_frame_state_free(s);
    s->frame = -1;
    s->image = *image;
    if (df_areas_create(&s->areas, &image->format, &mask, 1) < 0 ||
        df_source_create(&s->source, account, &image->format, frame, mask) < 0)
        return -ENOMEM;
    s->frame = s->shot = frame;
    return 0;
}

DfFrameView df_frame_state_view(const DfFrameState *s)
{
    return (DfFrameView){ .image = s->image, .mask = s->source->mask, .keep_out = s->source->keep_out };
}

DfFrameView df_frame_state_copy_view(const DfFrameState *s, const DfFrameState *next)
{
    return (DfFrameView){ .image = s->image, .shown = &s->source->shown, .mask = s->source->mask,
                          .keep_out = s->source->keep_out, .next = next->source->mask };
}

void df_frame_state_release_plan(DfFrameState *s)
{
    df_source_map_close(&s->map);
    df_source_map_close(&s->former);
    df_free(s->needs);
    s->needs = NULL;
    s->need_count = 0;
}

void df_frame_state_free(DfFrameState *s)
{
    df_frame_state_release_plan(s);
    if (s->source)
        df_account_credit(s->source->account, s->mask_bytes);
    df_source_close(&s->source);
    deepfill_sketch_close(&s->sketch);
    df_areas_free(&s->areas);
    df_frame_motion_free(&s->motion);
    *s = (DfFrameState){ 0 };
}
