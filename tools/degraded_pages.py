"""Pages as scanners and phones give them, with the truth known: to measure and test straightening.

A page is printed on paper of some colour, laid on a bed or a desk, lit, seen in perspective, made noisy and packed as
JPEG. Light is multiplied in linear light, as lamps do.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float64]
Colour = tuple[float, float, float]

WHITE: Colour = (250, 249, 246)
YELLOW: Colour = (243, 228, 190)
DESKS = ("wood", "dark", "cloth", "mat", "white", "busy")


@dataclass
class Degraded:
    """A page in a picture.

    Attributes:
        pixels: (H, W, 3) uint8 RGB, the picture.
        page: (h, w, 3) uint8 RGB, the page as it was drawn.
        matrix: (3, 3) float64, from the corners of pixels of the page to those of the picture.
        bounded: whether the page's edges can be seen on (left, top, right, bottom).
        paper: the paper's colour.
        kind: one of `CASES`.
    """

    pixels: Pixels
    page: Pixels
    matrix: Floats
    bounded: tuple[bool, bool, bool, bool] = (False, False, False, False)
    paper: Colour = WHITE
    kind: str = ""
    notes: dict[str, float] = field(default_factory=dict)

    @property
    def corners(self) -> Floats:
        """The page's corners in the picture, (4, 2) float64, clockwise from the top left."""
        height, width = self.page.shape[:2]
        return warped(np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64), self.matrix)


def warped(points: Floats, matrix: Floats) -> Floats:
    """Points (n, 2) seen through a homography."""
    made = np.concatenate([points, np.ones((len(points), 1))], 1) @ matrix.T
    return np.asarray(made[:, :2] / made[:, 2:], np.float64)


def linear(values: NDArray[np.floating] | Pixels) -> Floats:
    """sRGB, 0 to 255, as light in [0, 1]."""
    v = np.asarray(values, np.float64) / 255
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


def encoded(light: Floats) -> Floats:
    """Light as sRGB, 0 to 255."""
    v = np.clip(light, 0, 1)
    return np.asarray(255 * np.where(v <= 0.0031308, 12.92 * v, 1.055 * v ** (1 / 2.4) - 0.055), np.float64)


def on_paper(page: Pixels, paper: Colour) -> Floats:
    """A page printed on paper, as light: white becomes the paper's colour."""
    return np.asarray(linear(page) * linear(np.array(paper)), np.float64)


def turned(width: int, height: int, degrees: float, about: tuple[float, float], to: tuple[float, float]) -> Floats:
    """Turns a page clockwise about a point of it, and moves that point."""
    a = np.radians(degrees)
    turn = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    before, after = np.eye(3), np.eye(3)
    before[:2, 2] = -np.array(about)
    after[:2, 2] = to
    return np.asarray(after @ turn @ before, np.float64)


def seen(
    width: int, height: int, size: tuple[int, int], rng: Generator, share: float, tilt: float, degrees: float
) -> Floats:
    """A pinhole camera over a page: from page to picture.

    Args:
        width, height: of the page.
        size: (W, H) of the picture.
        rng: for the direction in which the phone leans.
        share: how much of the picture's height or width the page fills.
        tilt: how far the phone leans, in degrees.
        degrees: how far the page is turned.
    """
    focal = 0.8 * max(size)
    way = rng.uniform(0, 2 * np.pi)
    lean, _ = cv2.Rodrigues(np.radians(tilt) * np.array([np.cos(way), np.sin(way), 0.0]))
    flat = turned(width, height, degrees, (width / 2, height / 2), (0, 0))
    distance = focal * max(width / size[0], height / size[1]) / share
    place = lean @ np.array([[1, 0, 0], [0, 1, 0], [0, 0, 0]], np.float64) @ flat  # z = 0 lies in the page
    place[2] += distance * np.array([0, 0, 1.0])
    camera = np.array([[focal, 0, size[0] / 2], [0, focal, size[1] / 2], [0, 0, 1]])
    made = camera @ place
    return np.asarray(made / made[2, 2], np.float64)


