/**
 * @file
 * Two passes over a film: where edges persist; then, from crops around these, what persists there.
 */
#include "cli/find.h"

#include <errno.h>
#include <math.h>
#include <unistd.h>

#include "base.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "overlay/changes.h"
#include "overlay/levels.h"
#include "overlay/persist.h"
#include "overlay/overlay.h"

/* Frames are at most a second apart, and so many as these are looked at in a short film. */
#define FRAMES_LEAST 300
/* Frames that decode by themselves are near enough where they are so many samples apart, or as many as above. */
#define LOOSEST 3
/* Longest side of the planes that are looked at, in pixels. */
#define SIDE 960
#define LEAST_SIDE 64
/* Samples to learn from, and memory for them. */
#define SAMPLES 240
#define SAMPLE_BYTES ((size_t)256 << 20)
/* Part of a box's sides, and pixels, that samples reach beyond it. */
#define BEYOND 4
#define BEYOND_PIXELS 16
/* Part of the samples that have an overlay at least. */
#define LEAST_PRESENT .2f
/* Frames that are less alike than this are of two shots. */
#define CUT .5f
/* Seconds by which a presence may be off. */
#define SLACK .3
/* Levels by which a pixel beside a finding differs over the samples, and the part of those that do at least. Of 8 films
   with a watermark they are .71 to 1; of parts of the scene 0 to .25. */
#define CHANGED 16
#define LEAST_CHANGE .4f
/* Part of an opaque plate that changes, from which on and up to which it is a counter. */
#define LEAST_COUNTED .01f
#define MOST_COUNTED .6f

/** A frame that was looked at. */
typedef struct Seen {
    double time;
    int background;
    int cut; /* 1: it is quite other than the one before */
} Seen;

/** A search. */
typedef struct Search {
    const DfFindWish *wish;
    DfFindings *findings;
    DfPersist persist;
    DfBoxes boxes;
    int factor;         /* the frame's side to that of the planes */
    float *planes[3];
    Seen *seen;
    int seen_count, seen_room;
    DfGrid last;        /* of the frame looked at last */
    DfSamples samples[DF_BOXES_MOST];
    double start;       /* of a pass */
    int still;          /* 1: something was found where the scene around it stands still as well */
} Search;

static void show(const Search *search, double time, const char *what)
{
    double all = search->findings->info.seconds, spent = df_cli_now() - search->start;
    if (!isatty(STDERR_FILENO) || all <= 0)
        return;
    time = DF_CLAMP(time, 0, all);
    df_progress_show((size_t)time, (size_t)ceil(all), what, time > 0 ? spent / time * (all - time) : -1);
}

static int open_film(Search *search, DfFilm **film)
{
    int ret = df_film_open(film, search->wish->film);
    if (ret < 0)
        return ret;
    DfFindings *findings = search->findings;
    findings->info = *df_film_info(*film);
    double seconds = findings->info.seconds;
    findings->apart = seconds > 0 ? fmin(1, seconds / FRAMES_LEAST) : 1;
    df_film_sample(*film, findings->apart, fmax(LOOSEST * findings->apart, seconds / FRAMES_LEAST));
    search->start = df_cli_now();
    return 0;
}

/* ---------------------------------------------------------------------------------- first pass -- */

static int open_planes(Search *search, const DeepfillFormat *format)
{
    int longest = DF_MAX(format->width, format->height);
    if (DF_MIN(format->width, format->height) < LEAST_SIDE)
        return df_error(-EINVAL, "%s: has frames of %dx%d pixels, expected sides of at least %d", search->wish->film,
                        format->width, format->height, LEAST_SIDE);
    search->findings->format = *format;
    search->factor = (longest + SIDE - 1) / SIDE;
    int width = format->width / search->factor, height = format->height / search->factor;
    int planes = df_levels_planes(format);
    for (int p = 0; p < planes; p++)
        if (!(search->planes[p] = df_alloc((size_t)width * height * sizeof(float))))
            return -ENOMEM;
    return df_persist_open(&search->persist, width, height, planes, df_persist_scale(height));
}

