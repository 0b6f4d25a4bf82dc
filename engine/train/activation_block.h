/**
 * @file
 * Activations and their adjoints, for vectors of one width. Included with these defined:
 *
 *   VECTOR, NAME(x)      floats that + - * / act on; x's name for this width
 *   LOAD, STORE          of as many floats as PART says, or of a vector
 *   SET(value), EXP(v), TANH(v), LEAST(a, b)
 *   WHERE_POSITIVE(f, a, b)   a in lanes where f > 0, b in the others
 *   PART, PASS           a further parameter and what is passed for it, where LOAD and STORE are of fewer floats
 *
 * In the kernels below f, g and out (d_out) point at the same channel of feature, gate and output.
 */

/** e^-g, at most e^80: 1 - s = q s stays a number. */
static inline VECTOR NAME(odds)(VECTOR g)
{
    return EXP(LEAST(SET(0) - g, SET(80)));
}

static inline VECTOR NAME(plain)(enum DfActivation activation, VECTOR f)
{
    switch (activation) {
    case DF_TANH: return TANH(f);
    case DF_RELU: return WHERE_POSITIVE(f, f, SET(0));
    case DF_LEAKY: return WHERE_POSITIVE(f, f, SET(0.2f) * f);
    default: return f;
    }
}

static inline VECTOR NAME(slope)(enum DfActivation activation, VECTOR f)
{
    VECTOR t;
    switch (activation) {
    case DF_TANH: t = TANH(f); return SET(1) - t * t;
    case DF_RELU: return WHERE_POSITIVE(f, SET(1), SET(0));
    case DF_LEAKY: return WHERE_POSITIVE(f, SET(1), SET(0.2f));
    default: return SET(1);
    }
}

static inline void NAME(forward_plain)(enum DfActivation activation, const float *f, float *out PART)
{
    STORE(out, NAME(plain)(activation, LOAD(f)));
}

static inline void NAME(backward_plain)(enum DfActivation activation, const float *f, const float *d_out,
                                        float *d_f PART)
{
    STORE(d_f, LOAD(d_out) * NAME(slope)(activation, LOAD(f)));
}

static inline void NAME(forward_gate)(enum DfActivation activation, const float *feature, const float *gate,
                                      float *out PART)
{
    VECTOR f = LOAD(feature), sum = SET(1) + NAME(odds)(LOAD(gate));
    if (activation == DF_GATE_TANH)
        STORE(out, TANH(f / sum));
    else if (activation == DF_GATE_RELU)
        STORE(out, WHERE_POSITIVE(f, f, SET(0)) / sum);
    else
        STORE(out, WHERE_POSITIVE(f, f, EXP(LEAST(f, SET(0))) - SET(1)) / sum);
}

static inline void NAME(backward_gate)(enum DfActivation activation, const float *feature, const float *gate,
                                       const float *d_out, float *d_f, float *d_g PART)
{
    VECTOR f = LOAD(feature), d = LOAD(d_out), q = NAME(odds)(LOAD(gate)), s = SET(1) / (SET(1) + q);
    VECTOR a = f, slope = SET(1);
    if (activation == DF_GATE_TANH) {
        VECTOR t = TANH(f * s);
        d = d * (SET(1) - t * t);
    } else if (activation == DF_GATE_RELU) {
        a = WHERE_POSITIVE(f, f, SET(0));
        slope = WHERE_POSITIVE(f, SET(1), SET(0));
    } else {
        VECTOR e = EXP(LEAST(f, SET(0)));
        a = WHERE_POSITIVE(f, f, e - SET(1));
        slope = WHERE_POSITIVE(f, SET(1), e);
    }
    VECTOR ds = d * s;
    STORE(d_f, ds * slope);
    STORE(d_g, ds * a * (q * s));
}

#undef VECTOR
#undef NAME
#undef LOAD
#undef STORE
#undef SET
#undef EXP
#undef TANH
#undef LEAST
#undef WHERE_POSITIVE
#undef PART
#undef PASS
