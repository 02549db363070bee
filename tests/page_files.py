"""Files of every kind that people have pages in, made from what the tests draw."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from pypdfium2 import raw

Pixels = NDArray[np.uint8]


def page(seed: int = 0, size: tuple[int, int] = (160, 220)) -> Image.Image:
    """A page with two frames and some lines by chance."""
    rng = np.random.default_rng(seed)
    width, height = size
    image = Image.new("RGB", size, (252, 250, 244))
    draw = ImageDraw.Draw(image)
    for top in (0.05, 0.53):
        frame = (0.06 * width, top * height, 0.94 * width, (top + 0.42) * height)
        draw.rectangle(frame, outline=(0, 0, 0), width=max(2, width // 60))
        for _ in range(7):
            x, y = rng.uniform(0.12, 0.7) * width, (top + rng.uniform(0.03, 0.25)) * height
            w, h = rng.uniform(0.05, 0.25) * width, rng.uniform(0.04, 0.14) * height
            colour = tuple(int(v) for v in rng.integers(0, 200, 3))
            draw.ellipse((x, y, x + w, y + h), outline=(0, 0, 0), fill=colour, width=2)
    return image


def png(image: Image.Image, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", **options)
    return out.getvalue()


def jpeg(image: Image.Image, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", **({"quality": 92} | options))
    return out.getvalue()


def archive(path: Path, files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    """A zip file; names are written as they are."""
    with zipfile.ZipFile(path, "w", method) as out:
        for name, data in files.items():
            out.writestr(zipfile.ZipInfo(name), data, method)
    return path


def raster(path: Path, image: Image.Image, kind: str = "image/openraster") -> Path:
    """An OpenRaster or Krita drawing."""
    return archive(path, {"mimetype": kind.encode(), "stack.xml": b"<image/>", "mergedimage.png": png(image)})


def pdf_of_scans(path: Path, images: list[Image.Image], dpi: float = 72, rotation: int = 0) -> Path:
    """A PDF whose pages are one JPEG each."""
    document = pypdfium2.PdfDocument.new()
    for picture in images:
        width, height = (side / dpi * 72 for side in picture.size)
        sheet = document.new_page(width, height)
        image = pypdfium2.PdfImage.new(document)
        image.load_jpeg(io.BytesIO(jpeg(picture, quality=98)), inline=True)
        image.set_matrix(pypdfium2.PdfMatrix().scale(width, height))
        sheet.insert_obj(image)
        sheet.set_rotation(rotation)
        sheet.gen_content()
    document.save(path)
    document.close()
    return path


def pdf_of_shapes(path: Path, size: tuple[float, float] = (72, 144)) -> Path:
    """A PDF with a red bar over the upper half of its page, in points."""
    document = pypdfium2.PdfDocument.new()
    sheet = document.new_page(*size)
    bar = raw.FPDFPageObj_CreateNewRect(0, size[1] / 2, size[0], size[1] / 2)
    raw.FPDFPageObj_SetFillColor(bar, 255, 0, 0, 255)
    raw.FPDFPath_SetDrawMode(bar, raw.FPDF_FILLMODE_ALTERNATE, 0)
    raw.FPDFPage_InsertObject(sheet, bar)
    sheet.gen_content()
    document.save(path)
    document.close()
    return path
