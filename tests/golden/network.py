"""
DeepFillv2 in NumPy and double precision, with everything that projects do differently.

Nothing here is shared with the engine: convolutions are sums over taps, the attention's scores are one L x L
matrix and its second fusion a transposition. Activations are [y, x, channel].
"""
from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Semantics:
    """What a project does; the defaults are the official code's."""
    order: str = "bgr"       # of the network's colours
    unit: bool = False       # colours in 0..1, the hole white; else in -1..1, the hole 0
    ones: bool = True        # a plane of ones in front of the mask
    refined: str = ""        # planes of the second stage behind the colours: "", "ones,mask", "mask"
    pad: str = "same"        # TensorFlow's SAME; "zero", "reflect": as much on either side
    down: str = "aligned"    # reductions: corners aligned; "stride": every n-th from the first
    one_step: bool = False   # the hole goes straight to an eighth, not by way of a quarter
    fuse: bool = True        # scores are summed along diagonals
    epsilon: bool = False    # keys are divided by sqrt(sum(k * k + 1e-4)), not max(sqrt(sum(k * k)), 1e-4)
    exclude: bool = False    # keys in the hole have logit -inf; else 0, and count in the softmax
    overlap: bool = False    # patches are divided by how many overlap; else by 4
    gated_rgb: bool = False  # the colours' layers are gated, six channels
    elu: bool = False        # in front of the attention, in place of ReLU
    rounded: bool = False    # colours are rounded on their way to bytes; else cut off


SEMANTICS = {
    "official": Semantics(),
    "stride": Semantics(order="rgb", down="stride", rounded=True),
    "nipponjo_tf": Semantics(order="rgb", one_step=True, fuse=False),
    "nipponjo": Semantics(order="rgb", pad="zero", down="stride"),
    "mmagic": Semantics(refined="ones,mask", pad="reflect", down="stride", exclude=True, overlap=True,
                        gated_rgb=True, elu=True, rounded=True),
    "csqiangwen": Semantics(order="rgb", unit=True, ones=False, refined="mask", pad="zero", down="stride",
                            epsilon=True, gated_rgb=True),
}


def semantics(words):
    """As the option takes it: a name, and "rgb" or "bgr" behind a "+"."""
    name, *order = words.split("+")
    return replace(SEMANTICS[name], order=order[0]) if order else SEMANTICS[name]


