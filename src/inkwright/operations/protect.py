"""What stays the author's on a painted drawing: how far the style goes, ink lines, lettering, marked parts."""

import cv2
import numpy as np

from inkwright.book import Region
from inkwright.comic.lettered import find_lettering
from inkwright.config import StyleSettings
from inkwright.images import Floats, Pixels, to_float, to_uint8
from inkwright.learn.line_art import lay_ink
from inkwright.operations.material import PanelPicture

FEATHER = 2.0
"""Width of the soft edge of what is kept, inside it, in pixels of the page."""


def finish(painted: Pixels, drawing: Pixels, style: StyleSettings, kept: Floats | None) -> Pixels:
    """A painting with what is to stay of its drawing: first the strength, over it ink lines, over all what is kept.

    Args:
        painted: (H, W, 3) uint8.
        drawing: the same size.
        style: `strength` and `keep_ink` count; at strength 0 the drawing comes back bit for bit.
        kept: (H, W) in [0, 1], 1 where the drawing stays; None: nowhere.
    """
    if style.strength == 0:
        return drawing.copy()
    if style.strength < 1:
        painted = to_uint8(to_float(painted) * style.strength + to_float(drawing) * (1 - style.strength))
    if style.keep_ink > 0:
        painted = lay_ink(painted, without(drawing, kept), style.keep_ink)
    return painted if kept is None else _over(painted, drawing, kept)


def _over(painted: Pixels, drawing: Pixels, kept: Floats) -> Pixels:
    """The drawing over the painting under a mask; only what the mask touches is computed."""
    x, y, w, h = cv2.boundingRect((kept > 0).astype(np.uint8))
    at = (slice(y, y + h), slice(x, x + w))
    result, weight = painted.copy(), kept[at][..., None]
    result[at] = to_uint8(to_float(painted[at]) * (1 - weight) + to_float(drawing[at]) * weight)
    return result


def without(drawing: Pixels, kept: Floats | None) -> Pixels:
    """A drawing with what is kept filled by the colours around it: beside a white balloon a dark sky would be ink."""
    if kept is None:
        return drawing
    filled = np.asarray(cv2.dilate((kept > 0).astype(np.uint8), np.ones((7, 7), np.uint8)))
    height, width = filled.shape
    small = (max(1, width // 8), max(1, height // 8))
    rest = cv2.resize(1 - filled.astype(np.float32), small, interpolation=cv2.INTER_AREA)
    colours = cv2.resize(drawing * (1 - filled)[..., None], small, interpolation=cv2.INTER_AREA).astype(np.float32)
    near, far = 2.0, 0.1 * max(small)
    weight, total = np.zeros(rest.shape, np.float32), np.zeros(colours.shape, np.float32)
    for sigma, share in ((near, 1.0), (far, 1e-3)):  # the farther ones where nothing is near
        weight = weight + share * cv2.GaussianBlur(rest, (0, 0), sigma)
        total = total + share * cv2.GaussianBlur(colours, (0, 0), sigma)
    around = cv2.resize(total / np.maximum(weight, 1e-6)[..., None], (width, height), interpolation=cv2.INTER_LINEAR)
    result = drawing.copy()
    inside = filled > 0
    result[inside] = np.clip(around[inside] + 0.5, 0, 255).astype(np.uint8)
    return result


def kept_parts(
    pixels: Pixels,
    lettering: bool,
    page_side: int,
    regions: list[Region] | None = None,
    shift: tuple[int, int] = (0, 0),
) -> Floats | None:
    """Where a drawing is to stay as it is.

    Args:
        pixels: (H, W, 3) uint8, the drawing.
        lettering: whether drawn balloons and captions are looked for.
        page_side: long side of its page, in pixels.
        regions: boxes and polygons to keep.
        shift: (x, y) from the regions' pixels to those of the drawing.

    Returns:
        (H, W) float32 in [0, 1], falling to 0 over `FEATHER` pixels inside the edge of what is kept; None: nowhere.
    """
    keep = np.zeros(pixels.shape[:2], np.uint8)
    for found in find_lettering(pixels, page_side) if lettering else []:
        x, y, w, h = found.box
        keep[y : y + h, x : x + w] |= found.mask
    for region in regions or []:
        if isinstance(region, list):
            corners = (np.array(region, np.float64) + shift - 0.5) * 16
            cv2.fillPoly(keep, [np.round(corners).astype(np.int32)], (1,), shift=4)
        else:
            x, y = region[0] + shift[0], region[1] + shift[1]
            keep[max(0, y) : max(0, y + region[3]), max(0, x) : max(0, x + region[2])] = 1
    if not keep.any():
        return None
    if keep.all():
        return np.ones(keep.shape, np.float32)
    # The drawing's own border is no edge: what is cut off there stays hard.
    distance = cv2.distanceTransform(keep, cv2.DIST_L2, 5)
    return np.asarray(np.clip(distance / (FEATHER + 0.5), 0, 1), np.float32)


def kept_in(panel: PanelPicture, lettering: bool) -> Floats | None:
    """Where the inside of a panel is to stay as drawn, (h, w) in [0, 1]; None: nowhere."""
    left, top, _, _ = panel.inside.box
    shift = (panel.panel.box[0] - panel.box[0] - left, panel.panel.box[1] - panel.box[1] - top)
    return kept_parts(panel.pixels, lettering, panel.page_side, panel.panel.keep, shift)
