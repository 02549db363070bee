import json
from pathlib import Path

from inkwright.learn.checkpoint import save_tensors
from inkwright.project import Project
from pretrained import squeezenet_weights


def test_a_second_judge_grades_where_its_weights_are(inkwright, made: Path, tmp_path: Path):
    weights = tmp_path / "squeezenet.safetensors"
    save_tensors(weights, squeezenet_weights())
    before = json.loads((made / "build" / "review" / "review.json").read_text())
    assert before["second"] == {}
    assert before["summary"]["second"] == {}
    Project(made).set_config({"review": {"second_judge": "squeezenet", "second_judge_weights": str(weights)}})
    assert inkwright("review", made).code == 0
    data = json.loads((made / "build" / "review" / "review.json").read_text())
    assert list(data["second"]) == ["drawing", "plain", "fitted"]
    for table in data["second"].values():
        assert [len(row) for row in table] == [8, 8]
    for look in ("drawing", "plain", "fitted"):
        assert data["summary"]["second"][look]["cells"] == data["summary"]["judge"][look]["cells"]
    assert data["second"] != data["judge"]
    page = (made / "build" / "review" / "index.html").read_text()
    assert "Second judge: AUC" in page
    assert inkwright("review", made).events[-1]["fresh"] is False
    assert len(Project(made).runs("judge")) == 1  # the first one is not trained anew for it


def test_missing_weights_are_named(inkwright, made: Path, tmp_path: Path, monkeypatch):
    Project(made).set_config({"review": {"second_judge": "squeezenet", "second_judge_weights": str(tmp_path / "x")}})
    assert str(tmp_path / "x") in inkwright("review", made).error["message"]
    Project(made).set_config({"review": {"second_judge_weights": ""}})
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    error = inkwright("review", made).error
    assert "squeezenet" in error["message"]
    assert "second_judge_weights" in error["hint"]
