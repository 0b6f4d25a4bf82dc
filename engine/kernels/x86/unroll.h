/**
 * @file
 * Loops over registers: they have to be unrolled, or what they count through lies in memory.
 */
#ifndef DF_KERNELS_X86_UNROLL_H
#define DF_KERNELS_X86_UNROLL_H

#if defined(__clang__)
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

#endif
