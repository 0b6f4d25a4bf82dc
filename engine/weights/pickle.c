/**
 * @file
 * Pickles: a table of opcodes for the machine. One that is not in the table is refused; none recurses.
 */
#include "weights/machine.h"

#include <errno.h>
#include <string.h>

/* A memo's entry that was never written. */
#define UNSET UINT32_MAX

/** The newest protocol that is read. */
enum { PROTOCOL = 5 };

/* ------------------------------------------------------------------------------------ scalars -- */

/** Something of no interest that takes so many bytes. */
static int push_opaque(DfMachine *m, int size)
{
    DfBytes skipped;
    return df_bytes_take(m->bytes, size, &skipped) < 0 ? df_machine_broken_off(m) : df_machine_push(m, 0);
}

static int push_bool(DfMachine *m, int number)
{
    return df_machine_push_new(m, (DfPickleValue){ .kind = DF_PICKLE_INT, .number = number });
}

/** Only that of 4 bytes has a sign. */
static int push_int(DfMachine *m, int width)
{
    uint64_t bits;
    if (df_bytes_little(m->bytes, width, &bits) < 0)
        return df_machine_broken_off(m);
    int64_t number = width == 4 ? (int32_t)bits : (int64_t)bits;
    return df_machine_push_new(m, (DfPickleValue){ .kind = DF_PICKLE_INT, .number = number });
}

/** What follows its own length, a number of `width` bytes. */
static int take_counted(DfMachine *m, int width, DfBytes *piece)
{
    uint64_t size;
    if (df_bytes_little(m->bytes, width, &size) < 0 || df_bytes_take(m->bytes, size, piece) < 0)
        return df_machine_broken_off(m);
    return size > UINT32_MAX ? df_machine_too_large(m) : 0;
}

/** Two's complement of any length. */
static int push_long(DfMachine *m, int width)
{
    DfBytes digits;
    uint64_t bits = 0;
    if (take_counted(m, width, &digits) < 0)
        return -EINVAL;
    int size = DF_MIN(df_bytes_left(&digits), 9);
    if (size > 8)
        return df_machine_push_new(m, (DfPickleValue){ .kind = DF_PICKLE_LONG, .text = digits.at,
                                                       .count = df_bytes_left(&digits) });
    df_bytes_little(&digits, size, &bits);
    if (size && size < 8 && bits >> (8 * size - 1))
        bits |= ~(uint64_t)0 << 8 * size;
    return df_machine_push_new(m, (DfPickleValue){ .kind = DF_PICKLE_INT, .number = (int64_t)bits });
}

static int push_text(DfMachine *m, int width)
{
    DfBytes text;
    if (take_counted(m, width, &text) < 0)
        return -EINVAL;
    return df_machine_push_new(m, (DfPickleValue){ .kind = DF_PICKLE_TEXT, .text = text.at,
                                                   .count = df_bytes_left(&text) });
}

/* ------------------------------------------------------------------------------------- memory -- */

/** Writers number their memos in a row; one that is beyond all steps so far would only cost memory. */
static int store(DfMachine *m, uint64_t index)
{
    uint32_t value;
    if (df_machine_top(m, &value) < 0)
        return -EINVAL;
    if (index > m->steps)
        return df_machine_damaged(m, "a memo's number is out of all order");
    while (m->memo_count <= index) {
        if (df_list_grow((void **)&m->memo, m->memo_count, sizeof *m->memo) < 0)
            return -ENOMEM;
        m->memo[m->memo_count++] = UNSET;
    }
    m->memo[index] = value;
    return 0;
}

static int memoize(DfMachine *m, int unused)
{
    (void)unused;
    return store(m, m->memo_count);
}

static int put_memo(DfMachine *m, int width)
{
    uint64_t index;
    return df_bytes_little(m->bytes, width, &index) < 0 ? df_machine_broken_off(m) : store(m, index);
}

