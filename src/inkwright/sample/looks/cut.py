"""Looks that are cut or engraved: woodcut, linocut, engraving, scratchboard, cut paper, mosaic, embroidery."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from inkwright.images import Floats, Pixels, to_float, to_uint8
from inkwright.sample.gouache import RAMPS
from inkwright.sample.landscape import HEIGHT, WIDTH, Region, composed, contours, grid, noise
from inkwright.sample.looks.tools import (
    Valley,
    done,
    lines,
    over,
    recoloured,
    ruled,
    sheet,
    step,
    stepped,
    streaks,
    strewn,
    tooth,
    valley,
)


def woodcut() -> Pixels:
    """A black-line woodcut: wedge-shaped gouge cuts follow every form, heavy blacks with the grain of the plank."""
    scene = valley()
    dark = 1 - np.asarray(cv2.GaussianBlur(scene.light, (0, 0), 2), np.float32)
    made = sheet((243, 232, 208), 301, 0.014)
    gap = 7.5
    far = ruled(scene, gap, 0, 302, 30, 1.6)
    taper = 0.26 * streaks(scene.angle, 46, 303, 3)  # a cut begins thin, widens and runs out
    cover = np.clip(1.32 * dark - 0.02 + taper * np.clip(4 * dark * (1 - dark), 0, 1), 0, 1.4)
    cover = np.where(dark < 0.1, 0, np.where(dark > 0.8, 1.3, cover)).astype(np.float32)
    key = lines(far, cover, gap)
    key = np.maximum(key, step(contours(scene.front, 2.6, 304, (0,)), 0.4, 0.5))
    x, _ = grid()
    grain = streaks(np.full_like(x, 0.02), 90, 305, 1.4)
    starved = np.maximum(step(grain, 1.75, 0.5), step(tooth(306, 1.5), 0.985, 0.02))
    # Ridges that the gouge left standing in the cleared parts.
    chatter = lines(ruled(scene, 11.0, 8, 307, 30, 2.4), 0.16, 11.0) * step(streaks(scene.angle, 40, 308, 3), 1.0, 0.4)
    key = np.maximum(key, 0.9 * chatter * (dark < 0.3))
    return done(over(made, (24, 20, 20), np.clip(key * (1 - 0.85 * starved), 0, 1) * 0.97))


def linocut() -> Pixels:
    """A reduction linocut in five inks: flat shapes, gouge marks along every edge of a tone, slightly off register."""
    scene = valley()
    made = sheet((248, 240, 222), 311, 0.01)
    palette = ((246, 200, 84), (232, 104, 72), (70, 160, 150), (30, 84, 112), (20, 28, 48))
    colour = np.asarray(cv2.GaussianBlur(scene.colour, (0, 0), 1.6), np.float32)
    colour = to_float(np.asarray(cv2.medianBlur(to_uint8(colour), 7), np.uint8))
    table = np.asarray(np.array([(248, 240, 222), *palette]) / 255, np.float32)
    nearest = _nearest_paint(colour, table)
    cut = ruled(scene, 8.0, 0, 312, 20, 1.4)
    fray = streaks(scene.angle, 30, 313, 2.5)
    for k in range(1, len(table)):
        block = (nearest == k).astype(np.float32)
        inside = cv2.distanceTransform(block.astype(np.uint8), cv2.DIST_L2, 5)
        comb = lines(cut, np.clip(0.25 + inside / 15 + 0.14 * fray, 0, 1.3), 8.0)  # cuts run in from the edge
        part = np.asarray(cv2.GaussianBlur(block, (0, 0), 0.9), np.float32) * np.where(inside < 15, comb, 1)
        dx, dy = ((0, 0), (1.2, -0.8), (-1.0, 0.6), (0.5, 1.0), (0, 0), (-0.4, 0.2))[k]
        moved = cv2.warpAffine(part, np.array([[1, 0, dx], [0, 1, dy]], np.float32), (WIDTH, HEIGHT))
        salt = step(tooth(314 + k, 1.3), 0.965, 0.03)
        made = over(made, table[k], np.asarray(moved, np.float32) * (1 - 0.75 * salt))
    line = step(contours(scene.front, 1.9, 320, (0, 1)), 0.45, 0.4)
    return done(over(made, (20, 28, 48), line * (1 - 0.7 * step(tooth(321, 1.3), 0.96, 0.03))))


def _nearest_paint(colour: Floats, table: Floats) -> NDArray[np.intp]:
    """(H, W) the index of the nearest paint; lightness counts less than hue, or all shadows would be navy."""
    turn = np.array([[0.5, 0.5, 0.5], [0.9, -0.9, 0.0], [0.45, 0.45, -0.9]], np.float32).T
    return np.asarray(((colour[:, :, None] @ turn - table @ turn) ** 2).sum(-1).argmin(-1))


def engraving() -> Pixels:
    """A steel engraving: ruled lines that swell with the shade and bend over forms, crossed where it is dark."""
    scene = valley()
    dark = (1 - scene.light) ** 0.95
    made = sheet((246, 240, 224), 331, 0.01)
    gap = 4.4
    key = lines(ruled(scene, gap, 0, 332, 22, 0.35), np.clip(1.0 * dark + 0.03, 0, 0.86) * (dark > 0.05), gap)
    for turn, start, seed in ((62, 0.42, 333), (-40, 0.66, 334), (20, 0.82, 335)):
        more = np.clip(0.95 * (dark - start) + 0.08, 0, 0.7) * (dark > start)
        key = np.maximum(key, lines(ruled(scene, gap, turn, seed, 18, 0.35), more.astype(np.float32), gap))
    key = np.maximum(key, 0.95 * step(contours(scene.front, 1.0, 336, (0, 1)), 0.4, 0.5))
    return done(over(made, (30, 26, 26), 0.95 * key))


def scratchboard() -> Pixels:
    """Scratchboard: white lines scratched out of black, closer and crossed where there is more light."""
    scene = valley()
    light = scene.light**1.25
    made = sheet((17, 17, 20), 341, 0.02)
    gap = 4.8
    start = streaks(scene.angle, 34, 342, 2)
    width = np.clip(0.74 * light + 0.1 * start * np.sqrt(light), 0, 0.9) * (light > 0.06)
    key = lines(ruled(scene, gap, 0, 343, 24, 0.9), width.astype(np.float32), gap)
    for turn, begin, seed in ((55, 0.55, 344), (-35, 0.82, 345)):
        more = np.clip(0.9 * (light - begin), 0, 0.6).astype(np.float32)
        key = np.maximum(key, lines(ruled(scene, gap, turn, seed, 20, 0.9), more, gap))
    rim = step(contours(scene.front, 1.0, 346, (0, 1)), 0.4, 0.5)
    dark = np.asarray(cv2.GaussianBlur(scene.light, (0, 0), 6), np.float32)
    key = np.where(dark < 0.6, np.maximum(key, rim), key * (1 - rim)).astype(np.float32)
    return done(over(made, (240, 238, 230), 0.96 * key))


def cut_paper() -> Pixels:
    """Cut paper in layers: flat sheets with fibres and straight scissor cuts, each casting a shadow on the next."""
    scene = valley()
    ramps = recoloured(RAMPS, 1.1, 0.04)
    x, _ = grid()
    made = sheet((230, 240, 240), 351)
    layers: list[tuple[Floats, Floats]] = []
    for n, region in enumerate(scene.regions):
        soft = np.asarray(cv2.GaussianBlur(region.shade, (0, 0), 5), np.float32)
        for level, tone in ((-1.0, 0.12), (0.36, 0.5), (0.66, 0.86)):
            mask = region.mask * (soft > level)
            if mask.sum() > 60:
                plain = Region(region.name, region.mask, np.full_like(soft, tone), region.flow)
                colour = composed(ramps, [plain])[0][np.unravel_index(int(region.mask.argmax()), mask.shape)]
                layers.append((_snipped(mask, 352 + n), np.asarray(colour, np.float32)))
    fibre = 0.02 * noise(390, 1.6) + 0.016 * streaks(np.full_like(x, 0.6), 22, 391, 1.0)
    for n, (mask, colour) in enumerate(layers):
        shadow = cv2.warpAffine(mask, np.array([[1, 0, 3.0], [0, 1, 4.0]], np.float32), (WIDTH, HEIGHT))
        shadow = np.asarray(cv2.GaussianBlur(shadow, (0, 0), 3.0), np.float32)
        made = made * (1 - 0.42 * np.clip(shadow, 0, 1)[..., None])
        turned = np.roll(fibre, (37 * n % HEIGHT, 61 * n % WIDTH), (0, 1))
        edge = np.clip(mask - np.asarray(cv2.GaussianBlur(mask, (0, 0), 1.2), np.float32), 0, 0.4)
        made = made + (np.clip(colour + turned[..., None] + 0.5 * edge[..., None], 0, 1) - made) * mask[..., None]
    return done(made)


def _snipped(mask: Floats, seed: int) -> Floats:
    """A shape as scissors cut it: short straight cuts."""
    made = np.zeros((HEIGHT, WIDTH), np.uint8)
    found, tree = cv2.findContours((mask > 0.5).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    for k, line in enumerate(found):
        if cv2.contourArea(line) < 25:
            continue
        straight = cv2.approxPolyDP(line, 2.4, True)
        cv2.fillPoly(made, [straight * 16], 0 if tree[0][k][3] >= 0 else 255, cv2.LINE_AA, 4)
    return np.asarray(made, np.float32) / np.float32(255)


def mosaic() -> Pixels:
    """Mosaic: square stones in rows along every outline, bright and uneven, in pale mortar."""
    scene = valley()
    colour, _ = composed(recoloured(RAMPS, 1.25, 0.0, 1.05), list(scene.regions))
    way = np.asarray(scene.flow, np.float32)
    stone, edge = _stones(scene, way, 10.0)
    count = np.bincount(stone.ravel(), minlength=int(stone.max()) + 1)
    mean = np.stack([np.bincount(stone.ravel(), colour[..., k].ravel()) / np.maximum(count, 1) for k in range(3)], 1)
    rng = np.random.default_rng(361)
    mean = np.clip(mean * rng.normal(1, 0.1, (len(mean), 1)) + rng.normal(0, 0.025, mean.shape), 0.02, 1)
    tilt = rng.normal(0, 0.06, len(mean)).astype(np.float32)
    x, y = grid()
    face = mean[stone].astype(np.float32) * (1 + tilt[stone] * np.sin(x / 2.5 + y / 3.5))[..., None]
    face += (0.02 * noise(362, 1.5))[..., None]
    bevel = np.clip(edge / 2.2, 0, 1)
    face = face * (0.8 + 0.26 * bevel)[..., None]
    mortar = sheet((214, 204, 188), 363, 0.05, 1.5)
    return done(mortar + (face - mortar) * step(edge, 0.95, 0.8)[..., None])


def _stones(scene: Valley, way: Floats, side: float) -> tuple[NDArray[np.intp], Floats]:
    """Each pixel's stone, and its distance in pixels to the stone's edge; (H, W) each.

    Square cells: the nearest centre by the larger of two distances, along the way and across it (Hausner, 2001); the
    centres are moved to the middle of their cells a few times.
    """
    x, y = strewn(side, 364)
    u, v = np.cos(2 * way), np.sin(2 * way)
    u, v = (np.asarray(cv2.GaussianBlur(part, (0, 0), 4), np.float32) for part in (u, v))
    even = np.asarray(0.5 * np.arctan2(v, u), np.float32)
    gx, gy = grid()
    stone, first, second = np.zeros((HEIGHT, WIDTH), np.intp), gx, gx
    for _ in range(5):
        stone, first, second = _cells(scene, x, y, even, side)
        count = np.maximum(np.bincount(stone.ravel(), minlength=len(x)), 1)
        x = (np.bincount(stone.ravel(), gx.ravel(), len(x)) / count).astype(np.float32)
        y = (np.bincount(stone.ravel(), gy.ravel(), len(y)) / count).astype(np.float32)
    return stone, np.asarray((second - first) / 2, np.float32)


def _cells(scene: Valley, x: Floats, y: Floats, way: Floats, side: float) -> tuple[NDArray[np.intp], Floats, Floats]:
    """The nearest centre, and the distances to it and to the next one."""
    first = np.full((HEIGHT, WIDTH), 1e6, np.float32)
    second, stone = first.copy(), np.zeros((HEIGHT, WIDTH), np.intp)
    reach = math.ceil(2.2 * side)
    for k in range(len(x)):
        ix, iy = min(int(x[k]), WIDTH - 1), min(int(y[k]), HEIGHT - 1)
        x0, x1, y0, y1 = max(0, ix - reach), min(WIDTH, ix + reach), max(0, iy - reach), min(HEIGHT, iy + reach)
        dx = np.arange(x0, x1, dtype=np.float32)[None] - x[k]
        dy = np.arange(y0, y1, dtype=np.float32)[:, None] - y[k]
        c, s = math.cos(float(way[iy, ix])), math.sin(float(way[iy, ix]))
        far = np.maximum(np.abs(dx * c + dy * s), np.abs(dy * c - dx * s))
        far = far + 30 * (scene.front[y0:y1, x0:x1] != scene.front[iy, ix])
        near, next_ = first[y0:y1, x0:x1], second[y0:y1, x0:x1]
        closer = far < near
        next_[:] = np.where(closer, near, np.minimum(next_, far))
        near[closer] = far[closer]
        stone[y0:y1, x0:x1][closer] = k
    return stone, first, np.minimum(second, 1e5)


def embroidery() -> Pixels:
    """Embroidery: satin stitches side by side, each thread with its light, on linen."""
    scene = valley()
    colour = stepped(scene, recoloured(RAMPS, 1.2, 0.02), 4, 3.0)
    x, y = grid()
    weave = 1 + 0.06 * np.sin(x * 2 * np.pi / 3) * np.sin(y * 2 * np.pi / 3)
    linen = sheet((226, 214, 192), 371, 0.02) * weave[..., None]
    gap, length = 3.6, 24.0
    angle = scene.angle + np.float32(math.radians(64))
    across = (-x * np.sin(angle) + y * np.cos(angle)) / gap
    thread = np.round(across)
    along = (x * np.cos(angle) + y * np.sin(angle)) / length + 0.5 * (thread % 2) + 0.17 * np.sin(thread * 2.4)
    stitch = np.floor(along)
    round_ = np.cos((across - thread) * math.pi)  # the thread is round
    ends = np.minimum(along - stitch, 1 - along + stitch) * length
    rng = np.random.default_rng(372)
    shade = rng.normal(0, 0.075, 65536)[((thread * 131 + stitch * 977).astype(np.int64)) % 65536].astype(np.float32)
    twist = 0.07 * np.sin((x * np.cos(angle + 0.5) + y * np.sin(angle + 0.5)) * 2 * np.pi / 2.6)
    gloss = 0.58 + 0.5 * np.clip(round_, 0, 1) + twist + shade + 0.1 * np.cos((along - stitch - 0.5) * math.pi) - 0.06
    gloss *= 0.7 + 0.3 * np.clip(ends / 2.0, 0, 1)
    made = np.clip(colour * gloss[..., None], 0, 1)
    bare = np.isin(scene.front, [scene.number("glow"), scene.number("cloud")])
    hold = np.asarray(cv2.GaussianBlur(bare.astype(np.float32), (0, 0), 0.8), np.float32) * (scene.light > 0.86)
    made = made + (linen - made) * hold[..., None]
    cord = contours(scene.front, 1.7, 374, (0, 1))
    rope = 0.5 + 0.5 * np.sin((x + y) * 2 * np.pi / 5)
    return done(over(np.asarray(made, np.float32), (44, 36, 52), step(cord, 0.4, 0.4) * (0.75 + 0.25 * rope)))
