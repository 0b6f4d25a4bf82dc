#!/usr/bin/env python3
"""
Quality against the look-ahead, as SVG:

    tests/plot_ahead.py FILE.csv docs/ahead.svg

FILE.csv has the columns group, film, ahead and psnr_hole (dB, the mean of a film's frames); others are ignored.
One panel a group, one line a film: dB gained over ahead=0. Needs nothing but Python.
"""
import csv
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from bench_plot import FINE, FONT, GRID, INK, LINE_HEIGHT, PALE, escape, rule, spread, text  # noqa: E402

PANEL, HEIGHT = 230, 300         # of the drawing area, in pixels
LEFT, GAP, RIGHT = 58, 206, 164  # around and between the panels; labels stand to the right of each
TOP, BOTTOM = 104, 64
# Okabe and Ito's colours, which the colour-blind tell apart, the yellow left out.
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000"]
TITLES = {"pan": "The camera moves, a fixed logo", "locked": "The camera stands, a fixed logo",
          "captions": "Captions come and go"}


def read(path):
    """@return {group: {film: [(ahead, dB)]}} in the file's order, ahead ascending"""
    groups = {}
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            films = groups.setdefault(row["group"], {})
            films.setdefault(row["film"], []).append((int(row["ahead"]), float(row["psnr_hole"])))
    for films in groups.values():
        for film, points in films.items():
            points.sort()
            if points[0][0] != 0:
                sys.exit(f"{path}: {film} has no row of ahead=0")
    return groups


def gains(points):
    return [(ahead, value - points[0][1]) for ahead, value in points]


def dB_range(groups):
    """All that was measured, out to whole dB."""
    values = [value for films in groups.values() for points in films.values() for _, value in gains(points)]
    return min(-1, int(min(values) // 1)), max(1, int(-(-max(values) // 1)))


def dB_axis(y, lo, hi, left):
    step = next(s for s in (1, 2, 5, 10, 20, 50) if (hi - lo) / s <= 10)
    parts = []
    for value in range(lo, hi + 1):
        if value % step == 0:
            parts.append(rule(left, y(value), left + PANEL, y(value), PALE if value == 0 else GRID))
            parts.append(text(left - 9, y(value) + 4, f"{value:+d}" if value else "0", 11.5, PALE, "end"))
    return parts


def ahead_axis(x, aheads, left):
    bottom = TOP + HEIGHT
    parts = []
    for ahead in aheads:
        parts.append(rule(x(ahead), TOP, x(ahead), bottom, FINE))
        parts.append(text(x(ahead), bottom + 19, str(ahead), 11.5, PALE, "middle"))
    parts.append(text(left + PANEL / 2, bottom + 41, "ahead, frames", 12, PALE, "middle"))
    return parts


def curve(points, colour, x, y):
    path = " ".join(f"{'L' if i else 'M'}{x(ahead):.1f} {y(gain):.1f}" for i, (ahead, gain) in enumerate(points))
    dots = [f'<circle cx="{x(ahead):.1f}" cy="{y(gain):.1f}" r="3" fill="{colour}" stroke="#fff" '
            f'stroke-width="1.2"/>' for ahead, gain in points]
    return [f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2.2" stroke-linejoin="round"/>', *dots]


def panel(title, films, left, y, limits):
    """`ahead` is drawn at even steps: what was measured, not its distance."""
    aheads = sorted({ahead for points in films.values() for ahead, _ in points})
    gap = PANEL / max(1, len(aheads) - 1)

    def x(ahead):
        return left + gap * aheads.index(ahead)

    parts = ahead_axis(x, aheads, left) + dB_axis(y, *limits, left)
    parts.append(text(left, TOP - 14, title, 13, INK, more=' font-weight="600"'))
    lines = sorted(((gains(points), points[-1][1], film, COLOURS[i % len(COLOURS)])
                    for i, (film, points) in enumerate(films.items())), key=lambda line: -line[0][-1][1])
    for points, _, _, colour in lines:
        parts += curve(points, colour, x, y)
    places = spread([y(line[0][-1][1]) + 4 for line in lines])
    above = max(0, places[-1] - TOP - HEIGHT)
    for (_, last, film, colour), place in zip(lines, places):
        parts.append(text(left + PANEL + 12, place - above, f"{film}: {last:.1f} dB", 12, colour,
                          more=' font-weight="600"'))
    return parts


def draw(groups):
    width = LEFT + len(groups) * PANEL + (len(groups) - 1) * GAP + RIGHT
    height = TOP + HEIGHT + BOTTOM
    lo, hi = dB_range(groups)

    def y(gain):
        return TOP + HEIGHT * (hi - gain) / (hi - lo)

    title = "What looking ahead gains"
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
             f'height="{height}" role="img" {FONT}>', f"<title>{escape(title)}</title>",
             f'<rect width="{width}" height="{height}" rx="8" fill="#ffffff"/>',
             text(24, 34, title, 17, INK, more=' font-weight="600"'),
             text(24, 34 + LINE_HEIGHT + 5, "PSNR in the hole, dB over that of ahead=0; beside each line, its PSNR "
                  "at the right edge.", 12, PALE)]
    for number, (group, films) in enumerate(groups.items()):
        parts += panel(TITLES.get(group, group), films, LEFT + number * (PANEL + GAP), y, (lo, hi))
    return "\n".join([*parts, "</svg>\n"])


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.strip())
    groups = read(sys.argv[1])
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write(draw(groups))


if __name__ == "__main__":
    main()
