"""What is to be done to a page: found by `plan`, done by `apply` in one resampling.

from inkwright.comic.straighten.plan import apply, plan

made = plan(pixels)
straight = pixels if made.nothing else apply(pixels, made)
"""

from dataclasses import dataclass, replace
from typing import Any, Literal

import cv2
import numpy as np

from inkwright.comic.straighten.border import Border, find_border
from inkwright.comic.straighten.cut import INSET, cut_out, framed, levelled, unbent
from inkwright.comic.straighten.light import Light, light_of
from inkwright.comic.straighten.perspective import Field, box_corners, inverse, moved
from inkwright.comic.straighten.tilt import lean_at, tilt_of
from inkwright.comic.straighten.warp import filled, inside_picture, page_mask, relit, view, warped
from inkwright.images import Pixels

Mode = Literal["auto", "on"]
Paper = Literal["auto", "white", "keep"]

VIEW = 700
"""Longer side in pixels of the straightened copy on which skew and light are measured."""
WHITE = 250 / 255
"""What paper becomes that is made white: nearly white, so that pale washes keep their difference from it."""
NEUTRAL = 12.0
"""Chroma (CIE Lab) up to which paper is taken for white paper in warm or cold light."""
TINTED = 4.0
"""Chroma from which white paper in coloured light is worth whitening."""
FRAMES_OFF = 2.5
"""Degrees beyond which frames do not speak for a page whose own sides are seen."""
CLEAN = 0.5
"""Least turn in degrees of a page that never was on paper: less are panels that its author turned a little."""
EXACT = 0.6
"""Share of one bright colour's pixels that are exactly alike on a page that never was on paper."""


@dataclass(frozen=True)
class Limits:
    """How sure a finding has to be before it is acted on, and how large.

    Attributes:
        border, tilt, light: least confidence.
        degrees: least turn.
        spread: least standard deviation of the paper's lightness L*.
        dim: lightness L* of paper below which it is made brighter.
    """

    border: float = 0.5
    tilt: float = 0.5
    light: float = 0.5
    degrees: float = 0.25
    spread: float = 1.2
    dim: float = 93.0


LIMITS: dict[str, Limits] = {"auto": Limits(), "on": Limits(0.25, 0.3, 0.25, 0.15, 0.6, 96.0)}


