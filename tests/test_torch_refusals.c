/**
 * @file
 * PyTorch checkpoints that are broken or made to harm: which sentence each of them gives.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>
#include <cmocka.h>

#include "torch_file.h"
#include "weights_parse.h"

/* -------------------------------------------------------------------------------- bad pickles -- */

/** Takes the file over. */
static void assert_refused(ModelFile file, const char *sentence)
{
    DfWeights *w;
    if (parse(&w, file) != -EINVAL)
        fail_msg("was read, expected: %s", sentence);
    assert_null(w);
    assert_string_equal(df_error_text(), sentence);
    free(file.bytes);
}

#define BAD_TENSOR(storage, offset, shape, strides) \
    PICKLE(T_PROTO "}" T_TEXT("\1", "a") T_REBUILD(storage, offset, shape, strides) "s.")
#define LONG8(bytes) "\x8a\x8" bytes
#define MINUS "J\xff\xff\xff\xff"
#define TWELVE "abcdefghijkl"
#define SIXTY TWELVE TWELVE TWELVE TWELVE TWELVE

#define DAMAGED(what) "FILE: " what ": the file is damaged"
#define AT(byte, what) "FILE: its pickle is damaged at byte " byte ": " what
#define BROKEN_OFF(byte) "FILE: its pickle breaks off at byte " byte ": the file is damaged or cut short"
#define NO_TENSORS "FILE: has no tensors: save the network's state_dict() with torch.save()"
#define NOT_UNDERSTOOD \
    "FILE: tensor 'a' has a storage or offset that is not understood: save it again with torch.save()"

