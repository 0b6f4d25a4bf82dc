/**
 * @file
 * Compare raw video of any pixel format before and after the filter: only colours in a rectangle may differ,
 * and some have to; every other bit, those of alpha and of padding among them, has to be the same.
 *
 *     kept FORMAT WIDTH HEIGHT LEFT TOP RIGHT BOTTOM BEFORE AFTER
 *
 * The rectangle is in luma samples, its sides multiples of 4. The status is 0 when all is as it must be; with
 * FORMAT alone, when this libavutil knows it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libavutil/imgutils.h>
#include <libavutil/mem.h>
#include <libavutil/pixdesc.h>

typedef struct Video {
    uint8_t *data;
    long size;
} Video;

static Video load(const char *name)
{
    Video video = { NULL, 0 };
    FILE *in = fopen(name, "rb");

    if (!in || fseek(in, 0, SEEK_END) || (video.size = ftell(in)) < 0 ||
        !(video.data = av_malloc((size_t)video.size + 64)) || fseek(in, 0, SEEK_SET) ||
        fread(video.data, 1, (size_t)video.size, in) != (size_t)video.size) {
        perror(name);
        exit(2);
    }
    fclose(in);
    return video;
}

/** A sample's bits; a plane of 16-bit words has none to spare, so noise above its depth is a part of it. */
static uint32_t bits_of(const AVPixFmtDescriptor *desc, const AVComponentDescriptor *comp)
{
    int is_plane = desc->flags & AV_PIX_FMT_FLAG_PLANAR || desc->nb_components == 1;
    int is_word = is_plane && comp->depth > 8 && comp->step == 2 && !comp->shift;

    return is_word ? 0xffff : (uint32_t)((UINT64_C(1) << comp->depth) - 1);
}

/** Set all bits of the colours in the rectangle: there, whatever they were no longer counts. */
static void blot(uint8_t *frame, enum AVPixelFormat format, int width, int height, const int *rect)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(format);
    int colours = desc->nb_components < 3 ? 1 : 3, linesize[4];
    uint32_t ones[64];
    uint8_t *data[4];

    av_image_fill_arrays(data, linesize, frame, format, width, height, 1);
    for (int c = 0; c < colours; c++) {
        int sub_x = c ? desc->log2_chroma_w : 0, sub_y = c ? desc->log2_chroma_h : 0;

        for (int i = 0; i < 64; i++)
            ones[i] = bits_of(desc, &desc->comp[c]);
        for (int y = rect[1] >> sub_y; y < rect[3] >> sub_y; y++)
            av_write_image_line2(ones, data, linesize, desc, rect[0] >> sub_x, y, c,
                                 (rect[2] - rect[0]) >> sub_x, 4);
    }
}

int main(int argc, char **argv)
{
    int number[6], changed = 0, wrong = 0;

    if (argc == 2)
        return av_get_pix_fmt(argv[1]) == AV_PIX_FMT_NONE;
    if (argc != 10)
        return 2;
    enum AVPixelFormat format = av_get_pix_fmt(argv[1]);
    for (int i = 0; i < 6; i++)
        number[i] = atoi(argv[2 + i]);
    int width = number[0], height = number[1], size = av_image_get_buffer_size(format, width, height, 1);
    Video before = load(argv[8]), after = load(argv[9]);

    if (size <= 0 || before.size != after.size || before.size % size || number[4] - number[2] > 64) {
        printf("frames of %d bytes: %ld before, %ld after\n", size, before.size, after.size);
        return 1;
    }
    for (long at = 0; at < before.size; at += size) {
        changed += !!memcmp(before.data + at, after.data + at, (size_t)size);
        blot(before.data + at, format, width, height, number + 2);
        blot(after.data + at, format, width, height, number + 2);
        for (int i = 0; i < size; i++)
            wrong += before.data[at + i] != after.data[at + i];
    }
    printf("%ld frames of %s, %d changed, %d bytes outside the rectangle\n", before.size / size, argv[1], changed,
           wrong);
    return !(before.size && changed == before.size / size && !wrong);
}
