#!/usr/bin/env python3
"""
Make the golden files beside this script: the networks once more, in NumPy and double precision, and nothing
of the engine.

    python3 tests/golden/make.py        (NumPy; some seconds; writes the same bytes every time)
    python3 tests/golden/check.py       (where the projects' own outputs lie beside the project: compare)

By hand, when the files are to change: `make check` reads what lies here and needs no Python. The networks are
in network.py and partial.py, what projects call their tensors in projects.py, containers' forms in
containers.py, checkpoints of each project in foreign.py. Weights are random, scaled layer by layer so that
activations neither vanish nor saturate; they have sixteen levels, which every float format holds exactly and
which compress well.

    NAME.safetensors           weights of model NAME = cCNUM-SEMANTICS
    NAME.expected.safetensors  MASK_WxH.stage1, .attention, .stage2, .final: of H*W*C values (y, x, c) every
                               n-th, n in the metadata under "every" and the tensor's name
    pictures.safetensors       WxH (RGB) and MASK_WxH (255: hole), bytes
    checkpoints/               as projects write them, and what they make of pictures: see foreign.py
"""
import os

import containers
import foreign
import network
import pictures
from network import Network

HERE = os.path.dirname(os.path.abspath(__file__))
MODELS = (("c8-official", 8, "F32"), ("c8-stride", 8, "BF16"), ("c16-official", 16, "F16"),
          ("c16-stride", 16, "F16"))


def save(name, tensors, metadata=None):
    containers.safetensors(os.path.join(HERE, name + ".safetensors"), tensors, metadata)


def save_model(name, weights, kind, semantics):
    tensors = []
    for layer, (kernel, bias) in weights.items():
        tensors += [(layer + ".weight", kernel.transpose(3, 2, 0, 1), kind), (layer + ".bias", bias, kind)]
    ours = dict(architecture="deepfillv2", padding="same", upsample="nearest", downsample="stride", fuse="1",
                input="rgb,ones,mask", size="256")
    save(name, tensors, ours if semantics == "stride" else None)


def make_ours():
    shown = {size: pictures.picture(*size) for size in pictures.SIZES}
    holes = {size: pictures.holes(*size) for size in pictures.SIZES}
    tensors = [("%dx%d" % size, p, "U8") for size, p in shown.items()]
    tensors += [("%s_%dx%d" % (name, *size), 255 * hole, "U8")
                for size in pictures.SIZES for name, hole in holes[size].items()]
    save("pictures", tensors)
    for seed, (name, cnum, kind) in enumerate(MODELS):
        semantics = name.split("-")[1]
        rules = network.SEMANTICS[semantics]
        weights = network.calibrated(network.layers(cnum), rules, seed, shown[256, 256],
                                     255 * holes[256, 256]["free"])
        save_model(name, weights, kind, semantics)
        expected = foreign.Expected(900, 8000)
        for size in pictures.SIZES:
            for mask, hole in holes[size].items():
                outputs = Network(weights, rules).run(shown[size], 255 * hole)
                del outputs["input"]
                expected.add("%s_%dx%d" % (mask, *size), outputs)
        save(name + ".expected", expected.tensors, expected.every)
        print(name)


if __name__ == "__main__":
    make_ours()
    foreign.make(os.path.join(HERE, "checkpoints"))
