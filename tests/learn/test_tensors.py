import numpy as np
import torch

from inkwright.learn.tensors import generator, to_picture, to_tensor


def test_pictures_become_tensors_and_come_back():
    picture = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    X = to_tensor(picture.astype(np.float32) / 255)

    assert X.shape == (1, 3, 5, 7)
    assert X.dtype == torch.float32
    np.testing.assert_array_equal(to_picture(X), picture)
    np.testing.assert_array_equal(to_picture(X[0].requires_grad_()), picture)
    assert float(X[0, 1, 2, 3]) == np.float32(picture[2, 3, 1]) / np.float32(255)


def test_planes_become_tensors():
    assert to_tensor(np.zeros((5, 7), np.float32)).shape == (1, 1, 5, 7)
    assert to_tensor(np.zeros((5, 7, 11), np.float32)).shape == (1, 11, 5, 7)


def test_a_tensor_does_not_share_memory_with_a_reused_picture():
    picture = np.zeros((4, 4, 3), np.float32)
    X = to_tensor(picture[:, ::-1])
    picture[:] = 1
    assert not X.any()


def test_a_generator_is_named_by_its_numbers_in_order():
    names = ((0, 0), (0, 1), (1, 0), (1, 1), (2**31 - 1, 0))
    first = {seeds: float(torch.rand((), generator=generator(*seeds))) for seeds in names}
    assert len(set(first.values())) == len(first)
    assert first[0, 1] == float(torch.rand((), generator=generator(0, 1)))


def test_a_longer_name_is_another_name():
    assert torch.rand((), generator=generator(3, 1)) != torch.rand((), generator=generator(3, 1, 0))
