#!/usr/bin/env python3
"""Make the sample clip: a camera pans over a valley in the morning; nothing in it is anybody's footage.

    python3 samples/make_clip.py [FOLDER]

Writes truth.mp4 (the scene), logo.mp4 (the same with a logo burnt in) and mask.png (white where the
logo is) into FOLDER, by default the script's own. Needs NumPy and ffmpeg with libx264. The same seeds
give the same frames everywhere.

The scene is a stack of layers, far to near, each painted once at twice the size (which smooths edges)
and moved by its own share of the camera's path: sky, mountains, two belts of forest, a meadow with a
fence. Layers are arrays of H x W x 4, premultiplied RGB and alpha, 0..1.
"""
import subprocess
import sys
from pathlib import Path

import numpy as np

WIDTH, HEIGHT, FPS, FRAMES = 640, 360, 25, 125
SCALE = 2  # layers are painted this much larger
PAN = 240  # pixels that the nearest layer moves in the whole clip
MARGIN = 16  # spare rows above and below, for the camera's sway


def noise(rng, height, width, cell_y, cell_x):
    """Smooth noise of about 0..1: random values on a grid of cells, blended with cubic weights."""
    grid = rng.random((height // cell_y + 3, width // cell_x + 3))

    def weights(length, cell):
        position = np.arange(length) / cell
        index = position.astype(int)
        t = position - index
        return index, t * t * (3 - 2 * t)

    y, ty = weights(height, cell_y)
    x, tx = weights(width, cell_x)
    rows = grid[y] * (1 - ty)[:, None] + grid[y + 1] * ty[:, None]
    return rows[:, x] * (1 - tx) + rows[:, x + 1] * tx


def fractal(rng, height, width, cell, octaves=5, stretch=1):
    """Noise summed over octaves, each of half the size and strength; 0..1, mean 0.5."""
    total, norm, strength = 0, 0, 1.0
    for _ in range(octaves):
        total = total + strength * noise(rng, height, width, max(cell, 2), max(cell * stretch, 2))
        norm += strength
        strength *= 0.55
        cell //= 2
        if cell < 2:
            break
    return total / norm


def colour(*rgb):
    return np.array(rgb) / 255.0


def mix(a, b, t):
    """a where t is 0, b where it is 1; t is H x W."""
    return a + (b - a) * np.clip(t, 0, 1)[..., None]


def layer_size(share):
    """Height and width of a layer that moves by this share of the camera's path."""
    return (HEIGHT + 2 * MARGIN) * SCALE, int(WIDTH + share * PAN + 8) * SCALE


def with_alpha(rgb, alpha):
    return np.dstack([rgb * alpha[..., None], alpha])


def sky(rng, share):
    height, width = layer_size(share)
    down = np.linspace(0, 1.6, height)[:, None] * np.ones((1, width))
    rgb = mix(colour(92, 142, 200), colour(238, 222, 202), down)
    clouds = fractal(rng, height, width, 160, 7, stretch=3)
    cover = np.clip((clouds - 0.47) * 5.5, 0, 1) * np.clip(1.35 - down, 0, 1)
    lit = fractal(rng, height, width, 96, 6, stretch=2)
    return with_alpha(mix(rgb, mix(colour(196, 196, 208), colour(255, 250, 242), lit * 1.3), cover * 0.92),
                      np.ones((height, width)))


def ridge(rng, width, base, rise, cell):
    """A skyline: for each column the row, in pixels, where the ground begins."""
    line = fractal(rng, 2, width, cell * SCALE, 7)[0] - 0.5
    return (base + MARGIN - rise * line * 2) * SCALE


def mountains(rng, share):
    height, width = layer_size(share)
    top = ridge(rng, width, 84, 104, 210)
    rows = np.arange(height)[:, None]
    relief = fractal(rng, height, width, 90, 7)
    # Light falls from the left: slopes of the relief that face it are bright.
    light = np.clip(0.5 + 14 * (relief - np.roll(relief, 5, axis=1)), 0, 1)
    rock = mix(colour(78, 92, 118), colour(176, 168, 166), light)
    snow = np.clip((relief - 0.42) * 6 + (top[None] + 42 * SCALE - rows) / (34.0 * SCALE), 0, 1)
    rgb = mix(rock, mix(colour(172, 188, 214), colour(250, 248, 246), light), snow)
    haze = np.clip((rows - 84 * SCALE) / (130.0 * SCALE), 0, 0.75) * np.ones((1, width))
    return with_alpha(mix(rgb, colour(214, 214, 216), haze), np.clip(rows - top[None], 0, 1))


def stamp(layer, x, y, sprite):
    """Paint a sprite (h x w x 4, premultiplied) over the layer, its foot's middle at (x, y)."""
    h, w = sprite.shape[:2]
    left, top = int(x - w / 2), int(y - h)
    x0, x1, y0, y1 = max(left, 0), min(left + w, layer.shape[1]), max(top, 0), min(top + h, layer.shape[0])
    if x0 < x1 and y0 < y1:
        part = sprite[y0 - top:y1 - top, x0 - left:x1 - left]
        layer[y0:y1, x0:x1] = part + layer[y0:y1, x0:x1] * (1 - part[..., 3:])


def conifer(rng, h, dark, bright):
    """A spruce of h pixels: tiers of ragged branches, brighter on the left and at their tips."""
    w = int(h * rng.uniform(0.36, 0.5)) | 1
    y = np.linspace(0, 1, h)[:, None]
    x = np.abs(np.linspace(-1, 1, w))[None]
    tiers = (y * rng.uniform(6, 9) + 0.25 * noise(rng, h, w, 3, 5)) % 1.0
    reach = y ** 0.85 * (0.62 + 0.38 * tiers) + 0.16 * (noise(rng, h, w, 3, 3) - 0.5)
    alpha = np.clip((reach - x) * w / 4, 0, 1)
    shade = 0.25 + 0.5 * tiers * (1.1 - np.linspace(0, 1, w)[None]) + 0.5 * (noise(rng, h, w, 2, 2) - 0.5)
    return with_alpha(mix(dark, bright, shade), alpha)


def forest(rng, share, base, rise, tall, count, dark, bright, air):
    """A belt of conifers on a hill; `air` is how much the distance pales it."""
    height, width = layer_size(share)
    top = ridge(rng, width, base, rise, 260)
    rows = np.arange(height)[:, None]
    floor = mix(dark, bright, fractal(rng, height, width, 24, 4))
    layer = with_alpha(floor, np.clip(rows - top[None], 0, 1))
    spread = 92 * SCALE
    for depth in np.sort(rng.random(count) ** 0.8):  # far trees first
        x = rng.integers(0, width)
        size = int(tall * SCALE * rng.uniform(0.65, 1.15) * (0.75 + 0.5 * depth))
        tint = rng.uniform(-0.035, 0.035, 3)
        stamp(layer, x, top[x] + depth * spread + 6, conifer(rng, size, dark + tint, bright + tint * 1.6))
    layer[..., :3] += (colour(206, 212, 214) * layer[..., 3:] - layer[..., :3]) * air
    return layer


def meadow(rng, share):
    height, width = layer_size(share)
    top = ridge(rng, width, 268, 22, 300)
    rows = np.arange(height)[:, None]
    depth = np.clip((rows - top[None]) / (110.0 * SCALE), 0, 1)
    blades = fractal(rng, height, width, 14, 3) * 0.6 + noise(rng, height, width, 9, 2) * 0.5
    patches = fractal(rng, height, width, 80, 5, stretch=2)
    rgb = mix(colour(86, 108, 46), colour(182, 190, 96), blades * 1.1 - 0.1)
    rgb = mix(rgb, colour(196, 172, 96), (patches - 0.5) * 4)
    rgb *= (1.05 - 0.45 * depth)[..., None]
    layer = with_alpha(rgb, np.clip(rows - top[None], 0, 1))
    flowers(rng, layer, top)
    fence(rng, layer, top)
    return layer


def flowers(rng, layer, top):
    kinds = [colour(244, 240, 228), colour(240, 206, 70), colour(214, 84, 78), colour(150, 120, 200)]
    for _ in range(1700):
        x = rng.integers(4, layer.shape[1] - 4)
        depth = rng.random() ** 1.3
        y = int(top[x] + 14 + depth * 104 * SCALE)
        r = 1 + int(depth * 3)
        if y + r < layer.shape[0]:
            layer[y - r:y + r, x - r:x + r, :3] = kinds[rng.integers(0, 4)] * rng.uniform(0.75, 1.0)


def fence(rng, layer, top):
    """Posts and two rails, with the grain of old wood."""
    width = layer.shape[1]
    wood = lambda h, w, along: mix(colour(74, 60, 48), colour(176, 154, 126),
                                   noise(rng, h, w, *((24, 2) if along == 'y' else (2, 24))))
    line = np.convolve(np.pad(top, 60, mode='edge'), np.ones(121) / 121, 'valid') + 34 * SCALE
    for drop, thick in ((-22 * SCALE, 9), (-11 * SCALE, 9)):
        rail = wood(thick, width, 'x') * np.linspace(1.1, 0.6, thick)[:, None, None]
        for x in range(width):
            y = int(line[x] + drop)
            layer[y:y + thick, x] = np.concatenate([rail[:, x], np.ones((thick, 1))], axis=1)
    for x in range(40, width - 16, 62 * SCALE):
        h, w = 36 * SCALE, 14
        round_off = np.sin(np.linspace(0.35, 2.6, w))[None, :, None]
        post = wood(h, w, 'y') * round_off
        stamp(layer, x + rng.integers(-6, 6), line[x] + 9 * SCALE, np.dstack([post, np.ones((h, w))]))


def scene():
    """Layers, far to near, each with its share of the camera's movement."""
    rng = np.random.default_rng(2018)
    return [
        (0.08, sky(rng, 0.08)),
        (0.2, mountains(rng, 0.2)),
        (0.4, forest(rng, 0.4, 176, 40, 26, 1500, colour(34, 56, 54), colour(104, 128, 96), 0.34)),
        (0.65, forest(rng, 0.65, 222, 44, 46, 800, colour(16, 34, 26), colour(96, 122, 62), 0.06)),
        (1.0, meadow(rng, 1.0)),
    ]


def sample(layer, x, y):
    """WIDTH x HEIGHT of a layer from (x, y), in frame pixels, halved in size; bilinear between pixels."""
    x, y = x * SCALE, y * SCALE
    ix, iy = int(x), int(y)
    fx, fy = x - ix, y - iy
    part = layer[iy:iy + HEIGHT * SCALE + 1, ix:ix + WIDTH * SCALE + 1]
    part = part[:-1] * (1 - fy) + part[1:] * fy
    part = part[:, :-1] * (1 - fx) + part[:, 1:] * fx
    return part.reshape(HEIGHT, SCALE, WIDTH, SCALE, 4).mean(axis=(1, 3))


def frame(layers, index):
    t = index / (FRAMES - 1)
    pan = t + 0.04 * np.sin(2 * np.pi * t)  # the hand that turns the camera is not a motor
    pan = np.clip(pan, 0, 1)
    sway = 5 * np.sin(2 * np.pi * 0.9 * t) + 2 * np.sin(2 * np.pi * 2.3 * t)
    picture = np.zeros((HEIGHT, WIDTH, 3))
    for share, layer in layers:
        part = sample(layer, share * PAN * pan, MARGIN + sway * (0.4 + 0.6 * share))
        picture = part[..., :3] + picture * (1 - part[..., 3:])
    return picture


LETTERS = {  # 5 x 7 dots
    'V': '10001 10001 10001 10001 01010 01010 00100',
    'A': '01110 10001 10001 11111 10001 10001 10001',
    'L': '10000 10000 10000 10000 10000 10000 11111',
    'E': '11111 10000 10000 11110 10000 10000 11111',
    'Y': '10001 10001 01010 00100 00100 00100 00100',
    'T': '11111 00100 00100 00100 00100 00100 00100',
}


def logo():
    """Opacity of the logo, HEIGHT x WIDTH, 0..1: a ring with a peak in it and the word VALLEY TV."""
    big = np.zeros((HEIGHT * 4, WIDTH * 4))
    y, x = np.mgrid[:HEIGHT * 4, :WIDTH * 4] / 4.0
    away = np.hypot(x - 482, y - 62)
    big[(away < 21) & (away > 17)] = 1
    big[(away < 15) & (y > 54 + np.abs(x - 482) * 1.1) & (y < 70)] = 1
    left = 512
    for letter in 'VALLEY TV':
        for row, dots in enumerate(LETTERS.get(letter, '').split()):
            for column, dot in enumerate(dots):
                if dot == '1':
                    top = 52 + row * 3
                    side = left + column * 2
                    big[top * 4:(top + 3) * 4, side * 4:(side + 2) * 4] = 1
        left += 12 if letter != ' ' else 6
    return big.reshape(HEIGHT, 4, WIDTH, 4).mean(axis=(1, 3))


def ffmpeg(arguments, **keywords):
    return subprocess.Popen(['ffmpeg', '-v', 'error', '-y', *arguments], stdin=subprocess.PIPE, **keywords)


def encoder(path, crf):
    """A pipe for rgb24 frames. One thread and no version strings: the same file from every run."""
    return ffmpeg(['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', f'{WIDTH}x{HEIGHT}', '-r', str(FPS), '-i', '-',
                   '-vf', 'scale=out_color_matrix=bt709:out_range=tv', '-pix_fmt', 'yuv420p', '-colorspace', 'bt709',
                   '-color_primaries', 'bt709', '-color_trc', 'bt709', '-c:v', 'libx264', '-preset', 'veryslow',
                   '-crf', str(crf), '-threads', '1', '-fflags', '+bitexact', '-flags', '+bitexact',
                   '-movflags', '+faststart', str(path)])


def grey_png(path, picture):
    job = ffmpeg(['-f', 'rawvideo', '-pix_fmt', 'gray', '-s', f'{WIDTH}x{HEIGHT}', '-i', '-', '-frames:v', '1',
                  '-fflags', '+bitexact', '-flags', '+bitexact', str(path)])
    job.communicate(picture.tobytes())
    assert job.returncode == 0


def main():
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent)
    layers = scene()
    grain = np.random.default_rng(7)
    opacity = logo()
    grey_png(folder / 'mask.png', np.where(opacity > 0, 255, 0).astype(np.uint8))
    clips = [encoder(folder / 'truth.mp4', 25), encoder(folder / 'logo.mp4', 25)]
    for index in range(FRAMES):
        picture = frame(layers, index) + grain.normal(0, 0.004, (HEIGHT, WIDTH, 1))
        marked = picture + (colour(206, 40, 44) - picture) * (0.8 * opacity[..., None])
        for clip, rgb in zip(clips, (picture, marked)):
            clip.stdin.write((np.clip(rgb, 0, 1) * 255 + 0.5).astype(np.uint8).tobytes())
    for clip in clips:
        clip.stdin.close()
        assert clip.wait() == 0


if __name__ == '__main__':
    main()
