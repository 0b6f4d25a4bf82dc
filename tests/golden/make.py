#!/usr/bin/env python3
"""Make the golden files beside this script: the network once more, in NumPy and double precision.

    python3 tests/golden/make.py        (NumPy; some seconds; writes the same bytes every time)

Nothing here is shared with the engine: channels come last, but convolutions are sums over taps, the
attention's scores are one L x L matrix and its second fusion a transposition. Weights are random, scaled
layer by layer so that activations neither vanish nor saturate; they have sixteen levels, which every float
format holds exactly and which compress well.

    NAME.safetensors           weights of model NAME = cCNUM-SEMANTICS
    NAME.expected.safetensors  MASK_WxH.stage1, .attention, .stage2, .final: of H*W*C values (y, x, c) every
                               n-th, n in the metadata under "every" and the tensor's name
    pictures.safetensors       WxH (RGB) and MASK_WxH (255: hole), bytes
"""
import json
import os
import struct

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
SIZES = ((64, 64), (96, 128), (104, 88), (256, 256))  # width, height; 104x88 has odd eighths
MODELS = (("c8-official", 8, "F32"), ("c8-stride", 8, "BF16"), ("c16-official", 16, "F16"),
          ("c16-stride", 16, "F16"))


def step(count, kept):
    """Distance between about `kept` of `count` values, prime to 2 and 3: meets every column and channel."""
    n = max(count // kept, 1) | 1
    return n + 2 if n % 3 == 0 else n


# ------------------------------------------------------------------------------------------------ network

class Network:
    """One model: `weights` maps a layer's name to (kernel [ky, kx, in, out], bias [out])."""

    def __init__(self, weights, semantics, tune=None):
        self.weights, self.official, self.tune = weights, semantics == "official", tune

    def convolve(self, x, name, stride=1, rate=1):
        kernel, bias = self.weights[name]
        side = kernel.shape[0]
        h, w, _ = x.shape
        rows, columns = -(-h // stride), -(-w // stride)
        pad_y = max((rows - 1) * stride + (side - 1) * rate + 1 - h, 0)
        pad_x = max((columns - 1) * stride + (side - 1) * rate + 1 - w, 0)
        wide = np.zeros((h + pad_y, w + pad_x, x.shape[2]))
        wide[pad_y // 2:pad_y // 2 + h, pad_x // 2:pad_x // 2 + w] = x
        total = 0
        down, right = np.arange(rows) * stride, np.arange(columns) * stride
        for j in range(side):
            for i in range(side):
                tap = wide[np.ix_(down + j * rate, right + i * rate)]
                total = total + tap @ kernel[j, i]
        if self.tune:
            total, bias = self.tune(name, total)
        return total + bias

    def gated(self, x, name, stride=1, rate=1, relu=False):
        y = self.convolve(x, name, stride, rate)
        feature, gate = np.split(y, 2, axis=2)
        feature = np.maximum(feature, 0 if relu else np.expm1(np.minimum(feature, 0)))
        return feature / (1 + np.exp(-gate))

    def enlarged(self, x, name):
        return self.gated(x.repeat(2, axis=0).repeat(2, axis=1), name)

    def chain(self, x, prefix, names):
        """`names`: layers by number, "s" behind it: stride 2, "u": enlarged, "r" and a number: rate."""
        for word in names.split():
            number = word.rstrip("su").split("r")[0]
            if word.endswith("s"):
                x = self.gated(x, prefix + number + "_downsample", 2)
            elif word.endswith("u"):
                x = self.enlarged(x, prefix + number + "_upsample")
            elif "r" in word:
                x = self.gated(x, prefix + number + "_atrous", 1, int(word.split("r")[1]))
            else:
                x = self.gated(x, prefix + number, relu=prefix + number == "pmconv6")
        return x

    def sources(self, n_in, n_out):
        """Which samples a nearest-neighbour reduction keeps."""
        if not self.official:
            return np.arange(n_out) * (n_in // n_out)
        scale = np.float32(n_in - 1) / np.float32(n_out - 1)  # TensorFlow, corners aligned, in float32
        places = np.arange(n_out, dtype=np.float32) * scale
        return np.minimum(np.floor(places.astype(np.float64) + 0.5).astype(int), n_in - 1)

    def reduce(self, x, h, w):
        return x[self.sources(x.shape[0], h)][:, self.sources(x.shape[1], w)]

    def attend(self, x, hole):
        big_h, big_w, c = x.shape
        h, w = big_h // 2, big_w // 2
        small_hole = self.reduce(self.reduce(hole, big_h, big_w), h, w)
        windows = patches(self.reduce(x, h, w), 3, 1)
        norms = np.maximum(np.sqrt((windows ** 2).sum(axis=1)), 1e-4)
        scores = diagonals(windows @ (windows / norms[:, None]).T)
        by_column = np.arange(h * w).reshape(h, w).T.ravel()
        fused = np.empty_like(scores)
        fused[np.ix_(by_column, by_column)] = diagonals(scores[np.ix_(by_column, by_column)])
        known = 1.0 * (patches(small_hole[:, :, None], 3, 1).sum(axis=1) == 0)
        logits = 10 * fused * known
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares = odds / odds.sum(axis=1, keepdims=True) * known
        rebuilt = (shares @ patches(x, 4, 2)).reshape(h, w, 4, 4, c)
        out = np.zeros((big_h + 2, big_w + 2, c))
        for j in range(4):
            for i in range(4):
                out[j:j + 2 * h:2, i:i + 2 * w:2] += rebuilt[:, :, j, i] / 4
        return out[1:-1, 1:-1]

    def run(self, picture, mask):
        """RGB bytes and a mask to every output, colours in RGB order."""
        turn = (lambda rgb: rgb[:, :, ::-1]) if self.official else (lambda rgb: rgb)
        hole = 1.0 * (mask > 127)[:, :, None]
        image = turn(picture.astype(np.float64) / 127.5 - 1)
        known = image * (1 - hole)
        x = np.concatenate([known, np.ones_like(hole), hole], axis=2)
        x = self.chain(x, "conv", "1 2s 3 4s 5 6 7r2 8r4 9r8 10r16 11 12 13u 14 15u 16")
        stage1 = np.tanh(self.convolve(x, "conv17"))
        coarse = stage1 * hole + known
        invented = self.chain(coarse, "xconv", "1 2s 3 4s 5 6 7r2 8r4 9r8 10r16")
        copied = self.chain(coarse, "pmconv", "1 2s 3 4s 5 6")
        attention = self.attend(copied, hole[:, :, 0])
        copied = self.chain(attention, "pmconv", "9 10")
        x = self.chain(np.concatenate([invented, copied], axis=2), "allconv", "11 12 13u 14 15u 16")
        stage2 = np.tanh(self.convolve(x, "allconv17"))
        return dict(stage1=turn(stage1), attention=attention, stage2=turn(stage2),
                    final=self.finish(turn(stage2), picture, hole))

    def finish(self, stage2, picture, hole):
        """
        Fill and known pixels to bytes. In float32, as the official program, which truncates: known values
        from 1 to 63 come out one lower. The other semantics round, and known pixels stay.
        """
        known = picture.astype(np.float32) / np.float32(127.5) - np.float32(1)
        final = (np.where(hole > 0, stage2.astype(np.float32), known) + np.float32(1)) * np.float32(127.5)
        return np.clip(final + np.float32(0 if self.official else 0.5), 0, 255).astype(np.uint8)


def patches(x, side, stride):
    """Windows of `side` pixels, zeros around, as rows (y, x, channel)."""
    wide = np.pad(x, ((1, 1), (1, 1), (0, 0)))
    view = np.lib.stride_tricks.sliding_window_view(wide, (side, side), axis=(0, 1))[::stride, ::stride]
    return view.transpose(0, 1, 3, 4, 2).reshape(view.shape[0] * view.shape[1], -1)


def diagonals(m):
    """Each entry and its two neighbours along the diagonal."""
    wide = np.pad(m, 1)
    return wide[:-2, :-2] + m + wide[2:, 2:]


# ------------------------------------------------------------------------------------------------ weights

def layers(c):
    """(name, side, channels in, channels of the convolution) of all 42, in order of execution."""
    body = [(n, 3, 2 * c, 4 * c) for n in ("6", "7_atrous", "8_atrous", "9_atrous", "10_atrous")]
    tail = [("13_upsample", 3, 2 * c, 2 * c), ("14", 3, c, 2 * c), ("15_upsample", 3, c, c),
            ("16", 3, c // 2, c // 2), ("17", 3, c // 4, 3)]
    stage1 = [("1", 5, 5, c), ("2_downsample", 3, c // 2, 2 * c), ("3", 3, c, 2 * c),
              ("4_downsample", 3, c, 4 * c), ("5", 3, 2 * c, 4 * c)]
    stage1 += body + [("11", 3, 2 * c, 4 * c), ("12", 3, 2 * c, 4 * c)] + tail
    head = [("1", 5, 3, c), ("2_downsample", 3, c // 2, c), ("3", 3, c // 2, 2 * c)]
    invent = head + [("4_downsample", 3, c, 2 * c), ("5", 3, c, 4 * c)] + body
    copy = head + [("4_downsample", 3, c, 4 * c)] + [(n, 3, 2 * c, 4 * c) for n in ("5", "6", "9", "10")]
    join = [("11", 3, 4 * c, 4 * c), ("12", 3, 2 * c, 4 * c)] + tail
    parts = (("conv", stage1), ("xconv", invent), ("pmconv", copy), ("allconv", join))
    return [(prefix + name, *rest) for prefix, part in parts for name, *rest in part]


def few_bits(x, bits):
    """Round to so many significant bits."""
    fraction, exponent = np.frexp(x)
    return np.ldexp(np.round(np.ldexp(fraction, bits)), exponent - bits)


def calibrated(cnum, semantics, seed, picture, mask):
    """
    Random weights, each layer scaled when a run first reaches it: on a large picture, as on small ones zeros
    beyond the edges reach most pixels, and layers scaled there would amplify rounding on all others.
    """
    random = np.random.RandomState(seed)
    weights = {}
    for name, side, c_in, c_out in layers(cnum):
        shape = (side, side, c_in, c_out)
        levels = random.randint(1, 9, shape) * random.choice((-1, 1), shape)
        weights[name] = [levels.astype(np.float64), np.zeros(c_out)]
    spread = {"pmconv6": 0.1, "conv17": 0.4, "allconv17": 0.4}  # the attention's rows: some sharp, some soft

    def tune(name, y):
        wanted = spread.get(name, 0.8)
        scale = few_bits(wanted / y.std(), 4)
        bias = -0.4 * scale * y.mean(axis=(0, 1)) + 0.15 * wanted * random.randn(y.shape[2])
        weights[name] = [weights[name][0] * scale, few_bits(bias, 7)]
        return y * scale, weights[name][1]

    Network(weights, semantics, tune).run(picture, mask)
    return weights


# ------------------------------------------------------------------------------------------------ pictures

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


def masks(width, height):
    """Name and hole."""
    y, x = np.mgrid[:height, :width]
    u, v = (x + 0.5) / width, (y + 0.5) / height
    wave = np.abs(v - 0.5 - 0.2 * np.sin(5 * u)) < 0.08
    blob = np.hypot(u - 0.3, v - 0.35) < 0.14
    yield "free", (wave & (u > 0.15) & (u < 0.8)) | blob
    if (width, height) != (256, 256):
        yield "border", (u + v < 0.45) | (u > 0.85)
    if (width, height) == (64, 64):
        yield "tiny", (abs(x - 37) < 2) & (abs(y - 21) < 2)
        yield "empty", np.zeros((height, width), bool)
        yield "full", np.ones((height, width), bool)


# ------------------------------------------------------------------------------------------------ files

def encode(values, kind):
    if kind == "F32":
        return values.astype("<f4").tobytes()
    if kind == "F16":
        return values.astype("<f2").tobytes()
    if kind == "BF16":
        return (values.astype("<f4").view("<u4") >> 16).astype("<u2").tobytes()
    return values.astype(np.uint8).tobytes()


def save(name, tensors, metadata=None):
    """`tensors`: (name, values, type) in the order in which they are written."""
    header, data = ({"__metadata__": metadata} if metadata else {}), []
    offset = 0
    for key, values, kind in tensors:
        data.append(encode(values, kind))
        end = offset + len(data[-1])
        header[key] = dict(dtype=kind, shape=list(values.shape), data_offsets=[offset, end])
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(os.path.join(HERE, name + ".safetensors"), "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(data))


def save_model(name, weights, kind, semantics):
    tensors = []
    for layer, (kernel, bias) in weights.items():
        tensors += [(layer + ".weight", kernel.transpose(3, 2, 0, 1), kind), (layer + ".bias", bias, kind)]
    ours = dict(architecture="deepfillv2", padding="same", upsample="nearest", downsample="stride", fuse="1",
                input="rgb,ones,mask", size="256")
    save(name, tensors, ours if semantics == "stride" else None)


def sampled(name, outputs):
    """A case's tensors, and by which step each was thinned out."""
    for key, values in outputs.items():
        n = step(values.size, 8000 if key == "final" else 900)
        yield ("%s.%s" % (name, key), values.ravel()[::n], "U8" if key == "final" else "F32"), n


def main():
    pictures = {(w, h): picture(w, h) for w, h in SIZES}
    holes = {(w, h): dict(masks(w, h)) for w, h in SIZES}
    tensors = [("%dx%d" % size, p, "U8") for size, p in pictures.items()]
    tensors += [("%s_%dx%d" % (name, *size), 255 * hole, "U8")
                for size in SIZES for name, hole in holes[size].items()]
    save("pictures", tensors)
    for seed, (name, cnum, kind) in enumerate(MODELS):
        semantics = name.split("-")[1]
        weights = calibrated(cnum, semantics, seed, pictures[256, 256], 255 * holes[256, 256]["free"])
        save_model(name, weights, kind, semantics)
        expected, every = [], {}
        for size in SIZES:
            for mask, hole in holes[size].items():
                outputs = Network(weights, semantics).run(pictures[size], 255 * hole)
                for tensor, n in sampled("%s_%dx%d" % (mask, *size), outputs):
                    expected.append(tensor)
                    every["every." + tensor[0]] = str(n)
        save(name + ".expected", expected, every)
        print(name)


if __name__ == "__main__":
    main()
