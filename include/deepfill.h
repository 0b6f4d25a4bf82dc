/**
 * @file
 * libdeepfill: remove watermarks, logos, captions and objects from video frames.
 *
 * A model (DeepFillv2: Yu et al., "Free-Form Image Inpainting with Gated Convolution", ICCV 2019)
 * fills what a mask marks as a hole; nothing outside the grown and feathered hole is ever written.
 * The order of use, as samples/inpaint.c shows on one page:
 *
 *     deepfill_model_open()                      weights, once
 *     deepfill_open()                            workers for one kind of frame
 *     deepfill_mask_create()                     once per mask picture
 *     deepfill_sketch_create()                   once per sketch, for models trained with sketches
 *     deepfill_overlay_create()                  once per translucent overlay that is to be taken off
 *     deepfill_send(), deepfill_receive() ...    frames go in and come out in the same order
 *     deepfill_flush(), deepfill_receive() ...   until it is dry
 *     deepfill_close(), deepfill_mask_close(), deepfill_model_close()
 *
 * Ownership: a call that fails leaves every argument as it was, and owned by whom it was.
 *
 * Errors: functions that can fail return 0 or a positive result on success and a negative errno value
 * otherwise; deepfill_error() then has the first cause in words. -EAGAIN and -EPIPE of deepfill_send() and
 * deepfill_receive() are turns to take rather than failures and may have none.
 *
 * Sizes: structs of settings, frames and descriptions may grow at their end. Functions that take one are inline
 * and hand its size on to the library's own, whose name ends in _sized. Fields that the caller's struct lacks have
 * their defaults; fields that the library lacks are written as 0 and have to be 0, or the call fails with -EINVAL.
 * DeepfillFormat and DeepfillImage lie inside others and do not grow.
 *
 * Threads of OpenBLAS: models with partial convolutions, and all models with DEEPFILL_METHOD=direct in the
 * environment, call it; others leave it alone. Its pthread flavour has one process-wide thread count, which is
 * set to 1 when the first context of such a model opens, or its checkpoint file is tried, and restored when the
 * last one closes.
 */
#ifndef DEEPFILL_H
#define DEEPFILL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define DEEPFILL_API __attribute__((visibility("default")))
#else
#define DEEPFILL_API
#endif

/** Version of this header; deepfill_version() tells that of the library. */
#define DEEPFILL_VERSION_MAJOR 0
#define DEEPFILL_VERSION_MINOR 4
#define DEEPFILL_VERSION_PATCH 0

/** @return the library's version, "major.minor.patch" (static). Thread-safety: any thread. */
DEEPFILL_API const char *deepfill_version(void);

/**
 * What made the calling thread's latest libdeepfill call fail: one sentence that names the file or
 * object, what was expected and what was found.
 *
 * @return text valid until the thread's next libdeepfill call; "" when that call succeeded. After a
 *         deepfill_receive() whose result has an error: why that frame could not be filled.
 * Thread-safety: any thread; each has a text of its own.
 */
DEEPFILL_API const char *deepfill_error(void);

/* -------------------------------------------------------------------------------------- log -- */

/** What a message is for, from the gravest to the least. */
enum DeepfillLogLevel {
    DEEPFILL_LOG_ERROR,   /**< a failure; those of a call are told by its result and deepfill_error() instead */
    DEEPFILL_LOG_WARNING, /**< the result may not be what was wanted */
    DEEPFILL_LOG_INFO,    /**< what a user wants to know once */
    DEEPFILL_LOG_VERBOSE, /**< what was chosen, once a context */
    DEEPFILL_LOG_DEBUG,   /**< a line a frame: how it was filled */
};

/**
 * Receives messages of a context.
 *
 * @param opaque   DeepfillSettings.log_opaque
 * @param message  one line without its end, valid during the call; control characters are replaced by '?'
 * Thread-safety: called by any thread, workers too, and by several at a time; locks of the
 *                library may be held, so it must not call a function of a context.
 */
typedef void (*DeepfillLogCallback)(void *opaque, enum DeepfillLogLevel level, const char *message);

/* ------------------------------------------------------------------------------------ model -- */

/**
 * A network with its weights. Immutable once open.
 * Thread-safety: may be used by any number of contexts and threads at a time.
 */
typedef struct DeepfillModel DeepfillModel;

