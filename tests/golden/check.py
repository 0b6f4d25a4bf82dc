#!/usr/bin/env python3
"""
Compare network.py and partial.py with what the projects' own code made, where the folder with its outputs
lies beside the project.

    python3 tests/golden/check.py [../shared/fixtures]

Prints the worst difference of every variant and tensor; `final`: the share of values that differ, and by how
much at most.
"""
import collections
import glob
import io
import os
import pickle
import struct
import sys
import zipfile

import numpy as np

import network
import partial
import projects

TYPES = {"FloatStorage": "<f4", "HalfStorage": "<f2", "LongStorage": "<i8"}


# ------------------------------------------------------------------------------------------------ readers

class Opaque(dict):
    """Whatever a pickle makes that is no tensor."""

    def __new__(cls, *_):
        return dict.__new__(cls)

    def __init__(self, *_):
        super().__init__()

    def __setstate__(self, _):
        pass


class Tensor:
    def __init__(self, storage, offset, size, stride, *_):
        self.storage, self.offset, self.size, self.stride = storage, offset, size, stride

    def array(self, storages):
        _, kind, key, *_ = self.storage
        values = np.frombuffer(storages(key), TYPES[kind])[self.offset:]
        stride = [s * values.itemsize for s in self.stride]
        return np.lib.stride_tricks.as_strided(values, self.size, stride).astype(np.float64)


class Unpickler(pickle.Unpickler):
    def find_class(self, module, name):
        if name == "OrderedDict":
            return collections.OrderedDict
        if name == "_rebuild_tensor_v2":
            return Tensor
        if name == "_rebuild_parameter":
            return lambda tensor, *_: tensor
        return name if name in TYPES else Opaque

    def persistent_load(self, pid):
        return pid


def torch_zip(path):
    file = zipfile.ZipFile(path)
    stem = file.namelist()[0][:-len("data.pkl")]
    state = Unpickler(io.BytesIO(file.read(stem + "data.pkl"))).load()
    return state, lambda key: file.read(stem + "data/" + key)


def torch_legacy(path):
    with open(path, "rb") as file:
        _, _, _, state, keys = (Unpickler(file).load() for _ in range(5))
        sizes = {t.storage[2]: np.dtype(TYPES[t.storage[1]]).itemsize for t in tensors(state)}
        storages = {key: file.read(struct.unpack("<q", file.read(8))[0] * sizes[key]) for key in keys}
    return state, storages.get


def tensors(state):
    if isinstance(state, dict):
        state = list(state.values())
    for value in state if isinstance(state, (list, tuple)) else ():
        if isinstance(value, Tensor):
            yield value
        else:
            yield from tensors(value)


def torch(path, at):
    state, storages = torch_zip(path) if zipfile.is_zipfile(path) else torch_legacy(path)
    state = state[at] if at else state
    return {name: t.array(storages) for name, t in state.items() if isinstance(t, Tensor)}


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift, at = shift + 7, at + 1
        if data[at - 1] < 128:
            return value, at


def fields(data):
    """A protocol buffer's fields, (number, value)."""
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        if tag & 7 == 2:
            size, at = varint(data, at)
            value, at = data[at:at + size], at + size
        elif tag & 7 == 5:
            value, at = data[at:at + 4], at + 4
        else:
            value, at = varint(data, at)
        yield tag >> 3, value


def tensorflow(prefix):
    index = open(prefix + ".index", "rb").read()
    data = open(prefix + ".data-00000-of-00001", "rb").read()
    size = varint(index, 0)  # one data block, from 0 to where the metaindex lies
    meta, _ = varint(index, len(index) - 48)
    restarts, = struct.unpack("<I", index[meta - 9:meta - 5])
    at, end, key, state = 0, meta - 9 - 4 * restarts, b"", {}
    while at < end:
        shared, at = varint(index, at)
        fresh, at = varint(index, at)
        size, at = varint(index, at)
        key, at = key[:shared] + index[at:at + fresh], at + fresh
        entry = dict(fields(index[at:at + size]))
        shape = [dict(fields(d)).get(1, 0) for n, d in fields(entry.get(2, b"")) if n == 2] if key else []
        if key and entry[1] == 1:
            begin = entry.get(4, 0)
            values = np.frombuffer(data[begin:begin + entry[5]], "<f4")
            state[key.decode()] = values.reshape(shape).astype(float)
        at += size
    return state


