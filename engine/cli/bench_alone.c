/**
 * @file
 * Measuring in a process of its own; and noise, medians.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/bench.h"
#include "cli/cli.h"

/** Knuth's linear congruential generator. */
float df_bench_noise(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (int32_t)(*state >> 32) / 2147483648.0f;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double df_bench_median(double *values, int count)
{
    qsort(values, count, sizeof *values, ascending);
    return values[count / 2];
}

static int send_all(int to, const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size) {
        ssize_t sent = write(to, at, size);
        if (sent < 0)
            return -1;
        at += sent;
        size -= sent;
    }
    return 0;
}

static int receive_all(int from, void *bytes, size_t size)
{
    char *at = bytes;
    while (size) {
        ssize_t got = read(from, at, size);
        if (got <= 0)
            return -1;
        at += got;
        size -= got;
    }
    return 0;
}

/** What the child does; never returns. */
static void child(DfBenchWork work, const void *what, void *result, size_t size, int to)
{
    if (work(what, result) < 0)
        _exit(df_cli_failed());
    _exit(send_all(to, result, size) < 0 ? DF_EXIT_FAILED : DF_EXIT_DONE);
}

/** Wait for it. What it failed of, it has said itself, unless it was killed. */
static int reap(pid_t process, int received, double *peak_mib)
{
    struct rusage usage;
    int status;
    if (wait4(process, &status, 0, &usage) < 0) {
        df_error(-errno, "a process that measures was lost: %s", strerror(errno));
        return df_cli_failed(), -1;
    }
    if (WIFSIGNALED(status)) {
        df_error(-EIO, "a process that measures was ended: %s", strsignal(WTERMSIG(status)));
        return df_cli_failed(), -1;
    }
    *peak_mib = usage.ru_maxrss / 1024.0;
    return WEXITSTATUS(status) == DF_EXIT_DONE && received ? 0 : -1;
}

int df_bench_alone(DfBenchWork work, const void *what, void *result, size_t result_size, double *peak_mib)
{
    int ends[2];
    df_error_clear();
    if (pipe(ends) < 0) {
        df_error(-errno, "a process that measures cannot be reached: %s", strerror(errno));
        return df_cli_failed(), -1;
    }
    fflush(stdout); /* or the child had it, too */
    pid_t process = fork();
    if (process == 0)
        child(work, what, result, result_size, ends[1]);
    close(ends[1]);
    if (process < 0) {
        close(ends[0]);
        df_error(-errno, "no process to measure in: %s", strerror(errno));
        return df_cli_failed(), -1;
    }
    int received = receive_all(ends[0], result, result_size) == 0;
    close(ends[0]);
    return reap(process, received, peak_mib);
}
