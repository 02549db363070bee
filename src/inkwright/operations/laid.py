"""What `layout` made last time, and what the author changed in it since.

layout.json says of each page that is ours its file, the hash of that file, and of each panel its drawing, its place and
where the drawing stands in it. So a page whose panels were moved in book.json, or whose picture was painted over, is
known for the author's own; and words, boxes and marks move with their drawing when it is laid out anew.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from inkwright.book import Balloon, Book, Page, Panel
from inkwright.comic.composing import Placed
from inkwright.project import Project, digest, read_json

VERSION = 1
Box = tuple[int, int, int, int]
Corners = list[tuple[int, int]]


@dataclass(frozen=True)
class LaidPanel:
    """A panel as layout made it."""

    id: str
    drawing: str
    box: Box
    polygon: Corners | None
    placed: Placed


@dataclass(frozen=True)
class LaidPage:
    """A page as layout made it.

    Attributes:
        file: its picture.
        digest: of that file.
        panels: in reading order.
        kept: what of it is the author's: "panels" (their places), "picture" (all), or "" (nothing).
    """

    file: str
    digest: str
    panels: list[LaidPanel]
    kept: str = ""


@dataclass
class Before:
    """What there is.

    Attributes:
        pages: as layout made them last time.
        panels: drawing → its panel in book.json now, and as layout made it.
        moved: pages whose panels the author moved: file → its panels now, with their drawings.
        painted: pages whose picture the author changed: file → its panels as layout knows them.
        key: what the last layout was made from.
    """

    pages: list[LaidPage] = field(default_factory=list)
    panels: dict[str, tuple[Panel, LaidPanel]] = field(default_factory=dict)
    moved: dict[str, list[tuple[str, Panel]]] = field(default_factory=dict)
    painted: dict[str, list[tuple[str, Panel]]] = field(default_factory=dict)
    key: str = ""


def load(project: Project, book: Book, again: Sequence[str] = ()) -> Before:
    """What layout made last time, held against the book and the pictures as they are now.

    Args:
        project: the project.
        book: as it is now; a polygon follows the box of its panel, where only that was moved.
        again: pages that are to be laid out anew, whatever the author changed in them.
    """
    data = read_json(project.root / "layout.json") or {}
    pages = [_page(entry) for entry in data.get("pages", [])]
    before = Before(pages, key=str(data.get("key", "")))
    plan = read_json(project.root / ".inkwright" / "layout.json") or {}  # of a layout that was stopped
    ours = {(p.file, p.digest) for p in pages} | {(str(f), str(d)) for f, d in plan.get("pages", [])}
    shown = {page.file: page for page in book.pages}
    for page in pages:
        now = shown.get(page.file)
        if now is None:
            continue
        pairs = _pairs(page, now)
        for laid, panel in pairs:
            before.panels[laid.drawing] = (panel, laid)
            if panel.polygon and panel.polygon == laid.polygon and panel.box != laid.box:
                panel.polygon = _stretched(panel.polygon, laid.box, panel.box)
        if page.file in again:
            continue
        path, drawn = project.page_file(page.file), [(laid.drawing, panel) for laid, panel in pairs]
        other = any((panel.box, panel.polygon) != (laid.box, laid.polygon) for laid, panel in pairs)
        if path.is_file() and (page.kept == "picture" or (page.file, digest(path)) not in ours):
            before.painted[page.file] = drawn
        elif page.kept == "panels" or other or len(now.panels) != len(page.panels):
            before.moved[page.file] = drawn
    return before


def _page(entry: dict[str, Any]) -> LaidPage:
    panels = [
        LaidPanel(
            str(p["id"]),
            str(p["drawing"]),
            (p["box"][0], p["box"][1], p["box"][2], p["box"][3]),
            [(x, y) for x, y in p["polygon"]] if p.get("polygon") else None,
            Placed(*p["placed"]),
        )
        for p in entry["panels"]
    ]
    return LaidPage(str(entry["file"]), str(entry["digest"]), panels, str(entry.get("kept", "")))


def _stretched(polygon: Corners, old: Box, new: Box) -> Corners:
    """A polygon that goes along with its box."""
    (x, y, w, h), (u, v, p, q) = old, new
    return [(round(u + (a - x) * p / w), round(v + (b - y) * q / h)) for a, b in polygon]


def _pairs(page: LaidPage, now: Page) -> list[tuple[LaidPanel, Panel]]:
    """Each panel that was laid, with the book's: by its id, or by its place where the author renamed it."""
    ids = {panel.id: panel for panel in now.panels}
    places = {panel.box: panel for panel in now.panels}
    found = []
    for laid in page.panels:
        panel = ids.get(laid.id) or places.get(laid.box)
        if panel is not None:
            found.append((laid, panel))
    return found


