/**
 * @file
 * `deepfill fill`: holes of still pictures, as one region, which is what the original projects do, or in regions
 * as the filter does it.
 */
#ifndef DF_CLI_FILL_H
#define DF_CLI_FILL_H

#include "cli/picture.h"
#include "deepfill.h"

/* ---------------------------------------------------------------------------------- the network -- */

/** What is to be filled, and how. */
typedef struct DfFillJob {
    DeepfillModel *model;
    const DeepfillMask *mask;     /**< of the picture's size */
    const DeepfillSketch *sketch; /**< of the picture's size; NULL: none. The model takes one */
    int coarse;                   /**< 1: what the first stage makes of it */
    int grain;                    /**< 1: the fill has the grain around it, but for `coarse` and `exact` */
    int texture;                  /**< 1: it gets texture, but for these */
    int exact;                    /**< 1: the pixels that the original project would write, known ones too */
    const char *name;             /**< of the picture, for messages */
} DfFillJob;

/** What came of it. */
typedef struct DfFillReport {
    int regions;       /**< that the network filled; 0: no hole */
    int width, height; /**< of the largest of them as the network saw it, in pixels */
} DfFillReport;

/**
 * Fill the whole picture as one region: beyond its right and lower edges it is reflected to sides that the
 * model takes. Says what memory it needs where that is much, and refuses what is not to be had. With `exact`,
 * the picture is replaced by one of 8-bit RGB, cut down to the alignment where the original does so.
 * @return 0 or a negative errno
 */
int df_fill_whole(const DfFillJob *job, DfStill *still, DfFillReport *report);

/** Fill the picture's hole in regions, through the public API. @return 0 or a negative errno */
int df_fill_regions(const DfFillJob *job, DfStill *still, DfFillReport *report);

/* --------------------------------------------------------------------------------- what is asked -- */

/** What was asked for on the command line; texts are the caller's. */
typedef struct DfFillWish {
    const char *out;               /**< a file, or the folder of several */
    const char *mask;              /**< a file, or a folder of masks; NULL: `boxes` are */
    const char *boxes;             /**< as df_picture_boxes() reads them */
    const char *model, *semantics; /**< as deepfill_model_open() takes them */
    const char *sketch;            /**< a file; NULL: none */
    int coarse, exact, regions, invert, soft, grain, texture;
    int quality;                   /**< as in DfWriting */
    double threshold;              /**< -1: the default */
    int dilate, feather;           /**< -1: the default */
} DfFillWish;

/** A picture to be filled. */
typedef struct DfFillItem {
    char *image, *out;  /**< names, from df_alloc() */
    char *mask_found;   /**< the name of this picture's own mask, from df_alloc(); NULL: `mask` is shared */
    const char *mask;   /**< the mask's name; NULL: boxes are it */
    char *problem;      /**< why it cannot be filled, from df_alloc(); NULL: none known */
} DfFillItem;

/** The pictures to be filled, in the order in which they will be. */
typedef struct DfFillList {
    DfFillItem *items;
    size_t count;
    int several; /**< 1: the output is a folder, even for one picture; 0: it is a file */
} DfFillList;

/**
 * Find the pictures: names are files, or folders all of whose pictures are meant. Makes the output's folder,
 * where one is wanted and not there yet.
 * @param[out] list  to be freed, in any case   @return 0 or a negative errno
 */
int df_fill_list(DfFillList *list, const DfFillWish *wish, char **names, int count);

void df_fill_list_free(DfFillList *list);

/** @return whether `count` names are to be filled into a folder. */
int df_fill_several(const DfFillWish *wish, char **names, int count);

/** @return whether there is a folder of that name. */
int df_fill_is_folder(const char *path);

/* ---------------------------------------------------------------------------------- one picture -- */

/** What stays from picture to picture; all zero at first. */
typedef struct DfFillWork {
    DeepfillModel *model;
    DeepfillMask *mask;     /**< of the last picture, and what it was made from and for */
    const char *mask_name;
    DeepfillSketch *sketch; /**< the same */
    int width, height;
    DfTurn turn;
    int quiet;              /**< 1: no line on the standard output for a picture that was filled */
} DfFillWork;

/** Open the model, and see whether it can do what is asked of it. @return 0 or a negative errno */
int df_fill_open(DfFillWork *work, const DfFillWish *wish);

void df_fill_close(DfFillWork *work);

/** Read a picture and its mask, fill it, write it, tell of it. @return 0 or a negative errno */
int df_fill_one(DfFillWork *work, const DfFillWish *wish, const DfFillItem *item);

/* -------------------------------------------------------------------------------- many pictures -- */

/**
 * Fill a list, and tell how far it is: a bar on the standard error where that is a terminal. A picture that
 * fails is named, the others go on. @return how many failed
 */
size_t df_fill_all(DfFillWork *work, const DfFillWish *wish, const DfFillList *list);

#endif
