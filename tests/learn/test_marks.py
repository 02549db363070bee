from itertools import product

import cv2
import numpy as np
import pytest
import torch

from inkwright.images import to_float
from inkwright.learn.atlas import CELLS, COPIED, COPY, Atlas, coloured
from inkwright.learn.colour import luma
from inkwright.learn.filters import blur
from inkwright.learn.marks import Field, Marks, Matcher, lay
from inkwright.learn.tensors import generator
from inkwright.sample import stained_glass

SIZES = [(96, 96), (97, 101), (16, 16), (16, 200), (200, 16), (9, 70)]


def hatched(angle: float = 45, height: int = 160, width: int = 176, period: float = 6) -> np.ndarray:
    """Pen lines that run at `angle` degrees from the x axis towards the lower edge, with a hand's wobble. (H, W, 3)"""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    wobble = cv2.GaussianBlur(rng.standard_normal((height, width)).astype(np.float32), (0, 0), 6)
    across = np.cos(np.radians(angle)) * y - np.sin(np.radians(angle)) * x + 0.6 * wobble / wobble.std()
    line = np.clip(0.5 + 1.5 * np.cos(2 * np.pi * across / period), 0, 1)
    return np.repeat((0.15 + 0.75 * line)[..., None], 3, 2).astype(np.float32)


def uneven() -> np.ndarray:
    """A style with tones and marks of all kinds, (H, W, 3)."""
    ramp = np.linspace(0.3, 1, 176, dtype=np.float32)[None, :, None]
    return hatched() * ramp * np.array([1, 0.9, 0.7], np.float32)