static const struct {
    const char *pickle;
    size_t size;
    const char *sentence;
} bad[] = {
    /* The machine. */
    { PICKLE(""), BROKEN_OFF("0") },
    { PICKLE("\x80"), BROKEN_OFF("1") },
    { PICKLE("\x80\6N."),
      "FILE: its pickle is of protocol 6, expected at most 5: save it with pickle_protocol=2" },
    { PICKLE(T_PROTO), BROKEN_OFF("2") },
    { PICKLE(T_PROTO "I5\n."), DAMAGED("byte 2 of its pickle is 0x49, which torch.save() does not write") },
    { PICKLE(T_PROTO "."), AT("3", "a value is missing") },
    { PICKLE(T_PROTO "(."), AT("4", "a value is missing") },
    { PICKLE(T_PROTO "0."), AT("3", "a value is missing") },
    { PICKLE(T_PROTO "2."), AT("3", "a value is missing") },
    { PICKLE(T_PROTO "N\x86."), AT("4", "a value is missing") },
    { PICKLE(T_PROTO "(N\x86."), AT("5", "a value is missing") },
    { PICKLE(T_PROTO "a."), AT("3", "a value is missing") },
    { PICKLE(T_PROTO "NR."), AT("4", "a value is missing") },
    { PICKLE(T_PROTO "N\x92."), AT("4", "a value is missing") },
    { PICKLE(T_PROTO "Nb."), AT("4", "a value is missing") },
    { PICKLE(T_PROTO "Q."), AT("3", "a value is missing") },
    { PICKLE(T_PROTO "N\x93."), AT("4", "a value is missing") },
    { PICKLE(T_PROTO "q\0."), AT("4", "a value is missing") },
    { PICKLE(T_PROTO "Nt."), AT("4", "a mark is missing") },
    { PICKLE(T_PROTO "1."), AT("3", "a mark is missing") },
    { PICKLE(T_PROTO "Nu."), AT("4", "a mark is missing") },
    { PICKLE(T_PROTO "\x91."), AT("3", "a mark is missing") },
    { PICKLE(T_PROTO "Na."), AT("4", "a container is missing") },
    { PICKLE(T_PROTO "((Ne."), AT("6", "a container is missing") },
    { PICKLE(T_PROTO "}(Nu."), AT("6", "a key has no value") },
    { PICKLE(T_PROTO "}(K\1NNd."), AT("9", "a key has no value") },
    { PICKLE(T_PROTO "h\1."), AT("4", "a memo is read that was never written") },
    { PICKLE(T_PROTO "Nq\1h\0."), AT("7", "a memo is read that was never written") },
    { PICKLE(T_PROTO "Nr\xff\xff\xff\xff."), AT("8", "a memo's number is out of all order") },
    { PICKLE(T_PROTO "X\xff\xff\xff\xff."), BROKEN_OFF("7") },
    { PICKLE(T_PROTO "\x8d\xff\xff\xff\xff\xff\xff\xff\xff."), BROKEN_OFF("11") },
    { PICKLE(T_PROTO "\x8b\xff\xff\xff\xff."), BROKEN_OFF("7") },
    { PICKLE(T_PROTO "G\1."), BROKEN_OFF("3") },
    { PICKLE(T_PROTO "J\1."), BROKEN_OFF("3") },
    { PICKLE(T_PROTO "\x95\1."), BROKEN_OFF("3") },
    { PICKLE(T_PROTO "cos\nsystem"), BROKEN_OFF("6") },
    { PICKLE(T_PROTO "Nq"), BROKEN_OFF("4") },
    { PICKLE(T_PROTO "h"), BROKEN_OFF("3") },
    /* The walk. */
    { PICKLE(T_PROTO "N."), NO_TENSORS },
    { PICKLE(T_PROTO "}N" PAIR "s."), NO_TENSORS },
    { PICKLE(T_PROTO T_GLOBAL("os", "system") "U\4true\x85R."), NO_TENSORS },
    { PICKLE(T_PROTO T_GLOBAL("torch._tensor", "_rebuild_from_type_v2")
             T_GLOBAL("torch._tensor", "_rebuild_from_type_v2") "NN\x87R."),
      NO_TENSORS },
    { PICKLE(T_PROTO "}(" T_TEXT("\1", "a") PAIR T_TEXT("\1", "a") PAIR "u."), "FILE: has tensor 'a' twice" },
    { PICKLE(T_PROTO "}" T_TEXT("\x78", SIXTY SIXTY) "}" T_TEXT("\x78", SIXTY SIXTY) "}"
             T_TEXT("\xe", "abcdefghijklmn") PAIR "sss."),
      "FILE: has a tensor whose name is longer than 255 characters" },
    /* Tensors. */
    { BAD_TENSOR("N", "K\0", ")", ")"), NOT_UNDERSTOOD },
    { BAD_TENSOR(T_STORAGE("New", "f", "\6"), "K\0", ")", ")"), NOT_UNDERSTOOD },
    { BAD_TENSOR(FLOATS, "N", ")", ")"), NOT_UNDERSTOOD },
    { BAD_TENSOR(FLOATS, MINUS, ")", ")"), NOT_UNDERSTOOD },
    { BAD_TENSOR(FLOATS, "K\0", "N", ")"), DAMAGED("tensor 'a' has no shape and strides") },
    { BAD_TENSOR(FLOATS, "K\0", ")", "]"), DAMAGED("tensor 'a' has no shape and strides") },
    { BAD_TENSOR(FLOATS, "K\0", "K\1\x85", ")"), DAMAGED("tensor 'a' has no shape and strides") },
    { BAD_TENSOR(FLOATS, "K\0", "N\x85", "K\1\x85"),
      DAMAGED("tensor 'a' has a side or stride that is no number of values") },
    { BAD_TENSOR(FLOATS, "K\0", MINUS "\x85", "K\1\x85"),
      DAMAGED("tensor 'a' has a side or stride that is no number of values") },
    { BAD_TENSOR(FLOATS, "K\5", "K\2\x85", MINUS "\x85"),
      DAMAGED("tensor 'a' has a side or stride that is no number of values") },
    { BAD_TENSOR(FLOATS, "K\0", "(K\1K\1K\1K\1K\1K\1K\1K\1K\1t", "(K\1K\1K\1K\1K\1K\1K\1K\1K\1t"),
      "FILE: tensor 'a' has more than 8 dimensions" },
    { BAD_TENSOR(FLOATS, "K\0", LONG8("\0\0\0\0\0\0\0\x40") "K\4\x86", "K\0K\0\x86"),
      "FILE: tensor 'a' has a shape beyond all memory" },
    { BAD_TENSOR(FLOATS, "K\0", "K\7\x85", LONG8("\0\0\0\0\0\0\0\x40") "\x85"),
      DAMAGED("tensor 'a' reaches beyond all memory") },
    { BAD_TENSOR(FLOATS, LONG8("\xff\xff\xff\xff\xff\xff\xff\x7f"), "K\2K\3\x86",
                 LONG8("\xff\xff\xff\xff\xff\xff\xff\x7f") "K\3\x86"),
      DAMAGED("tensor 'a' reaches beyond all memory") },
    { BAD_TENSOR(FLOATS, "K\0", "K\7\x85", "K\1\x85"),
      DAMAGED("tensor 'a' reaches value 7 of a storage that has 6") },
    { BAD_TENSOR(FLOATS, "K\1", "K\2K\3\x86", "K\3K\1\x86"),
      DAMAGED("tensor 'a' reaches value 7 of a storage that has 6") },
    { BAD_TENSOR(FLOATS, "K\6", ")", ")"), DAMAGED("tensor 'a' reaches value 7 of a storage that has 6") },
    { BAD_TENSOR(FLOATS, "K\0", "K\7\x85", "K\0\x85"),
      "FILE: tensor 'a' repeats values of its storage: save its clone()" },
    /* Storages. */
    { PICKLE(T_PROTO "(" FLOATS T_STORAGE("Int", "f", "\6") "t."),
      DAMAGED("storage 'f' is of two types or sizes") },
    { PICKLE(T_PROTO "(" FLOATS T_STORAGE("Float", "f", "\5") "t."),
      DAMAGED("storage 'f' is of two types or sizes") },
    { PICKLE(T_PROTO T_STORAGE("Float", "g", "\6") "."), DAMAGED("storage 'g' is not in the zip archive") },
    { PICKLE(T_PROTO T_STORAGE("Float", "f", "\7") "."),
      DAMAGED("storage 'f' has 24 bytes, expected 7 values of 4") },
    { PICKLE(T_PROTO T_STORAGE("ComplexDouble", "f", "\6") "."),
      DAMAGED("storage 'f' has 24 bytes, expected 6 values of 16") },
    { PICKLE(T_PROTO "(U\7storagectorch\nFloatStorage\nX\1\0\0\0fN" LONG8("\6\0\0\0\0\0\0\x40") "tQ."),
      DAMAGED("storage 'f' has 24 bytes, expected 4611686018427387910 values of 4") },
};

