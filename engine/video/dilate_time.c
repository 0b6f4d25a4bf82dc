/**
 * @file
 * Toggles between a frame and the one before it, carried back to frames that are held, and on to those that follow.
 */
#include "video/dilate_time.h"

#include <errno.h>
#include <string.h>

#include "temporal/trust.h"

DfHeld *df_dilate_time_held(DfDilateTime *dilate, int64_t n)
{
    return &dilate->held[n % (dilate->hold + 1)];
}

static void release(DfHeld *held)
{
    deepfill_mask_close(&held->own);
    deepfill_mask_close(&held->filled);
    deepfill_mask_close(&held->hidden);
    *held = (DfHeld){ 0 };
}

static void forget_union(DfUnion *u)
{
    deepfill_mask_close(&u->mask);
    deepfill_mask_close(&u->other);
    deepfill_mask_close(&u->united);
}

static void forget_unions(DfDilateTime *dilate)
{
    for (int i = 0; i < DF_MOST_UNIONS; i++)
        forget_union(&dilate->unions[i]);
}

void df_dilate_time_reset(DfDilateTime *dilate)
{
    for (int i = 0; i <= dilate->hold; i++)
        release(&dilate->held[i]);
    for (int i = 0; i < dilate->ending_count; i++)
        deepfill_mask_close(&dilate->endings[i].mask);
    for (int i = 0; i < dilate->beginning_count; i++)
        deepfill_mask_close(&dilate->beginnings[i].mask);
    forget_unions(dilate);
    dilate->ending_count = dilate->beginning_count = 0;
    dilate->sent = 0;
}

void df_dilate_time_free(DfDilateTime *dilate)
{
    df_dilate_time_reset(dilate);
    df_arena_free(&dilate->scratch);
}

/** Tie each frame after `first`, up to `last`, to the one before it; the last may be the one that is taken in. */
static void tie(DfDilateTime *dilate, int64_t first, int64_t last)
{
    for (int64_t n = DF_MAX(first + 1, dilate->sent - dilate->hold); n <= last; n++) {
        if (n == dilate->sent) {
            dilate->is_tied = 1;
        } else if (n >= 0) {
            DfHeld *held = df_dilate_time_held(dilate, n);
            held->is_changed |= !held->is_tied;
            held->is_tied = 1;
        }
    }
}

static DeepfillMask *ref(DeepfillMask *mask)
{
    return mask ? deepfill_mask_ref(mask) : NULL;
}

/** Whether a hole has more than a tenth of the part of another one that a rectangle holds. */
static int has_part(const DeepfillMask *mask, const DeepfillMask *other, DfRect rect)
{
    int64_t common = 0, all = 0;

    for (int y = rect.y0; mask && y < rect.y1; y++)
        for (int x = rect.x0; x < rect.x1; x++) {
            int is_part = df_mask_hole(other, x, y);
            all += is_part;
            common += is_part && df_mask_hole(mask, x, y);
        }
    return common * 10 > all;
}

/** Whether a frame shows what another one hides. @return 1, 0 or -ENOMEM */
static int shows(DfDilateTime *dilate, const DfHeld *held, const DeepfillImage *image, DeepfillMask *mask, DfRect rect)
{
    DfFrameView frame = { .image = *image, .mask = mask }, source = { .image = held->image, .mask = held->own };
    int trust = df_trust_compare(&frame, &source, rect, &dilate->scratch);

    return trust < 0 ? trust : trust == DF_TRUST_SAME || trust == DF_TRUST_FAINT;
}

/** The union of a mask with parts of another one, cached. @return borrowed from the cache; NULL: there is no memory */
static DeepfillMask *unite(DfDilateTime *dilate, DeepfillMask *mask, DeepfillMask *other, const DfRect *rects,
                           int count)
{
    DfUnion *u;

    dilate->is_united = 1;
    for (int i = 0; i < DF_MOST_UNIONS; i++) {
        u = &dilate->unions[i];
        if (u->united && u->mask == mask && u->other == other && u->count == count &&
            !memcmp(u->rects, rects, count * sizeof *rects))
            return u->united;
    }
    u = &dilate->unions[dilate->next_union];
    dilate->next_union = (dilate->next_union + 1) % DF_MOST_UNIONS;
    forget_union(u);
    if (df_mask_unite(&u->united, mask, other, rects, count) < 0)
        return NULL;
    u->mask = ref(mask);
    u->other = ref(other);
    memcpy(u->rects, rects, count * sizeof *rects);
    u->count = count;
    return u->united;
}

/** Add parts to one of a frame's masks. */
static int add_parts(DfDilateTime *dilate, DeepfillMask **mask, DeepfillMask *other, const DfRect *rects, int count)
{
    DeepfillMask *united;

    if (!count)
        return 0;
    if (!(united = unite(dilate, *mask, other, rects, count)))
        return -ENOMEM;
    deepfill_mask_close(mask);
    *mask = ref(united);
    return 0;
}

