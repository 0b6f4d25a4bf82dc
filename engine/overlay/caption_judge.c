/**
 * @file
 * Limits of what a caption is.
 */
#include "overlay/caption_judge.h"

#include <math.h>

#include "overlay/caption_mask.h"

#define LEAST_AREA (0.8f * DF_CAPTION_AREA) /* without single pixels */
#define LEAST_IN_LINES 0.75f /* the rest is behind them, and is left out */
#define MOST_HEIGHT 0.16f    /* frame heights: two lines that touch */
#define LEAST_WIDTH 0.03f    /* band widths */
#define LEAST_FILL 0.2f
#define LEAST_STRENGTH 45.0f /* levels */
#define FADING_AREA 5.0f     /* of strokes that fade: things that pass by do, too */
#define SMALL_AREA (2 * DF_CAPTION_AREA)
#define SMALL_STRENGTH 60.0f /* of strokes that fade, or are few */
#define LEAST_REST -0.15f    /* of the strokes, beyond an end */
#define MOST_REST 0.25f
#define MOST_STEADY_REST 0.5f /* where they go at once, and what is behind them and resembles them stays as it is */
#define STEADY 0.1f
/* Where one end tells: */
#define ONE_END_STRENGTH 100.0f /* unless the area is large and nothing fades */
#define ONE_END_FILL 0.25f
#define ONE_END_REST 0.15f

static int is_fading(const DfCaptionEnd *end)
{
    return end->ramp > 1;
}

/** Whether the strokes come or go there, and nothing of them is seen beyond. */
static int is_clear(const DfCaptionEnd *end)
{
    float most = !is_fading(end) && end->unrest < STEADY ? MOST_STEADY_REST : MOST_REST;
    return end->kind == DF_CAPTION_END_SEEN && end->rest >= LEAST_REST && end->rest <= most;
}

/** What is behind the strokes resembles them: not believed where the other end fades. */
static int is_doubtful(const DfCaptionEnd *end, const DfCaptionEnd *other)
{
    return end->kind == DF_CAPTION_END_SEEN && end->rest > MOST_REST && is_fading(other);
}

/** Whether an end tells: the film's end and a cut take everything away at once. */
static int tells(const DfCaptionEnd *end)
{
    return end->kind == DF_CAPTION_END_SEEN && end->cut < DF_CAPTION_CUT;
}

static int lies_in_lines(const DfCaptionShape *shape)
{
    return shape->in_lines >= LEAST_IN_LINES && shape->height <= MOST_HEIGHT && shape->width >= LEAST_WIDTH
           && shape->fill >= LEAST_FILL && shape->strength >= LEAST_STRENGTH && shape->area >= LEAST_AREA;
}

int df_caption_is_likely(const DfCaptionEnd *first, const DfCaptionEnd *last, const DfCaptionShape *shape)
{
    int can_be = (first->kind == DF_CAPTION_END_FILM || is_clear(first))
                 && (last->kind == DF_CAPTION_END_FILM || is_clear(last));

    if (!can_be || is_doubtful(first, last) || is_doubtful(last, first) || !lies_in_lines(shape))
        return 0;
    int fades = is_fading(first) || is_fading(last), is_small = shape->area < SMALL_AREA;
    if ((fades && shape->area < FADING_AREA) || ((fades || is_small) && shape->strength < SMALL_STRENGTH))
        return 0;
    if (tells(first) && tells(last))
        return 1;
    const DfCaptionEnd *one = tells(first) ? first : last;
    int has_doubt = is_small || is_fading(one);
    return tells(one) && (!has_doubt || shape->strength >= ONE_END_STRENGTH) && shape->fill >= ONE_END_FILL
           && fabsf(one->rest) <= ONE_END_REST;
}