/** What a model is. Strings live as long as the model. */
typedef struct DeepfillModelInfo {
    const char *name;      /**< a built-in model's name, or the path as given */
    const char *container; /**< how the file is packed: "safetensors", "PyTorch zip", "TensorFlow", ... */
    const char *variant;   /**< whose names its tensors have: "deepfill" (this project's), "official",
                                "mmagic", ... */
    const char *semantics; /**< whose network it is, which need not be the same: how it pads, samples, orders
                                colours: "official", "stride", "mmagic", ... */
    int cnum;              /**< width: channels of the first convolution (published: 48) */
    int input_channels;    /**< of the first convolution: colours, ones, mask, and a sketch where it takes
                                one */
    int sketch;            /**< 1: takes a DeepfillSketch; 0: was trained without */
    int alignment;         /**< sides of a region are multiples of this, in pixels */
    int least_side;        /**< least side of a region, in pixels */
    int size;              /**< longest side at which the model works well, in pixels */
    int64_t parameters;    /**< number of weights and biases */
} DeepfillModelInfo;

/**
 * Tell cheaply whether deepfill_model_open() has something to open: a built-in model's name or a
 * readable regular file (of a TensorFlow checkpoint also its prefix or folder). The file's contents are not
 * looked at.
 *
 * @return 0, -ENOENT, -EACCES or -EINVAL (not a regular file). Thread-safety: any thread.
 */
DEEPFILL_API int deepfill_model_exists(const char *name);

/**
 * Open a built-in model ("small", or "sketch", which takes a DeepfillSketch) or a checkpoint file of this project or
 * another; whose it is, is told by its tensors' names and shapes. A file's network fills a small test picture once, so
 * that weights which can only paint flat holes are refused here.
 *
 * @param[out] model      the model; to be closed with deepfill_model_close()
 * @param      name       a built-in model's name, or else a file's path; a TensorFlow checkpoint may be named
 *                        by its index, without that ending, or by its folder
 * @param      semantics  what cannot be told from a file: a name as in DeepfillModelInfo, "rgb" or "bgr" for
 *                        the order of its colours, or both joined by "+": "official+rgb"; NULL or "auto": as
 *                        its project does
 * @return 0; -ENOENT and the like where the file cannot be read, -EINVAL where it holds no model that
 *         this library knows or the semantics do not fit it, -EDOM where its network makes a flat colour, black
 *         and white alone, or no numbers of a picture: its weights are damaged or wrongly scaled; -ENOMEM.
 *         Thread-safety: any thread.
 */
DEEPFILL_API int deepfill_model_open(DeepfillModel **model, const char *name, const char *semantics);

/** Describe an open model. Thread-safety: any thread. */
static inline void deepfill_model_info(const DeepfillModel *model, DeepfillModelInfo *info);

/**
 * Give up a model and set *model to NULL; contexts that use it keep it alive. NULL is fine.
 * Thread-safety: any thread, once per opened model.
 */
DEEPFILL_API void deepfill_model_close(DeepfillModel **model);

/* ------------------------------------------------------------------------------------- mask -- */

/**
 * The hole of one mask picture, grown and feathered, for frames of one size. Immutable, counted.
 * Make it once per mask picture and pass it with every frame that the picture belongs to.
 * Thread-safety: may be used by any number of contexts and threads at a time.
 */
typedef struct DeepfillMask DeepfillMask;

/** Values of a soft mask that count as black (at most) and as white (at least), so that limited range serves, too. */
#define DEEPFILL_SOFT_BLACK 20
#define DEEPFILL_SOFT_WHITE 235

/** How a mask picture becomes a hole. deepfill_mask_defaults() sets every field. */
typedef struct DeepfillMaskSettings {
    int width, height; /**< size of the video frame, in pixels, 1..32768; no default */
    float threshold;   /**< a value / 255 above this is in the hole, 0..1; default 0.5 */
    int invert;        /**< 1: values at or below the threshold are; default 0 */
    int dilate;        /**< Euclidean distance by which the hole grows, in pixels, 0..256; default 4 */
    int feather;       /**< width of the blend from fill to picture, outside the grown hole, in pixels, 0..256, where
                            frames are filled each by itself or soft is 1; a fill from other frames fits at the
                            hole's edge and changes nothing beyond it; default 4 */
    int soft;          /**< 1: the picture's greys are its own feather: the share of the fill grows from 0 at
                            DEEPFILL_SOFT_BLACK to 1 at DEEPFILL_SOFT_WHITE, and nothing of a pixel that is not
                            black counts as known; threshold is not looked at, dilate and feather (0 leave the
                            picture's edge as it is) grow from white; default 0 */
} DeepfillMaskSettings;

