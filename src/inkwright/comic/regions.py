"""A page's background and what it encloses, as masks."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.comic.planes import components
from inkwright.comic.shapes import Mask, page_side

Labels = NDArray[np.int32]
STRAIGHT, FULL = 0.12, 0.75
"""Length in shares of the page's longer side of a gutter that opens into wider background, and the share of the box
around it that it fills."""
NARROWEST = 0.9
"""Half the width in pixels of the narrowest gutter that opens into others at both its ends."""
NEAR = 4
"""Pixels between such a gutter and the one that it opens into, at the most."""
BOTH_ENDS = 0.8
"""Share of its length that the places lie apart where it opens."""


def is_wide(outside: Mask) -> bool:
    """Whether most of the background is as wide as a gutter; pen lines, seen as background, are not."""
    wide = opened(outside, max(1, round(0.003 * page_side(outside.shape))))
    return bool(wide.sum() > 0.5 * outside.sum())


def without_specks(ink: Mask) -> Mask:
    """Ink without dust and compression noise."""
    labels, areas = components(ink, 8)
    keep = areas >= max(3, 12 * ink.size // 10**6)
    return np.asarray(keep.take(labels), np.bool_)


def reached(ink: Mask, sealing: int) -> Mask:
    """Background that hangs together with the page's rim; gaps in drawn frames up to 2 x sealing are sealed."""
    kernel = np.ones((2 * sealing + 1, 2 * sealing + 1), np.uint8)
    walls = cv2.dilate(ink.astype(np.uint8), kernel)
    count, seen = cv2.connectedComponents(1 - walls, connectivity=4)
    labels, at_rim = np.asarray(seen, np.int32), np.zeros(count, np.uint8)
    at_rim[np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])] = 1
    at_rim[0] = 0
    grown = cv2.dilate(at_rim.take(labels), kernel) > 0
    # A strip between the rim and ink close to it is sealed as well, and is background all the same.
    result: Mask = grown & ~ink
    return result


def opened(region: Mask, radius: int) -> Mask:
    """A region without what is thinner than 2 x radius + 1 pixels; beyond the page's rim it goes on."""
    kernel = np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)
    padded = cv2.copyMakeBorder(region.astype(np.uint8), radius, radius, radius, radius, cv2.BORDER_REPLICATE)
    opened = cv2.morphologyEx(padded, cv2.MORPH_OPEN, kernel) > 0
    result: Mask = opened[radius:-radius, radius:-radius]
    return result


def thin_background(ink: Mask, outside: Mask, opens: bool = False) -> Mask:
    """Enclosed background as thin as a gutter and long: a gutter that something bridges at both ends.

    Args:
        ink, outside: (h, w) bool, what is not background, and background that hangs together with the rim.
        opens: it may open into wider background; black gutters hardly do, but pen lines into black art.
    """
    side = page_side(ink.shape)
    enclosed = ~ink & ~outside
    kept = _thin(enclosed, outside, side)
    return kept | _straight(_narrow(enclosed & ~kept, 0.015 * side), STRAIGHT * side) if opens else kept


def _thin(enclosed: Mask, outside: Mask, side: float) -> Mask:
    """The parts of enclosed background that are thin and long."""
    count, seen, stats, _ = cv2.connectedComponentsWithStats(enclosed.astype(np.uint8), connectivity=4)
    labels = np.asarray(seen, np.int32)
    long = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    keep = (long >= 0.06 * side) & (stats[:, cv2.CC_STAT_AREA] <= 0.03 * side * long)
    keep[0] = False
    if not keep.any():
        return np.zeros(enclosed.shape, np.bool_)
    depth = cv2.distanceTransform(keep.take(labels).astype(np.uint8), cv2.DIST_L2, 3)
    deepest = np.zeros(count, np.float32)
    np.maximum.at(deepest, labels[depth > 0], depth[depth > 0])
    # As wide as a gutter, and evenly so: gaps between the strokes of a marker are thinner and run out to points.
    even = stats[:, cv2.CC_STAT_AREA] >= 0.6 * long * 2 * deepest
    least = np.where(
        _meets_twice(labels, np.asarray(stats, np.int32), outside, keep),
        NARROWEST,
        max(1.5, 0.002 * side),
    )
    keep &= (deepest >= least) & (deepest <= 0.015 * side) & even
    return np.asarray(keep.take(labels), np.bool_)


def _narrow(region: Mask, widest: float) -> Mask:
    """A region without what is wider than 2 x widest pixels: a balloon without an outline opens into a gutter."""
    reach = max(1, round(widest))
    broad = cv2.dilate(opened(region, reach).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return np.asarray(region & ~broad, np.bool_)


def _straight(region: Mask, least: float) -> Mask:
    """The parts of a region that are straight bands, and so many pixels long at the least."""
    _, seen, stats, _ = cv2.connectedComponentsWithStats(region.astype(np.uint8), connectivity=4)
    labels = np.asarray(seen, np.int32)
    long = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) >= least
    long[0] = False
    for i in np.flatnonzero(long).tolist():
        x, y, w, h, area = stats[i].tolist()
        points = cv2.findNonZero((labels[y : y + h, x : x + w] == i).astype(np.uint8))
        _, size, _ = cv2.minAreaRect(points)
        long[i] = area >= FULL * (size[0] + 1) * (size[1] + 1)
    return np.asarray(long.take(labels), np.bool_)


def _meets_twice(labels: Labels, stats: Labels, outside: Mask, candidates: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which parts come near the background at both their ends: nothing but a narrow mouth was sealed there."""
    reach = 2 * NEAR + 1
    around = cv2.dilate(outside.astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0
    found = np.zeros(len(stats), np.bool_)
    for i in np.flatnonzero(candidates).tolist():
        x, y, w, h = stats[i, :4].tolist()
        place = slice(y, y + h), slice(x, x + w)
        ys, xs = np.nonzero((labels[place] == i) & around[place])
        found[i] = len(xs) > 0 and np.hypot(np.ptp(xs), np.ptp(ys)) >= BOTH_ENDS * np.hypot(w, h)
    return found


def regions(body: Mask, smallest: float) -> list[tuple[Mask, tuple[slice, slice]]]:
    """The connected regions of a mask, each cut out, with its rows and columns."""
    labels, areas = components(body, 4)
    found = []
    for i in np.flatnonzero(areas >= max(1.0, smallest)).tolist():
        own = labels == i
        x, y, w, h = cv2.boundingRect(own.astype(np.uint8))
        place = (slice(y, y + h), slice(x, x + w))
        found.append((np.ascontiguousarray(own[place]), place))
    return found