static int note_seen(Search *search, double time)
{
    if (search->seen_count == search->seen_room) {
        int room = 2 * search->seen_room + 512;
        Seen *more = df_alloc(room * sizeof *more);
        if (!more)
            return -ENOMEM;
        for (int i = 0; i < search->seen_count; i++)
            more[i] = search->seen[i];
        df_free(search->seen);
        search->seen = more;
        search->seen_room = room;
    }
    DfGrid grid;
    df_grid(&grid, search->planes[0], search->persist.width, search->persist.height);
    int cut = search->seen_count && df_grid_alike(&search->last, &grid) < CUT;
    search->seen[search->seen_count++] = (Seen){ time, search->persist.backgrounds.at, cut };
    search->last = grid;
    return 0;
}

static int look(Search *search, DfFilm *film)
{
    DfFilmFrame frame;
    int ret;
    while ((ret = df_film_next(film, &frame)) > 0) {
        ret = search->planes[0] ? 0 : open_planes(search, &frame.image.format);
        if (ret < 0)
            return ret;
        df_levels(&frame.image, search->factor, search->planes);
        ret = df_persist_add(&search->persist, search->planes);
        if (!ret)
            ret = note_seen(search, frame.time);
        if (ret < 0)
            return ret;
        show(search, frame.time, "looking for what stands still");
    }
    return ret;
}

/** Boxes of what persists, in pixels of the planes that were looked at. */
static int find_boxes(Search *search)
{
    const DfPersist *persist = &search->persist;
    size_t count = (size_t)persist->width * persist->height;
    float *t = df_alloc(count * sizeof *t), *strength = df_alloc(count * sizeof *strength);
    DfRect box = search->wish->box;
    int factor = search->factor, ret = t && strength ? 0 : -ENOMEM;
    DfRect within = { box.x0 / factor, box.y0 / factor, box.x1 / factor, box.y1 / factor };
    if (!ret)
        ret = df_persist_read(persist, t, strength);
    if (!ret)
        ret = df_boxes_find(&search->boxes, t, strength, persist->width, persist->height, persist->scale,
                            persist->backgrounds.count, within);
    search->boxes.scale *= factor; /* of frames in full size, from now on */
    df_free(t);
    df_free(strength);
    return ret;
}

/* --------------------------------------------------------------------------------- second pass -- */

/** The box in the frame's pixels. */
static DfRect whole(const Search *search, int number)
{
    DfRect rect = search->boxes.boxes[number].rect;
    int f = search->factor;
    return (DfRect){ rect.x0 * f, rect.y0 * f, rect.x1 * f, rect.y1 * f };
}

static int open_samples(Search *search)
{
    int ret = 0;
    for (int i = 0; i < search->boxes.count && !ret; i++) {
        DfRect rect = whole(search, i);
        int beyond_x = df_rect_width(rect) / BEYOND + BEYOND_PIXELS, beyond_y = df_rect_height(rect) / BEYOND +
                       BEYOND_PIXELS;
        DfRect area = { rect.x0 - beyond_x, rect.y0 - beyond_y, rect.x1 + beyond_x, rect.y1 + beyond_y };
        ret = df_samples_open(&search->samples[i], &search->findings->format, area, SAMPLES,
                              SAMPLE_BYTES / search->boxes.count);
    }
    return ret;
}

/** Keep crops of frames that are spread evenly over those that were looked at. */
static int gather(Search *search, DfFilm *film)
{
    DfFilmFrame frame;
    int ret, number = 0;
    while ((ret = df_film_next(film, &frame)) > 0 && number < search->seen_count) {
        for (int i = 0; i < search->boxes.count; i++) {
            DfSamples *samples = &search->samples[i];
            int64_t due = (int64_t)samples->count * DF_MAX(search->seen_count, samples->most) / samples->most;
            if (samples->count < samples->most && number >= due &&
                df_samples_add(samples, &frame.image, frame.time, search->seen[number].background) < 0)
                return -ENOMEM;
        }
        number++;
        show(search, frame.time, "learning what is laid over it");
    }
    return ret < 0 ? ret : 0;
}

