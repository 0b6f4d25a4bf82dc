/**
 * @file
 * Arrays of vectors stay in registers where the loops over them are unrolled and the functions inlined.
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
