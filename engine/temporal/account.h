/**
 * @file
 * The account of all bytes that are held for other frames: frames in flight, copies, source maps, dense motion,
 * synthesised colours.
 */
#ifndef DF_TEMPORAL_ACCOUNT_H
#define DF_TEMPORAL_ACCOUNT_H

#include <stdatomic.h>

#include "base.h"

/** Zeroed: nothing is held. Thread-safety: any thread. */
typedef struct DfAccount {
    atomic_size_t bytes, peak; /**< held now, and at most so far */
} DfAccount;

static inline void df_account_charge(DfAccount *account, size_t bytes)
{
    size_t held = atomic_fetch_add_explicit(&account->bytes, bytes, memory_order_relaxed) + bytes;
    size_t peak = atomic_load_explicit(&account->peak, memory_order_relaxed);

    while (held > peak && !atomic_compare_exchange_weak_explicit(&account->peak, &peak, held, memory_order_relaxed,
                                                                 memory_order_relaxed))
        ;
}

static inline void df_account_credit(DfAccount *account, size_t bytes)
{
    atomic_fetch_sub_explicit(&account->bytes, bytes, memory_order_relaxed);
}

/** @return bytes held at this time */
static inline size_t df_account_bytes(DfAccount *account)
{
    return atomic_load_explicit(&account->bytes, memory_order_relaxed);
}

/** Blocks from so many bytes on have pages of their own. */
#define DF_ACCOUNT_PAGES ((size_t)256 << 10)

/** Zeroed memory on account; NULL, with the cause recorded, where there is none. */
static inline void *df_account_alloc(DfAccount *account, size_t bytes)
{
    void *memory = bytes < DF_ACCOUNT_PAGES ? df_alloc(bytes) : df_alloc_pages(bytes);

    if (memory)
        df_account_charge(account, bytes);
    return memory;
}

/** Free what df_account_alloc() gave for so many bytes; NULL is fine. */
static inline void df_account_free(DfAccount *account, void *memory, size_t bytes)
{
    if (memory)
        df_account_credit(account, bytes);
    if (bytes < DF_ACCOUNT_PAGES)
        df_free(memory);
    else
        df_free_pages(memory, bytes);
}

#endif
