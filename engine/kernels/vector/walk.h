/**
 * @file
 * The way along diagonals: values and scores of three steps stay in registers. Included after steps.h, with
 *
 *   put_sums(out, keys, p, a, b, c, fuse)   sums of three steps' scores, or the middle one's, to the keys alone
 *   fetch(steps, t, p)                      what step t will read, ahead of time
 */
enum { AHEAD = 4 };

INLINE void move(VECTOR *to, const VECTOR *from)
{
    UNROLL(16)
    for (int j = 0; j < VECTORS; j++)
        to[j] = from[j];
}

INLINE void walk(const DfSteps *s, int from, int fuse)
{
    VECTOR v[3][VECTORS], r[3][VECTORS];
    UNROLL(16)
    for (int i = 0; i < 3; i++)
        UNROLL(16)
        for (int j = 0; j < VECTORS; j++)
            v[i][j] = r[i][j] = (VECTOR){ 0 };
    take_values(v[2], s, 0, from);
    for (int t = 1; t < s->count; t++) {
        fetch(s, t + AHEAD, from + t + AHEAD);
        move(v[0], v[1]);
        move(v[1], v[2]);
        take_values(v[2], s, t, from + t);
        move(r[0], r[1]);
        move(r[1], r[2]);
        take_scores(r[2], v[0], v[1], v[2], s, t - 1, from + t - 1);
        if (t >= 2 && s->out[t - 2])
            put_sums(s->out[t - 2], s->keys, from + t - 2, r[0], r[1], r[2], fuse);
    }
}

static void diagonals(const DfSteps *s, int from, int to)
{
    for (; from < to; from += WIDTH * VECTORS)
        if (s->fuse)
            walk(s, from, 1);
        else
            walk(s, from, 0);
}