@dataclass(frozen=True)
class Plan:
    """How a page is straightened.

    Attributes:
        size: width and height of the straight page.
        matrix: (3, 3) float64, from the corners of pixels of the picture to those of the straight page.
        corners: (4, 2) the page's corners in the picture, clockwise from the top left.
        page: (n, 2) what of the picture is the page, a convex polygon.
        seen: which sides, left, top, right, bottom, were seen (or set by hand).
        degrees: by how much the page was turned, clockwise.
        converged: whether its lines converged.
        light: the paper of the straight page; None where the light stays as it is.
        target: (3,) RGB in [0, 1], what bare paper becomes.
        confidence: of border, tilt and light, in [0, 1]; only those that were measured.
        digital: whether the page never was on paper.
        by_hand: whether the corners were set by the author.
    """

    size: tuple[int, int]
    matrix: Field
    corners: Field
    page: Field
    seen: tuple[bool, bool, bool, bool] = (False, False, False, False)
    degrees: float = 0.0
    converged: bool = False
    light: Light | None = None
    target: tuple[float, float, float] = (1.0, 1.0, 1.0)
    confidence: dict[str, float] | None = None
    digital: bool = False
    by_hand: bool = False

    @property
    def moves(self) -> bool:
        """Whether the page is cut out, turned or rectified."""
        return not np.array_equal(self.matrix, np.eye(3))

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to be done."""
        return not self.moves and self.light is None

    @property
    def notes(self) -> tuple[str, ...]:
        """What is done, a phrase each."""
        if self.nothing:
            return ("nothing to be done",)
        said = []
        sides = sum(self.seen)
        if self.by_hand:
            said.append("cut out along your corners")
        elif sides == 4:
            said.append("cut out of the photo" if self.converged else "cut out of its surroundings")
        elif sides:
            named = [name for name, one in zip(("left", "upper", "right", "lower"), self.seen, strict=True) if one]
            said.append(f"band at the {' and '.join(named)} edge cut off")
        elif self.converged:
            said.append("converging lines made parallel")
        if abs(self.degrees) >= 0.05:
            said.append(f"turned back by {abs(self.degrees):.1f}°")
        if self.light is not None:
            said.append(
                f"light made even (paper's L* varied by {self.light.spread:.1f})"
                if self.light.spread > 0.6
                else "paper made brighter"
            )
        return tuple(said)

    def facts(self) -> dict[str, Any]:
        """The parameters as plain data."""
        made: dict[str, Any] = {
            "size": list(self.size),
            "matrix": [[round(v, 12) for v in row] for row in self.matrix.tolist()],
            "corners": [[round(v, 2) for v in corner] for corner in self.corners.tolist()],
            "corners_by_hand": self.by_hand,
            "sides_seen": [n for n, one in zip(("left", "top", "right", "bottom"), self.seen, strict=True) if one],
            "degrees": round(self.degrees, 3),
            "light": None,
            "confidence": dict(self.confidence or {}),
        }
        if self.light is not None:
            made["light"] = {
                "paper_spread": round(self.light.spread, 2),
                "paper_colour": [round(255 * v) for v in self.light.colour],
                "becomes": [round(255 * v) for v in self.target],
            }
        return made


def plan(pixels: Pixels, mode: Mode = "auto", paper: Paper = "auto", corners: Field | None = None) -> Plan:
    """What is to be done to a page.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        mode: "auto": what clearly helps, and nothing to pages that never were on paper; "on": weaker findings too.
        paper: "auto": white paper becomes white, coloured paper keeps its colour; "white": any paper becomes white;
            "keep": the paper's colour stays, its light is made even.
        corners: (4, 2) x, y, the page's corners set by hand, clockwise from the top left; None: they are looked for.
    """
    height, width = pixels.shape[:2]
    limits, digital = LIMITS[mode], is_digital(pixels)
    whole = box_corners(width, height)
    sure: dict[str, float] = {}
    border = None
    if corners is not None:
        border = Border(np.asarray(corners, np.float64), (True, True, True, True), 1.0)
    elif mode == "on" or not digital:
        found = find_border(pixels)
        if found is not None:
            sure["border"] = found.confidence
            border = found if found.confidence >= limits.border else None
    made = Plan((width, height), np.eye(3), whole, whole, digital=digital, by_hand=corners is not None)
    if border is not None:
        cut = cut_out(border, (width, height), 0.0 if made.by_hand else INSET)
        made = replace(made, size=cut.size, matrix=cut.matrix, corners=cut.corners, seen=border.seen)
        page = inside_picture(cut.corners, (width, height))
        made = replace(made, degrees=cut.degrees, converged=cut.converged, page=page)
    made, sure["tilt"] = _turned(pixels, made, limits)
    if mode == "on" or not digital:
        made, sure["light"] = _lit(pixels, made, limits, paper)
    return replace(made, confidence={key: round(value, 3) for key, value in sure.items()})


def is_digital(pixels: Pixels) -> bool:
    """Whether a page never was on paper: its most frequent bright colour, or its rim's, has no noise or shading.

    Args:
        pixels: (H, W, 3) uint8 RGB.
    """
    height, width = pixels.shape[:2]
    step = max(1, round((height * width / 400_000) ** 0.5))
    values = pixels[::step, ::step].reshape(-1, 3)
    bright = values[values.max(1) > 150]
    rim = max(1, round(0.006 * min(height, width)))
    sides = (pixels[:rim], pixels[-rim:], pixels[:, :rim], pixels[:, -rim:])
    around = np.concatenate([side.reshape(-1, 3) for side in sides])
    return (len(bright) > 0.004 * len(values) and _exact(bright, 20) > EXACT) or _exact(around, 255) > EXACT


def _exact(values: Pixels, near: int) -> float:
    """Share of the pixels (n, 3) around their most frequent colour, so near in levels, that have it exactly."""
    keys = (values // 8).astype(np.int32) @ np.array([1024, 32, 1])
    mode = np.median(values[keys == np.bincount(keys).argmax()], 0)
    off = np.abs(values - mode).max(1)
    return float((off[off <= near] <= 1).mean())


def _turned(pixels: Pixels, made: Plan, limits: Limits) -> tuple[Plan, float]:
    """The plan with what frames and gutters say about skew; where three sides are seen, that is little."""
    quad = sum(made.seen) >= 3
    small = view(pixels, made.matrix, made.size, VIEW)
    if sum(made.seen) == 3 and not made.by_hand:
        made = _closed_by_lines(small, made)
        small = view(pixels, made.matrix, made.size, VIEW)
    converging = not made.digital and not any(made.seen)
    tilt = tilt_of(small, converging)
    least = max(limits.tilt, 0.8) if made.digital else limits.tilt
    if converging and tilt.confidence < least:  # slanted panels look like lines that converge
        tilt = tilt_of(small)
    fewest = max(limits.degrees, CLEAN) if made.digital else limits.degrees
    slight = abs(tilt.degrees) < fewest and not tilt.lying and not tilt.standing
    if slight or tilt.confidence < least or (quad and abs(tilt.degrees) > FRAMES_OFF) or made.by_hand:
        return made, tilt.confidence
    more, size = levelled(tilt, made.size)
    if not any(made.seen):
        more, size = framed(more, made.size, size, _drawn(small, made.size))
    matrix = more @ made.matrix
    turned = replace(made, matrix=matrix, size=size, degrees=made.degrees + tilt.degrees)
    if not quad:
        turned = replace(turned, corners=moved(box_corners(*size), inverse(matrix)))
    return replace(turned, converged=made.converged or bool(tilt.lying or tilt.standing)), tilt.confidence


def _closed_by_lines(small: Pixels, made: Plan) -> Plan:
    """The plan with the side that was not seen laid along the page's lines: it was a guess."""
    side = made.seen.index(False)
    lean = lean_at(small, side)
    if lean == 0:
        return made
    more, size = unbent([lean if k == side else 0.0 for k in range(4)], made.size)
    matrix = more @ made.matrix
    corners = moved(box_corners(*size), inverse(matrix))
    along = (corners[1] - corners[0]) + (corners[2] - corners[3])
    degrees = float(np.degrees(np.arctan2(along[1], along[0])))
    return replace(made, matrix=matrix, size=size, corners=corners, degrees=degrees, converged=True)


