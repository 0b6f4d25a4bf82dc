/**
 * @file
 * How long a layer is kept that no motion finds any more: 12 frames, repeated ones not counted.
 */
#include "plan.h"

enum { MOVING = 4, REPEATED = 20, UNSEEN = 12, FRAMES = MOVING + REPEATED + UNSEEN + 2 };

static DfLayer bar_below(void)
{
    return (DfLayer){ .side = 1, .rect = { -1000, 72, 1000, 1000 } };
}

/** A bar that the first frames' motions find; then frames that repeat, then frames whose motions do not find it. */
static void repeated_frames_do_not_age_a_layer(void **state)
{
    DeepfillMask *mask = hole_at(80, 64, 104, 80);
    Script *script = panning(FRAMES, 2, 0, mask);

    (void)state;
    for (int t = 0; t < FRAMES; t++) {
        script->shots[t].repeated = t >= MOVING && t < MOVING + REPEATED;
        if (t < MOVING)
            script->shots[t].layer = bar_below();
        if (script->shots[t].repeated)
            script->shots[t].camera = script->shots[t - 1].camera;
    }
    script_start(script, 4, (size_t)1 << 40);
    for (int t = 0, end; t < FRAMES;)
        for (end = script_plan(script); t < end; t++) {
            int is_kept = t < MOVING + REPEATED + UNSEEN;
            const DfLayer *layer = &script_state(script, t)->motion.motions[0].layer;
            if (layer->side != is_kept)
                fail_msg("frame %d: side %d", t, layer->side);
            if (is_kept)
                assert_int_equal(layer->rect.y0, 72);
        }
    script_free(script);
    deepfill_mask_close(&mask);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(repeated_frames_do_not_age_a_layer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
