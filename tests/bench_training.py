#!/usr/bin/env python3
"""
Steps of training beside PyTorch's: samples a second, CPU seconds of one, and peak memory of the process.

Both train generator and critic as docs/training.md has it, float32, by Adam; on PyTorch's side with the network of
tests/golden/make_training.py and always the same batch. Each measurement is a process of its own; they take turns.
deepfill's is `deepfill train`, with its crops and holes: runs of one step and of several, and a step is what the best of
the long ones took beyond the best of the short ones, so that reading, opening and writing are left out. (The best of
the differences would be one whose short run was disturbed.) PyTorch's is the mean of the steps after the first, in the
better of its two memory formats (--format), the best of the rounds. Where PyTorch is missing, the table has deepfill
alone.
"""
import argparse
import importlib.util
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import time
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
CRITIC, GAN, RATE = 64, 0.05, 1e-4


# ----------------------------------------------------------------------------------------- PyTorch --

def random_weights(network, cnum):
    """As Kaiming draws them for ReLU."""
    import torch
    weights = {}
    for name, side, inputs, outputs in network.layers(cnum):
        kernel = torch.randn(outputs, inputs, side, side) * (2 / (inputs * side * side)) ** 0.5
        weights[name + ".weight"] = kernel.requires_grad_()
        weights[name + ".bias"] = torch.zeros(outputs, requires_grad=True)
    return weights


def batch_of(size, batch):
    import torch
    hole = torch.zeros(batch, 1, size, size)
    hole[..., size // 4:size * 3 // 4, size // 4:size * 3 // 4] = 1
    return torch.rand(batch, 3, size, size) * 2 - 1, hole


def torch_step(case):
    """@return a training step"""
    import torch
    sys.path.insert(0, os.path.join(HERE, "golden"))
    import make_training as golden  # which asks for double precision and one thread
    torch.set_num_threads(case["threads"])
    torch.set_default_dtype(torch.float32)
    golden.CNUM = CRITIC
    layers = golden.critic().float()
    weights = random_weights(golden.network, case["cnum"])
    x, hole = batch_of(case["size"], case["batch"])
    if case["format"] == "channels_last":
        x = x.to(memory_format=torch.channels_last)
        layers = layers.to(memory_format=torch.channels_last)
    ours = torch.optim.Adam(weights.values(), RATE, (0.5, 0.99), 1e-8)
    theirs = torch.optim.Adam(layers.parameters(), RATE, (0.5, 0.99), 1e-8)

    def step():
        stages = golden.generate(weights, x, hole)
        z = stages[1] * hole + x * (1 - hole)
        _, _, real, fake = golden.hinges(layers, x, z.detach(), hole)
        theirs.zero_grad()
        (0.5 * (real + fake)).backward()
        theirs.step()
        layers.requires_grad_(False)
        loss = golden.l1_loss(stages, x, hole) - GAN * golden.judge(layers, z, hole).mean()
        ours.zero_grad()
        loss.backward()
        layers.requires_grad_(True)
        torch.nn.utils.clip_grad_norm_(weights.values(), 10)
        ours.step()
    return step


def run_torch(case):
    """In a process of its own: print seconds and CPU seconds of a step, and the peak in MiB."""
    import resource
    step = torch_step(case)
    step()
    start, cpu = time.perf_counter(), time.process_time()
    for _ in range(case["steps"]):
        step()
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([seconds / case["steps"], cpu / case["steps"], peak]))


def measure_torch(options, case):
    env = dict(os.environ, OMP_NUM_THREADS=str(case["threads"]), MKL_NUM_THREADS=str(case["threads"]))
    found = []
    for layout in options.format:
        done = subprocess.run([sys.executable, __file__, "--one", json.dumps(dict(case, format=layout))],
                              capture_output=True, text=True, env=env)
        if done.returncode:
            print("PyTorch failed: " + (done.stderr.strip().splitlines() or ["?"])[-1], file=sys.stderr)
        else:
            found.append(json.loads(done.stdout.splitlines()[-1]))
    return min(found, default=None)


# ---------------------------------------------------------------------------------------- deepfill --

