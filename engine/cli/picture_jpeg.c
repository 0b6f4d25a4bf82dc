/**
 * @file
 * Pictures made JPEG, by libjpeg, which alone takes a file's coefficients and tables as they are.
 *
 * A picture that came from a JPEG is made JPEG with that file's tables and subsampling, and of what comes of it
 * only blocks in which a pixel was touched take the place of the file's: all other coefficients stay.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

#include "base.h"
#include "cli/cli.h"
#include "cli/picture_encode.h"

/* Quality of what was no JPEG before. */
#define QUALITY 95
/* Bytes of a segment, but for its marker and its length. */
#define SEGMENT 65533

/** What libjpeg works with; an error leads out of any of its functions, to failed. */
typedef struct Work {
    const DfEncoding *encoding;
    struct jpeg_error_mgr errors;
    jmp_buf failed;
    int error;
    char cause[JMSG_LENGTH_MAX];
    struct jpeg_decompress_struct old, made; /* the picture's file, and what its tables make of the picture */
    struct jpeg_compress_struct maker, out;
    FILE *to;                                /* what is being written, to a file in memory */
    DfEncoded copy;                          /* what `made` reads */
    JSAMPLE *row;
} Work;

static void leave(j_common_ptr codec)
{
    Work *work = codec->client_data;
    int code = codec->err->msg_code;
    /* The files that are written lie in memory. */
    work->error = code == JERR_OUT_OF_MEMORY || code == JERR_FILE_WRITE ? -ENOMEM : -EINVAL;
    work->errors.format_message(codec, work->cause);
    longjmp(work->failed, 1);
}

static void say_nothing(j_common_ptr codec)
{
    (void)codec;
}

/** Run a step. @return 0, -EINVAL or -ENOMEM */
static int guarded(Work *work, void (*step)(Work *))
{
    work->error = 0;
    if (!setjmp(work->failed))
        step(work);
    return work->error;
}

/** Run a step that writes a file, into memory. @return 0, -EINVAL or -ENOMEM */
static int written(Work *work, DfEncoded *encoded, void (*step)(Work *))
{
    int ret = df_encoded_open(encoded, &work->to);
    if (!ret)
        ret = guarded(work, step);
    int closed = df_encoded_close(encoded, &work->to);
    return ret ? ret : closed;
}

/* -------------------------------------------------------------------------------------- pixels -- */

/** One row in 8 bits, colours side by side. */
static void load_row(const DfStill *picture, int y, JSAMPLE *row)
{
    size_t from = (size_t)y * picture->width;
    for (int c = 0; c < picture->colours; c++)
        for (int x = 0; x < picture->width; x++)
            row[x * picture->colours + c] = df_picture_sample(picture, c, from + x);
}

static void put_rows(Work *work, struct jpeg_compress_struct *codec)
{
    for (int y = 0; y < work->encoding->picture->height; y++) {
        load_row(work->encoding->picture, y, work->row);
        jpeg_write_scanlines(codec, &work->row, 1);
    }
}

static void describe_rows(Work *work, struct jpeg_compress_struct *codec)
{
    const DfStill *picture = work->encoding->picture;
    codec->err = &work->errors;
    codec->client_data = work;
    jpeg_create_compress(codec);
    codec->image_width = picture->width;
    codec->image_height = picture->height;
    codec->input_components = picture->colours;
    codec->in_color_space = picture->colours == 3 ? JCS_RGB : JCS_GRAYSCALE;
    jpeg_set_defaults(codec);
}

/* ------------------------------------------------------------------------------------- metadata -- */

/** `word` is what messages call the data. */
static void put_segment(Work *work, const char *word, const char *name, size_t name_size, const uint8_t *data,
                        size_t size)
{
    if (!data)
        return;
    if (name_size + size > SEGMENT) {
        df_cli_note("%s: %zu bytes of %s do not fit into a JPEG, and are left out", work->encoding->path, size,
                    word);
        return;
    }
    jpeg_write_m_header(&work->out, JPEG_APP0 + 1, name_size + size);
    for (size_t i = 0; i < name_size; i++)
        jpeg_write_m_byte(&work->out, (uint8_t)name[i]);
    for (size_t i = 0; i < size; i++)
        jpeg_write_m_byte(&work->out, data[i]);
}

/** What stands between the head of a file and its picture. */
static void put_metadata(Work *work)
{
    const DfCarried *carried = work->encoding->carried;
    const DfStill *picture = work->encoding->picture;
    put_segment(work, "Exif", DF_JPEG_EXIF, sizeof DF_JPEG_EXIF, carried->exif, carried->exif_size);
    put_segment(work, "XMP", DF_JPEG_XMP, sizeof DF_JPEG_XMP, carried->xmp, carried->xmp_size);
    if (picture->profile)
        jpeg_write_icc_profile(&work->out, picture->profile, picture->profile_size);
}

