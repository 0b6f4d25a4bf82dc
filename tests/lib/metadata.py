"""
Metadata of PNG and JPEG files for tests/cli_fill_metadata.sh; needs nothing but Python itself.

    metadata.py put IN OUT WHAT=VALUE...   add to a file, behind its head
        exif=N[,big][,KIND]                Exif with orientation N, a GPS directory and a thumbnail; KIND is what is
                                           other than in cameras' blocks, see exif()
        xmp=N or xmp=N,thumbnail           XMP with orientation N
        density=UNIT,X,Y                   JFIF's (0 none, 1 inches, 2 centimetres), or a PNG's (0 none, 1 metres)
        icc=SIZE                           a profile of RGB
        text=WORDS, srgb=N, gama=N         of a PNG alone
        raw=NAME, packed=N                 of a PNG alone: a raw profile with a thumbnail; compressed XMP
        bytes=FILE                         an Exif block that lies in a file
    metadata.py tell FILE                  what a file tells, a fact a line
    metadata.py block N OUT                the Exif block that exif=N adds
    metadata.py damage IN FOLDER COUNT     COUNT copies of a JPEG, 000.jpg ..., with an Exif block of which bytes were
                                           changed or cut off, of orientation 1, 3 and 6 by turns
    metadata.py alike A B SIZE             whether raw pictures of SIZE bytes are alike, by a mean difference below 6
"""
import os
import random
import struct
import sys
import zlib

THUMBNAIL = b"\xff\xd8THUMBNAIL OF WHAT WAS THERE" * 9 + b"\xff\xd9"


def directory(order, at, entries, following):
    """Entries (tag, type, count, value or bytes); longer values lie behind. Returns bytes."""
    table = struct.pack(order + "H", len(entries))
    behind, place = b"", at + 2 + 12 * len(entries) + 4
    for tag, kind, count, value in entries:
        table += struct.pack(order + "HHI", tag, kind, count)
        if isinstance(value, bytes):
            table += struct.pack(order + "I", place + len(behind))
            behind += value
        else:
            table += struct.pack(order + ("HH" if kind == 3 else "I"), *([value, 0] if kind == 3 else [value]))
    return table + struct.pack(order + "I", following(place + len(behind)) if following else 0) + behind


def exif(orientation, order="<", kind=""):
    """
    A block as cameras write it: two directories, two below the first, a thumbnail at the end. Kinds: "short": the
    thumbnail's size is of type SHORT; "strip", "pieces": it is TIFF's, in one piece or two; "over": it is said to
    lie over directory 0; "loop": directory 0 links to itself; "date": its date lies outside; "long": the orientation
    is of type LONG.
    """
    make, entries = b"A camera\0\0", lambda e, g: [
        (0x10f, 2, len(make), make), (0x112, 4 if kind == "long" else 3, 1, orientation),
        (0x11a, 5, 1, struct.pack(order + "II", 300, 1)),
        *([(0x132, 2, 20, 0x00ffff00)] if kind == "date" else []), (0x8769, 4, 1, e), (0x8825, 4, 1, g)]
    first = len(directory(order, 8, entries(0, 0), None))
    below = directory(order, 8 + first, [(0x9003, 2, 20, b"2026:01:02 03:04:05\0"), (0xa002, 4, 1, 64)], None)
    gps = directory(order, 8 + first + len(below), [(29, 2, 11, b"2026:01:02\0")], None)
    second = 8 + first + len(below) + len(gps)
    size = len(THUMBNAIL)
    thumb = {"short": [(0x103, 3, 1, 6), (0x201, 4, 1, second + 42), (0x202, 3, 1, size)],
             "strip": [(0x103, 3, 1, 1), (0x111, 4, 1, second + 42), (0x117, 4, 1, size)],
             "pieces": [(0x103, 3, 1, 1), (0x111, 3, 2, second + 42), (0x117, 3, 2, size)],
             "over": [(0x103, 3, 1, 6), (0x201, 4, 1, 8), (0x202, 4, 1, 100)]}.get(
                 kind, [(0x103, 3, 1, 6), (0x201, 4, 1, second + 42), (0x202, 4, 1, size)])
    thumb = directory(order, second, thumb, None)
    assert len(thumb) == 42
    return ((b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, 8) +
            directory(order, 8, entries(8 + first, 8 + first + len(below)),
                      lambda end: 8 if kind == "loop" else second) + below + gps + thumb + THUMBNAIL)