def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write_picture(path):
    """A PNG of coloured blocks, 384x384."""
    side, blocks, rows = 384, random.Random(1), []
    for _ in range(side // 8):
        row = b"".join(blocks.randbytes(3) * 8 for _ in range(side // 8))
        rows += [b"\0" + row] * 8
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
                   + chunk(b"IDAT", zlib.compress(b"".join(rows))) + chunk(b"IEND", b""))


def run_deepfill(options, case, steps, folder):
    """@return seconds, CPU seconds, and the peak in MiB, of a run"""
    data, out = os.path.join(folder, "data"), os.path.join(folder, "out")
    os.makedirs(data, exist_ok=True)
    write_picture(os.path.join(data, "blocks.png"))
    for name in (".state", ".safetensors", ".csv", ".png"):
        if os.path.exists(out + name):
            os.remove(out + name)
    command = [options.deepfill, "train", out + ".safetensors", "--data", data, "--steps", steps, "--critic", CRITIC,
               "--cnum", case["cnum"], "--size", case["size"], "--batch", case["batch"], "--workers", case["threads"]]
    start = time.perf_counter()
    child = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit("deepfill train failed")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def measure_deepfill(options, case):
    """@return a run of one step and one of steps more, each as run_deepfill() has it"""
    with tempfile.TemporaryDirectory() as folder:
        return [run_deepfill(options, case, 1 + more, folder) for more in (0, case["steps"])]


# ----------------------------------------------------------------------------------------- figures --

def best(found):
    found = [one for one in found if one]
    return [min(values) for values in zip(*found)] if found else None


def step_of(runs, steps):
    """@return seconds, CPU seconds of a step, and the peak in MiB"""
    short, long = map(best, zip(*runs))
    return [(long[0] - short[0]) / steps, (long[1] - short[1]) / steps, long[2]]


def figures(step, batch):
    seconds, cpu, peak = step
    return [f"{batch / seconds:.2f}", f"{cpu / batch:.2f}", f"{peak:.0f}"]


def compare(options, cnum, threads):
    """@return a row of the table"""
    case = dict(cnum=cnum, size=options.size, batch=options.batch, threads=threads, steps=options.steps)
    ours, theirs = [], []
    for _ in range(options.rounds):
        ours.append(measure_deepfill(options, case))
        if options.torch:
            theirs.append(measure_torch(options, case))
    ours, theirs = step_of(ours, options.steps), best(theirs)
    row = [str(cnum), str(threads), *figures(ours, options.batch)]
    if not theirs:
        return row + [""] * 6
    return row + figures(theirs, options.batch) + [f"{theirs[0] / ours[0]:.2f}", f"{theirs[1] / ours[1]:.2f}",
                                                   f"{ours[2] / theirs[2]:.2f}"]


HEAD = ["cnum", "threads", "samples/s", "CPU s", "peak MiB", "PyTorch's", "CPU s", "peak MiB", "times", "in CPU s",
        "ratio of peaks"]


def print_table(rows, markdown):
    if markdown:
        for row in [HEAD, ["---"] * len(HEAD), *rows]:
            print("| " + " | ".join(cell or " " for cell in row) + " |")
        return
    widths = [max(len(row[i]) for row in [HEAD, *rows]) for i in range(len(HEAD))]
    for row in [HEAD, *rows]:
        print("  ".join(cell.rjust(width) for cell, width in zip(row, widths)).rstrip())


def parse():
    parser = argparse.ArgumentParser(description=__doc__.strip().split("\n", maxsplit=1)[0])
    parser.add_argument("--deepfill", default=os.path.join(ROOT, "build", "deepfill"), help="the program")
    parser.add_argument("--cnum", type=int, nargs="+", default=[16, 48], help="widths of the generator")
    parser.add_argument("--threads", type=int, nargs="+", default=[2])
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--steps", type=int, default=4, help="of a measurement, after the first")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--format", nargs="+", default=["contiguous", "channels_last"],
                        choices=["contiguous", "channels_last"], help="PyTorch's memory formats")
    parser.add_argument("--markdown", action="store_true", help="the table as Markdown")
    parser.add_argument("--one", metavar="CASE", help="for the script itself: PyTorch's side of a case")
    return parser.parse_args()


def main():
    options = parse()
    if options.one:
        run_torch(json.loads(options.one))
        return
    options.torch = importlib.util.find_spec("torch") and importlib.util.find_spec("numpy")
    if options.torch:
        from importlib.metadata import version
        print("Peer: PyTorch " + version("torch"))
    else:
        print("No peer: the Python packages torch and numpy are not installed")
    print(f"Training, {options.size}x{options.size}, batch {options.batch}, critic {CRITIC}; CPU seconds of a sample; "
          f"best of {options.rounds} rounds\n")
    print_table([compare(options, cnum, threads) for cnum in options.cnum for threads in options.threads],
                options.markdown)


if __name__ == "__main__":
    main()
