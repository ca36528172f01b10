"""Writes tests/data/tiff: small TIFFs of every kind, and the matrices that they are.

    python3 tests/peers/tiff.py        (needs numpy, tifffile, imagecodecs and Pillow)

The norms are those of the arrays that went in, shown on white as luminance where they are
pictures; so they do not depend on a reader. tests/sources/tiffs.rs compares.
"""

import io
import json
import pathlib
import struct

import numpy as np
import tifffile
from PIL import Image

FOLDER = pathlib.Path(__file__).parent.parent / "data" / "tiff"
EXPECTED = {}
RNG = np.random.default_rng(9)
ROWS, COLS = 7, 10


def luminance(rgb):
    """Rec. 709 of red, green and blue from 0 to 1, as 0 to 255."""
    return 255 * (np.asarray(rgb, float) @ [0.2126, 0.7152, 0.0722])


def add(name, write, matrix, note=None, tolerance=1e-9):
    data = io.BytesIO()
    write(data)
    (FOLDER / f"{name}.tif").write_bytes(data.getvalue())
    matrix = np.asarray(matrix, float)
    rows, cols = matrix.shape
    # A norm does not tell a turned matrix from an upright one; these sums do.
    weights = np.arange(1, rows + 1)[:, None] * np.arange(1, cols + 1) ** 2
    EXPECTED[name] = {
        "rows": rows,
        "cols": cols,
        "norm": float(np.linalg.norm(matrix)),
        "weighted": float((weights * matrix).sum()),
        "tolerance": tolerance,
        "note": note,
    }


def tif(name, array, matrix, note=None, tolerance=1e-9, **options):
    options = {"metadata": None, "software": False, "resolution": None} | options
    add(name, lambda file: tifffile.imwrite(file, array, **options), matrix, note, tolerance)


def values():
    base = RNG.normal(size=(ROWS, COLS)) * 50
    for dtype in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u4", "u8"]:
        array = (np.abs(base) if dtype[0] == "u" else base).astype(dtype)
        tif(f"values_{dtype}", array, array)
        tif(f"values_{dtype}_big", array, array, byteorder=">")
    single = base.astype("f4")
    tif("values_f4_predictor", single, single, compression="zlib", predictor=3)
    tif("values_f4_tiles", single, single, tile=(16, 16))
    tif("values_f4_lzw", single, single, compression="lzw", rowsperstrip=2)
    tif("values_f4_bigtiff", single, single, bigtiff=True)
    tif("values_i2_predictor", single.astype("i2"), single.astype("i2"), compression="zlib", predictor=2)
    tif("values_f8_pages", np.stack([base, base + 1, base + 2]), base, "page 1 of 3", photometric="minisblack")
    flipped = {"extratags": [(274, 3, 1, 6, True)]}
    tif("values_f4_turned", single, np.rot90(single, -1), **flipped)