/* ---------------------------------------------------------------------------------- what it is -- */

/** When an overlay is there: runs of samples that have it, each up to the next sample. */
static int take_spans(DfFinding *finding, const DfSamples *samples, double seconds)
{
    int had = 0;
    finding->spans = df_alloc(DF_MAX(samples->count, 1) * sizeof *finding->spans);
    if (!finding->spans)
        return -ENOMEM;
    float best = -1;
    for (int i = 0; i < samples->count; i++) {
        const DfSample *sample = &samples->samples[i];
        int has = !finding->overlay.comes_and_goes || sample->presence >= .5f;
        double end = i + 1 < samples->count ? samples->samples[i + 1].time : fmax(seconds, sample->time);
        if (has && !had)
            finding->spans[finding->span_count++] = (DfFindSpan){ i ? sample->time : 0, end };
        if (has)
            finding->spans[finding->span_count - 1].to = end;
        had = has;
        /* The middle of the film is as good a moment as any. */
        float middle = fminf(sample->presence, 1) - .2f * fabsf(i - .5f * samples->count) / samples->count;
        if (middle > best) {
            best = middle;
            finding->shown = sample->time;
        }
    }
    return 0;
}

/** Part of the samples that have the overlay. */
static float part_present(const DfSamples *samples)
{
    int has = 0;
    for (int i = 0; i < samples->count; i++)
        has += samples->samples[i].presence >= .5f;
    return (float)has / DF_MAX(samples->count, 1);
}

/** @return the finding that is most of the same; the number of findings: none is */
static int same_place(const DfFindings *findings, DfRect rect)
{
    int i = 0;
    for (; i < findings->count; i++) {
        DfRect other = findings->findings[i].overlay.rect;
        int64_t both = df_rect_area(df_rect_clip(rect, other));
        if (2 * both > DF_MIN(df_rect_area(rect), df_rect_area(other)))
            break;
    }
    return i;
}

static void free_finding(DfFinding *finding)
{
    df_overlay_estimate_free(&finding->overlay);
    df_free(finding->spans);
    *finding = (DfFinding){ 0 };
}

/** Keep a finding; of two that are one overlay, found from two of its parts, the larger one. */
static void keep(DfFindings *findings, DfFinding *finding)
{
    int at = same_place(findings, finding->overlay.rect);
    DfFinding *old = &findings->findings[at];
    if (at == findings->count) {
        findings->count++;
    } else if (df_rect_area(old->overlay.rect) >= df_rect_area(finding->overlay.rect)) {
        free_finding(finding);
        return;
    } else {
        finding->confidence = fmaxf(finding->confidence, old->confidence);
        free_finding(old);
    }
    *old = *finding;
    *finding = (DfFinding){ 0 };
}

/** Whether what comes and goes is there in one shot alone, of several: then it is the scene's, a bonnet, say. */
static int is_of_one_shot(const Search *search, const DfSamples *samples)
{
    double first = INFINITY, last = -INFINITY;
    int within = 0, all = 0;
    for (int i = 0; i < samples->count; i++)
        if (samples->samples[i].presence >= .5f) {
            first = fmin(first, samples->samples[i].time);
            last = fmax(last, samples->samples[i].time);
        }
    for (int i = 0; i < search->seen_count; i++) {
        all += search->seen[i].cut;
        within += search->seen[i].cut && search->seen[i].time > first + SLACK && search->seen[i].time < last - SLACK;
    }
    return all > 1 && !within;
}

/**
 * Whether what surrounds a finding stands still as it does: then it is the scene's as likely as not, and nothing can be
 * known of it.
 */
