"""
Milliseconds against the side of a region, both logarithmic, as SVG, for tests/bench_peers.py; its words and lines for
tests/plot_ahead.py, too.

Panels stand side by side with one scale. Every line is labelled where it ends, in its own colour; there is no
legend to look up.
"""
import math
from collections import namedtuple
from html import escape

Line = namedtuple("Line", "label points kind")  # points: (side, ms), sides ascending

PANEL, HEIGHT = 300, 330         # of the drawing area, in pixels
LEFT, GAP, RIGHT = 70, 190, 150  # around and between the panels
TOP, BOTTOM = 118, 64
FONT = "font-family=\"-apple-system, 'Segoe UI', 'Helvetica Neue', Helvetica, Arial, sans-serif\""
INK, PALE, GRID, FINE = "#1f2933", "#66727f", "#dbe1e7", "#eff2f5"
# Colours that the colour-blind tell apart, too; the hole alone is dashed.
STYLES = {
    "torch-whole": ("#c4532b", 1.8, ""), "ort-whole": ("#8a6fb0", 1.8, ""),
    "deepfill-whole": ("#0b6e99", 2.6, ""), "deepfill-hole": ("#0b6e99", 2.6, "7 4"),
}
LINE_HEIGHT = 16


def text(x, y, content, size=12, fill=INK, anchor="start", more=""):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}" text-anchor="{anchor}"{more}>'
            f"{escape(content)}</text>")


def rule(x0, y0, x1, y1, stroke):
    return f'<line x1="{x0:.1f}" y1="{y0:.1f}" x2="{x1:.1f}" y2="{y1:.1f}" stroke="{stroke}"/>'


def duration(ms):
    """As a tick says it."""
    return f"{ms / 1000:g} s" if ms >= 1000 else f"{ms:g} ms"


class Scale:
    """Logarithmic, from values lo..hi to pixels begin..end."""

    def __init__(self, lo, hi, begin, end):
        self.lo, self.hi, self.begin = lo, hi, begin
        self.factor = (end - begin) / math.log(hi / lo)

    def __call__(self, value):
        return self.begin + self.factor * math.log(value / self.lo)


def ms_range(panels):
    """All that was measured, out to a 1, 2 or 5 of its decade."""
    times = [ms for _, lines in panels for line in lines for _, ms in line.points]
    steps = [step * 10.0 ** power for power in range(-2, 7) for step in (1, 2, 5)]
    return max(s for s in steps if s < min(times)), min(s for s in steps if s > max(times))


def time_axis(y, left):
    parts = []
    for power in range(-2, 7):
        for step in range(1, 10):
            value = step * 10.0 ** power
            if not y.lo <= value <= y.hi:
                continue
            parts.append(rule(left, y(value), left + PANEL, y(value), GRID if step == 1 else FINE))
            if step in (1, 2, 5):
                parts.append(text(left - 9, y(value) + 4, duration(value), 11.5, PALE, "end"))
    return parts


def side_axis(x, sides):
    bottom = TOP + HEIGHT
    parts = []
    for side in sides:
        whole = side & (side - 1) == 0
        parts.append(rule(x(side), TOP, x(side), bottom, GRID if whole else FINE))
        if whole:
            parts.append(text(x(side), bottom + 19, str(side), 11.5, PALE, "middle"))
    parts.append(rule(x.begin, bottom, x.begin + PANEL, bottom, PALE))
    parts.append(text(x.begin + PANEL / 2, bottom + 41, "side of the square region, pixels", 12, PALE, "middle"))
    return parts


def curve(line, x, y):
    colour, width, dashes = STYLES[line.kind]
    path = " ".join(f"{'L' if i else 'M'}{x(side):.1f} {y(ms):.1f}" for i, (side, ms) in enumerate(line.points))
    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
    parts = [f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}"{dash} '
             'stroke-linejoin="round"/>']
    for side, ms in line.points:
        parts.append(f'<circle cx="{x(side):.1f}" cy="{y(ms):.1f}" r="3.2" fill="{colour}" stroke="#fff" '
                     f'stroke-width="1.2"/>')
    return parts


def label(line, x, y, anchor):
    return text(x, y, f"{line.label}  {spoken(line.points[-1][1])}", 12, STYLES[line.kind][0], anchor,
                ' font-weight="600"')


def spoken(ms):
    """As a label says it: two or three digits."""
    return f"{ms / 1000:.1f} s" if ms >= 1000 else f"{ms:.0f} ms"


def spread(places):
    """Moved down as far as it takes that none overlap; places ascend."""
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + LINE_HEIGHT)
    return places


def labels(lines, x, y, last):
    """Lines that go to the right edge are labelled beyond it, those that end before above their end."""
    parts = []
    whole = sorted((line for line in lines if line.points[-1][0] == last), key=lambda line: y(line.points[-1][1]))
    short = sorted((line for line in lines if line.points[-1][0] < last), key=lambda line: y(line.points[-1][1]))
    for line, at in zip(whole, spread([y(line.points[-1][1]) + 4 for line in whole])):
        parts.append(label(line, x(last) + 10, at, "start"))
    for number, line in enumerate(short):
        at = y(short[0].points[-1][1]) - 10 - LINE_HEIGHT * (len(short) - 1 - number)
        parts.append(label(line, x(line.points[-1][0]) + 6, at, "end"))
    return parts


def panel(title, lines, left, y):
    sides = sorted({side for line in lines for side, _ in line.points})
    x = Scale(sides[0] if len(sides) > 1 else 1, sides[-1], left, left + PANEL)
    parts = time_axis(y, left) + side_axis(x, sides)
    parts.append(text(left, TOP - 14, title, 13, INK, more=' font-weight="600"'))
    for line in lines:
        parts += curve(line, x, y)
    return parts + labels(lines, x, y, sides[-1])


def draw(panels, title, subtitles):
    """@param panels  (title, [Line]) each, @param subtitles  at most two lines, @return the SVG"""
    width = LEFT + len(panels) * PANEL + (len(panels) - 1) * GAP + RIGHT
    height = TOP + HEIGHT + BOTTOM
    y = Scale(*ms_range(panels), TOP + HEIGHT, TOP)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
             f'height="{height}" role="img" {FONT}>', f"<title>{escape(title)}</title>",
             f'<rect width="{width}" height="{height}" rx="8" fill="#ffffff"/>',
             text(24, 34, title, 17, INK, more=' font-weight="600"')]
    parts += [text(24, 55 + LINE_HEIGHT * i, line, 12, PALE) for i, line in enumerate(subtitles)]
    for number, (name, lines) in enumerate(panels):
        parts += panel(name, lines, LEFT + number * (PANEL + GAP), y)
    return "\n".join(parts + ["</svg>\n"])
