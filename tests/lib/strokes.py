"""
White strokes at an opacity of 128 / 255 in each kind of PNG that has alpha, 192x144:

    python3 strokes.py RGBA16 GRAY8 GRAY16 PALETTE
"""
import struct
import sys
import zlib

WIDTH, HEIGHT = 192, 144
RGBA, GRAY, PALETTE = 6, 4, 3


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write(name, kind, depth, clear, stroke, extra=b""):
    """Pixels that are `stroke` in the strokes, else `clear`; extra: chunks before the picture."""
    def is_stroke(x, y):
        return 60 <= x <= 131 and 40 <= y <= 79 and x % 9 < 4

    rows = b"".join(b"\0" + b"".join(stroke if is_stroke(x, y) else clear for x in range(WIDTH)) for y in range(HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, kind, 0, 0, 0)
    with open(name, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(rows)) +
                   chunk(b"IEND", b""))


rgba16, gray8, gray16, palette = sys.argv[1:]
write(rgba16, RGBA, 16, b"\xff" * 6 + b"\0\0", b"\xff" * 6 + b"\x80\x80")
write(gray8, GRAY, 8, b"\xff\0", b"\xff\x80")
write(gray16, GRAY, 16, b"\xff\xff\0\0", b"\xff\xff\x80\x80")
write(palette, PALETTE, 8, b"\0", b"\1", chunk(b"PLTE", b"\0\0\0\xff\xff\xff") + chunk(b"tRNS", b"\0\x80"))
