"""Woodblock: flat areas in few tones, wiped gradients, firm indigo contours, and the grain of the block."""

import cv2
import numpy as np

from inkwright.images import Floats, Pixels, to_uint8
from inkwright.sample.landscape import HEIGHT, WIDTH, Ramps, composed, contours, grid, labels, landscape, noise

INDIGO = (22, 28, 62)
RAMPS: Ramps = {
    "sky": "faecce f6d6aa d6d6c4 7ea8ba 2c5c8e 18386c",
    "glow": "fcde96 faecce",
    "sun": "e24e34 d63e2e",
    "cloud": "fcf6e6 f6ead2 beccce",
    "mountain": "ceacba 84709e 4a467c",
    "hill": "609696 2c607a 1a3a60",
    "meadow": "cec46a 88a458 487c54",
    "wheat": "f6d474 e2aa42 be7c30",
    "lavender": "c4a4c8 8262a4 4e3a7a",
    "soil": "c48c60 966246 623e38",
    "river": "f4f0dc 96c2ca 3c7ca4 1c487e",
    "wall": "fcf0d4 f0d2a8",
    "wallshade": "c4a696 96808c",
    "roof": "e8704a c44232 922e2e",
    "spire": "3c648c 1e3460",
    "pane": "282c4c 1e223e",
    "bank": "789c58 3c7452 184848",
    "bush": "548854 22544c",
    "poppy": "ec684a c8322c",
    "trunk": "96684a 543834",
    "tree": "f0b454 de7c38 aa4630",
    "cypress": "28645c 123a4c 0e203c",
}
TONES = 4
"""Blocks cut for each region: so many flat tones."""


def _grain() -> Floats:
    """Long fibres of cherry wood around two knots, (H, W) about 0."""
    x, y = grid()
    bend = (
        y
        + 9 * np.sin(x / 150)
        + 26 * np.exp(-((x - 190) ** 2 + (y - 90) ** 2) / 9000)
        - 30 * np.exp(-((x - 600) ** 2 + (y - 400) ** 2) / 12000)
    )
    fibres = cv2.GaussianBlur(noise(71, 2), (0, 0), sigmaX=16, sigmaY=0.8)
    return np.asarray(0.5 * np.sin(bend / 2.6 + 2 * noise(72, 60)) + 0.9 * fibres / (fibres.std() + 1e-6), np.float32)


def paint() -> Pixels:
    """The valley as a colour woodblock print, (512, 768, 3) uint8 RGB."""
    x, y = grid()
    cut = []
    for region in landscape():
        if region.name == "sky":  # wiped on the block from dark to nothing
            shade = np.clip(1 - y / 225, 0, 1) ** 1.3
        elif region.name == "river":
            shade = np.clip((y - 270) / 330 + 0.34 * (np.sin(y / 6.5 + 2.4 * np.sin(x / 37)) > 0.45), 0, 1)
        else:
            soft = cv2.GaussianBlur(region.shade, (0, 0), 2.4)
            shade = np.clip(np.floor(soft * TONES) / (TONES - 1), 0, 1)
        cut.append(type(region)(region.name, region.mask, shade.astype(np.float32), region.flow))
    made, _ = composed(RAMPS, cut)
    grain = _grain()
    made = made * (1 + 0.028 * grain[..., None]) + 0.05 * np.clip(noise(73, 3) - 1.7, 0, 1)[..., None]
    tones = [np.asarray(np.round(region.shade * (TONES - 1)), np.uint8) for region in cut]
    front = labels(cut)
    steps = np.zeros((HEIGHT, WIDTH), np.float32)
    for k in (5, 6, 12, 18, 19):  # cut lines between the tones of what is near
        inside = (front == k) & (
            cv2.dilate(tones[k], np.ones((3, 3), np.uint8)) != cv2.erode(tones[k], np.ones((3, 3), np.uint8))
        )
        steps[inside] = 0.3
    line = np.maximum(contours(front, 1.9, 74, skip=(0, 1)), steps) * np.clip(0.94 + 0.1 * grain, 0.7, 1)
    made += (np.asarray(INDIGO, np.float32) / 255 - made) * line[..., None]
    return to_uint8(made)
