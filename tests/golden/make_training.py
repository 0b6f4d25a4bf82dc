#!/usr/bin/env python3
"""
Make what the training's tests compare with: one generator and one critic in PyTorch, in double precision, with losses,
gradients, spectral norms and ten steps of training. Nothing of the engine is in it.

    python3 tests/golden/make_training.py       (PyTorch 2.13 for CPUs, NumPy; half a minute)

By hand, when the files are to change, as make.py. Activations and pictures are stored [picture][y][x][channel], kernels
[out][in][ky][kx]; all are float32 but where it says bytes.

    training.safetensors            the generator's weights before the first step, a model that can be opened: cnum 4,
                                    this project's own semantics ("stride")
    training.expected.safetensors   everything else:

    picture, mask                   bytes, 2 pictures of 64x64: colours are byte / 127.5 - 1; 1: hole
    critic.I.weight, .bias, .u      before the first step, layers I = 0 .. 5, width 4: 4-4-8-16-16-16-16 channels
    stage1, stage2                  outputs of both pictures before the first step, every third value
    d_l1.LAYER.weight, .bias        the generator's gradients of loss.l1
    d_adversarial.LAYER.weight ...  and of loss.adversarial, without l1, and without a weight
    critic.real, critic.fake        the critic's outputs, [2][1][1][16], after one iteration from u
    critic.I.sigma                  its spectral norms then; critic.I.exact: largest singular values of [out, in 5 5]
    d_critic.I.weight, .bias        gradients of loss.real + loss.fake, through sigma, u and v constant
    d_input                         gradient of loss.adversarial with respect to what the critic sees of the first
                                    filled picture and its mask, [64][64][4]
    loss.l1, .real, .fake, .adversarial    of one value each, before the first step, u after one iteration in all
    steps.ITERATIONS.l1, .real, .fake, .adversarial, .norm    of ten values each: steps 0 to 9

Losses, with hole h (1 inside), truth x, stages y1 and y2, z = h y2 + (1 - h) x, mean over all values of the batch, and
D the critic of a picture and its hole:

    l1           mean |y1 - x| + mean |y2 - x| + mean (h (|y1 - x| + |y2 - x|)) / max(mean h, 0.01)
    real, fake   mean max(0, 1 - D(x)), mean max(0, 1 + D(z));     adversarial   -mean D(z)

A step, always of the same two pictures: the critic's, on x and z as one batch, from real + fake; then the generator's,
from l1 + 0.05 adversarial, its gradient cut to norm 10 (`norm`: before). Both by Adam, rate 2e-4, betas 0.5 and 0.99,
epsilon 1e-8. Losses are those that the step's gradients are of. u goes through one iteration in the critic's pass. The
generator's pass goes by, where ITERATIONS is

    twice    the new critic, after another iteration of u, as in torch's training mode
    once     the new critic, with u and v as they are, and sigma of the new weights
    before   the critic before its step: its weights, u and v
"""
import os

import numpy as np
import torch
import torch.nn.functional as F

import containers
import network
import pictures

HERE = os.path.dirname(os.path.abspath(__file__))
CNUM, SIDE, STEPS, ADVERSARIAL = 4, 64, 10, 0.05
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)  # the same bytes every time


# ------------------------------------------------------------------------------------------------ generator

