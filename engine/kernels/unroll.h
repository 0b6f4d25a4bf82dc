/**
 * @file
 * Loops over registers: they have to be unrolled, in functions that are inlined, or what they count through lies in
 * memory.
 */
#ifndef DF_KERNELS_UNROLL_H
#define DF_KERNELS_UNROLL_H

/** In front of a loop of so many turns at most. */
#if defined(__clang__)
#define UNROLL(turns) _Pragma("unroll")
#else
#define UNROLL_PRAGMA(text) _Pragma(#text)
#define UNROLL(turns) UNROLL_PRAGMA(GCC unroll turns)
#endif

#define INLINE static inline __attribute__((always_inline))

#endif
