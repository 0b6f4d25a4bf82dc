/**
 * @file
 * The network as its users see it: weights bound to the rows of a table, a plan for one region size,
 * and a run.
 */
#ifndef DF_MODEL_H
#define DF_MODEL_H

#include "base.h"
#include "deepfill.h"
#include "model/semantics.h"
#include "thread_pool.h"

/**
 * Read a model and prepare its weights, as deepfill_model_open() does, but do not try it on a picture:
 * for programs that only describe it.
 * @return 0 or a negative errno, with the cause recorded
 */
int df_model_load(DeepfillModel **model, const char *name, const char *semantics);

/** Keep a model alive. Thread-safety: any thread. @return the model */
DeepfillModel *df_model_ref(DeepfillModel *model);

/** @return what the model's project does differently. */
const DfSemantics *df_model_semantics(const DeepfillModel *model);

/** @return the order of the network's colours, which a file or user may have said. */
enum DfOrder df_model_order(const DeepfillModel *model);

/**
 * @return 1 where a run calls the matrix library (kernels/gemm.h): models with partial convolutions, and those
 *         opened with DEEPFILL_METHOD=direct. Their users hold df_gemm_open() while they run.
 */
int df_model_uses_blas(const DeepfillModel *model);

/**
 * Shapes, lifetimes and arena offsets of every activation for regions of one size.
 * Immutable. Thread-safety: may be shared.
 */
typedef struct DfPlan DfPlan;

/**
 * Plan a region of width x height pixels.
 * @param threads  most threads that will work on it at a time, 1 ..
 * @return 0; -EINVAL where a side is no multiple of the model's alignment or below its least side; -ENOMEM
 */
int df_plan_create(DfPlan **plan, const DeepfillModel *model, int width, int height, int threads);

/** Free a plan and set *plan to NULL; NULL is fine. */
void df_plan_close(DfPlan **plan);

/** @return bytes of workspace that a run needs (aligned to DF_ALIGN by df_alloc()). */
size_t df_plan_workspace(const DfPlan *plan);

/** What goes in and comes out. Pictures are interleaved RGB (H x W x 3) in -1..1 in any case. */
typedef struct DfRun {
    const float *image;   /**< H x W x 3; what it holds inside the hole does not matter */
    const uint8_t *hole;  /**< H x W; non-zero: hole */
    const float *sketch;  /**< H x W, 0 or 1, used inside the hole; NULL: none drawn */
    const uint8_t *needed; /**< H x W; non-zero: this pixel of the last picture is needed, the values of others are
                                undefined; NULL: all are */
    DfThreadPool *pool;   /**< threads that may help; where it is cancelled the run ends early; NULL: none */
    float *stage1;        /**< H x W x 3, the coarse stage's output; NULL: not needed. Of a network
                               of one stage: the same as stage2 */
    float *stage2;        /**< H x W x 3, the last stage's output; NULL: stop after the coarse
                               stage */
    /** Called with every row's activation, in the network's own range and order; NULL: not. */
    void (*watch)(void *opaque, const char *row, DfShape shape, const float *activation);
    void *opaque;         /**< handed to watch */
} DfRun;

/**
 * Run the network on one region. Allocates nothing.
 * @param workspace  df_plan_workspace() bytes; its contents before do not matter, after are garbage
 * @return 0; -ECANCELED: the pool was cancelled, the outputs are undefined
 * Thread-safety: any thread, each with a workspace of its own.
 */
int df_model_run(const DeepfillModel *model, const DfPlan *plan, void *workspace, const DfRun *run);

#endif