def smooth_noise(rng: Generator, shape: tuple[int, int], sigma: tuple[float, float]) -> Floats:
    """Noise with blobs of some size (across, down), mean 0 and standard deviation 1."""
    small = tuple(max(4, round(s / max(1.0, g / 3))) for s, g in zip(shape, sigma[::-1], strict=True))
    made = cv2.GaussianBlur(rng.normal(0, 1, small), (0, 0), 1.5)
    made = cv2.resize(made, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray((made - made.mean()) / (made.std() + 1e-9), np.float64)


def desk(kind: str, rng: Generator, size: tuple[int, int]) -> Floats:
    """What a page lies on, as light (H, W, 3)."""
    width, height = size
    shape = (height, width)
    if kind == "wood":
        grain = smooth_noise(rng, shape, (width / 3, 6)) * 16 + smooth_noise(rng, shape, (width / 5, 2)) * 7
        made = np.array([142, 98, 62.0]) + grain[..., None] * np.array([1, 0.8, 0.6])
    elif kind == "dark":
        made = np.array([48, 46, 50.0]) + smooth_noise(rng, shape, (40, 40))[..., None] * 4
    elif kind == "cloth":
        weave = 8 * np.sin(np.arange(width) * 0.9)[None] + 8 * np.sin(np.arange(height) * 0.9)[:, None]
        made = np.array([88, 104, 140.0]) + weave[..., None] + smooth_noise(rng, shape, (120, 90))[..., None] * 12
    elif kind == "mat":
        made = np.tile(np.array([36, 96, 78.0]), (height, width, 1))
        step = max(20, width // 18)
        made[::step], made[:, ::step] = (190, 214, 190), (190, 214, 190)
    elif kind == "white":
        made = np.array([205, 203, 200.0]) + smooth_noise(rng, shape, (200, 160))[..., None] * 5
    else:
        made = desk("wood", rng, size)
        made = encoded(made)
        for _ in range(7):  # other sheets, pens and cups
            middle = (float(rng.uniform(0, width)), float(rng.uniform(0, height)))
            sides = (float(rng.uniform(0.05, 0.4) * width), float(rng.uniform(0.02, 0.25) * height))
            corners = cv2.boxPoints((middle, sides, float(rng.uniform(0, 180)))).astype(np.int32)
            colour = rng.uniform(30, 235, 3)
            cv2.fillPoly(made, [corners], colour.tolist(), cv2.LINE_AA)
    return linear(np.clip(made, 0, 255))


def lamp(rng: Generator, size: tuple[int, int], depth: float, warm: float = 0.0) -> Floats:
    """Uneven light, (H, W, 3), 1 at its brightest: a slope, a falling off to the rim, and perhaps a warm side."""
    width, height = size
    turn = rng.uniform(0, 2 * np.pi)
    yy, xx = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    slope = (xx * np.cos(turn) + yy * np.sin(turn)) / 1.41
    light = 1 - depth * (0.5 - 0.5 * slope) - 0.35 * depth * (xx**2 + yy**2) / 2
    tint = np.array([1, 1 - 0.35 * warm, 1 - warm])
    return np.asarray(light[..., None] * (tint + (1 - tint) * 0.3 * slope[..., None]), np.float64)


def shadow(rng: Generator, size: tuple[int, int], depth: float, soft: float) -> Floats:
    """The soft shadow of a hand or a phone that comes in from a side, (H, W, 3), 1 where there is none.

    Args:
        rng: for its place and shape.
        size: (W, H).
        depth: light that is missing in it.
        soft: width of its edge, in shares of the picture's width.
    """
    width, height = size
    made = np.zeros((height, width), np.float32)
    side, at = rng.uniform(0, 2 * np.pi), rng.uniform(0.3, 0.6)
    x, y = width / 2 + np.cos(side) * at * width, height / 2 + np.sin(side) * at * height
    if rng.random() < 0.5:
        box = cv2.boxPoints(((x, y), (0.55 * width, 0.6 * height), float(rng.uniform(-40, 40))))
        cv2.fillPoly(made, [box.astype(np.int32)], 1.0)
    else:
        for k in range(4):  # fingers and a palm
            spread = side + np.pi + (k - 1.5) * 0.22
            tip = (round(x + np.cos(spread) * 0.33 * width), round(y + np.sin(spread) * 0.33 * width))
            cv2.line(made, (round(x), round(y)), tip, 1.0, round(0.075 * width))
        cv2.circle(made, (round(x), round(y)), round(0.19 * width), 1.0, -1)
    made = cv2.GaussianBlur(made, (0, 0), soft * width)
    tint = np.array([1.05, 1.0, 0.94])  # in the shadow the sky lights, and is blue
    return np.asarray(1 - np.clip(depth * made[..., None] * tint, 0, 0.9), np.float64)


def laid(page: Floats, matrix: Floats, ground: Floats, edge: float) -> Floats:
    """A page's light laid over a ground, with the thin shadow that its edge throws."""
    height, width = ground.shape[:2]
    centres = (
        np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]]) @ matrix @ np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    )
    fine = cv2.warpPerspective(page, centres, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    cover = np.zeros((height, width), np.uint8)
    h, w = page.shape[:2]
    corners = warped(np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float64), matrix)
    cv2.fillPoly(cover, [np.round((corners - 0.5) * 256).astype(np.int32)], 255, cv2.LINE_AA, 8)
    alpha = cover[..., None] / 255
    dark = cv2.GaussianBlur(cover / 255.0, (0, 0), max(1.0, 0.004 * width))
    dark = 1 - edge * np.roll(dark, (round(0.003 * width), round(0.002 * width)), (0, 1))
    return np.asarray(alpha * np.clip(fine, 0, 1) + (1 - alpha) * ground * dark[..., None], np.float64)


