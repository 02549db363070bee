import cv2
import numpy as np
import pytest

from inkwright.learn.atlas import CELLS, COPIED, COPY, MESHED, TONE, TURNS, Atlas, bands, marked, pose, rooms
from inkwright.learn.colour import luma
from inkwright.learn.field import direction
from inkwright.learn.mood import MOODS, mood


def hatched(angle: float = 45, height: int = 128, width: int = 144, period: float = 6) -> np.ndarray:
    """Pen lines that run at `angle` degrees from the x axis towards the lower edge, (H, W, 3)."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    across = np.cos(np.radians(angle)) * y - np.sin(np.radians(angle)) * x
    line = np.clip(0.5 + 1.5 * np.cos(2 * np.pi * across / period), 0, 1)
    return np.repeat((0.15 + 0.75 * line)[..., None], 3, 2).astype(np.float32)


def leads(side: int = 192, mesh_width: int = 32) -> np.ndarray:
    """Panes of two colours between dark leads, (side, side, 3)."""
    picture = np.full((side, side, 3), (0.8, 0.7, 0.3), np.float32)
    picture[:, : side // 2] = (0.6, 0.75, 0.8)
    for at in range(0, side, mesh_width):
        picture[at : at + 4] = picture[:, at : at + 4] = 0.05
    return picture


# -- poses -------------------------------------------------------------------------------------------------------------


def test_no_turn_is_the_picture_itself():
    found, whole = pose(hatched(), 0)
    np.testing.assert_array_equal(found, hatched())
    assert whole.all()


def test_a_quarter_turn_is_a_quarter_turn():
    picture = np.random.default_rng(0).random((40, 56, 3), np.float32)
    found, whole = pose(cv2.GaussianBlur(picture, (0, 0), 2), 90)
    expected = np.rot90(cv2.GaussianBlur(picture, (0, 0), 2))
    assert whole.sum() == pytest.approx(40 * 56, rel=0.06)
    distances = [
        np.abs(found[dy : dy + 52, dx : dx + 36] - expected[2:54, 2:38]).mean() for dy in range(5) for dx in range(5)
    ]
    assert min(distances) < 0.02  # up to a shift of the canvas by half a pixel
    assert np.abs(found[2:54, 2:38] - expected[::-1][2:54, 2:38]).mean() > 0.04


@pytest.mark.parametrize("turn", TURNS)
def test_a_pose_turns_the_lines_and_knows_where_the_picture_is(turn):
    found, whole = pose(hatched(30), turn)
    assert found.shape[:2] == whole.shape
    assert whole.sum() == pytest.approx(128 * 144, rel=0.03)
    heading = direction(found, np.zeros(whole.shape, np.float32))[whole].mean(0)
    angle = 2 * np.radians(30 - turn)  # y points down
    np.testing.assert_allclose(heading / np.hypot(*heading), (np.cos(angle), np.sin(angle)), atol=0.05)


# -- what is copied, what is matched -----------------------------------------------------------------------------------


def test_bands_add_up_to_the_picture_without_its_tone():
    picture = np.random.default_rng(0).random((64, 80, 3), np.float32)
    exact = luma(picture) - cv2.GaussianBlur(luma(picture), (0, 0), 14)
    np.testing.assert_allclose(bands(picture).sum(2), exact, atol=1e-5)


def test_fine_lines_are_in_the_finest_band():
    strengths = bands(hatched(period=4)).std((0, 1))
    assert strengths.argmax() == 0
    assert bands(hatched(period=30)).std((0, 1)).argmax() == 2


def test_only_marks_count_as_marks():
    half = hatched()
    half[:, :72] = 0.5
    tone = cv2.GaussianBlur(half, (0, 0), 5)
    strength = marked(half, tone)
    assert strength[:, 110:].mean() > 0.25
    assert strength[:, :30].max() < 0.02


def test_the_first_pose_is_the_picture_without_its_tone():
    style = hatched()
    marks = Atlas(style).planes[:128, :144, :3]
    exact = style - cv2.GaussianBlur(style, (0, 0), COPY)
    assert np.abs(marks - exact).mean() < 0.02
    assert np.corrcoef(marks.ravel(), exact.ravel())[0, 1] > 0.99


@pytest.mark.parametrize("size", [(128, 144), (101, 97), (64, 64), (64, 200), (200, 64)])
@pytest.mark.parametrize("make", [hatched, leads])
def test_every_place_has_its_whole_patch_inside_one_pose(size, make):
    style = np.ascontiguousarray(np.tile(make(), (2, 2, 1))[: size[0], : size[1]])
    atlas = Atlas(style)
    assert atlas.planes.shape[2] == COPIED
    assert atlas.planes.shape[:2] == atlas.inside.shape
    assert atlas.cells.features.shape[:2] == tuple(side // atlas.cell for side in atlas.inside.shape)
    poses = [pose(side, turn)[1] for side in (style, style[:, ::-1]) for turn in TURNS]
    number = np.zeros(atlas.inside.shape, int)  # of the pose that a pixel belongs to; 0: of none
    top = 0
    for n, whole in enumerate(poses, 1):
        height, width = (side // atlas.cell * atlas.cell for side in whole.shape)
        number[top : top + height, :width] = n * whole[:height, :width]
        top += height
    assert top == len(number)
    assert len(atlas.places) > 0
    for row, column in atlas.places:
        y, x = row * atlas.cell + atlas.cell // 2, column * atlas.cell + atlas.cell // 2
        patch = number[y - atlas.cell : y + atlas.cell, x - atlas.cell : x + atlas.cell]
        assert atlas.inside[y, x]
        assert patch.shape == (2 * atlas.cell, 2 * atlas.cell)
        assert patch.min() == patch.max() > 0


def test_tones_that_are_calm_in_the_style_are_known_to_be_calm():
    style = hatched()
    style[:, :72] = 0.05  # the dark half has no marks; the hatched one is about .6
    energy = Atlas(style).energy
    assert energy.shape == (13,)
    at = np.interp([0.05, 0.6], np.linspace(0, 1, 13), energy)
    assert at[0] < 0.1 < 0.25 < at[1]


def test_direction_counts_for_a_hatching_and_not_for_an_even_style():
    assert Atlas(hatched()).turning > Atlas(np.full((96, 96, 3), 0.5, np.float32)).turning + 0.1


# -- meshes ------------------------------------------------------------------------------------------------------------


def test_a_net_of_leads_is_copied_in_larger_patches():
    assert rooms(leads()) > MESHED
    assert Atlas(leads()).cell == CELLS[1]


@pytest.mark.parametrize("light", sorted(MOODS))
def test_leads_are_leads_in_every_light(light):
    """Panes of deep and of pale glass: in neon or at night the deep ones are nearly as dark as the leads."""
    picture = leads()
    picture[:96] *= np.where(picture[:96] > 0.1, 0.45, 1)
    assert Atlas(mood([light])(picture)).cell == CELLS[1]


def test_lines_that_leave_gaps_shut_in_no_rooms():
    open_ = leads()
    for at in range(8, 192, 32):  # a gap of 16 pixels in each lead
        open_[:, at : at + 16] = open_[at : at + 16] = 0.7
    assert rooms(open_) < MESHED / 2 < rooms(leads())


@pytest.mark.parametrize("style", ["hatched", "even", "line"])
def test_other_styles_are_not(style):
    picture = {"hatched": hatched(), "even": np.full((96, 96, 3), 0.8, np.float32)}.get(style)
    if picture is None:
        picture = np.full((192, 192, 3), 0.9, np.float32)
        picture[90:94] = 0.05
    assert Atlas(picture).cell == CELLS[0]


# -- odd styles --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(64, 64), (64, 160)])
@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_a_style_of_one_colour_has_a_finite_atlas(size, value):
    atlas = Atlas(np.full((*size, 3), value, np.float32))
    for array in (atlas.planes, atlas.marks, atlas.cells.features, atlas.energy, np.array(atlas.turning)):
        assert np.isfinite(array).all()
    assert np.abs(atlas.planes[..., :3]).max() < 1e-3


def test_the_style_is_not_changed():
    style = hatched()
    Atlas(style)
    np.testing.assert_array_equal(style, hatched())


def test_contours_of_a_flat_style_are_no_texture():
    rng = np.random.default_rng(3)
    style = np.full((160, 200, 3), 0.75, np.float32)
    style[110:] = np.kron(rng.choice([0.1, 0.3, 0.5, 0.9], (10, 40)), np.ones((5, 5)))[..., None]
    tone = np.asarray(cv2.GaussianBlur(style, (0, 0), TONE), np.float32)
    there = float(np.median(marked(style, tone)[120:150]))
    at = np.interp(0.4, np.linspace(0, 1, 13), Atlas(style).energy)
    assert at < 0.4 * there
