/**
 * @file
 * Decoded frames to planes. libswscale converts only what is neither RGB nor gray: those are copied value by
 * value, so that nothing is rounded.
 */
#include <errno.h>
#include <libavutil/frame.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <string.h>

#include "base.h"
#include "cli/cli.h"
#include "cli/picture.h"
#include "cli/picture_decode.h"

/* ------------------------------------------------------------------------------- RGB and gray only -- */

/** Whether a frame's values can be taken as they are. */
static int is_plain(const AVFrame *frame)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(frame->format);
    uint64_t odd = AV_PIX_FMT_FLAG_FLOAT | AV_PIX_FMT_FLAG_BAYER | AV_PIX_FMT_FLAG_HWACCEL;
    if (desc->flags & odd || desc->comp[0].depth > 16 || frame->format == AV_PIX_FMT_MONOWHITE)
        return 0;
    if (desc->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL))
        return 1;
    return desc->nb_components <= 2;
}

static enum AVPixelFormat plain_format(const AVPixFmtDescriptor *desc, int gray)
{
    int alpha = !!(desc->flags & AV_PIX_FMT_FLAG_ALPHA), deep = desc->comp[0].depth > 8;
    if (gray || desc->nb_components <= 2)
        return alpha ? AV_PIX_FMT_YA8 : deep && !gray ? AV_PIX_FMT_GRAY16 : AV_PIX_FMT_GRAY8;
    if (alpha)
        return deep ? AV_PIX_FMT_RGBA64 : AV_PIX_FMT_RGBA;
    return deep ? AV_PIX_FMT_RGB48 : AV_PIX_FMT_RGB24;
}

/** YUV that is full range by its name or by its word. */
static int is_full(const AVFrame *frame)
{
    switch (frame->format) {
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUVJ444P:
    case AV_PIX_FMT_YUVJ440P:
    case AV_PIX_FMT_YUVJ411P:
        return 1;
    default:
        return frame->color_range == AVCOL_RANGE_JPEG;
    }
}

/**
 * Chroma lies between the luma that it belongs to, unless the picture says otherwise, as in JPEG; positions
 * are in 256ths of a luma pixel. -513: as the scaler thinks.
 */
static int chroma_position(const AVFrame *frame, int sub)
{
    return sub == 1 && frame->chroma_location == AVCHROMA_LOC_UNSPECIFIED ? 128 : -513;
}

/* Of the ways to interpolate, two taps round downwards, and the quick ones are off by several levels. */
#define FLAGS (SWS_BICUBIC | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP | SWS_ACCURATE_RND | SWS_BITEXACT)

/** @return 0 or an AVERROR; the scaler is to be freed in any case */
static int open_scaler(struct SwsContext **opened, const AVFrame *from, const AVFrame *to)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(from->format);
    const struct {
        const char *name;
        int value;
    } options[] = {
        { "srcw", from->width }, { "srch", from->height }, { "src_format", from->format },
        { "dstw", to->width }, { "dsth", to->height }, { "dst_format", to->format },
        { "sws_flags", FLAGS },
        { "src_h_chr_pos", chroma_position(from, desc->log2_chroma_w) },
        { "src_v_chr_pos", chroma_position(from, desc->log2_chroma_h) },
    };
    const int *table = sws_getCoefficients(from->colorspace);
    struct SwsContext *scaler = *opened = sws_alloc_context();
    int ret = scaler ? 0 : AVERROR(ENOMEM);
    for (size_t i = 0; !ret && i < DF_COUNT(options); i++)
        ret = av_opt_set_int(scaler, options[i].name, options[i].value, 0);
    /* Fails where no matrix is involved, after the ranges have been set: as wanted. */
    if (!ret)
        sws_setColorspaceDetails(scaler, table, is_full(from), table, 1, 0, 1 << 16, 1 << 16);
    return ret ? ret : sws_init_context(scaler, NULL, NULL);
}

static AVFrame *new_frame(const AVFrame *like, enum AVPixelFormat format)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(like->format);
    AVFrame *frame = av_frame_alloc();
    if (!frame)
        return NULL;
    frame->width = AV_CEIL_RSHIFT(like->width, desc->log2_chroma_w) << desc->log2_chroma_w;
    frame->height = AV_CEIL_RSHIFT(like->height, desc->log2_chroma_h) << desc->log2_chroma_h;
    frame->format = format;
    if (av_frame_get_buffer(frame, 0) < 0 || av_frame_copy_props(frame, like) < 0)
        av_frame_free(&frame);
    return frame;
}