/** What a mask came to. */
typedef struct DeepfillMaskInfo {
    double hole;  /**< fraction of the frame inside the grown hole, 0..1 */
    double greys; /**< fraction of the picture's values in 26..229: near 0 in a clean mask */
    double ramps; /**< fraction, of runs of such values along rows, of those that lead from black to white
                       without turning: near 1 where they are soft edges, near 0 in a photograph */
    int scaled;   /**< 1 where the picture had another size than the frame */
    int first_row, end_row; /**< rows that may be written: y with first_row <= y < end_row; equal where there
                                 is no hole. DEEPFILL_SHOW_REGIONS may write to others, too */
} DeepfillMaskInfo;

/** Set every field to its default, the size to width x height. */
static inline void deepfill_mask_defaults(DeepfillMaskSettings *settings, int width, int height);

/**
 * Make a mask from an 8-bit full-range picture; a picture of another size than the frame is scaled
 * (nearest neighbour). The picture is not kept.
 *
 * @param[out] mask      the mask, with one reference; to be given up with deepfill_mask_close()
 * @param      settings  the frame's size and what counts as hole
 * @param      data      first row of the picture: height rows of width bytes, stride bytes apart
 * @return 0; -EINVAL (a setting or size out of range), -ENOMEM. Thread-safety: any thread.
 */
static inline int deepfill_mask_create(DeepfillMask **mask, const DeepfillMaskSettings *settings,
                                       const uint8_t *data, ptrdiff_t stride, int width, int height);

/** Describe a mask. Thread-safety: any thread. */
static inline void deepfill_mask_info(const DeepfillMask *mask, DeepfillMaskInfo *info);

/** @return the mask itself, with one reference more. Thread-safety: any thread. */
DEEPFILL_API DeepfillMask *deepfill_mask_ref(DeepfillMask *mask);

/** Give up one reference and set *mask to NULL. NULL is fine. Thread-safety: any thread. */
DEEPFILL_API void deepfill_mask_close(DeepfillMask **mask);

/* ---------------------------------------------------------------------------------- sketches -- */

/**
 * Lines that a hole's fill is to follow, for models trained with a sketch (DeepfillModelInfo.sketch) and
 * frames of one size. Immutable, counted. Make it once per picture and pass it with every frame that it
 * belongs to: where a frame's sketch has other lines in the hole than the one before, nothing that was
 * synthesised before is used again.
 * Thread-safety: may be used by any number of contexts and threads at a time.
 */
typedef struct DeepfillSketch DeepfillSketch;

/** What a sketch came to. */
typedef struct DeepfillSketchInfo {
    double lines; /**< fraction of the frame that lies on a line, 0..1: small in a drawing */
    int scaled;   /**< 1 where the picture had another size than the frame */
} DeepfillSketchInfo;

/**
 * Make a sketch from an 8-bit full-range picture: a value / 255 above 0.6 is a line, as in the network's
 * original. A picture of another size than the frame is scaled (nearest neighbour). The picture is not kept.
 *
 * @param[out] sketch        the sketch, with one reference; to be given up with deepfill_sketch_close()
 * @param      frame_width   size of the video frame, in pixels, 1..32768
 * @param      data          first row of the picture: height rows of width bytes, stride bytes apart
 * @return 0; -EINVAL (a size out of range), -ENOMEM. Thread-safety: any thread.
 */
DEEPFILL_API int deepfill_sketch_create(DeepfillSketch **sketch, int frame_width, int frame_height,
                                        const uint8_t *data, ptrdiff_t stride, int width, int height);

/** Describe a sketch. Thread-safety: any thread. */
static inline void deepfill_sketch_info(const DeepfillSketch *sketch, DeepfillSketchInfo *info);

/** @return the sketch itself, with one reference more. Thread-safety: any thread. */
DEEPFILL_API DeepfillSketch *deepfill_sketch_ref(DeepfillSketch *sketch);

/** Give up one reference and set *sketch to NULL. NULL is fine. Thread-safety: any thread. */
DEEPFILL_API void deepfill_sketch_close(DeepfillSketch **sketch);

/* ---------------------------------------------------------------------------------- overlays -- */

/**
 * A translucent overlay, a watermark through which the picture shines: y = (1 - a) x + a c is seen, with x the picture,
 * a the opacity and c the colour of a pixel, in the frame's codes. It is taken off by that equation: what it restores
 * is noisy, by 1 / (1 - a) more than the codes are, and is mixed with what a fill makes of the same pixel by the
 * variance of both. Pixels of opacity .95 and more, and codes that may have been clipped, are filled.
 * Immutable, counted. Thread-safety: may be used by any number of contexts and threads at a time.
 */
