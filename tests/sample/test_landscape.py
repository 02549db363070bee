"""The valley that every style paints, and the tools they share."""

import numpy as np
import pytest

from inkwright.sample import gouache, halftone, hatching, landscape, stained_glass, watercolour, woodblock


@pytest.fixture(scope="module")
def regions() -> list[landscape.Region]:
    return landscape.landscape()


def test_regions_are_well_formed_and_visible(regions):
    front = landscape.labels(regions)
    for k, region in enumerate(regions):
        for plane in (region.mask, region.shade, region.flow):
            assert plane.shape == (512, 768)
            assert plane.dtype == np.float32
            assert np.isfinite(plane).all()
        assert region.shade.min() >= 0
        assert region.shade.max() <= 1
        assert (front == k).sum() > 200, region.name


@pytest.mark.parametrize(
    "ramps", [m.RAMPS for m in (gouache, watercolour, woodblock, stained_glass)] + [hatching.TONES]
)
def test_every_style_has_a_colour_for_every_region(regions, ramps):
    assert set(ramps) == {region.name for region in regions}
    for ramp in ramps.values():
        assert len(ramp.split()) >= 2


def test_halftone_has_a_plate_for_every_region(regions):
    assert set(halftone.PLATES) == {region.name for region in regions}


def test_ramps_run_from_light_to_shadow():
    shade = np.array([[0, 0.25, 0.5, 1]], np.float32)
    made = landscape.ramped("ffffff 808080 000000", shade)[0] * 255
    assert made[:, 0] == pytest.approx([255, 191.5, 128, 0], abs=0.1)


def test_dots_cover_their_share():
    for size, share in ((0.3, np.pi * 0.09 / 4), (0.8, np.pi * 0.64 / 4)):
        ink = halftone.dots(np.full((512, 768), size, np.float32), 15)
        assert ink.mean() == pytest.approx(share, rel=0.25)
    assert halftone.dots(np.zeros((512, 768), np.float32), 15).max() == 0


def test_contours_lie_between_regions_only():
    front = np.zeros((512, 768), np.uint8)
    front[:, 400:] = 1
    line = landscape.contours(front, 2, seed=1)
    assert line[20:-20, 390:410].max(1).min() > 0.5
    assert line[20:-20, 20:380].max() == 0
    assert landscape.contours(front, 2, seed=1, skip=(0, 1)).max() == 0