# ------------------------------------------------------------------------------------------------ weights

def gated(state, project):
    if project == "official":
        return {n: (state[s + "/kernel"], state[s + "/bias"]) for n, s in projects.stems(project).items()}
    return {n: (state[s + ".weight"].transpose(2, 3, 1, 0), state[s + ".bias"])
            for n, s in projects.stems(project).items()}


def csqiangwen(state):
    weights = {}
    for layer, stem in projects.stems("csqiangwen").items():
        kernels, biases = [], []
        for part in ("conv2d", "mask_conv2d"):
            if layer.endswith("upsample"):
                prefix = "%s.gated_conv2d.%s.module." % (stem, part)
                kernel = projects.power_iteration(state[prefix + "weight_bar"], state[prefix + "weight_u"])
            else:
                prefix = "%s.%s." % (stem, part)
                kernel = state[prefix + "weight"]
            kernels.append(kernel.transpose(2, 3, 1, 0))
            biases.append(state[prefix + "bias"])
        weights[layer] = np.concatenate(kernels, axis=3), np.concatenate(biases)
    return weights


def unet(state, form):
    weights = {}
    for name, *_ in partial.layers(1):
        if form == "mmagic":
            stem = "generator.%s.%s." % ("encoder" if name.startswith("enc") else "decoder", name)
            kernel = stem + "conv."
        else:
            stem = name[:3] + "_" + name[3:] + "."
            kernel = stem + "conv.input_conv."
        w = weights[name] = dict(kernel=state[kernel + "weight"].transpose(2, 3, 1, 0))
        if kernel + "bias" in state:
            w["bias"] = state[kernel + "bias"]
        if stem + "bn.weight" in state:
            w.update(gamma=state[stem + "bn.weight"], beta=state[stem + "bn.bias"],
                     mean=state[stem + "bn.running_mean"], var=state[stem + "bn.running_var"])
    return weights


# ------------------------------------------------------------------------------------------------ comparing

# Folder, project, prefix of the cases, file, key of the state dict in it.
CHECKPOINTS = (
    ("official_tf_shim", "official", "", "snap-0", None),
    ("official_tf_shim", "official", "train_", "train/snap-1", None),
    ("official_tf_shim", "official", "guided_", "guided/snap-0", None),
    ("nipponjo_tf", "nipponjo_tf", "", "ckpt_cnum8.pth", "G"),
    ("nipponjo_tf", "nipponjo_tf", "snap_", "train_snapshot_cnum4_legacy.pth", "G"),
    ("nipponjo_tf", "nipponjo_tf", "snap_", "ckpt_cnum4_strided.pth", "G"),
    ("nipponjo_tf", "nipponjo_tf", "full_", "ckpt_cnum48_fp16.pth", "G"),
    ("nipponjo_pt", "nipponjo", "", "ckpt_cnum8.pth", "G"),
    ("nipponjo_pt", "nipponjo", "snap_", "ckpt_cnum4_legacy.pth", "G"),
    ("mmagic_deepfillv2", "mmagic", "", "ckpt_mmengine.pth", "state_dict"),
    ("mmagic_deepfillv2", "mmagic", "small_", "ckpt_mmedit0_small_legacy.pth", "state_dict"),
    ("csqiangwen", "csqiangwen", "", "ckpt.pth", None),
    ("csqiangwen", "csqiangwen", "small_", "ckpt_latent2_legacy.pth", None),
    ("pconv_naoto0804", "unet naoto0804", "", "ckpt.pth", "model"),
    ("pconv_mmagic", "unet mmagic", "", "ckpt.pth", "state_dict"),
)


