/**
 * @file
 * Scratch memory that is taken piece by piece and given back at once. It grows where it must and keeps
 * what it has, so that work of a steady size allocates nothing.
 */
#ifndef DF_ARENA_H
#define DF_ARENA_H

#include "base.h"

typedef struct DfArenaBlock DfArenaBlock;

/** Zeroed: empty. Thread-safety: one at a time. */
typedef struct DfArena {
    DfArenaBlock *first;   /**< blocks, in the order in which they are used */
    DfArenaBlock *current; /**< the one that pieces are taken from; NULL: none yet */
    size_t least;          /**< bytes of the next block, at least */
} DfArena;

/** What was taken at some moment; df_arena_reset() gives back everything since. */
typedef struct DfArenaMark {
    DfArenaBlock *block;
    size_t used;
} DfArenaMark;

/**
 * @return `bytes` bytes, aligned to DF_ALIGN, not zeroed; NULL, with the cause recorded, where there is no
 * memory
 */
void *df_arena_take(DfArena *arena, size_t bytes);

/** As df_arena_take(), zeroed. */
void *df_arena_take_zeroed(DfArena *arena, size_t bytes);

DfArenaMark df_arena_mark(const DfArena *arena);

/**
 * Give back what was taken since the mark; a zeroed mark: everything. The memory is kept for later, but for blocks that
 * one will do for.
 */
void df_arena_reset(DfArena *arena, DfArenaMark mark);

/** @return bytes that its blocks hold, used or not */
size_t df_arena_bytes(const DfArena *arena);

/** Free all of it; a zeroed one is fine. */
void df_arena_free(DfArena *arena);

#endif
