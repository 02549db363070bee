import struct
import zlib
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
import tifffile
from PIL import Image, ImageCms
from psd_tools import PSDImage

from inkwright.comic.intake.limits import Limits
from inkwright.comic.intake.sheets import Taken, take
from inkwright.comic.intake.sources import find
from inkwright.errors import PictureError
from page_files import archive, jpeg, page, pdf_of_scans, pdf_of_shapes, png, raster

LIMITS = Limits(files=20, pixels=2_000_000)


def taken(path: Path, limits: Limits = LIMITS) -> list[Taken]:
    return [take(sheet, limits, 64) for sheet in find([path], limits).sheets]


def one(path: Path, limits: Limits = LIMITS) -> Taken:
    found = taken(path, limits)
    assert len(found) == 1
    return found[0]


def error(path: Path, said: str, limits: Limits = LIMITS) -> None:
    with pytest.raises(PictureError) as caught:
        taken(path, limits)
    assert path.name in caught.value.message
    assert said in caught.value.message
    assert caught.value.hint


def near(made: Taken, image: Image.Image, tolerance: float = 3) -> None:
    """The page shows what was drawn, and its file holds just that."""
    true = np.asarray(image.convert("RGB"), int)
    assert made.picture.pixels.shape == true.shape
    assert np.abs(made.picture.pixels.astype(int) - true).mean() <= tolerance
    if not made.copied and made.suffix == ".png":
        import io

        assert np.array_equal(np.asarray(Image.open(io.BytesIO(made.data)).convert("RGB")), made.picture.pixels)


# -- what stands in pages/ as it is -----------------------------------------------------------------------------------


def test_simple_pictures_are_copied_byte_for_byte_under_their_true_suffix(tmp_path: Path):
    for name, data, suffix in (
        ("a.png", png(page()), ".png"),
        ("a.JPEG", jpeg(page()), ".jpeg"),
        ("wrong.png", jpeg(page()), ".jpg"),
        ("no-suffix", png(page()), ".png"),
    ):
        (tmp_path / name).write_bytes(data)
        made = one(tmp_path / name)
        assert (made.copied, made.data, made.suffix, made.picture.notes) == (True, data, suffix, ())


def test_an_animation_gives_its_first_picture(tmp_path: Path):
    for suffix in ("gif", "webp"):
        page().save(tmp_path / f"a.{suffix}", save_all=True, append_images=[page(1)], lossless=True)
        made = one(tmp_path / f"a.{suffix}")
        assert made.picture.notes == ("first of 2 frames",)
        near(made, page(), 6)


def test_colours_are_said_as_the_file_has_them(tmp_path: Path):
    for mode, said in (("1", "black and white"), ("L", "grey"), ("P", "palette"), ("RGB", "RGB")):
        page().convert(mode).save(tmp_path / "a.png")
        assert one(tmp_path / "a.png").picture.colour == said


def test_a_profile_is_turned_to_srgb(tmp_path: Path):
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    other = srgb.replace("sRGB".encode("utf-16-be"), "BGRs".encode("utf-16-be"))
    other = other.replace(b"rXYZ", b"?").replace(b"bXYZ", b"rXYZ").replace(b"?", b"bXYZ")  # red is blue
    (tmp_path / "a.png").write_bytes(png(page(), icc_profile=srgb))
    assert one(tmp_path / "a.png").picture.notes == ()
    (tmp_path / "b.png").write_bytes(png(page(), icc_profile=other))
    made = one(tmp_path / "b.png")
    assert made.picture.notes == ("ICC profile turned to sRGB",)
    assert np.abs(made.picture.pixels.astype(int) - np.asarray(page())[..., ::-1]).mean() < 3


def test_a_cmyk_jpeg_is_not_upside_down_with_or_without_adobe_s_mark(tmp_path: Path):
    ink = Image.new("CMYK", (80, 80), (0, 0, 0, 0))
    ink.paste((0, 255, 255, 0), (0, 0, 80, 40))
    data = jpeg(ink)
    (tmp_path / "adobe.jpg").write_bytes(data)
    at = data.index(b"\xff\xeeAdobe") if b"\xff\xeeAdobe" in data else data.index(b"Adobe") - 4
    length = struct.unpack(">H", data[at + 2 : at + 4])[0]
    plain = Image.eval(ink, lambda v: 255 - v)  # what Pillow writes upside down comes out upright
    data = jpeg(plain)
    (tmp_path / "plain.jpg").write_bytes(data[:at] + data[at + 2 + length :])
    for name in ("adobe.jpg", "plain.jpg"):
        pixels = one(tmp_path / name).picture.pixels
        assert pixels[20, 40, 0] > 200, name
        assert pixels[20, 40, 1] < 80, name
        assert pixels[60, 40].min() > 240, name


