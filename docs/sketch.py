#!/usr/bin/env python3
"""
docs/sketch.jpg: one hole, filled without a sketch and with two different ones.

    python3 docs/sketch.py build/deepfill PHOTO.jpg docs/sketch.jpg

PHOTO: "Pehunco Health Clinic opens", US Army Corps of Engineers, public domain, scaled to 599x320 pixels (openstax,
Introduction to Anthropology, figure 17.1; left out of all training). Needs Pillow.
"""
import subprocess
import sys
import tempfile

from PIL import Image, ImageDraw

VIEW = (300, 0, 599, 240)  # of the photo
HOLE = [(135, 8), (215, 8), (262, 60), (262, 115), (215, 95), (135, 75)]
SKETCHES = [
    [],
    [[(100, 36), (188, 28), (275, 122)], [(100, 50), (184, 40), (262, 122)]],
    [[(100, 36), (240, 22), (252, 122)], [(100, 50), (232, 38), (240, 122)]],
]


def drawn(size, draw):
    picture = Image.new("L", size)
    draw(ImageDraw.Draw(picture))
    return picture


def main(program, photo, out):
    view = Image.open(photo).convert("RGB").crop(VIEW)
    width, height = view.size
    hole = drawn(view.size, lambda d: d.polygon(HOLE, fill=255))
    sheet = Image.new("RGB", (len(SKETCHES) * width, 2 * height))
    with tempfile.TemporaryDirectory() as work:
        view.save(f"{work}/in.png")
        hole.save(f"{work}/mask.png")
        for i, strokes in enumerate(SKETCHES):
            lines = drawn(view.size, lambda d: [d.line(s, fill=255, width=2) for s in strokes])
            lines.save(f"{work}/lines.png")
            subprocess.run([program, "fill", f"{work}/in.png", f"{work}/mask.png", "--sketch", f"{work}/lines.png",
                            "-o", f"{work}/out.png"], check=True)
            asked = Image.composite(Image.new("RGB", view.size, (128, 128, 128)), view, hole)
            asked.paste((255, 255, 255), mask=Image.composite(lines, Image.new("L", view.size), hole))
            sheet.paste(asked, (i * width, 0))
            sheet.paste(Image.open(f"{work}/out.png"), (i * width, height))
    sheet.save(out, quality=90)


if __name__ == "__main__":
    main(*sys.argv[1:])