def grey():
    eight = RNG.integers(0, 256, (ROWS, COLS), "u1")
    sixteen = RNG.integers(0, 65536, (ROWS, COLS), "u2")
    tif("grey_8", eight, eight)
    tif("grey_8_white", eight, 255 - eight.astype(float), photometric="miniswhite")
    tif("grey_16", sixteen, sixteen / 257, byteorder=">")
    tif("grey_16_white", sixteen, 255 - sixteen / 257, photometric="miniswhite")
    tif("grey_16_predictor", sixteen, sixteen / 257, compression="zlib", predictor=2)
    tif("grey_8_packbits", eight, eight, compression="packbits", rowsperstrip=3)
    twelve = RNG.integers(0, 4096, (ROWS, COLS), "u2")
    tif("grey_12", twelve, twelve * (255 / 4095), bitspersample=12)
    odd = RNG.integers(0, 1024, (ROWS, COLS), "u2")
    tif("grey_10", odd, odd * (255 / 1023), bitspersample=10)
    bits = RNG.integers(0, 2, (ROWS, COLS)).astype(bool)
    tif("grey_1", bits, bits * 255, photometric="minisblack")
    tif("grey_1_white", bits, 255 - bits * 255.0, photometric="miniswhite")
    for depth in [2, 4]:
        low = RNG.integers(0, 2**depth, (ROWS, COLS), "u1")
        tif(f"grey_{depth}", low, low * (255 / (2**depth - 1)), bitspersample=depth)
    alpha = RNG.integers(0, 256, (ROWS, COLS), "u1")
    both = np.dstack([eight, alpha])
    opacity = alpha / 255
    tif("grey_alpha", both, eight * opacity + 255 * (1 - opacity), extrasamples=["unassalpha"], photometric="minisblack", planarconfig="contig")
    premultiplied = np.dstack([(eight * opacity).astype("u1"), alpha])
    tif("grey_alpha_premultiplied", premultiplied, premultiplied[..., 0] + 255 * (1 - opacity), extrasamples=["assocalpha"], photometric="minisblack", planarconfig="contig")
    tif("grey_alpha_planar", np.moveaxis(both, 2, 0), eight * opacity + 255 * (1 - opacity), extrasamples=["unassalpha"], photometric="minisblack", planarconfig="separate")
    fax = Image.fromarray(bits).convert("1")
    add("grey_1_fax4", lambda file: fax.save(file, "TIFF", compression="group4"), bits * 255)
    for exif, turned in enumerate([eight, eight[:, ::-1], eight[::-1, ::-1], eight[::-1], eight.T, np.rot90(eight, -1), eight[::-1, ::-1].T, np.rot90(eight)], 1):
        if exif in (3, 5, 8):
            tif(f"grey_8_orientation_{exif}", eight, turned, extratags=[(274, 3, 1, exif, True)])


def palette(places, depth, colours):
    """A palette of any depth, which tifffile does not write."""
    bits = (places[..., None] >> np.arange(depth - 1, -1, -1)) & 1
    rows = np.packbits(bits.reshape(len(places), -1).astype(bool), axis=1).tobytes()
    entries = [(256, 3, 1, COLS), (257, 3, 1, ROWS), (258, 3, 1, depth), (259, 3, 1, 1)]
    entries += [(262, 3, 1, 3), (273, 4, 1, 0), (277, 3, 1, 1), (278, 3, 1, ROWS)]
    entries += [(279, 4, 1, len(rows)), (320, 3, colours.size, 0)]
    end = 8 + 2 + 12 * len(entries) + 4
    places_of = {273: end + 2 * colours.size, 320: end}
    directory = b"".join(
        struct.pack("<HHII", tag, kind, count, places_of.get(tag, value))
        for tag, kind, count, value in entries
    )
    head = struct.pack("<2sHIH", b"II", 42, 8, len(entries))
    return head + directory + bytes(4) + colours.astype("<u2").tobytes() + rows