static int stands_still(const Search *search, const DfSamples *samples, const DfFinding *finding)
{
    float change;
    int ret = df_samples_change(samples, finding->overlay.mask, CHANGED, &change);

    if (ret < 0 || !df_rect_empty(search->wish->box))
        return ret;
    return change < LEAST_CHANGE;
}

/** A counter's digits are a part of it; what changes all over is a translucent overlay that was taken for opaque. */
static int take_changes(DfFinding *finding, const DfSamples *samples)
{
    float part = 0;
    int ret = df_find_opaque(finding) ? df_overlay_changes(&finding->overlay, samples, &part) : 0;
    finding->counter = part >= LEAST_COUNTED && part <= MOST_COUNTED;
    if (finding->counter)
        df_overlay_cover_box(&finding->overlay);
    return ret;
}

/** What the samples of one box tell. */
static int estimate_box(Search *search, int number, DfFinding *finding)
{
    DfFindings *findings = search->findings;
    DfSamples *samples = &search->samples[number];
    int ret = df_overlay_estimate(&finding->overlay, samples, whole(search, number), &search->boxes,
                                  findings->format.full_range);
    /* What less than a fifth of the film has is no fixed overlay. */
    if (ret <= 0 || (finding->overlay.comes_and_goes &&
                     (part_present(samples) < LEAST_PRESENT || is_of_one_shot(search, samples))))
        return DF_MIN(ret, 0);
    if ((ret = stands_still(search, samples, finding))) {
        search->still |= ret > 0;
        return DF_MIN(ret, 0);
    }
    ret = take_changes(finding, samples);
    if (ret < 0)
        return ret;
    float over = search->boxes.boxes[number].confidence;
    finding->confidence = 1 - 1 / (over * over);
    ret = take_spans(finding, samples, findings->info.seconds);
    if (!ret)
        keep(findings, finding);
    return ret;
}

static int estimate(Search *search)
{
    int ret = 0;
    for (int i = 0; i < search->boxes.count && !ret; i++) {
        DfFinding finding = { 0 };
        ret = estimate_box(search, i, &finding);
        free_finding(&finding);
    }
    return ret;
}

static int search_film(Search *search)
{
    DfFilm *film = NULL;
    int ret = open_film(search, &film);
    if (!ret)
        ret = look(search, film);
    df_film_close(&film);
    if (!ret)
        ret = find_boxes(search);
    if (ret < 0)
        return ret;
    DfFindings *findings = search->findings;
    findings->backgrounds = search->persist.backgrounds.count;
    int few = findings->backgrounds <= DF_FIND_FEW_BACKGROUNDS;
    findings->locked = (search->boxes.locked || (few && !search->boxes.count)) && df_rect_empty(search->wish->box);
    findings->frames = search->persist.taken + search->persist.left;
    if (findings->locked)
        search->boxes.count = 0;
    if (!search->boxes.count)
        return 0;
    ret = open_samples(search);
    if (!ret)
        ret = open_film(search, &film);
    if (!ret)
        ret = gather(search, film);
    df_film_close(&film);
    if (ret >= 0)
        ret = estimate(search);
    findings->scene_still = search->still && !findings->count;
    return ret;
}

int df_find_search(DfFindings *findings, const DfFindWish *wish)
{
    Search search = { .wish = wish, .findings = findings };
    *findings = (DfFindings){ 0 };
    int ret = search_film(&search);
    df_progress_hide();
    df_persist_free(&search.persist);
    for (int i = 0; i < DF_BOXES_MOST; i++)
        df_samples_free(&search.samples[i]);
    for (int p = 0; p < 3; p++)
        df_free(search.planes[p]);
    df_free(search.seen);
    return ret;
}

int df_find_opaque(const DfFinding *finding)
{
    return finding->overlay.opacity >= DF_OVERLAY_OPAQUE;
}

void df_findings_free(DfFindings *findings)
{
    for (int i = 0; i < DF_BOXES_MOST; i++)
        free_finding(&findings->findings[i]);
    *findings = (DfFindings){ 0 };
}
