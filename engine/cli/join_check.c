/**
 * @file
 * Frames are counted and their times compared by packets: nothing is decoded.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
#include "cli/join.h"
#include "cli/text.h"

/** Part numbers that are named in one sentence, at most. */
#define MOST_NAMED 20

static double second(DfRatio ratio)
{
    return (double)ratio.num / ratio.den;
}

/**
 * The first frame whose time is not what it is to be, but for what the container has rounded: some tell to a
 * millisecond alone where a file begins.
 * @return its number; -1: there is none
 */
static int64_t find_shifted(const DfManifest *m, const DfFilmTimes *found, int64_t first)
{
    double slack = second(found->time_base) + 0.002;
    for (int64_t i = 0; i < found->count; i++) {
        double is = (double)found->times[i] * second(found->time_base);
        if (fabs(is - df_manifest_seconds(m, first + i)) > slack)
            return i;
    }
    return -1;
}

/** Compare the number of frames and their times with the manifest's. @param what  is compared, for words */
static int compare(const DfManifest *m, const DfFilmTimes *found, const char *what, int64_t first, int64_t count)
{
    if (found->count != count)
        return df_error(-EINVAL, "%s: has %" PRId64 " frame%s, must have %" PRId64, what, found->count,
                        df_plural(found->count), count);
    int64_t shifted = find_shifted(m, found, first);
    if (shifted < 0)
        return 0;
    return df_error(-EINVAL, "%s: its frame %" PRId64 " comes at %.3f s, must come at %.3f s", what, shifted,
                    (double)found->times[shifted] * second(found->time_base),
                    df_manifest_seconds(m, first + shifted));
}

/** What is appended is decoded as the first part is. */
static int compare_kind(const DfFilmTimes *found, const DfFilmTimes *first, const char *what)
{
    if (!strcmp(found->codec, first->codec) && found->width == first->width && found->height == first->height)
        return 0;
    return df_error(-EINVAL, "%s: has %s of %dx%d, the first part %s of %dx%d", what, found->codec, found->width,
                    found->height, first->codec, first->width, first->height);
}

/** @param[in,out] kind  codec and size of the first part, set by it */
static int check_part(const DfManifest *m, const char *folder, int part, DfFilmTimes *kind)
{
    DfFilmTimes found = { 0 };
    int64_t first = m->part_starts[part];
    char *path = df_manifest_part(m, folder, part);
    int ret = path ? df_film_times(&found, path, 0) : -ENOMEM;
    if (ret >= 0)
        ret = compare(m, &found, path, first, m->part_starts[part + 1] - first);
    if (ret >= 0 && !part)
        *kind = (DfFilmTimes){ .codec = found.codec, .width = found.width, .height = found.height };
    if (ret >= 0)
        ret = compare_kind(&found, kind, path);
    if (ret < 0 && ret != -ENOMEM)
        ret = df_error_add(ret, "delete it, and run line %d of %s/jobs.txt again", part + 1, folder);
    df_film_times_free(&found);
    df_free(path);
    return ret;
}

/** Parts that are missing, in one sentence. */
static int check_all_there(const DfManifest *m, const char *folder)
{
    char numbers[MOST_NAMED * 12 + 1] = "";
    int missing = 0;
    for (int i = 0; i < m->part_count; i++) {
        char *path = df_manifest_part(m, folder, i);
        if (!path)
            return -ENOMEM;
        size_t length = strlen(numbers);
        if (access(path, F_OK) && missing++ < MOST_NAMED)
            snprintf(numbers + length, sizeof numbers - length, "%s%d", length ? ", " : "", i + 1);
        df_free(path);
    }
    if (!missing)
        return 0;
    return df_error(-ENOENT, "%s: %d of %d parts %s missing: run line%s %s%s of its jobs.txt", folder, missing,
                    m->part_count, missing == 1 ? "is" : "are", df_plural(missing), numbers,
                    missing > MOST_NAMED ? ", ..." : "");
}

int df_join_check(const DfManifest *manifest, const char *folder)
{
    DfFilmTimes kind = { 0 };
    int ret = check_all_there(manifest, folder);
    for (int i = 0; i < manifest->part_count && ret >= 0; i++)
        ret = check_part(manifest, folder, i, &kind);
    return ret;
}

int df_join_check_whole(const DfManifest *manifest, const char *path)
{
    DfFilmTimes found = { 0 };
    int ret = df_film_times(&found, path, 1);
    if (ret >= 0)
        ret = compare(manifest, &found, "the joined film", 0, manifest->part_starts[manifest->part_count]);
    df_film_times_free(&found);
    return ret;
}
