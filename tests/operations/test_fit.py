import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from inkwright.learn.banks import Bank
from inkwright.learn.checkpoint import load_tensors
from inkwright.learn.fit import CHECK_EVERY
from inkwright.operations.canvases import load_look, save_look
from inkwright.operations.sweep import BLENDS
from inkwright.project import Project

PROGRAM = [sys.executable, "-m", "inkwright"]


def test_a_finished_run_holds_both_networks_and_the_losses(made_project: Path):
    run = made_project / "runs" / "0002-fit"
    meta = json.loads((run / "meta.json").read_text())
    assert meta["with_c"] is True
    assert {row["stage"] for row in meta["losses"]} == {"style", "plain", "fitted"}
    assert [row["step"] for row in meta["losses"] if row["stage"] == "style"] == [CHECK_EVERY, 22]
    plain, fitted, book = (load_tensors(run / f"{name}.safetensors") for name in ("plain", "fitted", "book"))
    assert plain.keys() == {name for name in fitted if not name.startswith("place_")}  # plain is not told of elements
    assert plain.keys() < fitted.keys() == book.keys()
    assert any((plain[name] != fitted[name]).any() for name in plain)  # the element terms moved it


def test_the_book_is_a_blend_that_the_style_can_afford(made_project: Path):
    run = made_project / "runs" / "0002-fit"
    chosen = json.loads((run / "meta.json").read_text())["sweep"]
    assert chosen["blend"] in BLENDS
    assert chosen["fitted"] <= 1.05 * chosen["plain"] or chosen["blend"] == BLENDS[-1]
    plain, fitted, book = (load_tensors(run / f"{name}.safetensors") for name in ("plain", "fitted", "book"))
    for name, value in book.items():
        start = plain.get(name, torch.zeros_like(value))
        torch.testing.assert_close(value, start + chosen["blend"] * (fitted[name] - start))


def test_the_terms_of_elements_are_in_the_fitted_round_alone(made_project: Path):
    run = made_project / "runs" / "0002-fit"
    rows = {name: json.loads((run / f"losses-{name}.json").read_text())["losses"] for name in ("plain", "fitted")}
    assert all({"C", "L", "K"} <= set(row) for row in rows["fitted"])
    assert not any({"C", "L", "K"} & set(row) for row in rows["plain"])


def test_the_look_of_a_run_comes_back_with_its_banks(made_project: Path, tmp_path: Path):
    project = Project(made_project)
    style = np.zeros((64, 64, 3), np.float32)
    look = load_look(made_project / "runs" / "0002-fit", style, project.config())
    assert look.elements is not None
    assert look.elements.everywhere == [False, False]
    look.elements.banks[1] = Bank(*(np.full(s, 0.25, np.float32) for s in ((2, 3), (2,), (2, 3), (2, 3))))
    save_look(tmp_path, look, {})
    again = load_look(tmp_path, style, project.config())
    assert again.elements is not None
    assert again.elements.banks.keys() == look.elements.banks.keys()
    for i, bank in look.elements.banks.items():
        for name in ("drawn", "own", "painted", "target"):
            assert np.array_equal(getattr(again.elements.banks[i], name), getattr(bank, name))


def test_killed_on_the_way_it_goes_on_to_the_same_bytes(inkwright, made: Path, made_project: Path, one_thread):
    run = made / "runs" / "0002-fit"
    for path in run.iterdir():
        path.unlink()  # an empty folder stays behind, as after a kill before anything was written
    command = [*PROGRAM, "fit", str(made), "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
    ) as work:
        assert work.stdout is not None
        for line in work.stdout:
            event = json.loads(line)
            if event["event"] == "step" and event["done"] > CHECK_EVERY:
                work.kill()
                break
        work.wait()
    assert work.returncode != 0
    left = next(path for path in (made / "runs").glob("*-fit") if path != run)
    assert not (left / "meta.json").exists()
    assert (left / "state-style.safetensors").is_file()  # saved at step 20
    told = json.loads((left / "losses-style.json").read_text())
    assert [row["step"] for row in told["losses"]] == [CHECK_EVERY]
    told["losses"].append({"stage": "style", "step": 22, "total": 9.0})  # a later save, of which only this came through
    (left / "losses-style.json").write_text(json.dumps(told))
    again = inkwright("fit", made)
    assert again.code == 0
    assert again.all("step")[0]["done"] == CHECK_EVERY + 1  # gone on, not begun anew
    whole = made_project / "runs" / "0002-fit"
    for name in ("style", "plain", "fitted", "book", "look", "heat"):
        assert (left / f"{name}.safetensors").read_bytes() == (whole / f"{name}.safetensors").read_bytes()
    assert json.loads((left / "meta.json").read_text()) == json.loads((whole / "meta.json").read_text())


def test_fit_needs_classifiers(inkwright, marked: Path):
    error = inkwright("fit", marked).error
    assert error["message"] == "The element classifiers are missing or out of date."
    assert error["hint"] == f"Run: inkwright train {marked}"


def test_a_damaged_network_says_what_to_do(inkwright, made: Path):
    path = made / "runs" / "0001-train" / "net-0.safetensors"
    path.write_bytes(path.read_bytes()[:100])
    Project(made).set_config({"fit": {"steps": 4}})
    error = inkwright("fit", made).error
    assert "net-0.safetensors is damaged" in error["message"]
    assert "Delete that run's folder" in error["hint"]


@pytest.mark.parametrize("option", [("--fit-steps", "-1"), ("--style-picture", "gouach"), ("--style-scale", "99")])
def test_a_wrong_option_is_not_saved(inkwright, marked: Path, option: tuple[str, str], hashes):
    before = hashes(marked)
    assert inkwright("fit", marked, *option).code == 2
    after = hashes(marked)
    after.pop(".inkwright/lock", None), before.pop(".inkwright/lock", None)
    assert after == before
