#!/usr/bin/env python3
"""Writes the small files that CheckpointsTests read. Needs numpy and h5py (made with 2.4 and 3.14)."""

import json
import struct
from pathlib import Path

import h5py
import numpy as np

HERE = Path(__file__).parent
GRID = np.arange(6).reshape(2, 3)


def h5(name, **options):
    return h5py.File(HERE / name, "w", libver="earliest", **options)


def attributes():
    with h5("attributes.h5") as f:
        f.attrs["variable_ascii"] = b"plain"
        f.attrs["variable_utf8"] = "größer"
        f.attrs["fixed"] = np.bytes_(b"fixed")
        f.attrs["fixed_list"] = np.array([b"a", b"bcd", b""])
        f.attrs.create("variable_list", ["x", "ÿz"], dtype=h5py.string_dtype())
        f.attrs["nothing"] = h5py.Empty("S1")
        f.attrs["no_names"] = np.asarray([])
        f.attrs["long_text"] = "0123456789" * 7000
        f.attrs["integer"] = 7
        f.attrs["integers"] = np.array([1, -2, 3], dtype=">i4")
        f.attrs["number"] = 0.5
        f.attrs["numbers"] = np.array([0.5, 1.5], dtype="f4")
        f.attrs["truth"] = True
        group = f.create_group("split")
        names = [f"layer_{i:05d}" for i in range(10)]
        for part in range(3):
            group.attrs[f"layer_names{part}"] = np.array(names[part * 4:part * 4 + 4], dtype="S")
        f.create_group("a/b").attrs["deep"] = "yes"


def types():
    with h5("types.h5") as f:
        for code in ["f8", "f4", "f2", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1"]:
            for order in "<>":
                group = f.require_group("little" if order == "<" else "big")
                group[code] = GRID.astype(order + code)
        f["bool"] = np.array([True, False, True])
        f["scalar"] = np.float32(2.5)
        f["scalar_int"] = np.int64(123)
        f["none"] = np.zeros((0, 3), "f4")
        f["null"] = h5py.Empty("f4")
        f.create_dataset("chunked", data=np.arange(5000, dtype="f4").reshape(50, 100), chunks=(16, 32))
        f.create_dataset("gzip", data=np.arange(5000, dtype="f4").reshape(50, 100), chunks=(16, 32),
                         compression="gzip", shuffle=True, fletcher32=True)
        f.create_dataset("gzip_half", data=np.arange(64, dtype="f2"), chunks=(32,), compression="gzip")
        f.create_dataset("unwritten", shape=(4, 4), dtype="f4", fillvalue=3)
        f["text"] = "some text"
        f["texts"] = np.array([b"ab", b"cd"])
        f["records"] = np.zeros(2, dtype=[("a", "f4"), ("b", "i4")])
        brain = f.create_dataset("bfloat16", data=np.array([0x3F80, 0xC000, 0x3FC0], "u2"))
        brain.attrs["dtype"] = "bfloat16"
        opaque = f.create_dataset("bfloat16_opaque", data=np.array([0x3F80, 0xC000], "u2").view("V2"))
        opaque.attrs["dtype"] = "bfloat16"
        compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        compact.set_layout(h5py.h5d.COMPACT)
        space = h5py.h5s.create_simple((2, 3))
        made = h5py.h5d.create(f.id, b"compact", h5py.h5t.IEEE_F32LE, space, compact)
        made.write(h5py.h5s.ALL, h5py.h5s.ALL, GRID.astype("f4"))
    with h5("userblock.h5", userblock_size=1024) as f:
        f["grid"] = GRID.astype("f4")
    with h5py.File(HERE / "latest.h5", "w", libver="latest") as f:
        f["a/grid"] = GRID.astype("f4")
        for i in range(20):
            f.attrs[f"attribute{i:02d}"] = i
    with h5("aligned.h5") as f:
        f["first/second/third"] = GRID.astype("f4")
        f["hard"] = f["first/second"]


def refused():
    with h5("soft_link.h5") as f:
        f["grid"] = GRID.astype("f4")
        f["alias"] = h5py.SoftLink("/grid")
    with h5("external_link.h5") as f:
        f["other"] = h5py.ExternalLink("/etc/passwd", "/")
    with h5("external_storage.h5") as f:
        f.create_dataset("passwd", shape=(16,), dtype="u1", external=[("/etc/passwd", 0, 16)])
    with h5py.File(HERE / "virtual.h5", "w", libver=("earliest", "v110")) as f:
        layout = h5py.VirtualLayout(shape=(4,), dtype="f4")
        layout[:] = h5py.VirtualSource("types.h5", "gzip", shape=(4,))
        f.create_virtual_dataset("view", layout)
    with h5("cycle.h5") as f:
        f.create_group("a/b")
        f["a/b/again"] = f["a"]
    with h5("bomb.h5") as f:
        f.create_dataset("bomb", shape=(1 << 20, 1 << 10), dtype="f4", chunks=(1 << 10, 1 << 10), compression="gzip")
    with h5("huge.h5") as f:
        f.create_dataset("huge", shape=(1 << 40, 1 << 20), dtype="f4", chunks=(16, 16))


def arrays():
    np.save(HERE / "plain.npy", GRID.astype("<f4"))
    np.save(HERE / "fortran_big.npy", np.asfortranarray(np.arange(24, dtype=">f8").reshape(2, 3, 4)))
    np.save(HERE / "scalar.npy", np.float32(2.5))
    np.save(HERE / "line.npy", np.arange(5, dtype=">i2"))
    np.save(HERE / "objects.npy", np.array([{}, []], dtype=object))
    for version in [(2, 0), (3, 0)]:
        with open(HERE / f"version{version[0]}.npy", "wb") as f:
            np.lib.format.write_array(f, GRID.astype("<f2"), version=version)
    together = {code: GRID.astype(code) for code in ["<f8", "<f4", "<f2", ">i8", "<i4", "<i2", "i1", "<u8", ">u4", "<u2", "u1", "?"]}
    together = {f"a{i}": value for i, value in enumerate(together.values())}
    np.savez(HERE / "stored.npz", **together, fortran=np.asfortranarray(GRID.astype("f4")))
    np.savez_compressed(HERE / "deflated.npz", **together, zeros=np.zeros((100, 10), "f4"))


def safetensors():
    codes = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
             "U8": "u1", "BOOL": "?", "BF16": None}
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for code, dtype in codes.items():
        raw = (np.float32(GRID).view("<u4") >> 16).astype("<u2") if dtype is None else GRID.astype(dtype)
        header[code.lower()] = {"dtype": code, "shape": [2, 3], "data_offsets": [len(data), len(data) + raw.nbytes]}
        data += raw.tobytes()
    text = json.dumps(header).encode()
    (HERE / "types.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)


if __name__ == "__main__":
    attributes()
    types()
    refused()
    arrays()
    safetensors()