def taken(light: Floats, rng: Generator, noise: float, quality: int) -> Pixels:
    """What a sensor and a JPEG make of light: noise in 8-bit levels, then the packing."""
    values = encoded(light)
    values = np.clip(values + rng.normal(0, noise, values.shape), 0, 255).round().astype(np.uint8)
    done, packed = cv2.imencode(".jpg", values[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    return np.ascontiguousarray(cv2.imdecode(packed, cv2.IMREAD_COLOR)[..., ::-1])


def scan(page: Pixels, rng: Generator, skew: float, paper: Colour = WHITE, depth: float = 0.1) -> Degraded:
    """A sheet that is larger than the scanner's bed: turned, shaded, no edge in sight."""
    height, width = page.shape[:2]
    m = round(0.06 * max(height, width))
    size = (width + 2 * m, height + 2 * m)
    matrix = turned(width, height, skew, (width / 2, height / 2), (size[0] / 2, size[1] / 2))
    sheet = np.tile(linear(np.array(paper)), (size[1], size[0], 1))
    light = laid(on_paper(page, paper), matrix, sheet, 0.0) * lamp(rng, size, depth)
    return Degraded(taken(light, rng, 4, 88), page, matrix, paper=paper, kind="scan", notes={"skew": skew})


def bands(page: Pixels, rng: Generator, skew: float, dark: bool) -> Degraded:
    """A sheet on a scanner's bed: black or grey bands on one to four sides, the lid's shadow on one."""
    height, width = page.shape[:2]
    sides = rng.random(4) < 0.6
    sides[int(rng.integers(4))] = True
    drop = np.abs(np.tan(np.radians(skew))) * max(height, width)
    wide = np.where(sides, rng.uniform(0.02, 0.06, 4) * width + drop, -0.6 * drop)
    left, top, right, bottom = wide.tolist()
    size = (round(width + left + right), round(height + top + bottom))
    middle = ((left + size[0] - right) / 2, (top + size[1] - bottom) / 2)
    matrix = turned(width, height, skew, (width / 2, height / 2), middle)
    bed = rng.uniform(6, 40) if dark else rng.uniform(150, 200)
    ground = linear(np.clip(bed + smooth_noise(rng, (size[1], size[0]), (60, 60))[..., None] * np.ones(3) * 2, 0, 255))
    light = laid(on_paper(page, WHITE), matrix, ground, 0.25)
    fall = 1 - 0.35 * np.exp(-np.arange(size[0]) / (0.06 * width))  # the lid does not press the sheet down here
    light = light * (fall if rng.random() < 0.5 else fall[::-1])[None, :, None]
    bounded = (bool(sides[0]), bool(sides[1]), bool(sides[2]), bool(sides[3]))
    return Degraded(taken(light, rng, 3, 90), page, matrix, bounded, kind="bands", notes={"skew": skew})


def photo(
    page: Pixels,
    rng: Generator,
    on: str,
    paper: Colour = WHITE,
    tilt: float = 15,
    degrees: float = 4,
    share: float = 0.85,
    shade: float = 0.3,
    cast: float = 0.0,
    warm: float = 0.08,
) -> Degraded:
    """A phone's photo of a page on a desk.

    Args:
        page: (h, w, 3) uint8 RGB.
        rng: for everything that is not given.
        on: one of `DESKS`.
        paper: its colour.
        tilt: how far the phone leans, in degrees.
        degrees: how far the page is turned.
        share: how much of the picture the page fills; above 1 no edge is in sight.
        shade: how much darker the dark side is.
        cast: depth of a hand's or phone's shadow; 0: none.
        warm: how far blue falls off.
    """
    height, width = page.shape[:2]
    size = (round(width * 1.15), round(width * 1.15 * 4 / 3)) if height >= width else (round(height * 1.5), height)
    matrix = seen(width, height, size, rng, share, tilt, degrees)
    light = laid(on_paper(page, paper), matrix, desk(on, rng, size), 0.45) * lamp(rng, size, shade, warm)
    if cast:
        light = light * shadow(rng, size, cast, rng.uniform(0.02, 0.05))
    inside = (share <= 1,) * 4
    picture = taken(cv2.GaussianBlur(light, (0, 0), 0.5), rng, 4, 85)
    return Degraded(picture, page, matrix, inside, paper, "photo", {"tilt": tilt})


CASES = ("scan", "yellow scan", "bands", "photo", "photo, shadow", "photo, yellow", "photo, close")


def degrade(page: Pixels, case: str, seed: int) -> Degraded:
    """A page as one of `CASES`; the same bytes every time."""
    rng = np.random.default_rng([seed, CASES.index(case)])
    skew = float(rng.uniform(-6, 6))
    on = DESKS[seed % len(DESKS)]
    if case == "scan":
        made = scan(page, rng, skew)
    elif case == "yellow scan":
        made = scan(page, rng, skew, YELLOW, 0.2)
    elif case == "bands":
        made = bands(page, rng, skew / 2, seed % 3 != 2)
    elif case == "photo":
        made = photo(page, rng, on, tilt=rng.uniform(5, 28), degrees=skew * 1.5, share=rng.uniform(0.7, 0.9))
    elif case == "photo, shadow":
        made = photo(page, rng, on, tilt=rng.uniform(3, 15), degrees=skew, share=0.85, cast=rng.uniform(0.3, 0.6))
    elif case == "photo, yellow":
        made = photo(page, rng, on, YELLOW, tilt=rng.uniform(5, 20), degrees=skew, share=0.8, warm=0.15)
    else:
        cast = rng.uniform(0.25, 0.5) if seed % 2 else 0.0
        made = photo(page, rng, on, tilt=rng.uniform(2, 8), degrees=skew / 2, share=1.2, shade=0.4, cast=cast)
    made.kind = case
    return made
