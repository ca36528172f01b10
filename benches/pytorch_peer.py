"""The paper's experiment 2 in PyTorch: the peer of `localized-lora finetune --preset paper`.

    python3 pytorch_peer.py FOLDER OUT.json SEEDS [RESULTS.json]

FOLDER holds MNIST's four files, plain or .gz. Trains full fine-tuning and the 36 configurations at three
learning rates from each of SEEDS (0,1,2), and writes test accuracy and seconds of every run to
OUT.json; runs that stand there already are not trained again. With RESULTS.json, which the program
wrote by `--preset paper --seeds 0,1,2 --out RESULTS.json`, compares the means over the seeds: runs
of few parameters at low rates are far from done after ten epochs, and depend on the pretrained
network by several points.
"""

import gzip
import json
import os
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

HIDDEN, CLASSES, SIDE = 64, 5, 28
EPOCHS, BATCH = 10, 64
RATES = (1e-4, 2e-4, 5e-4)
CUTS, RANKS = (2, 4, 8, 16), (2, 4, 8, 16, 32)


def read(folder, name, offset):
    path = f"{folder}/{name}"
    with open(path, "rb") if os.path.exists(path) else gzip.open(path + ".gz") as file:
        return np.frombuffer(file.read(), np.uint8, offset=offset)


def digits(folder, split):
    pixels = read(folder, f"{split}-images-idx3-ubyte", 16).reshape(-1, SIDE * SIDE)
    labels = read(folder, f"{split}-labels-idx1-ubyte", 8).astype(np.int64)
    images = torch.tensor(pixels.astype(np.float32) / 255)
    labels = torch.tensor(labels)
    low = labels < CLASSES
    return (images[low], labels[low]), (images[~low], labels[~low] - CLASSES)


def segments(length, count):
    return [part.tolist() for part in np.array_split(np.arange(length), count)]


def parts(layout, count, rank):
    """Which inputs and hidden units each part of the adapter joins."""
    inputs, hidden = segments(SIDE * SIDE, count), segments(HIDDEN, count)
    if layout == "lora":
        return [(list(range(SIDE * SIDE)), list(range(HIDDEN)))]
    if layout == "melora":
        return list(zip(inputs, hidden))
    if layout == "localized_block":
        return [(source, target) for target in hidden for source in inputs]
    lines = segments(SIDE, count)
    cells = [[SIDE * row + col for row in rows for col in cols] for rows in lines for cols in lines]
    return [(cell, list(range(HIDDEN))) for cell in cells]


def configurations():
    yield from (("lora", 1, rank) for rank in RANKS)
    for layout, ranks in (
        ("melora", RANKS),
        ("localized_block", RANKS[:4]),
        ("localized_grid", RANKS[:4]),
    ):
        for count in CUTS:
            for rank in ranks:
                smallest = min(min(len(a), len(b)) for a, b in parts(layout, count, rank))
                if rank < smallest:
                    yield layout, count, rank


class Adapter(torch.nn.Module):
    """Adds B A x of every part to the frozen first layer.

    Parts of unequal size are filled up with inputs that end in a column of their own, which is cut
    off: so all parts are one batched product.
    """

    def __init__(self, base, layout, count, rank):
        super().__init__()
        self.base = [parameter.detach() for parameter in base]
        places = parts(layout, count, rank)
        reads, writes = (max(len(part[side]) for part in places) for side in (0, 1))
        none = SIDE * SIDE
        inputs = torch.tensor([a + [none] * (reads - len(a)) for a, _ in places])
        hidden = torch.tensor([b + [b[0]] * (writes - len(b)) for _, b in places])
        self.flat = (hidden[:, :, None] * (none + 1) + inputs[:, None, :]).flatten()
        spread = torch.tensor([len(a) ** -0.5 for a, _ in places])[:, None, None]
        self.a = torch.nn.Parameter(torch.randn(len(places), rank, reads) * spread)
        self.b = torch.nn.Parameter(torch.zeros(len(places), writes, rank))

    def forward(self, x):
        w1, b1, w2, b2 = self.base
        update = torch.zeros(HIDDEN * (SIDE * SIDE + 1))
        update = update.index_add(0, self.flat, (self.b @ self.a).flatten())
        update = update.view(HIDDEN, -1)[:, :-1]
        return F.linear(torch.relu(F.linear(x, w1 + update, b1)), w2, b2)


