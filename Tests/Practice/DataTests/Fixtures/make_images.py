"""Makes the small pictures beside it, and what Pillow decodes them to (decoded.npz: NAME.rgb, NAME.grey).

    python -m venv v && v/bin/pip install pillow numpy && v/bin/python make_images.py
"""
import io
import os
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

here = os.path.dirname(os.path.abspath(__file__))
os.chdir(here)
decoded = {}


def scene(height=16, width=24, channels=3):
    """Smooth, so that JPEG keeps it, and different in every corner, so that a turn shows."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [x * 255 // (width - 1), y * 255 // (height - 1), (x + y) * 255 // (height + width - 2), 255 - x * 4]
    return np.stack(planes[:channels], -1).astype(np.uint8)


def remember(name, image):
    image = ImageOps.exif_transpose(image)
    decoded[name + ".rgb"] = np.asarray(image.convert("RGB"))
    decoded[name + ".grey"] = np.asarray(image.convert("L"))[:, :, None]


def save(name, image, **options):
    image.save(name, **options)
    remember(name, Image.open(name))


def tiff(orientation, big):
    order, mark = (">", b"MM") if big else ("<", b"II")
    return mark + struct.pack(order + "HIHHHIHHI", 42, 8, 1, 0x0112, 3, 1, orientation, 0, 0)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, depth, color, rows, interlace=0, extra=b""):
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlace)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(rows))
            + chunk(b"IEND", b""))


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)


rgb = Image.fromarray(scene())
grey = Image.fromarray(scene()[:, :, 0])

# JPEG
for orientation in range(1, 9):
    save(f"exif_{orientation}.jpg", rgb, quality=95, exif=b"Exif\0\0" + tiff(orientation, big=orientation % 2 == 0))
save("grey.jpg", grey, quality=95)
save("subsampled.jpg", rgb, quality=80, subsampling=2)
save("progressive.jpg", rgb, quality=90, progressive=True)
save("cmyk.jpg", Image.fromarray(scene(channels=4), mode="CMYK"), quality=95)
whole = open("subsampled.jpg", "rb").read()
write("trailing.jpg", whole + b"more bytes after the end")
remember("trailing.jpg", Image.open("trailing.jpg"))
write("truncated.jpg", whole[:-30])
scan = whole.index(b"\xff\xda")
write("damaged.jpg", whole[: scan + 20] + b"\xff\x00\xff\xc4" + whole[scan + 24 :])

# PNG
save("grey.png", grey)
save("rgb.png", rgb)
save("bits.png", Image.fromarray((scene()[:, :, 0] > 100)))
save("palette.png", rgb.quantize(16))
save("palette_transparent.png", rgb.quantize(16), transparency=3)
save("grey_alpha.png", Image.merge("LA", [grey, grey]))
save("rgba.png", Image.fromarray(np.dstack([scene(), scene()[:, :, 0]]), mode="RGBA"))
save("exif.png", rgb, exif=tiff(6, big=True))
wide = scene().astype(">u2") * 257
write("rgb16.png", png(24, 16, 16, 2, b"".join(b"\0" + row.tobytes() for row in wide)))
decoded["rgb16.png.rgb"] = scene()
write("grey16.png", png(24, 16, 16, 0, b"".join(b"\0" + row.tobytes() for row in wide[:, :, 0])))
decoded["grey16.png.rgb"] = np.repeat(scene()[:, :, :1], 3, -1)
decoded["grey16.png.grey"] = scene()[:, :, :1]
passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
rows = b""
for y, x, down, across in passes:
    for row in scene()[y::down, x::across]:
        rows += b"\0" + row.tobytes()
write("interlaced.png", png(24, 16, 8, 2, rows, interlace=1))
remember("interlaced.png", Image.open("interlaced.png"))

# Hostile or hurt
whole = open("rgb.png", "rb").read()
write("truncated.png", whole[: len(whole) * 2 // 3])
middle = whole.index(b"IDAT") + 20
write("checksum.png", whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
write("bomb.png", png(60000, 60000, 8, 2, b"\0" * 1000))
sof = bytearray(open("subsampled.jpg", "rb").read())
start = sof.index(b"\xff\xc0")
sof[start + 5 : start + 9] = struct.pack(">HH", 65000, 65000)
write("bomb.jpg", bytes(sof))
write("text.jpg", b"this is no picture\n")
write("empty.png", b"")
buffer = io.BytesIO()
rgb.save(buffer, "GIF")
write("gif.png", buffer.getvalue())
first = whole.index(b"IDAT") - 4
write("short_exif.png", whole[:first] + chunk(b"eXIf", b"MM\0\x2a\xff\xff\xff\xff") + whole[first:])

np.savez_compressed("decoded.npz", **decoded)