static void test_bad_pickles(void **state)
{
    (void)state;
    for (size_t i = 0; i < DF_COUNT(bad); i++)
        assert_refused(torch_zip_file(bad[i].pickle, bad[i].size, storages, 1), bad[i].sentence);
}

/* --------------------------------------------------------------------------- pickles as weapons -- */

/** Takes pickle and file over; a second is far more than any may take. */
static void assert_bomb_refused(ModelFile pickle, const char *sentence)
{
    struct timespec begin, end;
    torch_file_add(&pickle, ".", 1);
    ModelFile file = torch_zip_file(pickle.bytes, pickle.size, storages, 1);
    free(pickle.bytes);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
    assert_refused(file, sentence);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    assert_true(end.tv_sec - begin.tv_sec <= 3);
}

static ModelFile bomb(const char *text, size_t size)
{
    ModelFile pickle = { NULL, 0 };
    torch_file_add(&pickle, text, size);
    return pickle;
}

static void repeat(ModelFile *pickle, const char *text, size_t size, int count)
{
    char *all = malloc(count * size);
    for (int i = 0; i < count; i++)
        memcpy(all + i * size, text, size);
    torch_file_add(pickle, all, count * size);
    free(all);
}

static void test_bombs(void **state)
{
    (void)state;
    /* Lists in lists, deeper than any stack of calls. */
    ModelFile pickle = bomb(PICKLE(T_PROTO PAIR));
    repeat(&pickle, PICKLE("\x85"), 200000);
    assert_bomb_refused(pickle, "FILE: is nested deeper than 64 levels: save the network's state_dict()");

    /* Each tuple holds the one before twice: 2^60 tensors. */
    pickle = bomb(PICKLE(T_PROTO PAIR));
    repeat(&pickle, PICKLE("2\x86"), 60);
    assert_bomb_refused(pickle, DAMAGED("its parts refer to one another too often"));

    /* The same list of pairs as so many dicts. */
    pickle = bomb(PICKLE(T_PROTO "]("));
    repeat(&pickle, PICKLE("NN\x86"), 100000);
    torch_file_add(&pickle, PICKLE("e\x85q\1"));
    repeat(&pickle, PICKLE(T_GLOBAL("collections", "OrderedDict") "h\1R"), 50000);
    assert_bomb_refused(pickle, "FILE: its pickle has more than 524288 values, which no checkpoint has");

    pickle = bomb(PICKLE(T_PROTO));
    repeat(&pickle, PICKLE("]"), 1100000);
    assert_bomb_refused(pickle, "FILE: its pickle has more than 524288 values, which no checkpoint has");

    /* The stack grows and shrinks where it would have to move. */
    pickle = bomb(PICKLE(T_PROTO));
    repeat(&pickle, PICKLE("N"), 262144);
    repeat(&pickle, PICKLE("N0"), 131000);
    assert_bomb_refused(pickle, NO_TENSORS);

    /* One list of a thousand tensors, fifty times. */
    pickle = bomb(PICKLE(T_PROTO "](" PAIR "q\1"));
    repeat(&pickle, PICKLE("h\1"), 20000);
    torch_file_add(&pickle, PICKLE("e2\x86"));
    assert_bomb_refused(pickle, "FILE: has more than 32768 tensors");
}

