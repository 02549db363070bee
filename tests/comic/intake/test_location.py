import io
import struct

import numpy as np
import pytest
from PIL import Image

from inkwright.comic.intake.location import has_location, without_location
from page_files import page

XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description exif:GPSLatitude="48,8.9N" dc:title="Mine">'
    b"<exif:GPSLongitude>17,6.5E</exif:GPSLongitude></rdf:Description></x:xmpmeta>"
)


def photo(kind: str, place: bool = True, **extra: object) -> bytes:
    """A picture with EXIF: a camera's name, an orientation and, where asked for, a place."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0112], exif[0x9003] = "Camera", 6, "2026:01:01 00:00:00"
    if place:
        exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 8.0, 54.0), 3: "E", 4: (17.0, 6.0, 30.0), 0x1D: "2026:01:01"})
    out = io.BytesIO()
    if kind == "TIFF" and place:  # Pillow writes no place into a TIFF, so one is led to what stands behind the picture
        page().save(out, kind, exif=exif)
        return _with_place(out.getvalue())
    page().save(out, kind, exif=exif, **extra)
    return out.getvalue()


def _with_place(data: bytes) -> bytes:
    """A little-endian TIFF with a GPS directory in place of its date (36867)."""
    out, at = bytearray(data), int.from_bytes(data[4:8], "little")
    for entry in range(at + 2, at + 2 + 12 * int.from_bytes(data[at : at + 2], "little"), 12):
        if data[entry : entry + 2] == (36867).to_bytes(2, "little"):
            out[entry : entry + 12] = struct.pack("<HHII", 0x8825, 4, 1, len(data))
    values = len(data) + 2 + 24 + 4
    out += struct.pack("<H", 2) + struct.pack("<HHI4s", 1, 2, 2, b"N") + struct.pack("<HHII", 2, 5, 3, values)
    return bytes(out + struct.pack("<I", 0) + struct.pack("<6I", 48, 1, 8, 1, 54, 1))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_the_place_goes_and_all_else_stays(kind: str):
    data = photo(kind)
    clean = without_location(data)
    assert clean is not None
    assert len(clean) == len(data)
    assert not has_location(clean)
    before, after = Image.open(io.BytesIO(data)), Image.open(io.BytesIO(clean))
    assert np.array_equal(np.asarray(before), np.asarray(after))
    assert dict(before.getexif().get_ifd(0x8825))
    assert not dict(after.getexif().get_ifd(0x8825))
    assert 0x8825 not in after.getexif()
    assert {k: v for k, v in before.getexif().items() if k != 0x8825} == dict(after.getexif())
    degrees = struct.pack("<II", 54, 1)
    assert degrees not in clean
    assert degrees[::-1] not in clean


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_picture_without_a_place_is_left_alone(kind: str):
    assert without_location(photo(kind, place=False)) is None


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_xmp_loses_its_place_too(kind: str):
    clean = without_location(photo(kind, place=False, xmp=XMP))
    assert clean is not None
    assert b"48,8.9N" not in clean
    assert b"17,6.5E" not in clean
    assert b'dc:title="Mine"' in clean
    assert not has_location(clean)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_damaged_files_do_no_harm(kind: str):
    data = photo(kind)
    rng = np.random.default_rng(1)
    for part in range(1, 30):
        without_location(data[: len(data) * part // 30])
        broken = bytearray(data)
        for at in rng.integers(0, min(2000, len(data)), 8):
            broken[at] = rng.integers(0, 256)
        without_location(bytes(broken))
    for other in (b"", b"\xff\xd8", b"GIF89a", b"II*\0\xff\xff\xff\x7f", b"RIFF\0\0\0\0WEBP"):
        assert without_location(other) is None
