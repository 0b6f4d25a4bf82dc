/**
 * @file
 * `deepfill fill`: the hole of a still picture.
 */
#include "cli/fill.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base.h"
#include "cli/cli.h"
#include "cli/text.h"
#include "model/model.h"
#include "weights/output.h"

/* What was asked for. */
typedef struct Wish {
    const char *image, *mask, *out;
    const char *model, *semantics, *sketch;
    int coarse, exact, regions, invert;
    double threshold;    /* -1: the default */
    int dilate, feather; /* -1: the default */
} Wish;

/* What it takes; all zero where it is not there yet. */
typedef struct Work {
    DeepfillModel *model;
    DeepfillMask *mask;
    DeepfillSketch *sketch;
    DfStill still;
} Work;

/* ------------------------------------------------------------------------------------- options -- */

enum Option { COARSE = 256, EXACT, REGIONS, INVERT, SEMANTICS, SKETCH, THRESHOLD, DILATE, FEATHER };

static const struct option options[] = {
    { "output", required_argument, NULL, 'o' },     { "model", required_argument, NULL, 'm' },
    { "semantics", required_argument, NULL, SEMANTICS }, { "sketch", required_argument, NULL, SKETCH },
    { "coarse", no_argument, NULL, COARSE },        { "exact", no_argument, NULL, EXACT },
    { "regions", no_argument, NULL, REGIONS },      { "invert", no_argument, NULL, INVERT },
    { "threshold", required_argument, NULL, THRESHOLD }, { "dilate", required_argument, NULL, DILATE },
    { "feather", required_argument, NULL, FEATHER }, { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
};

static enum DfExit set_option(Wish *wish, int option, const char *value)
{
    const DfCommand *command = &df_command_fill;
    switch (option) {
    case 'o': wish->out = value; break;
    case 'm': wish->model = value; break;
    case SEMANTICS: wish->semantics = value; break;
    case SKETCH: wish->sketch = value; break;
    case COARSE: wish->coarse = 1; break;
    case EXACT: wish->exact = 1; break;
    case REGIONS: wish->regions = 1; break;
    case INVERT: wish->invert = 1; break;
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
    default: return df_cli_unknown(command);
    }
    return DF_EXIT_DONE;
}

static enum DfExit check_wish(const Wish *wish, int names)
{
    const DfCommand *command = &df_command_fill;
    if (names != 2)
        return df_cli_misused(command, "takes a picture and its mask, not %d file%s", names,
                              names == 1 ? "" : "s");
    if (!wish->out)
        return df_cli_misused(command, "no output was named: give -o OUT.png");
    size_t length = strlen(wish->out);
    if (length < 4 || strcasecmp(wish->out + length - 4, ".png"))
        return df_cli_misused(command, "'%s' does not end in .png, and PNG is what is written", wish->out);
    if (wish->exact && wish->regions)
        return df_cli_misused(command, "--exact and --regions exclude each other");
    if (wish->exact && (wish->dilate >= 0 || wish->feather >= 0))
        return df_cli_misused(command, "--exact takes the mask as it is: no --dilate or --feather");
    return DF_EXIT_DONE;
}

/* --------------------------------------------------------------------------------------- files -- */

static int check_output(const Wish *wish)
{
    const char *inputs[] = { wish->image, wish->mask, wish->model, wish->sketch };
    for (size_t i = 0; i < DF_COUNT(inputs); i++)
        if (inputs[i] && df_output_is(wish->out, inputs[i]))
            return df_error(-EINVAL, "%s: is read, so that it cannot be written, too", wish->out);
    return df_output_writable(wish->out);
}

/* A mask, or sketch, is to have the picture's size; else it is scaled to it, or refused. */
static int check_size(const Wish *wish, const char *name, const DfStill *still, const DfStill *picture)
{
    if (still->width == picture->width && still->height == picture->height)
        return 0;
    if (wish->exact)
        return df_error(-EINVAL, "%s: has %dx%d pixels, %s %dx%d: --exact wants the same", name, still->width,
                        still->height, wish->image, picture->width, picture->height);
    df_cli_note("%s: is scaled from %dx%d to %dx%d pixels", name, still->width, still->height, picture->width,
                picture->height);
    return 0;
}

static int is_black_and_white(const DfStill *mask)
{
    for (size_t i = 0; i < (size_t)mask->width * mask->height; i++)
        if (mask->planes[0][i] != 0 && mask->planes[0][i] != 255)
            return 0;
    return 1;
}

/* With --exact the threshold is the original's, which may be none. */
static int choose_threshold(const Wish *wish, const Work *work, const DfStill *mask, float *threshold)
{
    const DfSemantics *semantics = df_model_semantics(work->model);
    if (wish->threshold >= 0) {
        *threshold = (float)wish->threshold;
    } else if (wish->exact && semantics->threshold != DF_MASK_AS_IS) {
        *threshold = semantics->threshold;
    } else if (wish->exact && !is_black_and_white(mask)) {
        return df_error(-EINVAL, "%s: has values between black and white, which the original of '%s' takes "
                        "as they are: --threshold 0.5 makes them one or the other", wish->mask,
                        semantics->name);
    }
    return 0;
}

static int read_mask(const Wish *wish, Work *work)
{
    DfStill picture;
    DeepfillMaskSettings settings;
    DeepfillMaskInfo info;
    int error = df_picture_read_gray(&picture, wish->mask);
    if (error < 0)
        return error;
    deepfill_mask_defaults(&settings, work->still.width, work->still.height);
    settings.invert = wish->invert;
    /* The originals take the mask as it is; the filter counts on compression, which smears a logo's edge. */
    if (!wish->regions)
        settings.dilate = settings.feather = 0;
    if (wish->dilate >= 0)
        settings.dilate = wish->dilate;
    if (wish->feather >= 0)
        settings.feather = wish->feather;
    error = check_size(wish, wish->mask, &picture, &work->still);
    if (!error)
        error = choose_threshold(wish, work, &picture, &settings.threshold);
    if (!error)
        error = deepfill_mask_create(&work->mask, &settings, picture.planes[0], picture.width, picture.width,
                                     picture.height);
    df_picture_free(&picture);
    if (error < 0)
        return error;
    deepfill_mask_info(work->mask, &info);
    if (info.hole == 0)
        df_cli_note("%s: marks nothing to be filled: the hole is white, or black with --invert", wish->mask);
    return 0;
}

static int read_sketch(const Wish *wish, Work *work)
{
    DfStill picture;
    int error = df_picture_read_gray(&picture, wish->sketch);
    if (error < 0)
        return error;
    error = check_size(wish, wish->sketch, &picture, &work->still);
    if (!error)
        error = deepfill_sketch_create(&work->sketch, work->still.width, work->still.height,
                                       picture.planes[0], picture.width, picture.width, picture.height);
    df_picture_free(&picture);
    return error;
}

/* The model, and whether it can do what is asked of it. */
static int open_model(const Wish *wish, Work *work)
{
    DeepfillModelInfo info;
    int error = deepfill_model_open(&work->model, wish->model, wish->semantics);
    if (error < 0)
        return error;
    deepfill_model_info(work->model, &info);
    if (wish->sketch && !info.sketch)
        return df_error(-EINVAL, "model '%s' takes no sketch: it was trained without", wish->model);
    return 0;
}

static int read_all(const Wish *wish, Work *work)
{
    int error = check_output(wish);
    if (!error)
        error = open_model(wish, work);
    if (!error)
        error = df_picture_read(&work->still, wish->image);
    if (!error && wish->exact && work->still.depth != 8)
        error = df_error(-EINVAL, "%s: has 16 bits a sample, the originals read 8: leave --exact out",
                         wish->image);
    if (!error)
        error = read_mask(wish, work);
    if (!error && wish->sketch)
        error = read_sketch(wish, work);
    return error;
}

/* ---------------------------------------------------------------------------------------- fill -- */

static void report_fill(const Wish *wish, const Work *work, const DfFillReport *report)
{
    DeepfillMaskInfo info;
    deepfill_mask_info(work->mask, &info);
    df_text_put(stdout, wish->out);
    printf(": %dx%d pixels, %.1f %% filled", work->still.width, work->still.height, 100 * info.hole);
    if (report->regions == 1)
        printf(" in one region of %dx%d", report->width, report->height);
    else if (report->regions)
        printf(" in %d regions of at most %dx%d", report->regions, report->width, report->height);
    if (wish->exact)
        printf(", all as by '%s'", df_model_semantics(work->model)->name);
    putchar('\n');
}

static int fill(const Wish *wish, Work *work)
{
    DfFillReport report;
    int error = read_all(wish, work);
    if (error < 0)
        return error;
    DfFillJob job = {
        .model = work->model, .mask = work->mask, .sketch = work->sketch,
        .coarse = wish->coarse, .exact = wish->exact, .name = wish->image,
    };
    error = wish->regions ? df_fill_regions(&job, &work->still, &report)
                          : df_fill_whole(&job, &work->still, &report);
    if (!error)
        error = df_picture_write(&work->still, wish->out);
    if (!error)
        report_fill(wish, work, &report);
    return error;
}

static enum DfExit run(int argc, char **argv)
{
    Wish wish = { .model = "small", .threshold = -1, .dilate = -1, .feather = -1 };
    Work work = { 0 };
    int option;
    while ((option = getopt_long(argc, argv, "o:m:h", options, NULL)) != -1) {
        if (option == 'h')
            return df_cli_help(&df_command_fill);
        enum DfExit wrong = set_option(&wish, option, optarg);
        if (wrong)
            return wrong;
    }
    enum DfExit wrong = check_wish(&wish, argc - optind);
    if (wrong)
        return wrong;
    wish.image = argv[optind];
    wish.mask = argv[optind + 1];
    int error = fill(&wish, &work);
    enum DfExit status = error < 0 ? df_cli_failed() : DF_EXIT_DONE;
    deepfill_sketch_close(&work.sketch);
    deepfill_mask_close(&work.mask);
    deepfill_model_close(&work.model);
    df_picture_free(&work.still);
    return status;
}

const DfCommand df_command_fill = {
    .name = "fill",
    .arguments = "IMAGE MASK -o OUT.png [OPTION]...",
    .summary = "fill the white part of a mask in a picture",
    .help =
        "Fills what MASK marks in IMAGE and writes the picture as PNG. All other pixels stay as they are,\n"
        "to the bit, with their depth and alpha. IMAGE and MASK are PNG, JPEG, or what else FFmpeg decodes.\n"
        "\n"
        "  -o, --output FILE     where to write the picture\n"
        "  -m, --model NAME      a built-in model, or a checkpoint's file (default: small)\n"
        "      --semantics NAME  what the checkpoint does not say itself (see deepfill info; default: auto)\n"
        "      --coarse          show what the network's first stage makes of it\n"
        "      --sketch FILE     edges to follow in the hole, white on black, for models that know sketches\n"
        "      --exact           every pixel as the model's own project writes it, known ones included:\n"
        "                        8-bit RGB, cut down to the alignment, rounded its way\n"
        "      --regions         in regions with some context, as ffmpeg's filter does it: far less memory\n"
        "      --threshold T     a mask value above this, 0 to 1, is to be filled (default: 0.5; with\n"
        "                        --exact the project's own)\n"
        "      --invert          fill what is black in the mask\n"
        "      --dilate N        pixels by which the hole grows (default: 0; with --regions 4)\n"
        "      --feather N       pixels over which fill fades to picture (default: 0; with --regions 4)\n"
        "  -h, --help            show this\n"
        "\n"
        "By default the whole picture is one region, which is how these networks were trained and\n"
        "published, and the hole is the mask's, neither grown nor feathered: a still picture's mask is\n"
        "usually drawn for it, while a film's logo is smeared by compression.\n",
    .run = run,
};
