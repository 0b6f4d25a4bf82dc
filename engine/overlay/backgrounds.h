/**
 * @file
 * Which frames show the same background: what stands still in all of a film's frames is known to be laid over them
 * only as far as the backgrounds are other ones.
 */
#ifndef DF_OVERLAY_BACKGROUNDS_H
#define DF_OVERLAY_BACKGROUNDS_H

/** Blocks across and down of the grid of means that stands for a frame. */
#define DF_GRID_X 32
#define DF_GRID_Y 18
#define DF_GRID (DF_GRID_X * DF_GRID_Y)

/** Backgrounds that are remembered; later ones are not looked for among earlier ones. */
#define DF_BACKGROUNDS_MOST 512

/** Means of a frame's blocks, about their own mean, and their energy. */
typedef struct DfGrid {
    float means[DF_GRID];
    float energy; /**< sum of their squares */
} DfGrid;

/** The backgrounds seen so far; all zero at first. */
typedef struct DfBackgrounds {
    DfGrid *grids; /**< one each: that of its first frame */
    int count;     /**< backgrounds seen */
    int kept;      /**< of these, how many are remembered, the first ones */
    int at;        /**< the one that the latest frame shows */
} DfBackgrounds;

/** What a frame shows. */
enum DfSeen {
    DF_SEEN_SAME,   /**< the background of the frame before */
    DF_SEEN_NEW,    /**< one that no frame has shown */
    DF_SEEN_BEFORE, /**< one that frames showed earlier, with another one between */
};

/** Take the means of a luma plane's blocks; it has at least DF_GRID_X x DF_GRID_Y samples. */
void df_grid(DfGrid *grid, const float *luma, int width, int height);

/** @return how alike two frames are, -1..1: the correlation of their blocks, whatever the exposure */
float df_grid_alike(const DfGrid *a, const DfGrid *b);

/** Tell which background the next frame shows. @return an enum DfSeen or -ENOMEM */
int df_backgrounds_add(DfBackgrounds *backgrounds, const DfGrid *grid);

/** Free what they hold. */
void df_backgrounds_free(DfBackgrounds *backgrounds);

#endif
