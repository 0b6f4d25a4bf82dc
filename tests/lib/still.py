"""
Still pictures for tests/cli*.sh; needs nothing but Python itself.

    still.py golden CASE            image.ppm, mask.pgm and sketch.pgm of a golden case (free_64x64, ...)
    still.py compare EXPECTED CASE...               CASE/out.ppm with a project's own, as tests/golden has it
    still.py npy FILE.npy OUT       an array of bytes as PPM or PGM
    still.py same A.ppm B.npy       within a level, in nearly all values
    still.py turn N IN.jpg OUT.jpg  the same with an EXIF orientation
    still.py odd FILE NAME          a safetensors of one tensor, whose name is such inside JSON's quotes
    still.py values A B STEP        tensors of two safetensors are within STEP units in float16's last place
"""
import ast
import json
import math
import os
import struct
import sys

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden")


def tensors(path):
    """Header and data of a safetensors file."""
    with open(path, "rb") as file:
        data = file.read()
    end = 8 + struct.unpack("<Q", data[:8])[0]
    return json.loads(data[8:end]), data[end:]


def tensor(path, name):
    header, data = tensors(path)
    if name not in header:
        return None, None
    begin, end = header[name]["data_offsets"]
    return header[name]["shape"], data[begin:end]


def write(path, width, height, values):
    """As PPM or PGM, by their number."""
    kind = b"P6" if len(values) == 3 * width * height else b"P5"
    with open(path, "wb") as file:
        file.write(kind + b"\n%d %d\n255\n" % (width, height) + values)


def read(path):
    with open(path, "rb") as file:
        _, size, _, values = file.read().split(b"\n", 3)
    width, height = map(int, size.split())
    return width, height, values


def cut(shape, values, width, height):
    """The upper left corner."""
    row = shape[1] * 3
    return b"".join(values[y * row:y * row + 3 * width] for y in range(height))


def golden(case):
    kind, size = case.split("_")
    width, height = map(int, size.split("x"))
    own, foreign = (os.path.join(GOLDEN, name) for name in ("pictures.safetensors",
                                                            "checkpoints/pictures.safetensors"))
    shape, values = tensor(own, size)
    if not shape:
        shape, values = tensor(own, "256x256")
    write("image.ppm", width, height, cut(shape, values, width, height))
    mask = tensor(own, case)[1] or tensor(foreign, case)[1]
    write("mask.pgm", width, height, mask or (b"\xff" if kind == "full" else b"\0") * (width * height))
    sketch = tensor(foreign, "sketch_" + size)[1]
    if sketch:
        write("sketch.pgm", width, height, sketch)


def judge(expected, found):
    """At most one level off, one of a thousand values in the mean: outputs_most(), tests/outputs.h, has why."""
    worst = [abs(a - b) for a, b in zip(expected, found)]
    mean = len(worst) / 1000
    most = int(mean + 3 * math.sqrt(mean) + 3)
    print(len(worst), "values,", len(worst) - worst.count(0), "off,", most, "may be, at most", max(worst))
    return len(expected) == len(found) and max(worst) <= 1 and sum(worst) <= most


def compare(expected, *cases):
    good = True
    for case in cases:
        print(case, end=": ")
        every = int(tensors(expected)[0]["__metadata__"]["every.%s.final" % case])
        good &= judge(tensor(expected, case + ".final")[1], read(case + "/out.ppm")[2][::every])
    return good


def npy(path):
    with open(path, "rb") as file:
        data = file.read()
    end = 10 + struct.unpack("<H", data[8:10])[0]
    header = ast.literal_eval(data[10:end].decode())
    assert header["descr"] == "|u1" and not header["fortran_order"]
    return header["shape"], data[end:]


def turn(orientation, source, target):
    """A TIFF header with one entry, behind the JPEG's first two bytes."""
    tiff = b"MM\0*\0\0\0\x08" + struct.pack(">HHHIHHI", 1, 0x112, 3, 1, orientation, 0, 0)
    segment = b"Exif\0\0" + tiff
    with open(source, "rb") as file:
        data = file.read()
    with open(target, "wb") as file:
        file.write(data[:2] + b"\xff\xe1" + struct.pack(">H", 2 + len(segment)) + segment + data[2:])


def odd(path, name):
    """A file of one tensor, of which nobody has heard."""
    header = b'{"__metadata__":{"note":"%s"},"%s":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}'
    header %= name, name
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(header)) + header + b"\0\0\x80\x3f")


def values(a, b, step):
    """Values of both files; B may be float16."""
    ours, theirs = tensors(a), tensors(b)
    assert {k for k in ours[0]} == {k for k in theirs[0]}
    for name in set(ours[0]) - {"__metadata__"}:
        exact, other = ours[0][name], theirs[0][name]
        assert exact["shape"] == other["shape"] and exact["dtype"] == "F32", name
        begin, end = exact["data_offsets"]
        x = struct.unpack("<%df" % ((end - begin) // 4), ours[1][begin:end])
        begin, end = other["data_offsets"]
        kind, size = ("f", 4) if other["dtype"] == "F32" else ("e", 2)
        y = struct.unpack("<%d%s" % ((end - begin) // size, kind), theirs[1][begin:end])
        for p, q in zip(x, y):
            unit = max(2.0 ** -24, abs(q) * 2.0 ** -10)
            assert abs(p - q) <= step * unit, (name, p, q)
    return True


def main(what, *rest):
    if what == "golden":
        golden(*rest)
    elif what == "compare":
        return compare(*rest)
    elif what == "npy":
        shape, data = npy(rest[0])
        write(rest[1], shape[1], shape[0], data)
    elif what == "same":
        return judge(npy(rest[1])[1], read(rest[0])[2])
    elif what == "turn":
        turn(int(rest[0]), *rest[1:])
    elif what == "odd":
        odd(rest[0], rest[1].encode())
    elif what == "values":
        return values(rest[0], rest[1], float(rest[2]))
    return True


sys.exit(not main(*sys.argv[1:]))
