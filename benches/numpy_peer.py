"""The peer of benches/approximation.rs: numpy's batched SVD of the same blocks.

    python3 numpy_peer.py MATRIX.npy FOLDER K [K ...]

MATRIX.npy is square; FOLDER holds MNIST's test images (t10k-images-idx3-ubyte.gz). Prints a line
per measurement: a name and the median of its times in milliseconds.
"""

import gzip
import sys
import time

import numpy as np


def median(work, times):
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return 1e3 * sorted(taken)[times // 2]


def blocks(matrices, grid):
    """The grid x grid blocks of a stack of square matrices."""
    side = matrices.shape[-1] // grid
    cut = matrices.reshape(-1, grid, side, grid, side).swapaxes(2, 3)
    return np.ascontiguousarray(cut.reshape(-1, side, side))


def main():
    matrix = np.load(sys.argv[1])
    for grid in map(int, sys.argv[3:]):
        cut = blocks(matrix[None], grid)
        print(f"K={grid}", median(lambda: np.linalg.svd(cut, full_matrices=False), 5), flush=True)
    with gzip.open(f"{sys.argv[2]}/t10k-images-idx3-ubyte.gz") as file:
        pixels = np.frombuffer(file.read(), np.uint8, offset=16)
    digits = pixels.reshape(-1, 28, 28).astype(float)

    def table_one():
        """LoRA's whole matrices, MELoRA's four 7 x 7 and Localized's four 14 x 14 blocks."""
        np.linalg.svd(digits, full_matrices=False)
        diagonal = blocks(digits, 4).reshape(-1, 16, 7, 7)[:, ::5].reshape(-1, 7, 7)
        np.linalg.svd(diagonal, full_matrices=False)
        np.linalg.svd(blocks(digits, 2), full_matrices=False)

    print("survey", median(table_one, 3), flush=True)


main()
