/**
 * @file
 * Loops over rows of a grid for multigrid. Each cell p of a grid has an equation
 *     sum over its four neighbours q of c_pq (e_q - e_p) - b_p e_p = r_p,
 * with conductances c_pq >= 0 between cells and b_p >= 0 to what is fixed at zero. Cells without an equation
 * have inverse = 0 and e = 0, so that loops need no test for them.
 */
#ifndef DF_KERNELS_STENCIL_H
#define DF_KERNELS_STENCIL_H

#include <stddef.h>
#include <stdint.h>

/** A stretch of a row: pointers to its first cell in planes of one layout. 8 floats on either side can be read. */
typedef struct DfStencil {
    float *e;             /**< the unknowns */
    const float *r;       /**< right-hand side */
    const float *inverse; /**< 1 / (sum of c + b); 0: no equation */
    const float *east;    /**< conductances from each cell to the next; NULL: east and south are all 1 */
    const float *south;   /**< and to the one a row below */
    ptrdiff_t row_floats; /**< floats from a row to the next */
    int n;                /**< cells, a multiple of 8 */
} DfStencil;

/** Rows of conductances, as in DfStencil, and of b. */
typedef struct DfConductances {
    float *east, *south, *border;
} DfConductances;

/** Rows of a picture u and of the target differences from each sample to those east and south of it. */
typedef struct DfGradientRows {
    const float *u, *north, *south; /**< the row itself and those above and below it */
    const float *gx, *gy, *gy_north;
} DfGradientRows;

/** Loops that have versions. */
typedef struct DfStencilKernels {
    /** Solve the equations of every second cell, from `first` (0 or 1) on, for e: half a Gauss-Seidel sweep. */
    void (*sweep)(const DfStencil *row, int first);

    /** out[i] = r minus the left-hand side, 0 where there is no equation. */
    void (*residual)(float *out, const DfStencil *row);

    /** Sum blocks of 2x2: out[i] = a[2i] + a[2i + 1] + b[2i] + b[2i + 1], i < n; n a multiple of 8. */
    void (*block_sum)(float *out, const float *a, const float *b, int n);

    /**
     * Add values of a grid half as fine, interpolated bilinearly, where inverse is not 0.
     *
     * @param e, inverse  n cells from an even column on; n a multiple of 16
     * @param near, far   at n / 2 cells, the coarse rows whose centres are nearest and second nearest; one cell
     *                    before and after is read
     */
    void (*prolong)(float *e, const float *inverse, const float *near, const float *far, int n);

    /** @return the largest magnitude of n values; n a multiple of 8. */
    float (*largest)(const float *values, int n);

    /**
     * Equations of samples that have four neighbours: where `hole` is set, inverse = 1/4 and r = the target
     * Laplacian minus that of u; elsewhere both are 0. Any n; one sample before and after is read.
     */
    void (*assemble)(float *r, float *inverse, const DfGradientRows *target, const uint8_t *hole, int n);

    /**
     * Conductances of a finest grid, where they are 1 between cells with equations, and 1 / inverse counts the
     * neighbours, those that are fixed included. The rows above and below are read; n a multiple of 8.
     */
    void (*conductances)(const DfConductances *out, const float *inverse, ptrdiff_t row_floats, int n);

    /**
     * Conductances between blocks of 2x2 cells, n of them, a multiple of 8: half the sum of what links them;
     * of borders half the sum times gain.
     */
    void (*coarsen)(const DfConductances *out, const DfConductances rows[2], float gain, int n);

    /** inverse = 1 / (sum of a cell's conductances), 0 where that is 0; n a multiple of 8. */
    void (*invert)(float *inverse, const DfConductances *c, ptrdiff_t row_floats, int n);
} DfStencilKernels;

/** @return the versions for df_cpu_level() (static). Thread-safety: any thread. */
const DfStencilKernels *df_stencil_kernels(void);

/** The portable ones: the others' oracle. */
extern const DfStencilKernels df_stencil_c;

#endif
