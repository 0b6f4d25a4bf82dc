/*
 * Judge a fill against the truth, inside the hole only.
 *
 *     score WIDTH HEIGHT MASK TRUTH RESULT
 *
 * MASK is one raw gray frame (above 127: hole); TRUTH and RESULT are raw rgb24 streams of equal length
 * (pipes are fine). Prints
 *
 *     psnr 23.456 flicker 0.123 frames 125
 *
 * psnr: dB over the hole's samples, the mean of the frames' values (a perfect frame counts as 100 dB).
 * flicker: mean absolute difference between consecutive fills, less the truth's own (levels of 255):
 * above 0 a fill that shimmers, below 0 one that stands more still than what was there.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Clip {
    FILE *file;
    const char *path;
    uint8_t *frame, *before; /* rgb24: this frame and the one before */
} Clip;

static void *must(void *thing, const char *what)
{
    if (!thing) {
        perror(what);
        exit(2);
    }
    return thing;
}

static Clip open_clip(const char *path, size_t size)
{
    return (Clip){ must(fopen(path, "rb"), path), path, must(malloc(size), "memory"),
                   must(malloc(size), "memory") };
}

/** @return 1: a whole frame was read, 0: the end */
static int next_frame(Clip *clip, size_t size)
{
    uint8_t *swap = clip->before;
    clip->before = clip->frame;
    clip->frame = swap;
    size_t got = fread(clip->frame, 1, size, clip->file);
    if (got && got != size) {
        fprintf(stderr, "%s: ends within a frame\n", clip->path);
        exit(2);
    }
    return got == size;
}

static double psnr(const uint8_t *a, const uint8_t *b, const uint8_t *hole, size_t pixels)
{
    double sum = 0, n = 0;
    for (size_t i = 0; i < 3 * pixels; i++)
        if (hole[i / 3] > 127) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
            n++;
        }
    return sum > 0 ? fmin(100, 10 * log10(255.0 * 255.0 * n / sum)) : 100;
}

static double mean_change(const Clip *clip, const uint8_t *hole, size_t pixels)
{
    double sum = 0, n = 0;
    for (size_t i = 0; i < 3 * pixels; i++)
        if (hole[i / 3] > 127) {
            sum += abs(clip->frame[i] - clip->before[i]);
            n++;
        }
    return n ? sum / n : 0;
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return fprintf(stderr, "usage: score WIDTH HEIGHT MASK TRUTH RESULT\n"), 2;
    size_t pixels = (size_t)atoi(argv[1]) * atoi(argv[2]);
    uint8_t *hole = must(malloc(pixels), "memory");
    FILE *mask = must(fopen(argv[3], "rb"), argv[3]);
    if (!pixels || fread(hole, 1, pixels, mask) != pixels)
        return fprintf(stderr, "%s: smaller than %s x %s\n", argv[3], argv[1], argv[2]), 2;
    Clip truth = open_clip(argv[4], 3 * pixels), result = open_clip(argv[5], 3 * pixels);
    double quality = 0, flicker = 0;
    int frames = 0, more_truth, more_result;
    while ((more_truth = next_frame(&truth, 3 * pixels)) & (more_result = next_frame(&result, 3 * pixels))) {
        quality += psnr(truth.frame, result.frame, hole, pixels);
        if (frames++)
            flicker += mean_change(&result, hole, pixels) - mean_change(&truth, hole, pixels);
    }
    if (!frames || more_truth != more_result)
        return fprintf(stderr, "%s and %s differ in length\n", argv[4], argv[5]), 2;
    printf("psnr %.3f flicker %.3f frames %d\n", quality / frames, frames > 1 ? flicker / (frames - 1) : 0,
           frames);
    return 0;
}
