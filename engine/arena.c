/**
 * @file
 * Blocks in a list, each at least twice as large as what the ones before it held together; once all is given back, one
 * block takes their place.
 */
#include "arena.h"

#include <string.h>

#define LEAST_BLOCK (64 * 1024)

struct DfArenaBlock {
    DfArenaBlock *next;
    size_t size, used, most; /* most: used at most so far */
    uint8_t *bytes;
};

static DfArenaBlock *add_block(DfArena *arena, DfArenaBlock *last, size_t bytes)
{
    size_t size = DF_MAX(DF_MAX(bytes, 2 * df_arena_bytes(arena)), DF_MAX(arena->least, LEAST_BLOCK));
    DfArenaBlock *block = df_alloc(sizeof *block);

    if (!block)
        return NULL;
    if (!(block->bytes = df_alloc(size))) {
        df_free(block);
        return NULL;
    }
    block->size = size;
    if (last)
        last->next = block;
    else
        arena->first = block;
    return block;
}

/** The first block from the current one on that has room, which becomes the current one. */
static DfArenaBlock *find_block(DfArena *arena, size_t bytes)
{
    DfArenaBlock *block = arena->current ? arena->current : arena->first, *last = NULL;

    for (; block; last = block, block = block->next) {
        if (block != arena->current)
            block->used = 0;
        if (block->size - block->used >= bytes)
            break;
    }
    return block ? block : add_block(arena, last, bytes);
}

void *df_arena_take(DfArena *arena, size_t bytes)
{
    size_t size = df_size_align(DF_MAX(bytes, 1));

    if (size == DF_SIZE_BAD)
        return df_alloc(size);
    DfArenaBlock *block = find_block(arena, size);
    if (!block)
        return NULL;
    arena->current = block;
    block->used += size;
    block->most = DF_MAX(block->most, block->used);
    return block->bytes + block->used - size;
}

void *df_arena_take_zeroed(DfArena *arena, size_t bytes)
{
    void *memory = df_arena_take(arena, bytes);

    return memory ? memset(memory, 0, bytes) : NULL;
}

DfArenaMark df_arena_mark(const DfArena *arena)
{
    return (DfArenaMark){ arena->current, arena->current ? arena->current->used : 0 };
}

static void free_blocks(DfArena *arena)
{
    for (DfArenaBlock *block = arena->first, *next; block; block = next) {
        next = block->next;
        df_free(block->bytes);
        df_free(block);
    }
    arena->first = arena->current = NULL;
}

void df_arena_reset(DfArena *arena, DfArenaMark mark)
{
    arena->current = mark.block;
    if (mark.block) {
        mark.block->used = mark.used;
    } else if (arena->first && arena->first->next) {
        /* The next piece gets one block for what several were needed for. */
        arena->least = 0;
        for (const DfArenaBlock *block = arena->first; block; block = block->next)
            arena->least += block->most;
        free_blocks(arena);
    }
}

size_t df_arena_bytes(const DfArena *arena)
{
    size_t bytes = 0;

    for (const DfArenaBlock *block = arena->first; block; block = block->next)
        bytes += block->size;
    return bytes;
}

void df_arena_free(DfArena *arena)
{
    free_blocks(arena);
    *arena = (DfArena){ 0 };
}
