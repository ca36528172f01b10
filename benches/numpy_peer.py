"""The peer of benches/approximation.rs, every_digit.rs, large.rs and structures.rs: numpy's batched SVD
of the same blocks.

    python3 numpy_peer.py FOLDER

FOLDER holds MNIST's images (t10k-images-idx3-ubyte.gz and train-images-idx3-ubyte.gz). Prints a
line that says which numpy this is, then reads lines from standard input: the name of a work, which
is done once and answered with its seconds. Ends at an empty line.

    grid K MATRIX.npy      all K x K blocks of a square matrix, with vectors
    digits COUNT           the first test digits, with vectors
    survey vectors|values  Table I's blocks of all test digits
    locality DRAWS         the locality test of test digit 1 at K = 2, N = 4 and rank 4
    propack MATRIX.npy     scipy's PROPACK in f32: 64 triplets of the whole, 16 of each block of 4 x 4,
                           64 of each block on its diagonal
    gram KEEP MATRIX.npy   the first triplets of a tall matrix from its product with itself, in f64
    atlas BUDGET every|coarse MATRIX.npy   the singular values of the layouts that an atlas looks at
    sigma SPLIT K FILE     the singular values of all blocks of all images, written as bare f64
"""

import ctypes
import glob
import gzip
import os
import sys
import time

import numpy as np


def kernels():
    """Which of its kernels OpenBLAS took for this processor, where it tells."""
    folder = os.path.join(os.path.dirname(np.__file__), "..", "numpy.libs")
    for path in glob.glob(os.path.join(folder, "*openblas*")):
        library = ctypes.CDLL(path)
        for name in ("scipy_openblas_get_config64_", "openblas_get_config64_", "openblas_get_config"):
            if hasattr(library, name):
                config = getattr(library, name)
                config.restype = ctypes.c_char_p
                return ", " + config().decode().strip()
    return ""


def blocks(matrices, grid):
    """The grid x grid blocks of a stack of square matrices."""
    side = matrices.shape[-1] // grid
    cut = matrices.reshape(-1, grid, side, grid, side).swapaxes(2, 3)
    return np.ascontiguousarray(cut.reshape(-1, side, side))


def images(folder, split):
    with gzip.open(f"{folder}/{split}-images-idx3-ubyte.gz") as file:
        pixels = np.frombuffer(file.read(), np.uint8, offset=16)
    return pixels.reshape(-1, 28, 28).astype(float)


def table_one(digits, vectors):
    """LoRA's whole matrices, MELoRA's four 7 x 7 and Localized's four 14 x 14 blocks."""
    diagonal = blocks(digits, 4).reshape(-1, 16, 7, 7)[:, ::5].reshape(-1, 7, 7)
    for stack in (digits, diagonal, blocks(digits, 2)):
        np.linalg.svd(stack, full_matrices=False, compute_uv=vectors)


def locality(digit, draws):
    """The null of the three questions: two SVDs of a draw, all draws at once."""
    rng = np.random.default_rng(0)
    rows = np.argsort(rng.random((draws, 28)))
    cols = np.argsort(rng.random((draws, 28)))
    moved = digit[rows[:, :, None], cols[:, None, :]]
    sigma = np.linalg.svd(blocks(moved, 2), compute_uv=False).reshape(draws, 4, 14)
    local = np.sqrt((sigma[:, :, 2:] ** 2).sum((1, 2)))
    diagonal = sum((moved[:, i : i + 7, i : i + 7] ** 2).sum((1, 2)) for i in range(0, 28, 7))
    scattered = rng.permuted(np.broadcast_to(digit.ravel(), (draws, 784)), axis=1)
    whole = np.linalg.svd(scattered.reshape(draws, 28, 28), compute_uv=False)
    return local, diagonal, np.sqrt((whole[:, 4:] ** 2).sum(1))


def propack(matrix):
    """The triplets that benches/large.rs computes."""
    from scipy.sparse.linalg import svds

    cut = blocks(matrix[None], 4)
    for stack, keep in ((matrix[None], 64), (cut, 16), (cut[::5], 64)):
        for one in stack:
            # By default it gives up after 10 times as many steps as triplets.
            svds(one, k=keep, solver="propack", maxiter=min(20 * keep, *one.shape))