def dumped(pages: Sequence[LaidPage], key: str) -> dict[str, Any]:
    """The content of layout.json."""
    return {
        "version": VERSION,
        "key": key,
        "pages": [
            {
                "file": page.file,
                "digest": page.digest,
                **({"kept": page.kept} if page.kept else {}),
                "panels": [
                    {
                        "id": p.id,
                        "drawing": p.drawing,
                        "box": list(p.box),
                        **({"polygon": [list(c) for c in p.polygon]} if p.polygon else {}),
                        "placed": [round(p.placed.scale, 6), round(p.placed.x, 3), round(p.placed.y, 3)],
                    }
                    for p in page.panels
                ],
            }
            for page in pages
        ],
    }


def carried(panel: Panel, old: LaidPanel, box: Box, polygon: Corners | None, new: Placed) -> Panel:
    """A panel in its new place, with all that was said in it moved along with its drawing.

    Args:
        panel: as it is in book.json.
        old: as layout made it.
        box, polygon: its new place.
        new: where its drawing stands there.
    """
    was = old.placed
    ratio = new.scale / was.scale

    def point(x: float, y: float) -> tuple[float, float]:
        page_x, page_y = old.box[0] + x, old.box[1] + y
        return (page_x - was.x) * ratio + new.x - box[0], (page_y - was.y) * ratio + new.y - box[1]

    if (box, polygon, new) == (old.box, old.polygon, was):  # where nothing moves, nothing is rounded anew
        return panel.model_copy(update={"box": box, "polygon": polygon})

    moved = panel.model_copy(deep=True)
    moved.box, moved.polygon = box, polygon
    if panel.appearances:
        moved.appearances = {
            name: [b for b in (_moved(one, point, ratio, box) for one in boxes) if b is not None]
            for name, boxes in panel.appearances.items()
        }
    moved.balloons = [_balloon(b, point, ratio, box) for b in panel.balloons] if panel.balloons else panel.balloons
    if panel.keep:
        moved.keep = [r for r in (_region(one, point, ratio, box) for one in panel.keep) if r is not None]
    return moved


Point = Callable[[float, float], tuple[float, float]]


def _moved(one: Box, point: Point, ratio: float, box: Box) -> Box | None:
    """A box in panel pixels, moved and clipped; None where nothing of it is left."""
    x, y = point(one[0], one[1])
    x0, y0 = max(0, round(x)), max(0, round(y))
    x1, y1 = min(box[2], round(x + one[2] * ratio)), min(box[3], round(y + one[3] * ratio))
    return (x0, y0, x1 - x0, y1 - y0) if x1 > x0 and y1 > y0 else None


def _balloon(balloon: Balloon, point: Point, ratio: float, box: Box) -> Balloon:
    moved = balloon.model_copy(deep=True)
    moved.box = None if balloon.box is None else _moved(balloon.box, point, ratio, box)
    return moved


def _region(one: Any, point: Point, ratio: float, box: Box) -> Any:
    if isinstance(one, tuple):
        return _moved((one[0], one[1], one[2], one[3]), point, ratio, box)
    corners = [point(x, y) for x, y in one]
    return [(min(max(0, round(x)), box[2]), min(max(0, round(y)), box[3])) for x, y in corners]
