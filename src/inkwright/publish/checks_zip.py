"""CBZ, EPUB and OpenRaster files, opened again as the zip archives that they are."""

import posixpath
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

from inkwright.publish.cbz import ACBF, COMIC_INFO
from inkwright.publish.checks import Check, Seen, judged, look, picture_checks
from inkwright.publish.edition import Edition
from inkwright.publish.metron import METRON_INFO

_OPF = "{http://www.idpf.org/2007/opf}"
_XHTML = "{http://www.w3.org/1999/xhtml}"
_PICTURES = (".jpg", ".png")


def check_cbz(path: Path, edition: Edition) -> list[Check]:
    """A CBZ file; raises what its parts raise when they are damaged."""
    with zipfile.ZipFile(path) as archive:
        whole = _whole(archive)
        names = archive.namelist()
        pictures = [name for name in names if name.endswith(_PICTURES)]
        seen = [look(archive.read(name)) for name in pictures]
        info = ET.fromstring(archive.read(COMIC_INFO))
        ET.fromstring(archive.read(METRON_INFO))
        comic = ET.fromstring(archive.read(ACBF))
        # The cover stands before the body; in a book of one page, in both.
        panels = len(comic.findall("{*}body//{*}frame"))
        panels += len(comic.findall(".//{*}coverpage/{*}frame")) if len(pictures) > 1 else 0
    told = int(info.findtext("PageCount") or 0)
    direction = "rtl" if info.findtext("Manga") == "YesAndRightToLeft" else "ltr"
    return [
        judged("pages", len(pictures) == len(edition.pages), str(len(pictures))),
        whole,
        judged(COMIC_INFO, told == len(pictures), "at the root, version 2.0", f"at the root, but says {told} pages"),
        Check(METRON_INFO, "at the root, version 1.0"),
        judged("panels", panels == len(list(edition.panels())), f"{panels} in {ACBF}"),
        judged("order", pictures == sorted(pictures), "natural", "not the order of the names"),
        judged("direction", (direction == "rtl") == edition.rtl, direction),
        *picture_checks(seen),
    ]


def check_epub(path: Path, edition: Edition) -> list[Check]:
    """An EPUB file; raises what its parts raise when they are damaged."""
    with zipfile.ZipFile(path) as archive:
        whole, names = _whole(archive), archive.namelist()
        package = ET.fromstring(archive.read("EPUB/package.opf"))
        items = {item.get("id"): item for item in package.iter(f"{_OPF}item")}
        files = {f"EPUB/{item.get('href')}" for item in items.values()}
        missing = files - set(names)
        extra = {name for name in names if name.startswith("EPUB/")} - files - {"EPUB/package.opf"}
        documents = {name: ET.fromstring(archive.read(name)) for name in files - missing if name.endswith(".xhtml")}
        seen = [look(archive.read(name)) for name in names if name.endswith(_PICTURES)]
        first = archive.infolist()[0]
    spine = package.find(f"{_OPF}spine")
    direction = "" if spine is None else str(spine.get("page-progression-direction"))
    pages = [name for name in documents if name.startswith("EPUB/pages/")]
    regions = _count(documents.get("EPUB/regions.xhtml"), "li", "panel")
    panels = len(list(edition.panels()))
    lost = [f"{name}: {link}" for name, tree in documents.items() for link in _links(name, tree) if link not in names]
    return [
        judged("pages", len(pages) == len(edition.pages), str(len(pages))),
        whole,
        judged("mimetype", first.filename == "mimetype" and not first.compress_type, "first, and stored"),
        judged("manifest", not missing and not extra, "complete", f"without {', '.join(sorted(missing | extra))}"),
        judged("links", not lost, "all lead somewhere", "; ".join(lost[:3])),
        judged("layout", "pre-paginated" in ET.tostring(package, "unicode"), "fixed"),
        judged("regions", regions == panels, f"{regions} panels"),
        judged(
            "transcript", "EPUB/transcript.xhtml" in names or not panels, "inside", "none: no words, no alt", "note"
        ),
        judged("direction", (direction == "rtl") == edition.rtl, direction),
        *picture_checks(seen),
    ]


def _count(tree: ET.Element | None, tag: str, kind: str) -> int:
    key = "{http://www.idpf.org/2007/ops}type"
    return 0 if tree is None else sum(e.get(key) == kind for e in tree.iter(f"{_XHTML}{tag}"))


def _links(name: str, tree: ET.Element) -> list[str]:
    """The files that a document names."""
    found = [e.get(key) or "" for e in tree.iter() for key in ("href", "src") if e.get(key)]
    folder = posixpath.dirname(name)
    return [posixpath.normpath(f"{folder}/{link.partition('#')[0]}") for link in found if link.partition("#")[0]]


def check_ora(path: Path, edition: Edition) -> list[Check]:
    """A folder of OpenRaster files; raises what its parts raise when they are damaged."""
    seen: list[Seen] = []
    wrong: list[str] = []
    layers = 0
    files = sorted(path.glob("*.ora"))
    for file in files:
        with zipfile.ZipFile(file) as archive:
            first, names = archive.infolist()[0], archive.namelist()
            broken = archive.testzip()
            stack = ET.fromstring(archive.read("stack.xml"))
            listed = [str(layer.get("src")) for layer in stack.iter("layer")]
            size = (int(stack.get("w") or 0), int(stack.get("h") or 0))
            found = [look(archive.read(name)) for name in [*listed, "mergedimage.png"] if name in names]
            look(archive.read("Thumbnails/thumbnail.png"))
        good = first.filename == "mimetype" and not first.compress_type and broken is None
        good = good and set(listed) <= set(names) and all((s.width, s.height) == size for s in found)
        layers += len(listed)
        seen += found
        if not good:
            wrong.append(file.name)
    return [
        judged("pages", len(files) == len(edition.pages), str(len(files))),
        judged("layers", not wrong, f"{layers}, all of their page's size", f"wrong in {', '.join(wrong)}"),
        *picture_checks(seen),
    ]


def _whole(archive: zipfile.ZipFile) -> Check:
    broken = archive.testzip()
    return judged("zip", broken is None, "whole", f"damaged at {broken}")