class Network:
    """One model: `weights` maps a layer's name to (kernel [ky, kx, in, out], bias [out])."""

    def __init__(self, weights, rules, tune=None):
        self.weights, self.rules, self.tune = weights, rules, tune

    # ------------------------------------------------------------------------------------ layers

    def widened(self, x, side, stride, rate, rows, columns):
        h, w, _ = x.shape
        if self.rules.pad == "same":
            pad_y = max((rows - 1) * stride + (side - 1) * rate + 1 - h, 0)
            pad_x = max((columns - 1) * stride + (side - 1) * rate + 1 - w, 0)
            ends = (pad_y // 2, pad_y - pad_y // 2), (pad_x // 2, pad_x - pad_x // 2), (0, 0)
        else:
            ends = ((side // 2 * rate,) * 2,) * 2 + ((0, 0),)
        return np.pad(x, ends, mode="reflect" if self.rules.pad == "reflect" else "constant")

    def convolve(self, x, name, stride=1, rate=1):
        kernel, bias = self.weights[name]
        side = kernel.shape[0]
        rows, columns = -(-x.shape[0] // stride), -(-x.shape[1] // stride)
        wide = self.widened(x, side, stride, rate, rows, columns)
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

    def colours(self, x, name):
        y = self.convolve(x, name)
        if self.rules.gated_rgb:
            feature, gate = np.split(y, 2, axis=2)
            y = feature / (1 + np.exp(-gate))
        return np.tanh(y)

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
                relu = prefix + number == "pmconv6" and not self.rules.elu
                x = self.gated(x, prefix + number, relu=relu)
        return x

    # --------------------------------------------------------------------------------- attention

    def sources(self, n_in, n_out):
        """Which samples a nearest-neighbour reduction keeps."""
        if self.rules.down == "stride":
            return np.arange(n_out) * (n_in // n_out)
        scale = np.float32(n_in - 1) / np.float32(n_out - 1)  # TensorFlow, corners aligned, in float32
        places = np.arange(n_out, dtype=np.float32) * scale
        return np.minimum(np.floor(places.astype(np.float64) + 0.5).astype(int), n_in - 1)

    def reduce(self, x, h, w):
        return x[self.sources(x.shape[0], h)][:, self.sources(x.shape[1], w)]

    def scores(self, x, h, w):
        windows = patches(self.reduce(x, h, w), 3, 1)
        if self.rules.epsilon:
            norms = np.sqrt((windows ** 2 + 1e-4).sum(axis=1))
        else:
            norms = np.maximum(np.sqrt((windows ** 2).sum(axis=1)), 1e-4)
        products = windows @ (windows / norms[:, None]).T
        if not self.rules.fuse:
            return products
        scores = diagonals(products)
        by_column = np.arange(h * w).reshape(h, w).T.ravel()
        fused = np.empty_like(scores)
        fused[np.ix_(by_column, by_column)] = diagonals(scores[np.ix_(by_column, by_column)])
        return fused

    def shares(self, scores, known):
        """Of all keys, a row for each query. Where all are excluded, the original has no numbers: here 0."""
        if self.rules.exclude:
            logits = np.where(known > 0, 10 * scores, -np.inf) if known.any() else 0 * scores
        else:
            logits = 10 * scores * known
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        return odds / odds.sum(axis=1, keepdims=True) * known

    def attend(self, x, hole):
        big_h, big_w, c = x.shape
        h, w = big_h // 2, big_w // 2
        if not self.rules.one_step:
            hole = self.reduce(hole, big_h, big_w)
        small_hole = self.reduce(hole, h, w)
        known = 1.0 * (patches(small_hole[:, :, None], 3, 1).sum(axis=1) == 0)
        shares = self.shares(self.scores(x, h, w), known)
        rebuilt = (shares @ patches(x, 4, 2)).reshape(h, w, 4, 4, c)
        out = np.zeros((big_h + 2, big_w + 2, c))
        count = np.zeros((big_h + 2, big_w + 2, 1))
        for j in range(4):
            for i in range(4):
                out[j:j + 2 * h:2, i:i + 2 * w:2] += rebuilt[:, :, j, i] / (1 if self.rules.overlap else 4)
                count[j:j + 2 * h:2, i:i + 2 * w:2] += 1
        return (out / np.maximum(count, 1) if self.rules.overlap else out)[1:-1, 1:-1]

    # ------------------------------------------------------------------------------- the network

    def turn(self, rgb):
        return rgb[:, :, ::-1] if self.rules.order == "bgr" else rgb

    def run(self, picture, mask, sketch=None):
        """RGB bytes, a mask and 0 or 1 to every output, colours in RGB order but in the input's planes."""
        rules = self.rules
        hole = 1.0 * (mask > 127)[:, :, None]
        ones = np.ones_like(hole)
        image = self.turn(picture.astype(np.float64) / 255 if rules.unit else picture / 127.5 - 1)
        known = image * (1 - hole)
        drawn = [] if sketch is None else [sketch[:, :, None] * hole]
        planes = [known + hole if rules.unit else known] + drawn + ([ones] if rules.ones else []) + [hole]
        first = x = np.concatenate(planes, axis=2)
        x = self.chain(x, "conv", "1 2s 3 4s 5 6 7r2 8r4 9r8 10r16 11 12 13u 14 15u 16")
        stage1 = self.colours(x, "conv17")
        more = {"": [], "mask": [hole], "ones,mask": [ones, hole]}[rules.refined]
        coarse = np.concatenate([stage1 * hole + known] + more, axis=2)
        invented = self.chain(coarse, "xconv", "1 2s 3 4s 5 6 7r2 8r4 9r8 10r16")
        copied = self.chain(coarse, "pmconv", "1 2s 3 4s 5 6")
        attention = self.attend(copied, hole[:, :, 0])
        copied = self.chain(attention, "pmconv", "9 10")
        x = self.chain(np.concatenate([invented, copied], axis=2), "allconv", "11 12 13u 14 15u 16")
        stage2 = self.colours(x, "allconv17")
        return dict(input=first, stage1=self.turn(stage1), attention=attention, stage2=self.turn(stage2),
                    final=self.finish(self.turn(stage2), picture, hole))

    def finish(self, stage2, picture, hole):
        """
        Fill and known pixels to bytes. In float32, as the originals: where they cut off, known values from 1
        to 63 come out one lower.
        """
        f = np.float32
        if self.rules.unit:
            final = np.where(hole > 0, stage2.astype(f), picture.astype(f) / f(255)) * f(255)
        else:
            known = picture.astype(f) / f(127.5) - f(1)
            final = (np.where(hole > 0, stage2.astype(f), known) + f(1)) * f(127.5)
        return np.clip(final + f(0.5 if self.rules.rounded else 0), 0, 255).astype(np.uint8)


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

def layers(c, rules=Semantics(), planes=5):
    """(name, side, channels in, channels of the convolution) of all 42, in order of execution."""
    rgb = 6 if rules.gated_rgb else 3
    second = 3 + len(rules.refined.split(",")) * (rules.refined != "")
    body = [(n, 3, 2 * c, 4 * c) for n in ("6", "7_atrous", "8_atrous", "9_atrous", "10_atrous")]
    tail = [("13_upsample", 3, 2 * c, 2 * c), ("14", 3, c, 2 * c), ("15_upsample", 3, c, c),
            ("16", 3, c // 2, c // 2), ("17", 3, c // 4, rgb)]
    stage1 = [("1", 5, planes, c), ("2_downsample", 3, c // 2, 2 * c), ("3", 3, c, 2 * c),
              ("4_downsample", 3, c, 4 * c), ("5", 3, 2 * c, 4 * c)]
    stage1 += body + [("11", 3, 2 * c, 4 * c), ("12", 3, 2 * c, 4 * c)] + tail
    head = [("1", 5, second, c), ("2_downsample", 3, c // 2, c), ("3", 3, c // 2, 2 * c)]
    invent = head + [("4_downsample", 3, c, 2 * c), ("5", 3, c, 4 * c)] + body
    copy = head + [("4_downsample", 3, c, 4 * c)] + [(n, 3, 2 * c, 4 * c) for n in ("5", "6", "9", "10")]
    join = [("11", 3, 4 * c, 4 * c), ("12", 3, 2 * c, 4 * c)] + tail
    parts = (("conv", stage1), ("xconv", invent), ("pmconv", copy), ("allconv", join))
    return [(prefix + name, *rest) for prefix, part in parts for name, *rest in part]


def few_bits(x, bits):
    """Round to so many significant bits."""
    fraction, exponent = np.frexp(x)
    return np.ldexp(np.round(np.ldexp(fraction, bits)), exponent - bits)


def calibrated(shapes, rules, seed, *inputs):
    """
    Random weights, each layer scaled when a run first reaches it: on a large picture, as on small ones zeros
    beyond the edges reach most pixels, and layers scaled there would amplify rounding on all others.
    """
    random = np.random.RandomState(seed)
    weights = {}
    for name, side, c_in, c_out in shapes:
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

    Network(weights, rules, tune).run(*inputs)
    return weights
