/*
 * The API of libdeepfill on one page: fill the white part of a mask in a picture.
 *
 *     cc inpaint.c $(pkg-config --cflags --libs libdeepfill) -o inpaint
 *     ffmpeg -i photo.jpg photo.ppm; ffmpeg -i mask.png -pix_fmt gray mask.pgm
 *     ./inpaint photo.ppm mask.pgm filled.ppm
 *
 * For a video, call deepfill_send() and deepfill_receive() in a loop, as the comments below say.
 */
#include <deepfill.h>

#include <stdio.h>
#include <stdlib.h>

/** Read an 8-bit binary PPM ("P6", 3 channels) or PGM ("P5", 1); NULL where it is none. */
static uint8_t *read_pnm(const char *path, int channels, int *width, int *height)
{
    FILE *file = fopen(path, "rb");
    uint8_t *pixels = NULL;
    char type;
    int most;

    if (file && fscanf(file, "P%c %d %d %d", &type, width, height, &most) == 4 && fgetc(file) != EOF &&
        type == (channels == 3 ? '6' : '5') && most == 255 &&
        *width > 0 && *height > 0 && *width <= 32768 && *height <= 32768) {
        size_t size = (size_t)*width * *height * channels;
        if ((pixels = malloc(size)) && fread(pixels, 1, size, file) != size) {
            free(pixels);
            pixels = NULL;
        }
    }
    if (file)
        fclose(file);
    if (!pixels)
        fprintf(stderr, "%s: not an 8-bit binary %s\n", path, channels == 3 ? "PPM" : "PGM");
    return pixels;
}

static int fill(const DeepfillImage *image, const uint8_t *mask_pixels, int mask_width, int mask_height)
{
    const DeepfillFormat *format = &image->format;
    DeepfillModel *model = NULL;
    DeepfillContext *ctx = NULL;
    DeepfillMask *mask = NULL;
    DeepfillMaskSettings how;
    DeepfillSettings settings;
    DeepfillResult result;
    int ret;

    deepfill_mask_defaults(&how, format->width, format->height);
    if ((ret = deepfill_model_open(&model, "small", NULL)) < 0 ||
        (ret = deepfill_mask_create(&mask, &how, mask_pixels, mask_width, mask_width, mask_height)) < 0)
        goto end;
    deepfill_defaults(&settings, model, format);
    if ((ret = deepfill_open(&ctx, &settings)) < 0)
        goto end;

    /* For a video: send until -EAGAIN, receive with wait = 1, and go on; the mask may serve many frames. */
    DeepfillFrame frame = { .image = *image, .mask = mask, .show = DEEPFILL_SHOW_FILL };
    if ((ret = deepfill_send(ctx, &frame)) < 0)
        goto end;
    deepfill_flush(ctx);
    if ((ret = deepfill_receive(ctx, &result, 1)) < 0 || (ret = result.error) < 0)
        goto end;
    printf("filled %.1f %% of the picture in %d regions\n", 100 * result.hole, result.boxes);
end:
    if (ret < 0)
        fprintf(stderr, "%s\n", deepfill_error());
    deepfill_close(&ctx);
    deepfill_mask_close(&mask);
    deepfill_model_close(&model);
    return ret;
}

int main(int argc, char **argv)
{
    int width, height, mask_width, mask_height, ret = 1;
    uint8_t *pixels = NULL, *mask = NULL;
    FILE *out = NULL;

    if (argc != 4)
        return fprintf(stderr, "usage: inpaint PICTURE.ppm MASK.pgm OUT.ppm\n"), 1;
    if (!(pixels = read_pnm(argv[1], 3, &width, &height)) ||
        !(mask = read_pnm(argv[2], 1, &mask_width, &mask_height)))
        goto end;
    size_t n = (size_t)width * height;
    DeepfillImage image = {
        .format = { .width = width, .height = height, .layout = DEEPFILL_PACKED_RGB, .depth = 8, .full_range = 1 },
        .data = { pixels },
        .stride = { 3 * width },
    };
    if (fill(&image, mask, mask_width, mask_height) < 0)
        goto end;
    if ((out = fopen(argv[3], "wb")) && fprintf(out, "P6\n%d %d\n255\n", width, height) > 0 &&
        fwrite(pixels, 3, n, out) == n && !fflush(out))
        ret = 0;
    else
        perror(argv[3]);
end:
    if (out)
        fclose(out);
    free(pixels);
    free(mask);
    return ret;
}
