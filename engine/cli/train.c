/**
 * @file
 * `deepfill train`: its options, and what --help says.
 */
#include "cli/train.h"

#include <string.h>

#include "base.h"
#include "cli/cli.h"

enum { MOST_CNUM = 128, LEAST_SIZE = 64, MOST_SIZE = 1024, MOST_BATCH = 256, MOST_CRITIC = 256, MOST_WORKERS = 256,
       MOST_MINUTES = 1000000, MOST_STEPS = 1000000000, LEAST_MEMORY = 16, MOST_MEMORY = 1 << 20 };

enum Option { DATA = 256, INIT, CNUM, SIZE, BATCH, MINUTES, STEPS, CRITIC, LOCAL_CRITIC, GAN, RATE, SEED, SKETCH,
              RESUME, WORKERS, MEMORY, LIKE, MASK };

static const struct option options[] = {
    { "data", required_argument, NULL, DATA },       { "init", required_argument, NULL, INIT },
    { "cnum", required_argument, NULL, CNUM },       { "size", required_argument, NULL, SIZE },
    { "batch", required_argument, NULL, BATCH },     { "minutes", required_argument, NULL, MINUTES },
    { "steps", required_argument, NULL, STEPS },     { "critic", required_argument, NULL, CRITIC },
    { "local-critic", no_argument, NULL, LOCAL_CRITIC }, { "gan", required_argument, NULL, GAN },
    { "rate", required_argument, NULL, RATE },
    { "seed", required_argument, NULL, SEED },       { "sketch", no_argument, NULL, SKETCH },
    { "resume", no_argument, NULL, RESUME },         { "workers", required_argument, NULL, WORKERS },
    { "memory", required_argument, NULL, MEMORY },   { "like", required_argument, NULL, LIKE },
    { "mask", required_argument, NULL, MASK },       { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
};

static enum DfExit set_count(const char *name, const char *value, int least, int most, int step, int *count)
{
    if (df_cli_integer(value, least, most, count) && *count % step == 0)
        return DF_EXIT_DONE;
    if (step > 1)
        return df_cli_misused(&df_command_train, "--%s is '%s', must be a multiple of %d, %d to %d", name, value, step,
                              least, most);
    return df_cli_misused(&df_command_train, "--%s is '%s', must be %d to %d", name, value, least, most);
}

static enum DfExit set_real(const char *name, const char *value, double least, double most, double *real)
{
    if (df_cli_real(value, least, most, real))
        return DF_EXIT_DONE;
    return df_cli_misused(&df_command_train, "--%s is '%s', must be %g to %g", name, value, least, most);
}

static enum DfExit set_option(DfTrainWish *wish, int option, const char *value)
{
    DfTrainerOptions *o = &wish->options;
    enum DfExit wrong = DF_EXIT_DONE;
    double real = 0;
    int count = 0;
    switch (option) {
    case DATA: wish->data = value; break;
    case LIKE: wish->like = value; break;
    case MASK: wish->mask = value; break;
    case INIT: o->init = value; break;
    case SKETCH: o->sketch = 1; break;
    case RESUME: wish->resume = 1; break;
    case CNUM: return set_count("cnum", value, 4, MOST_CNUM, 4, &o->cnum);
    case SIZE: return set_count("size", value, LEAST_SIZE, MOST_SIZE, 8, &o->size);
    case BATCH: return set_count("batch", value, 1, MOST_BATCH, 1, &o->batch);
    case CRITIC: return set_count("critic", value, 0, MOST_CRITIC, 4, &o->critic);
    case LOCAL_CRITIC: o->local_critic = 1; break;
    case WORKERS: return set_count("workers", value, 1, MOST_WORKERS, 1, &o->workers);
    case MEMORY: return set_count("memory", value, LEAST_MEMORY, MOST_MEMORY, 1, &wish->memory);
    case MINUTES: return set_real("minutes", value, 0.01, MOST_MINUTES, &wish->minutes);
    case STEPS:
        wrong = set_count("steps", value, 1, MOST_STEPS, 1, &count);
        o->steps = count;
        break;
    case SEED:
        wrong = set_count("seed", value, 0, INT32_MAX, 1, &count);
        o->seed = count;
        break;
    case GAN:
        wrong = set_real("gan", value, 0, 10, &real);
        o->gan = (float)real;
        break;
    case RATE:
        wrong = set_real("rate", value, 1e-7, 0.1, &real);
        o->rate = (float)real;
        break;
    default: return df_cli_unknown(&df_command_train);
    }
    return wrong;
}

static enum DfExit check_wish(DfTrainWish *wish, int names)
{
    const DfCommand *command = &df_command_train;
    if (names != 1)
        return df_cli_misused(command, "takes the name of the model to write, not %d names", names);
    size_t length = strlen(wish->out), end = strlen(".safetensors");
    if (length <= end || strcmp(wish->out + length - end, ".safetensors"))
        return df_cli_misused(command, "the model's name must end in .safetensors, not '%s'", wish->out);
    if (!wish->data && !wish->like)
        return df_cli_misused(command, "nothing to learn from was named: give --data DIR, or --like FILM --mask MASK");
    if (wish->data && wish->like)
        return df_cli_misused(command, "--data and --like exclude each other");
    if (!wish->like != !wish->mask)
        return df_cli_misused(command, "--like and --mask go together: a film, and what in it is not known");
    if (!wish->minutes == !wish->options.steps)
        return df_cli_misused(command, "how long: give either --minutes or --steps");
    return DF_EXIT_DONE;
}

/** What follows from what was not asked for. */
static void complete(DfTrainWish *wish)
{
    DfTrainerOptions *o = &wish->options;
    if (wish->like && !o->init && !wish->resume)
        o->init = "small";
    if (!o->init && !o->cnum)
        o->cnum = 16;
    if (o->rate <= 0)
        o->rate = wish->like ? 1e-4f : 1e-3f;
    /* In a run of minutes a new critic learns too little to teach. */
    if (o->critic < 0)
        o->critic = wish->like ? 0 : 64;
    if (o->gan < 0)
        o->gan = o->critic ? 0.05f : 0;
    o->workers = o->workers ? o->workers : DF_MIN(df_cpu_count(), MOST_WORKERS);
}

/** @param[out] help  1: nothing else is asked for */
static enum DfExit parse(DfTrainWish *wish, int argc, char **argv, int *help)
{
    int option;
    *help = optind = 0; /* getopt_long() begins anew */
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'h') {
            *help = 1;
            return DF_EXIT_DONE;
        }
        enum DfExit wrong = set_option(wish, option, optarg);
        if (wrong)
            return wrong;
    }
    wish->out = argv[optind];
    return DF_EXIT_DONE;
}

