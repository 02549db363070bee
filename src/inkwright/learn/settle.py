"""Keeps a book's palette when the book changes a little: a colour that was in the book keeps what it became.

Casting is a clustering and an assignment: a few other pixels can tip it over. So the former table stays wherever the
book already had colours, and the new one counts only for colours that are new; between the two it is blended.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates
from scipy.spatial import cKDTree

from inkwright.learn.cast_table import SIDE
from inkwright.learn.colour import oklab
from inkwright.learn.palette import Palette
from inkwright.learn.pins import node_colours

Floats = NDArray[np.float32]
Cells = NDArray[np.bool_]

SAMPLE = 200_000
"""Colours of the whole book that are counted."""
FAINT = 3e-4
"""A cell with less than this share of the book does not count as a colour of it: soft edges are in every cell."""
KEPT, NEW = 0.03, 0.11
"""OKLab: up to the first distance from former colours its table stays, from the second on the new one is used."""
OTHER = 0.06
"""OKLab: a cluster this far from all former ones is listed as a colour of its own."""


def sampled(drawings: Sequence[Floats]) -> Floats:
    """Colours of the drawings' flats (H, W, 3), evenly over their area and alike from each: (N, 3). No chance in it."""
    each = max(1, SAMPLE // max(len(drawings), 1))
    picked = []
    for flat in drawings:
        colours = flat.reshape(-1, 3)
        picked.append(colours[np.linspace(0, len(colours) - 1, min(each, len(colours))).astype(np.intp)])
    return np.concatenate(picked)


def covered(sample: Floats) -> Cells:
    """(24, 24, 24): the cells of the look-up table that hold colours of the book."""
    cells = np.minimum((np.clip(sample, 0, 1) * (SIDE - 1)).astype(np.intp), SIDE - 2)
    share = np.zeros((SIDE - 1,) * 3)
    np.add.at(share, tuple(cells.T), 1 / len(sample))
    return np.asarray(share > FAINT)


def settle(new: Palette, old: Palette, cells: Cells) -> Palette:
    """The new palette, with the former one's table where the former book had colours.

    Args:
        new: cast from the book as it is now.
        old: of the book as it was, in the same style.
        cells: the cells that the former book covered, see `covered`.

    Returns:
        A palette with the former clusters and those that are new. With `new` equal to `old`, and so
        wherever the two agree, nothing changes, to the bit.
    """
    stays = _stays(cells)
    table = np.asarray(new.table + stays[..., None] * (old.table - new.table), np.float32)
    far = np.linalg.norm(oklab(new.source)[:, None] - oklab(old.source)[None], axis=-1).min(1)
    # Clusters come out a little otherwise each time; listed is only what the former book did not have at all.
    other = (far > OTHER) & (map_coordinates(stays, new.source.T * (SIDE - 1), order=1) < 0.5)
    return Palette(
        np.concatenate([old.source, new.source[other]]),
        np.concatenate([old.result, new.result[other]]),
        np.concatenate([old.share, new.share[other]]),
        old.dark,
        table,
    )


def _stays(cells: Cells) -> Floats:
    """(25, 25, 25) in [0, 1]: how far each node keeps the former table; 1 at all corners of a covered cell."""
    corners = np.zeros((SIDE,) * 3, np.bool_)
    for x, y, z in np.ndindex(2, 2, 2):
        corners[x : x + SIDE - 1, y : y + SIDE - 1, z : z + SIDE - 1] |= cells
    if not corners.any():
        return np.zeros(corners.shape, np.float32)
    lab = oklab(node_colours(SIDE))
    far = np.asarray(cKDTree(lab[corners.ravel()]).query(lab)[0])
    x = np.clip((far - KEPT) / (NEW - KEPT), 0, 1)
    return np.asarray((1 - x * x * (3 - 2 * x)).reshape(corners.shape), np.float32)


def counted(palette: Palette, sample: Floats, listed: Sequence[tuple[float, float, float]] = ()) -> Palette:
    """The palette with its rows told as they are: `result` is what `source` becomes, `share` is counted in the sample.

    Rows are sorted by share, the largest first. A row that no colour of the sample is nearest to is left out, but for
    those whose source is `listed`.
    """
    nearest = np.asarray(cKDTree(oklab(palette.source)).query(oklab(sample))[1])
    share = np.bincount(nearest, minlength=len(palette.source)) / len(sample)
    stays = share > 0
    for colour in listed:
        stays |= (np.abs(palette.source - np.asarray(colour, np.float32)) < 1e-6).all(1)
    order = np.argsort(-share, kind="stable")
    order = order[stays[order]]
    source = palette.source[order]
    return Palette(source, palette(source[None])[0], np.asarray(share[order], np.float32), palette.dark, palette.table)


__all__ = ["counted", "covered", "sampled", "settle"]
