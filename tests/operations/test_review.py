import json
from pathlib import Path

import pytest

from inkwright.operations.review import review
from inkwright.project import Project

PANELS = [f"p{n}.{k}" for n in (1, 2) for k in (1, 2, 3, 4)]


def test_review_json_has_the_documented_shape(made_project: Path):
    data = json.loads((made_project / "build" / "review" / "review.json").read_text())
    assert data["elements"] == ["Ball", "Box"]
    assert data["panels"] == PANELS
    assert data["prior"] == [[0, 1, 0, 1, 1, 0, 1, 0], [0, 1, 1, 0, 0, 1, 1, 0]]
    assert list(data["p"]) == ["drawing", "plain", "fitted"]
    assert isinstance(data["summary"], dict)
    for table in (data["prior"], *data["p"].values()):
        assert [len(row) for row in table] == [len(PANELS)] * 2
    for table in data["p"].values():
        assert all(0 <= p <= 1 for row in table for p in row)
    # After three steps the classifiers say the same of everything, to four digits; the judge does not.
    assert data["judge"]["drawing"] != data["judge"]["fitted"]


def test_what_is_not_known_is_null(inkwright, made: Path):
    project = Project(made)
    (made / "prior.csv").write_text("element,kind," + ",".join(PANELS) + "\nBall,character" + "," * 8 + "\n")
    book = project.book()
    book.pages[0].panels = book.pages[0].panels[:1]
    book.pages = book.pages[:1]
    project.save_book(book)
    (made / "prior.csv").write_text("element,kind,p1.1\nBall,character,\n")
    (made / "pages" / "p2.png").unlink()
    project.set_config({"fit": {"steps": 1, "style_steps": 1}})
    assert inkwright("make", made).code == 0
    data = json.loads((made / "build" / "review" / "review.json").read_text())
    assert data["prior"] == [[None]]
    assert data["p"] == {"drawing": [[None]], "plain": [[None]], "fitted": [[None]]}


def test_the_page_needs_nothing_else(made_project: Path):
    page = (made_project / "build" / "review" / "index.html").read_text()
    assert page.count("data:image/") >= 3 * len(PANELS)
    for outside in ('src="http', 'href="http', "@import"):
        assert outside not in page


def test_review_needs_both_renderings(inkwright, made: Path):
    (made / "build" / "plain" / "render.json").unlink()
    assert inkwright("review", made).error["hint"] == f"Run: inkwright render {made} --plain"


def test_stopped_halfway_another_review_does_not_pass_for_this_one(inkwright, made: Path):
    project = Project(made)
    project.set_config({"book": {"title": "Another"}})
    work = review(project)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("inkwright.operations.review.write_json", stop)
        with pytest.raises(KeyboardInterrupt):
            list(work)
    project.set_config({"book": {"title": "Ball and Box"}})
    assert "Another" in (made / "build" / "review" / "index.html").read_text()
    assert inkwright("review", made).events[-1]["fresh"] is True
    assert "Another" not in (made / "build" / "review" / "index.html").read_text()


def stop(*_: object) -> None:
    raise KeyboardInterrupt