# -- TIFF -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "options", "copied", "note"),
    [
        (np.uint8, {}, True, ""),
        (np.uint8, {"compression": "zlib"}, True, ""),
        (np.uint16, {}, True, "16-bit reduced to 8"),
        (np.uint16, {"planarconfig": "separate"}, False, "16-bit reduced to 8"),
        (np.uint16, {"compression": "zstd"}, True, "16-bit reduced to 8"),
        (np.uint32, {}, False, "32-bit reduced to 8"),
        (np.float32, {}, False, "32-bit reduced to 8"),
        (np.uint8, {"compression": "jpegxl"}, False, ""),
    ],
)
def test_every_tiff_shows_what_was_drawn(tmp_path: Path, kind, options, copied: bool, note: str):
    image = page()
    values = np.asarray(image)
    if kind == np.float32:
        values = values.astype(np.float32) / 255
    elif kind != np.uint8:
        values = values.astype(kind) * (np.iinfo(kind).max // 255)
    if options.get("planarconfig") == "separate":
        values = np.moveaxis(values, -1, 0)
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="rgb", resolution=(300, 300), **options)
    made = one(tmp_path / "a.tif")
    near(made, image, 1)
    assert made.picture.notes == ((note,) if note else ())
    assert made.copied == copied
    assert made.picture.dpi == pytest.approx(300)


def test_a_tiff_of_many_pages_gives_them_all_without_thumbnails(tmp_path: Path):
    with tifffile.TiffWriter(tmp_path / "a.tif") as out:
        for n in range(3):
            out.write(np.asarray(page(n)), photometric="rgb")
            out.write(np.zeros((20, 20), np.uint8), subfiletype=1)
    made = taken(tmp_path / "a.tif")
    assert len(made) == 3
    for n, sheet in enumerate(made):
        near(sheet, page(n), 0)
        assert sheet.suffix == ".png"


def test_odd_tiffs_are_read(tmp_path: Path):
    image = page()
    grey = np.asarray(image.convert("L"))
    image.convert("1").save(tmp_path / "bit.tif")
    near(one(tmp_path / "bit.tif"), image.convert("1"), 0)
    tifffile.imwrite(tmp_path / "inverted.tif", 65535 - grey.astype(np.uint16) * 257, photometric="miniswhite")
    near(one(tmp_path / "inverted.tif"), image.convert("L"), 1)
    alpha = np.dstack([np.asarray(image), np.full(grey.shape, 255, np.uint8)]).astype(np.uint16) * 257
    alpha[:40, :, 3] = 0
    tifffile.imwrite(tmp_path / "clear.tif", alpha, photometric="rgb", extrasamples=["unassalpha"])
    made = one(tmp_path / "clear.tif")
    assert "transparency on white" in made.picture.notes
    assert made.picture.pixels[20].min() == 255
    two = np.dstack([grey, 255 - 0 * grey]).astype(np.uint16) * 257
    tifffile.imwrite(tmp_path / "grey.tif", two, photometric="minisblack", extrasamples=["unassalpha"])
    near(one(tmp_path / "grey.tif"), image.convert("L"), 1)
    tifffile.imwrite(tmp_path / "ink.tif", 65535 - np.dstack([alpha[..., :3], alpha[..., 3] * 0 + 65535]),
                     photometric="separated")  # fmt: skip
    made = one(tmp_path / "ink.tif")
    assert any("CMYK" in note for note in made.picture.notes)
    near(made, image, 12)


# -- drawings in layers, photos ---------------------------------------------------------------------------------------


def test_a_photoshop_file_gives_its_merged_picture(tmp_path: Path):
    PSDImage.frompil(page()).save(tmp_path / "a.psd")
    made = one(tmp_path / "a.psd")
    near(made, page(), 0)
    assert made.picture.notes == ("merged picture",)
    (tmp_path / "cut.psd").write_bytes((tmp_path / "a.psd").read_bytes()[:200])
    error(tmp_path / "cut.psd", "is damaged")
    error(tmp_path / "a.psd", "at most", Limits(pixels=100))


