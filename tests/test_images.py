import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from inkwright.errors import PictureError
from inkwright.images import (
    MAX_PIXELS,
    MAX_SIDE,
    jpeg_bytes,
    png_bytes,
    read_picture,
    resize,
    to_float,
    to_uint8,
)

RED, BLUE = (200, 30, 20), (10, 60, 220)


def halves(mode: str = "RGB", size: tuple[int, int] = (40, 24)) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    return image.convert(mode)


def refused(path, said: str) -> PictureError:
    with pytest.raises(PictureError) as caught:
        read_picture(path)
    assert str(path) in caught.value.message
    assert said in caught.value.message
    assert caught.value.hint
    return caught.value


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, depth: int = 8, colour: int = 2, data: bytes = b"") -> bytes:
    """A PNG file from its parts, which need not fit together."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


# -- pictures that simply work ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["png", "bmp", "tiff", "webp", "gif", "jpg"])
def test_the_usual_kinds_of_files_are_read(tmp_path, kind):
    path = tmp_path / f"p.{kind}"
    halves().save(path, **({"lossless": True} if kind == "webp" else {}))
    found = read_picture(path)

    assert found.pixels.shape == (24, 40, 3)
    assert found.pixels.dtype == np.uint8
    assert np.abs(found.pixels[12, 5].astype(int) - RED).max() <= 8
    assert np.abs(found.pixels[12, 35].astype(int) - BLUE).max() <= 8
    assert found.notes == ()


@pytest.mark.parametrize("mode", ["L", "1", "P", "LA"])
def test_grey_and_indexed_pictures_become_rgb(tmp_path, mode):
    path = tmp_path / "p.png"
    halves(mode).save(path)
    assert read_picture(path).pixels.shape == (24, 40, 3)


def test_dots_per_inch_are_kept_where_they_make_sense(tmp_path):
    halves().save(tmp_path / "p.png", dpi=(300, 300))
    halves().save(tmp_path / "q.png", dpi=(0.5, 0.5))
    halves().save(tmp_path / "r.png")
    assert read_picture(tmp_path / "p.png").dpi == pytest.approx(300, abs=0.1)
    assert read_picture(tmp_path / "q.png").dpi is None
    assert read_picture(tmp_path / "r.png").dpi is None


def test_what_is_transparent_lies_on_white(tmp_path):
    image = halves("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 20, 24))  # the trap: transparent black
    image.save(tmp_path / "p.png")
    found = read_picture(tmp_path / "p.png")

    assert found.pixels[12, 5].tolist() == [255, 255, 255]
    assert found.pixels[12, 35].tolist() == list(BLUE)
    assert found.notes == ("transparency on white",)


def test_half_transparent_is_half_white(tmp_path):
    Image.new("RGBA", (20, 20), (0, 0, 0, 128)).save(tmp_path / "p.png")
    assert read_picture(tmp_path / "p.png").pixels[9, 9].tolist() == [127, 127, 127]


def test_a_transparent_colour_of_a_palette_lies_on_white(tmp_path):
    image = halves("P")
    image.save(tmp_path / "p.png", transparency=image.getpixel((5, 5)))
    assert read_picture(tmp_path / "p.png").pixels[12, 5].tolist() == [255, 255, 255]


def test_an_opaque_alpha_channel_is_not_worth_a_note(tmp_path):
    halves("RGBA").save(tmp_path / "p.png")
    assert read_picture(tmp_path / "p.png").notes == ()


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_photo_is_turned_upright(tmp_path, turn):
    upright = halves(size=(40, 24))
    upright.paste((0, 255, 0), (0, 0, 6, 6))  # a corner that tells all eight apart
    inverse = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # the Transpose method that undoes the flag
    stored = upright if turn == 1 else upright.transpose(Image.Transpose(inverse[turn]))
    exif = Image.Exif()
    exif[0x0112] = turn
    stored.save(tmp_path / "p.png", exif=exif)
    found = read_picture(tmp_path / "p.png")

    np.testing.assert_array_equal(found.pixels, np.asarray(upright))
    assert found.notes == (() if turn == 1 else ("turned by EXIF",))


def test_the_first_frame_of_an_animation_is_read(tmp_path):
    frames = [Image.new("RGB", (20, 20), colour) for colour in (RED, BLUE, (0, 0, 0))]
    frames[0].save(tmp_path / "p.gif", save_all=True, append_images=frames[1:])
    found = read_picture(tmp_path / "p.gif")

    assert np.abs(found.pixels[9, 9].astype(int) - RED).max() <= 8
    assert found.notes == ("first of 3 frames",)


def test_cmyk_becomes_rgb_and_says_so(tmp_path):
    Image.new("CMYK", (20, 20), (0, 255, 255, 0)).save(tmp_path / "p.jpg", quality=95)
    found = read_picture(tmp_path / "p.jpg")
    r, g, b = found.pixels[9, 9].tolist()

    assert r > 200
    assert max(g, b) < 80
    assert found.notes == ("CMYK turned to sRGB without a profile",)


def test_cmyk_with_an_unusable_profile_still_becomes_rgb(tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()  # not a CMYK profile
    for number, icc in enumerate((profile, b"no profile at all")):
        path = tmp_path / f"p{number}.tif"
        Image.new("CMYK", (20, 20), (0, 255, 255, 0)).save(path, icc_profile=icc)
        assert read_picture(path).pixels[9, 9, 0] > 200


def test_sixteen_bit_colour_is_reduced_and_says_so(tmp_path):
    row = b"\x00" + struct.pack(">3H", 65535, 32768, 256) * 20
    (tmp_path / "p.png").write_bytes(png(20, 20, 16, 2, row * 20))
    found = read_picture(tmp_path / "p.png")

    assert np.abs(found.pixels[9, 9].astype(int) - (255, 128, 1)).max() <= 1
    assert found.notes == ("16-bit reduced to 8",)


def test_sixteen_bit_grey_keeps_its_tones(tmp_path):
    grey = np.repeat(np.linspace(0, 65535, 40).astype(np.uint16)[None], 20, 0)
    for name in ("p.png", "p.tif"):
        Image.fromarray(grey).save(tmp_path / name)
        found = read_picture(tmp_path / name)
        np.testing.assert_allclose(found.pixels[9, :, 1], np.linspace(0, 255, 40), atol=1.1)
        assert "16-bit reduced to 8" in found.notes


def test_float_pictures_keep_their_tones(tmp_path):
    Image.fromarray(np.repeat(np.linspace(0, 1, 40, dtype=np.float32)[None], 20, 0)).save(tmp_path / "p.tif")
    np.testing.assert_allclose(read_picture(tmp_path / "p.tif").pixels[9, :, 1], np.linspace(0, 255, 40), atol=1.1)


def test_the_name_does_not_decide_what_a_file_is(tmp_path):
    halves().save(tmp_path / "p.png")
    (tmp_path / "p.png").rename(tmp_path / "p.jpg")
    assert read_picture(tmp_path / "p.jpg").pixels.shape == (24, 40, 3)


def test_a_long_strip_is_read(tmp_path):
    Image.new("RGB", (MAX_SIDE, 16), RED).save(tmp_path / "p.png")
    assert read_picture(tmp_path / "p.png").pixels.shape == (16, MAX_SIDE, 3)


# -- pictures that cannot be used -------------------------------------------------------------------------------------


def test_a_missing_picture(tmp_path):
    refused(tmp_path / "p.png", "does not exist")
    refused(tmp_path / "no" / "p.png", "does not exist")


def test_a_folder_is_no_picture(tmp_path):
    refused(tmp_path, "is a folder")


def test_an_empty_file(tmp_path):
    (tmp_path / "p.png").write_bytes(b"")
    refused(tmp_path / "p.png", "is empty (0 bytes)")


@pytest.mark.parametrize("data", [b"%PDF-1.7 not a picture", "Čau".encode(), b"\x00" * 100])
def test_a_file_that_is_no_picture(tmp_path, data):
    (tmp_path / "p.png").write_bytes(data)
    refused(tmp_path / "p.png", "is not a picture")


@pytest.mark.parametrize("kind", ["png", "jpg", "tiff", "gif", "webp", "bmp"])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_a_truncated_picture_is_refused_and_never_half_read(tmp_path, kind, part):
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind.replace("jpg", "jpeg"))
    (tmp_path / f"p.{kind}").write_bytes(out.getvalue()[: int(len(out.getvalue()) * part)])
    refused(tmp_path / f"p.{kind}", "")


def test_a_picture_whose_bytes_were_changed(tmp_path):
    out = bytearray(png_bytes(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)))
    out[len(out) // 2] ^= 0xFF
    (tmp_path / "p.png").write_bytes(out)
    refused(tmp_path / "p.png", "is damaged")


@pytest.mark.parametrize("size", [(1, 1), (15, 200), (200, 15)])
def test_a_picture_that_is_too_small_names_both_sizes(tmp_path, size):
    Image.new("RGB", size).save(tmp_path / "p.png")
    assert "16 pixels" in refused(tmp_path / "p.png", f"{size[0]} x {size[1]} pixels").message


@pytest.mark.parametrize("size", [(30_000, 40), (40, 30_000), (19_000, 19_000), (2**31 - 1, 2**31 - 1)])
def test_a_picture_that_is_too_large_is_refused_before_it_is_decoded(tmp_path, size):
    (tmp_path / "p.png").write_bytes(png(*size))
    message = refused(tmp_path / "p.png", f"{size[0]} x {size[1]} pixels").message
    assert str(MAX_SIDE) in message
    assert str(MAX_PIXELS // 10**6) in message


def test_reading_leaves_the_limits_of_pillow_as_they_were(tmp_path):
    before = Image.MAX_IMAGE_PIXELS
    refused(tmp_path / "p.png", "does not exist")
    (tmp_path / "p.png").write_bytes(b"no")
    refused(tmp_path / "p.png", "is not a picture")
    assert before == Image.MAX_IMAGE_PIXELS


# -- conversion and writing -------------------------------------------------------------------------------------------


def test_every_byte_survives_being_a_float():
    pixels = np.arange(256, dtype=np.uint8).repeat(3).reshape(16, 16, 3)
    values = to_float(pixels)

    assert values.dtype == np.float32
    assert (values.min(), values.max()) == (0, 1)
    np.testing.assert_array_equal(to_uint8(values), pixels)


def test_floats_are_rounded_and_clipped():
    assert to_uint8(np.array([-1.0, 0.499 / 255, 0.501 / 255, 1.0, 7.0])).tolist() == [0, 0, 1, 255, 255]


def test_a_written_png_is_read_back_to_the_bit(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    (tmp_path / "p.png").write_bytes(png_bytes(pixels, 300))
    found = read_picture(tmp_path / "p.png")

    np.testing.assert_array_equal(found.pixels, pixels)
    assert found.dpi == pytest.approx(300, abs=0.1)


def test_the_same_pixels_give_the_same_bytes():
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    assert png_bytes(pixels) == png_bytes(pixels.copy())
    assert jpeg_bytes(pixels, 90) == jpeg_bytes(pixels.copy(), 90)


def test_a_jpeg_keeps_red_lines_sharp_and_survives_noise():
    line = np.full((32, 32, 3), 255, np.uint8)
    line[:, 15] = (255, 0, 0)
    found = np.asarray(Image.open(io.BytesIO(jpeg_bytes(line, 92, 150))))
    assert np.abs(found.astype(int) - line).max() < 30  # subsampled chroma smears by more than 100
    noise = np.random.default_rng(0).integers(0, 256, (300, 300, 3), np.uint8)
    assert Image.open(io.BytesIO(jpeg_bytes(noise, 100))).info["dpi"] == (72, 72)


def test_resize_gives_the_size_and_keeps_flat_colours():
    pixels = np.full((30, 50, 3), 77, np.uint8)
    assert resize(pixels, 13, 7).shape == (7, 13, 3)
    assert set(np.unique(resize(pixels, 70, 90))) == {77}
    assert resize(pixels, 50, 30) is pixels
