"""corners.json: page corners that the author sets where the estimate is wrong."""

import json
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from inkwright.errors import ConfigError
from inkwright.project import Project, read_text, write_json
from inkwright.registry import suggest

EXAMPLE = '{"p3.jpg": [[102, 88], [2010, 95], [2033, 2900], [85, 2888]]}'

Field = NDArray[np.float64]


def hand_corners(project: Project, names: Iterable[str]) -> dict[str, Field]:
    """The corners in corners.json, by page, (4, 2) each, clockwise from the top left; none where there is no file.

    Raises:
        ConfigError: it is no such table, names no page, or its corners enclose nothing.
    """
    path = project.corners_path
    if not path.exists():
        return {}
    try:
        data = json.loads(read_text(path))
    except ValueError as error:
        raise ConfigError(f"{path} is not valid JSON: {error}.", f"Write it like {EXAMPLE}") from None
    if not isinstance(data, dict):
        raise ConfigError(f"{path} is no table of pages.", f"Write it like {EXAMPLE}")
    known, found = list(names), {}
    for name, corners in data.items():
        if name not in known:
            raise ConfigError(f"{path} names '{name}', which is no page.", suggest(name, known))
        found[name] = _checked(corners, f"{path}: {name}")
    return found


def parse_corners(text: str) -> Field:
    """Corners from the command line: "102,88 2010,95 2033,2900 85,2888".

    Raises:
        ConfigError: not four points, or they enclose nothing.
    """
    try:
        points = [[float(v) for v in pair.split(",")] for pair in text.split()]
    except ValueError:
        points = []
    return _checked(points, f"--corners '{text}'")


def set_corners(project: Project, name: str, corners: Field) -> None:
    """Writes one page's corners into corners.json."""
    known = {n: c.tolist() for n, c in hand_corners(project, [f.name for f in project.page_files()]).items()}
    write_json(project.corners_path, known | {name: corners.tolist()})


def _checked(corners: object, where: str) -> Field:
    """Four corners in order: clockwise, from the one that is nearest to the top left.

    Raises:
        ConfigError: see `hand_corners`.
    """
    try:
        points = np.array(corners, np.float64)
    except (TypeError, ValueError):
        points = np.zeros(0)
    if points.shape != (4, 2) or not np.isfinite(points).all() or np.abs(points).max() > 1e6:
        raise ConfigError(f"{where} is not four corners x, y in pixels.", f"Write them like {EXAMPLE}")
    middle = points.mean(0)
    order = np.argsort(np.arctan2(*(points - middle).T[::-1]))
    points = points[order]
    points = np.roll(points, -int(points.sum(1).argmin()), 0)
    for k in range(4):
        a, b, c = points[k], points[(k + 1) % 4], points[(k + 2) % 4]
        if (b - a)[0] * (c - b)[1] - (b - a)[1] * (c - b)[0] < 64:
            raise ConfigError(f"{where}: these corners enclose no page.", "Give the page's four outer corners.")
    return np.asarray(points, np.float64)
