/**
 * @file
 * A binding from inside: its parts are made one after another by recognise, choose and bind.
 */
#ifndef DF_BINDING_H
#define DF_BINDING_H

#include "model/names.h"
#include "model/variant.h"

/** A row's tensors in the file; those that it has not are NULL. */
typedef struct DfBoundRow {
    DfConv conv; /**< without weights */
    const DfTensor *tensors[DF_ROLES];
} DfBoundRow;

struct DfBinding {
    const DfWeights *weights;
    const DfNames *names;
    char *prefix;
    char *name; /* room for a whole name: df_binding_name() writes it */
    DfBindingInfo info;
    DfBoundRow rows[DF_MOST_ROWS];
};

/** @return the name of a row's tensor, prefix and all, valid until the next call; NULL: there is none. */
const char *df_binding_name(DfBinding *binding, int row, enum DfRole role);

/** @return a row's tensor, if the file has it. */
const DfTensor *df_binding_find(DfBinding *binding, int row, enum DfRole role);

/** @return the first row with weights, the one that reads the second stage's input (-1), the last row. */
int df_binding_first(const DfBinding *binding);
int df_binding_second(const DfBinding *binding);
int df_binding_last(const DfBinding *binding);

/** Output and input channels of a row's weight as the file has it; 0 where it has none of four dimensions. */
int df_binding_out(DfBinding *binding, int row);
int df_binding_in(DfBinding *binding, int row);

/** Choose the semantics, from metadata, shapes and the user's words, and with them order, sketch and size. */
int df_binding_choose(DfBinding *binding, const char *words);

/** The planes of the first stage's input as metadata name them: "bgr,sketch,ones,mask". */
void df_binding_planes(const DfSemantics *semantics, enum DfOrder order, int sketch, char *text, size_t size);

/** Find and check all tensors. */
int df_binding_bind(DfBinding *binding);

#endif
