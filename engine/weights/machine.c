/**
 * @file
 * The pickle machine's stack, and the values that it leaves behind.
 */
#include "weights/machine.h"

#include <errno.h>

/* On the stack where a MARK lies. */
#define MARK UINT32_MAX

int df_machine_damaged(const DfMachine *m, const char *what)
{
    return df_error(-EINVAL, "%s: its pickle is damaged at byte %zu: %s", m->name, df_bytes_offset(m->bytes),
                    what);
}

int df_machine_broken_off(const DfMachine *m)
{
    return df_error(-EINVAL, "%s: its pickle breaks off at byte %zu: the file is damaged or cut short",
                    m->name, df_bytes_offset(m->bytes));
}

int df_machine_too_large(const DfMachine *m)
{
    return df_error(-EINVAL, "%s: its pickle has more than %d values, which no checkpoint has", m->name,
                    DF_PICKLE_MOST);
}

/* -------------------------------------------------------------------------- values and stack -- */

int df_machine_add_value(DfMachine *m, DfPickleValue value, uint32_t *index)
{
    DfPickle *p = m->pickle;
    if (df_list_grow((void **)&p->values, p->value_count, sizeof *p->values) < 0)
        return -ENOMEM;
    *index = p->value_count;
    p->values[p->value_count++] = value;
    return 0;
}

/** At the end of a tuple, list or dict. */
int df_machine_add_item(DfMachine *m, uint32_t container, uint32_t value)
{
    DfPickle *p = m->pickle;
    if (p->item_count > DF_PICKLE_MOST)
        return df_machine_too_large(m);
    if (df_list_grow((void **)&p->items, p->item_count, sizeof *p->items) < 0)
        return -ENOMEM;
    uint32_t item = p->item_count++;
    p->items[item] = (DfPickleItem){ .value = value };
    DfPickleValue *v = df_machine_value(m, container);
    if (v->last)
        p->items[v->last].next = item;
    else
        v->first = item;
    v->last = item;
    v->count++;
    return 0;
}

/** The list's own rule would grow it at each crossing of a power of two, however often. */
int df_machine_push(DfMachine *m, uint32_t value)
{
    if (m->depth == m->room) {
        if (df_list_grow((void **)&m->stack, m->depth, sizeof *m->stack) < 0)
            return -ENOMEM;
        m->room = DF_MAX(2 * m->depth, 8);
    }
    m->stack[m->depth++] = value;
    return 0;
}

int df_machine_push_new(DfMachine *m, DfPickleValue value)
{
    uint32_t index;
    int ret = df_machine_add_value(m, value, &index);
    return ret < 0 ? ret : df_machine_push(m, index);
}

int df_machine_top(const DfMachine *m, uint32_t *value)
{
    if (!m->depth || m->stack[m->depth - 1] == MARK)
        return df_machine_damaged(m, "a value is missing");
    *value = m->stack[m->depth - 1];
    return 0;
}

int df_machine_pop(DfMachine *m, uint32_t *value)
{
    int ret = df_machine_top(m, value);
    if (!ret)
        m->depth--;
    return ret;
}

/** Where the topmost MARK lies; each element is looked at once, as it is taken off afterwards. */
static int find_mark(DfMachine *m, size_t *at)
{
    for (*at = m->depth; (*at)--;)
        if (m->stack[*at] == MARK)
            return 0;
    return df_machine_damaged(m, "a mark is missing");
}

int df_machine_push_mark(DfMachine *m, int unused)
{
    (void)unused;
    return df_machine_push(m, MARK);
}

int df_machine_duplicate(DfMachine *m, int unused)
{
    uint32_t value = 0;
    (void)unused;
    return df_machine_top(m, &value) < 0 ? -EINVAL : df_machine_push(m, value);
}

/** POP takes off a MARK as well as a value. */
int df_machine_drop(DfMachine *m, int unused)
{
    (void)unused;
    if (!m->depth)
        return df_machine_damaged(m, "a value is missing");
    m->depth--;
    return 0;
}

int df_machine_drop_to_mark(DfMachine *m, int unused)
{
    size_t at;
    (void)unused;
    if (find_mark(m, &at) < 0)
        return -EINVAL;
    m->depth = at;
    return 0;
}

/* --------------------------------------------------------------------------------- containers -- */

int df_machine_push_empty(DfMachine *m, int kind)
{
    return df_machine_push_new(m, (DfPickleValue){ .kind = kind });
}

/** Add what lies on the stack from `from` on to a container, if it is of that kind: others are opaque. */
static int fill(DfMachine *m, uint32_t container, int kind, size_t from)
{
    if (kind == DF_PICKLE_DICT && (m->depth - from) % 2)
        return df_machine_damaged(m, "a key has no value");
    if (kind == DF_PICKLE_OPAQUE || df_machine_value(m, container)->kind != kind)
        return 0;
    for (size_t i = from; i < m->depth; i++) {
        if (m->stack[i] == MARK)
            return df_machine_damaged(m, "a value is missing");
        int ret = df_machine_add_item(m, container, m->stack[i]);
        if (ret < 0)
            return ret;
    }
    return 0;
}

/** Everything from `from` on becomes one container, which lies where `base` was. */
static int gather_from(DfMachine *m, int kind, size_t from, size_t base)
{
    uint32_t container;
    int ret = df_machine_add_value(m, (DfPickleValue){ .kind = kind }, &container);
    if (!ret)
        ret = fill(m, container, kind, from);
    if (ret < 0)
        return ret;
    m->depth = base;
    return df_machine_push(m, container);
}

int df_machine_gather(DfMachine *m, int kind)
{
    size_t at;
    return find_mark(m, &at) < 0 ? -EINVAL : gather_from(m, kind, at + 1, at);
}

int df_machine_gather_count(DfMachine *m, int count)
{
    if (m->depth < (size_t)count)
        return df_machine_damaged(m, "a value is missing");
    return gather_from(m, DF_PICKLE_TUPLE, m->depth - count, m->depth - count);
}

int df_machine_gather_set(DfMachine *m, int unused)
{
    return df_machine_drop_to_mark(m, unused) < 0 ? -EINVAL : df_machine_push(m, 0);
}

/** Add what lies from `from` on to the container in front of `base`. */
static int put_from(DfMachine *m, int kind, size_t from, size_t base)
{
    if (!base || m->stack[base - 1] == MARK)
        return df_machine_damaged(m, "a container is missing");
    int ret = fill(m, m->stack[base - 1], kind, from);
    m->depth = base;
    return ret;
}

int df_machine_put_all(DfMachine *m, int kind)
{
    size_t at;
    return find_mark(m, &at) < 0 ? -EINVAL : put_from(m, kind, at + 1, at);
}

int df_machine_put_one(DfMachine *m, int kind)
{
    size_t count = kind == DF_PICKLE_DICT ? 2 : 1;
    if (m->depth < count)
        return df_machine_damaged(m, "a value is missing");
    return put_from(m, kind, m->depth - count, m->depth - count);
}