static int get_memo(DfMachine *m, int width)
{
    uint64_t index;
    if (df_bytes_little(m->bytes, width, &index) < 0)
        return df_machine_broken_off(m);
    if (index >= m->memo_count || m->memo[index] == UNSET)
        return df_machine_damaged(m, "a memo is read that was never written");
    return df_machine_push(m, m->memo[index]);
}

/* -------------------------------------------------------------------------- classes and calls -- */

static int push_named(DfMachine *m, const DfBytes *module, const DfBytes *name)
{
    for (size_t i = 0; i < m->global_count; i++) {
        const DfPickleGlobal *known = &m->globals[i];
        if (df_bytes_equal(name, known->name) && df_bytes_equal(module, known->module))
            return df_machine_push_new(m, (DfPickleValue){ .kind = DF_PICKLE_GLOBAL, .id = known->id });
    }
    return df_machine_push(m, 0);
}

static int take_line(DfMachine *m, DfBytes *line)
{
    DfBytes *bytes = m->bytes, newline;
    const uint8_t *end = df_bytes_left(bytes) ? memchr(bytes->at, '\n', df_bytes_left(bytes)) : NULL;
    if (!end)
        return df_machine_broken_off(m);
    df_bytes_take(bytes, end - bytes->at, line);
    return df_bytes_take(bytes, 1, &newline);
}

static int push_global(DfMachine *m, int unused)
{
    DfBytes module, name;
    (void)unused;
    return take_line(m, &module) < 0 || take_line(m, &name) < 0 ? -EINVAL : push_named(m, &module, &name);
}

static int push_stack_global(DfMachine *m, int unused)
{
    uint32_t module, name;
    (void)unused;
    if (df_machine_pop(m, &name) < 0 || df_machine_pop(m, &module) < 0)
        return -EINVAL;
    DfBytes module_text = df_pickle_text(m->pickle, module), name_text = df_pickle_text(m->pickle, name);
    return push_named(m, &module_text, &name_text);
}

/** A dict; Python 2 gives an OrderedDict its pairs as a list in its arguments. */
static int push_mapping(DfMachine *m, uint32_t arguments)
{
    const DfPickle *p = m->pickle;
    uint32_t dict, pairs = df_pickle_nth(p, arguments, 0), item;
    int ret = df_machine_add_value(m, (DfPickleValue){ .kind = DF_PICKLE_DICT }, &dict);
    if (ret < 0)
        return ret;
    item = df_machine_value(m, pairs)->kind == DF_PICKLE_LIST ? df_machine_value(m, pairs)->first : 0;
    for (; item; item = p->items[item].next) {
        uint32_t pair = p->items[item].value;
        for (int i = 0; i < 2 && !ret; i++)
            ret = df_machine_add_item(m, dict, df_pickle_nth(p, pair, i));
        if (ret < 0)
            return ret;
    }
    return df_machine_push(m, dict);
}

static int call(DfMachine *m, uint32_t function, uint32_t arguments)
{
    const DfPickle *p = m->pickle;
    if (df_machine_value(m, function)->id == DF_PICKLE_RECALL) {
        function = df_pickle_nth(p, arguments, 0);
        arguments = df_pickle_nth(p, arguments, 2);
    }
    const DfPickleValue *called = df_machine_value(m, function);
    int id = called->kind == DF_PICKLE_GLOBAL ? called->id : DF_PICKLE_UNKNOWN;
    if (id == DF_PICKLE_MAPPING)
        return push_mapping(m, arguments);
    if (id == DF_PICKLE_FIRST)
        return df_machine_push(m, df_pickle_nth(p, arguments, 0));
    return df_machine_push_new(m, (DfPickleValue){ .kind = DF_PICKLE_OBJECT, .arguments = arguments,
                                                   .id = DF_MAX(id, DF_PICKLE_UNKNOWN) });
}

/** REDUCE and NEWOBJ: what would be called lies below its arguments; NEWOBJ_EX has keywords above them. */
static int push_call(DfMachine *m, int keywords)
{
    uint32_t function, arguments, skipped;
    if ((keywords && df_machine_pop(m, &skipped) < 0) || df_machine_pop(m, &arguments) < 0 ||
        df_machine_pop(m, &function) < 0)
        return -EINVAL;
    return call(m, function, arguments);
}