def gram(matrix, keep):
    """Vectors of the shorter side, and from them those of the longer one."""
    from scipy.linalg import eigh

    side = matrix.shape[1]
    squares, v = eigh(matrix.T @ matrix, subset_by_index=[side - keep, side - 1])
    return (matrix @ v) / np.sqrt(squares), squares, v


def singular_values(parts):
    """Those of many parts, those of one shape together."""
    shapes = {}
    for part in parts:
        shapes.setdefault(part.shape, []).append(part)
    return [np.linalg.svd(np.stack(all), compute_uv=False) for all in shapes.values()]


def atlas(matrix, budget, coarse):
    """Every rectangular grid, Monarch and Kronecker layout whose rank 1 fits, every grid for a rank
    per block, the levels of the quad-tree, and the order of the entries."""
    m, n = matrix.shape

    def numbers(most):
        powers = [1 << power for power in range(most.bit_length())]
        return powers if coarse else range(1, most + 1)

    def divisors(side):
        found, least = [], 1
        for divisor in (d for d in range(1, side + 1) if side % d == 0):
            if not coarse or divisor >= least or divisor == side:
                found.append(divisor)
                least = 4 * divisor
        return found

    def grid(down, across, strided=False):
        rows = [matrix[a::down] for a in range(down)] if strided else np.array_split(matrix, down)
        return [part for row in rows for part in np.array_split(row, across, axis=1)]

    for down in numbers(m):
        for across in numbers(n):
            if across * m + down * n <= budget:
                singular_values(grid(down, across))
                singular_values(grid(down, across, strided=True))
            elif down == across:
                singular_values(grid(down, across))
    for down in divisors(m):
        for across in divisors(n):
            left, right = down * across, m * n // (down * across)
            if left + right <= budget:
                turned = matrix.reshape(down, m // down, across, n // across).swapaxes(1, 2)
                singular_values([turned.reshape(left, right)])
    blocks = [matrix]
    while blocks:
        singular_values(blocks)
        halves = [np.array_split(b, 2) for b in blocks if min(b.shape) >= 4]
        blocks = [part for pair in halves for half in pair for part in np.array_split(half, 2, axis=1)]
    np.sort(np.abs(matrix), axis=None)


def work(folder, kind, arguments):
    """A work by its name, its data at hand."""
    if kind == "grid":
        grid, file = arguments
        cut = blocks(np.load(file)[None], int(grid))
        return lambda: np.linalg.svd(cut, full_matrices=False)
    if kind == "digits":
        stack = images(folder, "t10k")[: int(arguments[0])]
        return lambda: np.linalg.svd(stack, full_matrices=False)
    if kind == "propack":
        matrix = np.load(arguments[0]).astype(np.float32)
        return lambda: propack(matrix)
    if kind == "gram":
        tall = np.load(arguments[1])
        return lambda: gram(tall, int(arguments[0]))
    if kind == "survey":
        digits = images(folder, "t10k")
        return lambda: table_one(digits, arguments[0] == "vectors")
    if kind == "locality":
        digit = images(folder, "t10k")[1]
        return lambda: locality(digit, int(arguments[0]))
    if kind == "atlas":
        budget, fineness, file = arguments
        matrix = np.load(file)
        return lambda: atlas(matrix, int(budget), fineness == "coarse")
    split, grid, file = arguments
    stack = blocks(images(folder, {"test": "t10k"}.get(split, split)), int(grid))
    return lambda: np.linalg.svd(stack, compute_uv=False).astype("<f8").tofile(file)


def main():
    print(f"numpy {np.__version__}{kernels()}", flush=True)
    known = {}
    for line in sys.stdin:
        if not line.strip():
            break
        kind, *arguments = line.split()
        if line not in known:
            known = {line: work(sys.argv[1], kind, arguments)}
        start = time.perf_counter()
        known[line]()
        print(time.perf_counter() - start, flush=True)


main()