def _drawn(small: Pixels, size: tuple[int, int]) -> Field:
    """Places (n, 2), in pixels of a page of some size, where its small copy shows something drawn."""
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    smooth = cv2.GaussianBlur(grey, (0, 0), 1.0)
    steep = np.hypot(cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)) > 40
    rim = max(2, round(0.006 * max(small.shape)))
    steep[:rim], steep[-rim:], steep[:, :rim], steep[:, -rim:] = False, False, False, False
    ys, xs = np.nonzero(steep)
    scale = np.array([size[0] / small.shape[1], size[1] / small.shape[0]])
    return np.asarray((np.stack([xs, ys], 1) + 0.5) * scale, np.float64)


def _lit(pixels: Pixels, made: Plan, limits: Limits, paper: Paper) -> tuple[Plan, float]:
    """The plan with the light on its paper, where that is uneven or dim."""
    small = view(pixels, made.matrix, made.size, VIEW)
    mask = page_mask(made.page, made.matrix, made.size, (small.shape[1], small.shape[0]))
    light = light_of(small, mask > 127)
    if light is None:
        return made, 0.0
    lab = cv2.cvtColor(np.array([[light.colour]], np.float32), cv2.COLOR_RGB2LAB)[0, 0].tolist()
    chroma = float(np.hypot(lab[1], lab[2]))
    white = paper == "white" or (paper == "auto" and chroma < NEUTRAL)
    needed = light.spread > limits.spread or (white and (lab[0] < limits.dim or chroma > TINTED))
    if light.confidence < limits.light or not needed:
        return made, light.confidence
    return replace(made, light=light, target=(WHITE, WHITE, WHITE) if white else light.colour), light.confidence


def apply(pixels: Pixels, made: Plan) -> Pixels:
    """The straight page, (height, width, 3) uint8 RGB; where there is nothing to be done, the very pixels.

    Args:
        pixels: (H, W, 3) uint8 RGB, the picture that `made` was planned for.
        made: what is to be done.
    """
    if made.nothing:
        return pixels
    straight = warped(pixels, made.matrix, made.size) if made.moves else pixels.copy()
    paper = None if made.light is None else made.light.field
    if made.moves:
        straight = filled(straight, page_mask(made.page, made.matrix, made.size, made.size), paper)
    return straight if made.light is None or paper is None else relit(straight, paper, made.target)