def network_of(path, project, at):
    state = tensorflow(path) if project == "official" else torch(path, at)
    if project.startswith("unet"):
        form = project.split()[1]
        return partial.UNet(unet(state, form), form)
    weights = csqiangwen(state) if project == "csqiangwen" else gated(state, project)
    return network.Network(weights, network.SEMANTICS[project])


def difference(name, wanted, found, turned):
    if name == "final":
        gap = np.abs(wanted.astype(int) - found.astype(int))
        return (gap > 0).mean(), gap.max()
    wanted = wanted.transpose(1, 2, 0)
    if turned and name in ("stage1", "stage2", "output"):
        wanted = wanted[:, :, ::-1]
    return np.abs(wanted - found).max(), 0


def cases(folder, prefix, prefixes):
    for path in sorted(glob.glob(folder + "/*/")):
        case = os.path.basename(path[:-1])
        if case.startswith(prefix) and (prefix or not case.startswith(tuple(p for p in prefixes if p))):
            if glob.glob(path + "*.npy"):
                yield path, case[len(prefix):]


def check(root, folder, project, prefix, file, at):
    net = network_of(os.path.join(root, folder, file), project, at)
    worst = {}
    prefixes = [c[2] for c in CHECKPOINTS if c[0] == folder]
    for path, case in cases(os.path.join(root, folder), prefix, prefixes):
        whole = "s128x96_border" if case == "s120x88_crop" else case
        inputs = [np.load("%s/inputs/%s/%s.npy" % (root, whole, n)) for n in ("image", "mask")]
        if whole != case:
            inputs = [a[:120, :88] for a in inputs]
        if os.path.exists(path + "edge.npy"):
            inputs.append(1.0 * (np.load(path + "edge.npy") / np.float32(255) > np.float32(0.6)))
        outputs = net.run(*inputs)
        turned = project in ("official", "mmagic", "unet mmagic")
        for npy in sorted(glob.glob(path + "*.npy")):
            name = os.path.basename(npy)[:-4]
            if name == "edge" or (project == "mmagic" and case.endswith("_full") and name == "final"):
                continue
            found = outputs["stage2" if name == "output" else name]
            gap = difference(name, np.load(npy), found, turned)
            worst[name] = max(worst.get(name, (0, 0)), gap)
    print("%-18s %-32s" % (folder, file), end="")
    for name, (gap, levels) in worst.items():
        print("  %s %.1e%s" % (name, gap, " (%d)" % levels if name == "final" else ""), end="")
    print(flush=True)


def check_layer(folder):
    """NVIDIA's layer by itself, 5x5 and stride 2: masks of one plane and of as many as the values have."""
    def array(name):
        return np.load(folder + "/" + name + ".npy").astype(float)

    worst = 0
    for case, mask in (("multi0_bias0", "mask1"), ("multi0_bias1", "mask1"), ("multi1_bias0", "mask3"),
                       ("multi1_bias1", "mask3")):
        bias = array(case + "_b") if case.endswith("1") else 0
        out, fresh = partial.partial(array("x").transpose(1, 2, 0), array(mask).transpose(1, 2, 0),
                                     array(case + "_weight").transpose(2, 3, 1, 0), bias, 2, True)
        wanted = array(case + "_newmask").transpose(1, 2, 0)
        assert (wanted == fresh[:, :, :wanted.shape[2]]).all()
        worst = max(worst, np.abs(array(case + "_out").transpose(1, 2, 0) - out).max())
    print("%-18s %-32s  output %.1e" % ("pconv_nvidia_layer", "layer", worst))


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, "../../../shared/fixtures")
    if not os.path.isdir(root):
        sys.exit("%s: no such folder; nothing to compare with" % root)
    for checkpoint in CHECKPOINTS:
        check(root, *checkpoint)
    check_layer(os.path.join(root, "pconv_nvidia_layer/layer"))


if __name__ == "__main__":
    main()