typedef struct DeepfillOverlay DeepfillOverlay;

/** What an overlay came to. */
typedef struct DeepfillOverlayInfo {
    int x, y, width, height; /**< the smallest rectangle around it in the frame, in pixels */
    double opacity;          /**< mean over its pixels, 0..1 */
    double opaque;           /**< fraction of them of an opacity of .95 and more, which are filled */
    double cover;            /**< fraction of the frame that it covers */
} DeepfillOverlayInfo;

/**
 * Make an overlay of a picture. The picture is not kept.
 *
 * @param[out] overlay  the overlay, with one reference; to be given up with deepfill_overlay_close()
 * @param      frame_width, frame_height  size of the video frame, in pixels, 1..32768
 * @param      x, y     where in the frame the picture's first pixel lies; what lies beyond the frame is left out
 * @param      rgba     first row of the picture: height rows of width pixels, each red, green, blue and alpha
 *                      (straight, not premultiplied) of full range, native-endian
 * @param      stride   bytes from a row to the next
 * @return 0; -EINVAL (a size out of range; no pixel in the frame has any alpha; the whole frame is hidden), -ENOMEM.
 *         Thread-safety: any thread.
 */
DEEPFILL_API int deepfill_overlay_create(DeepfillOverlay **overlay, int frame_width, int frame_height, int x, int y,
                                         const uint16_t *rgba, ptrdiff_t stride, int width, int height);

/**
 * Make an overlay of a logo data file (.lgd, of AviUtl's logo plugins; version 0.1 or 0.2), which has its place in the
 * frame, its colours in the film's own matrix and an opacity of each plane. Of several logos the first is taken.
 *
 * @param data  the file's bytes, untrusted; not kept
 * @return 0; -EINVAL (no such file, or cut short, or as deepfill_overlay_create()), -ENOMEM. Thread-safety: any thread.
 */
DEEPFILL_API int deepfill_overlay_read(DeepfillOverlay **overlay, int frame_width, int frame_height,
                                       const uint8_t *data, size_t size);

/**
 * The part of an overlay that a field of its frames has: the rows of one parity, for frames of half the height.
 *
 * @param[out] field_overlay  with one reference; NULL: the field has no part in it
 * @param      field          0: rows 0, 2, 4 ...; 1: rows 1, 3, 5 ...
 * @return 0, -EINVAL (field), -ENOMEM. Thread-safety: any thread.
 */
DEEPFILL_API int deepfill_overlay_field(DeepfillOverlay **field_overlay, const DeepfillOverlay *overlay, int field);

/** Describe an overlay. Thread-safety: any thread. */
static inline void deepfill_overlay_info(const DeepfillOverlay *overlay, DeepfillOverlayInfo *info);

/** @return the overlay itself, with one reference more. Thread-safety: any thread. */
DEEPFILL_API DeepfillOverlay *deepfill_overlay_ref(DeepfillOverlay *overlay);

/** Give up one reference and set *overlay to NULL. NULL is fine. Thread-safety: any thread. */
DEEPFILL_API void deepfill_overlay_close(DeepfillOverlay **overlay);

/* ------------------------------------------------------------------------------------ frames -- */

/** What the planes of an image are. */
enum DeepfillLayout {
    DEEPFILL_GRAY, /**< plane 0: luma */
    DEEPFILL_YUV,  /**< planes 0..2: luma, blue and red difference */
    DEEPFILL_RGB,  /**< planes 0..2: red, green, blue */
    DEEPFILL_PACKED_RGB,  /**< plane 0: red, green and blue, side by side; frames of these four are copied to planes
                               as they are sent, and what has changed is written back as they are received */
    DEEPFILL_PACKED_BGR,  /**< plane 0: blue, green and red */
    DEEPFILL_PACKED_RGBA, /**< plane 0: red, green, blue and a fourth sample, which is never touched */
    DEEPFILL_PACKED_BGRA, /**< plane 0: blue, green, red and a fourth sample, which is never touched */
};

/** How YUV is made of RGB; the values are those of ITU-T H.273 (and of FFmpeg's AVColorSpace). */
enum DeepfillMatrix {
    DEEPFILL_MATRIX_BT709 = 1,
    DEEPFILL_MATRIX_UNSPECIFIED = 2, /**< taken as BT.709 from 720 lines up, else as BT.601 */
    DEEPFILL_MATRIX_FCC = 4,
    DEEPFILL_MATRIX_BT470BG = 5,   /**< BT.601, 625 lines */
    DEEPFILL_MATRIX_SMPTE170M = 6, /**< BT.601, 525 lines */
    DEEPFILL_MATRIX_SMPTE240M = 7,
    DEEPFILL_MATRIX_YCGCO = 8,
    DEEPFILL_MATRIX_BT2020_NCL = 9, /**< any other value is taken as unspecified */
};

