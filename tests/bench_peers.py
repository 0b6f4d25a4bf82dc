#!/usr/bin/env python3
"""
One region of the network beside what else runs it on a CPU, PyTorch and ONNX Runtime: a table, and a plot.

All run the same network: official semantics, float32, random weights, the hole the central quarter. Each
measurement is a process of its own and tells the median of its runs; they take turns, round by round, and the best
round of each is printed. Needs nothing but Python; where the peers' script or their packages are missing, the
table has deepfill alone.
"""
import argparse
import importlib.metadata
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import bench_plot  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PEERS = {"torch": ("PyTorch", "torch"), "ort": ("ONNX Runtime", "onnxruntime")}
# Beyond this side a peer takes tens of seconds and GiB for one frame.
PEERS_MOST = 512


# ---------------------------------------------------------------------------------------- measuring --

def deepfill(program, *options):
    command = [program, "bench", "--json", *map(str, options)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def ours(options, cnum, size, threads):
    """Of whole region and hole; of several threads, with a frame each and with one frame for all."""
    report = deepfill(options.deepfill, "--cnum", cnum, "--size", size, "--workers", threads, "--rounds", 1,
                      "--seconds", options.seconds)
    return [dict(run, engine="deepfill") for run in report["runs"]]


def peer(options, engine, cnum, size, threads):
    """@return its run in a list, which is empty where it failed"""
    case = json.dumps([engine, cnum, size, threads, options.seconds])
    env = dict(os.environ, OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads))
    done = subprocess.run([sys.executable, options.peers, "--one", case], capture_output=True, text=True,
                          env=env)
    lines = [line for line in done.stdout.splitlines() if line.startswith("[")]
    if not lines:
        print(f"{PEERS[engine][0]} failed at cnum {cnum}, {size}x{size}: "
              f"{(done.stderr.strip().splitlines() or ['?'])[-1]}", file=sys.stderr)
        return []
    seconds, peak_mib = json.loads(lines[-1])
    return [{"engine": engine, "cnum": cnum, "size": size, "workers": threads, "shared": False, "mode": "whole",
             "fps": 1 / seconds, "ms": 1e3 * seconds, "peak_mib": peak_mib}]


def key(run):
    return (run["engine"], run["cnum"], run["size"], run["workers"], bool(run["shared"]), run["mode"])


def keep_best(runs, run):
    """Of either side alike: the quickest round, and the least of the peaks."""
    best = runs.setdefault(key(run), dict(run))
    best["fps"] = max(best["fps"], run["fps"])
    for name in ("ms", "peak_mib", "ready_ms"):
        if name in run:
            best[name] = min(best[name], run[name])


def measure(options, engines, cases):
    """@return runs by their key()"""
    runs = {}
    for turn in range(options.rounds):
        for number, (cnum, size, threads) in enumerate(cases):
            progress(f"round {turn + 1} of {options.rounds}, case {number + 1} of {len(cases)}: "
                     f"cnum {cnum}, {size}x{size}, {threads} threads")
            found = ours(options, cnum, size, threads)
            for engine in engines if size <= PEERS_MOST else []:
                found += peer(options, engine, cnum, size, threads)
            for run in found:
                keep_best(runs, run)
    progress("")
    return runs


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def find_peers(options):
    """@return engines that can be measured, and what is to be said of them all"""
    if not os.path.exists(options.peers):
        return [], [f"none: there is no {os.path.normpath(options.peers)}"]
    engines, said = [], []
    for engine, (name, package) in PEERS.items():
        # The networks of both are made by PyTorch.
        missing = [p for p in {"torch", package} if not version(p)]
        if missing:
            said.append(f"no {name}: the Python package {', '.join(sorted(missing))} is not installed")
        else:
            engines.append(engine)
            said.append(f"{name} {version(package)}")
    return engines, said


def opening(options):
    """How long it takes until a model is ready, in ms: the built-in one, and random weights of width 48."""
    ready = {}
    for name, choice in (("small", ("--model", "small")), ("cnum 48", ("--cnum", 48))):
        report = deepfill(options.deepfill, *choice, "--size", 64, "--seconds", 0, "--rounds", options.rounds)
        ready[name] = min(run["ready_ms"] for run in report["runs"])
    return ready


# ------------------------------------------------------------------------------------------- tables --

def find(runs, engine, case, shared=False, mode="whole"):
    return runs.get((engine, *case, shared, mode))


def number(value, form="{:.2f}"):
    return "" if value is None else form.format(value)


def faster_peer(runs, case):
    there = [run for run in (find(runs, engine, case) for engine in PEERS) if run]
    return max(there, key=lambda run: run["fps"], default=None)


def row(runs, case, shared):
    """Cells of one case."""
    whole, hole = (find(runs, "deepfill", case, shared, mode) for mode in ("whole", "hole"))
    other = faster_peer(runs, case)
    threads = str(case[2]) if case[2] == 1 else f"{case[2]}, one frame" if shared else f"{case[2]}, one each"
    rates = [number(run and run["fps"]) for run in (find(runs, engine, case) for engine in PEERS)]
    times = [number(other and run["fps"] / other["fps"]) for run in (whole, hole)]
    memory = [number(run and run["peak_mib"], "{:.0f}") for run in (whole, other)]
    share = number(other and whole["peak_mib"] / other["peak_mib"])
    return [str(case[0]), f"{case[1]}x{case[1]}", threads, *rates, number(whole["fps"]), times[0],
            number(hole["fps"]), times[1], *memory, share]


HEAD = ["cnum", "region", "threads", "PyTorch", "ONNX Runtime", "deepfill", "times", "hole only", "times",
        "peak MiB", "peer's", "ratio"]


