import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from inkwright.book import Element, Panel, Prior
from inkwright.comic.layout import Interior
from inkwright.learn.classifiers import Ensemble
from inkwright.learn.regions import soft_boxes
from inkwright.learn.views import CELL, frame
from inkwright.operations.material import PanelPicture
from inkwright.operations.whereabouts import FILE, find, load

NAN = math.nan
PX = 96
HEIGHT, WIDTH = 80, 120
ELEMENTS = [
    Element("Hero", "character"),
    Element("Home", "setting"),
    Element("Cup", "prop"),
    Element("Window", "setting"),
]
# Panels a, b, c. In a: Hero with a box, Home. In b: Hero and Cup without boxes, Window with one. In c: nothing is sure.
TABLE = np.array([[1, 1, 0], [1, 0, NAN], [0, 1, NAN], [0, 1, 0.0]])
PRIOR = Prior(ELEMENTS, ["a", "b", "c"], TABLE)
HERO, WINDOW = (20, 10, 40, 30), (60, 20, 30, 40)


def picture(name: str, appearances: dict | None = None, height: int = HEIGHT, width: int = WIDTH) -> PanelPicture:
    pixels = np.full((height, width, 3), 200, np.uint8)
    pixels[height // 2 :, width // 2 :] = (200, 30, 30)  # what the fake classifier sees
    inside = Interior(np.ones((height, width), np.float32), (0, 0, width, height))
    panel = Panel(id=name, box=(0, 0, width, height), appearances=appearances)
    return PanelPicture(panel, 1, 400, (0, 0, width, height), inside, pixels)


PANELS = [picture("a", {"Hero": [HERO]}), picture("b", {"Window": [WINDOW]}), picture("c", {"Cup": [HERO]})]


class SeesRed(nn.Module):
    """A classifier whose heat-maps are bright where the panel is red, for every element."""

    px = PX

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("everywhere", torch.zeros(4, dtype=torch.bool))

    def forward(self, V: Tensor) -> tuple[Tensor, Tensor]:
        red = nn.functional.avg_pool2d(V[:, :1] - V[:, 1:2], CELL)
        heat = torch.where(red > 0.3, 1.0, -6.0).expand(-1, 4, -1, -1)
        return torch.zeros(len(V), 4), heat


def ensemble(reliable: tuple[int, ...] = (1, 1, 1, 1)) -> Ensemble:
    nets: list = [SeesRed(), SeesRed()]
    return Ensemble(nets, torch.tensor(reliable), torch.tensor([[1.0, 0.0]] * 4)).eval()


def test_a_box_says_where_an_element_is_and_a_setting_fills_its_panel(tmp_path):
    regions = find(tmp_path, PRIOR, PANELS, None).regions(PANELS[0], HEIGHT, WIDTH)
    assert regions.keys() == {0, 1}
    assert np.array_equal(regions[0], soft_boxes([HERO], HEIGHT, WIDTH))
    assert regions[1].min() == 1
    assert regions[1].shape == (HEIGHT, WIDTH)


def test_a_setting_with_a_box_fills_that_alone(tmp_path):
    regions = find(tmp_path, PRIOR, PANELS, None).regions(PANELS[1], HEIGHT, WIDTH)
    assert regions.keys() == {3}  # nobody says where Hero and Cup are
    assert np.array_equal(regions[3], soft_boxes([WINDOW], HEIGHT, WIDTH))


def test_without_a_box_the_classifiers_say_where(tmp_path):
    where = find(tmp_path, PRIOR, PANELS, ensemble())
    assert where.heat.keys() == {"1.0", "1.2"}  # neither boxed ones, nor settings, nor what is absent or not said
    at = frame(HEIGHT, WIDTH, PX)
    assert tuple(where.heat["1.0"].shape) == (at.height, at.width)

    regions = where.regions(PANELS[1], HEIGHT, WIDTH)
    assert regions.keys() == {0, 2, 3}
    hero = regions[0]
    assert hero.shape == (HEIGHT, WIDTH)
    assert hero[50:75, 70:115].min() > 0.9  # on the red, as sure as it gets: it is there, only where is asked
    assert hero[5:30, 5:50].max() < 0.05
    assert 0 <= hero.min() <= hero.max() <= 1


def test_what_is_absent_or_not_said_is_nowhere_even_with_a_box(tmp_path):
    assert find(tmp_path, PRIOR, PANELS, ensemble()).regions(PANELS[2], HEIGHT, WIDTH) == {}


def test_classifiers_that_learned_nothing_are_not_asked(tmp_path):
    where = find(tmp_path, PRIOR, PANELS, ensemble((0, 1, 1, 1)))
    assert where.heat.keys() == {"1.2"}
    assert where.regions(PANELS[1], HEIGHT, WIDTH).keys() == {2, 3}


def test_boxes_go_with_the_size_at_which_a_panel_is_seen(tmp_path):
    where = find(tmp_path, PRIOR, PANELS, ensemble())
    half = where.regions(PANELS[0], HEIGHT // 2, WIDTH // 2)[0]
    assert np.array_equal(half, soft_boxes([(10, 5, 20, 15)], HEIGHT // 2, WIDTH // 2))
    tiny = where.regions(picture("a", {"Hero": [(118, 78, 2, 2)]}), 10, 15)  # smaller than a pixel, at the corner
    assert tiny[0].shape == (10, 15)
    assert np.isfinite(tiny[0]).all()
    large = where.regions(PANELS[1], 3 * HEIGHT, 3 * WIDTH)[2]
    assert large[160:220, 220:340].min() > 0.9


def test_they_are_kept_with_the_run_and_come_back_the_same(tmp_path):
    where = find(tmp_path, PRIOR, PANELS, ensemble())
    once = (tmp_path / FILE).read_bytes()
    again = load(tmp_path, PRIOR)
    for panel in PANELS:
        a, b = where.regions(panel, HEIGHT, WIDTH), again.regions(panel, HEIGHT, WIDTH)
        assert a.keys() == b.keys()
        assert all(np.array_equal(a[i], b[i]) for i in a)
    # Looked for once: a fit that goes on, or the render after it, must not see them elsewhere.
    assert find(tmp_path, PRIOR, PANELS, None).heat.keys() == where.heat.keys()
    (tmp_path / FILE).unlink()
    find(tmp_path, PRIOR, PANELS, ensemble())
    assert (tmp_path / FILE).read_bytes() == once


def test_nothing_to_look_for_is_kept_as_well(tmp_path):
    boxed = [picture("a", {"Hero": [HERO]})]
    prior = Prior(ELEMENTS[:1], ["a"], TABLE[:1, :1])
    assert find(tmp_path, prior, boxed, ensemble()).heat == {}
    assert (tmp_path / FILE).is_file()
    assert load(tmp_path, prior).heat == {}


def test_settings_are_everywhere(tmp_path):
    assert find(tmp_path, PRIOR, PANELS, None).everywhere() == [False, True, False, True]


@pytest.mark.parametrize("size", [(30, 400), (400, 30), (97, 61)])
def test_heat_maps_fit_panels_of_any_shape(tmp_path, size):
    panel = picture("b", None, *size)
    prior = Prior(ELEMENTS[:1], ["b"], np.ones((1, 1)))
    hero = find(tmp_path, prior, [panel], ensemble()).regions(panel, *size)[0]
    assert hero.shape == size
    assert hero[int(0.8 * size[0]), int(0.8 * size[1])] > 0.9
    assert hero[int(0.15 * size[0]), int(0.15 * size[1])] < 0.1


def test_what_nobody_said_is_nowhere_rather_than_absent(tmp_path):
    where = find(tmp_path, PRIOR, PANELS, None)
    assert set(where.regions(PANELS[2], HEIGHT, WIDTH)) == set()
    unsaid = where.regions(PANELS[2], HEIGHT, WIDTH, True)
    assert set(unsaid) == {1, 2}  # blank in the table; the others are marked absent
    assert not unsaid[1].any()


def test_a_setting_without_a_box_is_presumed_all_over_not_boxed(tmp_path):
    where = find(tmp_path, PRIOR, PANELS, None)
    assert (where.regions(PANELS[0], HEIGHT, WIDTH)[1] == 1).all()
    presumed = where.regions(PANELS[0], HEIGHT, WIDTH, True)[1]
    assert ((presumed > 0.5) & (presumed < 0.95)).all()
    whole = picture("b", {"Window": [(0, 0, WIDTH, HEIGHT)]})
    assert where.regions(whole, HEIGHT, WIDTH, True)[3].min() > 0.99
