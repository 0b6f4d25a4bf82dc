/**
 * @file
 * A frame as the relation to another one looks at it: the frame itself while it is in flight, later what was copied
 * of it. All functions are pure: any thread may call them while what the views point to does not change.
 */
#ifndef DF_TEMPORAL_FRAME_VIEW_H
#define DF_TEMPORAL_FRAME_VIEW_H

#include "motion/motion.h"
#include "temporal/source.h"

/** What is looked at of a frame; nothing of it is the view's own. */
typedef struct DfFrameView {
    DeepfillImage image;    /**< the frame; its planes are used where `shown` is NULL */
    const DfCopies *shown;  /**< what was copied of it; NULL: the frame itself is at hand */
    DeepfillMask *mask;     /**< NULL: no hole */
    DeepfillMask *keep_out; /**< where motion and grain are not measured, beside the hole; NULL: nowhere */
    DeepfillMask *next;     /**< that of the frame after it; with `shown` only */
} DfFrameView;

/**
 * Planes of an area, as they lie in the frame or in the copy of it.
 *
 * @param[out] planes  begin at the corner of `outer`; their memory is the view's
 * @param outer        in luma samples of the frame, begins on the chroma grid
 * @return 1; 0: nothing was copied that has all of the area
 */
int df_frame_view_planes(DfCopy *planes, const DfFrameView *view, DfRect outer);

/**
 * Make an area ready for df_motion(): its luma in levels of 8 bits and the hole in it.
 *
 * @param[out] input  its memory is the arena's
 * @param like        that of the same area in a view with the same masks; NULL: there is none
 * @param planes      what df_frame_view_planes() found
 * @return 0 or -ENOMEM
 */
int df_frame_view_input(DfMotionInput *input, const DfMotionInput *like, const DfFrameView *view, const DfCopy *planes,
                        DfArena *arena);

/** @return 1 where codes mean the same in both frames: another matrix or range begins a shot of its own */
int df_frame_view_same_codes(const DfFrameView *frame, const DfFrameView *earlier);

/** @return 1 where two frames with one hole show the same picture in the areas around it, on all planes */
int df_frame_view_repeats(const DfAreas *areas, const DfFrameView *frame, const DfFrameView *earlier);

#endif
