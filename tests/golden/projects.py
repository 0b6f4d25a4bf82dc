"""
How projects name and store the network's tensors: a layer's name here to its names there, and whole
checkpoints as nested dicts, as those projects save them.
"""
from collections import OrderedDict

import numpy as np

import network


def numbered(pattern, numbers):
    return [pattern % n for n in numbers]


def blocks(prefix, end):
    """Stage heads of nipponjo's networks.py."""
    halves = [prefix + "down_block%d.%s" % (i, n) for i in (1, 2) for n in ("conv1_downsample", "conv2")]
    return [prefix + "conv1"] + halves + numbered(prefix + "conv_bn%d", end)


def nipponjo():
    tail = ["up_block1.conv1_upsample.conv", "up_block1.conv2", "up_block2.conv1_upsample.conv",
            "up_block2.conv2", "conv_to_rgb"]
    return (blocks("stage1.", range(1, 8))
            + ["stage1." + n for n in tail]
            + blocks("stage2.conv_", range(1, 6)) + blocks("stage2.ca_", (1, 4, 5))
            + ["stage2.conv_bn6", "stage2.conv_bn7"] + ["stage2." + n for n in tail])


def mmagic():
    def encoder(prefix):
        return numbered(prefix + ".enc%d", range(1, 7))

    def dilated(stage):
        return numbered(stage + ".dilation_neck.dilation_convs.%d", range(4))

    names = (encoder("stage1.encoder") + dilated("stage1") + numbered("stage1.decoder.dec%d", range(1, 8))
             + encoder("stage2.encoder_conv") + dilated("stage2") + encoder("stage2.encoder_attention")
             + numbered("stage2.contextual_attention_neck.conv%d", (1, 2))
             + numbered("stage2.decoder.dec%d", range(1, 8)))
    return ["generator.%s.conv" % n for n in names]


def sequential(parts):
    return [n for name, count in parts for n in numbered(name + ".%d", range(count))]


def stems(project):
    """Each layer's name in the project's file, in front of ".weight" or "/kernel"; for csqiangwen of both."""
    ours = [name for name, *_ in network.layers(4)]
    if project == "official":
        there = ["inpaint_net/" + (n + "/" + n + "_conv" if n.endswith("upsample") else n) for n in ours]
    elif project == "nipponjo_tf":
        there = [n + (".conv" if n.endswith("upsample") else "") for n in ours]
    elif project == "nipponjo":
        there = nipponjo()
    elif project == "mmagic":
        there = mmagic()
    elif project == "yangyu12":
        there = sequential([("generator.coarse_network", 17), ("generator.refinement_conv_branch", 10),
                            ("generator.refinement_ctx_branch_1", 6),
                            ("generator.refinement_ctx_branch_2", 2), ("generator.refinement_decoder", 7)])
    else:
        there = sequential([("coarse", 17), ("refine_conv", 10), ("refine_atten_1", 6), ("refine_atten_2", 2),
                            ("refine_combine", 7)])
    end = ".conv" if project in ("nipponjo_tf", "nipponjo", "mmagic") else ""
    return OrderedDict((n, t + end) for n, t in zip(ours, there))


# ------------------------------------------------------------------------------------------------ DeepFillv2

def tensorflow(weights):
    state = OrderedDict()
    for layer, stem in stems("official").items():
        state[stem + "/kernel"], state[stem + "/bias"] = weights[layer]
    return state


def torch(weights, project):
    state = OrderedDict()
    for layer, stem in stems(project).items():
        kernel, bias = weights[layer]
        state[stem + ".weight"], state[stem + ".bias"] = kernel.transpose(3, 2, 0, 1), bias
    return state


def unit(x):
    return x / (np.sqrt((x ** 2).sum()) + 1e-12)


def power_iteration(bar, u):
    """A spectrally normalised kernel, [out, in, ky, kx], as one run of the project makes it."""
    m = bar.reshape(bar.shape[0], -1)
    v = unit(m.T @ u)
    u = unit(m @ v)
    return bar / (u @ (m @ v))


def csqiangwen(weights, random):
    """
    Returns the state, and the weights that a run computes with. Layers behind an enlargement are normalised:
    what is stored has another scale, and u is not yet what it would become.
    """
    state, used = OrderedDict(), {}
    for layer, stem in stems("csqiangwen").items():
        kernel, bias = weights[layer]
        halves = []
        for part, k, b in zip(("conv2d", "mask_conv2d"), np.split(kernel, 2, axis=3), np.split(bias, 2)):
            bar = k.transpose(3, 2, 0, 1)
            if layer.endswith("upsample"):
                prefix = "%s.gated_conv2d.%s.module." % (stem, part)
                u = unit(random.randn(bar.shape[0])).astype("<f2").astype(float)
                state[prefix + "bias"], state[prefix + "weight_u"] = b, u
                state[prefix + "weight_v"] = unit(random.randn(bar[0].size))
                state[prefix + "weight_bar"] = bar
                halves.append(power_iteration(bar, u).transpose(2, 3, 1, 0))
            else:
                prefix = "%s.%s." % (stem, part)
                state[prefix + "weight"], state[prefix + "bias"] = bar, b
                halves.append(k)
        used[layer] = np.concatenate(halves, axis=3), bias
    return state, used


# ------------------------------------------------------------------------------------------------ U-Net

def unet(weights, form):
    state = OrderedDict()
    order = numbered("enc%d", range(1, 8)) + numbered("dec%d", (5, 6, 7, 4, 3, 2, 1))
    for name in order:
        w = weights[name]
        if form == "mmagic":
            stem = "generator.%s.%s." % ("encoder" if name.startswith("enc") else "decoder", name)
            kernel, ones = stem + "conv.", stem + "conv.weight_mask_updater"
        else:
            stem = name[:3] + "_" + name[3:] + "."
            kernel, ones = stem + "conv.input_conv.", stem + "conv.mask_conv.weight"
        state[kernel + "weight"] = w["kernel"].transpose(3, 2, 0, 1)
        if "bias" in w:
            state[kernel + "bias"] = w["bias"]
        state[ones] = np.ones_like(state[kernel + "weight"])
        if "gamma" in w:
            for there, here in (("weight", "gamma"), ("bias", "beta"), ("running_mean", "mean"),
                                ("running_var", "var")):
                state[stem + "bn." + there] = w[here]
            state[stem + "bn.num_batches_tracked"] = np.array(500000, np.int64)
    return state
