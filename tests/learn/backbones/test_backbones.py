from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

from inkwright.errors import BackboneError, ConfigError, UnknownChoiceError
from inkwright.learn.backbones import BACKBONES, layers_of, load_backbone, squeezenet, vgg
from pretrained import SHARED, picture, squeezenet_weights, vgg_weights


@pytest.mark.parametrize("variant", list(vgg.VARIANTS))
def test_each_variant_is_told_by_its_names_and_computes_what_it_says(variant: str):
    weights, X = vgg_weights(variant), picture(41, 57)
    assert vgg.variant_of(weights) == variant
    net = vgg.build(weights, Path("w"))
    assert net.layers == ("relu1_1", "relu1_2", "relu2_1", "relu2_2", "relu3_1")
    got = net(X, net.layers)
    x = X
    if variant == "torchvision":
        x = (x - torch.tensor(vgg.MEAN).view(1, 3, 1, 1)) / torch.tensor(vgg.DEVIATION).view(1, 3, 1, 1)
    else:
        key = {"narrow": "conv0", "normalised": "preprocess"}[variant]
        x = F.conv2d(x, weights[f"{key}.weight"], weights[f"{key}.bias"])
    names = [k.removesuffix(".weight") for k in weights if k.endswith(".weight")]
    for n, name in enumerate([k for k in names if k not in ("conv0", "preprocess")]):
        if n in (2, 4):
            x = F.max_pool2d(x, 2, ceil_mode=variant == "normalised")
        padded = F.pad(x, (1, 1, 1, 1), mode="constant" if variant == "torchvision" else "reflect")
        x = F.relu(F.conv2d(padded, weights[f"{name}.weight"], weights[f"{name}.bias"]))
        assert torch.allclose(got[net.layers[n]], x, atol=1e-5), name
    assert got["relu2_1"].shape[2:] == ((21, 29) if variant == "normalised" else (20, 28))


def test_only_what_is_asked_for_is_computed_and_gradients_reach_the_picture():
    net = vgg.build(vgg_weights("narrow"), Path("w"))
    X = picture().requires_grad_(True)
    found = net(X, ("relu2_1",))
    assert list(found) == ["relu2_1"]
    found["relu2_1"].sum().backward()
    assert X.grad is not None
    assert X.grad.abs().sum() > 0
    assert not any(p.requires_grad for p in net.parameters())
    assert set(net(torch.rand(1, 3, 4, 4), net.layers)) == {"relu1_1", "relu1_2", "relu2_1", "relu2_2"}


@pytest.mark.parametrize("caffe", [True, False])
def test_squeezenet_computes_what_it_says(caffe: bool):
    weights, X = squeezenet_weights(), picture(64, 80)
    net = squeezenet.build(weights, Path("w"), {"input": "BGR 0-255 minus means"} if caffe else {})
    got = net(X, ("relu1", "fire3", "fire4"))
    mean, deviation = (torch.tensor(v).view(1, 3, 1, 1) for v in (vgg.MEAN, vgg.DEVIATION))
    x = X.flip(1) * 255 - torch.tensor([104.0, 116.67, 122.68]).view(1, 3, 1, 1) if caffe else (X - mean) / deviation
    x = F.relu(F.conv2d(x, weights["0.weight"], weights["0.bias"], stride=2))
    assert torch.allclose(got["relu1"], x, atol=1e-3)
    x = F.max_pool2d(x, 3, 2, ceil_mode=True)
    for n in (3, 4):
        s = F.relu(F.conv2d(x, weights[f"{n}.squeeze.weight"], weights[f"{n}.squeeze.bias"]))
        a = F.conv2d(s, weights[f"{n}.expand1x1.weight"], weights[f"{n}.expand1x1.bias"])
        b = F.conv2d(s, weights[f"{n}.expand3x3.weight"], weights[f"{n}.expand3x3.bias"], padding=1)
        x = F.relu(torch.cat([a, b], 1))
        assert torch.allclose(got[f"fire{n}"], x, atol=1e-2, rtol=1e-4)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"features.2.weight": torch.zeros(64, 3, 3, 3)}, r"'features.2.weight' is 64 x 3 x 3 x 3"),
        ({"features.0.bias": torch.zeros(3)}, "bias"),
        ({"features.0.weight": torch.full((64, 3, 3, 3), float("nan"))}, "no numbers"),
        ({"preprocess.weight": torch.zeros(3, 3, 3, 3)}, "not 3 x 3 x 1 x 1"),
    ],
)
def test_wrong_shapes_and_values_are_told(tmp_path: Path, change: dict[str, torch.Tensor], said: str):
    path = tmp_path / "w.safetensors"
    save_file(vgg_weights("normalised") | change, path)
    with pytest.raises(BackboneError, match=said):
        load_backbone("vgg19", str(path))


def test_another_networks_weights_are_told(tmp_path: Path):
    path = tmp_path / "w.safetensors"
    save_file({"blocks.0": torch.zeros(1)}, path)
    with pytest.raises(BackboneError, match=r"no VGG-19: nothing in it"):
        load_backbone("vgg19", str(path))
    with pytest.raises(BackboneError, match=r"'0.weight' is missing"):
        load_backbone("squeezenet", str(path))
    save_file(vgg_weights("torchvision"), path)
    with pytest.raises(BackboneError, match=r"SqueezeNet 1.1"):
        load_backbone("squeezenet", str(path))


