import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image


def book(root: Path) -> dict[str, Any]:
    return json.loads((root / "book.json").read_text())


def save(root: Path, data: dict[str, Any]) -> None:
    (root / "book.json").write_text(json.dumps(data))


def test_found_panels_have_a_confidence_and_are_drawn(inkwright, scans: Path, tmp_path: Path):
    root = tmp_path / "a"
    assert inkwright("new", root, "--pages", scans).code == 0
    run = inkwright("panels", root)
    found = [panel for page in book(root)["pages"] for panel in page["panels"]]
    assert found
    assert all(0 <= panel["confidence"] <= 1 for panel in found)
    drawn = sorted(path.name for path in (root / "build" / "outlines").iterdir())
    assert drawn == ["1.png", "2.png"]
    table = run.all("table")[-1]
    assert list(table["columns"]) == ["page", "panels", "confidence", "least sure", "why", "outlines"]
    assert [row[-1] for row in sorted(table["rows"])] == drawn


def test_unsure_pages_come_first_with_reason_and_next_act(inkwright, page_of, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("inkwright.operations.panels.UNSURE", 1.01)
    for n in (1, 2):
        page_of(n).save(tmp_path / f"s{n}.png")
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (400, 300, 3), np.uint8)).save(tmp_path / "s3.png")
    root = tmp_path / "a"
    assert inkwright("new", root, "--pages", *(tmp_path / f"s{n}.png" for n in (1, 2, 3))).code == 0
    run = inkwright("panels", root)
    rows = run.all("table")[-1]["rows"]
    assert [float(row[2]) for row in rows] == sorted(float(row[2]) for row in rows)
    assert next(row for row in rows if row[0] == "p3.png")[3:5] == ["p3.1", "no gutters: one picture?"]
    warned = next(event for event in run.all("warned") if "p3.png" in event["message"])
    assert "--show" in warned["hint"]
    assert f"--again {rows[0][0]}" in warned["hint"]


def test_an_author_s_panels_are_never_overwritten(inkwright, marked: Path, page_of):
    data = book(marked)
    own = [
        {"id": "mine", "box": [5, 6, 100, 80], "polygon": [[5, 6], [105, 10], [90, 86], [5, 80]], "note": "keep me"},
        *data["pages"][0]["panels"][::-1],
    ]
    own[1]["box"], own[2]["confidence"] = [1, 2, 33, 44], 0.123
    data["pages"][0]["panels"] = own
    save(marked, data)
    page_of(3).save(marked / "pages" / "p10.png")
    for again in ((), (), ("--again", "p2.png"), ("--show",)):
        assert inkwright("panels", marked, *again).code == 0
        assert book(marked)["pages"][0]["panels"] == own
    assert "confidence" not in book(marked)["pages"][0]["panels"][0]


def test_show_draws_the_book_as_it_is_now_and_writes_nothing_else(inkwright, marked: Path, hashes):
    assert inkwright("panels", marked, "--show").code == 0
    before = (marked / "build" / "outlines" / "1.png").read_bytes()
    data = book(marked)
    data["pages"][0]["panels"][0] |= {"box": [50, 60, 100, 80]}
    save(marked, data)
    text = (marked / "book.json").read_text()
    assert inkwright("panels", marked, "--show").code == 0
    assert (marked / "build" / "outlines" / "1.png").read_bytes() != before
    assert (marked / "book.json").read_text() == text


def test_a_strip_is_read_from_top_to_bottom(inkwright, tmp_path: Path):
    page = np.full((1500, 300, 3), 255, np.uint8)
    boxes = [(0, 40, 300, 200), (30, 300, 240, 260), (0, 640, 300, 330), (0, 1040, 300, 400)]
    for k, (x, y, w, h) in enumerate(boxes):
        page[y : y + h, x : x + w] = np.linspace(60 + 20 * k, 190, w)[None, :, None]
    Image.fromarray(page).save(tmp_path / "s1.png")
    root = tmp_path / "a"
    assert inkwright("new", root, "--pages", tmp_path / "s1.png", "--direction", "strip").code == 0
    assert 'direction = "strip"' in (root / "inkwright.toml").read_text()
    assert inkwright("panels", root).code == 0
    found = [panel["box"] for panel in book(root)["pages"][0]["panels"]]
    assert len(found) == len(boxes)
    assert all(abs(a - b) <= 6 for one, box in zip(found, boxes, strict=True) for a, b in zip(one, box, strict=True))