/** The kind of a frame. */
typedef struct DeepfillFormat {
    int width, height; /**< in luma samples, 1..32768 */
    enum DeepfillLayout layout;
    int depth;      /**< bits a sample, 8..16; above 8 a sample is a native-endian uint16_t, its value
                         in the low bits */
    int sub_x;      /**< log2 of the horizontal chroma subsampling, 0..2; 0 unless YUV */
    int sub_y;      /**< log2 of the vertical chroma subsampling, 0..2; 0 unless YUV */
    int full_range; /**< 1: 0..2^depth-1; 0: limited ("TV") range. RGB is always full */
    int matrix;     /**< an enum DeepfillMatrix; ignored unless YUV */
} DeepfillFormat;

/** Planes of samples that somebody else owns. An alpha plane need not be named: it is never touched. Of gray and packed
    images plane 0 alone is read. */
typedef struct DeepfillImage {
    DeepfillFormat format;
    uint8_t *data[3];    /**< first sample of each plane's first row */
    ptrdiff_t stride[3]; /**< bytes from a row to the next; may be negative */
} DeepfillImage;

/** What to put into the frame. */
enum DeepfillShow {
    DEEPFILL_SHOW_FILL,    /**< the filled hole */
    DEEPFILL_SHOW_MASK,    /**< the hole tinted, its feather fainter; the network does not run */
    DEEPFILL_SHOW_REGIONS, /**< as MASK, with the outline of every box that deepfill_boxes() names: those in which
                                the network fills the whole hole, as it does without temporal. With it the network
                                gets boxes around what no other frame shows, which are known only once the frame
                                is filled. The network does not run */
    DEEPFILL_SHOW_COARSE,  /**< what the network's first stage makes of the hole, frame by frame */
    DEEPFILL_SHOW_SOURCES, /**< the filled hole, each pixel tinted by where it came from: green a frame
                                before, blue a frame after, yellow what was synthesised before, red the
                                network now, violet where an overlay was taken off and that has more say than the fill.
                                Without temporal all the rest is red */
    DEEPFILL_SHOW_FRAME,   /**< the frame as it is: nothing of it is written, by DeepfillSettings.dilate_time neither;
                                others may take from it what its mask does not mark */
    DEEPFILL_SHOW_OVERLAY, /**< the frame's overlay as heat, by opacity: from blue by green to red, which is filled; a
                                frame without one is left as it is. The network does not run */
};

/** One frame on its way in. */
typedef struct DeepfillFrame {
    DeepfillImage image;    /**< lent until the frame is received; the hole in it is written */
    DeepfillMask *mask;     /**< the hole; NULL: the frame passes untouched, unless dilate_time is set. A reference is
                                 taken */
    enum DeepfillShow show; /**< default DEEPFILL_SHOW_FILL */
    void *opaque;           /**< comes back with the result */
    DeepfillSketch *sketch; /**< lines that the network follows inside the hole; NULL: none are drawn. A
                                 reference is taken */
    DeepfillMask *keep_out; /**< its hole is no source for others, nor looked at for motion or grain: a clock, a ticker,
                                 a second logo. It is filled where `mask` has it, too; NULL: nothing. A reference is
                                 taken */
    DeepfillOverlay *overlay; /**< to be taken off; `mask` adds holes, and may be NULL. Its pixels are no source for
                                   others; frames without it show what it hides. NULL: none. A reference is taken */
} DeepfillFrame;

/** One frame on its way out. */
typedef struct DeepfillResult {
    void *opaque;   /**< from the frame */
    int error;      /**< 0, or why this frame could not be filled: then it was not written at all, and
                         deepfill_error() has the cause */
    int boxes;      /**< regions that the network filled */
    int no_context; /**< of these, how many held no known pixel: filled from nothing */
    double hole;    /**< fraction of the frame inside the grown hole; 0 where it passed untouched */
    double network; /**< fraction of the hole's pixels that the network filled in this frame, 0..1; 1
                         where frames are filled each by itself, 0 where none was filled */
    int cut;        /**< 1: the frame begins a shot, as far as holes tell: motion is looked at around them. The frames
                         before it and those from it on are filled as they are without each other. 2: it begins one,
                         but a mask was judged, or grew in time, across the cut. 0: it begins none; also without
                         temporal */
    double overlay; /**< how much of its overlay the frame had, 0..1; that was taken off. -1: none was given or
                         learnt */
} DeepfillResult;

