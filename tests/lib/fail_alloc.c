/**
 * @file
 * Preloaded into a program, lets one of its allocations fail: the FAIL_AT-th, counted from 1, of a kind that
 * FAIL_KIND names: `posix_memalign` (libavutil's), `aligned_alloc` (the engine's) or `malloc` (all others').
 * FAIL_COUNT names a file that is told, at the end, how many of that kind there were.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** glibc's own, by names that are not hidden. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static atomic_long seen;
static long fail_at;
static const char *kind;

static void tell(void)
{
    char text[32];
    int fd = open(getenv("FAIL_COUNT"), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    int length = snprintf(text, sizeof text, "%ld\n", (long)seen);
    if (write(fd, text, length) == length)
        close(fd);
}

__attribute__((constructor)) static void begin(void)
{
    if (getenv("FAIL_COUNT"))
        atexit(tell);
    fail_at = getenv("FAIL_AT") ? atol(getenv("FAIL_AT")) : 0;
    kind = getenv("FAIL_KIND");
}

static int fails(const char *of)
{
    if (!kind || strcmp(kind, of) || atomic_fetch_add(&seen, 1) + 1 != fail_at)
        return 0;
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t size)
{
    return fails("malloc") ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails("malloc") ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    return size && fails("malloc") ? NULL : __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return fails("aligned_alloc") ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
    void *got = fails("posix_memalign") ? NULL : __libc_memalign(alignment, size);
    if (!got)
        return ENOMEM;
    *memory = got;
    return 0;
}