/** Give a frame parts to fill, and parts to hide. */
static int give(DfDilateTime *dilate, DfHeld *held, DeepfillMask *other, const DfRect *filled, int fill_count,
                const DfRect *hidden, int hide_count)
{
    int ret = add_parts(dilate, &held->filled, other, filled, held->is_fixed ? 0 : fill_count);

    if (ret >= 0)
        ret = add_parts(dilate, &held->hidden, other, filled, fill_count);
    if (ret >= 0)
        ret = add_parts(dilate, &held->hidden, other, hidden, hide_count);
    held->is_changed |= fill_count || hide_count;
    return ret;
}

/** Frames in which a part that moves may be missed; longer gaps are taken as they are. */
#define MOST_MISSED 2

/** Whether a part that ended was on its way: a caption's mask stays as it is, an object's changes in each frame. */
static int was_moving(DfDilateTime *dilate, const DfEnding *ending)
{
    int is_held = ending->last >= 1 && ending->last - 1 >= dilate->sent - dilate->hold;
    const DeepfillMask *before = is_held ? df_dilate_time_held(dilate, ending->last - 1)->own : NULL;

    return before && before != df_dilate_time_held(dilate, ending->last)->own;
}

/**
 * Hide a part that moves in the frames between its end and its beginning anew. There it is at neither place, so that its
 * picture tells nothing.
 */
static int bridge(DfDilateTime *dilate, DeepfillMask *own, DfRect rect)
{
    DfRect near = df_rect_grow(rect, DF_MAX(df_rect_width(rect), df_rect_height(rect)) / 2);
    int ret = 0;

    for (int i = 0; ret >= 0 && i < dilate->ending_count; i++) {
        const DfEnding *ending = &dilate->endings[i];
        if (dilate->sent - 1 - ending->last > MOST_MISSED || df_rect_empty(df_rect_clip(near, ending->rect)) ||
            !was_moving(dilate, ending))
            continue;
        tie(dilate, ending->last - 1, dilate->sent);
        for (int64_t n = ending->last + 1; ret >= 0 && n < dilate->sent; n++) {
            DfHeld *held = df_dilate_time_held(dilate, n);
            held->is_bridged = 1;
            ret = give(dilate, held, own, NULL, 0, &rect, 1);
            if (ret >= 0)
                ret = give(dilate, held, ending->mask, NULL, 0, &ending->rect, 1);
        }
    }
    return ret;
}

static void forget_beginning(DfDilateTime *dilate, int i)
{
    deepfill_mask_close(&dilate->beginnings[i].mask);
    memmove(&dilate->beginnings[i], &dilate->beginnings[i + 1],
            (--dilate->beginning_count - i) * sizeof *dilate->beginnings);
}

static void note_beginning(DfDilateTime *dilate, DeepfillMask *own, DfRect rect)
{
    if (dilate->beginning_count == DF_MOST_ENDINGS)
        forget_beginning(dilate, 0);
    dilate->beginnings[dilate->beginning_count++] = (DfBeginning){ deepfill_mask_ref(own), rect, dilate->sent };
}

/** Hide no more of the frames before a part than they fill, or have themselves. */
static void reveal(DfDilateTime *dilate, int64_t first)
{
    for (int64_t n = DF_MAX(dilate->sent - dilate->hold, 0); n < first; n++) {
        DfHeld *held = df_dilate_time_held(dilate, n);
        if (held->is_bridged)
            continue;
        deepfill_mask_close(&held->hidden);
        held->hidden = ref(held->is_fixed ? held->own : held->filled);
        held->is_changed = 1;
    }
}

/** A mask may begin before what it hides: frames that do not show what is hidden now are seen again. */
static int review(DfDilateTime *dilate, const DeepfillImage *image, DeepfillMask *own)
{
    int ret = 0;

    for (int i = 0; ret >= 0 && i < dilate->beginning_count; i++) {
        const DfBeginning *begun = &dilate->beginnings[i];
        int is_held = begun->first - 1 >= dilate->sent - dilate->hold;
        if (is_held && has_part(own, begun->mask, begun->rect)) {
            ret = shows(dilate, df_dilate_time_held(dilate, begun->first - 1), image, own, begun->rect);
            if (ret)
                continue;
            tie(dilate, begun->first - 1, dilate->sent);
            reveal(dilate, begun->first);
        }
        forget_beginning(dilate, i--);
    }
    return DF_MIN(ret, 0);
}