/* ----------------------------------------------------------------------------------- context -- */

/**
 * Workers that fill frames of one kind.
 * Thread-safety: one thread at a time; its workers are its own affair.
 */
typedef struct DeepfillContext DeepfillContext;

/**
 * Says that deepfill_receive() has a frame without waiting, so that a program need neither wait in it nor ask again
 * and again: after a call, receive with wait = 0 until it returns -EAGAIN. Every frame is told of, but one call may
 * tell of several, and one may come when nothing is left to receive.
 *
 * Thread-safety: called by a worker, or within deepfill_send() and deepfill_flush(); by several threads at a time; no
 * lock of the library is held. It must not call a function of the context, but signal the thread that does. A
 * lock that it takes must not be held during a call of a function of the context. After deepfill_close() has
 * returned it is not called.
 */
typedef void (*DeepfillReadyCallback)(void *opaque);

/** DeepfillSettings.ahead's default: what a hole hides for longer, 1.6 s of film, is as well synthesised. */
#define DEEPFILL_DEFAULT_AHEAD 40

/** How a context works. deepfill_defaults() sets every field. */
typedef struct DeepfillSettings {
    DeepfillModel *model;  /**< the network; a reference is taken; no default */
    DeepfillFormat format; /**< of all frames; matrix and full_range may differ from frame to frame */
    int size;    /**< longest side at which the network works, in pixels, 64..4096; default 0: the model's
                      own */
    int workers; /**< threads that fill frames, or boxes of one, at a time, 1..256; where they are more than
                      frames in flight, several share a box; default 0: as many as CPUs at hand */
    int delay;   /**< most frames held back for the workers' sake, 0..1024; 0: a frame comes out before
                      the next goes in, unless ahead holds it, and all workers, at most 16, share it, each with
                      memory for all; default -1: as many as workers. No pixel depends on it */
    int temporal; /**< 1 (default): a hole is filled first with what other frames show, then with what was
                       synthesised before, and by the network only for what is left; 0: each frame by
                       itself */
    int ahead;    /**< most frames that each frame looks ahead for what they show, 0..1024; a frame waits for
                       fewer where its shot ends, where memory holds no more, or where each pixel of its hole is
                       seen in a nearer frame than any that may come; 0: none, for live use; default -1:
                       DEEPFILL_DEFAULT_AHEAD. 0 without temporal */
    int memory;   /**< MiB for all that is held for other frames: frames in flight, copies of what surrounds their
                       holes, motion, plans; 1..1048576; default 512. A frame given in is the caller's, but counts.
                       Where it is short, frames look less far ahead, and the fill of a frame may differ. What is
                       needed in any case (some twelve frames and the maps of their holes) is held all the same, and
                       what workers need to fill a frame comes on top. With ahead = 0 a quarter of it is the most that
                       sources from before take */
    int preview;  /**< 1: for looking at masks: frames may show MASK, REGIONS, COARSE, FRAME or OVERLAY alone, no frame
                       looks at others, and temporal and ahead are taken as 0; default 0 */
    enum DeepfillLogLevel log_level; /**< the most verbose level that log receives; default DEEPFILL_LOG_INFO */
    DeepfillLogCallback log; /**< receives messages until deepfill_close() returns; default NULL: silent */
    void *log_opaque;        /**< handed to log; default NULL */
    DeepfillReadyCallback ready; /**< told when a frame can be received; default NULL: nobody is told */
    void *ready_opaque;          /**< handed to ready; default NULL */
    int grain;    /**< 1 (default): a fill has the grain of what is around it, new in each frame: as much as what was
                       synthesised, or interpolated, lacks of it; where there is none nothing is added; 0: none */
    int texture;  /**< 1 (default): what the network fills gets the texture of the known pixels around it, so that it
                        is not softer than they are; 0: it stays as the network makes it */
    int dilate_time; /**< frames by which parts of the hole that come or go as a whole grow in time, 0..64: those before
                          such a part and after it are filled there, too, whatever their own mask, but those that show
                          FRAME; at most `ahead` frames before it; default 0 */
    int overlay_fade; /**< 1 (default): how much of its overlay a frame has, from none to all, is estimated frame by
                           frame, and a frame that has none is left as it is; 0: all, always */
    int overlay_estimate; /**< 1: opacity and colour of an overlay are learnt on the way, from pixels that other frames
                               have shown: that of DeepfillFrame.overlay is made better by it; without one, what lies in
                               the mask is taken for one as soon as it is known, which begins anew where the rectangle
                               around the mask changes. With temporal alone; default 0 */
    int shots; /**< 1: shots are told by DeepfillResult.cut, with the masks that a fill has, and nothing is filled or
                    planned: all frames show FRAME. With temporal alone; default 0 */
} DeepfillSettings;

