/**
 * @file
 * `deepfill find`: its options, and what --help says.
 */
#include "cli/find.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base.h"
#include "cli/cli.h"
#include "cli/find_captions.h"
#include "cli/find_command.h"
#include "cli/picture.h"
#include "weights/output.h"

enum Option { BOX = 256, JSON, CAPTIONS };

static const struct option options[] = {
    { "output", required_argument, NULL, 'o' }, { "box", required_argument, NULL, BOX },
    { "json", no_argument, NULL, JSON },        { "captions", no_argument, NULL, CAPTIONS },
    { "help", no_argument, NULL, 'h' },         { NULL, 0, NULL, 0 },
};

/** The rectangle of --box, in a film's frame. @return 0 or a negative errno */
static int take_box(DfFindWish *wish, const char *boxes)
{
    DfFilm *film = NULL;
    DfStill mask = { 0 };
    int ret = df_film_open(&film, wish->film);
    if (ret < 0)
        return ret;
    int width = df_film_info(film)->width, height = df_film_info(film)->height;
    df_film_close(&film);
    ret = df_picture_boxes(&mask, boxes, width, height, wish->film);
    if (!ret)
        wish->box = df_rect_bounds(mask.planes[0], width, height);
    df_picture_free(&mask);
    return ret;
}

/** Whether all files can be written, before work is put into them. */
static int check_files(const DfFindWish *wish)
{
    static const char *const kinds[] = { "mask", "overlay", "sheet" };
    int ret = 0;
    for (size_t i = 0; i < DF_COUNT(kinds) && !ret; i++) {
        char *name = df_find_name(wish, kinds[i]);
        ret = name ? df_output_writable(name) : -ENOMEM;
        df_free(name);
    }
    return ret;
}

static enum DfExit find(DfFindWish *wish, const char *boxes)
{
    DfFindings findings = { 0 };
    int ret = boxes ? take_box(wish, boxes) : 0;
    if (!ret)
        ret = check_files(wish);
    if (!ret)
        ret = df_find_search(&findings, wish);
    if (!ret && findings.count)
        ret = df_find_write(&findings, wish);
    if (!ret && wish->json)
        df_find_print_json(&findings, wish);
    else if (!ret)
        df_find_print(&findings, wish);
    enum DfExit status = ret < 0 ? df_cli_failed() : findings.count ? DF_EXIT_DONE : DF_EXIT_NOTHING;
    df_findings_free(&findings);
    return status;
}

/** The same for captions: -o names the mask video. */
static enum DfExit find_captions(const DfFindWish *wish, const char *boxes)
{
    DfFindCaptionsWish captions = { .film = wish->film, .out = wish->prefix, .boxes = boxes, .json = wish->json };
    char *prefix = df_find_prefix(wish->film), *out = prefix ? df_text("%s.captions.mkv", prefix) : NULL;
    captions.prefix = prefix;
    if (!wish->prefix)
        captions.out = out;
    enum DfExit status = prefix && captions.out ? df_find_captions(&captions) : df_cli_failed();
    df_free(prefix);
    df_free(out);
    return status;
}

static enum DfExit run(int argc, char **argv)
{
    const DfCommand *command = &df_command_find;
    DfFindWish wish = { 0 };
    const char *boxes = NULL;
    int option, captions = 0;
    while ((option = getopt_long(argc, argv, "o:h", options, NULL)) != -1)
        switch (option) {
        case 'h': return df_cli_help(command);
        case 'o': wish.prefix = optarg; break;
        case JSON: wish.json = 1; break;
        case CAPTIONS: captions = 1; break;
        case BOX:
            boxes = optarg;
            if (df_boxes_check(boxes) < 0)
                return df_cli_misused(command, "--box is '%s', must be 'x y w h', in quotes: numbers or expressions in "
                                      "iw and ih", boxes);
            break;
        default: return df_cli_unknown(command);
        }
    if (argc - optind != 1)
        return df_cli_misused(command, "takes one film, not %d files", argc - optind);
    if (wish.prefix && !*wish.prefix)
        return df_cli_misused(command, "-o is empty, must be a name%s", captions ? "" : " to which .mask.png is added");
    if (wish.prefix && !captions && df_picture_container(wish.prefix) != DF_OTHER)
        return df_cli_misused(command, "-o is '%s', must be a name to which .mask.png is added: without an ending",
                              wish.prefix);
    if (wish.prefix && wish.prefix[strlen(wish.prefix) - 1] == '/')
        return df_cli_misused(command, "-o is '%s', a folder: write a name behind it", wish.prefix);
    wish.film = argv[optind];
    if (captions)
        return find_captions(&wish, boxes);
    char *prefix = wish.prefix ? NULL : df_find_prefix(wish.film);
    if (!wish.prefix && !prefix)
        return df_cli_failed();
    if (prefix)
        wish.prefix = prefix;
    enum DfExit status = find(&wish, boxes);
    df_free(prefix);
    return status;
}

const DfCommand df_command_find = {
    .name = "find",
    .arguments = "FILM [-o PREFIX] [OPTION]...\n"
                 "       deepfill find FILM --captions [-o MASK.mkv] [OPTION]...",
    .summary = "find watermarks and logos that stand still in a film, or captions",
    .help =
        "Looks for what is laid over a film and stands still while the picture changes: watermarks, logos.\n"
        "Writes what ffmpeg's filter needs to take it off, and prints the command:\n"
        "\n"
        "  PREFIX.mask.png     white where a pixel has to be filled or taken back\n"
        "  PREFIX.overlay.png  colour and opacity of every pixel, where the picture shines through\n"
        "  PREFIX.sheet.png    to look at: a frame, what was found in it, the frame without it\n"
        "\n"
        "  -o, --output PREFIX   (default: the film's name up to its last dot)\n"
        "      --box 'X Y W H'   look in this rectangle only: numbers, or expressions in iw and ih, the\n"
        "                        frame's sides; less certainty is asked for there\n"
        "      --captions        find burnt-in captions instead, in the bottom third or the box, and write a\n"
        "                        video that masks each of them from its first frame to its last; -o names it\n"
        "                        (default: the film's name up to its last dot, and .captions.mkv)\n"
        "      --json            print what was found as JSON\n"
        "  -h, --help            show this\n"
        "\n"
        "A frame a second is looked at, of films below five minutes 300 frames in all; for captions every\n"
        "frame. The film has to have several shots or a camera that moves: in one shot with a locked camera\n"
        "everything stands still, and nothing can be known. Captions are told by coming and going, whatever\n"
        "the camera does; they are not read. Exit status: 0: found; 1: error; 2: wrong usage; 3: nothing was\n"
        "found, or can be known.\n",
    .run = run,
};