def test_the_table_names_what_is_there_and_suggests():
    assert list(BACKBONES) == ["embedded", "vgg19", "squeezenet", "clip"]
    assert load_backbone("embedded") is None
    assert load_backbone("clip") is None
    with pytest.raises(UnknownChoiceError, match="Did you mean 'vgg19'"):
        load_backbone("vgg91")


def test_a_missing_file_says_where_to_put_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("INKWRIGHT_WEIGHTS", str(tmp_path))
    with pytest.raises(BackboneError) as caught:
        load_backbone("vgg19")
    assert str(tmp_path / "vgg19.safetensors") in caught.value.message
    assert "--get vgg19" in caught.value.hint
    assert "timm/vgg19.tv_in1k" in caught.value.hint
    with pytest.raises(BackboneError) as caught:
        load_backbone("squeezenet")
    assert "--get" not in caught.value.hint


def test_a_local_file_serves_and_layers_may_be_chosen(tmp_path: Path):
    path = tmp_path / "mine.safetensors"
    save_file(vgg_weights("narrow") | {"conv11_aux.weight": torch.zeros(64, 4, 1, 1)}, path)
    net = load_backbone("vgg19", str(path))
    assert net is not None
    assert layers_of("vgg19", net) == ("relu1_1", "relu2_1", "relu3_1")
    assert layers_of("vgg19", net, "relu2_2, relu1_1,relu2_2") == ("relu2_2", "relu1_1")
    with pytest.raises(ConfigError, match=r"no layer 'relu5_1'.*relu1_1"):
        layers_of("vgg19", net, "relu5_1")


# -- real numbers, where they lie beside the repository ---------------------------------------------------------------


def wave() -> torch.Tensor:
    """(1, 3, 64, 96) in [0, 1], from a formula."""
    y, x = np.mgrid[0:64, 0:96].astype(np.float64)
    planes = [0.5 + 0.5 * np.sin(x / (3 + k) + k) * np.cos(y / (4 + k)) for k in range(3)]
    return torch.from_numpy(np.stack(planes)[None]).float()


GOLDEN: dict[tuple[str, str], dict[str, tuple[float, float, float]]] = {
    ("vgg19_distilled16x_to_conv5_1.safetensors", "vgg19"): {
        "relu1_1": (1.67009, 39.995, 0.102434),
        "relu2_1": (0.12129, 1.20444, 0.0982844),
        "relu3_1": (0.0185419, 0.26896, 0.0181118),
        "relu4_1": (0.00038885, 0.0127658, 0.000417855),
        "relu5_1": (0.00134533, 0.0099328, 0.00358995),
    },
    ("vgg19_normalised_to_conv3_1.safetensors", "vgg19"): {
        "relu1_1": (1.7825, 39.995, 0),
        "relu2_1": (1.59195, 117.415, 0),
        "relu3_1": (3.63, 116.858, 0),
    },
    ("squeezenet1_1.features.safetensors", "squeezenet"): {
        "relu1": (23.7568, 630.59, 0),
        "fire4": (58.334, 936.653, 107.746),
        "fire7": (47.4822, 1495.41, 270.766),
        "fire10": (20.4867, 688.551, 12.7821),
    },
}
"""(file, backbone) → layer → mean of its features, their greatest value, and the first channel at the first place."""


@pytest.mark.parametrize(("file", "name"), list(GOLDEN))
def test_real_weights_give_the_pinned_features(file: str, name: str):
    path = SHARED / "weights" / file
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    net = load_backbone(name, str(path))
    assert net is not None
    expected = GOLDEN[file, name]
    got = net(wave(), tuple(expected))
    for layer, (mean, most, first) in expected.items():
        phi = got[layer]
        assert float(phi.mean()) == pytest.approx(mean, rel=1e-3)
        assert float(phi.max()) == pytest.approx(most, rel=1e-3)
        assert float(phi[0, 0, 0, 0]) == pytest.approx(first, rel=1e-3, abs=1e-4)


def test_real_weights_are_seen_as_their_own_notes_say():
    path = SHARED / "weights" / "vgg19_normalised_to_conv3_1.safetensors"
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    w = {k: v.float() for k, v in load_file(path).items()}
    net = load_backbone("vgg19", str(path))
    assert net is not None

    def conv(x: torch.Tensor, n: int) -> torch.Tensor:
        padded = F.pad(x, (1, 1, 1, 1), mode="reflect")
        return F.relu(F.conv2d(padded, w[f"features.{n}.weight"], w[f"features.{n}.bias"]))

    x = conv(F.conv2d(wave(), w["preprocess.weight"], w["preprocess.bias"]), 0)
    x = conv(F.max_pool2d(conv(x, 2), 2, ceil_mode=True), 5)
    x = conv(F.max_pool2d(conv(x, 7), 2, ceil_mode=True), 10)
    assert torch.allclose(net(wave(), ("relu3_1",))["relu3_1"], x, atol=1e-3, rtol=1e-4)
