/**
 * @file
 * Sketches through the public API, with a random model of six input planes: where they have a say and where
 * they have none, frame by frame and from other frames; what is refused; no memory.
 */
#include "film_scenes.h"

static int open_sketched(void **state)
{
    char path[64];
    ModelFile file = model_file_random(4, 6, "");

    (void)state;
    model_file_amplify(&file, 3);
    model_file_write(path, file.bytes, file.size);
    free(file.bytes);
    int ret = deepfill_model_open(&model, path, NULL);
    unlink(path);
    canvas_draw();
    return ret;
}

/** A sketch whose lines are rectangles. */
static DeepfillSketch *sketch_of(int width, int height, const DfRect *lines, int count)
{
    uint8_t *data = calloc(width, height);
    DeepfillSketch *sketch = NULL;

    assert_non_null(data);
    for (int i = 0; i < count; i++)
        for (int y = lines[i].y0; y < lines[i].y1; y++)
            memset(data + (size_t)y * width + lines[i].x0, 255, df_rect_width(lines[i]));
    assert_int_equal(deepfill_sketch_create(&sketch, width, height, data, width, width, height), 0);
    free(data);
    return sketch;
}

/* -------------------------------------------------------------------------------- frame by frame -- */

/** One frame with a hole in its middle, filled by itself with a sketch. The picture is to be freed. */
static Picture fill_sketched(DeepfillContext *ctx, DeepfillFormat f, DeepfillMask *mask,
                             DeepfillSketch *sketch, enum DeepfillShow show)
{
    Picture p = picture_new(f);
    DeepfillFrame frame = { .image = p.image, .mask = mask, .show = show, .sketch = sketch };
    DeepfillResult result;

    picture_draw(&p, 3);
    assert_int_equal(deepfill_send(ctx, &frame), 0);
    assert_int_equal(deepfill_receive(ctx, &result, 1), 0);
    assert_int_equal(result.error, 0);
    return p;
}

/** @return samples that differ; those outside the mask, feather and all, may not */
static int count_changes(const Picture *a, const Picture *b, const DeepfillMask *mask)
{
    const DeepfillFormat *f = &a->image.format;
    int changes = 0;

    for (int p = 0; p < df_plane_count(f); p++)
        for (int y = 0; y < df_plane_side(f->height, df_plane_sub_y(f, p)); y++)
            for (int x = 0; x < df_plane_side(f->width, df_plane_sub_x(f, p)); x++) {
                uint8_t w;
                df_mask_weights(mask, y, x, x + 1, df_plane_sub_x(f, p), df_plane_sub_y(f, p), &w);
                if (sample_of(a, p, x, y) == sample_of(b, p, x, y))
                    continue;
                assert_true(w);
                changes++;
            }
    return changes;
}

static void lines_count_inside_the_hole_alone(void **state)
{
    static const DeepfillFormat formats[] = {
        { 101, 75, DEEPFILL_YUV, 8, 1, 1, 0, 2 }, { 97, 83, DEEPFILL_RGB, 16, 0, 0, 1, 2 },
        { 64, 64, DEEPFILL_GRAY, 8, 0, 0, 0, 2 },
    };

    (void)state;
    for (size_t i = 0; i < DF_COUNT(formats); i++) {
        DeepfillFormat f = formats[i];
        /* The hole, grown by 3, is 30..53 x 27..49. */
        const DfRect inside[] = { { 36, 32, 38, 46 }, { 40, 30, 52, 31 } };
        const DfRect outside[] = { { 0, 0, f.width, 27 }, { 0, 49, f.width, f.height },
                                   { 0, 0, 30, f.height }, { 53, 0, f.width, f.height } };
        DfRect both[6];
        memcpy(both, inside, sizeof inside);
        memcpy(both + 2, outside, sizeof outside);
        DeepfillMask *mask = mask_of_rect(f.width, f.height, 33, 30, 50, 46, 3, 2);
        DeepfillSketch *sketches[] = { NULL, sketch_of(f.width, f.height, NULL, 0),
                                       sketch_of(f.width, f.height, outside, 4),
                                       sketch_of(f.width, f.height, inside, 2),
                                       sketch_of(f.width, f.height, both, 6) };
        DeepfillContext *ctx = context_new(f, 1, 0);
        Picture out[DF_COUNT(sketches)];
        for (size_t k = 0; k < DF_COUNT(sketches); k++)
            out[k] = fill_sketched(ctx, f, mask, sketches[k], DEEPFILL_SHOW_FILL);
        assert_memory_equal(out[0].memory, out[1].memory, out[0].bytes);
        assert_memory_equal(out[0].memory, out[2].memory, out[0].bytes);
        assert_true(count_changes(&out[0], &out[3], mask) > 50);
        assert_memory_equal(out[3].memory, out[4].memory, out[0].bytes);
        for (size_t k = 0; k < DF_COUNT(sketches); k++) {
            free(out[k].memory);
            deepfill_sketch_close(&sketches[k]);
        }
        deepfill_mask_close(&mask);
        deepfill_close(&ctx);
    }
}

