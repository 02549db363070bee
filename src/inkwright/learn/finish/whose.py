"""Whose a paint is: what finished panels say about elements and paints, and what may be in a panel by its marks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkwright.learn.finish.areas import shares
from inkwright.learn.finish.colourist import Lesson, varied
from inkwright.learn.finish.cutouts import Box, boxes_of, in_front
from inkwright.learn.finish.paints import Paints

Floats = NDArray[np.float32]

ALIKE = (0.05, 0.07)
"""Paints up to the first distance in OKLab apart look alike, from the second on they do not."""
BARRED = 1e-3
"""A paint of absent elements is so much less likely: nearly excluded, as an author's marks are."""
CROPS = 100
"""Of an element's boxes, cut off at random as frames do it, for what shares its paints may have."""
COMMON = (10, 90)
"""Percentiles of these shares between which nothing is unusual."""
LEAST = 0.05
"""A crop that shows less than this share of what is an element's own in its box says nothing."""


@dataclass(frozen=True)
class Whose:
    """Whose paints are, each (elements, paints).

    Attributes:
        own: in [0, 1], how much more common a paint is where an element is, see `ownership`.
        belongs: how many times as common, see `belonging`.
        only: in [0, 1], how much of all that has a paint is where an element is.
        fewest: in [0, 1], the share of an element's own that a paint has at least, whatever a frame cuts off.
        most: that at most.
        settings: (elements,) whether it is a setting.
    """

    own: Floats
    belongs: Floats
    only: Floats
    fewest: Floats
    most: Floats
    settings: NDArray[np.bool_]


def whose(lessons: Sequence[Lesson], paints: Paints, settings: Sequence[bool], seed: int) -> Whose:
    """What finished panels say of the book's elements.

    Args:
        lessons: what is learned from.
        paints: of the book.
        settings: per element, whether it is a setting.
        seed: of the crops.
    """
    elements = len(settings)
    own = ownership(lessons, paints, elements)
    fewest, most = spans(lessons, own, seed)
    belongs, kinds = belonging(lessons, paints, own), np.array(settings, np.bool_)
    return Whose(own, belongs, alone(lessons, paints, elements), fewest, most, kinds)


def ownership(lessons: Sequence[Lesson], paints: Paints, elements: int) -> Floats:
    """(elements, paints) in [0, 1]: how much more common a paint is where an element is; .5: as common as elsewhere.

    Whose an area is that reaches far out of a box: not the box's element's, see `areas.shares`. Paints that look alike
    count together: the fire before a castle is no castle's colour if a house has it, too.
    """
    number = len(paints)
    inside, outside = np.full((elements, number), 1e-6), np.full((elements, number), 1e-6)
    for one in lessons:
        taught = one.labels >= 0
        its = one.labels[taught]
        for i in range(elements):
            region, here = one.panel.regions.get(i), np.zeros(len(its), np.float32)
            if region is not None:
                there = (region > 0.5) & ~in_front(one.panel.regions, i)
                here = (there * shares(region, one.where))[taught]
            inside[i] += np.bincount(its, here, number)
            outside[i] += np.bincount(its, 1 - here, number)
    kin = _kin(paints)
    inside, outside = inside @ kin, outside @ kin
    found = (inside.sum(1) > 1)[:, None]
    inside /= inside.sum(1, keepdims=True)
    outside /= outside.sum(1, keepdims=True)
    return np.where(found, inside / (inside + outside), 0.5).astype(np.float32)


def _kin(paints: Paints) -> Floats:
    """(paints, paints) in [0, 1] how much alike they look."""
    far = np.linalg.norm(paints.colour[:, None] - paints.colour[None], axis=2)
    return np.asarray(np.clip((ALIKE[1] - far) / (ALIKE[1] - ALIKE[0]), 0, 1), np.float32)


