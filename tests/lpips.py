#!/usr/bin/env python3
"""How different a fill looks from the truth: LPIPS (Zhang et al., CVPR 2018) of the box around the hole.

    python3 tests/lpips.py NETWORK WIDTH HEIGHT MASK TRUTH RESULT

NETWORK is an ONNX file with inputs `ref` and `dist` (1 x 3 x H x W, RGB, -1..1). MASK is one raw gray frame
(above 127: hole); TRUTH and RESULT are raw rgb24 files of equal length. Prints the mean over every sixth
frame: 0 looks the same, 0.1 is seen at once. The box is the hole's and 8 pixels around it, 64 wide and high
at least.
"""
import sys

import numpy as np
import onnxruntime

EVERY, MARGIN, LEAST = 6, 8, 64


def span(inside, length):
    """First and end of a side of the box; `inside`: which of its rows or columns the hole touches."""
    first, end = np.flatnonzero(inside)[[0, -1]] + (-MARGIN, MARGIN + 1)
    short = max(0, LEAST - (end - first))
    return max(0, first - short // 2), min(length, end + short - short // 2)


def main():
    network, width, height, mask, truth, result = sys.argv[1:]
    width, height = int(width), int(height)
    hole = np.fromfile(mask, np.uint8).reshape(height, width) > 127
    y, y_end = span(hole.any(axis=1), height)
    x, x_end = span(hole.any(axis=0), width)

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])

    def tensor(frame):
        box = frame[y:y_end, x:x_end].astype(np.float32) / 127.5 - 1
        return np.ascontiguousarray(box.transpose(2, 0, 1)[None])

    films = [np.memmap(name, np.uint8, "r").reshape(-1, height, width, 3)[::EVERY] for name in (truth, result)]
    values = [session.run(None, {"ref": tensor(a), "dist": tensor(b)})[0].item() for a, b in zip(*films)]
    print(f"{np.mean(values):.4f}")


main()
