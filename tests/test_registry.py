import pytest

from inkwright.errors import UnknownChoiceError
from inkwright.registry import Registry, suggest

BACKBONES = Registry("backbone", {"vgg19": 19, "clip": 2, "embedded": 3})


def test_a_known_name_gives_its_part():
    assert BACKBONES["clip"] == 2
    assert list(BACKBONES) == ["vgg19", "clip", "embedded"]
    assert len(BACKBONES) == 3
    assert "clip" in BACKBONES
    assert "klip" not in BACKBONES


def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(UnknownChoiceError) as caught:
        BACKBONES["vgg91"]
    assert str(caught.value) == "Unknown backbone 'vgg91'. Did you mean 'vgg19'? One of: clip, embedded, vgg19."


def test_a_name_like_no_other_gets_the_whole_list():
    assert suggest("zzzzz", ["b", "a"]) == "One of: a, b."
    assert suggest("zzzzz", []) == "None is known yet."


def test_the_table_is_its_own_copy():
    parts = {"a": 1}
    table = Registry("part", parts)
    parts["b"] = 2
    assert "b" not in table
