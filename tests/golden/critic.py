#!/usr/bin/env python3
"""
Make critic.safetensors beside this script: a critic's step in PyTorch, in double precision.

    python3 tests/golden/critic.py      (PyTorch, NumPy; a second)

By hand, when the file is to change. weight.N, bias.N, u.N are a critic before a step; real and made are pictures
(H, W, RGB and mask). The critic's step is one forward pass of both and the gradient of both hinge losses: loss, scores
(of real, then of made), d_weight.N, d_bias.N, norm.N. The generator's is another pass of `made`, with another power
iteration: d_made is the gradient of minus the mean score, new_u.N what u is in the end.
"""
import os

import numpy as np
import torch
import torch.nn.functional as F

import containers

WIDTHS = [4, 2, 4, 8, 8, 8, 8]
HEIGHT, WIDTH = 44, 37


class Critic(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = torch.nn.ModuleList(
            torch.nn.utils.spectral_norm(torch.nn.Conv2d(i, o, 5, 2)) for i, o in zip(WIDTHS, WIDTHS[1:]))

    def forward(self, x):
        for layer in self.layers:
            pad = []
            for n in (x.shape[3], x.shape[2]):
                total = max((-(-n // 2) - 1) * 2 + 5 - n, 0)
                pad += [total // 2, total - total // 2]
            x = F.leaky_relu(layer(F.pad(x, pad)), 0.2)
        return x


def pictures(rng):
    mask = np.zeros((HEIGHT, WIDTH, 1))
    mask[9:30, 11:25] = 1
    return [np.concatenate([rng.uniform(-1, 1, (HEIGHT, WIDTH, 3)), mask], 2).astype(np.float32) for _ in range(2)]


def main():
    rng = np.random.default_rng(1)
    torch.manual_seed(1)
    critic = Critic().double()
    with torch.no_grad():
        for p in critic.parameters():
            p.copy_((p * 2).float())
        for layer in critic.layers:
            layer.weight_u.copy_(layer.weight_u.float())
    tensors = []

    def add(name, value):
        tensors.append((name, np.asarray(value, np.float32), "F32"))

    for i, layer in enumerate(critic.layers):
        add(f"weight.{i}", layer.weight_orig.detach())
        add(f"bias.{i}", layer.bias.detach())
        add(f"u.{i}", layer.weight_u)
    real, made = pictures(rng)
    add("real", real)
    add("made", made)
    batch = torch.from_numpy(np.stack([real, made]).transpose(0, 3, 1, 2)).double()
    scores = critic(batch)
    p, n = scores.chunk(2)
    loss = 0.5 * (F.relu(1 - p).mean() + F.relu(1 + n).mean())
    loss.backward()
    add("loss", loss.detach().reshape(1))
    add("scores", scores.detach().permute(0, 2, 3, 1))
    for i, layer in enumerate(critic.layers):
        add(f"d_weight.{i}", layer.weight_orig.grad)
        add(f"d_bias.{i}", layer.bias.grad)
        add(f"norm.{i}", (layer.weight_orig / layer.weight).detach().flatten()[:1])
    again = batch[1:].clone().requires_grad_(True)
    (-critic(again).mean()).backward()
    add("d_made", again.grad[0].permute(1, 2, 0))
    for i, layer in enumerate(critic.layers):
        add(f"new_u.{i}", layer.weight_u)
    here = os.path.dirname(os.path.abspath(__file__))
    containers.safetensors(os.path.join(here, "critic.safetensors"), tensors, None)


main()
