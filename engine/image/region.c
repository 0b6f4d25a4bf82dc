/**
 * @file
 * Grouping of holes, and the memory from frame to frame that keeps their boxes from jittering.
 */
#include "image/region.h"

#include <errno.h>
#include <string.h>

/**
 * Parts inside one square of this side are one group from the start: the least box of either would be
 * that of both, so merging always pays. It keeps a mask full of specks from costing time squared.
 */
#define SPECK_CELL 64

/** A kept box may be at most this many times the area of the one that the hole needs by itself. */
#define MOST_SLACK 4

/** Groups under construction. */
typedef struct Grouping {
    const DfRules *rules;
    DfGroup *memory; /* holds the groups, which begin somewhere in it */
    DfGroup *groups;
    int count;
} Grouping;

/** The cell that holds all of a rectangle, on a grid moved by (dx, dy); -1 where it crosses a line. */
static int cell_of(DfRect r, int dx, int dy, int columns)
{
    int x = (r.x0 + dx) / SPECK_CELL, y = (r.y0 + dy) / SPECK_CELL;

    if ((r.x1 - 1 + dx) / SPECK_CELL != x || (r.y1 - 1 + dy) / SPECK_CELL != y)
        return -1;
    return y * columns + x;
}

/**
 * Unite what lies in one cell of a grid moved by (dx, dy).
 *
 * @param first  -1 for every cell
 * @return the new count
 */
static int unite_cells(DfRect *parts, int count, int dx, int dy, int columns, int *first)
{
    int kept = 0;

    for (int i = 0; i < count; i++) {
        int cell = cell_of(parts[i], dx, dy, columns);
        if (cell >= 0 && first[cell] >= 0) {
            parts[first[cell]] = df_rect_union(parts[first[cell]], parts[i]);
        } else {
            if (cell >= 0)
                first[cell] = kept;
            parts[kept++] = parts[i];
        }
    }
    return kept;
}

/** Unite specks on four grids, so that whatever is under half a cell lies inside a cell of one of them. */
static int unite_specks(const DfRules *rules, DfRect *parts, int count)
{
    int columns = rules->width / SPECK_CELL + 2, rows = rules->height / SPECK_CELL + 2;
    int *first = df_alloc(df_size_mul(df_size_mul(columns, rows), sizeof *first));

    if (!first)
        return -ENOMEM;
    for (int grid = 0; grid < 4; grid++) {
        memset(first, -1, (size_t)columns * rows * sizeof *first);
        int dx = grid & 1 ? SPECK_CELL / 2 : 0, dy = grid & 2 ? SPECK_CELL / 2 : 0;
        count = unite_cells(parts, count, dx, dy, columns, first);
    }
    df_free(first);
    return count;
}

/** The shorter side closes the gap: merges are mostly near the first of what may be 100000 groups. */
static void remove_group(Grouping *all, int i)
{
    all->count--;
    if (i < all->count - i) {
        memmove(all->groups + 1, all->groups, i * sizeof *all->groups);
        all->groups++;
        return;
    }
    memmove(&all->groups[i], &all->groups[i + 1], (all->count - i) * sizeof *all->groups);
}

/** Merge group `b` into group `a` if one box around both is no larger than theirs together. */
static int try_merge(Grouping *all, int a, int b)
{
    const DfGroup *first = &all->groups[a], *second = &all->groups[b];
    DfRect hole = df_rect_union(first->hole, second->hole);
    int64_t both = df_rect_area(first->layout.outer) + df_rect_area(second->layout.outer);

    if (df_rect_area(hole) > both)
        return 0;
    DfLayout layout = df_layout(all->rules, hole);
    if (df_rect_area(layout.outer) > both)
        return 0;
    all->groups[a] = (DfGroup){ hole, layout };
    remove_group(all, b);
    return 1;
}

/**
 * Merge until no pair is left that should. A group that grew is held against all others again, so the
 * groups before it are done for good; each merge makes one group fewer, so this ends.
 */
static void merge_groups(Grouping *all)
{
    for (int a = 0; a < all->count; a++) {
        for (int b = 0; b < all->count;) {
            if (a == b || !try_merge(all, a, b)) {
                b++;
                continue;
            }
            a -= b < a;
            b = 0;
        }
    }
}

/** Whether a hole may stay in a box of before: half its context and its feather fit, and it is not lost. */
static int fits(const DfRules *rules, const DfLayout *kept, DfRect hole)
{
    int context = DF_MAX(df_layout_context(rules, hole) / 2, rules->feather);
    DfRect around = df_layout_surroundings(rules, hole, context);

    if (!df_rect_contains(kept->outer, around))
        return 0;
    return df_rect_area(kept->outer) <= MOST_SLACK * df_rect_area(df_layout(rules, hole).outer);
}

static int same_layout(const DfLayout *a, const DfLayout *b)
{
    return a->outer.x0 == b->outer.x0 && a->outer.y0 == b->outer.y0 && a->outer.x1 == b->outer.x1 &&
           a->outer.y1 == b->outer.y1;
}

