"""Pictures and holes of our own."""
import numpy as np

SIZES = ((64, 64), (96, 128), (104, 88), (256, 256))  # width, height; 104x88 has odd eighths


def picture(width, height):
    """Gradients, stripes, a disc and some grain."""
    y, x = np.mgrid[:height, :width]
    grain = np.random.RandomState(width * height).randn(height, width)
    u, v = x / width, y / height
    disc = np.hypot(u - 0.6, v - 0.4) < 0.22
    stripes = np.sin(2 * np.pi * (3 * u + 5 * v))
    colours = 60 + 150 * u + 30 * stripes, 200 - 160 * v + 25 * np.sin(9 * u), 40 + 90 * v + 90 * disc
    rgb = np.stack(colours, axis=2)
    return np.clip(rgb + 5 * grain[:, :, None], 0, 255).astype(np.uint8)


def hole(kind, width, height):
    y, x = np.mgrid[:height, :width]
    u, v = (x + 0.5) / width, (y + 0.5) / height
    if kind == "free":
        wave = np.abs(v - 0.5 - 0.2 * np.sin(5 * u)) < 0.08
        blob = np.hypot(u - 0.3, v - 0.35) < 0.14
        return (wave & (u > 0.15) & (u < 0.8)) | blob
    if kind == "border":
        return (u + v < 0.45) | (u > 0.85)
    if kind == "tiny":
        return (abs(x - 37) < 2) & (abs(y - 21) < 2)
    return np.full((height, width), kind == "full")


def holes(width, height):
    """Name and hole of those that belong to one of SIZES."""
    kinds = ["free"] + ["border"] * ((width, height) != (256, 256))
    kinds += ["tiny", "empty", "full"] * ((width, height) == (64, 64))
    return {kind: hole(kind, width, height) for kind in kinds}


def sketch(width, height):
    """Two lines, 255, and some grey that a threshold of 0.6 tells from them."""
    y, x = np.mgrid[:height, :width]
    ring = abs(np.hypot(x - width / 2, y - height / 2) - height / 4) < 0.7
    lines = (abs(x - y * width // height) < 1) | ring
    return np.where(lines, 255, np.where((x + y) % 7 == 0, 153, 30)).astype(np.uint8)
