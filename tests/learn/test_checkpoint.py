import pytest
import torch
from torch import Tensor, nn

from inkwright.errors import ProjectError
from inkwright.learn.checkpoint import (
    load_tensors,
    load_weights,
    optimizer_tensors,
    pack,
    restore_optimizer,
    save_tensors,
    unpack,
)

TENSORS = {
    "b.weight": torch.arange(12.0).view(3, 4).T,  # not contiguous
    "a": torch.tensor([7]),
    "flag": torch.tensor([True, False]),
    "half": torch.ones(2, dtype=torch.bfloat16),
    "empty": torch.zeros(0, 3),
    "scalar": torch.tensor(2.5, dtype=torch.float64),
}


def test_tensors_survive_being_written_and_read(tmp_path):
    save_tensors(tmp_path / "run" / "x.safetensors", TENSORS)
    found = load_tensors(tmp_path / "run" / "x.safetensors")

    assert set(found) == set(TENSORS)
    for name, tensor in TENSORS.items():
        assert found[name].dtype == tensor.dtype
        assert torch.equal(found[name], tensor)


def test_the_same_tensors_give_the_same_bytes(tmp_path):
    save_tensors(tmp_path / "x", TENSORS)
    save_tensors(tmp_path / "y", dict(reversed(TENSORS.items())))
    assert (tmp_path / "x").read_bytes() == (tmp_path / "y").read_bytes()


def test_parts_of_one_tensor_can_be_saved(tmp_path):
    whole = torch.arange(6.0)
    save_tensors(tmp_path / "x", {"first": whole[:3], "all": whole, "again": whole})
    assert load_tensors(tmp_path / "x")["first"].tolist() == [0, 1, 2]


def test_gradients_are_not_saved(tmp_path):
    save_tensors(tmp_path / "x", {"w": torch.ones(2, requires_grad=True)})
    assert not load_tensors(tmp_path / "x")["w"].requires_grad


def test_a_missing_file_names_itself(tmp_path):
    with pytest.raises(ProjectError, match="is missing") as caught:
        load_tensors(tmp_path / "x.safetensors")
    assert str(tmp_path / "x.safetensors") in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("keep", [0, 4, 8, 40, -1])
def test_a_truncated_file_is_damaged(tmp_path, keep):
    path = tmp_path / "x.safetensors"
    save_tensors(path, TENSORS)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ProjectError, match="is damaged") as caught:
        load_tensors(path)
    assert str(path) in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("data", [b"\x80\x04K\x01.", b"\xff" * 64, b"\x00" * 64])
def test_a_file_of_another_kind_is_damaged_and_never_run(tmp_path, data):
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(ProjectError, match="is damaged"):
        load_tensors(tmp_path / "x")


def test_prefixes_are_put_on_and_taken_off():
    packed = {**pack("net", {"w": torch.ones(1)}), **pack("net2", {"w": torch.zeros(1)}), "step": torch.ones(1)}
    assert set(packed) == {"net.w", "net2.w", "step"}
    assert list(unpack("net", packed)) == ["w"]
    assert float(unpack("net2", packed)["w"]) == 0
    assert unpack("ne", packed) == {}


@pytest.mark.parametrize("other", [nn.Linear(3, 3), nn.Linear(2, 2, bias=False), nn.Conv2d(2, 2, 1)])
def test_weights_of_another_network_are_refused(other):
    with pytest.raises(ProjectError, match="do not fit") as caught:
        load_weights(nn.Linear(2, 2), other.state_dict(), "runs/0001-fit/plain.safetensors")
    assert "runs/0001-fit/plain.safetensors" in caught.value.message
    assert caught.value.hint


def walk(net: nn.Linear, optimizer: torch.optim.Optimizer, steps: range) -> list[Tensor]:
    for step in steps:
        optimizer.zero_grad()
        (net(torch.full((1, 3), 1.0 + step)) - 1).square().sum().backward()
        optimizer.step()
    return [weight.detach().clone() for weight in net.parameters()]


@pytest.mark.parametrize("kind", [torch.optim.Adam, torch.optim.AdamW])
def test_an_optimizer_goes_on_where_it_was_saved(tmp_path, kind):
    torch.manual_seed(0)
    net = nn.Linear(3, 2)
    start = {name: value.clone() for name, value in net.state_dict().items()}
    whole = walk(net, kind(net.parameters(), lr=0.01), range(8))

    net.load_state_dict(start)
    optimizer = kind(net.parameters(), lr=0.01)
    walk(net, optimizer, range(5))
    save_tensors(tmp_path / "x", {**pack("net", net.state_dict()), **pack("adam", optimizer_tensors(optimizer))})

    kept = load_tensors(tmp_path / "x")
    other = nn.Linear(3, 2)
    load_weights(other, unpack("net", kept), "x")
    again = kind(other.parameters(), lr=0.01)
    restore_optimizer(again, unpack("adam", kept))
    for a, b in zip(walk(other, again, range(5, 8)), whole, strict=True):
        assert torch.equal(a, b)


def test_an_optimizer_that_never_stepped_can_be_saved():
    optimizer = torch.optim.Adam(nn.Linear(2, 2).parameters())
    assert optimizer_tensors(optimizer) == {}
    restore_optimizer(optimizer, {})
