/**
 * @file
 * What `deepfill find --captions` prints: captions with their times, and the command that fills them.
 */
#include "cli/find_captions.h"

#include <math.h>
#include <stdio.h>

#include "base.h"
#include "cli/find_command.h"
#include "cli/text.h"

/** h:mm:ss.mmm, as a file of rectangles has it. */
static void print_time(double seconds)
{
    long long milliseconds = llrint(DF_MAX(seconds, 0) * 1000);
    long long whole = milliseconds / 1000;
    printf("%lld:%02lld:%02lld.%03lld", whole / 3600, whole / 60 % 60, whole % 60, milliseconds % 1000);
}

static void print_caption(const DfFoundCaption *caption)
{
    print_time(caption->start);
    putchar('-');
    print_time(caption->end);
    printf(" %d %d %d %d\n", caption->box.x0, caption->box.y0, df_rect_width(caption->box),
           df_rect_height(caption->box));
}

static void tell_people(const DfFindCaptionsWish *wish, const DfFoundCaption *captions, size_t count, int64_t frames,
                        DfRect band)
{
    df_text_put(stdout, count ? wish->out : wish->film);
    if (!count) {
        printf(": no captions were found in its %lld frame%s, in %dx%d pixels from %d, %d on; --box looks elsewhere\n",
               (long long)frames, frames == 1 ? "" : "s", df_rect_width(band), df_rect_height(band), band.x0, band.y0);
        return;
    }
    printf(": %zu caption%s in %lld frames\n", count, count == 1 ? "" : "s", (long long)frames);
    for (size_t i = 0; i < count; i++)
        print_caption(&captions[i]);
    char *command = df_find_command(wish->film, "mask", wish->out, wish->prefix);
    if (command)
        df_text_put(stdout, command);
    putchar('\n');
    df_free(command);
}

static void put_rect(DfJsonOut *json, DfRect rect)
{
    df_json_number(json, "x", rect.x0);
    df_json_number(json, "y", rect.y0);
    df_json_number(json, "width", df_rect_width(rect));
    df_json_number(json, "height", df_rect_height(rect));
}

static void tell_programs(const DfFindCaptionsWish *wish, const DfFoundCaption *captions, size_t count, int64_t frames,
                          DfRect band)
{
    DfJsonOut json = { .to = stdout };
    char *command = count ? df_find_command(wish->film, "mask", wish->out, wish->prefix) : NULL;

    df_json_open(&json, NULL, '{');
    df_json_text(&json, "film", wish->film);
    df_json_number(&json, "frames", frames);
    df_json_open(&json, "searched", '{');
    put_rect(&json, band);
    df_json_close(&json, '}');
    df_json_text(&json, "mask", count ? wish->out : NULL);
    df_json_open(&json, "captions", '[');
    for (size_t i = 0; i < count; i++) {
        df_json_open(&json, NULL, '{');
        df_json_number(&json, "first_frame", captions[i].first);
        df_json_number(&json, "last_frame", captions[i].last);
        df_json_real(&json, "start", captions[i].start);
        df_json_real(&json, "end", captions[i].end);
        put_rect(&json, captions[i].box);
        df_json_close(&json, '}');
    }
    df_json_close(&json, ']');
    df_json_text(&json, "command", command);
    df_json_close(&json, '}');
    putchar('\n');
    df_free(command);
}

void df_find_captions_tell(const DfFindCaptionsWish *wish, const DfFoundCaption *captions, size_t count,
                           int64_t frames, DfRect band)
{
    (wish->json ? tell_programs : tell_people)(wish, captions, count, frames, band);
}