/** Density in JFIF's 16 bits, in inches where it is of a unit. */
static void set_density(Work *work)
{
    const DfMetadata *metadata = &work->encoding->picture->metadata;
    double unit = metadata->metric ? 0.0254 : 1;
    double x = metadata->density[0] * unit + 0.5, y = metadata->density[1] * unit + 0.5;
    if (x < 1 || y < 1 || x >= 65536 || y >= 65536)
        return;
    work->out.density_unit = metadata->metric;
    work->out.X_density = (UINT16)x;
    work->out.Y_density = (UINT16)y;
}

/* ---------------------------------------------------------------------------------- a new file -- */

/**
 * How many pixels the file had for a colour's value, across and down: as many it is to have, where a unit of the
 * scan then has no more blocks than libjpeg writes. Files of one scan a colour may have more.
 */
static void set_sampling(Work *work)
{
    int known = work->old.num_components == work->out.num_components, blocks = 0;
    for (int c = 0; known && c < work->out.num_components; c++)
        blocks += work->old.comp_info[c].h_samp_factor * work->old.comp_info[c].v_samp_factor;
    int kept = known && blocks <= C_MAX_BLOCKS_IN_MCU;
    for (int c = 0; c < work->out.num_components; c++) {
        work->out.comp_info[c].h_samp_factor = kept ? work->old.comp_info[c].h_samp_factor : 1;
        work->out.comp_info[c].v_samp_factor = kept ? work->old.comp_info[c].v_samp_factor : 1;
    }
}

static void write_new(Work *work)
{
    int quality = work->encoding->quality;
    describe_rows(work, &work->out);
    jpeg_stdio_dest(&work->out, work->to);
    jpeg_set_quality(&work->out, quality ? quality : QUALITY, TRUE);
    set_sampling(work);
    set_density(work);
    work->out.optimize_coding = TRUE;
    jpeg_start_compress(&work->out, TRUE);
    put_metadata(work);
    put_rows(work, &work->out);
    jpeg_finish_compress(&work->out);
}

/* ---------------------------------------------------------------------- a file with new blocks -- */

static void open_reader(Work *work, struct jpeg_decompress_struct *codec, const void *bytes, size_t size)
{
    codec->err = &work->errors;
    codec->client_data = work;
    jpeg_create_decompress(codec);
    jpeg_mem_src(codec, bytes, size);
    jpeg_read_header(codec, TRUE);
}

static void read_old(Work *work)
{
    const DfFile *file = &work->encoding->picture->file;
    open_reader(work, &work->old, file->bytes, file->size);
}

/** Whether the picture is the file's, but for what was touched, in colours that can be made again. */
static int matches_old(const Work *work)
{
    const DfStill *picture = work->encoding->picture;
    return work->encoding->touched && (int)work->old.image_width == picture->width &&
           (int)work->old.image_height == picture->height && work->old.num_components == picture->colours &&
           work->old.jpeg_color_space == (picture->colours == 3 ? JCS_YCbCr : JCS_GRAYSCALE);
}

/** The picture by the old file's tables and subsampling. */
static void make_copy(Work *work)
{
    struct jpeg_compress_struct *maker = &work->maker;
    describe_rows(work, maker);
    jpeg_stdio_dest(maker, work->to);
    for (int i = 0; i < NUM_QUANT_TBLS; i++) {
        if (!work->old.quant_tbl_ptrs[i])
            continue;
        if (!maker->quant_tbl_ptrs[i])
            maker->quant_tbl_ptrs[i] = jpeg_alloc_quant_table((j_common_ptr)maker);
        memcpy(maker->quant_tbl_ptrs[i]->quantval, work->old.quant_tbl_ptrs[i]->quantval,
               sizeof maker->quant_tbl_ptrs[i]->quantval);
    }
    for (int c = 0; c < maker->num_components; c++) {
        maker->comp_info[c].h_samp_factor = work->old.comp_info[c].h_samp_factor;
        maker->comp_info[c].v_samp_factor = work->old.comp_info[c].v_samp_factor;
        maker->comp_info[c].quant_tbl_no = work->old.comp_info[c].quant_tbl_no;
    }
    jpeg_start_compress(maker, TRUE);
    put_rows(work, maker);
    jpeg_finish_compress(maker);
}

static int is_touched(const DfStill *touched, int x0, int x1, int y0, int y1)
{
    for (int y = y0; y < DF_MIN(y1, touched->height); y++)
        for (int x = x0; x < DF_MIN(x1, touched->width); x++)
            if (touched->planes[0][(size_t)y * touched->width + x])
                return 1;
    return 0;
}

