/**
 * @file
 * What was found, in words and as JSON.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base.h"
#include "cli/cli.h"
#include "cli/find.h"
#include "cli/find_command.h"
#include "cli/text.h"

/** How a finding is called. */
static const char *kind_of(const DfFinding *finding)
{
    return finding->counter ? "counter" : df_find_opaque(finding) ? "opaque" : "translucent";
}

/** The colour of most pixels. */
static const float *main_colour(const DfOverlayEstimate *overlay)
{
    size_t count = df_rect_area(overlay->area);
    double weights[DF_COLOURS_MOST] = { 0 };
    int best = 0;
    for (size_t i = 0; i < count; i++)
        weights[overlay->pixels.which[i]] += (double)overlay->pixels.opacity[i];
    for (int i = 1; i < overlay->colours.count; i++)
        if (weights[i] > weights[best])
            best = i;
    return overlay->colours.colours[best];
}

/** "#rrggbb" in a text of 8 characters. */
static const char *colour_text(const DfFindings *findings, const float levels[3], char text[8])
{
    float rgb[3];
    df_find_rgb(&findings->format, levels, rgb);
    snprintf(text, 8, "#%02x%02x%02x", (int)lrintf(255 * rgb[0]), (int)lrintf(255 * rgb[1]),
             (int)lrintf(255 * rgb[2]));
    return text;
}

/* -------------------------------------------------------------------------------------- the command -- */

static int any(const DfFindings *findings, int opaque)
{
    for (int i = 0; i < findings->count; i++)
        if (df_find_opaque(&findings->findings[i]) == opaque)
            return 1;
    return 0;
}

static void put_command(const DfFindings *findings, const DfFindWish *wish)
{
    const char *kind = any(findings, 0) ? "overlay" : "mask";
    char *file = df_find_name(wish, kind), *command = NULL;
    if (file)
        command = df_find_command(wish->film, kind, file, wish->prefix);
    if (command)
        puts(command);
    df_free(file);
    df_free(command);
}

/* -------------------------------------------------------------------------------------- in words -- */

static void put_finding(const DfFindings *findings, const DfFinding *finding)
{
    char colour[8];
    DfRect rect = finding->overlay.rect;
    printf("%s%s, %dx%d pixels at %d,%d", kind_of(finding), finding->counter ? "" : " overlay", df_rect_width(rect),
           df_rect_height(rect), rect.x0, rect.y0);
    if (!df_find_opaque(finding)) {
        const DfColours *colours = &finding->overlay.colours;
        printf(", opacity %.2f, ", finding->overlay.opacity);
        if (colours->count > 1)
            printf("%d colours, mostly ", colours->count);
        printf("%s", colour_text(findings, main_colour(&finding->overlay), colour));
    }
    printf(", confidence %.0f %%\n", 100 * finding->confidence);
    if (finding->counter)
        puts("  parts of it change, as a clock's or a score's do: its mask is its whole box");
    if (!finding->overlay.comes_and_goes)
        return;
    fputs("  comes and goes: there at", stdout);
    for (int i = 0; i < finding->span_count; i++)
        printf("%s %.1f-%.1f s", i ? "," : "", finding->spans[i].from, finding->spans[i].to);
    putchar('\n');
}

static void put_files(const DfFindings *findings, const DfFindWish *wish)
{
    const char *const kinds[] = { "mask", "overlay", "sheet" };
    const char *comma = "";
    fputs("written: ", stdout);
    for (size_t i = 0; i < DF_COUNT(kinds); i++) {
        char *name = i != 1 || any(findings, 0) ? df_find_name(wish, kinds[i]) : NULL;
        if (name) {
            fputs(comma, stdout);
            df_text_put(stdout, name);
            comma = ", ";
        }
        df_free(name);
    }
    putchar('\n');
}

/* A film of fewer seconds is told to be short. */
#define SHORT 10

static int is_unknowable(const DfFindings *findings)
{
    return findings->locked || findings->scene_still;
}

