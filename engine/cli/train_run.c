/**
 * @file
 * A training from its data to its files.
 */
#include "cli/train.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/picture.h"
#include "cli/text.h"
#include "cli/train_data.h"
#include "cli/train_log.h"
#include "train/generator.h"
#include "weights/output.h"

/** Seconds after which all files are written again. */
#define SAVE_SECONDS 300.0

/** Steps whose time gives the number of steps of --minutes; the first one is not timed. */
enum { TRIAL_STEPS = 4 };

/** Files of a run. */
typedef struct Names {
    char *state, *csv, *sheet;
} Names;

char *df_train_name(const DfTrainWish *wish, const char *end)
{
    return df_text("%.*s%s", (int)(strlen(wish->out) - strlen(".safetensors")), wish->out, end);
}

/* ------------------------------------------------------------------------------------- the end -- */

static volatile sig_atomic_t stopped;

static void stop(int number)
{
    (void)number;
    stopped = 1;
}

/** The first Ctrl-C ends after the step, the second one at once. */
static void install_signal_handlers(void)
{
    struct sigaction action = { .sa_handler = stop, .sa_flags = SA_RESETHAND | SA_RESTART };
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static int not_begun(void)
{
    return df_error(-EINTR, "the run was stopped before its first step: no file was written");
}

/* ------------------------------------------------------------------------------------ files -- */

static void free_names(Names *names)
{
    df_free(names->state);
    df_free(names->csv);
    df_free(names->sheet);
}

/** Check that a file of the run is none that the run reads, and can be written. */
static int check_file(const char *path, const DfTrainWish *wish)
{
    const struct {
        const char *option, *path;
    } reads[] = { { "mask", wish->mask }, { "like", wish->like }, { "init", wish->options.init },
                  { "data", wish->data } };
    for (size_t i = 0; i < DF_COUNT(reads); i++)
        if (reads[i].path && df_output_is(path, reads[i].path))
            return df_error(-EINVAL, "%s: is what --%s names, and the run would write over it: give the model another "
                            "name", path, reads[i].option);
    return df_output_writable(path);
}

static int is_there(const char *path)
{
    struct stat status;
    return !stat(path, &status);
}

int df_train_read_state(DfTrainWish *wish)
{
    char *state = df_train_name(wish, ".state");
    int ret = state ? 0 : -ENOMEM;
    if (!ret && !is_there(state))
        ret = df_error(-ENOENT, "%s: is not there, and --resume goes on from it", state);
    if (!ret)
        ret = df_trainer_read_options(state, &wish->options);
    /* A critic that joins has the weight of a new one. */
    if (!ret && !wish->options.critic)
        wish->options.gan = -1;
    df_free(state);
    return ret;
}

/** Name the files, and check that they can be written and none is lost. */
static int check_files(Names *names, const DfTrainWish *wish)
{
    *names = (Names){ df_train_name(wish, ".state"), df_train_name(wish, ".csv"), df_train_name(wish, ".png") };
    if (!names->state || !names->csv || !names->sheet)
        return -ENOMEM;
    const char *all[] = { wish->out, names->state, names->csv, names->sheet };
    int ret = 0;
    for (size_t i = 0; i < DF_COUNT(all) && !ret; i++)
        ret = check_file(all[i], wish);
    if (ret < 0)
        return ret;
    if (wish->resume)
        return 0;
    if (is_there(names->state))
        return df_error(-EEXIST, "%s: is there: go on from it with --resume, or give the model another name",
                        names->state);
    for (size_t i = 0; i < DF_COUNT(all); i++)
        if (is_there(all[i]))
            return df_error(-EEXIST, "%s: is there: give the model another name, or remove it", all[i]);
    return 0;
}

/** Whether there is what to start from, or to go on from, before data is read. */
static int check_start(const DfTrainWish *wish, const Names *names)
{
    const DfTrainerOptions *o = &wish->options;
    DfGeneratorShape shape = { .cnum = o->cnum, .sketch = o->sketch };
    if (wish->resume)
        return df_trainer_check_state(names->state, o);
    int ret = o->init ? deepfill_model_exists(o->init) : 0;
    return ret || !o->init ? ret : df_generator_describe(&shape, o->init);
}

/** Bytes of red, green and blue to planes, and these to a file. */
static int write_sheet(DfTrainer *trainer, const DfTrainWish *wish, const char *path)
{
    DfStill still = { .depth = 8, .colours = 3 };
    size_t side = wish->options.size;
    uint8_t *rgb = df_alloc(3 * 4 * side * DF_SHEET_ROWS * side);
    int ret = rgb ? df_trainer_sheet(trainer, rgb, &still.width, &still.height) : -ENOMEM;
    if (!ret)
        ret = df_picture_alloc(&still);
    for (size_t i = 0; !ret && i < (size_t)still.width * still.height; i++)
        for (int p = 0; p < 3; p++)
            still.planes[p][i] = rgb[3 * i + p];
    if (!ret)
        ret = df_picture_write(&still, path, &(DfWriting){ 0 });
    df_picture_free(&still);
    df_free(rgb);
    return ret;
}

/** Write all files, the state first: no other one's error loses it. @return 0 or the first error */
static int save(DfTrainer *trainer, const DfTrainWish *wish, const Names *names, const DfTrainLog *log)
{
    int ret = df_trainer_save_state(trainer, names->state);
    int model = df_trainer_save(trainer, wish->out);
    int csv = df_train_log_write(log);
    int sheet = write_sheet(trainer, wish, names->sheet);
    return ret ? ret : model ? model : csv ? csv : sheet;
}

/* ------------------------------------------------------------------------------------ training -- */

static int read_data(DfTiles *tiles, const DfTrainWish *wish, const Names *names)
{
    DfTrainRead read = { 0 };
    char held[32], most[32];
    int size = wish->options.size;
    *tiles = (DfTiles){ .most = (size_t)wish->memory << 20, .seed = wish->options.seed };
    int ret = wish->like ? df_train_read_like(tiles, &read, wish->like, wish->mask, size)
                         : df_train_read(tiles, &read, wish->data, names->sheet, size, wish->options.workers);
    if (ret < 0)
        return ret;
    printf("%zu picture%s, %zu frame%s of %zu film%s: %d square%s, %s\n", read.pictures, df_plural(read.pictures),
           read.frames, df_plural(read.frames), read.films, df_plural(read.films), tiles->count, df_plural(tiles->count),
           df_memory_text(held, tiles->bytes));
    if (read.held_out)
        printf("%zu left out by heldout.txt\n", read.held_out);
    if (read.small)
        df_cli_note("%zu picture%s or film%s with a side below %d pixels left out", read.small, df_plural(read.small),
                    df_plural(read.small), (size + 1) / 2);
    if (tiles->offered > tiles->count)
        df_cli_note("%lld squares were chosen from %lld: more than %s are held with --memory", (long long)tiles->count,
                    (long long)tiles->offered, df_memory_text(most, tiles->most));
    fflush(stdout);
    return 0;
}

/** @param[out] other_pictures  1: the state was made with other pictures */
static int open_trainer(DfTrainer **trainer, const DfTrainWish *wish, const DfTrainerOptions *options,
                        const DfTiles *tiles, const Names *names, int *other_pictures)
{
    int ret = df_trainer_open(trainer, options, tiles);
    if (!ret && wish->resume)
        ret = df_trainer_load_state(*trainer, names->state);
    *other_pictures = ret > 0;
    return DF_MIN(ret, 0);
}

/** Count the steps of the minutes, by the time of a few steps of a trainer that is thrown away. */
static int count_steps(DfTrainerOptions *options, const DfTrainWish *wish, const DfTiles *tiles, const Names *names)
{
    DfTrainer *trainer = NULL;
    DfTrainLosses losses;
    double start = 0;
    int other_pictures, ret = open_trainer(&trainer, wish, options, tiles, names, &other_pictures);
    int64_t before = ret ? 0 : df_trainer_steps(trainer);
    for (int i = 0; i < TRIAL_STEPS && !ret && !stopped; i++) {
        ret = df_trainer_step(trainer, &losses);
        if (!i)
            start = df_cli_now();
    }
    double each = (df_cli_now() - start) / (TRIAL_STEPS - 1);
    df_trainer_close(&trainer);
    options->steps = before + DF_MAX((int64_t)(60 * wish->minutes / each), 1);
    return !ret && stopped ? not_begun() : ret;
}

/** Make steps until the run's end, Ctrl-C or an error. @param[in,out] kept  the step that the files are of; 0: none */
static int make_steps(DfTrainer *trainer, const DfTrainWish *wish, const DfTrainerOptions *options,
                      const Names *names, DfTrainLog *log, int64_t *kept)
{
    DfTrainLosses losses;
    /* A machine that has become slower ends the run with what it has. */
    double saved = df_cli_now(), end = wish->minutes > 0 ? saved + 66 * wish->minutes : INFINITY;
    int ret = 0;
    while (!ret && !stopped && df_trainer_steps(trainer) < options->steps && df_cli_now() < end) {
        ret = df_trainer_step(trainer, &losses);
        if (!ret)
            ret = df_train_log_step(log, df_trainer_steps(trainer), &losses);
        if (!ret && df_cli_now() - saved > SAVE_SECONDS) {
            ret = save(trainer, wish, names, log);
            saved = df_cli_now();
            *kept = df_trainer_steps(trainer);
        }
    }
    return ret;
}

static int train(DfTrainer *trainer, const DfTrainWish *wish, const DfTrainerOptions *options, const Names *names)
{
    DfTrainLog log;
    int64_t first = df_trainer_steps(trainer), kept = first;
    int ret = df_train_log_open(&log, names->csv, options->batch, first, options->steps);
    if (!ret)
        ret = make_steps(trainer, wish, options, names, &log, &kept);
    int64_t steps = df_trainer_steps(trainer);
    if (!ret && steps == first)
        ret = not_begun();
    /* After -EDOM the critic is no longer that of any step; after other errors what was reached is written. */
    if (ret != -EDOM && steps > first) {
        int saved = save(trainer, wish, names, &log);
        ret = ret ? ret : saved;
    }
    df_train_log_close(&log);
    if (ret == -EDOM && kept)
        df_cli_note("%s: is that of step %lld, and so are the files beside it", wish->out, (long long)kept);
    else if (ret == -EDOM)
        df_cli_note("%s: was not written", wish->out);
    else if (!ret && steps >= options->steps)
        printf("%s: %lld step%s\n", wish->out, (long long)steps, df_plural(steps));
    else if (!ret)
        printf("%s: %lld of %lld steps; --resume --steps %lld goes on\n", wish->out, (long long)steps,
               (long long)options->steps, (long long)options->steps);
    return ret;
}

int df_train_run(const DfTrainWish *wish)
{
    DfTrainerOptions options = wish->options;
    DfTrainer *trainer = NULL;
    DfTiles tiles = { 0 };
    Names names = { 0 };
    int other_pictures = 0, ret = check_files(&names, wish);
    if (!ret)
        ret = check_start(wish, &names);
    if (!ret)
        ret = read_data(&tiles, wish, &names);
    install_signal_handlers();
    if (!ret && wish->minutes > 0)
        ret = count_steps(&options, wish, &tiles, &names);
    if (!ret)
        ret = open_trainer(&trainer, wish, &options, &tiles, &names, &other_pictures);
    if (!ret && df_trainer_steps(trainer) >= options.steps)
        ret = df_error(-EINVAL, "%s: has made %lld step%s already, and --steps is %lld", names.state,
                       (long long)df_trainer_steps(trainer), df_plural(df_trainer_steps(trainer)),
                       (long long)options.steps);
    if (!ret && other_pictures)
        df_cli_note("%s: is of other pictures: the result is not that of one run", names.state);
    if (!ret)
        ret = train(trainer, wish, &options, &names);
    df_trainer_close(&trainer);
    df_tiles_free(&tiles);
    free_names(&names);
    /* The cause of a thread of the pool is that thread's. */
    return ret == -ENOMEM ? df_error(ret, "no memory is left to train with") : ret;
}