/** Where a box is worked on at less than its size, a line of one pixel has a say wherever it lies. */
static void thin_lines_survive_scaling(void **state)
{
    DeepfillFormat f = { 300, 260, DEEPFILL_GRAY, 8, 0, 0, 1, 2 };
    DeepfillMask *mask = mask_of_rect(300, 260, 80, 60, 220, 200, 0, 0);
    DeepfillContext *ctx = NULL;
    DeepfillSettings settings;
    DeepfillBox box;

    (void)state;
    deepfill_defaults(&settings, model, &f);
    settings.workers = 1;
    settings.delay = settings.temporal = 0;
    settings.size = 64;
    assert_int_equal(deepfill_open(&ctx, &settings), 0);
    assert_true(deepfill_boxes(ctx, mask, &box, 1) > 0);
    assert_true(box.width > 4 * box.net_width);
    Picture none = fill_sketched(ctx, f, mask, NULL, DEEPFILL_SHOW_FILL);
    for (int i = 0; i < 12; i++) {
        DfRect line = i % 2 ? (DfRect){ 90, 100 + i, 210, 101 + i } : (DfRect){ 100 + i, 70, 101 + i, 190 };
        DeepfillSketch *sketch = sketch_of(f.width, f.height, &line, 1);
        Picture drawn = fill_sketched(ctx, f, mask, sketch, DEEPFILL_SHOW_FILL);
        assert_true(count_changes(&none, &drawn, mask) > 50);
        free(drawn.memory);
        deepfill_sketch_close(&sketch);
    }
    free(none.memory);
    deepfill_mask_close(&mask);
    deepfill_close(&ctx);
}

static void shows_of_the_network_follow_it(void **state)
{
    DeepfillFormat f = { 120, 90, DEEPFILL_YUV, 8, 1, 1, 0, 2 };
    DfRect line = { 45, 30, 47, 60 };
    DeepfillMask *mask = mask_of_rect(120, 90, 40, 30, 70, 60, 2, 2);
    DeepfillSketch *sketch = sketch_of(120, 90, &line, 1);
    DeepfillContext *ctx = context_new(f, 1, 0);

    (void)state;
    for (int show = DEEPFILL_SHOW_FILL; show <= DEEPFILL_SHOW_SOURCES; show++) {
        int network = show != DEEPFILL_SHOW_MASK && show != DEEPFILL_SHOW_REGIONS;
        Picture without = fill_sketched(ctx, f, mask, NULL, show);
        Picture with = fill_sketched(ctx, f, mask, sketch, show);
        assert_int_equal(count_changes(&without, &with, mask) > 0, network);
        free(without.memory);
        free(with.memory);
    }
    deepfill_sketch_close(&sketch);
    deepfill_mask_close(&mask);
    deepfill_close(&ctx);
}

/* ------------------------------------------------------------------------------ from other frames -- */

/** The fixed hole, grown by 3, is 57..87 x 37..61. */
static const DfRect upright = { 66, 36, 68, 62 }, level = { 56, 47, 90, 49 };
static const DfRect around[] = { { 0, 0, 144, 37 }, { 0, 61, 144, 96 },
                                 { 0, 0, 57, 96 }, { 87, 0, 144, 96 } };
static DeepfillSketch *lines[3], *beside[2];

static int draw_sketches(void **state)
{
    (void)state;
    lines[0] = sketch_of(144, 96, &upright, 1);
    lines[1] = sketch_of(144, 96, &level, 1);
    lines[2] = sketch_of(144, 96, NULL, 0);
    beside[0] = sketch_of(144, 96, around, 2);
    beside[1] = sketch_of(144, 96, around + 2, 2);
    return 0;
}

static int drop_sketches(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        deepfill_sketch_close(&lines[i]);
    for (int i = 0; i < 2; i++)
        deepfill_sketch_close(&beside[i]);
    film_sketch = NULL;
    return 0;
}

/** One for five frames, another for five, the first again. */
static DeepfillSketch *by_turns(int t)
{
    return lines[t / 5 % 2];
}

