/**
 * @file
 * Inside the reading of pickles: the machine's stack, and the values, tuples, lists and dicts that it makes.
 * Functions with an argument that their comment does not name are opcodes as they stand.
 */
#ifndef DF_MACHINE_H
#define DF_MACHINE_H

#include "weights/pickle.h"

/** A pickle while it is read. */
typedef struct DfMachine {
    DfPickle *pickle;
    const char *name; /**< of the file */
    DfBytes *bytes;
    const DfPickleGlobal *globals;
    size_t global_count;
    uint32_t *stack;    /**< values and MARKs */
    size_t depth, room; /**< elements of the stack in use and allocated */
    uint32_t *memo;
    size_t memo_count;
    size_t steps;       /**< opcodes so far */
} DfMachine;

/** Say at which byte what is wrong; that the bytes end; that there are too many values. @return -EINVAL */
int df_machine_damaged(const DfMachine *m, const char *what);
int df_machine_broken_off(const DfMachine *m);
int df_machine_too_large(const DfMachine *m);

/** @return a value, which stays there until the next is added. */
static inline DfPickleValue *df_machine_value(const DfMachine *m, uint32_t value)
{
    return &m->pickle->values[value];
}

/** Add a value to the pickle's; an item to the end of a container's. @return 0, -EINVAL, -ENOMEM */
int df_machine_add_value(DfMachine *m, DfPickleValue value, uint32_t *index);
int df_machine_add_item(DfMachine *m, uint32_t container, uint32_t value);

/** Push a value; add one and push it. @return 0, -ENOMEM */
int df_machine_push(DfMachine *m, uint32_t value);
int df_machine_push_new(DfMachine *m, DfPickleValue value);

/** Look at the topmost value, or take it off. @return 0; -EINVAL where there is none or a MARK */
int df_machine_top(const DfMachine *m, uint32_t *value);
int df_machine_pop(DfMachine *m, uint32_t *value);

/** MARK, DUP, POP, POP_MARK. */
int df_machine_push_mark(DfMachine *m, int unused);
int df_machine_duplicate(DfMachine *m, int unused);
int df_machine_drop(DfMachine *m, int unused);
int df_machine_drop_to_mark(DfMachine *m, int unused);

/** Make a container: empty, of all above the mark, a tuple of the topmost values; a set is opaque. */
int df_machine_push_empty(DfMachine *m, int kind);
int df_machine_gather(DfMachine *m, int kind);
int df_machine_gather_count(DfMachine *m, int count);
int df_machine_gather_set(DfMachine *m, int unused);

/** Put all above the mark, or one item or pair, into the container below, if it is of that kind. */
int df_machine_put_all(DfMachine *m, int kind);
int df_machine_put_one(DfMachine *m, int kind);

#endif
