/**
 * @file
 * `deepfill fill`: its options, and what --help says.
 */
#include "cli/fill.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
#include "cli/cli.h"
#include "cli/film.h"

enum Option { COARSE = 256, EXACT, REGIONS, INVERT, SOFT, SEMANTICS, SKETCH, THRESHOLD, DILATE, FEATHER, MASK, BOX,
              QUALITY, NO_GRAIN, NO_TEXTURE };

static const struct option options[] = {
    { "output", required_argument, NULL, 'o' },     { "model", required_argument, NULL, 'm' },
    { "semantics", required_argument, NULL, SEMANTICS }, { "sketch", required_argument, NULL, SKETCH },
    { "coarse", no_argument, NULL, COARSE },        { "exact", no_argument, NULL, EXACT },
    { "regions", no_argument, NULL, REGIONS },      { "invert", no_argument, NULL, INVERT },
    { "soft", no_argument, NULL, SOFT },            { "no-grain", no_argument, NULL, NO_GRAIN },
    { "no-texture", no_argument, NULL, NO_TEXTURE },
    { "threshold", required_argument, NULL, THRESHOLD }, { "dilate", required_argument, NULL, DILATE },
    { "feather", required_argument, NULL, FEATHER }, { "mask", required_argument, NULL, MASK },
    { "box", required_argument, NULL, BOX },        { "quality", required_argument, NULL, QUALITY },
    { "help", no_argument, NULL, 'h' },             { NULL, 0, NULL, 0 },
};

/** Rectangles of one more --box, behind those before. `boxes` is df_alloc()'s. */
static enum DfExit add_boxes(char **boxes, const char *value)
{
    int ret = df_boxes_check(value);
    if (ret == -ENOMEM)
        return df_cli_failed();
    if (ret < 0)
        return df_cli_misused(&df_command_fill, "--box is '%s', must be 'x y w h', in quotes: numbers or expressions "
                              "in iw and ih, several joined by |", value);
    char *all = *boxes ? df_text("%s|%s", *boxes, value) : df_strdup(value);
    if (!all)
        return df_cli_failed();
    df_free(*boxes);
    *boxes = all;
    return DF_EXIT_DONE;
}

static enum DfExit set_option(DfFillWish *wish, char **boxes, int option, const char *value)
{
    const DfCommand *command = &df_command_fill;
    switch (option) {
    case 'o': wish->out = value; break;
    case 'm': wish->model = value; break;
    case SEMANTICS: wish->semantics = value; break;
    case SKETCH: wish->sketch = value; break;
    case MASK: wish->mask = value; break;
    case COARSE: wish->coarse = 1; break;
    case EXACT: wish->exact = 1; break;
    case REGIONS: wish->regions = 1; break;
    case INVERT: wish->invert = 1; break;
    case SOFT: wish->soft = 1; break;
    case NO_GRAIN: wish->grain = 0; break;
    case NO_TEXTURE: wish->texture = 0; break;
    case BOX: return add_boxes(boxes, value);
    case THRESHOLD:
        if (!df_cli_real(value, 0, 1, &wish->threshold))
            return df_cli_misused(command, "--threshold is '%s', must be 0 to 1", value);
        break;
    case DILATE:
        if (!df_cli_integer(value, 0, 256, &wish->dilate))
            return df_cli_misused(command, "--dilate is '%s', must be 0 to 256", value);
        break;
    case FEATHER:
        if (!df_cli_integer(value, 0, 256, &wish->feather))
            return df_cli_misused(command, "--feather is '%s', must be 0 to 256", value);
        break;
    case QUALITY:
        if (!df_cli_integer(value, 1, 100, &wish->quality))
            return df_cli_misused(command, "--quality is '%s', must be 1 to 100", value);
        break;
    default: return df_cli_unknown(command);
    }
    return DF_EXIT_DONE;
}

/** -o was left out. @param last  name of several: the output's where there is no such file; NULL: there are none */
static enum DfExit no_output(const char *last)
{
    if (last && access(last, F_OK) < 0)
        return df_cli_misused(&df_command_fill, "no output was named: if it is to be '%s', write -o before that name",
                              last);
    return df_cli_misused(&df_command_fill, "no output was named: give -o OUT.png, or a folder for several pictures");
}

