import numpy as np
import torch

from inkwright.learn.guided import Guided, laid


def split(height: int, width: int, at: int) -> torch.Tensor:
    """(1, 3, H, W): dark left of a column, light right of it, with faint marks on both."""
    g = torch.Generator().manual_seed(0)
    X = torch.full((1, 3, height, width), 0.3)
    X[..., at:] = 0.7
    return X + 0.01 * torch.randn(X.shape, generator=g)


def test_a_soft_field_takes_over_the_edge_of_the_picture():
    guide = split(48, 64, 32)
    field = torch.zeros(1, 3, 48, 64)
    field[:, 0, :, 35:] = 0.1  # three pixels beside the edge, as where another tool drew it
    got = Guided(guide)(field)[0, 0, 24]
    assert float(got[28:32].abs().max()) < 0.03
    assert float(got[32:35].min()) > 0.04


def test_an_even_field_stays_even_on_marks():
    got = Guided(split(40, 40, 20))(torch.full((1, 3, 40, 40), 0.05))
    assert torch.allclose(got, torch.full_like(got, 0.05), atol=1e-5)


def test_bands_are_as_the_whole_and_edges_are_those_of_the_large_picture():
    small, large = split(24, 32, 16), split(97, 128, 64)
    field = torch.zeros(1, 3, 24, 32)
    field[:, 0, :, 16:] = 0.1
    maps = Guided(small).maps(field)
    whole = laid(maps, large, 0, 97)
    parts = torch.cat([laid(maps, large[:, :, top : top + 40], top, 97) for top in range(0, 97, 40)], 2)
    assert torch.allclose(whole, parts, atol=1e-6)
    row = whole[0, 0, 48].numpy()
    assert np.abs(row[:62]).max() < 0.03
    assert row[66:].min() > 0.07
