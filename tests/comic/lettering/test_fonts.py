"""Which font draws what."""

from pathlib import Path

import pytest

from inkwright.comic.lettering.fonts import INCLUDED, PLAIN, Chain, read_font
from inkwright.errors import ConfigError
from own_font import own_font


def test_the_included_font_comes_first_and_a_plain_one_helps() -> None:
    chain = Chain(folders=[])
    assert chain.main.file == INCLUDED
    assert chain.prepare("Hello, hello, you dear old человек! مرحبا") == ""
    assert chain.font_for("H").file == INCLUDED
    assert chain.font_for("ч").file == PLAIN
    assert chain.font_for("م").file == PLAIN


def test_what_no_font_has_is_named_once() -> None:
    assert Chain(folders=[]).prepare("今日は今日は\U0001f996!") == "今日は\U0001f996"


def test_a_font_in_the_projects_folder_is_found(tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts" / "kanji.ttf").write_bytes(own_font("今日"))
    chain = Chain("", tmp_path, "ja", [])
    assert chain.prepare("今日") == ""
    assert chain.font_for("今").file == "fonts/kanji.ttf"
    assert chain.used(chain.font_for("今")).family == "Mine"


def test_a_family_is_found_by_name(tmp_path: Path) -> None:
    (tmp_path / "own.ttf").write_bytes(own_font())
    assert Chain("mine", None, "en", [tmp_path]).main.family == "Mine"
    with pytest.raises(ConfigError, match="no installed font family 'Nime'") as error:
        Chain("Nime", None, "en", [tmp_path])
    assert "Did you mean 'Mine'?" in error.value.hint


def test_an_authors_font_is_completed_in_the_cache(tmp_path: Path) -> None:
    (tmp_path / "own.ttf").write_bytes(own_font())
    before = (tmp_path / "own.ttf").read_bytes()
    chain = Chain("own.ttf", tmp_path, "sk", [])
    chain.prepare("bačo")
    assert chain.font_for("č").family == "Mine completed"
    assert chain.main.file.startswith(".inkwright/cache/fonts/")
    assert (tmp_path / chain.main.file).is_file()
    assert (tmp_path / "own.ttf").read_bytes() == before
    again = Chain("own.ttf", tmp_path, "sk", [])
    again.prepare("bačo")
    assert again.main.file == chain.main.file


def test_several_fonts_help_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "a.ttf").write_bytes(own_font("abc", "A"))
    (tmp_path / "b.ttf").write_bytes(own_font("abcde", "B"))
    chain = Chain(f"{tmp_path / 'a.ttf'}, {tmp_path / 'b.ttf'}", None, "en", [])
    assert [chain.font_for(c).family for c in "ad!"] == ["A", "B", "Inkwright Letters"]


def test_most_letters_say_which_font_figures_are_in() -> None:
    chain = Chain(folders=[])
    chain.prepare("Платформа 12")
    assert chain.font_for("1").file == PLAIN
    chain.prepare("Platform 12")
    assert chain.font_for("1").file == INCLUDED


def test_broken_fonts_are_told(tmp_path: Path) -> None:
    (tmp_path / "bad.ttf").write_bytes(b"\0\1\0\0nothing")
    with pytest.raises(ConfigError, match="cannot be read as a TTF or OTF"):
        Chain(str(tmp_path / "bad.ttf"), None, "en", [])
    with pytest.raises(ConfigError, match="does not exist"):
        read_font(str(tmp_path / "gone.ttf"))
    (tmp_path / "empty.ttf").write_bytes(b"")
    assert Chain("", None, "en", [tmp_path]).prepare("☃今") == "今"  # unusable installed fonts are passed over