/** Names are pictures, where the mask is told by an option; else a picture and its mask. */
static enum DfExit take_mask(DfFillWish *wish, char **names, int *count)
{
    const DfCommand *command = &df_command_fill;
    if (wish->mask && wish->boxes)
        return df_cli_misused(command, "--mask and --box exclude each other");
    if (!*count)
        return df_cli_misused(command, "no picture was named");
    if (wish->mask || wish->boxes)
        return DF_EXIT_DONE;
    if (*count < 2)
        return df_cli_misused(command, "no mask was named for %s: name it behind the picture or by --mask MASK, or "
                              "give a rectangle, --box 'x y w h'", names[0]);
    if (*count == 3 && !wish->out)
        return no_output(names[2]);
    if (*count > 2)
        return df_cli_misused(command, "takes a picture and its mask, not %d files; of several pictures "
                              "--mask MASK names the mask, or --box", *count);
    wish->mask = names[1];
    *count = 1;
    return DF_EXIT_DONE;
}

static enum DfExit check_output(const DfFillWish *wish, char **names, int count)
{
    const DfCommand *command = &df_command_fill;
    if (!wish->out || !*wish->out)
        return no_output(count > 1 ? names[count - 1] : NULL);
    int several = df_fill_several(wish, names, count), picture = df_picture_container(wish->out) != DF_OTHER;
    if (several && picture && !df_fill_is_folder(wish->out) && count > 1)
        return df_cli_misused(command, "%d pictures need a folder as output, not '%s': give -o FOLDER/, or name one "
                              "picture alone, as the mask is that of %s", count, wish->out,
                              wish->boxes ? "--box" : "--mask");
    if (several && picture && !df_fill_is_folder(wish->out))
        return df_cli_misused(command, "the pictures of the folder '%s' need a folder as output, not '%s': give "
                              "-o FOLDER/", names[0], wish->out);
    if (several)
        return DF_EXIT_DONE;
    if (!picture && df_film_is_named(wish->out))
        return df_cli_misused(command, "fills pictures, and '%s' is a film's name: ffmpeg -i FILM -vf deepfill=MASK "
                              "OUT fills films", wish->out);
    if (!picture)
        return df_cli_misused(command, "the output must end in .png, .jpg or .jpeg, or a folder's name in /, not '%s'",
                              wish->out);
    if (wish->quality && df_picture_container(wish->out) != DF_JPEG)
        return df_cli_misused(command, "--quality is for JPEG only: '%s' is to be PNG, which loses nothing", wish->out);
    return DF_EXIT_DONE;
}

static enum DfExit check_wish(DfFillWish *wish, char **names, int *count)
{
    const DfCommand *command = &df_command_fill;
    if ((wish->mask && !*wish->mask) || (wish->sketch && !*wish->sketch))
        return df_cli_misused(command, "the name of the %s is empty", wish->mask && !*wish->mask ? "mask" : "sketch");
    for (int i = 0; i < *count; i++)
        if (!*names[i])
            return df_cli_misused(command, "the name of file %d is empty", i + 1);
    enum DfExit wrong = take_mask(wish, names, count);
    if (!wrong)
        wrong = check_output(wish, names, *count);
    if (wrong)
        return wrong;
    if (wish->exact && wish->regions)
        return df_cli_misused(command, "--exact and --regions exclude each other");
    if (wish->exact && (wish->dilate >= 0 || wish->feather >= 0 || wish->soft))
        return df_cli_misused(command, "--exact takes the mask as it is: no --dilate, --feather or --soft");
    if (wish->soft && wish->threshold >= 0)
        return df_cli_misused(command, "--soft and --threshold exclude each other");
    return DF_EXIT_DONE;
}

static enum DfExit fill(const DfFillWish *wish, char **names, int count)
{
    DfFillWork work = { 0 };
    DfFillList list = { 0 };
    enum DfExit status = DF_EXIT_DONE;
    /* The list makes the output folder, which is not left behind where there is no model. */
    if (df_fill_open(&work, wish) < 0 || df_fill_list(&list, wish, names, count) < 0) {
        status = df_cli_failed();
    } else {
        size_t failed = df_fill_all(&work, wish, &list);
        status = failed ? DF_EXIT_FAILED : DF_EXIT_DONE;
        if (failed && list.several)
            df_cli_note("%zu of %zu pictures failed", failed, list.count);
    }
    df_fill_close(&work);
    df_fill_list_free(&list);
    return status;
}

