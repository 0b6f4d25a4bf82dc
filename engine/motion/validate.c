/**
 * @file
 * Cross-validation of residuals: those in a band around the hole are predicted from those beyond it, by the membrane
 * that continues residuals into the hole. The errors in a cell and its neighbours give the weight of the cell.
 */
#include "motion/parts.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "plane/membrane.h"
#include "plane/rect.h"

#define BAND 16            /* px from the hole: about as far as residuals are continued into a thin one */
#define CELL 16            /* px */
#define MOST_ERROR 4.0f    /* px: larger ones count as much, so that few outliers do not decide */
#define LEAST_ERRORS 1e-3f /* px: no errors sum up to less, so that nothing is divided by 0 */
/* The sum of the prediction's errors over that of predicting 0: weights fall from 1 to 0 between both. */
#define GOOD_RATIO 0.7f
#define BAD_RATIO 1.1f

/** Sums of errors by cell: of the prediction, and of predicting 0. */
typedef struct Errors {
    DfPlane predicted, zero;
} Errors;

static int take_zeroed(DfPlane *plane, DfArena *arena, int width, int height)
{
    *plane = df_plane_take(arena, width, height);
    for (int y = 0; plane->data && y < height; y++)
        memset(df_plane_row(*plane, y), 0, width * sizeof(float));
    return plane->data ? 0 : -ENOMEM;
}

static int take_errors(Errors *errors, DfRect box, DfArena *arena)
{
    int columns = df_ceil_div(df_rect_width(box), CELL), rows = df_ceil_div(df_rect_height(box), CELL);

    return take_zeroed(&errors->predicted, arena, columns, rows) || take_zeroed(&errors->zero, arena, columns, rows)
               ? -ENOMEM : 0;
}

/** Predict the band's residuals from those beyond it. @param hidden  out: the band and what is unknown */
static int predict(DfPlane predicted[2], uint8_t *hidden, DfPlane planes[2], const uint8_t *unknown,
                   const float *distance, int width, DfRect box, DfArena *scratch)
{
    for (int y = 0; y < df_rect_height(box); y++) {
        const float *from_hole = distance + (size_t)(box.y0 + y) * width + box.x0;
        size_t row = (size_t)y * df_rect_width(box);
        for (int x = 0; x < df_rect_width(box); x++)
            hidden[row + x] = unknown[row + x] || from_hole[x] <= BAND;
        for (int p = 0; p < 2; p++)
            memcpy(df_plane_row(predicted[p], y), df_plane_row(planes[p], y), df_rect_width(box) * sizeof(float));
    }
    return df_membrane(predicted, 2, hidden, scratch);
}

/** Sum the errors of the band's known residuals. */
static void add_errors(const Errors *errors, DfPlane planes[2], DfPlane predicted[2], const uint8_t *unknown,
                       const uint8_t *hidden)
{
    for (int y = 0; y < planes[0].height; y++)
        for (int x = 0; x < planes[0].width; x++) {
            size_t i = (size_t)y * planes[0].width + x;
            if (unknown[i] || !hidden[i])
                continue;
            float dx = df_plane_row(planes[0], y)[x], dy = df_plane_row(planes[1], y)[x];
            float ex = df_plane_row(predicted[0], y)[x] - dx, ey = df_plane_row(predicted[1], y)[x] - dy;
            df_plane_row(errors->zero, y / CELL)[x / CELL] += fminf(sqrtf(dx * dx + dy * dy), MOST_ERROR);
            df_plane_row(errors->predicted, y / CELL)[x / CELL] += fminf(sqrtf(ex * ex + ey * ey), MOST_ERROR);
        }
}

/** The weight of a cell's residuals, by its errors and those of its eight neighbours. */
static float weight_of(const Errors *errors, int column, int row)
{
    DfRect around = df_rect_clip(df_rect_grow((DfRect){ column, row, column + 1, row + 1 }, 1),
                                 (DfRect){ 0, 0, errors->zero.width, errors->zero.height });
    float predicted = 0, zero = LEAST_ERRORS;

    for (int y = around.y0; y < around.y1; y++)
        for (int x = around.x0; x < around.x1; x++) {
            predicted += df_plane_row(errors->predicted, y)[x];
            zero += df_plane_row(errors->zero, y)[x];
        }
    return DF_CLAMP((BAD_RATIO - predicted / zero) / (BAD_RATIO - GOOD_RATIO), 0, 1);
}

static void scale_cell(DfPlane plane, int column, int row, float weight)
{
    for (int y = row * CELL; y < DF_MIN((row + 1) * CELL, plane.height); y++)
        for (int x = column * CELL; x < DF_MIN((column + 1) * CELL, plane.width); x++)
            df_plane_row(plane, y)[x] *= weight;
}

static void weigh(DfPlane planes[2], const Errors *errors)
{
    for (int row = 0; row < errors->zero.height; row++)
        for (int column = 0; column < errors->zero.width; column++)
            for (int p = 0; p < 2; p++)
                scale_cell(planes[p], column, row, weight_of(errors, column, row));
}

static int is_any_left(DfPlane planes[2], const uint8_t *unknown)
{
    for (int y = 0; y < planes[0].height; y++)
        for (int x = 0; x < planes[0].width; x++)
            if (!unknown[(size_t)y * planes[0].width + x] &&
                (df_plane_row(planes[0], y)[x] != 0 || df_plane_row(planes[1], y)[x] != 0))
                return 1;
    return 0;
}

int df_residual_validate(DfPlane planes[2], const uint8_t *unknown, const float *distance, int width, DfRect box,
                         DfArena *scratch)
{
    DfArenaMark mark = df_arena_mark(scratch);
    int columns = df_rect_width(box), rows = df_rect_height(box), ret = -ENOMEM;
    DfPlane predicted[2] = { df_plane_take(scratch, columns, rows), df_plane_take(scratch, columns, rows) };
    uint8_t *hidden = df_arena_take(scratch, df_size_mul(columns, rows));
    Errors errors;

    if (predicted[0].data && predicted[1].data && hidden && !take_errors(&errors, box, scratch) &&
        !predict(predicted, hidden, planes, unknown, distance, width, box, scratch)) {
        add_errors(&errors, planes, predicted, unknown, hidden);
        weigh(planes, &errors);
        ret = is_any_left(planes, unknown);
    }
    df_arena_reset(scratch, mark);
    return ret;
}
