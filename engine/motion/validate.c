/**
 * @file
 * Residuals in a band around the hole are held against what the residuals beyond the band say of them, continued as
 * they would be into the hole. Each cell's weight follows from its neighbourhood's errors.
 */
#include "motion/parts.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "plane/membrane.h"
#include "plane/rect.h"

#define BAND 16      /* px from the hole: half of a thin hole's thickness, so as far as it is continued into one */
#define CELL 16      /* px; the errors of a cell and its eight neighbours count */
#define MOST 4.0f    /* px: an error counts as much at most, so that a few wild ones do not decide */
#define LEAST 1e-3f  /* px, summed over a cell: below it there is nothing to weigh */
/* Errors over those of saying that there is no residual: up to the first all of it counts, from the second on none. */
#define GOOD 0.7f
#define BAD 1.1f

/** Errors in cells: of the continued residuals, and of none. */
typedef struct Errors {
    DfPlane continued, none;
} Errors;

static int take_errors(Errors *errors, DfRect box, DfArena *arena)
{
    int columns = df_ceil_div(df_rect_width(box), CELL), rows = df_ceil_div(df_rect_height(box), CELL);

    errors->continued = df_plane_take(arena, columns, rows);
    errors->none = df_plane_take(arena, columns, rows);
    if (!errors->continued.data || !errors->none.data)
        return -ENOMEM;
    for (int y = 0; y < rows; y++) {
        memset(df_plane_row(errors->continued, y), 0, columns * sizeof(float));
        memset(df_plane_row(errors->none, y), 0, columns * sizeof(float));
    }
    return 0;
}

/** Residuals as those beyond the band continue them through it. */
static int continue_through(DfPlane continued[2], uint8_t *hidden, DfPlane planes[2], const uint8_t *unknown,
                            const float *distance, int width, DfRect box, DfArena *scratch)
{
    for (int y = 0; y < df_rect_height(box); y++) {
        const float *far = distance + (size_t)(box.y0 + y) * width + box.x0;
        size_t row = (size_t)y * df_rect_width(box);
        for (int x = 0; x < df_rect_width(box); x++)
            hidden[row + x] = unknown[row + x] || far[x] <= BAND;
        for (int p = 0; p < 2; p++)
            memcpy(df_plane_row(continued[p], y), df_plane_row(planes[p], y), df_rect_width(box) * sizeof(float));
    }
    return df_membrane(continued, 2, hidden, scratch);
}

/** Sum the errors of the band's known residuals. */
static void add_errors(const Errors *errors, DfPlane planes[2], DfPlane continued[2], const uint8_t *unknown,
                       const uint8_t *hidden)
{
    for (int y = 0; y < planes[0].height; y++)
        for (int x = 0; x < planes[0].width; x++) {
            size_t i = (size_t)y * planes[0].width + x;
            if (unknown[i] || !hidden[i])
                continue;
            float dx = df_plane_row(planes[0], y)[x], dy = df_plane_row(planes[1], y)[x];
            float ex = df_plane_row(continued[0], y)[x] - dx, ey = df_plane_row(continued[1], y)[x] - dy;
            df_plane_row(errors->none, y / CELL)[x / CELL] += fminf(sqrtf(dx * dx + dy * dy), MOST);
            df_plane_row(errors->continued, y / CELL)[x / CELL] += fminf(sqrtf(ex * ex + ey * ey), MOST);
        }
}

/** The weight of a cell's residuals. */
static float weight_of(const Errors *errors, int column, int row)
{
    DfRect around = df_rect_clip(df_rect_grow((DfRect){ column, row, column + 1, row + 1 }, 1),
                                 (DfRect){ 0, 0, errors->none.width, errors->none.height });
    float continued = 0, none = LEAST;

    for (int y = around.y0; y < around.y1; y++)
        for (int x = around.x0; x < around.x1; x++) {
            continued += df_plane_row(errors->continued, y)[x];
            none += df_plane_row(errors->none, y)[x];
        }
    return DF_CLAMP((BAD - continued / none) / (BAD - GOOD), 0, 1);
}

/** @return whether any residual is left */
static int weigh(DfPlane planes[2], const uint8_t *unknown, const Errors *errors)
{
    int width = planes[0].width, any = 0;

    for (int y = 0; y < planes[0].height; y++) {
        float *dx = df_plane_row(planes[0], y), *dy = df_plane_row(planes[1], y);
        for (int x0 = 0; x0 < width; x0 += CELL) {
            float weight = weight_of(errors, x0 / CELL, y / CELL);
            for (int x = x0; x < DF_MIN(x0 + CELL, width); x++) {
                dx[x] *= weight;
                dy[x] *= weight;
                any |= !unknown[(size_t)y * width + x] && (dx[x] != 0 || dy[x] != 0);
            }
        }
    }
    return any;
}

int df_residual_validate(DfPlane planes[2], const uint8_t *unknown, const float *distance, int width, DfRect box,
                         DfArena *scratch)
{
    DfArenaMark mark = df_arena_mark(scratch);
    int columns = df_rect_width(box), rows = df_rect_height(box), ret = -ENOMEM;
    DfPlane continued[2] = { df_plane_take(scratch, columns, rows), df_plane_take(scratch, columns, rows) };
    uint8_t *hidden = df_arena_take(scratch, df_size_mul(columns, rows));
    Errors errors;

    if (continued[0].data && continued[1].data && hidden && !take_errors(&errors, box, scratch) &&
        !continue_through(continued, hidden, planes, unknown, distance, width, box, scratch)) {
        add_errors(&errors, planes, continued, unknown, hidden);
        ret = weigh(planes, unknown, &errors);
    }
    df_arena_reset(scratch, mark);
    return ret;
}