static enum DfExit run(int argc, char **argv)
{
    DfFillWish wish = { .threshold = -1, .dilate = -1, .feather = -1, .grain = 1, .texture = 1 };
    char *boxes = NULL;
    enum DfExit status = DF_EXIT_DONE;
    int option;
    while (!status && (option = getopt_long(argc, argv, "o:m:h", options, NULL)) != -1) {
        if (option == 'h') {
            df_free(boxes);
            return df_cli_help(&df_command_fill);
        }
        status = set_option(&wish, &boxes, option, optarg);
    }
    int count = argc - optind;
    wish.boxes = boxes;
    if (!wish.model)
        wish.model = wish.sketch ? "sketch" : "small";
    if (!status)
        status = check_wish(&wish, argv + optind, &count);
    if (!status)
        status = fill(&wish, argv + optind, count);
    df_free(boxes);
    return status;
}

const DfCommand df_command_fill = {
    .name = "fill",
    .arguments = "IMAGE MASK -o OUT.png [OPTION]...\n"
                 "       deepfill fill IMAGE... --mask MASK | --box 'x y w h' -o OUT [OPTION]...",
    .summary = "fill the white part of a mask in pictures",
    .help =
        "Fills what MASK marks in IMAGE and writes the picture as PNG or JPEG. All other pixels stay as they\n"
        "are, to the bit, with their depth and alpha; in JPEG, all blocks that the hole does not touch. IMAGE\n"
        "and MASK are PNG, JPEG, or what else FFmpeg decodes; Exif, XMP, density and colour profile are kept.\n"
        "\n"
        "Several IMAGEs, or a folder of them, go to a folder OUT, under their names. MASK is then one for\n"
        "all, or a folder with a mask of the same name for each.\n"
        "\n"
        "  -o, --output FILE     where to write the picture: .png, .jpg, or a folder\n"
        "      --mask MASK       the mask of all the pictures that are named\n"
        "      --box 'X Y W H'   a rectangle to be filled, instead of MASK; numbers, or expressions in iw and\n"
        "                        ih, the picture's sides; several joined by |, or by more of --box\n"
        "      --quality N       of what goes out as JPEG, 1 to 100 (default: 95; of what was JPEG, its own)\n"
        "  -m, --model NAME      a built-in model, or a checkpoint's file (default: small;\n"
        "                        with --sketch: sketch)\n"
        "      --semantics NAME  what the checkpoint does not say itself (see deepfill info; default: auto)\n"
        "      --coarse          show what the network's first stage makes of it\n"
        "      --sketch FILE     edges to follow in the hole, white on black\n"
        "      --exact           every pixel as the model's own project writes it, known ones included:\n"
        "                        8-bit RGB, cut down to the alignment, rounded its way\n"
        "      --regions         in regions with some context, as ffmpeg's filter does it: far less memory\n"
        "      --no-grain        the fill without the grain of the picture around it, as of --coarse and\n"
        "                        --exact\n"
        "      --no-texture      the fill without the texture of the picture around it, as of --coarse and\n"
        "                        --exact\n"
        "      --threshold T     a mask value above this, 0 to 1, is to be filled (default: 0.5; with\n"
        "                        --exact the project's own)\n"
        "      --invert          fill what is black in the mask\n"
        "      --soft            the mask's greys are the blend from fill to picture, as a soft brush paints\n"
        "                        them; nothing under them is kept as known\n"
        "      --dilate N        pixels by which the hole grows (default: 0; with --regions 4 but for --soft)\n"
        "      --feather N       pixels over which fill fades to picture (default: as of --dilate)\n"
        "  -h, --help            show this\n"
        "\n"
        "By default the whole picture is one region, which is how these networks were trained and\n"
        "published, and the hole is the mask's, neither grown nor feathered: a still picture's mask is\n"
        "usually drawn for it, while a film's logo is smeared by compression.\n",
    .run = run,
};
