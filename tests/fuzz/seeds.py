#!/usr/bin/env python3
"""
Make the seeds beside this script: one small checkpoint for each container and project, whole networks whose
layers have one channel each; and logo data files.

    python3 tests/fuzz/seeds.py        (NumPy; writes the same bytes every time)

By hand, when the files are to change: `make check` and `make fuzz` read what lies here and need no Python.
The writers are those of ../golden.

    seeds/safetensors, torch_zip, torch_legacy    files as they are
    seeds/pickle        what lies in these: a checkpoint's object alone
    seeds/tensorflow    index and shards in one file, each behind its 32-bit length
    seeds/locate        the text file `checkpoint` of a folder of TensorFlow's
    seeds/lgd           logo data files
    seeds/model         links to one of each project; convert has the same
"""
import io
import os
import pickle
import shutil
import struct
import sys
import tempfile
import zipfile
from collections import OrderedDict

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../golden"))

import containers  # noqa: E402
import foreign     # noqa: E402
import network     # noqa: E402
import partial     # noqa: E402
import projects    # noqa: E402
from containers import tensor  # noqa: E402
from foreign import Opaque, adam, critic, described, packed  # noqa: E402

SEEDS = os.path.join(HERE, "seeds")
META = dict(architecture="deepfillv2", input="bgr,ones,mask", semantics="official", size="256")


def path_of(kind, name):
    return os.path.join(SEEDS, kind, name)


# ------------------------------------------------------------------------------------------------ networks

def values(shape):
    return np.random.RandomState(sum(shape)).randint(-8, 9, shape) / 16.0 + 1 / 32.0


def weights_of(project, planes=5):
    """Each layer hands on one channel, but those of pictures; feature and gate are two of the convolution."""
    rules = network.SEMANTICS[project]
    weights = OrderedDict()
    for name, side, c_in, c_out in network.layers(4, rules, 4 if rules.unit else planes):
        c_in = c_in if name in ("conv1", "xconv1", "pmconv1") else 2 if name == "allconv11" else 1
        c_out = c_out if name in ("conv17", "allconv17") else 2
        weights[name] = values((side, side, c_in, c_out)), values((c_out,))
    return weights


def unet_of(form):
    weights = OrderedDict()
    for name, side, *_ in partial.layers(1):
        c_in = {"enc1": 3, "dec1": 4}.get(name, 1 if name.startswith("enc") else 2)
        c_out = 3 if name == "dec1" else 1
        w = weights[name] = dict(kernel=values((side, side, c_in, c_out)))
        if name in ("enc1", "dec1") and (form == "mmagic" or name == "dec1"):
            w["bias"] = values((c_out,))
        if name not in ("enc1", "dec1"):
            w.update(gamma=values((c_out,)), beta=values((c_out,)), mean=values((c_out,)),
                     var=1 + values((c_out,)))
    return weights


# ------------------------------------------------------------------------------------------------ safetensors

def ours(name, weights, kind, meta=None):
    tensors = []
    for layer, (kernel, bias) in weights.items():
        tensors += [(layer + ".weight", kernel.transpose(3, 2, 0, 1), kind), (layer + ".bias", bias, kind)]
    containers.safetensors(path_of("safetensors", name), tensors, meta)


def safetensors():
    ours("deepfill", weights_of("official"), "F32", META)
    ours("deepfill_sketch", weights_of("official", 6), "F16",
         dict(META, input="rgb,sketch,ones,mask", downsample="aligned", padding="same"))
    ours("deepfill_mmagic", weights_of("mmagic"), "BF16")
    state = projects.torch(weights_of("nipponjo_tf"), "nipponjo_tf")
    containers.safetensors(path_of("safetensors", "nipponjo_tf"),
                           [(name, a, "F16") for name, a in state.items()] +
                           [("steps", np.array(7), "I64"), ("flags", np.zeros((0, 2)), "U8")])
    tensors = []
    for name, w in unet_of("mmagic").items():
        tensors.append((name + ".weight", w["kernel"].transpose(3, 2, 0, 1), "F16"))
        if "bias" in w:
            tensors.append((name + ".bias", w["bias"], "F16"))
        if "gamma" in w:
            tensors += [(name + ".scale", w["gamma"], "F32"), (name + ".shift", w["beta"], "F32")]
    containers.safetensors(path_of("safetensors", "deepfill_partial"), tensors,
                           dict(architecture="partialconv"))


# ------------------------------------------------------------------------------------------------ PyTorch