def colour():
    note = "colour converted to luminance (Rec. 709)"
    rgb = RNG.integers(0, 256, (ROWS, COLS, 3), "u1")
    grey = luminance(rgb / 255)
    tif("rgb_8", rgb, grey, note, photometric="rgb")
    tif("rgb_8_predictor", rgb, grey, note, photometric="rgb", compression="lzw", predictor=2)
    tif("rgb_8_planar", np.moveaxis(rgb, 2, 0), grey, note, photometric="rgb", planarconfig="separate")
    tif("rgb_8_planar_strips", np.moveaxis(rgb, 2, 0), grey, note, photometric="rgb", planarconfig="separate", rowsperstrip=3, compression="zlib")
    tif("rgb_8_tiles", rgb, grey, note, photometric="rgb", tile=(16, 16), compression="zlib")
    tall = RNG.integers(0, 256, (3, 16, 20), "u1")
    tif("rgb_8_planar_tiles", tall, luminance(np.moveaxis(tall, 0, 2) / 255), note, photometric="rgb", planarconfig="separate", tile=(16, 16))
    sixteen = RNG.integers(0, 65536, (ROWS, COLS, 3), "u2")
    tif("rgb_16", sixteen, luminance(sixteen / 65535), note, photometric="rgb", byteorder=">")
    single = RNG.random((ROWS, COLS, 3)).astype("f4")
    tif("rgb_f4", single, luminance(single), note, photometric="rgb", tolerance=1e-6)
    alpha = RNG.integers(0, 256, (ROWS, COLS, 1), "u1")
    opacity = alpha / 255
    straight = rgb / 255 * opacity + (1 - opacity)
    tif("rgb_alpha", np.dstack([rgb, alpha]), luminance(straight), note, photometric="rgb", extrasamples=["unassalpha"])
    ready = (rgb * opacity).astype("u1")
    shown = luminance(ready / 255) + 255 * (1 - opacity[..., 0])
    tif("rgb_alpha_premultiplied", np.dstack([ready, alpha]), shown, note, photometric="rgb", extrasamples=["assocalpha"])
    tif("rgb_alpha_premultiplied_predictor", np.dstack([ready, alpha]), shown, note, photometric="rgb", extrasamples=["assocalpha"], compression="lzw", predictor=2)
    tif("rgb_extra", np.dstack([rgb, alpha]), grey, "1 channel beyond colour and alpha left out", photometric="rgb", extrasamples=["unspecified"])
    same = np.repeat(rgb[..., :1], 3, axis=2)
    tif("rgb_8_all_grey", same, same[..., 0], photometric="rgb")
    cmyk = RNG.integers(0, 256, (ROWS, COLS, 4), "u1")
    tif("cmyk_8", cmyk, luminance((1 - cmyk[..., :3] / 255) * (1 - cmyk[..., 3:] / 255)), note, photometric="separated")
    for depth in [1, 2, 4, 8]:
        count = 2**depth
        places = RNG.integers(0, count, (ROWS, COLS), "u1")
        colours = RNG.integers(256, 65536, (3, count), "u2")
        shown = luminance(colours.T[places] / 65535)
        add(f"palette_{depth}", lambda file: file.write(palette(places, depth, colours)), shown, note)
    flat = np.full((16, 16, 3), (200, 80, 40), "u1")
    seen = np.full((16, 16), luminance(np.array([200, 80, 40]) / 255))
    jpeg = Image.fromarray(flat)
    add("ycbcr_jpeg", lambda file: jpeg.save(file, "TIFF", compression="jpeg"), seen, note, 0.01)
    tif("rgb_jpeg", flat, seen, note, 0.01, photometric="rgb", compression="jpeg")


def packed_tiles():
    """Large enough that rows of a tile end anywhere in the packed bytes."""
    noise = RNG.integers(0, 256, (50, 30), "u1")
    lzw = {"compression": "lzw", "tile": (16, 16)}
    tif("grey_8_lzw_tiles", noise, noise, photometric="minisblack", **lzw)
    tif("grey_8_lzw_tiles_predictor", noise, noise, photometric="minisblack", predictor=2, **lzw)
    small = (noise[:20] / 16).astype("f4")
    tif("values_f4_lzw_tiles", small, small, predictor=3, **lzw)
    tif("values_f4_lzw_bigtiff", small, small, bigtiff=True, byteorder=">", compression="lzw", rowsperstrip=16)
    note = "colour converted to luminance (Rec. 709)"
    places = RNG.integers(0, 4, (ROWS, COLS), "u1")
    colours = np.array([[0, 255, 17, 200]] * 2 + [[0, 255, 40, 9]], "u2")
    add("palette_2_of_bytes", lambda file: file.write(palette(places, 2, colours * 256)), luminance(colours.T[places] / 255), note)


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    values()
    grey()
    colour()
    packed_tiles()
    text = json.dumps(EXPECTED, indent=1, sort_keys=True)
    (FOLDER / "expected.json").write_text(text + "\n")
