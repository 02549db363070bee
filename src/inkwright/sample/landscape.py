"""One valley that every embedded style paints in its own way: what stands where, how it is lit, which way it flows.

Sun and clouds over mountains, a village with a church, a river, fields of wheat and lavender, poppies, a cypress.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.images import Floats
from inkwright.sample.pen import Corners, Points, curve, oval, path

WIDTH, HEIGHT = 768, 512


@dataclass(frozen=True)
class Region:
    """One thing in the picture; later regions stand in front of earlier ones.

    Attributes:
        name: such as "sky" or "roof".
        mask: (H, W) float32, 1 inside, with soft edges.
        shade: (H, W) float32 in [0, 1], 0 fully lit, 1 in shadow.
        flow: (H, W) float32, the way of brush strokes in radians.
    """

    name: str
    mask: Floats
    shade: Floats
    flow: Floats


def grid() -> tuple[Floats, Floats]:
    """x and y of every pixel, (H, W) float32 each."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    return x, y


def noise(seed: int, size: float, shape: tuple[int, int] = (HEIGHT, WIDTH)) -> Floats:
    """Smooth noise, (H, W) float32, mean 0 and spread 1, with spots of about `size` pixels."""
    rng = np.random.default_rng(seed)
    step = max(1.0, size / 2)
    small = max(2, math.ceil(shape[0] / step)), max(2, math.ceil(shape[1] / step))
    made = cv2.resize(
        cv2.GaussianBlur(rng.standard_normal(small, np.float32), (0, 0), 1.0),
        shape[::-1],
        interpolation=cv2.INTER_CUBIC,
    )
    return np.asarray((made - made.mean()) / (made.std() + 1e-6), np.float32)