def module_of(state):
    """A pickled module, whose parts know their parts."""
    parts = OrderedDict()
    for name, value in state.items():
        head, _, rest = name.partition(".")
        if rest:
            parts.setdefault(head, OrderedDict())[rest] = value
    own = OrderedDict((name, value) for name, value in state.items() if "." not in name)
    return MODULE(training=True, _parameters=own, _buffers=OrderedDict(),
                  _modules=OrderedDict((name, module_of(part)) for name, part in parts.items()))


def together(state):
    """Views of one storage, kernels in TensorFlow's order: entries of an archive are padded."""
    return containers.shared(state, lambda _, a: (2, 3, 1, 0) if a.ndim == 4 else tuple(range(a.ndim)))


MODULE = containers.stand_in("network.module", "Part", type("Part", (Opaque,), {}))


def torch_zip():
    state = packed(projects.torch(weights_of("nipponjo_tf"), "nipponjo_tf"), "F16")
    containers.torch_zip(path_of("torch_zip", "nipponjo_tf"),
                         {"G": described(state), "D": packed(critic("nipponjo"), "F16"), "n_iter": 100})
    state = projects.torch(weights_of("mmagic"), "mmagic")
    fuse = "generator.stage2.contextual_attention_neck.contextual_attention.fuse_kernel"
    state[fuse] = np.ones((1, 1, 3, 3))
    history = foreign.HISTORY(_max_length=1000000, _log_history=[1.5, 1.25], _count_history=[1, 1])
    containers.torch_zip(path_of("torch_zip", "mmagic"), OrderedDict(
        meta=dict(epoch=0, iter=7, cfg="model = dict(...)\n"), state_dict=together(state),
        message_hub=dict(log_scalars=OrderedDict([("train/loss", history)]))))
    state = packed(projects.unet(unet_of("naoto0804"), "naoto0804"), "F32")
    containers.torch_zip(path_of("torch_zip", "naoto0804"),
                         dict(n_iter=1000000, model=state, optimizer=adam(2)))
    state = together(projects.torch(weights_of("nipponjo_tf"), "nipponjo_tf"))
    containers.torch_zip(path_of("torch_zip", "module"), module_of(state))


def torch_legacy():
    state = projects.torch(weights_of("nipponjo"), "nipponjo")
    containers.torch_legacy(path_of("torch_legacy", "nipponjo"), {"G": together(state)})
    state, _ = projects.csqiangwen(weights_of("csqiangwen"), np.random.RandomState(7))
    containers.torch_legacy(path_of("torch_legacy", "csqiangwen"), packed(state, "F16"))
    state = projects.torch(weights_of("official"), "yangyu12")
    containers.torch_legacy(path_of("torch_legacy", "yangyu12"), packed(state, "F16"))
    state = packed(projects.unet(unet_of("mmagic"), "mmagic"), "BF16")
    containers.torch_legacy(path_of("torch_legacy", "pconv_mmagic"),
                            dict(meta=dict(epoch=1, mmcv_version="0.6.1"), state_dict=state))


def python2():
    """What PyTorch of Python 2's days wrote: pairs as an OrderedDict's argument, short texts, no memos."""
    storage = b"(U\7storagectorch\nFloatStorage\nU\x010U\3cpuK\2NtQ"
    values = b"ctorch._utils\n_rebuild_tensor\n(" + storage + b"K\0(K\2t(K\1ttR"
    pairs = b"](](U\1a" + values + b"e](U\1bNee"
    state = b"\x80\2ccollections\nOrderedDict\n" + pairs + b"\x85R."
    head = pickle.dumps(0x1950a86a20f9469cfc6c, 2) + pickle.dumps(1001, 2)
    head += pickle.dumps(dict(little_endian=True), 2)
    containers.write(path_of("pickle", "python2"), state)
    containers.write(path_of("torch_legacy", "python2"),
                     head + state + pickle.dumps(["0"], 2) + struct.pack("<qff", 2, 1.5, -2))


def pickles():
    for name in ("nipponjo_tf", "mmagic", "naoto0804", "module"):
        with zipfile.ZipFile(path_of("torch_zip", name)) as archive:
            containers.write(path_of("pickle", name), archive.read(name + "/data.pkl"))
    state = packed({"a": np.ones((2, 3)), "b": np.array(3, np.int64)}, "F32")
    for protocol in (3, 4, 5):
        data = io.BytesIO()
        pickler = pickle.Pickler(data, protocol)
        pickler.persistent_id = containers.Pickler(data, False).persistent_id
        pickler.dump({"state": state, "flag": True, "none": None, "list": [1.5, -70000, 1 << 70, b"b"],
                      "tuple": (1, 2, 3, 4), "set": {1, 2}, "empty": ((), [], {})})
        containers.write(path_of("pickle", "protocol%d" % protocol), data.getvalue())