def xmp(value):
    number, _, thumbnail = value.partition(",")
    inside = b"<xmp:Thumbnails><rdf:Alt><rdf:li xmpGImg:image='%s'/></rdf:Alt></xmp:Thumbnails>" % THUMBNAIL
    return (b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="%d" dc:rights="me"/>%s</x:xmpmeta>'
            % (int(number), inside if thumbnail else b""))


def icc(size):
    head = bytearray(size)
    head[0:4] = struct.pack(">I", size)
    head[12:16], head[16:20], head[20:24], head[36:40] = b"mntr", b"RGB ", b"XYZ ", b"acsp"
    return bytes(head[:128]) + bytes(i * 7 % 251 for i in range(size - 128))


def block(value):
    number, *words = value.split(",")
    order = ">" if "big" in words else "<"
    return exif(int(number), order, "".join(word for word in words if word != "big"))


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


# ------------------------------------------------------------------------------------------ JPEG

def segment(marker, data):
    return struct.pack(">BBH", 0xff, marker, 2 + len(data)) + data


def jpeg_put(data, what, value):
    if what == "density":
        return data[:13] + struct.pack(">BHH", *map(int, value.split(","))) + data[18:]
    added = {"exif": lambda: segment(0xe1, b"Exif\0\0" + block(value)),
             "bytes": lambda: segment(0xe1, b"Exif\0\0" + read(value)),
             "xmp": lambda: segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0" + xmp(value)),
             "icc": lambda: segment(0xe2, b"ICC_PROFILE\0\1\1" + icc(int(value)))}[what]()
    return data[:20] + added + data[20:]  # behind JFIF's segment, which ends there


def jpeg_facts(data):
    at = 2
    while data[at + 1] != 0xda:
        marker, size = data[at + 1], struct.unpack(">H", data[at + 2:at + 4])[0]
        piece = data[at + 4:at + 2 + size]
        if marker == 0xe0 and piece[:5] == b"JFIF\0":
            yield "density %d %d %d" % struct.unpack(">BHH", piece[7:12])
        elif marker == 0xe1 and piece[:6] == b"Exif\0\0":
            yield exif_fact(piece[6:])
        elif marker == 0xe1:
            yield xmp_fact(piece[29:])
        elif marker == 0xe2:
            yield "icc %d %08x" % (len(piece) - 14, zlib.crc32(piece[14:]))
        elif marker == 0xdb:
            yield "tables %08x" % zlib.crc32(piece)
        at += 2 + size


# ------------------------------------------------------------------------------------------- PNG

def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def chunks(data):
    at = 8
    while at < len(data):
        size = struct.unpack(">I", data[at:at + 4])[0]
        assert zlib.crc32(data[at + 4:at + 8 + size]) == struct.unpack(">I", data[at + 8 + size:at + 12 + size])[0]
        yield data[at + 4:at + 8], data[at + 8:at + 8 + size]
        at += 12 + size


def png_put(data, what, value):
    added = {"exif": lambda: chunk(b"eXIf", block(value)), "bytes": lambda: chunk(b"eXIf", read(value)),
             "xmp": lambda: chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp(value)),
             "density": lambda: chunk(b"pHYs", struct.pack(">IIB", *[int(value.split(",")[i]) for i in (1, 2, 0)])),
             "icc": lambda: chunk(b"iCCP", b"A profile\0\0" + zlib.compress(icc(int(value)))),
             "text": lambda: chunk(b"tEXt", b"Comment\0" + value.encode()),
             "raw": lambda: chunk(b"tEXt", b"Raw profile type " + value.encode() + b"\0" + THUMBNAIL),
             "packed": lambda: chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(xmp(value))),
             "srgb": lambda: chunk(b"sRGB", bytes([int(value)])),
             "gama": lambda: chunk(b"gAMA", struct.pack(">I", int(value)))}[what]()
    kept = b"".join(chunk(name, piece) for name, piece in chunks(data[:33]))
    rest = b"".join(chunk(name, piece) for name, piece in list(chunks(data))[1:]
                    if not (what == "density" and name == b"pHYs"))
    return data[:8] + kept + added + rest


