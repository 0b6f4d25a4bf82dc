"""
Checkpoints as projects write them, with random weights, and what those projects make of pictures.

    checkpoints/NAME...                          a checkpoint, in its project's form and with its neighbours
    checkpoints/NAME.expected.safetensors        MASK_WxH.input, .stage1, .attention, .stage2, .final, as
                                                 beside make.py; input in the network's planes, others RGB. A
                                                 network of one stage has no stage1 and no attention
    checkpoints/NAME=WORDS.expected.safetensors  the same under other semantics
    checkpoints/pictures.safetensors             MASK_WxH and SKETCH_WxH that ../pictures.safetensors lacks.
                                                 Its 256x256 picture, cut to the top left corner, is that of
                                                 sizes that it lacks
"""
import os
from collections import OrderedDict

import numpy as np

import containers
import network
import partial
import pictures
import projects
from containers import tensor

SMALL = ("free_64x64", "tiny_64x64", "empty_64x64", "full_64x64", "border_64x64", "border_96x128")
MMAGIC = ("free_80x72", "tiny_80x72", "empty_80x72", "full_80x72", "border_80x72", "border_96x128")
UNET = ("free_128x128", "tiny_128x128", "empty_128x128", "full_128x128", "border_256x128")
FEW = ("free_64x64", "border_96x128")


# ------------------------------------------------------------------------------------------------ expected