def test_krita_and_openraster_give_their_merged_picture(tmp_path: Path):
    for name, kind in (("a.ora", "image/openraster"), ("a.kra", "application/x-krita")):
        made = one(raster(tmp_path / name, page(), kind))
        near(made, page(), 0)
        assert made.picture.notes == ("merged picture",)
    error(archive(tmp_path / "b.kra", {"mimetype": b"application/x-krita"}), "has no merged picture")


def test_photos_of_phones_are_turned_and_lose_their_place(tmp_path: Path):
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 8.0, 54.0)})
    stored = page().transpose(Image.Transpose.ROTATE_90)
    pillow_heif.from_pillow(stored).save(tmp_path / "a.heic", quality=90, exif=exif.tobytes())
    stored.save(tmp_path / "a.avif", quality=90, exif=exif.tobytes())
    for name in ("a.heic", "a.avif"):
        made = one(tmp_path / name)
        near(made, page(), 8)
        assert made.suffix == ".png"
        assert "location data left out" in made.picture.notes


# -- PDF --------------------------------------------------------------------------------------------------------------


def test_a_page_that_is_a_scan_gives_that_scan(tmp_path: Path):
    made = taken(pdf_of_scans(tmp_path / "a.pdf", [page(), page(1)], dpi=150))
    for n, sheet in enumerate(made):
        near(sheet, page(n), 3)
        assert sheet.picture.notes == ("the scan in the PDF",)
        assert sheet.picture.dpi == pytest.approx(150, rel=0.01)


def test_a_turned_scan_is_upright(tmp_path: Path):
    made = one(pdf_of_scans(tmp_path / "a.pdf", [page()], rotation=90))
    near(made, page().transpose(Image.Transpose.ROTATE_270), 3)


def test_any_other_page_is_drawn_at_the_set_dpi(tmp_path: Path):
    made = one(pdf_of_shapes(tmp_path / "a.pdf"), Limits(pdf_dpi=100))
    assert made.picture.pixels.shape == (200, 100, 3)
    assert made.picture.pixels[50, 50].tolist() == [255, 0, 0]
    assert made.picture.pixels[150, 50].tolist() == [255, 255, 255]
    assert made.picture.notes == ("drawn at 100 dpi",)
    huge = one(pdf_of_shapes(tmp_path / "b.pdf", (7200, 7200)), LIMITS)
    assert huge.picture.pixels.shape[0] * huge.picture.pixels.shape[1] <= LIMITS.pixels
    assert "to stay within the largest picture" in huge.picture.notes[0]


def test_a_scan_that_is_too_large_is_refused_before_it_is_decoded(tmp_path: Path):
    error(pdf_of_scans(tmp_path / "a.pdf", [page()]), "at most", Limits(pixels=10_000))


def test_a_protected_pdf_and_one_with_too_many_pages_are_told(tmp_path: Path):
    import pikepdf

    plain = pdf_of_scans(tmp_path / "a.pdf", [page()] * 3)
    with pikepdf.open(plain) as document:
        document.save(tmp_path / "b.pdf", encryption=pikepdf.Encryption(user="secret", owner="secret"))
    error(tmp_path / "b.pdf", "is protected by a password")
    error(plain, "has 3 pages", Limits(files=2))
    (tmp_path / "cut.pdf").write_bytes(plain.read_bytes()[:300])
    error(tmp_path / "cut.pdf", "is damaged")


# -- what cannot be used ----------------------------------------------------------------------------------------------


def test_bad_pictures_are_told(tmp_path: Path):
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    body = struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    body += struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    for name, data, said in (
        ("empty.png", b"", "is empty (0 bytes)"),
        ("text.png", b"hello", "is not a picture"),
        ("cut.jpg", jpeg(page())[:1500], "is damaged"),
        ("huge.png", b"\x89PNG\r\n\x1a\n" + body, "60000 x 60000 pixels"),
        ("one.png", png(Image.new("RGB", (1, 1))), "1 x 1 pixels"),
    ):
        (tmp_path / name).write_bytes(data)
        error(tmp_path / name, said)
    book = archive(tmp_path / "a.cbz", {"1.png": png(page()), "2.png": b""})
    error(book, "2.png is empty")
