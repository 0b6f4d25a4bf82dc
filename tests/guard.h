/**
 * @file
 * For tests of loops: memory that ends where its values end, so that reading one more is a fault in any build.
 */
#ifndef TESTS_GUARD_H
#define TESTS_GUARD_H

#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

/** @return one past the last of `count` floats, where a page begins that cannot be read; mapped until the test ends */
static inline float *guarded_end(size_t count)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), size = (count * sizeof(float) + page - 1) / page * page;
    char *memory = mmap(NULL, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED || mprotect(memory + size, page, PROT_NONE))
        _exit(1);
    return (float *)(memory + size);
}

#endif