/* ----------------------------------------------------------------------------- bad containers -- */

/** Where the n-th `text` begins. */
static uint8_t *find(ModelFile file, const char *text, size_t size, int n)
{
    for (size_t i = 0; i + size <= file.size; i++)
        if (!memcmp(file.bytes + i, text, size) && !n--)
            return file.bytes + i;
    fail_msg("there is no %s", text);
    return NULL;
}

/** Bytes of a good archive that are changed: some after the n-th signature. */
static const struct {
    const char *signature;
    int n;
    size_t at;
    int value;
    const char *sentence;
} bad_zips[] = {
    { "PK\5\6", 0, 0, 'p', "FILE: its zip archive has no end: the file is cut short" },
    { "PK\5\6", 0, 20, 1, "FILE: its zip archive has no end: the file is cut short" },
    { "PK\5\6", 0, 4, 1, "FILE: is one part of a zip archive of several: join them first" },
    { "PK\5\6", 0, 8, 2, "FILE: is one part of a zip archive of several: join them first" },
    { "PK\5\6", 0, 15, 1, DAMAGED("its zip directory does not lie before the archive's end") },
    { "PK\5\6", 0, 18, 1, DAMAGED("its zip directory does not lie before the archive's end") },
    { "PK\5\6", 0, 16, 0, DAMAGED("its zip directory is not what the archive's end says") },
    { "PK\1\2", 1, 0, 'p', DAMAGED("its zip directory is not what the archive's end says") },
    { "PK\1\2", 1, 29, 200, DAMAGED("its zip directory is not what the archive's end says") },
    { "PK\1\2", 0, 8, 9, "FILE: its entry 'model/data.pkl' is encrypted: unpack the archive first" },
    { "PK\1\2", 0, 10, 8,
      "FILE: its entry 'model/data.pkl' is compressed, as none of a checkpoint is: unpack the archive "
      "first" },
    { "PK\1\2", 0, 20, 1, DAMAGED("its entry 'model/data.pkl' has two sizes") },
    { "PK\1\2", 0, 42, 1, DAMAGED("its entry 'model/data.pkl' is not where the zip directory says") },
    { "PK\1\2", 0, 45, 1, DAMAGED("its entry 'model/data.pkl' is not where the zip directory says") },
    { "PK\3\4", 0, 30, '\n', DAMAGED("its entry 'model/data.pkl' is not where the zip directory says") },
    { "PK\1\2", 0, 46, '\n', DAMAGED("its entry '?odel/data.pkl' is not where the zip directory says") },
    { "PK\3\4", 0, 26, 1, DAMAGED("its entry 'model/data.pkl' is not where the zip directory says") },
    { "PK\3\4", 0, 29, 0xff, DAMAGED("its entry 'model/data.pkl' reaches into the zip directory") },
};

static void test_bad_zips(void **state)
{
    (void)state;
    for (size_t i = 0; i < DF_COUNT(bad_zips); i++) {
        ModelFile file = torch_zip_file(PICKLE(PAIR_ALONE), storages, 1);
        find(file, bad_zips[i].signature, 4, bad_zips[i].n)[bad_zips[i].at] = bad_zips[i].value;
        assert_refused(file, bad_zips[i].sentence);
    }
    ModelFile file = torch_zip_file(PICKLE(PAIR_ALONE), storages, 1);
    memset(find(file, "PK\5\6", 4, 0) + 8, 0xff, 4);
    assert_refused(file,
                   "FILE: is a zip64 archive of more than 65534 entries or 4 GiB, which no checkpoint of "
                   "use is");
    file = torch_zip_file(PICKLE(PAIR_ALONE), storages, 1);
    memset(find(file, "PK\5\6", 4, 0) + 8, 9, 4);
    assert_refused(file, DAMAGED("its zip directory has no room for its entries"));
    file = torch_zip_file(PICKLE(PAIR_ALONE), storages, 1);
    find(file, "PK\5\6", 4, 0)[8] = find(file, "PK\5\6", 4, 0)[10] = 3;
    assert_refused(file, DAMAGED("its zip directory is longer than its entries"));
}

