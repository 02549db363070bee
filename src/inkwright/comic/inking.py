"""Draws balloons and their letters onto a page: three times as large, then reduced, so that edges are smooth."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from inkwright.comic.balloon import Placed, Points, bubbles, outline, pen, tail
from inkwright.comic.text import LINE, Letters
from inkwright.images import Pixels

SUPERSAMPLE = 3
INK = (26, 23, 30)
PAPER = (254, 253, 249)
CAPTION_PAPER = (255, 246, 216)
SOUND_FILL = (255, 208, 48)

Mask = NDArray[np.uint8]


def draw(pixels: Pixels, balloon: Placed, letters: Letters) -> None:
    """Draws one balloon onto `pixels`, (H, W, 3) uint8, in place; what lies outside of the picture is cut off."""
    if balloon.kind == "sound":
        _draw_sound(pixels, balloon, letters)
        return
    parts = [outline(balloon)]
    trail = tail(balloon)
    if trail is not None:
        parts.append(trail)
    rings = bubbles(balloon)
    ends = np.concatenate([*parts, *[np.array([[x - r, y - r], [x + r, y + r]]) for x, y, r in rings]])
    canvas = _Canvas(pixels, ends, 3 * pen(balloon.size))
    body = canvas.mask()
    for part in parts:
        cv2.fillPoly(body, [canvas.points(part)], 255)
    for x, y, r in rings:
        centre = canvas.points(np.array([[x, y]]))[0]
        cv2.circle(body, (int(centre[0]), int(centre[1])), round(r * SUPERSAMPLE), 255, -1)
    ink = _dashes(canvas, body, balloon) if balloon.kind == "whisper" else _line(body, pen(balloon.size))
    if balloon.kind != "whisper":
        canvas.paint(ink, INK)
    canvas.paint(body, CAPTION_PAPER if balloon.kind == "caption" else PAPER)
    if balloon.kind == "whisper":
        canvas.paint(ink, INK)
    canvas.paint(_text_mask(canvas, balloon, letters), INK)


class _Canvas:
    """The part of the page around some points, three times as large."""

    def __init__(self, pixels: Pixels, ends: Points, margin: float) -> None:
        height, width = pixels.shape[:2]
        low, high = np.floor(ends.min(0) - margin), np.ceil(ends.max(0) + margin)
        self.x0, self.y0 = int(np.clip(low[0], 0, width)), int(np.clip(low[1], 0, height))
        x1, y1 = int(np.clip(high[0], self.x0, width)), int(np.clip(high[1], self.y0, height))
        self.part = pixels[self.y0 : y1, self.x0 : x1]

    def mask(self) -> Mask:
        return np.zeros((self.part.shape[0] * SUPERSAMPLE, self.part.shape[1] * SUPERSAMPLE), np.uint8)

    def points(self, xy: Points) -> NDArray[np.int32]:
        return np.round((xy - (self.x0, self.y0)) * SUPERSAMPLE).astype(np.int32)

    def paint(self, mask: Mask, colour: tuple[int, int, int]) -> None:
        height, width = self.part.shape[:2]
        if height == 0 or width == 0:
            return
        cover = cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA)[..., None].astype(np.float32) / 255
        mixed = self.part * (1 - cover) + np.array(colour, np.float32) * cover
        self.part[:] = (mixed + 0.5).astype(np.uint8)


def _line(body: Mask, width: float) -> Mask:
    """The body grown by the pen's width, a little heavier below and to the right, as if inked by hand."""
    if body.size == 0:
        return body
    away = cv2.distanceTransform(cv2.bitwise_not(body), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    height, width_px = body.shape
    slope = np.linspace(0, 1, height)[:, None] * 0.6 + np.linspace(0, 1, width_px)[None, :] * 0.4
    limit = width * SUPERSAMPLE * (0.82 + 0.36 * slope)
    return np.where(away <= limit, 255, 0).astype(np.uint8)


def _dashes(canvas: _Canvas, body: Mask, balloon: Placed) -> Mask:
    """The body's contour in dashes."""
    ink = canvas.mask()
    contours, _ = cv2.findContours(body, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    thick = max(1, round(pen(balloon.size) * SUPERSAMPLE))
    for contour in contours:
        ring = contour[:, 0, :].astype(np.float64)
        step = np.hypot(*np.diff(ring, axis=0, append=ring[:1]).T)
        way = np.concatenate([[0], np.cumsum(step)])[:-1]
        whole = float(step.sum())
        n = max(6, round(whole / (0.85 * balloon.size * SUPERSAMPLE)))
        for i in range(n):
            inside = (way >= i * whole / n) & (way <= (i + 0.6) * whole / n)
            cv2.polylines(ink, [ring[inside].astype(np.int32)], False, 255, thick, cv2.LINE_8)
    return ink


def _text_mask(canvas: _Canvas, balloon: Placed, letters: Letters) -> Mask:
    """The letters, centred in the outline (captions begin at the left)."""
    mask = canvas.mask()
    if mask.size == 0:
        return mask
    image = Image.fromarray(mask, "L")
    pencil = ImageDraw.Draw(image)
    font = letters.at(balloon.size * SUPERSAMPLE)
    n = len(balloon.lines)
    for i, line in enumerate(balloon.lines):
        y = balloon.cy + ((i - (n - 1) / 2) * LINE + letters.cap_height / 2) * balloon.size
        at = ((balloon.cx - canvas.x0) * SUPERSAMPLE, (y - canvas.y0) * SUPERSAMPLE)
        pencil.text(at, line, fill=255, font=font, anchor="ms")
    return np.array(image, np.uint8)


def _draw_sound(pixels: Pixels, balloon: Placed, letters: Letters) -> None:
    """Large letters, turned a little, with an ink line and a paper edge around them."""
    corners = np.array([[-balloon.a, -balloon.b], [balloon.a, balloon.b]]) + np.array([balloon.cx, balloon.cy])
    margin = 0.5 * balloon.size
    canvas = _Canvas(pixels, corners, margin)
    mask = _text_mask(canvas, balloon, letters)
    if mask.size == 0:
        return
    tilt = (-1.0 if balloon.seed % 2 else 1.0) * min(5.0, math.degrees(math.atan2(0.2 * balloon.size, balloon.a)))
    centre = canvas.points(np.array([[balloon.cx, balloon.cy]]))[0]
    turn = cv2.getRotationMatrix2D((float(centre[0]), float(centre[1])), tilt, 1.0)
    mask = np.asarray(cv2.warpAffine(mask, turn, (mask.shape[1], mask.shape[0]), flags=cv2.INTER_LINEAR), np.uint8)
    away = cv2.distanceTransform(np.where(mask > 127, 0, 255).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    ink, edge = 0.07 * balloon.size * SUPERSAMPLE, 0.13 * balloon.size * SUPERSAMPLE
    canvas.paint(np.where(away <= edge, 255, 0).astype(np.uint8), PAPER)
    canvas.paint(np.where(away <= ink, 255, 0).astype(np.uint8), INK)
    canvas.paint(mask, SOUND_FILL)
