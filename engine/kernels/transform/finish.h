/**
 * @file
 * What follows every transform back: bias, activation, and the way to the outputs' pixels.
 */

/** A tile's outputs of some channels, from `sums` (and `gates`, where there are any), biases included. */
static inline void NAME(finish)(float *const *to, int count, const VECTOR *sums, const VECTOR *gates, int c,
                                enum DfActivation activation PART)
{
    for (int i = 0; i < count; i++) {
        VECTOR value = activation == DF_LINEAR    ? sums[i]
                       : activation == DF_TANH      ? TANH(sums[i])
                       : activation == DF_GATE_TANH ? TANH(SIGMOID(sums[i], gates[i]))
                                                    : GATE(sums[i], gates[i], activation == DF_GATE_RELU);
        STORE_OUT(to[i] + c, value);
    }
}

static inline void NAME(add_bias)(VECTOR *sums, int count, const float *bias PART)
{
    VECTOR b = LOAD(bias);
    for (int i = 0; i < count; i++)
        sums[i] += b;
}

/* The transforms back, each with what follows. `half`: where the gates' channels begin; 0: there are none. */
#define OUT(kind, count)                                                                                          \
    static inline void NAME(kind##_finish)(float *const *to, const float *sums, size_t plane, int half, int c,    \
                                           const float *bias, enum DfActivation activation PART)                  \
    {                                                                                                             \
        VECTOR features[count], gates[count];                                                                     \
        NAME(kind##_out)(features, sums + c, plane PASS);                                                         \
        NAME(add_bias)(features, count, bias + c PASS);                                                           \
        if (half) {                                                                                               \
            NAME(kind##_out)(gates, sums + half + c, plane PASS);                                                 \
            NAME(add_bias)(gates, count, bias + half + c PASS);                                                   \
        }                                                                                                         \
        NAME(finish)(to, count, features, half ? gates : features, c, activation PASS);                           \
    }
OUT(winograd3, 16)
OUT(nearest, 16)
OUT(stride, 4)
#undef OUT