static int convert(AVFrame *to, const AVFrame *from, const char *path)
{
    struct SwsContext *scaler = NULL;
    int rows = open_scaler(&scaler, from, to);
    if (rows >= 0)
        rows = sws_scale(scaler, (const uint8_t *const *)from->data, from->linesize, 0, from->height, to->data,
                         to->linesize);
    sws_freeContext(scaler);
    if (rows == from->height)
        return 0;
    if (rows == AVERROR(ENOMEM))
        return df_picture_no_memory(path);
    return df_error(-EINVAL, "%s: its pixel format %s cannot be converted", path,
                    av_get_pix_fmt_name(from->format));
}

/**
 * The frame itself where it is_plain(), else its like in a format that is. In between it has sides that its
 * chroma divides: the scaler would stretch chroma that reaches beyond the edge.
 */
static int make_plain(AVFrame **frame, const char *path, int gray)
{
    AVFrame *from = *frame;
    if (is_plain(from))
        return 0;
    AVFrame *even = new_frame(from, from->format);
    AVFrame *to = new_frame(from, plain_format(av_pix_fmt_desc_get(from->format), gray));
    int ret = even && to ? 0 : df_picture_no_memory(path);
    if (!ret) {
        av_image_copy(even->data, even->linesize, (const uint8_t **)from->data, from->linesize, from->format,
                      from->width, from->height);
        ret = convert(to, even, path);
    }
    if (!ret) {
        to->width = from->width;
        to->height = from->height;
        av_frame_free(frame);
        *frame = to;
        to = NULL;
    }
    av_frame_free(&to);
    av_frame_free(&even);
    return ret;
}

/* -------------------------------------------------------------------------------------- planes -- */

/**
 * A PNG or JPEG is turned as the Exif block says that a new file gets: decoders may follow another one. Other
 * formats have a matrix of 16.16 numbers, (x, y) -> (a x + c y, b x + d y); quarter turns and mirrors are followed.
 */
static DfTurn turn_of(const AVFrame *frame, const DfMetadata *metadata)
{
    const AVFrameSideData *side = av_frame_get_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX);
    if (metadata->container != DF_OTHER || !side || side->size < 9 * sizeof(int32_t))
        return df_turn(metadata->orientation);
    const int32_t *m = (const int32_t *)side->data;
    int32_t a = m[0], b = m[1], c = m[3], d = m[4];
    if (!b && !c)
        return (DfTurn){ 0, a < 0, d < 0 };
    return a || d ? (DfTurn){ 0 } : (DfTurn){ 1, c < 0, b < 0 };
}

/** One component of a row, 0..2^depth - 1 with depth of the format, spread to the picture's depth. */
static void put_row(const DfStill *picture, int plane, int y, const uint16_t *line, int count, int depth)
{
    unsigned from = (1u << depth) - 1, to = (1u << picture->depth) - 1;
    ptrdiff_t at, step;
    df_turn_row(picture, picture->turn, y, &at, &step);
    for (int i = 0; i < count; i++, at += step) {
        unsigned value = from == to ? line[i] : (line[i] * to + from / 2) / from;
        if (picture->depth == 8)
            picture->planes[plane][at] = value;
        else
            ((uint16_t *)picture->planes[plane])[at] = value;
    }
}

/** Component `c` of a row: 0..2 red, green, blue or 0 gray; the last one alpha. */
static void get_row(const AVFrame *frame, const AVPixFmtDescriptor *desc, int y, int c, uint16_t *line)
{
    static const int shifts[] = { 16, 8, 0, 24 };
    int palette = !!(desc->flags & AV_PIX_FMT_FLAG_PAL);
    av_read_image_line2(line, (const uint8_t **)frame->data, frame->linesize, desc, 0, y, palette ? 0 : c,
                        frame->width, 0, sizeof *line);
    if (!palette)
        return;
    /* Entries are native-endian 0xAARRGGBB. */
    for (int x = 0; x < frame->width; x++) {
        uint32_t entry;
        memcpy(&entry, frame->data[1] + 4 * line[x], sizeof entry);
        line[x] = entry >> shifts[c] & 0xFF;
    }
}