/** An object's state, in place of what it had; other values keep what they are. */
static int build(DfMachine *m, int unused)
{
    uint32_t state, object;
    (void)unused;
    if (df_machine_pop(m, &state) < 0 || df_machine_pop(m, &object) < 0)
        return -EINVAL;
    if (df_machine_value(m, object)->kind == DF_PICKLE_OBJECT)
        df_machine_value(m, object)->state = state;
    return df_machine_push(m, object);
}

static int push_persistent(DfMachine *m, int unused)
{
    uint32_t id;
    (void)unused;
    if (df_machine_pop(m, &id) < 0)
        return -EINVAL;
    return df_machine_push_new(m, (DfPickleValue){ .kind = DF_PICKLE_PERSISTENT, .arguments = id });
}

/* ------------------------------------------------------------------------------------ opcodes -- */

static int check_protocol(DfMachine *m, int unused)
{
    int version = df_bytes_next(m->bytes);
    (void)unused;
    if (version < 0)
        return df_machine_broken_off(m);
    if (version > PROTOCOL)
        return df_error(-EINVAL, "%s: its pickle is of protocol %d, expected at most %d: save it with "
                        "pickle_protocol=2", m->name, version, PROTOCOL);
    return 0;
}

/** The size of the writer's buffer is not used: all bytes are in memory. */
static int skip_frame(DfMachine *m, int size)
{
    DfBytes skipped;
    return df_bytes_take(m->bytes, size, &skipped) < 0 ? df_machine_broken_off(m) : 0;
}

enum { OP_PROTO = 0x80, OP_STOP = '.' };

/** Those that pickle.py writes in protocols 2 to 5, but for extension codes and buffers out of band. */
static const struct {
    int (*run)(DfMachine *m, int argument);
    int argument;
} opcodes[256] = {
    [OP_PROTO] = { check_protocol, 0 },
    [0x95] = { skip_frame, 8 },
    ['('] = { df_machine_push_mark, 0 },
    ['0'] = { df_machine_drop, 0 },
    ['1'] = { df_machine_drop_to_mark, 0 },
    ['2'] = { df_machine_duplicate, 0 },
    ['N'] = { push_opaque, 0 },               /* None */
    ['G'] = { push_opaque, 8 },               /* a float */
    [0x8f] = { push_opaque, 0 },              /* an empty set */
    [0x88] = { push_bool, 1 },
    [0x89] = { push_bool, 0 },
    ['K'] = { push_int, 1 },
    ['M'] = { push_int, 2 },
    ['J'] = { push_int, 4 },
    [0x8a] = { push_long, 1 },
    [0x8b] = { push_long, 4 },
    ['U'] = { push_text, 1 },                 /* Python 2's str */
    ['T'] = { push_text, 4 },
    ['X'] = { push_text, 4 },                 /* str */
    [0x8c] = { push_text, 1 },
    [0x8d] = { push_text, 8 },
    ['C'] = { push_text, 1 },                 /* bytes */
    ['B'] = { push_text, 4 },
    [0x8e] = { push_text, 8 },
    [0x96] = { push_text, 8 },                /* bytearray */
    [')'] = { df_machine_push_empty, DF_PICKLE_TUPLE },
    [']'] = { df_machine_push_empty, DF_PICKLE_LIST },
    ['}'] = { df_machine_push_empty, DF_PICKLE_DICT },
    ['t'] = { df_machine_gather, DF_PICKLE_TUPLE },
    ['l'] = { df_machine_gather, DF_PICKLE_LIST },
    ['d'] = { df_machine_gather, DF_PICKLE_DICT },
    [0x91] = { df_machine_gather_set, 0 },
    [0x85] = { df_machine_gather_count, 1 },
    [0x86] = { df_machine_gather_count, 2 },
    [0x87] = { df_machine_gather_count, 3 },
    ['a'] = { df_machine_put_one, DF_PICKLE_LIST },
    ['e'] = { df_machine_put_all, DF_PICKLE_LIST },
    ['s'] = { df_machine_put_one, DF_PICKLE_DICT },
    ['u'] = { df_machine_put_all, DF_PICKLE_DICT },
    [0x90] = { df_machine_put_all, DF_PICKLE_OPAQUE }, /* to a set */
    ['q'] = { put_memo, 1 },
    ['r'] = { put_memo, 4 },
    [0x94] = { memoize, 0 },
    ['h'] = { get_memo, 1 },
    ['j'] = { get_memo, 4 },
    ['c'] = { push_global, 0 },
    [0x93] = { push_stack_global, 0 },
    ['R'] = { push_call, 0 },
    [0x81] = { push_call, 0 },
    [0x92] = { push_call, 1 },
    ['b'] = { build, 0 },
    ['Q'] = { push_persistent, 0 },
};

