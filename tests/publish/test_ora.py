import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
from PIL import Image

from editions import comic, draw_pages, edition
from inkwright.publish.edition import Edition
from inkwright.publish.exporters import export, report


def layered(tmp_path: Path) -> Edition:
    book = comic(tmp_path, 2, ("en", "sk"))
    ink = np.zeros((420, 300, 4), np.uint8)
    ink[100:110] = (0, 0, 0, 255)
    Image.fromarray(ink, "RGBA").save(tmp_path / "ink.png")
    pages = [replace(page, drawing=page.art, ink=tmp_path / "ink.png") for page in book.pages]
    return replace(book, pages=pages)


def picture(archive: zipfile.ZipFile, name: str) -> Image.Image:
    with archive.open(name) as file:
        image = Image.open(file)
        image.load()
        return image


def test_layers_from_top_to_bottom(tmp_path: Path) -> None:
    assert export("ora", layered(tmp_path), tmp_path / "ora").problems == []
    assert sorted(path.name for path in (tmp_path / "ora").iterdir()) == ["001.ora", "002.ora"]
    with zipfile.ZipFile(tmp_path / "ora" / "001.ora") as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type, archive.read("mimetype")) == (
            "mimetype", zipfile.ZIP_STORED, b"image/openraster"
        )  # fmt: skip
        image = ET.fromstring(archive.read("stack.xml"))
        assert (image.get("w"), image.get("h"), image.get("xres")) == ("300", "420", "150")
        layers = [(layer.get("name"), layer.get("visibility")) for layer in image.iter("layer")]
        assert layers == [
            ("Lettering (en)", "visible"), ("Lettering (sk)", "hidden"), ("Ink", "hidden"),
            ("Art", "visible"), ("Drawing", "hidden"),
        ]  # fmt: skip
        for layer in image.iter("layer"):
            assert picture(archive, str(layer.get("src"))).size == (300, 420)
        assert max(picture(archive, "Thumbnails/thumbnail.png").size) == 256


def test_the_visible_layers_are_the_merged_picture(tmp_path: Path) -> None:
    export("ora", layered(tmp_path), tmp_path / "ora")
    with zipfile.ZipFile(tmp_path / "ora" / "001.ora") as archive:
        art, letters = picture(archive, "data/art.png"), picture(archive, "data/lettering-en.png")
        merged = picture(archive, "mergedimage.png").convert("RGB")
        ink = picture(archive, "data/ink.png")
    laid = Image.alpha_composite(art.convert("RGBA"), letters).convert("RGB")
    assert np.abs(np.asarray(laid).astype(int) - np.asarray(merged)).max() <= 1
    assert np.asarray(letters)[..., 3].max() == 255
    assert np.asarray(letters)[0, 0, 3] == 0
    assert np.asarray(ink)[105, 5].tolist() == [0, 0, 0, 255]


def test_a_page_without_lettering_or_drawing_is_its_art(tmp_path: Path) -> None:
    export("ora", edition(draw_pages(tmp_path, 1)), tmp_path / "ora")
    with zipfile.ZipFile(tmp_path / "ora" / "001.ora") as archive:
        assert [layer.get("name") for layer in ET.fromstring(archive.read("stack.xml")).iter("layer")] == ["Art"]


def test_the_same_bytes_twice_and_a_lost_layer_is_seen(tmp_path: Path) -> None:
    book = layered(tmp_path)
    for name in ("a", "b"):
        export("ora", book, tmp_path / name)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()
    with zipfile.ZipFile(tmp_path / "b" / "001.ora") as old, zipfile.ZipFile(tmp_path / "a" / "001.ora", "w") as new:
        for name in old.namelist():
            if name != "data/ink.png":
                new.writestr(name, old.read(name))
    assert [check.name for check in report("ora", tmp_path / "a", book).problems] == ["layers"]
