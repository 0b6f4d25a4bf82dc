/**
 * @file
 * Errors, checked sizes, and the engine's only doors to malloc and pthread_create.
 */
#define _GNU_SOURCE
#include "base.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ASAN 1
#endif
#endif
#ifdef ASAN
#include <sanitizer/asan_interface.h>
#endif

/* Bytes of a large page. */
#define HUGE_PAGE ((size_t)2 << 20)

/* ------------------------------------------------------------------------------------ errors -- */

/** A path and its cause; longer sentences are cut (PATH_MAX is 4096). */
static _Thread_local char error_text[1024];

void df_disarm(char *text)
{
    for (unsigned char *at = (unsigned char *)text; *at; at++) {
        if (*at < ' ' || *at == 0x7F)
            *at = '?';
        else if (*at == 0xC2 && at[1] >= 0x80 && at[1] < 0xA0)
            at[0] = at[1] = '?';
    }
}

int df_error(int code, const char *format, ...)
{
    if (!error_text[0]) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(error_text, sizeof error_text, format, arguments);
        va_end(arguments);
        df_disarm(error_text);
    }
    return code;
}

int df_error_add(int code, const char *format, ...)
{
    size_t length = strlen(error_text);
    length += (size_t)snprintf(error_text + length, sizeof error_text - length, ": ");
    if (length < sizeof error_text) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(error_text + length, sizeof error_text - length, format, arguments);
        va_end(arguments);
        df_disarm(error_text);
    }
    return code;
}

int df_check_range(const char *name, int value, int least, int most)
{
    if (value < least || value > most)
        return df_error(-EINVAL, "%s is %d, must be %d to %d", name, value, least, most);
    return 0;
}

const char *df_error_text(void)
{
    return error_text;
}

void df_error_clear(void)
{
    error_text[0] = 0;
}

/* ------------------------------------------------------------------------------------- sizes -- */

size_t df_size_mul(size_t a, size_t b)
{
    size_t product;
    if (a == DF_SIZE_BAD || b == DF_SIZE_BAD || __builtin_mul_overflow(a, b, &product))
        return DF_SIZE_BAD;
    return product;
}

size_t df_size_add(size_t a, size_t b)
{
    size_t sum;
    if (a == DF_SIZE_BAD || b == DF_SIZE_BAD || __builtin_add_overflow(a, b, &sum))
        return DF_SIZE_BAD;
    return sum;
}

size_t df_size_align(size_t size)
{
    size_t up = df_size_add(size, DF_ALIGN - 1);
    return up == DF_SIZE_BAD ? up : up / DF_ALIGN * DF_ALIGN;
}

void *df_carve(char *base, size_t *end, size_t size)
{
    void *piece = base ? base + *end : NULL;
    *end = df_size_add(*end, df_size_align(size));
    return piece;
}

float *df_carve_floats(char *base, size_t *end, size_t count)
{
    return df_carve(base, end, df_size_mul(count, sizeof(float)));
}

/* ------------------------------------------------------------------------------------ memory -- */

/** Successes left before df_alloc() and df_thread_start() fail; negative: no limit. */
static atomic_long successes_left = -1;

void df_fail_after(long successes)
{
    atomic_store(&successes_left, successes);
}

/** Take one success; several threads may, so the last one is handed out once. */
static int allowed(void)
{
    long left = atomic_load(&successes_left);
    while (left > 0 && !atomic_compare_exchange_weak(&successes_left, &left, left - 1))
        ;
    return left != 0;
}

/**
 * Large blocks in huge pages where the system has them: all of a block is touched at once, and a hundred
 * megabytes of small pages would take longer to come by than a checkpoint to read.
 */
static void *take(size_t bytes)
{
#ifdef MADV_HUGEPAGE
    size_t up = bytes / HUGE_PAGE * HUGE_PAGE + HUGE_PAGE;
    void *memory = bytes >= 2 * HUGE_PAGE && up > bytes ? aligned_alloc(HUGE_PAGE, up) : NULL;
    if (memory) {
        madvise(memory, bytes / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
        return memory;
    }
#endif
    return aligned_alloc(DF_ALIGN, bytes);
}

void *df_alloc(size_t size)
{
    size_t bytes = df_size_align(DF_MAX(size, 1));
    void *memory = bytes == DF_SIZE_BAD || !allowed() ? NULL : take(bytes);
    if (!memory) {
        df_error(-ENOMEM, "out of memory: %zu bytes could not be had", size);
        return NULL;
    }
    memset(memory, 0, bytes);
#ifdef ASAN
    ASAN_POISON_MEMORY_REGION((char *)memory + size, bytes - size); /* else a byte too far would go unseen */
#endif
    return memory;
}

void df_free(void *memory)
{
    free(memory);
}

#ifdef ASAN
/* A sanitizer sees the ends of malloc's blocks alone. */
void *df_alloc_pages(size_t size)
{
    return df_alloc(size);
}

void df_free_pages(void *memory, size_t size)
{
    (void)size;
    df_free(memory);
}
#else
void *df_alloc_pages(size_t size)
{
    void *memory = size == DF_SIZE_BAD || !allowed()
        ? MAP_FAILED : mmap(NULL, DF_MAX(size, 1), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory != MAP_FAILED)
        return memory;
    df_error(-ENOMEM, "out of memory: %zu bytes could not be had", size);
    return NULL;
}

void df_free_pages(void *memory, size_t size)
{
    if (memory)
        munmap(memory, DF_MAX(size, 1));
}
#endif

char *df_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = df_alloc(size);
    return copy ? memcpy(copy, text, size) : NULL;
}

char *df_vtext(const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = df_alloc((size_t)length + 1);
    if (text)
        vsnprintf(text, (size_t)length + 1, format, arguments);
    return text;
}

char *df_text(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = df_vtext(format, arguments);
    va_end(arguments);
    return text;
}

void *df_grow(void *items, size_t *room, size_t count, size_t size)
{
    if (items && count <= *room)
        return items;
    size_t more = df_size_add(df_size_mul(2, count), 64);
    void *grown = df_alloc(df_size_mul(more, size));
    if (!grown)
        return NULL;
    if (items)
        memcpy(grown, items, *room * size);
    df_free(items);
    *room = more;
    return grown;
}

/* ----------------------------------------------------------------------------------- threads -- */

int df_thread_start(pthread_t *thread, void *(*run)(void *), void *argument)
{
    int ret = allowed() ? pthread_create(thread, NULL, run, argument) : EAGAIN;
    if (ret)
        return df_error(-ret, "a thread could not be started: %s", strerror(ret));
    return 0;
}

int df_cpu_count(void)
{
    cpu_set_t set;
    if (!sched_getaffinity(0, sizeof set, &set))
        return DF_MAX(CPU_COUNT(&set), 1);
    /* More CPUs than the fixed set holds: the affinity mask is then beyond asking. */
    return (int)DF_CLAMP(sysconf(_SC_NPROCESSORS_ONLN), 1, 1024);
}

int64_t df_thread_time(void)
{
    struct timespec spent;
    return clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent) ? 0 : spent.tv_sec * 1000000000ll + spent.tv_nsec;
}
