/**
 * @file
 * How much memory is left: the least of what the machine, the process's control group and its limits allow.
 */
#include "cli/cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base.h"

/** The number that follows `key` in a file of the system's; SIZE_MAX where there is none. */
static size_t number_in(const char *path, const char *key)
{
    char line[256];
    uintmax_t value;
    size_t found = SIZE_MAX, length = strlen(key);
    FILE *file = fopen(path, "r");
    while (file && found == SIZE_MAX && fgets(line, sizeof line, file))
        if (!strncmp(line, key, length) && sscanf(line + length, "%ju", &value) == 1)
            found = value;
    if (file)
        fclose(file);
    return found;
}

/** Memory that could be had without swapping, in bytes. */
static size_t machine(void)
{
    size_t kib = number_in("/proc/meminfo", "MemAvailable:");
    if (kib != SIZE_MAX)
        return df_size_mul(kib, 1024);
    return df_size_mul(sysconf(_SC_PHYS_PAGES), sysconf(_SC_PAGESIZE));
}

/** What a control group (version 2), a container for example, has left. */
static size_t group(void)
{
    size_t most = number_in("/sys/fs/cgroup/memory.max", "");
    size_t now = number_in("/sys/fs/cgroup/memory.current", "");
    size_t files = number_in("/sys/fs/cgroup/memory.stat", "inactive_file ");
    if (most == SIZE_MAX || now == SIZE_MAX)
        return SIZE_MAX;
    now -= files < now ? files : 0; /* files in memory make room */
    return most > now ? most - now : 0;
}

/** What a limit on the address space (ulimit -v) leaves. */
static size_t limit(void)
{
    struct rlimit space;
    size_t used = number_in("/proc/self/statm", "");
    if (getrlimit(RLIMIT_AS, &space) < 0 || space.rlim_cur == RLIM_INFINITY || used == SIZE_MAX)
        return SIZE_MAX;
    used = df_size_mul(used, sysconf(_SC_PAGESIZE));
    return space.rlim_cur > used ? space.rlim_cur - used : 0;
}

size_t df_memory_free(void)
{
    return DF_MIN(DF_MIN(machine(), group()), limit());
}

const char *df_memory_text(char *text, size_t bytes)
{
    if (bytes >= (size_t)1 << 30)
        snprintf(text, 32, "%.1f GiB", bytes / (double)(1 << 30));
    else
        snprintf(text, 32, "%.0f MiB", bytes / (double)(1 << 20));
    return text;
}