/**
 * Give group `i` the first layout of the frame before that it fits in. Where an earlier group took that
 * one already (a hole that fell apart in its box), the two share it, or this one looks on.
 *
 * @return 1 where the group was taken in by another
 */
static int keep_layout(Grouping *all, int i, const DfRegions *before)
{
    DfGroup *group = &all->groups[i];

    for (int k = 0; k < before->group_count; k++) {
        const DfLayout *kept = &before->groups[k].layout;
        int taken = 0;
        if (!fits(all->rules, kept, group->hole))
            continue;
        while (taken < i && !same_layout(&all->groups[taken].layout, kept))
            taken++;
        if (taken == i) {
            group->layout = *kept;
            return 0;
        }
        DfRect hole = df_rect_union(all->groups[taken].hole, group->hole);
        if (fits(all->rules, kept, hole)) {
            all->groups[taken].hole = hole;
            remove_group(all, i);
            return 1;
        }
    }
    return 0;
}

static DfBox box_of(const DfRules *rules, const DfGroup *group, int i)
{
    const DfLayout *layout = &group->layout;
    int last = layout->tiles - 1;
    DfRect written = df_layout_surroundings(rules, group->hole, rules->feather);
    DfRect territory = df_layout_territory(rules, layout, i);
    DfRect place = df_layout_box(rules, layout, i);

    return (DfBox){
        .place = place,
        .own = df_rect_clip(df_rect_clip(territory, place), written),
        .net_width = layout->net_width,
        .net_height = layout->net_height,
        .vertical = layout->vertical,
        .overlap = layout->overlap,
        .start = (layout->vertical ? territory.y0 : territory.x0) - (i == 0 ? layout->overlap : 0),
        .end = (layout->vertical ? territory.y1 : territory.x1) + (i == last ? layout->overlap : 0),
    };
}

/** Boxes that have something to write; a kept row of tiles may have some that have not. */
static int list_boxes(DfRegions *regions, const DfRules *rules)
{
    size_t most = 0;

    for (int i = 0; i < regions->group_count; i++)
        most += regions->groups[i].layout.tiles;
    regions->boxes = df_alloc(df_size_mul(most, sizeof *regions->boxes));
    if (!regions->boxes)
        return -ENOMEM;
    for (int i = 0; i < regions->group_count; i++) {
        for (int t = 0; t < regions->groups[i].layout.tiles; t++) {
            DfBox box = box_of(rules, &regions->groups[i], t);
            if (!df_rect_empty(box.own))
                regions->boxes[regions->box_count++] = box;
        }
    }
    return 0;
}

/** The parts as groups of their own, specks united. */
static int first_groups(Grouping *all, const DfRect *parts, int count)
{
    DfRect *rects = df_alloc(df_size_mul(count, sizeof *rects));
    int ret = -ENOMEM;

    if (!rects)
        return ret;
    memcpy(rects, parts, count * sizeof *rects);
    ret = unite_specks(all->rules, rects, count);
    if (ret < 0)
        goto done;
    count = ret;
    all->groups = all->memory = df_alloc(df_size_mul(count, sizeof *all->groups));
    ret = all->groups ? 0 : -ENOMEM;
    for (; !ret && all->count < count; all->count++)
        all->groups[all->count] = (DfGroup){ rects[all->count], df_layout(all->rules, rects[all->count]) };
done:
    df_free(rects);
    return ret;
}

int df_regions_create(DfRegions **regions_out, const DfRules *rules, const DfRect *parts, int count,
                      const DfRegions *before)
{
    Grouping all = { .rules = rules };
    DfRegions *regions = df_alloc(sizeof *regions);
    int ret = -ENOMEM;

    if (!regions)
        return ret;
    atomic_init(&regions->references, 1);
    if (count > 0) {
        if ((ret = first_groups(&all, parts, count)) < 0)
            goto fail;
        merge_groups(&all);
        for (int i = 0; before && i < all.count;)
            i += !keep_layout(&all, i, before);
        regions->groups = memmove(all.memory, all.groups, all.count * sizeof *all.groups);
        regions->group_count = all.count;
        all.memory = NULL;
        if ((ret = list_boxes(regions, rules)) < 0)
            goto fail;
    }
    *regions_out = regions;
    return 0;
fail:
    df_free(all.memory);
    df_regions_close(&regions);
    return ret;
}

DfRegions *df_regions_ref(DfRegions *regions)
{
    atomic_fetch_add_explicit(&regions->references, 1, memory_order_relaxed);
    return regions;
}

void df_regions_close(DfRegions **regions)
{
    DfRegions *gone = regions ? *regions : NULL;

    if (!gone)
        return;
    *regions = NULL;
    if (atomic_fetch_sub_explicit(&gone->references, 1, memory_order_acq_rel) > 1)
        return;
    df_free(gone->groups);
    df_free(gone->boxes);
    df_free(gone);
}
