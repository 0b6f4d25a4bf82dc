/**
 * @file
 * The manifest as text. Times are written as runs of equal steps: those of a film of constant rate take a line a part.
 */
#include "cli/manifest.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "weights/output.h"

#define FIRST_LINE "deepfill parts 1"

char *df_manifest_part(const DfManifest *manifest, const char *folder, int part)
{
    return df_text("%s/part-%04d.%s", folder, part + 1, manifest->ending);
}

int df_manifest_is_steady(const DfManifest *m, DfRatio rate)
{
    return m->encoder.num == rate.den && m->encoder.den == rate.num;
}

double df_manifest_seconds(const DfManifest *m, int64_t frame)
{
    double ticks = (double)m->times[frame] * ((double)m->time_base.num * m->encoder.den) /
                   ((double)m->time_base.den * m->encoder.num);
    return rint(ticks) * m->encoder.num / m->encoder.den;
}

void df_manifest_free(DfManifest *manifest)
{
    df_free(manifest->film);
    df_free(manifest->part_starts);
    df_free(manifest->times);
    *manifest = (DfManifest){ 0 };
}

/* ----------------------------------------------------------------------------------- writing -- */

static void put_times(FILE *to, const int64_t *times, int64_t count)
{
    for (int64_t i = 0, length; i < count; i += length) {
        int64_t step = i + 1 < count ? times[i + 1] - times[i] : 0;
        for (length = 1; i + length < count && times[i + length] - times[i + length - 1] == step; length++)
            ;
        fprintf(to, "times %" PRId64 " %" PRId64 " %" PRId64 "\n", times[i], step, length);
    }
}

static void put_path(FILE *to, const char *path)
{
    for (; *path; path++)
        if (*path == '\n' || *path == '\\')
            fputs(*path == '\n' ? "\\n" : "\\\\", to);
        else
            fputc(*path, to);
}

static int put(FILE *to, const void *opaque)
{
    const DfManifest *m = opaque;
    fputs(FIRST_LINE "\nfilm ", to);
    put_path(to, m->film);
    fprintf(to, "\nbytes %" PRId64 "\nending %s\ntime_base %d/%d\nencoder %d/%d\n", m->film_bytes, m->ending,
            m->time_base.num, m->time_base.den, m->encoder.num, m->encoder.den);
    for (int i = 0; i < m->part_count; i++) {
        int64_t count = m->part_starts[i + 1] - m->part_starts[i];
        fprintf(to, "part %" PRId64 "\n", count);
        put_times(to, m->times + m->part_starts[i], count);
    }
    fputs("end\n", to);
    return 0;
}

int df_manifest_write(const DfManifest *manifest, const char *folder)
{
    char *path = df_text("%s/manifest", folder);
    int ret = path ? df_output_text(path, put, manifest) : -ENOMEM;
    df_free(path);
    return ret;
}

/* ----------------------------------------------------------------------------------- reading -- */

/** A manifest while it is read. */
typedef struct Reader {
    FILE *from;
    char *line;
    size_t room;
    int number;          /* of the line */
    int64_t frames;      /* whose times have been read */
    size_t frame_room;
} Reader;

/** @return the next line without its end; "" at the file's end */
static const char *next(Reader *r)
{
    ssize_t length = getline(&r->line, &r->room, r->from);
    r->number++;
    if (length > 0 && r->line[length - 1] == '\n')
        r->line[length - 1] = 0;
    return length > 0 ? r->line : "";
}

static char *unescape(const char *text)
{
    char *path = df_strdup(text), *to = path;
    for (; path && *text; text++) {
        int is_escaped = *text == '\\' && text[1];
        text += is_escaped;
        *to++ = is_escaped && *text == 'n' ? '\n' : *text;
    }
    if (path)
        *to = 0;
    return path;
}

/** Frames of a film, at most: at 1000 a second those of a week. */
#define MOST_FRAMES 600000000

/** Read a part's times, of which there have to be so many. @return 1; 0: they are not; -ENOMEM */
static int read_times(DfManifest *m, Reader *r, int64_t count)
{
    int64_t first, step, length;
    if (count < 1 || count > MOST_FRAMES - r->frames)
        return 0;
    int64_t end = r->frames + count, *times = df_grow(m->times, &r->frame_room, (size_t)end, sizeof *times);
    if (!times)
        return -ENOMEM;
    m->times = times;
    while (r->frames < end) {
        if (sscanf(next(r), "times %" SCNd64 " %" SCNd64 " %" SCNd64, &first, &step, &length) != 3 || length < 1 ||
            length > end - r->frames || step < 0 || first < -INT64_MAX / 4 || first > INT64_MAX / 4 ||
            step > INT64_MAX / 4 / length)
            return 0;
        for (int64_t i = 0; i < length; i++)
            m->times[r->frames++] = first + i * step;
    }
    return 1;
}

/** @return 1; 0: a line is not understood; -ENOMEM */
static int read_parts(DfManifest *m, Reader *r)
{
    int64_t count;
    size_t room = 0;
    const char *line;
    for (;;) {
        int64_t *starts = df_grow(m->part_starts, &room, (size_t)m->part_count + 1, sizeof *starts);
        if (!starts)
            return -ENOMEM;
        m->part_starts = starts;
        starts[m->part_count] = r->frames;
        if (!strcmp(line = next(r), "end"))
            return m->part_count > 0;
        if (sscanf(line, "part %" SCNd64, &count) != 1 || m->part_count == INT32_MAX)
            return 0;
        int ret = read_times(m, r, count);
        if (ret <= 0)
            return ret;
        m->part_count++;
    }
}

static int is_ratio(DfRatio ratio)
{
    return ratio.num > 0 && ratio.den > 0;
}

static int read_all(DfManifest *m, Reader *r)
{
    if (strcmp(next(r), FIRST_LINE) || strncmp(next(r), "film ", 5))
        return 0;
    if (!(m->film = unescape(r->line + 5)))
        return -ENOMEM;
    if (sscanf(next(r), "bytes %" SCNd64, &m->film_bytes) != 1 ||
        sscanf(next(r), "ending %7s", m->ending) != 1 || strchr(m->ending, '/') ||
        sscanf(next(r), "time_base %d/%d", &m->time_base.num, &m->time_base.den) != 2 || !is_ratio(m->time_base) ||
        sscanf(next(r), "encoder %d/%d", &m->encoder.num, &m->encoder.den) != 2 || !is_ratio(m->encoder))
        return 0;
    return read_parts(m, r);
}

int df_manifest_read(DfManifest *manifest, const char *folder)
{
    char *path = df_text("%s/manifest", folder);
    Reader r = { .from = path ? fopen(path, "r") : NULL };
    *manifest = (DfManifest){ 0 };
    int ret = !path ? -ENOMEM : r.from ? read_all(manifest, &r) : -errno;
    if (path && !r.from)
        df_error(ret, "%s: cannot be read: %s: `deepfill plan` makes it", path, strerror(-ret));
    else if (!ret)
        ret = df_error(-EINVAL, "%s: line %d is not what `deepfill plan` writes: make the folder anew", path, r.number);
    if (r.from)
        fclose(r.from);
    free(r.line);
    df_free(path);
    return ret < 0 ? ret : 0;
}