/** Give the frames before the one that comes the parts of its hole that begin with it. */
static int grow_back(DfDilateTime *dilate, const DeepfillImage *image, DeepfillMask *own)
{
    DfToggles begun = { 0 };
    DfRect filled[DF_MOST_TOGGLES], hidden[DF_MOST_TOGGLES];
    int stopped[DF_MOST_TOGGLES] = { 0 }, clean[DF_MOST_TOGGLES] = { 0 }, ret = 0;

    if (df_toggles_add(&begun, df_dilate_time_held(dilate, dilate->sent - 1)->own, own) < 0)
        return -ENOMEM;
    for (int i = 0; ret >= 0 && dilate->beside && i < begun.count; i++)
        ret = bridge(dilate, own, begun.items[i].rect);
    for (int k = 1; ret >= 0 && begun.count && k <= dilate->hold && k <= dilate->sent; k++) {
        DfHeld *held = df_dilate_time_held(dilate, dilate->sent - k);
        int fill_count = 0, hide_count = 0;
        for (int i = 0; ret >= 0 && i < begun.count; i++) {
            DfRect rect = begun.items[i].rect;
            stopped[i] = stopped[i] || has_part(held->own, own, rect);
            if (stopped[i])
                continue;
            if (!clean[i] && (k > dilate->beside || (ret = shows(dilate, held, image, own, rect)) == 0))
                clean[i] = 1;
            if (k == 1 && !clean[i])
                note_beginning(dilate, own, rect);
            if (k <= dilate->frames)
                filled[fill_count++] = rect;
            else if (!clean[i])
                hidden[hide_count++] = rect;
        }
        if (fill_count || hide_count)
            tie(dilate, dilate->sent - k, dilate->sent);
        if (ret >= 0)
            ret = give(dilate, held, own, filled, fill_count, hidden, hide_count);
    }
    return DF_MIN(ret, 0);
}

static void forget_ending(DfDilateTime *dilate, int i)
{
    deepfill_mask_close(&dilate->endings[i].mask);
    memmove(&dilate->endings[i], &dilate->endings[i + 1], (--dilate->ending_count - i) * sizeof *dilate->endings);
}

/** Note the parts that the frame before had, and this one has not. */
static int note_endings(DfDilateTime *dilate, DeepfillMask *own, DeepfillMask *before)
{
    DfToggles ended = { 0 };

    if (df_toggles_add(&ended, own, before) < 0)
        return -ENOMEM;
    for (int i = 0; i < ended.count; i++) {
        if (dilate->ending_count == DF_MOST_ENDINGS)
            forget_ending(dilate, 0);
        dilate->endings[dilate->ending_count++] = (DfEnding){ deepfill_mask_ref(before), ended.items[i].rect,
                                                              dilate->sent - 1, 0 };
    }
    return 0;
}

/** Whether a frame shows what all held frames hide that have a part: the last ones may hide nothing any more. */
static int shows_ended(DfDilateTime *dilate, const DfHeld *held, const DfEnding *ending)
{
    int ret = 1;

    for (int64_t n = ending->last; ret > 0 && n >= 0 && n >= dilate->sent - dilate->hold; n--) {
        DfHeld *earlier = df_dilate_time_held(dilate, n);
        if (!has_part(earlier->own, ending->mask, ending->rect))
            break;
        if ((ret = shows(dilate, held, &earlier->image, earlier->own, ending->rect)) == 0)
            tie(dilate, n, ending->last);
    }
    return ret;
}

/** Give a frame, the next one, the parts that have ended before it. */
static int grow_on(DfDilateTime *dilate, DfHeld *held)
{
    int ret = 0;

    for (int i = 0; ret >= 0 && i < dilate->ending_count; i++) {
        DfEnding *ending = &dilate->endings[i];
        int64_t k = dilate->sent - ending->last;
        if (k > DF_MAX(dilate->frames, dilate->beside) || has_part(held->own, ending->mask, ending->rect)) {
            forget_ending(dilate, i--);
            continue;
        }
        if (!ending->is_clean) {
            ret = k > dilate->beside ? 0 : shows_ended(dilate, held, ending);
            ending->is_clean = ret == 0;
        }
        int fill = k <= dilate->frames, hide = !fill && !ending->is_clean;
        if (fill || hide)
            tie(dilate, ending->last, dilate->sent);
        if (ret >= 0)
            ret = give(dilate, held, ending->mask, &ending->rect, fill, &ending->rect, hide);
    }
    return DF_MIN(ret, 0);
}

int df_dilate_time_push(DfDilateTime *dilate, const DeepfillImage *image, DeepfillMask *own, int is_fixed)
{
    DeepfillMask *before = dilate->sent ? ref(df_dilate_time_held(dilate, dilate->sent - 1)->own) : NULL;
    DfHeld next = { .image = *image, .own = ref(own), .filled = is_fixed ? NULL : ref(own), .hidden = ref(own),
                    .is_fixed = is_fixed, .is_changed = 1 };
    int ret = 0;

    dilate->is_united = dilate->is_tied = 0;
    if (dilate->sent && own != before && (dilate->frames || dilate->beside))
        ret = note_endings(dilate, own, before);
    if (ret >= 0 && own)
        ret = review(dilate, image, own);
    if (ret >= 0 && dilate->hold && dilate->sent && own && own != before)
        ret = grow_back(dilate, image, own);
    if (ret >= 0)
        ret = grow_on(dilate, &next);
    deepfill_mask_close(&before);
    if (!dilate->is_united)
        forget_unions(dilate);
    if (ret < 0) {
        release(&next);
        return ret;
    }
    next.is_tied = dilate->is_tied;
    DfHeld *held = df_dilate_time_held(dilate, dilate->sent++);
    release(held);
    *held = next;
    return 0;
}

void df_dilate_time_pop(DfDilateTime *dilate)
{
    release(df_dilate_time_held(dilate, --dilate->sent));
}
