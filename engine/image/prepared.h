/**
 * @file
 * The plan and the conversions for boxes of one size and kind, and a worker's bounded store of them.
 */
#ifndef DF_IMAGE_PREPARED_H
#define DF_IMAGE_PREPARED_H

#include "image/color.h"
#include "image/region.h"
#include "model/model.h"

/** Sizes that a store keeps plans and conversions for, some kilobytes each; the least recently used one goes. */
#define DF_KEPT_SIZES 32

/** Everything prepared for boxes of one size and kind. */
typedef struct DfPrepared {
    DfPlan *plan;
    DfColor *color;
    DfColor *native; /**< of the box at its own size, where it is scaled and gets texture; else NULL */
    int sketch;      /**< 1: the model takes one */
    uint64_t used;   /**< the store's clock when it was last taken; 0: there is nothing */
} DfPrepared;

/** What a worker keeps; zeroed: nothing. Thread-safety: one at a time. */
typedef struct DfPreparedStore {
    DfPrepared kept[DF_KEPT_SIZES];
    uint64_t clock;
} DfPreparedStore;

/** @return what conversions of such a box depend on; keys are compared as bytes */
DfColorKey df_color_key_of(const DeepfillFormat *format, const DfBox *box);

/** @return 1 where the network's picture and the box differ in size */
int df_color_is_scaled(const DfColorKey *key);

/**
 * Make the plan and the conversions.
 *
 * @param prepared  zeroed
 * @param threads   most threads at a time
 * @param texture   1: fills get texture
 * @return 0 or a negative errno; then it is zeroed
 */
int df_prepare(DfPrepared *prepared, const DeepfillModel *model, const DfColorKey *key, int threads, int texture);

/** Free the plan and the conversions; a zeroed one is fine. */
void df_prepared_free(DfPrepared *prepared);

/**
 * What is kept for such boxes, or made now in place of what was used least recently. One store is asked with one model,
 * one number of threads and one `texture`.
 *
 * @param[out] found  the store's, until its next df_prepared_find()
 * @return 0 or a negative errno, as df_prepare()
 */
int df_prepared_find(DfPreparedStore *store, const DeepfillModel *model, const DfColorKey *key, int threads,
                     int texture, DfPrepared **found);

/** Free everything; a zeroed one is fine. */
void df_prepared_store_free(DfPreparedStore *store);

#endif