def network():
    return torch.nn.Sequential(
        torch.nn.Linear(SIDE * SIDE, HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, CLASSES)
    )


def train(model, images, labels, rate):
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.Adam(trained, lr=rate)
    for _ in range(EPOCHS):
        order = torch.randperm(len(labels))
        for batch in order.split(BATCH):
            optimizer.zero_grad()
            F.nll_loss(F.log_softmax(model(images[batch]), 1), labels[batch]).backward()
            optimizer.step()


def accuracy(model, images, labels):
    with torch.no_grad():
        return 100 * (model(images).argmax(1) == labels).double().mean().item()


def sweep(folder, out, seed):
    done = json.load(open(out)) if os.path.exists(out) else {}
    torch.manual_seed(seed)
    (images, labels), adaptation = digits(folder, "train")
    test = digits(folder, "t10k")[1]
    base = network()
    train(base, images, labels, 1e-3)
    start = {name: value.clone() for name, value in base.state_dict().items()}
    held_out = torch.randperm(len(adaptation[1]))
    training = held_out[len(held_out) // 10 :]
    images, labels = (one[training] for one in adaptation)
    for adapter in [None, *configurations()]:
        for rate in RATES:
            name = "full" if adapter is None else "{}:{}:{}".format(*adapter)
            name = f"{name}@{rate}#{seed}"
            if name in done:
                continue
            torch.manual_seed(seed + 1)
            model = network()
            model.load_state_dict(start)
            if adapter is not None:
                model = Adapter(list(model.parameters()), *adapter)
            begun = time.perf_counter()
            train(model, images, labels, rate)
            seconds = time.perf_counter() - begun
            done[name] = {"accuracy": accuracy(model, *test), "seconds": seconds}
            print(name, done[name], flush=True)
            with open(out + ".part", "w") as file:
                json.dump(done, file, indent=1)
            os.replace(out + ".part", out)
    return done


def means(runs):
    """Of each configuration and rate, over the seeds."""
    listed = {}
    for name, accuracy in runs:
        listed.setdefault(name, []).append(accuracy)
    return {name: np.mean(accuracies) for name, accuracies in listed.items()}


def compare(peer, results):
    theirs = means((name.split("#")[0], run["accuracy"]) for name, run in peer.items())
    ours = []
    for run in results["full"]["runs"] + results["runs"]:
        layout = run.get("layout")
        name = "full" if layout is None else f"{layout}:{run['segments']}:{run['rank']}"
        ours.append((f"{name}@{run['learning_rate']}", run["test_accuracy"]))
    ours = means(ours)
    gaps = {name: ours[name] - theirs[name] for name in theirs if name in ours}
    print(f"test accuracy, ours less PyTorch's, over {len(gaps)} configurations and rates:")
    for layout in ("", "full", "lora", "melora", "localized_block", "localized_grid"):
        of_it = [gap for name, gap in gaps.items() if name.split("@")[0].split(":")[0] == layout]
        of_it = of_it if layout else list(gaps.values())
        if of_it:
            print(f"  {layout or 'all'}: mean {np.mean(of_it):+.2f}, mean size {np.mean(np.abs(of_it)):.2f}")
    compare_times(peer, results["runs"])


def compare_times(peer, runs):
    """Of the adapter runs that both have: PyTorch's on all cores, ours on one core each."""
    pairs = []
    for run in runs:
        name = "{layout}:{segments}:{rank}@{learning_rate}#{seed}".format(**run)
        if name in peer:
            pairs.append((peer[name]["seconds"], run["seconds"]))
    if pairs:
        theirs, ours = np.sum(pairs, axis=0)
        print(f"{len(pairs)} adapter runs, one after the other: PyTorch {theirs:.0f} s on all cores,")
        print(f"  ours {ours:.0f} s on one core, {theirs / ours:.1f} times as fast")


if __name__ == "__main__":
    found = {}
    for one in sys.argv[3].split(","):
        found = sweep(sys.argv[1], sys.argv[2], int(one))
    if len(sys.argv) > 4:
        compare(found, json.load(open(sys.argv[4])))
