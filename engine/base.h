/**
 * @file
 * What every room of the engine stands on: dimension letters, errors, checked sizes, memory.
 *
 * Letters, here and everywhere: H rows, W columns, C channels of an activation, K side of a square
 * kernel, L positions of the attention's small map (h * w). Activations are NHWC with N = 1: channels
 * innermost, element (y, x, c) at (y * W + x) * C + c.
 */
#ifndef DF_BASE_H
#define DF_BASE_H

#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/** Bytes: SIMD loads, cache lines and zimg rows all like this alignment. */
#define DF_ALIGN 64

#define DF_MIN(a, b) ((a) < (b) ? (a) : (b))
#define DF_MAX(a, b) ((a) > (b) ? (a) : (b))
#define DF_CLAMP(v, lo, hi) DF_MIN(DF_MAX(v, lo), hi)
#define DF_COUNT(array) (sizeof(array) / sizeof *(array))

/* -------------------------------------------------------------------------------- errors -- */

/**
 * Record why something failed, unless a cause is recorded already: the first cause is the one that
 * the user reads. The text belongs to the calling thread. Control characters in it become '?'.
 *
 * @param code  negative errno, handed on as it is
 * @return code
 */
int df_error(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Add to the recorded cause, behind ": ": what was tried, or the way out. @return code */
int df_error_add(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Refuse an integer setting out of range. @return 0 or -EINVAL, with the cause recorded */
int df_check_range(const char *name, int value, int least, int most);

/** @return the calling thread's cause, "" where there is none; valid until the next df_error*(). */
const char *df_error_text(void);

/**
 * Replace control characters by '?', those of two bytes in UTF-8 (U+0080 to U+009F) as well: names out of files
 * are no commands to a terminal.
 */
void df_disarm(char *text);

/** Forget the calling thread's cause; every public function that can fail begins with this. */
void df_error_clear(void);

/* -------------------------------------------------------------------------------- memory -- */

/** A size that overflowed; no allocation of it can succeed. */
#define DF_SIZE_BAD SIZE_MAX

/** @return a * b or a + b; DF_SIZE_BAD where it does not fit or an argument is DF_SIZE_BAD. */
size_t df_size_mul(size_t a, size_t b);
size_t df_size_add(size_t a, size_t b);

/** @return size rounded up to DF_ALIGN; DF_SIZE_BAD stays. */
size_t df_size_align(size_t size);

/**
 * Carve memory into aligned pieces: a first round with base NULL gives their size, a second one their places.
 * @param base  memory aligned to DF_ALIGN, or NULL
 * @param[in,out] end  bytes carved so far; DF_SIZE_BAD stays
 * @return the next piece, of `size` bytes, or NULL without memory
 */
void *df_carve(char *base, size_t *end, size_t size);

/** The same for `count` floats. */
float *df_carve_floats(char *base, size_t *end, size_t count);

/**
 * Allocate `size` zeroed bytes, aligned to DF_ALIGN. The one door to malloc: tests make the n-th call fail.
 * @return NULL, with the cause recorded, where there is no memory or the size is DF_SIZE_BAD
 */
void *df_alloc(size_t size);

/** Free what df_alloc() gave; NULL is fine. */
void df_free(void *memory);

/**
 * As df_alloc(), but in pages of its own, which go back to the system at once when they are freed: malloc may keep
 * large blocks for what lies above them. For blocks of a quarter of a MiB and more that come and go.
 */
void *df_alloc_pages(size_t size);

/** Free what df_alloc_pages() gave for so many bytes; NULL is fine. */
void df_free_pages(void *memory, size_t size);

/** A copy of a string from df_alloc(); NULL where there is no memory. */
char *df_strdup(const char *text);

/** What printf() would write, as a string from df_alloc(); NULL where there is no memory. */
char *df_text(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *df_vtext(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));

/**
 * Room for at least `count` elements of an array from df_alloc(), new ones zeroed.
 * @param items  NULL: none yet; freed where the array moves
 * @param[in,out] room  elements that there is room for
 * @param size  bytes of an element
 * @return the array; NULL where there is no memory, with the former one as it was
 */
void *df_grow(void *items, size_t *room, size_t count, size_t size);

/** Tests: let so many more allocations and thread starts succeed and every later one fail; -1: none fails. */
void df_fail_after(long successes);

/* ------------------------------------------------------------------------------- threads -- */

/**
 * Start a joinable thread: pthread_create() with the tests' seam.
 * @return 0 or a negative errno, with the cause recorded
 */
int df_thread_start(pthread_t *thread, void *(*run)(void *), void *argument);

/** @return how many CPUs this process may run on, at least 1 (respects affinity masks). */
int df_cpu_count(void);

/** @return CPU time that the calling thread has spent, in nanoseconds; only differences mean anything. */
int64_t df_thread_time(void);

#endif