def belonging(lessons: Sequence[Lesson], paints: Paints, own: Floats) -> Floats:
    """(elements, paints) from 0 on: how many times as common a paint is where an element is as it is elsewhere.

    Without a box nobody knows where that is: then finished panels with the element are compared with those without.

    Args:
        lessons: what is learned from.
        paints: of the book.
        own: (elements, paints) see `ownership`.
    """
    share = np.stack([np.bincount(one.labels[one.labels >= 0], minlength=len(paints)) for one in lessons])
    share = share / np.maximum(share.sum(1, keepdims=True), 1) @ _kin(paints)  # (lessons, paints)
    times = own / np.maximum(1 - own, BARRED)
    for i in range(len(own)):
        there = np.array([i in one.panel.regions for one in lessons])
        boxed = any((one.panel.regions[i] > 0.5).any() for one in lessons if i in one.panel.regions)
        if not boxed:
            known = there.any() and not there.all()
            times[i] = share[there].mean(0) / np.maximum(share[~there].mean(0), BARRED) if known else 1.0
    return np.asarray(np.minimum(times, 1 / BARRED), np.float32)


def allowed(belongs: Floats, there: Collection[int]) -> Floats:
    """(paints,) from `BARRED` to 1: how far each paint may be in a panel: not, if it belongs to absent elements alone.

    What explains it best of all that may be in the panel, against what explains it best at all.

    Args:
        belongs: (elements, paints) see `belonging`.
        there: the elements that may be in the panel.
    """
    nobody = np.ones(belongs.shape[1], np.float32)
    here = np.max([nobody, *(belongs[i] for i in sorted(there))], axis=0)
    return np.asarray(np.maximum(here / np.max([nobody, *belongs], axis=0), BARRED), np.float32)


def its_share(lesson: Lesson, element: int) -> Floats:
    """(H, W) in [0, 1] what of a finished panel is an element's: without who stands in front, and without the sky."""
    region = lesson.panel.regions[element]
    there = (region > 0.5) & ~in_front(lesson.panel.regions, element) & (lesson.labels >= 0)
    return np.asarray(there * shares(region, lesson.where), np.float32)


def alone(lessons: Sequence[Lesson], paints: Paints, elements: int) -> Floats:
    """(elements, paints) in [0, 1]: how much of all that has a paint, or one like it, is where an element is."""
    inside, total = np.zeros((elements, len(paints))), np.full(len(paints), 1e-6)
    for one in lessons:
        taught = one.labels >= 0
        total += np.bincount(one.labels[taught], minlength=len(paints))
        for i in one.panel.regions:
            inside[i] += np.bincount(one.labels[taught], its_share(one, i)[taught], len(paints))
    kin = _kin(paints)
    return np.asarray((inside @ kin) / (total @ kin), np.float32)


def spans(lessons: Sequence[Lesson], own: Floats, seed: int) -> tuple[Floats, Floats]:
    """(elements, paints) twice, in [0, 1]: the least and the greatest share that a paint usually has of an element.

    Of its own paints, `own`, squared. A close-up shows another part of a figure than a view from afar: its boxes are
    cut off at random, as they are for the colourist. What has one paint only has nearly all of it in every crop.
    """
    fewest, most = np.zeros_like(own), np.ones_like(own)
    rng = np.random.default_rng((seed, 61))
    for i in range(len(own)):
        seats = [(one, box) for one in lessons if i in one.panel.regions for box in boxes_of(one.panel.regions[i])]
        rows = [row for one, box in seats for row in _cropped(one, i, box, own[i], 1 + CROPS // len(seats), rng)]
        if rows:
            fewest[i], most[i] = np.percentile(rows, COMMON, axis=0)
    return fewest, most


def _cropped(
    lesson: Lesson, element: int, box: Box, own: Floats, number: int, rng: np.random.Generator
) -> Sequence[Floats]:
    """(paints,) shares of an element's own paints in its box, and in crops of it."""
    x, y, w, h = (int(v) for v in box)
    label = np.maximum(lesson.labels, 0)
    mass = its_share(lesson, element) * own[label] ** 2
    enough, out = LEAST * mass[y : y + h, x : x + w].sum(), []
    for n in range(number):
        left, top, width, height = box if n == 0 else varied(box, rng, False)
        part = (
            slice(max(0, int(top)), max(0, int(top + height))),
            slice(max(0, int(left)), max(0, int(left + width))),
        )
        count = np.bincount(label[part].ravel(), mass[part].ravel(), len(own))
        if count.sum() > max(enough, 1.0):
            out.append(np.asarray(count / count.sum(), np.float32))
    return out
