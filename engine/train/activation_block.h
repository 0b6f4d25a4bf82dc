/**
 * @file
 * Activations and their adjoints, for vectors of one width. Included with these defined:
 *
 *   VECTOR, NAME(x)      floats that + - * / act on; x's name for this width
 *   LOAD, STORE          of the product and its gradient, of as many floats as PART says, or of a vector
 *   LOAD_OUT, STORE_OUT  of the output and its gradient
 *   SET(value), EXP(v), TANH(v), LEAST(a, b)
 *   WHERE_POSITIVE(f, a, b)   a in lanes where f > 0, b in the others
 *   PART, PASS           a further parameter and what is passed for it, where LOAD and STORE are of fewer floats
 *
 * In the kernels below f, g (feature, gate) and out (d_out) point at the same channel of feature, gate and output.
 */

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
    STORE_OUT(out, NAME(plain)(activation, LOAD(f)));
}

static inline void NAME(backward_plain)(enum DfActivation activation, const float *f, const float *d_out,
                                        float *d_f PART)
{
    STORE(d_f, LOAD_OUT(d_out) * NAME(slope)(activation, LOAD(f)));
}

static inline void NAME(forward_gate)(enum DfActivation activation, float *feature, float *gate, float *out PART)
{
    VECTOR a = LOAD(feature), s = SET(1) / (SET(1) + EXP(SET(0) - LOAD(gate)));
    if (activation == DF_GATE_RELU)
        a = WHERE_POSITIVE(a, a, SET(0));
    else if (activation == DF_GATE_ELU)
        a = WHERE_POSITIVE(a, a, EXP(LEAST(a, SET(0))) - SET(1));
    STORE(feature, a);
    STORE(gate, s);
    VECTOR value = a * s;
    if (activation == DF_GATE_TANH)
        value = TANH(value);
    STORE_OUT(out, value);
}

static inline void NAME(backward_gate)(enum DfActivation activation, const float *feature, const float *gate,
                                       const float *d_out, float *d_f, float *d_g PART)
{
    VECTOR a = LOAD(feature), s = LOAD(gate), d = LOAD_OUT(d_out), slope = SET(1);
    if (activation == DF_GATE_TANH) {
        VECTOR t = TANH(a * s);
        d = d * (SET(1) - t * t);
    } else if (activation == DF_GATE_RELU) {
        slope = WHERE_POSITIVE(a, SET(1), SET(0));
    } else {
        slope = WHERE_POSITIVE(a, SET(1), a + SET(1));
    }
    VECTOR ds = d * s;
    STORE(d_f, ds * slope);
    STORE(d_g, ds * a * (SET(1) - s));
}

#undef VECTOR
#undef NAME
#undef LOAD
#undef STORE
#undef LOAD_OUT
#undef STORE_OUT
#undef SET
#undef EXP
#undef TANH
#undef LEAST
#undef WHERE_POSITIVE
#undef PART
#undef PASS
