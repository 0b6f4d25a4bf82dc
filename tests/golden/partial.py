"""
The U-Net of partial convolutions (Liu et al., "Image Inpainting for Irregular Holes Using Partial
Convolutions", ECCV 2018) in NumPy and double precision, as naoto0804 and mmagic have it.

Activations and masks are [y, x, channel]; a mask's 1 is known.
"""
import numpy as np

MEAN = np.array([0.485, 0.456, 0.406], np.float32)
DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)


def partial(x, mask, kernel, bias, stride, ratio):
    """
    Returns the convolution of the known values and the new mask, each [y, x, out].

    ratio: W(X*M) * N / sum(M), N values under the window (mmagic); else W(X*M) / sum(M) (naoto0804)
    """
    side = kernel.shape[0]
    ends = ((side // 2,) * 2,) * 2 + ((0, 0),)
    wide, wide_mask = np.pad(x * mask, ends), np.pad(mask, ends)
    rows, columns = -(-x.shape[0] // stride), -(-x.shape[1] // stride)
    down, right = np.arange(rows) * stride, np.arange(columns) * stride
    raw, known = 0, np.zeros((rows, columns, 1))
    for j in range(side):
        for i in range(side):
            taps = np.ix_(down + j, right + i)
            raw = raw + wide[taps] @ kernel[j, i]
            known = known + wide_mask[taps].sum(axis=2, keepdims=True)
    fresh = 1.0 * (known > 0)
    if ratio:
        out = raw * (side * side * mask.shape[2] / (known + 1e-8))
    else:
        out = raw / np.maximum(known, 1)
    return (out + bias) * fresh, np.repeat(fresh, kernel.shape[3], axis=2)


class UNet:
    """
    `weights` maps "enc1".."enc7", "dec7".."dec1" to a dict: kernel [ky, kx, in, out] and, where there are
    any, bias [out], the normalisation's gamma, beta, mean and var [out].
    """

    def __init__(self, weights, form, tune=None):
        self.weights, self.mmagic, self.tune = weights, form == "mmagic", tune

    def layer(self, x, mask, name, stride):
        w = self.weights[name]
        y, mask = partial(x, mask, w["kernel"], w.get("bias", 0), stride, self.mmagic)
        if self.tune:
            y = self.tune(name, y, mask)
        if "gamma" in w:
            y = (y - w["mean"]) / np.sqrt(w["var"] + 1e-5) * w["gamma"] + w["beta"]
        if name == "dec1":
            return y, mask
        return np.maximum(y, 0 if name.startswith("enc") else 0.2 * y), mask

    def run(self, picture, hole):
        """RGB bytes and a mask (above 127: hole) to every output, colours in RGB order but in the input."""
        known = 1.0 * (hole <= 127)[:, :, None]
        picture32 = picture.astype(np.float32)
        if self.mmagic:
            image = ((picture32 - np.float32(127.5)) / np.float32(127.5))[:, :, ::-1].astype(np.float64)
        else:
            image = ((picture32 / np.float32(255) - MEAN) / DEVIATION).astype(np.float64)
        x, mask = image * known, np.repeat(known, 3, axis=2)
        first, steps = x, [(x, mask)]
        for i in range(1, 8):
            x, mask = self.layer(x, mask, "enc%d" % i, 2)
            steps.append((x, mask))
        steps.pop()
        for i in range(7, 0, -1):
            skip, skip_mask = steps.pop()
            x = np.concatenate([x.repeat(2, axis=0).repeat(2, axis=1), skip], axis=2)
            mask = np.concatenate([mask.repeat(2, axis=0).repeat(2, axis=1), skip_mask], axis=2)
            x, mask = self.layer(x, mask, "dec%d" % i, 1)
        out = x[:, :, ::-1] if self.mmagic else x
        return dict(input=first, stage2=out, final=self.finish(out, image, known))

    def finish(self, out, image, known):
        """To bytes in float32, as the originals."""
        f = np.float32
        image = (image[:, :, ::-1] if self.mmagic else image).astype(f)
        mixed = np.where(known > 0, image, out.astype(f))
        if self.mmagic:
            levels = np.clip(mixed * f(127.5) + f(127.5), 0, 255) / f(255)
            return np.round(np.clip(levels, 0, 1) * f(255)).astype(np.uint8)
        return np.clip((mixed * DEVIATION + MEAN) * f(255) + f(0.5), 0, 255).astype(np.uint8)


def layers(c):
    """(name, side, channels in, channels out) of all 14; c is 64 in published models."""
    widths = [3, c, 2 * c, 4 * c, 8 * c, 8 * c, 8 * c, 8 * c]
    down = [("enc%d" % i, {1: 7, 2: 5, 3: 5}.get(i, 3), widths[i - 1], widths[i]) for i in range(1, 8)]
    up = [("dec%d" % i, 3, widths[i] + widths[i - 1], widths[i - 1]) for i in range(7, 0, -1)]
    return down + up


def calibrated(c, form, seed, picture, hole):
    """Random weights; each layer's scale and normalisation are those that a run needs when it reaches it."""
    random = np.random.RandomState(seed)
    weights = {}
    for name, side, c_in, c_out in layers(c):
        shape = (side, side, c_in, c_out)
        levels = random.randint(1, 9, shape) * random.choice((-1, 1), shape)
        w = weights[name] = dict(kernel=levels / 16.0)
        if name in ("enc1", "dec1") and (form == "mmagic" or name == "dec1"):
            w["bias"] = np.zeros(c_out)
        if name not in ("enc1", "dec1"):
            w.update(gamma=1 + random.randint(-8, 9, c_out) / 32.0, beta=random.randint(2, 12, c_out) / 32.0,
                     mean=np.zeros(c_out), var=np.ones(c_out))

    def few_bits(values):
        fraction, exponent = np.frexp(values)
        return np.ldexp(np.round(np.ldexp(fraction, 6)), exponent - 6)

    def tune(name, y, mask):
        w = weights[name]
        scale = 2.0 ** np.round(np.log2((0.5 if name in ("enc1", "dec1") else 1) / y.std()))
        w["kernel"], y = w["kernel"] * scale, y * scale
        if "gamma" in w:
            w["mean"], w["var"] = few_bits(y.mean(axis=(0, 1))), few_bits(y.var(axis=(0, 1)) + 0.1)
        elif "bias" in w:
            mean = y.mean(axis=(0, 1)) if name == "dec1" else 0
            w["bias"] = few_bits(0.1 * random.randn(y.shape[2]) - mean)
            y = y + w["bias"] * mask
        return y

    UNet(weights, form, tune).run(picture, hole)
    return weights
