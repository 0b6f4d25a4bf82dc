/**
 * @file
 * What no frame shows, synthesised: the network sees the frame with everything else of the hole filled.
 */
#ifndef DF_TEMPORAL_SYNTHESISE_H
#define DF_TEMPORAL_SYNTHESISE_H

#include "image/fill.h"
#include "image/paste.h"
#include "temporal/composite.h"

/** A worker's own. */
typedef struct DfSynthesiser {
    DfFiller *filler;
    DfPasteRow row;
    DfFill *fills; /**< one a box; they keep their memory */
    int fill_count;
} DfSynthesiser;

/** What came of it. */
typedef struct DfSynthesis {
    int boxes, no_context; /**< runs of the network; of these, how many saw nothing known */
    int64_t pixels;        /**< of luma, synthesised in this frame: those that the plan says, and those that a frame
                                that failed does not have */
} DfSynthesis;

/**
 * Synthesise a composite's fresh pixels.
 *
 * @param rules    what boxes depend on; width and height are not read
 * @param scratch  used and given back
 * @return 0 or a negative errno
 */
int df_synthesise(DfSynthesiser *worker, const DfRules *rules, DfComposite *composite, DfSynthesis *result,
                  DfArena *scratch);

/** Free a worker's fills. */
void df_synthesiser_free(DfSynthesiser *worker);

/** @return 1 where so few of a hole's pixels are missing that a smooth surface does as well as the network */
static inline int df_synthesis_is_slight(int64_t pixels, int64_t hole)
{
    return pixels * 200 < hole && pixels < 400;
}

#endif