def step(count, kept):
    """Distance between about `kept` of `count` values, prime to 2 and 3: meets every column and channel."""
    n = max(count // kept, 1) | 1
    return n + 2 if n % 3 == 0 else n


class Expected:
    """Outputs of cases, thinned out: about so many floats of a tensor, and bytes."""

    def __init__(self, floats, integers):
        self.kept = {"F32": floats, "U8": integers}
        self.tensors, self.every = [], {}

    def add(self, case, outputs):
        for key, values in outputs.items():
            kind = "U8" if key == "final" else "F32"
            n = step(values.size, self.kept[kind])
            name = "%s.%s" % (case, key)
            self.tensors.append((name, values.ravel()[::n], kind))
            self.every["every." + name] = str(n)


def place(case):
    kind, size = case.split("_")
    return (kind, *map(int, size.split("x")))


def inputs(case, sketched=False):
    """Picture, mask and, where wanted, a sketch's 0 and 1."""
    kind, width, height = place(case)
    own = (width, height) in pictures.SIZES
    picture = pictures.picture(width, height) if own else pictures.picture(256, 256)[:height, :width]
    mask = 255 * pictures.hole(kind, width, height)
    drawn = 1.0 * (pictures.sketch(width, height) / np.float32(255) > np.float32(0.6))
    return [picture, mask] + [drawn] * sketched


def save_expected(folder, name, net, cases, sketched=False):
    expected = Expected(300, 2000)
    for case in cases:
        expected.add(case, net.run(*inputs(case, sketched)))
    path = os.path.join(folder, name + ".expected.safetensors")
    containers.safetensors(path, expected.tensors, expected.every)
    print(name)


def save_pictures(folder):
    wanted = sorted({case for case in SMALL + MMAGIC + UNET if place(case)[1:] not in pictures.SIZES})
    tensors = [(case, inputs(case)[1], "U8") for case in wanted if place(case)[0] not in ("empty", "full")]
    tensors += [("sketch_%dx%d" % place(case)[1:], pictures.sketch(*place(case)[1:]), "U8") for case in FEW]
    containers.safetensors(os.path.join(folder, "pictures.safetensors"), tensors)


# ------------------------------------------------------------------------------------------------ neighbours

def adam(count):
    """An optimiser's state, as it lies beside a network's."""
    slots = OrderedDict((i, dict(step=1000, exp_avg=tensor(np.zeros(2), "F32"),
                                 exp_avg_sq=tensor(np.zeros(2), "F32"))) for i in range(count))
    return dict(state=slots, param_groups=[dict(lr=2e-4, betas=(0.9, 0.999), params=list(range(count)))])


def critic(form):
    """A discriminator of width 1."""
    state = OrderedDict()
    for i in range(1, 7):
        kernel, bias, u = np.ones((1, 4 if i == 1 else 1, 5, 5)), np.zeros(1), np.ones((1, 1))
        if form == "nipponjo":
            state.update({"conv%d.conv_sn.weight" % i: kernel, "conv%d.conv_sn.bias" % i: bias,
                          "conv%d.conv_sn.weight_u" % i: u})
        else:
            state.update({"disc.conv%d.conv.weight_orig" % i: kernel, "disc.conv%d.conv.bias" % i: bias,
                          "disc.conv%d.conv.weight_u" % i: u[0],
                          "disc.conv%d.conv.weight_v" % i: kernel[0].ravel()})
    return state


def packed(state, kind):
    """Each array a tensor in a storage of its own; counts stay counts."""
    return OrderedDict((name, tensor(a, "I64" if a.dtype == np.int64 else kind)) for name, a in state.items())


def described(state):
    """With what a module says of its parts' versions."""
    state._metadata = OrderedDict((name, dict(version=1)) for name in ("", "conv1", "conv1.conv"))
    return state


class Opaque:
    """Of a class that a reader need not know."""

    def __init__(self, **fields):
        self.__dict__.update(fields)


HISTORY = containers.stand_in("mmengine.logging.history_buffer", "HistoryBuffer", Opaque)


# ------------------------------------------------------------------------------------------------ checkpoints

def weights_of(project, seed, planes=5):
    """Of width 4. Decoders of mmagic's second stage are wider than their input says."""
    rules = network.SEMANTICS[project]
    shapes = network.layers(4, rules, 4 if rules.unit else planes)
    if project == "mmagic":
        wide = {"11": (16, 24), "12": (12, 24), "13_upsample": (12, 12), "14": (6, 12), "15_upsample": (6, 6),
                "16": (3, 4), "17": (2, 6)}
        shapes = [s if not s[0].startswith("allconv")
                  else (*s[:2], *wide[s[0][7:]]) for s in shapes]
    case = inputs("free_256x256", planes == 6)
    return network.calibrated(shapes, rules, seed, *case)


def stems_of(weights):
    return projects.tensorflow(weights).items()


def official(folder):
    """With Adam's slots, the discriminator, powers, rate and step; float32, as published."""
    weights = weights_of("official", 101)
    tensors = [(name, a, "F32", 0) for name, a in stems_of(weights)]
    tensors += [(name + slot, a * 0, "F32", 0) for name, a in stems_of(weights) if name.endswith("/bias")
                for slot in ("/Adam", "/Adam_1")]
    for i in range(1, 7):
        stem = "discriminator/sn_patch_gan/conv%d/" % i
        tensors += [(stem + "kernel", np.ones((5, 5, 4 if i == 1 else 1, 1)), "F32", 0),
                    (stem + "bias", np.zeros(1), "F32", 0), (stem + "kernel_sn/u", np.ones((1, 1)), "F32", 0)]
    tensors += [(name, np.array(value), "F32", 0) for name, value in
                (("beta1_power", 0.0), ("beta2_power", 0.0), ("lr", 1e-4))]
    containers.tensorflow(os.path.join(folder, "official/snap-0"),
                          tensors + [("global_step", np.array(1656000), "I32", 0)])
    net = network.Network(weights, network.semantics("official"))
    save_expected(folder, "official", net, SMALL + ("border_104x88",))
    for words in ("official+rgb", "nipponjo_tf+bgr"):
        save_expected(folder, "official=" + words, network.Network(weights, network.semantics(words)), FEW)


def guided(folder):
    """Six planes, in two shards of bfloat16."""
    weights = weights_of("official", 102, 6)
    tensors = [(name, a, "BF16", i // 2 % 2) for i, (name, a) in enumerate(stems_of(weights))]
    containers.tensorflow(os.path.join(folder, "guided/snap-7"),
                          tensors + [("global_step", np.array(7), "I64", 1)], 2)
    save_expected(folder, "guided", network.Network(weights, network.SEMANTICS["official"]), FEW, True)


def nipponjo_tf(folder):
    weights = weights_of("nipponjo_tf", 103)
    state = packed(projects.torch(weights, "nipponjo_tf"), "F16")
    containers.torch_zip(os.path.join(folder, "nipponjo_tf.pth"),
                         {"G": described(state), "D": packed(critic("nipponjo"), "F16"), "n_iter": 100})
    for words in ("nipponjo_tf", "official", "official+rgb"):
        name = "nipponjo_tf" + ("=" + words) * (words != "nipponjo_tf")
        cases = SMALL if words == "nipponjo_tf" else FEW
        save_expected(folder, name, network.Network(weights, network.semantics(words)), cases)


def nipponjo(folder):
    """Every tensor a view of one storage, behind an offset; kernels transposed from TensorFlow's order."""
    weights = weights_of("nipponjo", 104)
    state = projects.torch(weights, "nipponjo")
    views = containers.shared(state, lambda _, a: (2, 3, 1, 0) if a.ndim == 4 else tuple(range(a.ndim)))
    views["stage2.contextual_attention.fuse_weight"] = tensor(np.eye(3).reshape(1, 1, 3, 3), "F32")
    containers.torch_legacy(os.path.join(folder, "nipponjo.pth"), {"G": views})
    save_expected(folder, "nipponjo", network.Network(weights, network.SEMANTICS["nipponjo"]), SMALL)


def mmagic(folder):
    """As a runner saves it: what it measured beside the network, of classes of its own."""
    weights = weights_of("mmagic", 105)
    state = projects.torch(weights, "mmagic")
    fuse = "generator.stage2.contextual_attention_neck.contextual_attention.fuse_kernel"
    state[fuse] = np.eye(3).reshape(1, 1, 3, 3)
    state.update(critic("mmagic"))
    history = HISTORY(_max_length=1000000, _log_history=[1.5, 1.25], _count_history=[1, 1])
    containers.torch_zip(os.path.join(folder, "mmagic.pth"), OrderedDict(
        meta=dict(epoch=0, iter=7, cfg="model = dict(...)\n", dataset_meta={}),
        state_dict=packed(state, "BF16"),
        message_hub=dict(log_scalars=OrderedDict([("train/loss", history)]), runtime_info=dict(iter=7)),
        param_schedulers=[]))
    save_expected(folder, "mmagic", network.Network(weights, network.SEMANTICS["mmagic"]), MMAGIC)


def yangyu12(folder):
    weights = weights_of("official", 106)
    containers.torch_legacy(os.path.join(folder, "yangyu12.pth"),
                            packed(projects.torch(weights, "yangyu12"), "F16"))
    save_expected(folder, "yangyu12", network.Network(weights, network.SEMANTICS["official"]), FEW)


def csqiangwen(folder):
    """With DataParallel's prefix left off, as its trainer does; spectral norms one iteration short."""
    weights = weights_of("csqiangwen", 107)
    state, used = projects.csqiangwen(weights, np.random.RandomState(7))
    containers.torch_zip(os.path.join(folder, "csqiangwen.pth"), packed(state, "F16"))
    save_expected(folder, "csqiangwen", network.Network(used, network.SEMANTICS["csqiangwen"]), SMALL)


def unet(folder, name, form, write, wrap):
    weights = partial.calibrated(1, form, 108, *inputs("free_256x256"))
    write(os.path.join(folder, name + ".pth"), wrap(packed(projects.unet(weights, form), "F16")))
    save_expected(folder, name, partial.UNet(weights, form), UNET)


def make(folder):
    save_pictures(folder)
    for project in (official, guided, nipponjo_tf, nipponjo, mmagic, yangyu12, csqiangwen):
        project(folder)
    unet(folder, "naoto0804", "naoto0804", containers.torch_zip,
         lambda state: dict(n_iter=1000000, model=state, optimizer=adam(2)))
    unet(folder, "pconv_mmagic", "mmagic", containers.torch_legacy,
         lambda state: dict(meta=dict(epoch=1, iter=500000, mmcv_version="0.6.1"), state_dict=state))