/** Replace blocks of one component in whose pixels something was touched. */
static void replace_blocks(Work *work, int c, jvirt_barray_ptr old, jvirt_barray_ptr made)
{
    const jpeg_component_info *info = &work->old.comp_info[c];
    int across = work->old.max_h_samp_factor, down = work->old.max_v_samp_factor;
    for (JDIMENSION by = 0; by < info->height_in_blocks; by++) {
        int y0 = by * DCTSIZE * down / info->v_samp_factor;
        int y1 = ((by + 1) * DCTSIZE * down + info->v_samp_factor - 1) / info->v_samp_factor;
        JBLOCKROW to = work->old.mem->access_virt_barray((j_common_ptr)&work->old, old, by, 1, TRUE)[0];
        JBLOCKROW from = work->made.mem->access_virt_barray((j_common_ptr)&work->made, made, by, 1, FALSE)[0];
        for (JDIMENSION bx = 0; bx < info->width_in_blocks; bx++) {
            int x0 = bx * DCTSIZE * across / info->h_samp_factor;
            int x1 = ((bx + 1) * DCTSIZE * across + info->h_samp_factor - 1) / info->h_samp_factor;
            if (is_touched(work->encoding->touched, x0, x1, y0, y1))
                memcpy(to[bx], from[bx], sizeof to[bx]);
        }
    }
}

/** Coefficients are read whole before anything is written; a file that is cut short or damaged fails here. */
static void write_replaced(Work *work)
{
    open_reader(work, &work->made, work->copy.bytes, work->copy.size);
    jvirt_barray_ptr *old = jpeg_read_coefficients(&work->old);
    if (work->errors.num_warnings)
        leave((j_common_ptr)&work->old);
    jvirt_barray_ptr *made = jpeg_read_coefficients(&work->made);
    for (int c = 0; c < work->old.num_components; c++)
        replace_blocks(work, c, old[c], made[c]);
    work->out.err = &work->errors;
    work->out.client_data = work;
    jpeg_create_compress(&work->out);
    jpeg_stdio_dest(&work->out, work->to);
    jpeg_copy_critical_parameters(&work->old, &work->out);
    /* Files of cameras have Exif in JFIF's place. */
    work->out.write_JFIF_header = work->old.saw_JFIF_marker || !work->encoding->carried->exif;
    work->out.optimize_coding = TRUE;
    if (work->old.progressive_mode)
        jpeg_simple_progression(&work->out);
    jpeg_write_coefficients(&work->out, old);
    put_metadata(work);
    jpeg_finish_compress(&work->out);
}

static int replace(Work *work, DfEncoded *encoded)
{
    const DfStill *picture = work->encoding->picture;
    size_t pixels = df_size_mul(picture->width, picture->height);
    /* All coefficients of both files lie in memory, by two bytes. */
    if (df_size_mul(pixels, 4 * picture->colours) > df_memory_free())
        return -ENOMEM;
    int ret = written(work, &work->copy, make_copy);
    return ret ? ret : written(work, encoded, write_replaced);
}

/* ------------------------------------------------------------------------------------- encode -- */

static void close_work(Work *work)
{
    jpeg_destroy_decompress(&work->old);
    jpeg_destroy_decompress(&work->made);
    jpeg_destroy_compress(&work->maker);
    jpeg_destroy_compress(&work->out);
    free(work->copy.bytes);
    df_free(work->row);
}

static int encode(Work *work, DfEncoded *encoded)
{
    const DfStill *picture = work->encoding->picture;
    work->row = df_alloc(df_size_mul(picture->width, picture->colours));
    if (!work->row)
        return -ENOMEM;
    /* A JPEG that libjpeg does not read is made anew. */
    int known = picture->metadata.container == DF_JPEG ? guarded(work, read_old) : -EINVAL;
    if (known == -ENOMEM)
        return known;
    if (!known && matches_old(work) && !work->encoding->quality) {
        int ret = replace(work, encoded);
        if (ret != -EINVAL)
            return ret;
        free(encoded->bytes);
        *encoded = (DfEncoded){ 0 };
        jpeg_destroy_compress(&work->out);
    }
    return written(work, encoded, write_new);
}

int df_encode_jpeg(DfEncoded *encoded, const DfEncoding *encoding)
{
    Work work = { .encoding = encoding };
    if (encoding->picture->alpha && !df_picture_opaque(encoding->picture))
        return df_error(-EINVAL, "%s: cannot be written: JPEG has no place for what is transparent in the picture: "
                        "write a .png", encoding->path);
    if (encoding->picture->depth == 16)
        df_cli_note("%s: its 16 bits a sample become 8, as JPEG has them", encoding->path);
    jpeg_std_error(&work.errors);
    work.errors.error_exit = leave;
    work.errors.output_message = say_nothing;
    int ret = encode(&work, encoded);
    close_work(&work);
    if (ret == -ENOMEM)
        df_error(ret, "%s: out of memory while it was encoded", encoding->path);
    else if (ret < 0)
        df_error(ret, "%s: cannot be encoded as JPEG: %s", encoding->path, work.cause);
    return ret;
}