def mask_of(*shapes: Corners) -> Floats:
    """(H, W) float32 that is 1 inside any of the outlines."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    for shape in shapes:
        cv2.fillPoly(mask, [np.round(np.asarray(shape, np.float64) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return np.asarray(mask, np.float32) / np.float32(255)


def below(heights: Corners) -> Points:
    """The outline of all that lies below a smooth line."""
    return np.concatenate([curve(heights), [(WIDTH + 9.0, HEIGHT + 9.0), (-9.0, HEIGHT + 9.0)]])


def around(mask: Floats, smooth: float = 6.0) -> Floats:
    """The flow that follows a region's outline."""
    inside = cv2.distanceTransform((mask > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    inside = cv2.GaussianBlur(inside, (0, 0), smooth)
    way = np.arctan2(cv2.Sobel(inside, cv2.CV_32F, 1, 0), -cv2.Sobel(inside, cv2.CV_32F, 0, 1))
    return np.asarray(way, np.float32)


def towards(x0: float, y0: float) -> Floats:
    """The flow of furrows that meet at a point."""
    x, y = grid()
    return np.asarray(np.arctan2(y - y0, x - x0), np.float32)


def _region(
    name: str, shapes: list[Corners], shade: NDArray[np.floating], flow: NDArray[np.floating] | float | None = None
) -> Region:
    mask = mask_of(*shapes)
    way = around(mask) if flow is None else np.full(mask.shape, flow, np.float32)
    return Region(name, mask, np.clip(shade, 0, 1).astype(np.float32), np.asarray(way, np.float32))


SUN = (545.0, 112.0)


def _air() -> list[Region]:
    x, y = grid()
    far = np.hypot(x - SUN[0], (y - SUN[1]) * 1.25)
    everywhere: Corners = [(-9, -9), (WIDTH + 9, -9), (WIDTH + 9, HEIGHT + 9), (-9, HEIGHT + 9)]
    # Strokes circle the sun and roll like surf everywhere else.
    roll = 0.16 * np.sin(x / 70 + 1.6 * np.sin(y / 47)) + 0.35 * np.sin(y / 31 + x / 130)
    wheel = np.arctan2(x - SUN[0], -(y - SUN[1]))
    near = np.exp(-((far / 190) ** 2))
    flow = 0.5 * np.arctan2(
        near * np.sin(2 * wheel) + (1 - near) * np.sin(2 * roll),
        near * np.cos(2 * wheel) + (1 - near) * np.cos(2 * roll),
    )
    sky = np.clip((far - 40) / 450, 0, 1) ** 0.72
    clouds: list[Corners] = [
        _puff(150, 104, 118, 34),
        _puff(300, 62, 92, 24),
        _puff(392, 160, 96, 20),
        _puff(705, 66, 74, 24),
        _puff(680, 176, 88, 16),
    ]
    return [
        _region("sky", [everywhere], sky, flow),
        _region("glow", [oval(*SUN, 92)], far / 92 - 0.35, flow),
        _region("sun", [oval(*SUN, 44)], far / 70, flow),
        _region("cloud", clouds, np.clip((y - 60 - 26 * np.sin(x / 60)) / 120 + 0.1 * noise(3, 40), 0, 1), roll * 1.4),
    ]


def _puff(x: float, y: float, rx: float, ry: float) -> Points:
    bumps = path("-1,0.5 -0.86,-0.1 -0.5,-0.3 -0.3,-0.86 0.1,-0.7 0.3,-1 0.62,-0.4 0.86,-0.28 1,0.4 0.3,0.62 -0.4,0.5")
    return curve([(x + a * rx, y + b * ry) for a, b in bumps], True, 6)


def _hills() -> list[Region]:
    x, y = grid()
    peaks = path("-9,214 60,186 128,142 178,172 236,128 300,186 356,168 420,208 500,196 590,214 690,178 777,200")
    rolling = path("-9,240 90,220 200,226 330,236 450,222 580,236 690,216 777,232")
    meadow = path("-9,262 120,268 240,262 350,276 470,300 560,306 660,280 777,268")
    light = np.sin(x / 38 + y / 60)
    return [
        _region(
            "mountain",
            [below(peaks)],
            0.5 + 0.42 * np.sign(np.sin(x / 27 + y / 34)) * np.exp(-((y - 170) ** 2) / 4000) + 0.1 * light,
        ),
        _region("hill", [below(rolling)], (y - 214) / 62 + 0.16 * light, 0.24 * np.sin(x / 74)),
        _region(
            "meadow", [below(meadow)], 0.1 + (y - 260) / 180 + 0.2 * np.sin(x / 55 + 1), 0.22 * np.sin(x / 90 + 0.6)
        ),
    ]


def _village() -> list[Region]:
    x, y = grid()
    walls: list[Corners] = []
    roofs: list[Corners] = []
    sides: list[Corners] = []
    panes: list[Corners] = []
    for left, floor, w, h in (
        (150, 286, 46, 26),
        (206, 292, 38, 30),
        (284, 290, 50, 28),
        (338, 300, 40, 24),
        (176, 312, 52, 28),
        (262, 318, 44, 26),
    ):
        walls.append([(left, floor - h), (left + w, floor - h), (left + w, floor), (left, floor)])
        sides.append([(left + 0.68 * w, floor - h), (left + w, floor - h), (left + w, floor), (left + 0.68 * w, floor)])
        roofs.append(
            [
                (left - 5, floor - h + 2),
                (left + 0.3 * w, floor - h - 20),
                (left + 0.82 * w, floor - h - 20),
                (left + w + 5, floor - h + 2),
            ]
        )
        for k in (0.14, 0.42):
            panes.append(
                [
                    (left + k * w, floor - 0.7 * h),
                    (left + (k + 0.13) * w, floor - 0.7 * h),
                    (left + (k + 0.13) * w, floor - 0.3 * h),
                    (left + k * w, floor - 0.3 * h),
                ]
            )
    walls.append([(246, 292), (246, 214), (268, 214), (268, 292)])
    sides.append([(260, 292), (260, 214), (268, 214), (268, 292)])
    panes.append(path("251,236 251,226 256,221 260,226 260,236"))
    return [
        _region("wall", walls, 0.12 + (y - 262) / 200, math.pi / 2),
        _region("wallshade", sides, 0.55 + (y - 262) / 160, math.pi / 2),
        _region("roof", roofs, 0.2 + 0.5 * (np.sin(x / 15) > 0.2) + (y - 270) / 120, 0.1),
        _region("spire", [[(241, 216), (257, 158), (273, 216)]], (x - 246) / 22, math.pi / 2),
        _region("pane", panes, np.full_like(x, 0.6), math.pi / 2),
    ]


def _fields() -> list[Region]:
    x, y = grid()
    wheat = curve(path("470,304 560,296 660,276 777,266 777,352 640,362 500,352 440,330"), True, 6)
    lavender = curve(path("444,352 560,360 680,352 790,340 800,540 640,560 520,540 400,470"), True, 6)
    river = curve(
        path(
            "430,262 388,286 410,314 398,344 330,380 330,430 250,530 470,540 440,452 430,402 "
            "462,352 448,316 420,290 444,264"
        ),
        True,
        6,
    )
    soil = curve(path("-9,336 120,330 240,338 350,352 340,390 200,396 -9,402"), True, 6)
    poppies = curve(path("-9,392 90,380 200,376 300,386 334,404 322,440 268,520 -9,530"), True, 6)
    rows = np.arctan2(y - 250, x - 610)
    return [
        _region(
            "wheat",
            [wheat],
            0.35 + 0.3 * np.sin(np.arctan2(y - 236, x - 470) * 34) + (y - 320) / 160,
            towards(470, 236),
        ),
        _region("lavender", [lavender], 0.42 + 0.42 * np.sin(rows * 22) + (y - 430) / 400, towards(610, 250)),
        _region(
            "soil", [soil], 0.3 + 0.3 * np.sin((y - 0.06 * x) / 3.4) + (y - 340) / 150, 0.05 + 0.1 * np.sin(x / 80)
        ),
        _region(
            "river", [river], 0.35 + 0.3 * np.sin(y / 7 + 2 * np.sin(x / 31)) + (y - 400) / 420, 0.06 * np.sin(x / 20)
        ),
        _region("bank", [poppies], 0.25 + (y - 380) / 150 + 0.25 * noise(5, 26), -1.2 + 0.3 * np.sin(x / 40)),
    ]


def _growth() -> list[Region]:
    x, y = grid()
    rng = np.random.default_rng(8)
    bushes = [
        oval(px, py, r, 0.7 * r)
        for px, py, r in ((36, 262, 30), (84, 270, 20), (386, 270, 15), (404, 262, 11), (730, 262, 26), (470, 292, 12))
    ]
    dots = []
    for _ in range(190):
        t = rng.random()
        px, py = rng.uniform(-5, 320 - 60 * t), 386 + 134 * t
        dots.append(oval(px, py, 3 + 7.0 * t * rng.uniform(0.7, 1.2), 2.4 + 5.5 * t))
    flame = path(
        "96,520 60,470 48,400 66,330 60,262 84,190 88,120 106,44 120,118 140,190 138,262 "
        "156,330 150,404 160,464 128,520"
    )
    crown = path("600,296 588,250 618,214 650,196 690,204 722,230 734,270 714,306 670,320 628,318")
    trunk = path("652,300 668,300 672,352 684,372 642,372 654,350")
    rise = math.pi / 2 + 0.3 * np.sin(y / 26 + x / 30)
    turn = np.arctan2(x - 655, -(y - 250))
    return [
        _region("bush", list(bushes), (y - 250) / 40 + 0.1 * noise(6, 12)),
        _region("poppy", list(dots), 0.25 + 0.3 * noise(7, 8)),
        _region("trunk", [trunk], (x - 645) / 30, math.pi / 2),
        _region("tree", [curve(crown, True, 8)], np.hypot(x - 636, y - 224) / 105 + 0.14 * noise(9, 22), turn),
        _region("cypress", [curve(flame, True, 8)], 0.3 + (x - 78) / 90 + 0.22 * np.sin(y / 19 + x / 12), rise),
    ]


def landscape() -> list[Region]:
    """All regions, from back to front; (512, 768) each."""
    return [*_air(), *_hills(), *_fields()[:4], *_village(), *_fields()[4:], *_growth()]


Ramps = dict[str, str]
"""Region → its colours from light to shadow, at least two: "fff4d0 285c96"."""


def colour(text: str) -> Floats:
    """A colour as six hexadecimal digits → (3,) float32 RGB in [0, 1]."""
    return np.asarray(np.frombuffer(bytes.fromhex(text), np.uint8), np.float32) / np.float32(255)


def ramped(ramp: str, shade: Floats) -> Floats:
    """The colours of a ramp at `shade` (H, W) in [0, 1], as (H, W, 3) float32 RGB in [0, 1]."""
    table = np.stack([colour(text) for text in ramp.split()])
    at = shade * (len(table) - 1)
    k = np.clip(at.astype(int), 0, len(table) - 2)
    return np.asarray(table[k] + (table[k + 1] - table[k]) * (at - k)[..., None], np.float32)


def composed(ramps: Ramps, regions: list[Region]) -> tuple[Floats, Floats]:
    """The picture in smooth colour, before any technique.

    Returns:
        (H, W, 3) float32 RGB in [0, 1], and the flow (H, W) of what stands in front.
    """
    colour = np.ones((HEIGHT, WIDTH, 3), np.float32)
    flow = np.zeros((HEIGHT, WIDTH), np.float32)
    for region in regions:
        colour += (ramped(ramps[region.name], region.shade) - colour) * region.mask[..., None]
        flow = np.where(region.mask > 0.5, region.flow, flow)
    return colour, flow


def labels(regions: list[Region]) -> NDArray[np.uint8]:
    """Which region stands in front at each pixel, (H, W) uint8."""
    front = np.zeros((HEIGHT, WIDTH), np.uint8)
    for k, region in enumerate(regions):
        front[region.mask > 0.5] = k
    return front


def contours(front: NDArray[np.uint8], width: float, seed: int, skip: tuple[int, ...] = ()) -> Floats:
    """Pen lines of uneven weight where two regions meet, (H, W) float32 in [0, 1].

    Args:
        front: from `labels`.
        width: mean width of a line in pixels.
        seed: of the hand.
        skip: labels that get no outline.
    """
    big = cv2.resize(front, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
    drawn = np.zeros(big.shape, np.uint8)
    rng = np.random.default_rng(seed)
    for k in np.unique(front).tolist():
        if k in skip:
            continue
        area = cv2.GaussianBlur((big == k).astype(np.float32), (0, 0), 2.2)
        found, _ = cv2.findContours((area > 0.5).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        for line in found:
            for j in range(0, len(line), 9):
                thick = max(1, round(2 * width * rng.uniform(0.6, 1.3)))
                cv2.polylines(drawn, [line[j : j + 11]], False, 255, thick, cv2.LINE_AA)
    return np.asarray(cv2.resize(drawn, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.float32) / np.float32(255)
