"""The folders of the web reader and of the webtoon, opened again."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

from inkwright.publish.checks import Check, judged, look, picture_checks
from inkwright.publish.edition import Edition

_PICTURES = (".jpg", ".png")


class _Links(HTMLParser):
    """Collects what a page names: files and addresses, and the book's data."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.data, self._inside = "", False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for key, value in attrs if key in ("src", "href") and value]
        self._inside = ("id", "book") in attrs

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.data += data

    def handle_endtag(self, tag: str) -> None:
        self._inside = False


def check_web(path: Path, edition: Edition) -> list[Check]:
    """The folder of the web reader; raises what its parts raise when they are damaged."""
    named: list[str] = []
    for page in sorted(path.glob("*.html")):
        links = _Links()
        links.feed(page.read_text(encoding="utf-8"))
        named += links.found
        if page.name == "index.html":
            book = json.loads(links.data)
    outside = sorted({link for link in named if re.match(r"(?!data:)([a-z]+:)?//|[a-z]+:(?!,)", link)})
    files = {link.partition("#")[0] for link in named if link not in outside} - {"", "data:,"}
    lost = sorted(file for file in files if not (path / file).is_file())
    letters = [f"lettering/{code}/{page['letters']}" for code in book["languages"] for page in book["pages"]]
    lost += [file for file in letters if not file.endswith("/") and not (path / file).is_file()]
    panels = sum(len(page["panels"]) for page in book["pages"])
    pictures = sorted(file for file in (path / "pages").iterdir() if file.suffix in _PICTURES)
    return [
        judged("pages", len(pictures) == len(edition.pages), str(len(pictures))),
        judged("files", not lost, "all there", f"missing: {', '.join(lost[:3])}"),
        judged("network", not outside, "nothing is asked of it", f"{', '.join(outside[:3])}"),
        judged("panels", panels == len(list(edition.panels())), f"{panels} to be guided through"),
        Check("languages", ", ".join(book["languages"])),
        judged("direction", book["rtl"] == edition.rtl, "rtl" if book["rtl"] else "ltr"),
        *picture_checks(look(file.read_bytes()) for file in pictures),
    ]


def check_webtoon(path: Path, edition: Edition) -> list[Check]:
    """The folder of the webtoon; raises what its parts raise when they are damaged."""
    files = sorted(file for file in path.iterdir() if file.suffix in _PICTURES)
    seen = [look(file.read_bytes()) for file in files]
    widths, tallest = {s.width for s in seen}, max((s.height for s in seen), default=0)
    return [
        judged("files", bool(files), str(len(files))),
        judged("width", widths == {edition.strip.width}, f"{', '.join(map(str, sorted(widths)))} px"),
        judged("height", tallest <= edition.strip.height, f"at most {tallest} px"),
        Check("strip", f"{sum(s.height for s in seen)} px long"),
        *picture_checks(seen),
    ]