static enum DfExit check_critic(const DfTrainerOptions *o)
{
    if (o->gan > 0 && !o->critic)
        return df_cli_misused(&df_command_train, "--gan is the weight of a critic, and there is none: give --critic N");
    if (o->local_critic && !o->critic)
        return df_cli_misused(&df_command_train,
                              "--local-critic is a kind of critic, and there is none: give --critic N");
    return DF_EXIT_DONE;
}

static enum DfExit run(int argc, char **argv)
{
    DfTrainWish wish = {
        .memory = 1024,
        .options = { .size = 256, .batch = 8, .critic = -1, .gan = -1, .seed = 1 },
    };
    int help;
    enum DfExit wrong = parse(&wish, argc, argv, &help);
    if (help)
        return df_cli_help(&df_command_train);
    if (!wrong)
        wrong = check_wish(&wish, argc - optind);
    if (!wrong && wish.resume) {
        /* What is not given is as in the state. */
        if (df_train_read_state(&wish) < 0)
            return df_cli_failed();
        wrong = parse(&wish, argc, argv, &help);
    }
    complete(&wish);
    if (!wrong)
        wrong = check_critic(&wish.options);
    if (wrong)
        return wrong;
    return df_train_run(&wish) < 0 ? df_cli_failed() : DF_EXIT_DONE;
}

const DfCommand df_command_train = {
    .name = "train",
    .arguments = "OUT.safetensors --data DIR --minutes N | --steps N [OPTION]...\n"
                 "       deepfill train OUT.safetensors --like FILM --mask MASK --minutes N | --steps N [OPTION]...",
    .summary = "train a model on pictures and films, or go on from one with a film's own pictures",
    .help =
        "Trains DeepFillv2's generator against its critic on the CPU. Every five minutes and at the end it\n"
        "writes, each beside its place and then renamed:\n"
        "\n"
        "  OUT.safetensors       the model: what model= and --model take\n"
        "  OUT.state             all that --resume goes on from\n"
        "  OUT.csv               losses\n"
        "  OUT.png               six pictures: as they are, with holes, and filled by both stages\n"
        "\n"
        "      --data DIR        folder of pictures and films, with those in it, or one of these; a film\n"
        "                        gives a frame a second; names that are lines of DIR/heldout.txt are left out\n"
        "      --like FILM       instead, what MASK leaves known of FILM, with holes of MASK's shapes\n"
        "      --mask MASK       picture or film, white where FILM is not known\n"
        "      --init MODEL      model to start from (default: random weights; of --like: small); --cnum\n"
        "                        makes it wider, --sketch lets it learn to see sketches\n"
        "      --minutes N       how long: the time of the first steps gives the number of steps; with\n"
        "                        --resume the learning rate has a new schedule from where the state is\n"
        "      --steps N         or how many steps, those before --resume counted\n"
        "      --resume          go on from OUT.state: options that are not given are as they were, and with\n"
        "                        the same data and --steps the result is that of one run\n"
        "      --cnum N          width of the network, a multiple of --init's (default: its own, or 16)\n"
        "      --size N          sides of a sample, in pixels (default: 256)\n"
        "      --batch N         samples of a step (default: 8)\n"
        "      --critic N        width of the critic; 0: none (default: 64; of --like: 0)\n"
        "      --local-critic    of four layers, not the paper's six; it judges patches of 16x16 pixels,\n"
        "                        each by the hole's share of it: sharper fills after short trainings\n"
        "      --gan W           weight of the adversarial loss, beside the distance to the truth (.05)\n"
        "      --rate R          learning rate at its highest (default: .001; of --like: .0001)\n"
        "      --seed N          of weights, crops and holes (default: 1)\n"
        "      --sketch          for guided filling: the network sees edges of what is in the hole\n"
        "      --memory MIB      of pictures held, at most; of more some are chosen by chance (default: 1024)\n"
        "      --workers N       threads (default: the CPUs); the result is the same for any number\n"
        "  -h, --help            show this\n"
        "\n"
        "Ctrl-C ends after the step and leaves all files; a second one ends at once.\n",
    .run = run,
};
