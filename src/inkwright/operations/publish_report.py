"""The report of `publish`: what was written, what was found in it, and what the author should know."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from inkwright.events import Table, Warned
from inkwright.publish.checks import CAMERA, LOCATION
from inkwright.publish.edition import Edition, shortened
from inkwright.publish.exporters import EXPORTERS, Report

LISTED = 12
"""Panels that a line names; publish.json has them all."""


def summary_of(edition: Edition, found: Mapping[str, Report], root: Path) -> dict[str, Any]:
    """The report as plain data; files are named from `root`, the project's folder.

    Returns:
        `files`: format → file, bytes, checks; `missing_alt`: panels; `fonts`: family, licence, file;
        `location_data`: "none", or where there is some.
    """
    located = [name for name, said in found.items() if said.found(LOCATION) not in ("", "none")]
    return {
        "files": {name: said.as_dict(root) for name, said in found.items()},
        "missing_alt": edition.without_alt(),
        "panels": len(list(edition.panels())),
        "fonts": [{"family": f.family, "licence": f.licence, "file": f.file} for f in edition.fonts_used(True)],
        "location_data": f"in {', '.join(located)}" if located else "none",
    }


def report_table(summary: Mapping[str, Any]) -> Table:
    """The report for people: one row for each check."""
    marks = {"ok": "", "note": "note", "problem": "PROBLEM"}
    rows: list[tuple[str, str, str, str]] = []
    for name, said in summary.get("files", {}).items():
        rows.append((EXPORTERS[name].name, "file", f"{said['file']}, {size(said['bytes'])}", ""))
        told = [c for c in said["checks"] if c["verdict"] != "ok" or c["name"] not in (LOCATION, CAMERA)]
        rows += [("", check["name"], check["found"], marks[check["verdict"]]) for check in told]
    missing, panels = summary.get("missing_alt", []), summary.get("panels", 0)
    named = f"{len(missing)} of {panels} panels: {listed(missing)}" if missing else "none"
    rows.append(("Book", "missing alt text", named, "note" if missing else ""))
    for font in summary.get("fonts", []):
        licence = shortened(font["licence"]) or "the file names no licence"
        rows.append(("", "font", f"{font['family']}: {licence}", ""))
    rows.append(("", LOCATION, str(summary.get("location_data", "none")), ""))
    return Table("publish", "Report", ("of", "check", "found", ""), tuple(rows))


def warnings_of(edition: Edition, found: Mapping[str, Report]) -> Iterator[Warned]:
    """What should be mended, with the next act."""
    for name, said in found.items():
        for check in said.problems:
            yield Warned(
                "publish",
                f"{EXPORTERS[name].name}: {check.name}: {check.found}.",
                "Please report it: this is our fault.",
            )
    printed = found.get("print")
    for check in printed.checks if printed else []:
        if check.verdict == "note" and check.name == "resolution":
            yield Warned(
                "publish",
                f"The pages are printed at {check.found}.",
                "Scan larger, or print smaller: --publish-dpi says how many pixels go into an inch.",
            )
    missing = edition.without_alt()
    if missing:
        yield Warned(
            "publish",
            f"{'1 panel has' if len(missing) == 1 else f'{len(missing)} panels have'} no alt text: {listed(missing)}.",
            'Write what they show as "alt" in book.json, for readers who cannot see them.',
        )


def listed(names: list[str]) -> str:
    """The first names of a list."""
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(names[:LISTED]) + more


def size(count: int) -> str:
    """Bytes as people say them."""
    return f"{count / 1e6:.1f} MB" if count >= 100_000 else f"{count / 1e3:.1f} kB"
