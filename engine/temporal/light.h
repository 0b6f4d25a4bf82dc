/**
 * @file
 * The light of one plane of a frame against another's: frame = gain * other + offset, in the frames' own levels.
 */
#ifndef DF_TEMPORAL_LIGHT_H
#define DF_TEMPORAL_LIGHT_H

typedef struct DfLight {
    float gain, offset;
} DfLight;

/** The same light in both. */
static inline DfLight df_light_same(void)
{
    return (DfLight){ 1, 0 };
}

/** A value of the other frame in this frame's light. */
static inline float df_light_at(DfLight light, float value)
{
    return light.gain * value + light.offset;
}

/** First `inner`, then `outer`. */
static inline DfLight df_light_compose(DfLight outer, DfLight inner)
{
    return (DfLight){ outer.gain * inner.gain, outer.gain * inner.offset + outer.offset };
}

/** The way back; the gain is not 0. */
static inline DfLight df_light_invert(DfLight light)
{
    return (DfLight){ 1 / light.gain, -light.offset / light.gain };
}

#endif