/** Why nothing can be known, as a clause. */
static void put_reason(const DfFindings *findings)
{
    if (findings->scene_still)
        fputs("all that it shows nearly stands still", stdout);
    else if (findings->backgrounds < 2)
        fputs("all its frames show much the same background", stdout);
    else
        printf("its %d different backgrounds are too few or too alike", findings->backgrounds);
}

/** What to do where too few backgrounds were there, behind the sentence that says so. */
static void put_help(const DfFindings *findings, const DfFindWish *wish)
{
    double seconds = findings->info.seconds;
    if (seconds > 0 && seconds < SHORT)
        printf("; the film is short: %.1f s, %lld frame%s looked at", seconds, (long long)findings->frames,
               df_plural(findings->frames));
    printf("\nWhat would help: more of the film, with other shots or a moving camera; %sor a mask drawn by hand: "
           "ffmpeg -i FILM -vf deepfill=MASK OUT", df_rect_empty(wish->box) ? "--box with the place to look at; " : "");
}

static void put_nothing(const DfFindings *findings, const DfFindWish *wish)
{
    df_text_put(stdout, wish->film);
    if (is_unknowable(findings)) {
        fputs(": cannot be known from this film: ", stdout);
        put_reason(findings);
        fputs(", and what is laid over it cannot be told from it", stdout);
    } else if (findings->backgrounds > 1) {
        printf(": nothing found: no edges stand still over its %d different backgrounds", findings->backgrounds);
    } else {
        fputs(": nothing found: no edges stand still over the one background that it shows", stdout);
    }
    if (is_unknowable(findings) || findings->backgrounds <= DF_FIND_FEW_BACKGROUNDS)
        put_help(findings, wish);
    putchar('\n');
}

void df_find_print(const DfFindings *findings, const DfFindWish *wish)
{
    if (!findings->count) {
        put_nothing(findings, wish);
        return;
    }
    for (int i = 0; i < findings->count; i++)
        put_finding(findings, &findings->findings[i]);
    put_files(findings, wish);
    put_command(findings, wish);
}

/* -------------------------------------------------------------------------------------- as JSON -- */

static void put_json_finding(DfJsonOut *json, const DfFindings *findings, const DfFinding *finding)
{
    char colour[8];
    DfRect rect = finding->overlay.rect;
    df_json_open(json, NULL, '{');
    df_json_text(json, "kind", kind_of(finding));
    df_json_number(json, "x", rect.x0);
    df_json_number(json, "y", rect.y0);
    df_json_number(json, "width", df_rect_width(rect));
    df_json_number(json, "height", df_rect_height(rect));
    df_json_real(json, "opacity", finding->overlay.opacity);
    df_json_open(json, "colours", '[');
    for (int i = 0; i < finding->overlay.colours.count; i++)
        df_json_text(json, NULL, colour_text(findings, finding->overlay.colours.colours[i], colour));
    df_json_close(json, ']');
    df_json_real(json, "confidence", finding->confidence);
    df_json_bool(json, "comes_and_goes", finding->overlay.comes_and_goes);
    df_json_open(json, "times", '[');
    for (int i = 0; i < finding->span_count; i++) {
        df_json_open(json, NULL, '{');
        df_json_real(json, "from", finding->spans[i].from);
        df_json_real(json, "to", finding->spans[i].to);
        df_json_close(json, '}');
    }
    df_json_close(json, ']');
    df_json_close(json, '}');
}

void df_find_print_json(const DfFindings *findings, const DfFindWish *wish)
{
    DfJsonOut json = { .to = stdout };
    df_json_open(&json, NULL, '{');
    df_json_text(&json, "film", wish->film);
    df_json_number(&json, "width", findings->info.width);
    df_json_number(&json, "height", findings->info.height);
    df_json_number(&json, "frames", findings->frames);
    df_json_number(&json, "backgrounds", findings->backgrounds);
    df_json_bool(&json, "knowable", !is_unknowable(findings));
    df_json_open(&json, "overlays", '[');
    for (int i = 0; i < findings->count; i++)
        put_json_finding(&json, findings, &findings->findings[i]);
    df_json_close(&json, ']');
    df_json_close(&json, '}');
}
