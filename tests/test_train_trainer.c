/**
 * @file
 * Trainers: workers decide no bit, a resumed run equals an uninterrupted one, losses fall, models can be opened, states
 * of other trainings are refused, and what a film's mask hides teaches nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "deepfill.h"
#include "train/trainer_parts.h"
#include "values.h"

enum { SIDE = 64, TILE = 96 };

static char folder[] = "/tmp/deepfill-trainer-XXXXXX";

static char *path_of(const char *name)
{
    static char path[80];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    static const char *const names[] = { "a", "b", "c", "m.safetensors" };
    (void)state;
    for (size_t i = 0; i < DF_COUNT(names); i++)
        unlink(path_of(names[i]));
    return rmdir(folder);
}

/** Smooth waves, one tile in `shades` colours each. `hidden`: its left third is not known, and of that colour. */
static DfTiles tiles_of(int hidden, uint8_t behind)
{
    static uint8_t rgb[3 * TILE * TILE], known[TILE * TILE];
    DfTiles tiles = { .most = 1 << 24 };
    for (int i = 0; i < TILE * TILE; i++) {
        int y = i / TILE, x = i % TILE;
        known[i] = x >= TILE / 3;
        for (int c = 0; c < 3; c++)
            rgb[3 * i + c] = hidden && !known[i] ? behind
                             : (uint8_t)(128 + 60 * sinf(0.1f * (float)(y + c * 9)) + 50 * cosf(0.07f * (float)x));
    }
    assert_int_equal(df_tiles_add(&tiles, rgb, hidden ? known : NULL, TILE, TILE), 0);
    return tiles;
}

static const DfTrainerOptions small = {
    .cnum = 4, .size = SIDE, .batch = 2, .critic = 4, .workers = 1, .gan = 0.05f, .rate = 2e-3f, .steps = 40, .seed = 5,
};

static DfTrainer *trainer_of(const DfTrainerOptions *options, const DfTiles *tiles)
{
    DfTrainer *trainer = NULL;
    if (df_trainer_open(&trainer, options, tiles) < 0)
        fail_msg("%s", df_error_text());
    return trainer;
}

static DfTrainLosses run(DfTrainer *trainer, int steps)
{
    DfTrainLosses losses = { 0 };
    while (steps--)
        if (df_trainer_step(trainer, &losses) < 0)
            fail_msg("%s", df_error_text());
    return losses;
}

/** State of a training of so many steps; where `stop` is not 0, interrupted behind that step. */
static void write_state(const char *name, const DfTrainerOptions *options, const DfTiles *tiles, int stop)
{
    DfTrainer *trainer = trainer_of(options, tiles);
    if (stop) {
        run(trainer, stop);
        assert_int_equal(df_trainer_save_state(trainer, path_of("c")), 0);
        df_trainer_close(&trainer);
        trainer = trainer_of(options, tiles);
        assert_int_equal(df_trainer_load_state(trainer, path_of("c")), 0);
        assert_int_equal(df_trainer_steps(trainer), stop);
    }
    run(trainer, 4 - stop);
    assert_int_equal(df_trainer_save_state(trainer, path_of(name)), 0);
    df_trainer_close(&trainer);
}

static size_t read_file(const char *name, char **bytes)
{
    FILE *file = fopen(path_of(name), "rb");
    assert_non_null(file);
    *bytes = malloc(1 << 22);
    size_t size = fread(*bytes, 1, 1 << 22, file);
    fclose(file);
    return size;
}

static void assert_same_states(void)
{
    char *a, *b;
    size_t size = read_file("a", &a);
    assert_true(size > 10000);
    assert_int_equal(read_file("b", &b), size);
    assert_memory_equal(a, b, size);
    free(a);
    free(b);
}

static void workers_decide_no_bit(void **state)
{
    DfTiles tiles = tiles_of(0, 0);
    DfTrainerOptions three = small;
    (void)state;
    three.workers = 3;
    write_state("a", &small, &tiles, 0);
    write_state("b", &three, &tiles, 0);
    assert_same_states();
    df_tiles_free(&tiles);
}

static void resumed_runs_equal_uninterrupted_ones(void **state)
{
    DfTiles tiles = tiles_of(0, 0);
    DfTrainerOptions guided = small;
    (void)state;
    guided.sketch = 1;
    write_state("a", &guided, &tiles, 0);
    write_state("b", &guided, &tiles, 2);
    assert_same_states();
    df_tiles_free(&tiles);
}