/** Planes of a frame that is_plain(). */
static int copy_planes(DfStill *picture, const AVFrame *frame)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(frame->format);
    int palette = !!(desc->flags & AV_PIX_FMT_FLAG_PAL);
    picture->turn = turn_of(frame, &picture->metadata);
    picture->width = picture->turn.swap ? frame->height : frame->width;
    picture->height = picture->turn.swap ? frame->width : frame->height;
    picture->depth = !palette && desc->comp[0].depth > 8 ? 16 : 8;
    picture->colours = palette || desc->nb_components > 2 ? 3 : 1;
    picture->alpha = palette || desc->flags & AV_PIX_FMT_FLAG_ALPHA;
    uint16_t *line = df_alloc(frame->width * sizeof *line);
    if (!line || df_picture_alloc(picture) < 0) {
        df_free(line);
        return -ENOMEM;
    }
    for (int c = 0; c < df_picture_planes(picture); c++)
        for (int y = 0; y < frame->height; y++) {
            get_row(frame, desc, y, c, line);
            put_row(picture, c, y, line, frame->width, palette ? 8 : desc->comp[c].depth);
        }
    df_free(line);
    /* Every palette has room for alpha; few use it. */
    if (palette && df_picture_opaque(picture))
        picture->alpha = 0;
    return 0;
}

/** The profile, where it is one of the planes' colours: its header says so at byte 16. */
static int copy_profile(DfStill *picture, const AVFrame *frame)
{
    const AVFrameSideData *side = av_frame_get_side_data(frame, AV_FRAME_DATA_ICC_PROFILE);
    if (!side || side->size < 128 || memcmp(side->data + 16, picture->colours == 1 ? "GRAY" : "RGB ", 4))
        return 0;
    picture->profile = df_alloc(side->size);
    if (!picture->profile)
        return -ENOMEM;
    memcpy(picture->profile, side->data, side->size);
    picture->profile_size = side->size;
    return 0;
}

static int read_picture(DfStill *picture, const char *path, int gray)
{
    AVFrame *frame = NULL;
    *picture = (DfStill){ 0 };
    int ret = df_file_read(&picture->file, path, DF_FILE_LIMIT);
    if (!ret) {
        df_metadata_find(&picture->metadata, picture->file.bytes, picture->file.size);
        ret = df_picture_decode(&frame, &picture->file, path);
    }
    /* Of others nothing is wanted any more. */
    if (picture->metadata.container == DF_OTHER)
        df_file_free(&picture->file);
    if (!ret)
        ret = make_plain(&frame, path, gray);
    if (!ret)
        ret = copy_planes(picture, frame);
    if (!ret)
        ret = copy_profile(picture, frame);
    av_frame_free(&frame);
    if (ret < 0)
        df_picture_free(picture);
    return ret;
}

int df_picture_read(DfStill *picture, const char *path)
{
    int ret = read_picture(picture, path, 0);
    if (!ret && picture->metadata.damaged)
        df_cli_note("%s: its Exif data are damaged, and left out", path);
    return ret;
}

/* ---------------------------------------------------------------------------------------- gray -- */

/** The luma of BT.601. */
static unsigned luma(const DfStill *picture, size_t i)
{
    if (picture->colours == 1)
        return df_picture_sample(picture, 0, i);
    unsigned red = df_picture_sample(picture, 0, i), green = df_picture_sample(picture, 1, i);
    unsigned blue = df_picture_sample(picture, 2, i);
    return (299 * red + 587 * green + 114 * blue + 500) / 1000;
}

/** Whether a picture is black but where it is transparent: the colours there do not count. */
static int is_painted_black(const DfStill *from, const DfStill *gray)
{
    int clear = 0, opaque = 0;
    for (size_t i = 0; i < (size_t)from->width * from->height; i++) {
        if (gray->planes[0][i])
            return 0;
        if (df_picture_sample(from, from->colours, i))
            opaque = 1;
        else
            clear = 1;
    }
    return clear && opaque;
}

int df_picture_read_gray(DfStill *picture, const char *path)
{
    DfStill from;
    int ret = read_picture(&from, path, 1);
    if (ret < 0)
        return ret;
    *picture = (DfStill){ .width = from.width, .height = from.height, .depth = 8, .colours = 1,
                          .turn = from.turn };
    ret = df_picture_alloc(picture);
    for (size_t i = 0; !ret && i < (size_t)from.width * from.height; i++) {
        unsigned alpha = from.alpha ? df_picture_sample(&from, from.colours, i) : 255;
        picture->planes[0][i] = (luma(&from, i) * alpha + 127) / 255;
    }
    if (!ret && from.alpha && is_painted_black(&from, picture))
        df_cli_note("%s: is black or transparent all over: paint white on black what its alpha plane shows", path);
    df_picture_free(&from);
    return ret;
}