def same(x, kernel, stride, rate=1):
    """Zeros around, as TensorFlow's SAME puts them."""
    ends = []
    for side in (x.shape[3], x.shape[2]):
        lacking = max((-(-side // stride) - 1) * stride + (kernel - 1) * rate + 1 - side, 0)
        ends += [lacking // 2, lacking - lacking // 2]
    return F.pad(x, ends)


def convolve(weights, name, x, stride=1, rate=1):
    kernel = weights[name + ".weight"]
    return F.conv2d(same(x, kernel.shape[2], stride, rate), kernel, weights[name + ".bias"], stride, 0, rate)


def gated(y, relu):
    feature, gate = y.chunk(2, dim=1)
    return (F.relu if relu else F.elu)(feature) * torch.sigmoid(gate)


def chain(weights, x, prefix, words):
    """`words`: layers by number, "s" behind it: stride 2, "u": enlarged, "r" and a number: rate."""
    for word in words.split():
        number, _, rate = word.rstrip("su").partition("r")
        name = prefix + number + {"s": "_downsample", "u": "_upsample"}.get(word[-1], "_atrous" if rate else "")
        if word.endswith("u"):
            x = x.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
        y = convolve(weights, name, x, 2 if word.endswith("s") else 1, int(rate or 1))
        x = gated(y, name == "pmconv6")
    return x


def windows(x, kernel, stride):
    """[picture][channel, ky, kx][window]: of side `kernel`, `stride` apart, one pixel of zeros around."""
    return F.unfold(x, kernel, padding=1, stride=stride)


def along_diagonal(s):
    wide = F.pad(s, (1, 1, 1, 1))
    return wide[:, :-2, :-2] + s + wide[:, 2:, 2:]


def attend(x, hole):
    """Rows are queries, columns keys."""
    n, c, height, width = x.shape
    h, w = height // 2, width // 2
    small = x[:, :, ::2, ::2]
    queries = windows(small, 3, 1).transpose(1, 2)
    keys = queries / queries.square().sum(2, keepdim=True).sqrt().clamp_min(1e-4)
    by_column = torch.arange(h * w).view(h, w).t().reshape(-1)
    back = torch.argsort(by_column)
    scores = along_diagonal(queries @ keys.transpose(1, 2))
    scores = along_diagonal(scores[:, by_column][:, :, by_column])[:, back][:, :, back]
    near = windows(hole[:, :, ::8, ::8], 3, 1).sum(1)
    known = (near == 0).to(x.dtype)[:, None]
    shares = torch.softmax(10 * scores * known, dim=2) * known
    pasted = (shares @ windows(x, 4, 2).transpose(1, 2)).transpose(1, 2)
    return F.fold(pasted, (height, width), 4, padding=1, stride=2) / 4


def generate(weights, x, hole):
    known = x * (1 - hole)
    first = torch.cat([known, torch.ones_like(hole), hole], dim=1)
    y = chain(weights, first, "conv", "1 2s 3 4s 5 6 7r2 8r4 9r8 10r16 11 12 13u 14 15u 16")
    stage1 = torch.tanh(convolve(weights, "conv17", y))
    coarse = stage1 * hole + known
    invented = chain(weights, coarse, "xconv", "1 2s 3 4s 5 6 7r2 8r4 9r8 10r16")
    copied = attend(chain(weights, coarse, "pmconv", "1 2s 3 4s 5 6"), hole)
    copied = chain(weights, copied, "pmconv", "9 10")
    y = chain(weights, torch.cat([invented, copied], dim=1), "allconv", "11 12 13u 14 15u 16")
    return stage1, torch.tanh(convolve(weights, "allconv17", y))


def first_weights(shown, mask):
    """Scaled layer by layer, so that activations neither vanish nor saturate; float32 holds them exactly."""
    rules = network.SEMANTICS["stride"]
    made = network.calibrated(network.layers(CNUM), rules, 16, shown, 255 * mask)
    weights = {}
    for name, (kernel, bias) in made.items():
        weights[name + ".weight"] = torch.tensor(kernel.transpose(3, 2, 0, 1).copy(), requires_grad=True)
        weights[name + ".bias"] = torch.tensor(np.asarray(bias, dtype=np.float64), requires_grad=True)
    return weights


# ------------------------------------------------------------------------------------------------ critic

def critic():
    """Spectral normalisation is torch's own; u, v and weights as float32 holds them."""
    torch.manual_seed(16)
    widths = [4, CNUM, 2 * CNUM] + [4 * CNUM] * 4
    layers = torch.nn.ModuleList(torch.nn.utils.spectral_norm(torch.nn.Conv2d(i, o, 5, 2))
                                 for i, o in zip(widths, widths[1:]))
    with torch.no_grad():
        for layer in layers:
            for values in (layer.weight_orig, layer.bias, layer.weight_u, layer.weight_v):
                values.copy_(values.float())
    return layers


def judge(layers, x, hole):
    x = torch.cat([x, hole], dim=1)
    for layer in layers:
        x = F.leaky_relu(layer(same(x, 5, 2)), 0.2)
    return x


# ------------------------------------------------------------------------------------------------ losses

def l1_loss(stages, x, hole):
    wrong = sum((stage - x).abs() for stage in stages)
    return wrong.mean() + (wrong * hole).mean() / hole.mean().clamp_min(0.01)


def hinges(layers, x, z, hole):
    real, fake = judge(layers, torch.cat([x, z]), torch.cat([hole, hole])).chunk(2)
    return real, fake, F.relu(1 - real).mean(), F.relu(1 + fake).mean()


def innermost(x):
    return x.detach().permute(0, 2, 3, 1).numpy()


def train(shown, mask, x, hole, iterations):
    """Losses and norms of ten steps, a list for each."""
    weights, layers = first_weights(shown, mask), critic()
    ours = torch.optim.Adam(weights.values(), 2e-4, (0.5, 0.99), 1e-8)
    theirs = torch.optim.Adam(layers.parameters(), 2e-4, (0.5, 0.99), 1e-8)
    found = dict(l1=[], real=[], fake=[], adversarial=[], norm=[])
    for _ in range(STEPS):
        stages = generate(weights, x, hole)
        z = stages[1] * hole + x * (1 - hole)
        layers.train()
        _, _, real, fake = hinges(layers, x, z.detach(), hole)
        theirs.zero_grad()
        (real + fake).backward()
        layers.train(iterations == "twice")
        if iterations != "before":
            theirs.step()
        adversarial = -judge(layers, z, hole).mean()
        slopes = torch.autograd.grad(adversarial, z)[0]
        if iterations == "before":
            theirs.step()
        l1 = l1_loss(stages, x, hole)
        ours.zero_grad()
        (l1 + ADVERSARIAL * (slopes * z).sum()).backward()
        norm = torch.nn.utils.clip_grad_norm_(weights.values(), 10)
        ours.step()
        for name, value in dict(l1=l1, real=real, fake=fake, adversarial=adversarial, norm=norm).items():
            found[name].append(value.item())
    return found


# ------------------------------------------------------------------------------------------------ files

def gradients(loss, weights):
    found = torch.autograd.grad(loss, list(weights.values()), retain_graph=True)
    return {name: gradient.numpy() for name, gradient in zip(weights, found)}


def critic_part(stages, x, hole, weights):
    layers = critic()
    out = {}
    for i, layer in enumerate(layers):
        out["critic.%d.weight" % i] = layer.weight_orig.detach().numpy().copy()
        out["critic.%d.bias" % i] = layer.bias.detach().numpy().copy()
        out["critic.%d.u" % i] = layer.weight_u.numpy().copy()
    z = stages[1] * hole + x * (1 - hole)
    real, fake, real_loss, fake_loss = hinges(layers, x, z.detach(), hole)
    layers.eval()
    parameters = {"%d.%s" % (i, short): getattr(layer, name) for i, layer in enumerate(layers)
                  for short, name in (("weight", "weight_orig"), ("bias", "bias"))}
    seen = torch.cat([z, hole], dim=1)
    adversarial = -judge(layers, seen[:, :3], seen[:, 3:]).mean()
    out["critic.real"], out["critic.fake"] = innermost(real), innermost(fake)
    for i, layer in enumerate(layers):
        matrix = layer.weight_orig.detach().flatten(1)
        out["critic.%d.sigma" % i] = (layer.weight_u @ matrix @ layer.weight_v).numpy().reshape(1)
        out["critic.%d.exact" % i] = torch.linalg.matrix_norm(matrix, 2).numpy().reshape(1)
    for name, gradient in gradients(real_loss + fake_loss, parameters).items():
        out["d_critic." + name] = gradient
    for name, gradient in gradients(adversarial, weights).items():
        out["d_adversarial." + name] = gradient
    out["d_input"] = innermost(torch.autograd.grad(adversarial, seen)[0])[0]
    for name, loss in (("real", real_loss), ("fake", fake_loss), ("adversarial", adversarial)):
        out["loss." + name] = loss.detach().numpy().reshape(1)
    return out


def make():
    shown = pictures.picture(SIDE, SIDE)
    holes = [pictures.hole(kind, SIDE, SIDE) for kind in ("free", "border")]
    both = np.stack([shown, shown[::-1, :, ::-1]])
    x = torch.tensor(both / 127.5 - 1).permute(0, 3, 1, 2)
    hole = torch.tensor(np.stack(holes) * 1.0)[:, None]
    weights = first_weights(shown, holes[0])
    stages = generate(weights, x, hole)
    l1 = l1_loss(stages, x, hole)
    out = {"loss.l1": l1.detach().numpy().reshape(1)}
    for i, stage in enumerate(stages):
        out["stage%d" % (i + 1)] = innermost(stage).reshape(-1)[::3]
    for name, gradient in gradients(l1, weights).items():
        out["d_l1." + name] = gradient
    out.update(critic_part(stages, x, hole, weights))
    for iterations in ("once", "twice", "before"):
        for name, values in train(shown, holes[0], x, hole, iterations).items():
            out["steps.%s.%s" % (iterations, name)] = np.array(values)
            print(iterations, name, *("%.6f" % value for value in values))
    ours = dict(architecture="deepfillv2", padding="same", upsample="nearest", downsample="stride", fuse="1",
                input="rgb,ones,mask", size=str(SIDE))
    containers.safetensors(os.path.join(HERE, "training.safetensors"),
                           [(name, value.detach().numpy(), "F32") for name, value in weights.items()], ours)
    tensors = [("picture", both, "U8"), ("mask", np.stack(holes), "U8")]
    containers.safetensors(os.path.join(HERE, "training.expected.safetensors"),
                           tensors + [(name, value, "F32") for name, value in out.items()])


if __name__ == "__main__":
    make()
