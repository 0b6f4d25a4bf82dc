/**
 * @file
 * Connected components by runs: each row's runs are joined to those of the row above that they touch.
 */
#include "image/component.h"

#include <errno.h>
#include <string.h>

/** Samples x0 <= x < x1 of one row. */
typedef struct Run {
    int x0, x1;
    int label;
} Run;

/** Labels form a forest: a root's parent is itself, and the root has the lowest number of its tree. */
typedef struct Label {
    int parent;
    DfRect rect;
} Label;

typedef struct Labels {
    Label *at;
    int count, capacity;
} Labels;

static int root_of(Labels *labels, int i)
{
    while (labels->at[i].parent != i) {
        labels->at[i].parent = labels->at[labels->at[i].parent].parent;
        i = labels->at[i].parent;
    }
    return i;
}

static void join(Labels *labels, int a, int b)
{
    a = root_of(labels, a);
    b = root_of(labels, b);
    if (a == b)
        return;
    int low = DF_MIN(a, b), high = DF_MAX(a, b);
    labels->at[high].parent = low;
    labels->at[low].rect = df_rect_union(labels->at[low].rect, labels->at[high].rect);
}

static int label_new(Labels *labels, DfRect rect)
{
    if (labels->count == labels->capacity) {
        int capacity = labels->capacity ? 2 * labels->capacity : 64;
        Label *more = df_alloc(df_size_mul(capacity, sizeof *more));
        if (!more)
            return -ENOMEM;
        if (labels->count)
            memcpy(more, labels->at, labels->count * sizeof *more);
        df_free(labels->at);
        labels->at = more;
        labels->capacity = capacity;
    }
    labels->at[labels->count] = (Label){ labels->count, rect };
    return labels->count++;
}

static int find_runs(const uint8_t *row, int width, Run *runs)
{
    int count = 0, x = 0;

    while (x < width) {
        const uint8_t *start = memchr(row + x, 255, width - x);
        if (!start)
            break;
        int x0 = (int)(start - row);
        for (x = x0 + 1; x < width && row[x] == 255;)
            x++;
        runs[count++] = (Run){ x0, x, -1 };
    }
    return count;
}

/** Label one row's runs; diagonal neighbours touch. Both lists go from left to right. */
static int link_rows(Labels *labels, const Run *above, int above_count, Run *runs, int count, int y)
{
    int first = 0;

    for (int i = 0; i < count; i++) {
        Run *run = &runs[i];
        DfRect rect = { run->x0, y, run->x1, y + 1 };
        while (first < above_count && above[first].x1 < run->x0)
            first++;
        for (int k = first; k < above_count && above[k].x0 <= run->x1; k++) {
            if (run->label < 0) {
                run->label = root_of(labels, above[k].label);
                labels->at[run->label].rect = df_rect_union(labels->at[run->label].rect, rect);
            } else {
                join(labels, run->label, above[k].label);
            }
        }
        if (run->label < 0 && (run->label = label_new(labels, rect)) < 0)
            return run->label;
    }
    return 0;
}

static int collect(const Labels *labels, DfRect **rects)
{
    int count = 0;

    if (!labels->count)
        return 0;
    *rects = df_alloc(df_size_mul(labels->count, sizeof **rects));
    if (!*rects)
        return -ENOMEM;
    for (int i = 0; i < labels->count; i++)
        if (labels->at[i].parent == i)
            (*rects)[count++] = labels->at[i].rect;
    return count;
}

int df_components(DfRect **rects, const uint8_t *plane, ptrdiff_t stride, int width, int height)
{
    int most = width / 2 + 1, above_count = 0, ret = 0;
    Labels labels = { 0 };
    Run *memory = df_alloc(df_size_mul(2 * (size_t)most, sizeof *memory));
    Run *above = memory, *runs = memory + most;

    *rects = NULL;
    if (!memory)
        return -ENOMEM;
    for (int y = 0; y < height && ret >= 0; y++) {
        int count = find_runs(plane + y * stride, width, runs);
        ret = link_rows(&labels, above, above_count, runs, count, y);
        Run *swap = above;
        above = runs;
        runs = swap;
        above_count = count;
    }
    if (ret >= 0)
        ret = collect(&labels, rects);
    df_free(labels.at);
    df_free(memory);
    return ret;
}
