"""Drawings with their finish, given to `stylize`: found, checked, learned from."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inkwright.errors import PictureError, UserError
from inkwright.images import read_picture
from inkwright.operations.stylize_pairs import loose, pairs_of, read_pairs, taught


@pytest.fixture
def drawn(page_of, tmp_path: Path) -> Path:
    """drawings/: a and b; painted/: a, painted over its drawing."""
    (tmp_path / "drawings").mkdir()
    (tmp_path / "painted").mkdir()
    for n, name in enumerate("ab"):
        page_of(n + 1).save(tmp_path / "drawings" / f"{name}.png")
    pixels = np.asarray(page_of(1)).astype(np.float32)
    painted = np.clip(pixels * (0.7, 0.9, 0.5) + (40, 0, 20), 0, 255).astype(np.uint8)
    Image.fromarray(painted).save(tmp_path / "painted" / "A.png")
    return tmp_path


def test_a_pair_is_two_files_or_two_folders(drawn: Path):
    a, done = drawn / "drawings" / "a.png", drawn / "painted" / "A.png"
    (pair,) = pairs_of([f"{a}={done}"])
    assert (pair.drawing, pair.finish) == (a, done)
    # Of two folders those of one name, whatever its letters; drawings without a finish are what is to be painted.
    assert pairs_of([f"{drawn / 'drawings'}={drawn / 'painted'}"]) == [pair]
    assert pairs_of([f"{a}={done}", f"{a}={done}"]) == [pair]


def test_a_name_may_have_an_equals_sign(drawn: Path):
    odd = drawn / "a=1.png"
    odd.write_bytes((drawn / "drawings" / "a.png").read_bytes())
    (pair,) = pairs_of([f"{odd}={drawn / 'painted' / 'A.png'}"])
    assert pair.drawing == odd


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no pair"),
        ("{0}/drawings/a.png", "is no pair"),
        ("={0}/painted/A.png", "is no pair"),
        ("{0}/drawings/a.png=", "is no pair"),
        ("x" * 10_000 + "=y", "is no pair"),
        ("{0}/drawings/a.png={0}/painted", "one is a folder"),
        ("{0}/drawings/a.png={0}/painted/b.png", "painted/b.png does not exist"),
        ("{0}/no.png={0}/painted/A.png", "no.png does not exist"),
        ("{0}/drawings/a.png={0}/drawings/a.png", "as its own finish"),
        ("{0}/drawings={0}/empty", "has no pictures"),
        ("{0}/painted={0}/drawings", "b.png has no drawing of its name"),
    ],
)
def test_what_is_no_pair_is_told(drawn: Path, text: str, said: str):
    (drawn / "empty").mkdir()
    with pytest.raises((UserError, PictureError)) as error:
        pairs_of([text.format(drawn)])
    assert said in error.value.message
    assert error.value.hint


def test_one_drawing_has_one_finish(drawn: Path):
    a, b = drawn / "drawings" / "a.png", drawn / "drawings" / "b.png"
    with pytest.raises(UserError, match="has two finishes"):
        pairs_of([f"{a}={drawn / 'painted' / 'A.png'}", f"{a}={b}"])
    (drawn / "drawings" / "a.jpg").write_bytes(b"")
    with pytest.raises(UserError, match=r"has both a\.(jpg|png) and"):
        pairs_of([f"{drawn / 'drawings'}={drawn / 'painted'}"])


def test_another_size_is_fitted_and_another_shape_refused(drawn: Path):
    a, done = drawn / "drawings" / "a.png", drawn / "painted" / "A.png"
    picture = Image.fromarray(read_picture(done).pixels)
    picture.resize((picture.width * 2, picture.height * 2)).save(drawn / "large.png")
    (shown,), said = read_pairs(pairs_of([f"{a}={drawn / 'large.png'}"]), 3, 96)
    assert (shown.at, shown.found.kind, said) == (3, "aligned", [])
    picture.crop((0, 0, picture.width, picture.height // 2)).save(drawn / "cut.png")
    with pytest.raises(PictureError, match="another shape"):
        read_pairs(pairs_of([f"{a}={drawn / 'cut.png'}"]), 0, 96)
    (drawn / "torn.png").write_bytes(done.read_bytes()[:200])
    with pytest.raises(PictureError, match=r"torn\.png"):
        read_pairs(pairs_of([f"{a}={drawn / 'torn.png'}"]), 0, 96)


def test_a_finish_of_something_else_is_left_out_with_a_sentence(drawn: Path, page_of):
    Image.new("RGB", page_of(2).size, "teal").save(drawn / "even.png")
    wrong = f"{drawn / 'drawings' / 'b.png'}={drawn / 'even.png'}"
    with pytest.raises(PictureError, match="one colour all over"):
        read_pairs(pairs_of([wrong]), 0, 96)
    right = f"{drawn / 'drawings' / 'a.png'}={drawn / 'painted' / 'A.png'}"
    shown, said = read_pairs(pairs_of([wrong, right]), 1, 96)
    assert [one.at for one in shown] == [1]
    assert "one colour all over" in said[0][0]


def test_pairs_are_lessons_without_elements(drawn: Path):
    files = pairs_of([f"{drawn / 'drawings'}={drawn / 'painted'}"])
    shown, _ = read_pairs(files, 1, 96)
    other = read_picture(drawn / "drawings" / "b.png").pixels
    finishing, detail = taught(shown, [other])
    (source,) = finishing.sources
    assert source.over
    assert source.regions == {}
    assert 0 <= detail <= 1
    assert finishing.told() == "1 finished panel"
    pairs, redrawn = finishing.terms([(48, 64), (40, 60)], [{}, {}])
    assert [(one.at, tuple(one.finish.shape[-2:])) for one in pairs] == [(1, (40, 60))]
    assert redrawn == []


def test_a_loose_drawing_is_a_panel_of_its_own(drawn: Path):
    pixels = read_picture(drawn / "drawings" / "a.png").pixels
    view = loose(pixels, "a")
    assert view.box == view.inside.box == (0, 0, pixels.shape[1], pixels.shape[0])
    assert view.boxes("Hero") == []
