/**
 * @file
 * A fuzz target without a fuzzer: gives it files as they are, cut off after every byte, and with every single
 * bit of their beginning flipped.
 *
 *     fuzz-TARGET [--each] [FILE...]
 *
 * Without files: those of tests/fuzz/seeds/TARGET and tests/fuzz/found/TARGET. --each: only as they are.
 *
 * Processes take turns with the runs, one for each CPU; one that dies tells by what it left behind which run
 * it was. Where runs are slow, under a sanitizer or by the target's own word, cuts and flips are a sample.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"

/* Bytes at the beginning of a file, where containers have their structure, whose bits are flipped. */
#define FLIPPED 4096
#define MOST_WORKERS 16
/* Seconds that a run may compute, and those after which even a busy machine has done all runs of a file. */
#define PATIENCE 1
#define LONG 1200

#ifdef __SANITIZE_ADDRESS__
#define EVERY 17 /* of the runs with cuts and flips; not of a factor with 8, so that each bit has its turn */
#else
#define EVERY 1
#endif

typedef struct File {
    const char *name;
    uint8_t *bytes;
    size_t size;
} File;

/** Which run a process is at. */
typedef struct Place {
    size_t run;
} Place;

/* ----------------------------------------------------------------------------------------- runs -- */

static int each;

static size_t count_runs(const File *file)
{
    return each ? 1 : 1 + file->size + 8 * DF_MIN(file->size, FLIPPED);
}

/** The bytes of a run, in a block of exactly that size, so that a sanitizer sees a byte too far. */
static uint8_t *make_input(const File *file, size_t run, size_t *size)
{
    int cut = run && run <= file->size;
    *size = cut ? run - 1 : file->size;
    uint8_t *bytes = malloc(DF_MAX(*size, 1));
    if (!bytes)
        exit(2);
    memcpy(bytes, file->bytes, *size);
    if (run && !cut) {
        size_t bit = run - 1 - file->size;
        bytes[bit / 8] ^= 1 << bit % 8;
    }
    return bytes;
}

static void describe(const File *file, size_t run, char *text, size_t size)
{
    if (!run)
        snprintf(text, size, "as it is");
    else if (run <= file->size)
        snprintf(text, size, "cut off after %zu bytes", run - 1);
    else
        snprintf(text, size, "with bit %zu of byte %zu flipped", (run - 1 - file->size) % 8,
                 (run - 1 - file->size) / 8);
}

static void begin_run(void)
{
    struct itimerval computed = { .it_value.tv_sec = PATIENCE };
    setitimer(ITIMER_PROF, &computed, NULL);
}

static void work(const File *file, Place *place, int worker, int workers)
{
    size_t runs = count_runs(file), size;
    alarm(LONG);
    for (size_t i = worker; i < runs; i += workers) {
        size_t run = i * EVERY * fuzz_every;
        if (run >= runs)
            break;
        uint8_t *bytes = make_input(file, run, &size);
        place->run = run;
        begin_run();
        LLVMFuzzerTestOneInput(bytes, size);
        free(bytes);
    }
}

/* ----------------------------------------------------------------------------------- processes -- */

/** What made a run die, to be looked at with this program. */
static void keep(const char *target, const File *file, size_t run)
{
    char path[256];
    size_t size;
    const char *build = getenv("BUILD");
    snprintf(path, sizeof path, "%s/fuzz-%s-failed", build ? build : "build", target);
    uint8_t *bytes = make_input(file, run, &size);
    FILE *out = fopen(path, "wb");
    if (out && fwrite(bytes, 1, size, out) == size)
        printf("# this input lies in %s\n", path);
    if (out)
        fclose(out);
    free(bytes);
}

static int check_worker(const char *target, const File *file, const Place *place, pid_t child)
{
    int status;
    char text[80];
    if (waitpid(child, &status, 0) != child || !status)
        return 0;
    int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    describe(file, place->run, text, sizeof text);
    printf("# %s %s: %s\n", file->name, text,
           number == SIGPROF ? "takes longer than a second" : number == SIGALRM ? "does not come back"
           : number ? strsignal(number) : "ends the program");
    keep(target, file, place->run);
    return -1;
}

static int try_file(const char *target, const File *file, Place *places)
{
    int workers = DF_MIN(df_cpu_count(), MOST_WORKERS), failed = 0;
    pid_t children[MOST_WORKERS];
    fflush(stdout);
    for (int i = 0; i < workers; i++) {
        children[i] = fork();
        if (!children[i]) {
            work(file, &places[i], i, workers);
            exit(0);
        }
    }
    for (int i = 0; i < workers; i++)
        failed |= children[i] < 0 || check_worker(target, file, &places[i], children[i]) < 0;
    return failed;
}

/* ----------------------------------------------------------------------------------------- files -- */

static int read_file(File *file, const char *path)
{
    FILE *in = fopen(path, "rb");
    long size = -1;
    *file = (File){ .name = path };
    if (in && !fseek(in, 0, SEEK_END))
        size = ftell(in);
    if (size >= 0)
        file->bytes = malloc(size + 1);
    if (file->bytes) {
        rewind(in);
        file->size = fread(file->bytes, 1, size, in);
    }
    if (in)
        fclose(in);
    return file->bytes && file->size == (size_t)size ? 0 : -1;
}

static int number;

static int replay(const char *target, const char *path, Place *places)
{
    File file;
    int failed = read_file(&file, path) < 0;
    if (failed)
        printf("# %s: cannot be read\n", path);
    else
        failed = try_file(target, &file, places);
    printf("%sok %d - %s\n", failed ? "not " : "", ++number, path);
    free(file.bytes);
    return failed;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int replay_folder(const char *target, const char *folder, Place *places)
{
    char path[512];
    struct dirent **entries;
    int failed = 0;
    snprintf(path, sizeof path, "tests/fuzz/%s/%s", folder, target);
    int count = scandir(path, &entries, is_visible, alphasort);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "tests/fuzz/%s/%s/%s", folder, target, entries[i]->d_name);
        failed |= replay(target, path, places);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return failed;
}

int main(int count, char **arguments)
{
    const char *dash = strrchr(arguments[0], '-'), *target = dash ? dash + 1 : arguments[0];
    int failed = 0;
    Place *places = mmap(NULL, MOST_WORKERS * sizeof *places, PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (places == MAP_FAILED)
        return 2;
    each = count > 1 && !strcmp(arguments[1], "--each");
    for (int i = 1 + each; i < count; i++)
        failed |= replay(target, arguments[i], places);
    if (count < 2 + each)
        failed = replay_folder(target, "seeds", places) | replay_folder(target, "found", places);
    return failed;
}