/** Archives of these entries, each with its own name in it. */
static void assert_entries_refused(const char *const *names, int count, const char *sentence)
{
    TorchZip zip = { { NULL, 0 }, { NULL, 0 }, 0 };
    for (int i = 0; i < count; i++)
        torch_zip_add(&zip, names[i], names[i], strlen(names[i]));
    assert_refused(torch_zip_end(&zip), sentence);
}

static void test_bad_entries(void **state)
{
    (void)state;
    assert_entries_refused((const char *[]){ "a/data.pkl", "a/data/0", "a/data.pkl" }, 3,
                           DAMAGED("its entry 'a/data.pkl' is there twice"));
    assert_entries_refused((const char *[]){ "a/data.pkl", "b/data.pkl" }, 2,
                           DAMAGED("has more than one data.pkl"));
    assert_entries_refused((const char *[]){ "net.pth", "a/b/data.pkl", "data.pkl", "a/data.pklx" }, 4,
                           "FILE: is a zip archive without data.pkl, no checkpoint of torch.save(): unpack "
                           "it if one lies in it");
    assert_entries_refused((const char *[]){ "a/data.pkl", "a/byteorder" }, 2,
                           "FILE: its values are big-endian: save it again on another machine");
}

static ModelFile head(const char *text, size_t size)
{
    ModelFile file = { NULL, 0 };
    torch_file_add(&file, text, size);
    return file;
}

static void test_bad_legacy(void **state)
{
    (void)state;
    static const char no_torch[] = "FILE: is a Python pickle, but not of torch.save(): save the network's "
                                   "state_dict() with that";
    assert_refused(head(PICKLE(T_PROTO "N.")), no_torch);
    assert_refused(head(PICKLE(T_PROTO "\x8a\3abc.")), no_torch);
    assert_refused(head(PICKLE(T_PROTO "\x8a\x0a" "0123456789.")), no_torch);
    assert_refused(head(PICKLE(T_PROTO "U\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.")), no_torch);
    assert_refused(head(PICKLE(T_MAGIC T_PROTO "K\1.")),
                   DAMAGED("its protocol is not 1001, the only one there is"));
    assert_refused(head(PICKLE(T_MAGIC T_VERSION T_SYSTEM("\x89"))),
                   "FILE: its values are big-endian: save it again on another machine");
    assert_refused(head(PICKLE(T_MAGIC T_VERSION T_SYSTEM("\x88") T_PROTO "N." T_PROTO "N.")),
                   DAMAGED("has no list of its storages"));
}

static void test_bad_legacy_storages(void **state)
{
    TorchStorage one = storages[0], twice[] = { one, one };
    (void)state;
    assert_refused(torch_legacy_file(PICKLE(PAIR_ALONE), storages, 2),
                   DAMAGED("storage 'h' has a type that is not known, or belongs to no tensor"));
    assert_refused(torch_legacy_file(PICKLE(PAIR_ALONE), NULL, 0),
                   DAMAGED("storage 'f' is missing from the list of storages"));
    assert_refused(torch_legacy_file(PICKLE(PAIR_ALONE), twice, 2), DAMAGED("storage 'f' is there twice"));
    one.count = 5;
    assert_refused(torch_legacy_file(PICKLE(PAIR_ALONE), &one, 1),
                   DAMAGED("storage 'f' has 5 values, expected 6"));
    one = storages[0];
    one.size--;
    assert_refused(torch_legacy_file(PICKLE(PAIR_ALONE), &one, 1),
                   "FILE: ends within storage 'f' of 6 values of 4 bytes: the file is cut short");
    ModelFile file = torch_legacy_file(PICKLE(PAIR_ALONE), storages, 1);
    file.size -= sizeof floats + 1;
    assert_refused(file, "FILE: ends before storage 'f': the file is cut short");
    /* A view of another storage, as the oldest files have it. */
    static const char view[] = T_PROTO T_STORAGE_OF(T_GLOBAL("torch", "FloatStorage"), "f", "\6", "K\1") ".";
    assert_refused(torch_legacy_file(view, sizeof view - 1, storages, 1),
                   DAMAGED("storage 'f' has a type that is not known, or belongs to no tensor"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_pickles),
        cmocka_unit_test(test_bombs),
        cmocka_unit_test(test_bad_zips),
        cmocka_unit_test(test_bad_entries),
        cmocka_unit_test(test_bad_legacy),
        cmocka_unit_test(test_bad_legacy_storages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
