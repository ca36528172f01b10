"""The singular values of tests/singular_values.rs as numpy has them (LAPACK's dgesdd).

    python3 tests/peers/singular_values.py tests/data/singular_values.npy

Writes the values of every family below at every shape, one after the other, largest first. The
families are those of the test, made by the same operations in the same order, so that both sides
see the same matrices (but for the last bit of an exponential function).
"""

import sys

import numpy as np

SIDES = [2, 3, 4, 5, 6, 7, 8, 11, 14, 16, 20, 24, 28, 32, 40, 46, 47, 48, 49, 50, 57, 63, 64]
RECTANGLES = [(1, 9), (9, 1), (3, 40), (40, 3), (20, 64), (64, 20), (47, 60), (60, 47), (48, 70), (70, 48)]
SHAPES = [(side, side) for side in SIDES] + RECTANGLES


def wobble(index):
    """Numbers from 0 to 1 that look random: Weyl's sequence."""
    return np.mod(index * 0.618033988749895, 1.0)


def power(base, exponent):
    found = 1.0
    for _ in range(exponent):
        found *= base
    return found


def families(rows, cols):
    i, j = np.meshgrid(np.arange(rows, dtype=float), np.arange(cols, dtype=float), indexing="ij")
    apart = (i - j) * (i - j)
    large, small = np.maximum(i, j), np.minimum(i, j)
    upper = np.where((i == j) | (j == i + 1), 1.0, 0.0)
    yield "hilbert", 1.0 / (i + j + 1.0)
    points = (np.arange(rows, dtype=float) + 1.0) / rows
    yield "vandermonde", np.array([[power(x, k) for k in range(cols)] for x in points])
    yield "lehmer", (small + 1.0) / (large + 1.0)
    yield "wide gaussian", np.exp(-apart / (rows * cols / 8.0))
    yield "narrow gaussian", np.exp(-apart / 2.0)
    random = wobble(i * cols + j + 1.0) - 0.5
    halves = np.array([power(0.5, k) for k in range(max(rows, cols))])
    yield "random", random
    yield "graded down", random * halves[:rows, None]
    yield "graded up", random * halves[:rows][::-1, None]
    yield "graded both ways", random * halves[:rows, None] * halves[None, :cols]
    yield "bidiagonal", upper
    yield "graded bidiagonal", upper * halves[:rows, None]
    yield "bidiagonal with zeros", upper * np.where(np.mod(i, 3.0) == 1.0, 0.0, 1.0)
    yield "one and many equal", np.where(i == j, 2.0, 1.0)
    yield "reflection", np.where(i == j, 1.0, 0.0) - 2.0 / (rows * 1.0)
    yield "constant", np.full((rows, cols), 0.1)
    yield "ones", np.ones((rows, cols))
    yield "rank one", (wobble(i + 1.0) - 0.3) * wobble(7.0 * j + rows)
    yield "two levels", np.where((i < rows // 3 + 1) & (j < cols // 2), 9.0, 1.0)
    yield "half black", np.where(j < cols // 2, 255.0, 0.0)
    yield "almost rank two", np.where(i < j, 1.0, 2.0) * np.where(i == j, 1.0 + 2.0**-40, 1.0)
    pascal = np.ones((rows, cols))
    for row in range(1, rows):
        for col in range(1, cols):
            pascal[row, col] = pascal[row - 1, col] + pascal[row, col - 1]
    yield "pascal", pascal


values = [
    np.linalg.svd(matrix, compute_uv=False)
    for rows, cols in SHAPES
    for _, matrix in families(rows, cols)
]
np.save(sys.argv[1], np.concatenate(values))