def png_facts(data):
    for name, piece in chunks(data):
        if name == b"pHYs":
            x, y, unit = struct.unpack(">IIB", piece)
            yield "density %d %d %d" % (unit, x, y)
        elif name == b"eXIf":
            yield exif_fact(piece)
        elif name == b"iTXt":
            yield xmp_fact(piece[22:])
        elif name == b"iCCP":
            profile = zlib.decompress(piece[piece.index(b"\0") + 2:])
            yield "icc %d %08x" % (len(profile), zlib.crc32(profile))
        elif name == b"tEXt":
            yield "text " + piece.split(b"\0")[1].decode()
        elif name in (b"sRGB", b"gAMA", b"cHRM"):
            yield name.decode() + " " + piece.hex()


# ------------------------------------------------------------------------------------------ both

def exif_fact(data):
    order = "<" if data[:2] == b"II" else ">"
    at = struct.unpack(order + "I", data[4:8])[0]
    count = struct.unpack(order + "H", data[at:at + 2])[0]
    orientation = 0
    for entry in range(at + 2, at + 2 + 12 * count, 12):
        tag, _, _, value = struct.unpack(order + "HHIH", data[entry:entry + 10])
        orientation = value if tag == 0x112 else orientation
    second = struct.unpack(order + "I", data[at + 2 + 12 * count:at + 6 + 12 * count])[0]
    return "exif orientation %d%s%s%s" % (orientation, " with a thumbnail" if second or b"THUMB" in data else "",
                                          "" if b"2026:01:02 03:04:05" in data else " without its time",
                                          "" if data[:2] == b"II" else " big")


def xmp_fact(data):
    mark = b'tiff:Orientation="'
    return "xmp orientation %s, %d bytes" % (data[data.index(mark) + len(mark):][:1].decode(), len(data))


def put(source, target, *facts):
    data = read(source)
    for fact in facts:
        what, value = fact.split("=")
        data = (jpeg_put if data[:2] == b"\xff\xd8" else png_put)(data, what, value)
    write(target, data)


def tell(path):
    data = read(path)
    for fact in (jpeg_facts if data[:2] == b"\xff\xd8" else png_facts)(data):
        print(fact)


def damage(source, folder, count):
    random.seed(1)
    picture = read(source)
    for i in range(int(count)):
        data = bytearray(exif((1, 3, 6)[i % 3]))
        for _ in range(random.randint(1, 4)):
            data[random.randrange(min(len(data), 250))] = random.choice([0, 1, 255, random.randrange(256)])
        if i % 4 == 0:
            del data[random.randrange(len(data)):]
        added = segment(0xe1, b"Exif\0\0" + bytes(data))
        write(os.path.join(folder, "%03d.jpg" % i), picture[:20] + added + picture[20:])


def alike(first, second, size):
    size, a, b = int(size), read(first), read(second)
    assert len(a) == len(b) and len(a) >= size, "%d and %d bytes" % (len(a), len(b))
    for at in range(0, len(a), size):
        difference = sum(abs(x - y) for x, y in zip(a[at:at + size], b[at:at + size])) / size
        assert difference < 6, "picture %d differs by %.1f" % (at // size, difference)


def main(what, *rest):
    if what == "put":
        put(*rest)
    elif what == "tell":
        tell(*rest)
    elif what == "block":
        write(rest[1], block(rest[0]))
    elif what == "damage":
        damage(*rest)
    elif what == "alike":
        alike(*rest)


main(*sys.argv[1:])