static int run(DfMachine *m)
{
    int code, ret = 0;
    while (!ret && (code = df_bytes_next(m->bytes)) != OP_STOP) {
        if (code < 0)
            return df_machine_broken_off(m);
        if (!opcodes[code].run)
            return df_error(-EINVAL, "%s: byte %zu of its pickle is 0x%02x, which torch.save() does not "
                            "write: the file is damaged", m->name, df_bytes_offset(m->bytes) - 1, code);
        if (m->steps++ == DF_PICKLE_MOST)
            return df_machine_too_large(m);
        ret = opcodes[code].run(m, opcodes[code].argument);
    }
    return ret < 0 ? ret : df_machine_pop(m, &m->pickle->result);
}

int df_pickle_read(DfPickle *pickle, const char *name, DfBytes *bytes, const DfPickleGlobal *globals,
                   size_t global_count)
{
    DfMachine m = { pickle, name, bytes, globals, global_count, NULL, 0, 0, NULL, 0, 0 };
    uint32_t opaque;
    int ret = df_machine_add_value(&m, (DfPickleValue){ .kind = DF_PICKLE_OPAQUE }, &opaque);
    if (!ret)
        ret = df_list_grow((void **)&pickle->items, pickle->item_count++, sizeof *pickle->items);
    if (!ret)
        ret = run(&m);
    df_free(m.stack);
    df_free(m.memo);
    return ret;
}

void df_pickle_free(DfPickle *pickle)
{
    df_free(pickle->values);
    df_free(pickle->items);
    *pickle = (DfPickle){ 0 };
}

/* ------------------------------------------------------------------------------ looking things up -- */

uint32_t df_pickle_nth(const DfPickle *pickle, uint32_t container, uint32_t n)
{
    const DfPickleValue *v = df_pickle_value(pickle, container);
    if ((v->kind != DF_PICKLE_TUPLE && v->kind != DF_PICKLE_LIST) || n >= v->count)
        return 0;
    uint32_t item = v->first;
    while (n--)
        item = pickle->items[item].next;
    return pickle->items[item].value;
}

uint32_t df_pickle_get(const DfPickle *pickle, uint32_t dict, const char *key)
{
    const DfPickleValue *v = df_pickle_value(pickle, dict);
    for (uint32_t item = v->kind == DF_PICKLE_DICT ? v->first : 0; item;) {
        uint32_t value = pickle->items[item].next;
        DfBytes text = df_pickle_text(pickle, pickle->items[item].value);
        if (df_bytes_equal(&text, key))
            return pickle->items[value].value;
        item = pickle->items[value].next;
    }
    return 0;
}

DfBytes df_pickle_text(const DfPickle *pickle, uint32_t value)
{
    static const uint8_t none;
    const DfPickleValue *v = df_pickle_value(pickle, value);
    return v->kind == DF_PICKLE_TEXT || v->kind == DF_PICKLE_LONG ? df_bytes(v->text, v->count)
                                                                    : df_bytes(&none, 0);
}
