/**
 * @file
 * Networks made wider, or given an input more, without a change of what they compute (Net2Net: Chen, Goodfellow and
 * Shlens, ICLR 2016, section 2.2): channels become several copies of themselves, and a layer that reads them gives each
 * copy a share of the weight. Shares are random, 1/2 to 3/2 of equal ones before they are scaled to a sum of 1, so that
 * copies have gradients of their own.
 *
 * The attention's scores f w / |w| of features with k copies of each channel are sqrt(k) times as large, so that such
 * features are made smaller by that factor, and what reads the attention multiplies by it. Where the features have an
 * ELU (elu_attention), which does not scale, this is near only.
 */
#ifndef DF_TRAIN_WIDEN_H
#define DF_TRAIN_WIDEN_H

#include "layers/layers.h"
#include "train/random.h"

/** Channels of the widest layer that can be made, before gating: four times cnum 128. */
enum { DF_MOST_CHANNELS = 512 };

/** What each channel of a layer's output, or input, is a copy of. */
typedef struct DfChannelMap {
    int count, narrow;             /**< channels of the wide network, and of the narrow one */
    float scale[DF_MOST_CHANNELS]; /**< value of the wide one's channel / of the narrow one's */
    int source[DF_MOST_CHANNELS];  /**< the narrow one's channel; -1: it has none */
} DfChannelMap;

/** Append to a map (zeroed: empty) channels that repeat the narrow one's next `narrow`; of none, they are new. */
void df_channel_map_repeat(DfChannelMap *map, int narrow, int wide, double scale);

/** Append another layer's channels, in either network. */
void df_channel_map_join(DfChannelMap *map, const DfChannelMap *layer);

/**
 * Make a wide layer's weights.
 * @param in, out  maps of its input channels, and of its output channels before gating
 * @param narrow   the narrow layer, with shape alone
 * @param from     its weights [out][in][ky][kx], then its biases
 * @param to       the wide layer's, in the same order: out->count * in->count * kernel^2, then out->count; inputs that
 *                 the narrow layer has not have weights of 0
 */
void df_widen_conv(const DfConv *narrow, const DfChannelMap *in, const DfChannelMap *out, DfRandom random,
                   const float *from, float *to);

#endif