/** What a context chose. */
typedef struct DeepfillInfo {
    int size, workers, delay; /**< as in DeepfillSettings, defaults replaced by what was chosen */
    int temporal, ahead, memory; /**< so are these */
    const char *cpu;          /**< kernels in use: "c", "avx2", "avx512" or "neon" (static) */
    const char *blas;         /**< the matrix library, its flavour and core (static); NULL: the model does not
                                   call it */
    const char *warning;      /**< NULL, or a sentence on what makes this set-up slow or is ignored (static) */
    int preview;              /**< as in DeepfillSettings */
    int grain, texture;       /**< so are these */
    int reserved; /**< not written: no field may be followed by padding */
} DeepfillInfo;

/** A region that the network works on, in frame coordinates; parts beyond the frame are reflected. */
typedef struct DeepfillBox {
    int x, y, width, height;    /**< in the frame, in pixels */
    int net_width, net_height;  /**< the network's working size, in pixels */
    size_t workspace;           /**< bytes that a worker needs for it */
} DeepfillBox;

/** Set every field to its default, the model and format to those given. */
static inline void deepfill_defaults(DeepfillSettings *settings, DeepfillModel *model,
                                     const DeepfillFormat *format);

/**
 * Start the workers.
 *
 * @param[out] ctx  the context; to be closed with deepfill_close()
 * @return 0; -EINVAL (a setting or format out of range), -ENOMEM, -EAGAIN (no thread to be had).
 */
static inline int deepfill_open(DeepfillContext **ctx, const DeepfillSettings *settings);

/** Describe an open context. */
static inline void deepfill_info(const DeepfillContext *ctx, DeepfillInfo *info);

/**
 * @return the most frames that may have been sent and cannot be received yet: delay where none is looked ahead, else
 *         2 * delay + ahead and a few more. A bound: by DeepfillSettings.ahead and .memory most frames can be
 *         received sooner
 */
DEEPFILL_API int deepfill_delay(const DeepfillContext *ctx);

/**
 * The boxes that a frame with this mask would be filled in if it were sent now.
 *
 * @param[out] boxes  the first `max` of them; may be NULL where max is 0
 * @return their number, which may exceed max; -EINVAL (mask of another size), -ENOMEM
 */
static inline int deepfill_boxes(DeepfillContext *ctx, const DeepfillMask *mask, DeepfillBox *boxes, int max);

/**
 * Hand in a frame. Its planes are lent to the context until the frame is received or the context
 * closed; they are written only inside the grown and feathered hole. Where frames are looked ahead and work under way
 * decides whether there is room, the end of its step is waited for: some milliseconds, at 4K up to a second.
 *
 * @return 0; -EAGAIN: full, receive first: deepfill_receive() with wait = 1 then has a frame; -EPIPE: after
 *         deepfill_flush(); -EINVAL: the frame, mask or sketch is not of the context's kind, or the model takes no
 *         sketch; -ENOMEM.
 */
static inline int deepfill_send(DeepfillContext *ctx, const DeepfillFrame *frame);

/**
 * Take the oldest frame back. Frames come in the order in which they were sent, and all of them come.
 *
 * @param wait  0: only where it is finished; 1: wait for it
 * @return 0; -EAGAIN: none is finished (wait = 0) or none can be before more are sent;
 *         -EPIPE: flushed and dry. A frame that could not be filled returns 0 and sets result->error.
 */
static inline int deepfill_receive(DeepfillContext *ctx, DeepfillResult *result, int wait);

/** Say that no frame follows. */
DEEPFILL_API void deepfill_flush(DeepfillContext *ctx);

/**
 * Forget the frames in flight and all that was seen, as after a seek: the context is as if just opened, also after
 * deepfill_flush(). Waits for work that is under way. The planes of frames that were not received are the caller's
 * again; their holes are in an undefined state.
 */
DEEPFILL_API void deepfill_reset(DeepfillContext *ctx);

/**
 * Stop the workers, forget the frames in flight (their planes are the caller's again, the hole in an
 * undefined state) and set *ctx to NULL. NULL is fine.
 */
