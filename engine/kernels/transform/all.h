/**
 * @file
 * Every transform once, for vectors of one width. Included with these defined:
 *
 *   VECTOR             floats of neighbouring channels, which + - * act on
 *   NAME(x)            x's name for this width
 *   LOAD, STORE        anywhere in memory; where a vector has more lanes than there are channels left, STORE may
 *                      write the others, too: rows of data are written in order, and behind the last is room
 *   STORE_OUT          the channels alone
 *   GATE(f, g, relu)   activation of f times the sigmoid of g; SIGMOID(f, g): f times it; TANH(f)
 *   PART, PASS         a further parameter and what is passed for it, where LOAD and STORE_OUT are of fewer floats
 *                      than a vector has; else empty
 */
#include "kernels/transform/winograd3.h"
#include "kernels/transform/winograd5.h"
#include "kernels/transform/nearest.h"
#include "kernels/transform/stride.h"
#include "kernels/transform/stride5.h"
#include "kernels/transform/sides.h"

TRANSFORM_IN(winograd3, 6)
TRANSFORM_IN(winograd5, 8)
TRANSFORM_IN(nearest, 3)
TRANSFORM_IN(stride, 5)
TRANSFORM_IN(stride5, 11)
TRANSFORM_OUT(winograd3, 6)
TRANSFORM_OUT(nearest, 5)

#include "kernels/transform/finish.h"

#undef TRANSFORM_IN
#undef TRANSFORM_OUT

#undef VECTOR
#undef NAME
#undef LOAD
#undef STORE
#undef STORE_OUT
#undef GATE
#undef SIGMOID
#undef TANH
#undef PART
#undef PASS
