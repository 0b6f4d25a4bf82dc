/**
 * @file
 * One box filled: cut out, made RGB, run through the network, given texture, made samples of the frame again.
 */
#ifndef DF_IMAGE_FILL_H
#define DF_IMAGE_FILL_H

#include "image/mask.h"
#include "image/planes.h"
#include "image/region.h"
#include "image/sketch.h"
#include "model/model.h"

/** A worker's plans, conversions and memory, made when needed and kept. Thread-safety: one at a time. */
typedef struct DfFiller DfFiller;

/**
 * A filled box in the frame's format, box-sized; defined where the box may write and the mask has a weight. A slot
 * keeps it, and its memory, from frame to frame.
 */
typedef struct DfFill {
    DfPlanes planes;
    void *memory;
    size_t bytes;
    int no_context;  /**< 1 where the box held no known sample */
} DfFill;

/**
 * @param parallel  threads that work on a box: the worker and those of the pool
 * @param texture   1: fills get the texture of what is around them
 * @return 0 or -ENOMEM; a reference to the model is taken
 */
int df_filler_create(DfFiller **filler, DeepfillModel *model, DfParallel parallel, int texture);

/** Free a worker's own and set *filler to NULL; NULL is fine. */
void df_filler_close(DfFiller **filler);

/**
 * @return CPU time that the network has taken so far, in this worker and those who helped it, in nanoseconds.
 *         Thread-safety: any thread, while it fills, too
 */
int64_t df_filler_spent(const DfFiller *filler);

/** Lay out a fill's planes for so many luma samples. @return 0 or -ENOMEM */
int df_fill_reserve(DfFill *fill, const DeepfillFormat *format, int width, int height);

/**
 * Fill a box.
 *
 * @param image   the frame; it is only read
 * @param sketch  lines that the network follows in the hole, where its model takes them; NULL: none
 * @param coarse  1: what the first stage made of it; 0: the refined fill
 * @return 0 or a negative errno
 */
int df_fill_box(DfFiller *filler, const DeepfillImage *image, const DeepfillMask *mask,
                const DeepfillSketch *sketch, const DfBox *box, int coarse, DfFill *fill);

/**
 * Make room for `count` fills; those that are there keep their memory.
 *
 * @param fills  an array of *room; NULL where that is 0
 * @return 0 or -ENOMEM
 */
int df_fills_reserve(DfFill **fills, int *room, int count);

/** Free a fill's memory. */
void df_fill_free(DfFill *fill);

/**
 * Tell what memory df_fill_box() would use for such a box.
 * @param threads  most threads at a time
 * @param texture  as for df_filler_create()
 * @return 0 or a negative errno
 */
int df_fill_workspace(const DeepfillModel *model, const DeepfillFormat *format, const DfBox *box, int threads,
                      int texture, size_t *bytes);

#endif