# ------------------------------------------------------------------------------------------------ TensorFlow

def tensorflow(name, tensors, shards):
    """Index and shards in one file."""
    folder = tempfile.mkdtemp()
    prefix = os.path.join(folder, "snap-0")
    containers.tensorflow(prefix, tensors, shards)
    data = b""
    for end in [".index"] + [".data-%05d-of-%05d" % (i, shards) for i in range(shards)]:
        with open(prefix + end, "rb") as file:
            part = file.read()
        data += struct.pack("<I", len(part)) + part
    with open(os.path.join(folder, "checkpoint"), "rb") as file:
        containers.write(path_of("locate", name), file.read())
    shutil.rmtree(folder)
    containers.write(path_of("tensorflow", name), data)


def tensorflows():
    state = projects.tensorflow(weights_of("official"))
    tensors = [(name, a, "F32", 0) for name, a in state.items()]
    tensors += [(name + slot, a * 0, "F32", 0) for name, a in list(state.items())[:6]
                for slot in ("/Adam", "/Adam_1")]
    tensors += [("beta1_power", np.array(0.0), "F32", 0), ("global_step", np.array(1656000), "I32", 0)]
    tensorflow("official", tensors, 1)
    state = projects.tensorflow(weights_of("official", 6))
    tensorflow("guided", [(name, a, "BF16", i // 2 % 2) for i, (name, a) in enumerate(state.items())]
               + [("global_step", np.array(7), "I64", 1)], 2)
    few = [("inpaint_net/conv1/kernel", values((5, 5, 5, 2)), "F16", 0), ("steps", np.array(7), "I64", 0)]
    tensorflow("few", few, 1)


def lists():
    containers.write(path_of("locate", "escaped"),
                     b"# latest\nmodel_checkpoint_path : \"/data/\\163nap\\x2d1\\n\"\n"
                     b"last_preserved_timestamp: 1.5e+9 all_model_checkpoint_timestamps:-1\n"
                     b"all_model_checkpoint_paths:'C:\\\\logs\\\\snap-0'")


# ------------------------------------------------------------------------------------------------ logos

def logo(version, x, y, width, height):
    """A logo with its header: opacity grows along rows, columns and planes."""
    name = b"logo".ljust(256 if version == 2 else 32, b"\0")
    header = struct.pack("<8h", x, y, height, width, 0, 0, 0, 0) + b"\0" * (240 if version == 2 else 0)
    pixels = [struct.pack("<6h", 60 * i, 4096 - 200 * j, 40 * i, 100 * j - 2048, 0, 2048 - 100 * i)
              for j in range(height) for i in range(width)]
    return name + header + b"".join(pixels)


def logos():
    for name, version, places in [("version1", 1, [(30, 20, 7, 5)]), ("version2", 2, [(31, 21, 6, 4)]),
                                  ("several", 1, [(-2, -3, 6, 5), (900, 20, 3, 2)]), ("beside", 2, [(641, 0, 3, 2)])]:
        head = (b"<logo data file ver0.%d>" % version).ljust(28, b"\0") + struct.pack(">I", len(places))
        containers.write(path_of("lgd", name), head + b"".join(logo(version, *place) for place in places))


# ------------------------------------------------------------------------------------------------ all

def models():
    names = ["safetensors/deepfill", "safetensors/deepfill_sketch", "safetensors/deepfill_mmagic",
             "safetensors/deepfill_partial", "torch_zip/nipponjo_tf", "torch_zip/mmagic",
             "torch_zip/naoto0804", "torch_legacy/nipponjo", "torch_legacy/csqiangwen",
             "torch_legacy/yangyu12", "torch_legacy/pconv_mmagic", "tensorflow/official", "tensorflow/guided"]
    os.makedirs(path_of("model", ""), exist_ok=True)
    for name in names:
        os.symlink("../" + name, path_of("model", name.replace("/", "-")))
    os.symlink("model", os.path.join(SEEDS, "convert"))


def main():
    shutil.rmtree(SEEDS, ignore_errors=True)
    safetensors()
    torch_zip()
    torch_legacy()
    python2()
    pickles()
    tensorflows()
    lists()
    logos()
    models()


if __name__ == "__main__":
    main()
