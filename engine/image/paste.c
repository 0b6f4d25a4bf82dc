/**
 * @file
 * Feathered paste. Rows are summed in integers, so the order of boxes does not matter.
 */
#include "image/paste.h"

#include <errno.h>

/** A box as one plane sees it: coordinates in that plane's samples. */
typedef struct Patch {
    DfRect own;
    int left, top; /* of the box */
    const uint8_t *data;
    ptrdiff_t stride;
} Patch;

int df_paste_row_create(DfPasteRow *row, int width)
{
    *row = (DfPasteRow){ df_alloc(df_size_mul(width, sizeof *row->sum)),
                         df_alloc(df_size_mul(width, sizeof *row->shares)), df_alloc(width) };
    if (row->sum && row->shares && row->weight)
        return 0;
    df_paste_row_free(row);
    return -ENOMEM;
}

void df_paste_row_free(DfPasteRow *row)
{
    df_free(row->sum);
    df_free(row->shares);
    df_free(row->weight);
    *row = (DfPasteRow){ 0 };
}

static Patch patch_of(const DeepfillFormat *format, int plane, const DfBox *box, const DfFill *fill)
{
    int sx = df_plane_sub_x(format, plane), sy = df_plane_sub_y(format, plane);

    return (Patch){
        .own = { box->own.x0 >> sx, box->own.y0 >> sy, df_plane_side(box->own.x1, sx),
                 df_plane_side(box->own.y1, sy) },
        .left = box->place.x0 >> sx,
        .top = box->place.y0 >> sy,
        .data = fill->planes.data[plane],
        .stride = fill->planes.stride[plane],
    };
}

/** A box's share at a luma coordinate along its row: it rises and falls over what neighbours write too. */
static uint32_t share_at(const DfBox *box, int at)
{
    int share = DF_MIN(DF_MIN(at - box->start + 1, box->end - at), box->overlap + 1);

    return DF_MAX(share, 1);
}

/** Add one box's part of row y to the sums. */
static void add_patch(const DfPasteRow *row, const DfBox *box, const Patch *patch,
                      const DeepfillFormat *format, int plane, int y)
{
    const uint8_t *fill = patch->data + (y - patch->top) * patch->stride;
    int bytes = df_sample_bytes(format), sx = df_plane_sub_x(format, plane);
    uint32_t share = box->vertical ? share_at(box, y << df_plane_sub_y(format, plane)) : 1;

    for (int x = patch->own.x0; x < patch->own.x1; x++) {
        if (!box->vertical)
            share = share_at(box, x << sx);
        row->sum[x] += share * df_sample_load(fill, x - patch->left, bytes);
        row->shares[x] += share;
    }
}

/** Write columns x0..x1-1 of a row from the sums, and clear them, so that overlapping boxes write once. */
static void write_row(const DfPasteRow *row, uint8_t *out, int bytes, int x0, int x1)
{
    for (int x = x0; x < x1; x++) {
        uint32_t weight = row->weight[x - x0], shares = row->shares[x];
        if (weight && shares) {
            uint32_t fill = (row->sum[x] + shares / 2) / shares;
            uint32_t in = df_sample_load(out, x, bytes);
            uint32_t mixed = in * (DF_WEIGHT_HOLE - weight) + fill * weight;
            df_sample_store(out, x, bytes, (mixed + DF_WEIGHT_HOLE / 2) / DF_WEIGHT_HOLE);
        }
        row->sum[x] = row->shares[x] = 0;
    }
}

static void paste_row(const DeepfillImage *image, int plane, int y, const DeepfillMask *mask,
                      const DfRegions *regions, const DfFill *fills, DfPasteRow *row)
{
    const DeepfillFormat *format = &image->format;
    int sx = df_plane_sub_x(format, plane), sy = df_plane_sub_y(format, plane);

    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < regions->box_count; i++) {
            Patch patch = patch_of(format, plane, &regions->boxes[i], &fills[i]);
            if (y < patch.own.y0 || y >= patch.own.y1)
                continue;
            if (pass == 0) {
                add_patch(row, &regions->boxes[i], &patch, format, plane, y);
            } else {
                df_mask_opacities(mask, y, patch.own.x0, patch.own.x1, sx, sy, row->weight);
                write_row(row, image->data[plane] + y * image->stride[plane], df_sample_bytes(format),
                          patch.own.x0, patch.own.x1);
            }
        }
    }
}

void df_paste(const DeepfillImage *image, const DeepfillMask *mask, const DfRegions *regions,
              const DfFill *fills, DfPasteRow *row)
{
    for (int p = 0; p < df_plane_count(&image->format); p++) {
        int sy = df_plane_sub_y(&image->format, p);
        for (int y = mask->extent.y0 >> sy; y < df_plane_side(mask->extent.y1, sy); y++)
            paste_row(image, p, y, mask, regions, fills, row);
    }
}