/** Another one for each frame, now and then none. */
static DeepfillSketch *all_sorts(int t)
{
    return t % 4 < 3 ? lines[t % 4] : NULL;
}

static DeepfillSketch *blank(int t)
{
    return t % 3 ? lines[2] : NULL;
}

static DeepfillSketch *outside(int t)
{
    return t % 3 < 2 ? beside[t % 3] : NULL;
}

static const Film films[] = {
    { { 144, 96, DEEPFILL_YUV, 8, 1, 1, 0, 2 }, 15, still, fixed, NULL },
    { { 144, 96, DEEPFILL_YUV, 8, 1, 1, 0, 2 }, 15, grainy_still, fixed, NULL },
    { { 144, 96, DEEPFILL_YUV, 10, 1, 1, 0, 2 }, 15, grainy_pan, fixed, NULL },
    { { 144, 96, DEEPFILL_YUV, 8, 1, 1, 0, 2 }, 15, grainy_pan, moving, NULL },
};
static const int aheads[] = { 0, 3, 20 };

static void workers_do_not_matter(void **state)
{
    static DeepfillSketch *(*const sketches[])(int t) = { by_turns, all_sorts };

    (void)state;
    for (size_t f = 0; f < DF_COUNT(films); f++)
        for (size_t a = 0; a < DF_COUNT(aheads); a++) {
            film_sketch = sketches[f % 2];
            Reel *one = film_run(&films[f], (Way){ 1, 0, aheads[a], 0 });
            assert_clean(one);
            assert_more_workers_equal(&films[f], aheads[a], one);
            reel_free(one);
        }
}

/** Without lines in the hole all is as without a sketch, whatever changes. */
static void no_lines_are_no_sketch(void **state)
{
    (void)state;
    if (THREADS_ONLY)
        skip();
    for (size_t f = 0; f < 3; f++)
        for (size_t a = 0; a < DF_COUNT(aheads); a++) {
            Way way = { 2, 1, aheads[a], 0 };
            film_sketch = NULL;
            Reel *none = film_run(&films[f], way);
            film_sketch = blank;
            Reel *black = film_run(&films[f], way);
            film_sketch = outside;
            Reel *white = film_run(&films[f], way);
            assert_reels_equal(none, black);
            assert_reels_equal(none, white);
            reel_free(none);
            reel_free(black);
            reel_free(white);
        }
}

/**
 * What no frame shows is synthesised once for each sketch, and at once; the same lines over the same picture
 * give the same fill.
 */
static void other_lines_are_synthesised_anew(void **state)
{
    (void)state;
    for (size_t a = 0; a < DF_COUNT(aheads); a++)
        for (int grainy = 0; grainy < 2; grainy++) {
            film_sketch = by_turns;
            Reel *reel = film_run(&films[grainy], (Way){ 2, 1, aheads[a], 0 });
            for (int t = 0; t < 15; t++) {
                assert_true(reel->result[t].network == (t % 5 == 0));
                if (!grainy) {
                    assert_int_equal(frame_is_same(reel, t, reel, 0), by_turns(t) == lines[0]);
                    assert_int_equal(frame_is_same(reel, t, reel, 5), by_turns(t) == lines[1]);
                }
            }
            reel_free(reel);
        }
}

/** What another frame shows is taken, whatever is drawn there. */
static void what_is_shown_needs_no_lines(void **state)
{
    (void)state;
    if (THREADS_ONLY)
        skip();
    Film film = { small, 14, pan, moving, NULL };
    film_sketch = NULL;
    Reel *without = film_run(&film, (Way){ 2, 1, 20, 0 });
    film_sketch = by_turns;
    Reel *with = film_run(&film, (Way){ 2, 1, 20, 0 });
    for (int t = 0; t < film.frames; t++)
        if (with->result[t].network == 0 && t > 5)
            assert_true(frame_is_same(without, t, with, t));
    reel_free(without);
    reel_free(with);
}

/* ---------------------------------------------------------------------------------------- faults -- */

