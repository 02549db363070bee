"""Where a photo was taken: found in a picture file and taken out of its copy, without touching a pixel.

Phones write it into EXIF (the GPS directory) and sometimes into XMP. A project folder is shared with others, so a copy
in pages/ shall not carry it. Lengths and offsets stay as they are: entries are removed in place.

Source: Exif 2.32 (JEITA CP-3451X), 4.6; XMP Specification Part 3 (Adobe, 2020).
"""

import re
import struct
import zlib

GPS = 0x8825
"""The tag that leads to the GPS directory."""
XMP_TAG = 700
"""The tag of XMP in a TIFF."""
_SIZES = (0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8)
"""Bytes of a value of each TIFF type."""
_PLACE = re.compile(
    rb"(exif:GPS[A-Za-z]+)(\s*=\s*)(\"[^\"]*\"|'[^']*')|(<exif:GPS[A-Za-z]+[^>]*>)([^<]*)(?=</exif:GPS)"
)
PNG = b"\x89PNG\r\n\x1a\n"


def has_location(data: bytes) -> bool:
    """Whether a picture file says where it was taken."""
    return without_location(data) is not None


def without_location(data: bytes) -> bytes | None:
    """A picture file without the place where it was taken; None where it says none.

    Args:
        data: a JPEG, PNG, WebP or TIFF file; others are taken to say nothing.
    """
    out = bytearray(data)
    if data.startswith(b"\xff\xd8"):
        found = _jpeg(out)
    elif data.startswith(PNG):
        found = _png(out)
    elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        found = _webp(out)
    elif data.startswith((b"II*\0", b"MM\0*")):
        found = _exif(out, 0, len(out))
    else:
        found = False
    return bytes(out) if found else None


def _jpeg(out: bytearray) -> bool:
    found, at = False, 2
    while at + 4 <= len(out) and out[at] == 0xFF and out[at + 1] not in (0xD9, 0xDA):
        length = int.from_bytes(out[at + 2 : at + 4])
        start, end = at + 4, at + 2 + length
        if out[at + 1] == 0xE1:
            if out[start : start + 6] == b"Exif\0\0":
                found |= _exif(out, start + 6, end)
            elif out[start : start + 13] == b"http://ns.ado":
                found |= _xmp(out, start, end)
        if length < 2:
            break
        at = end
    return found


def _png(out: bytearray) -> bool:
    found, at = False, 8
    while at + 12 <= len(out):
        length = int.from_bytes(out[at : at + 4])
        kind, start, end = bytes(out[at + 4 : at + 8]), at + 8, at + 8 + length
        here = False
        if kind == b"eXIf":
            here = _exif(out, start, end)
        elif kind == b"iTXt" and out[start : start + 17] == b"XML:com.adobe.xmp":
            here = _xmp(out, start, end)
        if here:
            out[end : end + 4] = zlib.crc32(bytes(out[at + 4 : end])).to_bytes(4)
        found |= here
        at = end + 4
    return found


def _webp(out: bytearray) -> bool:
    found, at = False, 12
    while at + 8 <= len(out):
        length = int.from_bytes(out[at + 4 : at + 8], "little")
        kind, start, end = bytes(out[at : at + 4]), at + 8, at + 8 + length
        if kind == b"EXIF":
            skip = 6 if out[start : start + 6] == b"Exif\0\0" else 0
            found |= _exif(out, start + skip, end)
        elif kind == b"XMP ":
            found |= _xmp(out, start, end)
        at = end + length % 2
    return found


def _exif(out: bytearray, start: int, end: int) -> bool:
    """Empties the GPS directory of the TIFF structure at `start`, and takes the entry that leads there away."""
    order = {b"II": "<", b"MM": ">"}.get(bytes(out[start : start + 2]))
    end = min(end, len(out))
    if order is None:
        return False
    found, at, seen = False, _number(out, order + "I", start + 4, end), set[int]()
    while at and start + at + 2 <= end and at not in seen:
        seen.add(at)
        base = start + at
        count = _number(out, order + "H", base, end)
        last = base + 2 + 12 * count
        if last + 4 > end:
            break
        for entry in range(base + 2, last, 12):
            tag = _number(out, order + "H", entry, end)
            value = start + _number(out, order + "I", entry + 8, end)
            if tag == GPS:
                _empty(out, order, start, value, end)
                # The next entries, and the place of the next directory, move up; 12 zero bytes are left behind.
                out[entry : last + 4] = out[entry + 12 : last + 4] + bytes(12)
                out[base : base + 2] = struct.pack(order + "H", count - 1)
                last, found = last - 12, True
                break
            if tag == XMP_TAG:
                found |= _xmp(out, value, min(end, value + _number(out, order + "I", entry + 4, end)))
        at = _number(out, order + "I", last, end)
    return found


def _empty(out: bytearray, order: str, start: int, base: int, end: int) -> None:
    """Writes zeros over a directory and over the values that it leads to."""
    count = _number(out, order + "H", base, end)
    for entry in range(base + 2, min(base + 2 + 12 * count, end - 11), 12):
        kind, values = _number(out, order + "H", entry + 2, end), _number(out, order + "I", entry + 4, end)
        size = values * (_SIZES[kind] if kind < len(_SIZES) else 1)
        place = start + _number(out, order + "I", entry + 8, end)
        if size > 4 and start + 8 <= place and place + size <= end:
            out[place : place + size] = bytes(size)
    stop = min(base + 2 + 12 * count + 4, end)
    out[base:stop] = bytes(max(0, stop - base))


def _number(out: bytearray, form: str, at: int, end: int) -> int:
    size = struct.calcsize(form)
    return int(struct.unpack_from(form, out, at)[0]) if at >= 0 and at + size <= end else 0


def _xmp(out: bytearray, start: int, end: int) -> bool:
    """Writes blanks over the GPS values of an XMP packet."""
    found = False
    for match in _PLACE.finditer(bytes(out[start:end])):
        group = 3 if match[3] is not None else 5
        inner = match.span(group) if group == 5 else (match.start(3) + 1, match.end(3) - 1)
        if bytes(out[start + inner[0] : start + inner[1]]).strip():
            out[start + inner[0] : start + inner[1]] = b" " * (inner[1] - inner[0])
            found = True
    return found