def rows(runs):
    """Of every case that deepfill ran, in the order of measuring."""
    cases = [(cnum, size, threads, shared) for engine, cnum, size, threads, shared, mode in runs
             if engine == "deepfill" and mode == "whole"]
    return [row(runs, case[:3], case[3]) for case in cases]


def text_table(lines):
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def markdown_table(lines):
    lines = [lines[0], ["---"] * len(lines[0]), *lines[1:]]
    return "\n".join("| " + " | ".join(cell or " " for cell in line) + " |" for line in lines)


def machine_line(report):
    machine = report["machine"]
    cpus = f"{machine['cpus']} CPU{'' if machine['cpus'] == 1 else 's'}"
    return (f"deepfill {report['version']} on {machine['cpu']}, {cpus}; kernels: {machine['level']}"
            + (f"; {machine['blas']}" if machine["blas"] else ""))


def print_report(saved, markdown):
    runs = {key(run): run for run in saved["runs"] if not run.get("plot")}
    print(machine_line(saved))
    print("Peers: " + "; ".join(saved["peers"]))
    print(f"\nFrames per second, times the faster peer, and peak memory of the process (the whole region's;\n"
          f"the faster peer's). Best of {saved['rounds']} rounds, in turn; the hole: the central quarter. Several\n"
          f"threads have a frame each, or one frame for all; the peers always share one.\n")
    print((markdown_table if markdown else text_table)([HEAD, *rows(runs)]))
    ready = ", ".join(f"{name} {ms:.1f} ms" for name, ms in saved["ready_ms"].items())
    print(f"\nReady, its weights read and transformed: {ready}")


# --------------------------------------------------------------------------------------------- plot --

def series(runs, cnum):
    """Lines of a panel: sides and ms of each."""
    chosen = [("torch", "whole", "PyTorch"), ("ort", "whole", "ONNX Runtime"), ("deepfill", "whole", "deepfill"),
              ("deepfill", "hole", "hole only")]
    lines = []
    for engine, mode, label in chosen:
        points = sorted((run["size"], run["ms"]) for run in runs
                        if key(run) == (engine, cnum, run["size"], 1, False, mode))
        if points:
            lines.append(bench_plot.Line(label, points, f"{engine}-{mode}"))
    return lines


def plot(saved, path):
    machine = saved["machine"]
    widths = sorted({run["cnum"] for run in saved["runs"]}, reverse=True)
    panels = [(f"Width {cnum}" + {48: ", as published", 16: ", as the built-in model"}.get(cnum, ""),
               series(saved["runs"], cnum)) for cnum in widths]
    svg = bench_plot.draw(panels, "Time for one frame on one thread",
                          [f"{machine['cpu']}, {machine['level']} kernels",
                           "The hole is the region's central quarter. Both axes are logarithmic."])
    with open(path, "w", encoding="utf-8") as file:
        file.write(svg)


# --------------------------------------------------------------------------------------------- call --

def parse():
    parser = argparse.ArgumentParser(description=__doc__.strip().split("\n", maxsplit=1)[0])
    parser.add_argument("--deepfill", default=os.path.join(ROOT, "build", "deepfill"), help="the program")
    parser.add_argument("--peers", default=os.path.join(ROOT, "..", "shared", "peers", "bench_peers.py"),
                        help="what runs the peers: --one [ENGINE, CNUM, SIZE, THREADS, SECONDS]")
    parser.add_argument("--cnum", type=int, nargs="+", default=[48, 16], help="widths of the network")
    parser.add_argument("--size", type=int, nargs="+", default=[256, 512], help="sides of the region")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--alone", type=int, nargs="*", default=[1024],
                        help="more sides, for deepfill alone, of the first width on one thread")
    parser.add_argument("--engines", nargs="*", default=list(PEERS), choices=list(PEERS), help="the peers")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2, help="least time of a measurement")
    parser.add_argument("--markdown", action="store_true", help="the table as Markdown")
    parser.add_argument("--plot", metavar="FILE.svg", help="also draw ms against the side of the region")
    parser.add_argument("--plot-size", type=int, nargs="+", default=[128, 192, 256, 384, 512, 768, 1024])
    parser.add_argument("--save", metavar="FILE.json", help="keep what was measured")
    parser.add_argument("--load", metavar="FILE.json", help="print and draw what was kept, measure nothing")
    return parser.parse_args()


def measure_all(options):
    engines, said = find_peers(options)
    engines = [engine for engine in engines if engine in options.engines]
    cases = [(cnum, size, threads) for cnum in options.cnum for size in options.size
             for threads in options.threads]
    alone = [(options.cnum[0], size, 1) for size in options.alone]
    runs = {**measure(options, engines, cases), **measure(options, [], alone)}
    if options.plot:
        more = [(cnum, size, 1) for cnum in options.cnum for size in options.plot_size]
        more = measure(options, engines, [case for case in more if case not in cases + alone])
        runs.update((name, dict(run, plot=True)) for name, run in more.items())
    report = deepfill(options.deepfill, "--cnum", 4, "--size", 64, "--rounds", 1, "--seconds", 0)
    return {"version": report["version"], "machine": report["machine"], "peers": said, "rounds": options.rounds,
            "ready_ms": opening(options), "runs": list(runs.values())}


def main():
    options = parse()
    if options.load:
        with open(options.load, encoding="utf-8") as file:
            saved = json.load(file)
    else:
        saved = measure_all(options)
    if options.save:
        with open(options.save, "w", encoding="utf-8") as file:
            json.dump(saved, file, indent=1)
    print_report(saved, options.markdown)
    if options.plot:
        plot(saved, options.plot)


if __name__ == "__main__":
    main()