def woodblock(side: int = 160) -> np.ndarray:
    """Flat areas of two colours, with one border, (side, side, 3)."""
    picture = np.full((side, side, 3), (0.85, 0.8, 0.65), np.float32)
    picture[:, : side // 2] = (0.2, 0.3, 0.45)
    return picture


def flat(size: tuple[int, int], colour: float | np.ndarray = 0.55) -> np.ndarray:
    return np.broadcast_to(np.asarray(colour, np.float32), (*size, 3)).copy()


def leading(size: tuple[int, int], angle: float | None = None) -> np.ndarray:
    """A direction that is the same everywhere, (H, W, 2); None: none."""
    heading = np.zeros((*size, 2), np.float32)
    if angle is not None:
        heading[:] = np.cos(2 * np.radians(angle)), np.sin(2 * np.radians(angle))
    return heading


def made(style: np.ndarray, tone: np.ndarray, angle: float | None = None, seed: int = 1) -> np.ndarray:
    return Marks(style)(tone, leading(tone.shape[:2], angle), generator(seed))


def spectrum(plane: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean frequency in cycles a pixel, and the lines' direction as cosine and sine of twice the angle."""
    plane = plane - plane.mean()
    windowed = plane * np.hanning(plane.shape[0])[:, None] * np.hanning(plane.shape[1])[None]
    power = np.abs(np.fft.fft2(windowed)) ** 2
    fy, fx = np.meshgrid(*(np.fft.fftfreq(side) for side in plane.shape), indexing="ij")
    power[np.hypot(fy, fx) < 0.04] = 0
    across = 2 * np.arctan2(fy, fx)
    towards = np.array([(power * np.cos(across)).sum(), (power * np.sin(across)).sum()]) / power.sum()
    return float((power * np.hypot(fy, fx)).sum() / power.sum()), -towards  # lines run across their wave


# -- what the marks look like ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("angle", [45, 0, 20])
def test_hatching_stays_hatching_on_a_flat_tone(angle):
    style = hatched(angle)
    laid = made(style, flat((128, 128), style.mean()))
    assert laid[..., :3].std() > 0.7 * style.std()  # as strong
    assert spectrum(luma(laid[..., :3]))[0] == pytest.approx(spectrum(luma(style))[0], rel=0.25)  # as dense


@pytest.mark.parametrize("wanted", [0, 45, 90, 135])
@pytest.mark.parametrize("angle", [45, 0])
def test_hatching_runs_along_the_drawings_contours(angle, wanted):
    style = hatched(angle)
    laid = made(style, flat((128, 128), style.mean()), wanted)
    _, found = spectrum(luma(laid[..., :3]))
    assert found @ (np.cos(2 * np.radians(wanted)), np.sin(2 * np.radians(wanted))) > 0.6


@pytest.mark.parametrize("colour", [(0.85, 0.8, 0.65), (0.2, 0.3, 0.45)])
def test_flat_areas_stay_flat(colour):
    laid = made(woodblock(), flat((96, 104), np.array(colour)))
    assert np.abs(laid[..., :3]).mean() < 0.004
    assert np.quantile(np.abs(laid[..., :3]), 0.99) < 0.03


def test_each_tone_takes_its_own_marks():
    style = hatched()
    style[:, :88] = 0.05  # the dark half has no marks
    marks = Marks(style)
    tone = flat((96, 128), 0.05)
    tone[:, 64:] = float(style[:, 88:].mean())
    laid = marks(tone, leading((96, 128)), generator(1))[..., :3]
    assert laid[:, 84:].std() > 0.2
    assert laid[:, :44].std() < 0.03


def test_a_tone_takes_the_marks_of_its_like_even_where_others_are_as_strong():
    fine, wide = hatched(45, period=4), hatched(45, period=9)
    style = np.concatenate([0.45 * fine[:, :88], 0.4 + 0.45 * wide[:, 88:]], 1)  # dark and fine, light and wide
    marks = Marks(style)
    dark, light = (
        spectrum(luma(marks(flat((96, 96), part.mean()), leading((96, 96)), generator(1))[..., :3]))[0]
        for part in (style[:, :88], style[:, 88:])
    )
    assert dark > 1.3 * light


def test_marks_do_not_tint_a_tone():
    """A colour must stay the same on all pages: over some distance, marks have no mean."""
    rng = np.random.default_rng(1)
    style = np.clip(hatched() * np.array([1, 0.8, 0.6], np.float32) + 0.1 * rng.standard_normal((1, 176, 3)), 0, 1)
    laid = made(style.astype(np.float32), flat((128, 128), style.mean((0, 1))))[..., :3]
    assert np.abs(laid.mean((0, 1))).max() < 0.003
    assert np.abs(cv2.resize(laid, (4, 4), interpolation=cv2.INTER_AREA)).max() < 0.02
    assert np.abs(blur(laid, COPY)).max() < 0.1 * laid.std()


def test_a_flat_tone_is_not_tiled():
    """All its cells are alike; they must not all take the same place, or a wallpaper would show."""
    style = hatched()
    marks = Marks(style)
    fields = []
    inner = marks.matcher.__call__
    marks.matcher = lambda wanted, g: fields.append(inner(wanted, g)) or fields[-1]  # type: ignore[assignment,func-returns-value]
    marks(flat((160, 160), style.mean()), leading((160, 160)), generator(1))
    places = fields[0].rows * 10**6 + fields[0].columns
    assert (places[:, 1:] == places[:, :-1]).float().mean() < 0.15
    assert (places[1:] == places[:-1]).float().mean() < 0.15
    assert len(places.unique()) > 0.1 * places.numel()


def test_neighbours_are_carried_over_together():
    """Runs of marks stay in one piece: far more often than by chance, a neighbour's place is the neighbouring place."""
    style = hatched()
    matcher = Matcher(Atlas(style))
    atlas = matcher.atlas
    rows = atlas.cells.features[:16, :16]
    field = matcher(type(atlas.cells)(np.ascontiguousarray(rows)), generator(1))
    together = (field.rows[:, 1:] == field.rows[:, :-1]) & (field.columns[:, 1:] == field.columns[:, :-1] + atlas.cell)
    assert together.float().mean() > 0.1


def test_bands_come_in_units_of_the_styles_own():
    own = Marks(uneven()).own(160, 176)
    np.testing.assert_allclose(own[..., 3:].std((0, 1)), 1, atol=0.3)


# -- fields ------------------------------------------------------------------------------------------------------------


def identity(atlas: Atlas, top: int, left: int, rows: int, columns: int) -> Field:
    y = top + torch.arange(rows)[:, None].expand(rows, columns) * atlas.cell + atlas.cell // 2
    x = left + torch.arange(columns)[None].expand(rows, columns) * atlas.cell + atlas.cell // 2
    return Field(y, x)


@pytest.mark.parametrize(("top", "left"), [(16, 16), (19, 22)])
def test_neighbouring_places_give_the_marks_as_they_are(top, left):
    atlas = Atlas(hatched())
    laid = lay(atlas, identity(atlas, top, left, 14, 16))
    height, width = 14 * atlas.cell, 16 * atlas.cell
    assert laid.shape == (height, width, COPIED)
    exact = atlas.planes[top : top + height, left : left + width].copy()
    exact[..., :3] -= blur(np.ascontiguousarray(exact[..., :3]), COPY)
    inner = (slice(atlas.cell, -atlas.cell), slice(atlas.cell, -atlas.cell))
    np.testing.assert_allclose(laid[inner][..., 3:], exact[inner][..., 3:], atol=1e-4)
    np.testing.assert_allclose(laid[inner][..., :3], exact[inner][..., :3], atol=0.02)


def test_marks_that_disagree_are_as_strong_as_marks_that_agree():
    atlas = Atlas(hatched())
    rng = np.random.default_rng(0)
    some = torch.from_numpy(atlas.places[rng.integers(0, len(atlas.places), (16, 16))]) * atlas.cell + atlas.cell // 2
    mixed = lay(atlas, Field(some[..., 0], some[..., 1]))[..., :3].std()
    assert mixed > 0.75 * atlas.planes[:160, :176, :3].std()


@pytest.mark.parametrize("size", SIZES)
def test_every_place_that_a_field_takes_is_inside_a_pose(size):
    marks = Marks(uneven())
    inner, fields = marks.matcher.__call__, []
    marks.matcher = lambda wanted, g: fields.append(inner(wanted, g)) or fields[-1]  # type: ignore[assignment,func-returns-value]
    tone = np.random.default_rng(0).random((*size, 3), np.float32)
    marks(tone, leading(size), generator(1))
    assert fields[0].rows.shape == tuple(-(-side // marks.atlas.cell) for side in size)
    assert marks.atlas.inside[fields[0].rows.numpy(), fields[0].columns.numpy()].all()


# -- the same again ----------------------------------------------------------------------------------------------------


def test_the_seed_decides():
    first, again, other = (made(uneven(), flat((64, 72), 0.4), seed=seed).tobytes() for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_asking_twice_gives_the_same_and_changes_nothing_given():
    marks, tone, heading = Marks(uneven()), flat((64, 72), 0.4), leading((64, 72), 30)
    first = marks(tone, heading, generator(1))
    np.testing.assert_array_equal(marks(tone, heading, generator(1)), first)
    np.testing.assert_array_equal(tone, flat((64, 72), 0.4))
    np.testing.assert_array_equal(heading, leading((64, 72), 30))


# -- the style's own marks ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(160, 176), (101, 97), (64, 64)])
def test_its_own_marks_are_the_styles(size):
    style = np.ascontiguousarray(uneven()[: size[0], : size[1]])
    own = Marks(style).own(*size)
    assert own.shape == (*size, COPIED)
    exact = style - cv2.GaussianBlur(style, (0, 0), COPY)
    inner = (slice(16, -24), slice(16, -24))
    assert np.corrcoef(own[inner][..., :3].ravel(), exact[inner].ravel())[0, 1] > 0.97


# -- odd pictures ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
def test_panels_of_any_size(size):
    laid = made(uneven(), flat(size, 0.4))
    assert laid.shape == (*size, COPIED)
    assert laid.dtype == np.float32
    assert np.isfinite(laid).all()
    assert np.abs(laid[..., :3]).max() < 2


@pytest.mark.parametrize(("value", "size"), list(product([0.0, 0.5, 1.0], [(64, 64), (64, 160)])))
def test_a_style_of_one_colour_has_no_marks(value, size):
    marks = Marks(np.full((*size, 3), value, np.float32))
    for laid in (marks(flat((40, 56)), leading((40, 56)), generator(1)), marks.own(*size)):
        assert np.isfinite(laid).all()
        assert np.abs(laid[..., :3]).max() < 1e-3


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_black_and_white_panels_have_finite_marks(value):
    assert np.isfinite(made(uneven(), flat((48, 48), value))).all()


def test_the_meshes_of_a_net_come_in_larger_patches_and_fit_any_size():
    style = np.full((192, 192, 3), (0.8, 0.7, 0.3), np.float32)
    for at in range(0, 192, 32):
        style[at : at + 4] = style[:, at : at + 4] = 0.05
    marks = Marks(style)
    assert marks.atlas.cell == CELLS[1]
    for size in SIZES:
        laid = marks(flat(size, style.mean((0, 1))), leading(size), generator(1))
        assert laid.shape == (*size, COPIED)
        assert np.isfinite(laid).all()
    assert marks(flat((96, 96), style.mean((0, 1))), leading((96, 96)), generator(1))[..., :3].std() > 0.1


def test_a_window_keeps_its_leads():
    """Patches without a lead fit each other best; leads are laid all the same, nearly as dark as in the window."""
    window = to_float(stained_glass.paint())[:256, 256:640]
    marks = Marks(window)
    tone = flat((192, 192), np.median(window.reshape(-1, 3), 0))
    laid = luma(marks(tone, leading((192, 192)), generator(1))[..., :3])
    its = luma(marks.own(256, 384)[..., :3])
    assert marks.atlas.cell == CELLS[1]
    assert np.percentile(laid, 5) < 0.6 * np.percentile(its, 5) < -0.1


def test_drops_of_a_colour_that_the_style_has_in_few_places_are_no_manner():
    """Grey noise with a few bright red drops: on the drawing's grey, what is laid is hardly red anywhere."""
    rng = np.random.default_rng(6)
    style = np.full((128, 160, 3), 0.5, np.float32) + 0.08 * rng.standard_normal((128, 160, 1)).astype(np.float32)
    for y, x in zip(rng.integers(8, 120, 20), rng.integers(8, 150, 20), strict=True):
        style[y - 2 : y + 3, x - 2 : x + 3] = (0.9, 0.25, 0.25)
    laid = Marks(np.clip(style, 0, 1))(flat((96, 128), 0.5), leading((96, 128)), generator(1))[..., :3]
    noise = float(laid.std())
    assert noise > 0.02
    assert np.abs(coloured(laid)).max() < 0.19  # .45 in the drops