static void losses_fall_and_models_open(void **state)
{
    DfTiles tiles = tiles_of(0, 0);
    DfTrainerOptions eager = small;
    eager.rate = 2e-3f;
    eager.cnum = 8;
    eager.steps = 80;
    DfTrainer *trainer = trainer_of(&eager, &tiles);
    DeepfillModel *model = NULL;
    DeepfillModelInfo info;
    (void)state;
    DfTrainLosses first = run(trainer, 1), last = run(trainer, 79);
    if (!(last.refined < 0.8f * first.refined && last.coarse < 0.8f * first.coarse))
        fail_msg("losses %g and %g became %g and %g", first.coarse, first.refined, last.coarse, last.refined);
    assert_int_equal(df_trainer_save(trainer, path_of("m.safetensors")), 0);
    df_trainer_close(&trainer);
    assert_int_equal(deepfill_model_open(&model, path_of("m.safetensors"), NULL), 0);
    deepfill_model_info(model, &info);
    assert_int_equal(info.cnum, 8);
    deepfill_model_close(&model);
    df_tiles_free(&tiles);
}

static void states_of_other_trainings_are_refused(void **state)
{
    DfTiles tiles = tiles_of(0, 0);
    DfTrainerOptions wider = small, seeded = small, alone = small, local = small;
    (void)state;
    write_state("a", &small, &tiles, 0);
    wider.cnum = 8;
    seeded.seed = 6;
    alone.critic = 0;
    local.local_critic = 1;
    const DfTrainerOptions *others[] = { &wider, &seeded, &local };
    static const char *const words[] = { "is of a training with cnum 4, not 8", "with seed 5, not 6",
                                         "with local-critic 0, not 1" };
    for (size_t i = 0; i < DF_COUNT(others); i++) {
        DfTrainer *trainer = trainer_of(others[i], &tiles);
        df_error_clear();
        assert_int_equal(df_trainer_load_state(trainer, path_of("a")), -EINVAL);
        assert_non_null(strstr(df_error_text(), words[i]));
        df_trainer_close(&trainer);
    }
    DfTrainer *trainer = trainer_of(&alone, &tiles);
    df_error_clear();
    assert_int_equal(df_trainer_load_state(trainer, path_of("a")), -EINVAL);
    assert_non_null(strstr(df_error_text(), "with critic 4, not 0"));
    df_trainer_close(&trainer);
    df_tiles_free(&tiles);
}

/** Its optimiser begins at its first step. */
static void critics_may_join(void **state)
{
    DfTiles tiles = tiles_of(0, 0);
    DfTrainerOptions alone = small;
    (void)state;
    alone.critic = 0;
    write_state("a", &alone, &tiles, 0);
    DfTrainer *trainer = trainer_of(&small, &tiles);
    assert_int_equal(df_trainer_load_state(trainer, path_of("a")), 0);
    assert_int_equal(trainer->critic_optimizer.steps, 0);
    assert_int_equal(df_trainer_steps(trainer), 4);
    assert_true(run(trainer, 1).critic > 0);
    assert_int_equal(trainer->critic_optimizer.steps, 1);
    df_trainer_close(&trainer);
    df_tiles_free(&tiles);
}

/** What a patch counts for in a sample: its pixels in the hole whose truth is known, or one. */
static int counted(const DfSample *sample, int local, int row, int column)
{
    int count = 0;
    for (int k = 0; k < 256; k++) {
        int p = (16 * row + k / 16) * SIDE + 16 * column + k % 16;
        count += sample->hole[p] && sample->counts[p];
    }
    return local ? count : 1;
}

/** Scores of the local critic count by how much of their patch is hole and known, those of the paper's alike. */
static void patches_are_weighed(void **state)
{
    (void)state;
    for (int local = 0; local < 2; local++)
        for (int hidden = 0; hidden < 2; hidden++) {
            DfTiles tiles = tiles_of(hidden, 0);
            DfTrainerOptions options = small;
            options.local_critic = local;
            DfTrainer *trainer = trainer_of(&options, &tiles);
            int side = local ? SIDE / 16 : 1, total = 0;
            run(trainer, 2);
            for (int pass = 0; pass < 2; pass++)
                for (int i = 0; i < options.batch * side * side; i++) {
                    int patch = i % (side * side);
                    int count = counted(&trainer->samples[i / (side * side)], local, patch / side, patch % side);
                    total += pass ? 0 : count;
                    if (pass)
                        assert_float_equal(trainer->patch_weights[i], (double)count / total, 1e-5);
                }
            df_trainer_close(&trainer);
            df_tiles_free(&tiles);
        }
}