DEEPFILL_API void deepfill_close(DeepfillContext **ctx);

/* ------------------------------------------------------------------------------------- sizes -- */

/*
 * What the inline functions call: `size` is that of the struct handed over (of one box). Programs in other
 * languages call these with the size of the struct that they lay out.
 */
DEEPFILL_API void deepfill_model_info_sized(const DeepfillModel *model, DeepfillModelInfo *info, size_t size);
DEEPFILL_API void deepfill_mask_defaults_sized(DeepfillMaskSettings *settings, int width, int height, size_t size);
DEEPFILL_API int deepfill_mask_create_sized(DeepfillMask **mask, const DeepfillMaskSettings *settings,
                                            const uint8_t *data, ptrdiff_t stride, int width, int height,
                                            size_t size);
DEEPFILL_API void deepfill_mask_info_sized(const DeepfillMask *mask, DeepfillMaskInfo *info, size_t size);
DEEPFILL_API void deepfill_sketch_info_sized(const DeepfillSketch *sketch, DeepfillSketchInfo *info, size_t size);
DEEPFILL_API void deepfill_overlay_info_sized(const DeepfillOverlay *overlay, DeepfillOverlayInfo *info, size_t size);
DEEPFILL_API void deepfill_defaults_sized(DeepfillSettings *settings, DeepfillModel *model,
                                          const DeepfillFormat *format, size_t size);
DEEPFILL_API int deepfill_open_sized(DeepfillContext **ctx, const DeepfillSettings *settings, size_t size);
DEEPFILL_API void deepfill_info_sized(const DeepfillContext *ctx, DeepfillInfo *info, size_t size);
DEEPFILL_API int deepfill_boxes_sized(DeepfillContext *ctx, const DeepfillMask *mask, DeepfillBox *boxes,
                                      int max, size_t size);
DEEPFILL_API int deepfill_send_sized(DeepfillContext *ctx, const DeepfillFrame *frame, size_t size);
DEEPFILL_API int deepfill_receive_sized(DeepfillContext *ctx, DeepfillResult *result, int wait, size_t size);

static inline void deepfill_model_info(const DeepfillModel *model, DeepfillModelInfo *info)
{
    deepfill_model_info_sized(model, info, sizeof *info);
}

static inline void deepfill_mask_defaults(DeepfillMaskSettings *settings, int width, int height)
{
    deepfill_mask_defaults_sized(settings, width, height, sizeof *settings);
}

static inline int deepfill_mask_create(DeepfillMask **mask, const DeepfillMaskSettings *settings,
                                       const uint8_t *data, ptrdiff_t stride, int width, int height)
{
    return deepfill_mask_create_sized(mask, settings, data, stride, width, height, sizeof *settings);
}

static inline void deepfill_mask_info(const DeepfillMask *mask, DeepfillMaskInfo *info)
{
    deepfill_mask_info_sized(mask, info, sizeof *info);
}

static inline void deepfill_sketch_info(const DeepfillSketch *sketch, DeepfillSketchInfo *info)
{
    deepfill_sketch_info_sized(sketch, info, sizeof *info);
}

static inline void deepfill_overlay_info(const DeepfillOverlay *overlay, DeepfillOverlayInfo *info)
{
    deepfill_overlay_info_sized(overlay, info, sizeof *info);
}

static inline void deepfill_defaults(DeepfillSettings *settings, DeepfillModel *model,
                                     const DeepfillFormat *format)
{
    deepfill_defaults_sized(settings, model, format, sizeof *settings);
}

static inline int deepfill_open(DeepfillContext **ctx, const DeepfillSettings *settings)
{
    return deepfill_open_sized(ctx, settings, sizeof *settings);
}

static inline void deepfill_info(const DeepfillContext *ctx, DeepfillInfo *info)
{
    deepfill_info_sized(ctx, info, sizeof *info);
}

static inline int deepfill_boxes(DeepfillContext *ctx, const DeepfillMask *mask, DeepfillBox *boxes, int max)
{
    return deepfill_boxes_sized(ctx, mask, boxes, max, sizeof *boxes);
}

static inline int deepfill_send(DeepfillContext *ctx, const DeepfillFrame *frame)
{
    return deepfill_send_sized(ctx, frame, sizeof *frame);
}

static inline int deepfill_receive(DeepfillContext *ctx, DeepfillResult *result, int wait)
{
    return deepfill_receive_sized(ctx, result, wait, sizeof *result);
}

#ifdef __cplusplus
}
#endif

#endif
