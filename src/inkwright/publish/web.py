"""The web reader: one folder that needs no server: pages, spreads, and panel by panel, with a transcript.

Art and lettering are separate pictures, so that a reader can change the language. Nothing is asked of the network.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from markupsafe import Markup

from inkwright.project import write_bytes
from inkwright.publish.edition import Edition, EditionPage, EditionPanel, clean
from inkwright.publish.epub import RTL_LANGUAGES
from inkwright.publish.fonts import Fonts
from inkwright.publish.identity import identity
from inkwright.publish.packing import packed, pixels_of, require_pages, vector_layer
from inkwright.publish.svg import lettering_svg, path_data
from inkwright.publish.templates import environment
from inkwright.publish.writing import replacing_folder


def write_web(edition: Edition, path: Path) -> Iterator[int]:
    """Writes the book as a folder with `index.html`; yields the number of pages done.

    Args:
        edition: the book.
        path: the folder to write; an earlier one is replaced once the new one is whole.

    Raises:
        PictureError: a page or a font cannot be read.
        ProjectError: there are no pages.
        DiskError: disk full, or no permission.
    """
    require_pages(edition)
    templates, fonts = environment("web"), Fonts(edition.fonts)
    sheets: list[dict[str, Any]] = []
    with replacing_folder(path) as folder:
        for n, page in enumerate(edition.pages):
            picture = packed(pixels_of(page, vector_layer(page, edition.language)), edition.quality, edition.dpi)
            name = f"{n + 1:03d}"
            write_bytes(folder / "pages" / f"{name}{picture.suffix}", picture.data)
            for language in edition.languages if page.lettering else ():
                text = lettering_svg(page.lettering[language], fonts)
                write_bytes(folder / "lettering" / language / f"{name}.svg", text.encode())
            sheets.append(_sheet(edition, page, n, f"{name}{picture.suffix}", picture.width, picture.height))
            yield n + 1
        whole = _book(edition, sheets)
        for name in ("reader.css", "reader.js", "index.html"):
            write_bytes(folder / name, templates.get_template(name).render(whole).encode())
        for language in edition.languages:
            text = templates.get_template("transcript.html").render(_spoken(edition, whole, language))
            write_bytes(folder / _transcript(edition, language), text.encode())


def _transcript(edition: Edition, language: str) -> str:
    return "transcript.html" if language == edition.language else f"transcript-{language}.html"


def _sheet(edition: Edition, page: EditionPage, n: int, image: str, width: int, height: int) -> dict[str, Any]:
    return {
        "number": n + 1,
        "image": image,
        "letters": f"{n + 1:03d}.svg" if edition.language in page.lettering else "",
        "width": width,
        "height": height,
        "alt": "" if page.panels else f"Page {n + 1}",
        "bookmark": page.bookmark,
        "panels": [
            {
                "id": panel.id,
                "alt": panel.alt.strip(),
                "lines": [(code, panel.lines.get(code, ())) for code in edition.languages],
            }
            for panel in page.panels
        ],
    }


def _book(edition: Edition, sheets: list[dict[str, Any]]) -> dict[str, Any]:
    languages = [{"code": code, "transcript": _transcript(edition, code)} for code in edition.languages]
    return {
        "book": edition,
        "title": edition.title,
        "language": edition.language,
        "languages": languages,
        "rtl": edition.rtl,
        "description": edition.summary,
        "notes": edition.described(every_language=True),
        "pages": sheets,
        "data": Markup(_data(edition, sheets)),
    }


def _spoken(edition: Edition, whole: dict[str, Any], language: str) -> dict[str, Any]:
    """What the transcript of a language is made from."""
    pages = [
        {
            **sheet,
            "panels": [
                {**panel, "said": [line for line in dict(panel["lines"])[language] if line.words.strip()]}
                for panel in sheet["panels"]
            ],
        }
        for sheet in whole["pages"]
    ]
    rtl = language.split("-")[0].lower() in RTL_LANGUAGES
    return whole | {"language": language, "pages": pages, "script_rtl": rtl}


def _data(edition: Edition, sheets: list[dict[str, Any]]) -> str:
    """What the script needs to know, as JSON that may stand inside a script element."""
    book = {
        "identity": identity(edition),
        "rtl": edition.rtl,
        "strip": edition.direction == "strip",
        "cover": edition.cover,
        "language": edition.language,
        "languages": edition.languages,
        "transcripts": {code: _transcript(edition, code) for code in edition.languages},
        "pages": [
            {
                "w": sheet["width"],
                "h": sheet["height"],
                "letters": sheet["letters"],
                "panels": [_panel(edition, page, panel) for panel in page.panels],
            }
            for page, sheet in zip(edition.pages, sheets, strict=True)
        ],
    }
    text = json.dumps(book, ensure_ascii=False, separators=(",", ":"))
    return clean(text).replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _panel(edition: Edition, page: EditionPage, panel: EditionPanel) -> dict[str, Any]:
    balloons = {
        code: [[round(v, 1) for v in line.box] for line in panel.lines.get(code, ()) if line.box is not None]
        for code in edition.languages
    }
    return {
        "id": panel.id,
        "box": list(panel.box),
        "polygon": [[round(x, 1), round(y, 1)] for x, y in panel.corners],
        "alt": panel.alt.strip(),
        "text": {code: panel.spoken(code) for code in edition.languages},
        "balloons": balloons,
        "shapes": {code: _poking_out(page, panel, code) for code in edition.languages if code in page.lettering},
    }


def _poking_out(page: EditionPage, panel: EditionPanel, language: str) -> list[str]:
    """The outlines of a panel's balloons that leave its box."""
    x, y, w, h = panel.box
    found = []
    for balloon in page.lettering[language].balloons:
        bx, by, bw, bh = balloon.box
        if balloon.panel == panel.id and (bx < x or by < y or bx + bw > x + w or by + bh > y + h or panel.polygon):
            found += [path_data(shape.path) for shape in balloon.shapes]
    return found
