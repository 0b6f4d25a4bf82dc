/**
 * @file
 * The film's first frame encoded by the parts' options, neither filled nor timed as in them: an option that ffmpeg
 * refuses is told before the film is read.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
#include "cli/plan.h"

/** @param out  the file that is written */
static void command(DfWords *words, const DfPlanWish *wish, const DfFilmTimes *film, const char *out)
{
    df_words_add_all(words, wish->ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-i", NULL);
    df_words_add(words, "file:%s", wish->film);
    df_words_add(words, "-map");
    df_words_add(words, "0:%d", film->stream);
    df_words_add_all(words, "-map_chapters", "-1", "-frames:v", "1", "-fps_mode", "passthrough", "-flags",
                     "+cgop", NULL);
    for (char *const *option = wish->options; *option; option++)
        df_words_add(words, "%s", *option);
    df_words_add(words, "-y");
    df_words_add(words, "file:%s", out);
}

int df_plan_try(const DfPlanWish *wish, const DfFilmTimes *film, const char *ending)
{
    char *out = df_text("%s/first-frame.%s", wish->folder, ending);
    DfWords words = { 0 };
    pid_t pid;
    if (!out)
        return -ENOMEM;
    command(&words, wish, film, out);
    int ret = words.failed ? -ENOMEM : df_spawn(&pid, words.items, NULL);
    if (ret >= 0 && (ret = df_spawn_wait(pid, wish->ffmpeg, 0)) < 0)
        ret = df_error_add(ret, "it was to encode the first frame of %s by the options behind --%s", wish->film,
                           strcmp(ending, "mkv") ? "; where it is the codec, --ending mkv takes all" : "");
    unlink(out);
    df_words_free(&words);
    df_free(out);
    return ret;
}