static void local_critics_go_on(void **state)
{
    DfTiles tiles = tiles_of(0, 0);
    DfTrainerOptions local = small;
    (void)state;
    local.local_critic = 1;
    write_state("a", &local, &tiles, 0);
    write_state("b", &local, &tiles, 2);
    assert_same_states();
    df_tiles_free(&tiles);
}

/** A width beside a model, and a sketch that it has not. */
static void models_are_widened(void **state)
{
    DfTiles tiles = tiles_of(0, 0);
    DfTrainerOptions options = small;
    DeepfillModel *model = NULL;
    DeepfillModelInfo info;
    (void)state;
    options.init = "small";
    options.cnum = 32;
    options.sketch = 1;
    DfTrainer *trainer = trainer_of(&options, &tiles);
    run(trainer, 1);
    assert_int_equal(df_trainer_save(trainer, path_of("m.safetensors")), 0);
    df_trainer_close(&trainer);
    assert_int_equal(deepfill_model_open(&model, path_of("m.safetensors"), NULL), 0);
    deepfill_model_info(model, &info);
    assert_int_equal(info.cnum, 32);
    assert_int_equal(info.sketch, 1);
    deepfill_model_close(&model);
    options.init = path_of("m.safetensors");
    options.sketch = 0;
    df_error_clear();
    assert_int_equal(df_trainer_open(&trainer, &options, &tiles), -EINVAL);
    assert_non_null(strstr(df_error_text(), "is guided by sketches"));
    df_tiles_free(&tiles);
}

/** A state says whether it was made with the same pictures. */
static void other_pictures_are_noticed(void **state)
{
    DfTiles tiles = tiles_of(0, 0), other = tiles_of(0, 0);
    (void)state;
    other.list[0].rgb[3 * TILE * TILE - 1] ^= 1;
    write_state("a", &small, &tiles, 0);
    for (int i = 0; i < 2; i++) {
        DfTrainer *trainer = trainer_of(&small, i ? &other : &tiles);
        assert_int_equal(df_trainer_load_state(trainer, path_of("a")), i);
        df_trainer_close(&trainer);
    }
    df_tiles_free(&tiles);
    df_tiles_free(&other);
}

/** Other colours behind the mask make no difference to what is learnt, sketches included. */
static void hidden_pixels_teach_nothing(void **state)
{
    (void)state;
    for (int sketch = 0; sketch < 2; sketch++) {
        DfTiles tiles = tiles_of(1, 0), other = tiles_of(1, 255);
        DfTrainerOptions options = small;
        options.sketch = sketch;
        write_state("a", &options, &tiles, 0);
        write_state("b", &options, &other, 0);
        assert_same_states();
        df_tiles_free(&tiles);
        df_tiles_free(&other);
    }
}

static void sheets_show_the_truth_first(void **state)
{
    DfTiles tiles = tiles_of(0, 0);
    DfTrainer *trainer = trainer_of(&small, &tiles);
    uint8_t *rgb = df_alloc(3 * 4 * SIDE * SIDE * DF_SHEET_ROWS);
    int width, height, white = 0;
    (void)state;
    assert_int_equal(df_trainer_sheet(trainer, rgb, &width, &height), 0);
    assert_int_equal(width, 4 * SIDE);
    assert_int_equal(height, DF_SHEET_ROWS * SIDE);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < SIDE; x++) {
            const uint8_t *truth = rgb + 3 * (y * width + x), *hidden = truth + 3 * SIDE, *fill = truth + 9 * SIDE;
            int hole = hidden[0] == 255 && hidden[1] == 255 && hidden[2] == 255;
            white += hole;
            if (!hole)
                assert_memory_equal(truth, fill, 3);
        }
    assert_true(white > 100);
    df_free(rgb);
    df_trainer_close(&trainer);
    df_tiles_free(&tiles);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workers_decide_no_bit),
        cmocka_unit_test(resumed_runs_equal_uninterrupted_ones),
        cmocka_unit_test(losses_fall_and_models_open),
        cmocka_unit_test(states_of_other_trainings_are_refused),
        cmocka_unit_test(critics_may_join),
        cmocka_unit_test(patches_are_weighed),
        cmocka_unit_test(local_critics_go_on),
        cmocka_unit_test(models_are_widened),
        cmocka_unit_test(other_pictures_are_noticed),
        cmocka_unit_test(hidden_pixels_teach_nothing),
        cmocka_unit_test(sheets_show_the_truth_first),
    };

    return cmocka_run_group_tests_name("trainer", tests, make_folder, remove_folder);
}