static void wrong_sketches_are_named(void **state)
{
    DeepfillFormat f = { 70, 70, DEEPFILL_YUV, 8, 1, 1, 0, 2 };
    DeepfillMask *mask = mask_of_rect(70, 70, 9, 9, 20, 20, 1, 1);
    DeepfillSketch *right = sketch_of(70, 70, NULL, 0), *wrong = sketch_of(70, 71, NULL, 0);
    Picture p = picture_new(f);
    DeepfillFrame frame = { .image = p.image, .mask = mask, .sketch = wrong };
    DeepfillContext *ctx = context_new(f, 1, 0);
    DeepfillModel *sketched = model;
    DeepfillResult result;

    (void)state;
    picture_draw(&p, 1);
    assert_int_equal(deepfill_send(ctx, &frame), -EINVAL);
    assert_string_equal(deepfill_error(), "the sketch is for frames of 70x71, these are 70x70");
    frame.sketch = right;
    assert_int_equal(deepfill_send(ctx, &frame), 0);
    assert_int_equal(deepfill_receive(ctx, &result, 1), 0);
    deepfill_close(&ctx);

    assert_int_equal(deepfill_model_open(&model, "small", NULL), 0);
    ctx = context_new(f, 1, 0);
    for (int masked = 0; masked < 2; masked++) {
        frame.mask = masked ? mask : NULL;
        assert_int_equal(deepfill_send(ctx, &frame), -EINVAL);
        assert_string_equal(deepfill_error(), "model 'small' takes no sketch: it was trained without");
    }
    frame.sketch = NULL;
    assert_int_equal(deepfill_send(ctx, &frame), 0);
    assert_int_equal(deepfill_receive(ctx, &result, 1), 0);
    deepfill_close(&ctx);
    deepfill_model_close(&model);
    model = sketched;

    deepfill_sketch_close(&right);
    deepfill_sketch_close(&wrong);
    deepfill_mask_close(&mask);
    free(p.memory);
}

static void model_tells(void **state)
{
    DeepfillModelInfo info;
    DeepfillModel *plain = NULL;

    (void)state;
    deepfill_model_info(model, &info);
    assert_true(info.sketch == 1 && info.input_channels == 6);
    assert_int_equal(deepfill_model_open(&plain, "small", NULL), 0);
    deepfill_model_info(plain, &info);
    assert_true(info.sketch == 0 && info.input_channels == 5);
    deepfill_model_close(&plain);
}

/** A film of two sketches; every step that fails must say so. @return 0 where nothing failed */
static int torture(Reel *reel, int temporal)
{
    DeepfillContext *ctx = NULL;
    DeepfillSettings settings;
    int ret, sent = 0;

    deepfill_defaults(&settings, model, &small);
    settings.size = 64;
    settings.workers = 2;
    settings.temporal = temporal;
    settings.ahead = 0;
    ret = deepfill_open(&ctx, &settings);
    for (; !ret && sent < reel->frames; sent++) {
        DeepfillResult result;
        DeepfillFrame frame = { .image = reel->out[sent].image, .mask = reel->mask[sent],
                                .sketch = lines[sent % 2] };
        memcpy(reel->out[sent].memory, reel->in[sent].memory, reel->in[sent].bytes);
        ret = deepfill_send(ctx, &frame);
        if (!ret && !(ret = deepfill_receive(ctx, &result, 1)))
            ret = result.error;
    }
    if (ret) {
        assert_true(ret == -ENOMEM || ret == -EAGAIN);
        assert_true(*deepfill_error());
    }
    df_fail_after(-1);
    deepfill_close(&ctx);
    return ret;
}

static void survives_every_failing_allocation(void **state)
{
    static const Film film = { { 144, 96, DEEPFILL_YUV, 8, 1, 1, 0, 2 }, 3, still, fixed, NULL };
    Reel *reel = calloc(1, sizeof *reel);

    (void)state;
    assert_non_null(reel);
    for (int t = 0; t < film.frames; t++)
        film_shoot(&film, reel, t);
    for (int temporal = 0; temporal < 2; temporal++) {
        int n = 0, ret;
        do {
            df_fail_after(n);
            n += THREADS_ONLY ? 29 : 1;
            ret = torture(reel, temporal);
        } while (ret && n < 1000);
        assert_int_equal(ret, 0);
        assert_true(n > 20);
    }
    reel_free(reel);
}

int main(void)
{
#define WITH_SKETCHES(test) cmocka_unit_test_setup_teardown(test, draw_sketches, drop_sketches)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_count_inside_the_hole_alone),
        cmocka_unit_test(thin_lines_survive_scaling),
        cmocka_unit_test(shows_of_the_network_follow_it),
        WITH_SKETCHES(workers_do_not_matter),
        WITH_SKETCHES(no_lines_are_no_sketch),
        WITH_SKETCHES(other_lines_are_synthesised_anew),
        WITH_SKETCHES(what_is_shown_needs_no_lines),
        cmocka_unit_test(wrong_sketches_are_named),
        cmocka_unit_test(model_tells),
        WITH_SKETCHES(survives_every_failing_allocation),
    };

    return cmocka_run_group_tests_name("deepfill sketch", tests, open_sketched, close_model);
}
