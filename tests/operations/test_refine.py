import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from inkwright.book import Element, Prior
from inkwright.learn.checkpoint import load_tensors
from inkwright.operations.refine import MOST, Refinement, emphasis, keys
from inkwright.project import Project

PROGRAM = [sys.executable, "-m", "inkwright"]


def bytes_of(run: Path, names: tuple[str, ...] = ("plain", "fitted", "book")) -> list[bytes]:
    return [(run / f"{name}.safetensors").read_bytes() for name in names]


@pytest.fixture(scope="module")
def refined_project(tmp_path_factory, made_project: Path, inkwright) -> Path:
    """The made project with more of Ball. To be read, and copied to be changed."""
    root = tmp_path_factory.mktemp("refined") / "book"
    shutil.copytree(made_project, root)
    assert inkwright("fit", root, "--more", "Ball").code == 0
    return root


@pytest.fixture
def refined(refined_project: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(refined_project, tmp_path / "book"))


def fits(root: Path) -> list[Path]:
    return Project(root).runs("fit")


def test_more_of_an_element_is_a_run_of_its_own_that_starts_from_the_last_one(refined_project: Path):
    first, second = fits(refined_project)
    config, meta = (json.loads((second / f"{name}.json").read_text()) for name in ("config", "meta"))
    assert config["refines"] == first.name
    assert config["refinements"] == [{"more": ["Ball"], "redo": []}]
    assert (second / "start.safetensors").read_bytes() == (first / "fitted.safetensors").read_bytes()
    assert bytes_of(second, ("plain", "style", "look")) == bytes_of(first, ("plain", "style", "look"))
    assert set(meta["sweep"]) >= {"blend", "plain", "fitted"}
    steps = [row["step"] for row in meta["losses"] if row["stage"] == "fitted"]
    assert steps == [3, 4]  # three steps, then half as many


def test_without_options_the_refined_run_stays_the_current_one(inkwright, refined: Path):
    again = inkwright("fit", refined)
    assert again.events[-1]["fresh"] is False
    assert fits(refined)[-1].name in again.events[-1]["note"]
    assert len(fits(refined)) == 2


def test_fresh_drops_what_was_refined(inkwright, refined: Path):
    last = inkwright("fit", refined, "--fresh").events[-1]
    assert (last["fresh"], last["note"]) == (False, f"up to date ({fits(refined)[0].name})")
    assert not (refined / "refine.json").exists()


def test_a_refinement_makes_the_pages_out_of_date(inkwright, refined: Path):
    rows = {row[0]: row[1] for row in inkwright("status", refined).all("table")[0]["rows"]}
    assert rows["fit"] == "up to date"
    assert rows["render"] == rows["review"] == "out of date"


def test_refinements_build_on_each_other_and_other_inputs_leave_them_behind(inkwright, refined: Path):
    assert inkwright("fit", refined, "--redo", "p1.2", "--more", "Ball").code == 0
    _, second, third = fits(refined)
    config = json.loads((third / "config.json").read_text())
    assert config["refines"] == second.name
    assert config["refinements"][1] == {"more": ["Ball"], "redo": ["p1.2"]}
    assert (third / "start.safetensors").read_bytes() == (second / "fitted.safetensors").read_bytes()
    changed = inkwright("fit", refined, "--fit-steps", "2")
    assert any("The inputs have changed" in warned["message"] for warned in changed.all("warned"))
    assert any("--more Ball --redo p1.2" in warned["hint"] for warned in changed.all("warned"))
    assert "refines" not in json.loads((fits(refined)[-1] / "config.json").read_text())
    back = inkwright("fit", refined, "--fit-steps", "3").events[-1]
    assert back["note"] == f"up to date ({third.name})"


@pytest.mark.parametrize(
    ("option", "message", "near"),
    [
        (("--more", "Bal"), "The book has no element 'Bal'.", "Did you mean 'Ball'?"),
        (("--redo", "p1.22"), "The book has no panel 'p1.22'.", "Did you mean 'p1.2'?"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_one(inkwright, made: Path, option, message, near):
    error = inkwright("fit", made, *option).error
    assert error["message"] == message
    assert error["hint"].startswith(near)
    assert not (made / "refine.json").exists()
    assert len(fits(made)) == 1


def test_there_must_be_a_fit_to_refine(inkwright, made: Path):
    for run in fits(made):
        shutil.rmtree(run)
    error = inkwright("fit", made, "--more", "Ball").error
    assert error["hint"] == f"Run first: inkwright fit {made}"
    assert not (made / "refine.json").exists()


def test_where_elements_have_no_part_there_is_nothing_to_refine(inkwright, made: Path):
    meta = fits(made)[0] / "meta.json"
    meta.write_text(json.dumps({**json.loads(meta.read_text()), "with_c": False}))
    assert "nothing to refine" in inkwright("fit", made, "--redo", "p1.1").error["message"]


def test_a_damaged_file_says_how_to_drop_it(inkwright, refined: Path):
    path = refined / "refine.json"
    path.write_text(path.read_text().replace("more", "less"))
    error = inkwright("fit", refined).error
    assert "refine.json is damaged" in error["message"]
    assert error["hint"].endswith("--fresh")
    assert inkwright("fit", refined, "--fresh").code == 0


def test_a_run_that_is_gone_is_made_again_to_the_same_bytes(
    inkwright, refined: Path, refined_project: Path, one_thread
):
    for run in fits(refined):
        shutil.rmtree(run)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("inkwright.learn.train.MIN_AUC", -1.0)
        assert inkwright("fit", refined).code == 0  # both, one after the other
    _, second = fits(refined)
    assert bytes_of(second) == bytes_of(fits(refined_project)[1])


def test_killed_on_the_way_it_goes_on_to_the_same_bytes(inkwright, made: Path, tmp_path: Path, one_thread):
    settings = made / "inkwright.toml"
    settings.write_text(settings.read_text().replace("steps = 3\npanel_px", "steps = 44\npanel_px"))
    assert inkwright("fit", made).code == 0
    whole = Path(shutil.copytree(made, tmp_path / "whole"))
    assert inkwright("fit", whole, "--more", "Ball").code == 0
    command = [*PROGRAM, "fit", str(made), "--more", "Ball", "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
    ) as work:
        assert work.stdout is not None
        for line in work.stdout:
            event = json.loads(line)
            if event["event"] == "step" and event["done"] >= 21:  # of 22; a state was saved at 20
                work.kill()
                break
        work.wait()
    left = fits(made)[-1]
    assert not (left / "meta.json").exists()
    again = inkwright("fit", made, "--more", "Ball")  # the same request is gone on with, not made twice
    assert again.all("step")[0]["done"] == 21
    assert len(json.loads((made / "refine.json").read_text())["refinements"]) == 1
    assert bytes_of(left) == bytes_of(fits(whole)[-1])


def test_more_of_it_doubles_an_elements_weight_each_time_up_to_a_limit():
    prior = Prior([Element("A", "prop"), Element("B", "prop")], ["p1"], torch.zeros(2, 1).double().numpy())
    asked = [Refinement(("A",)), Refinement(("B", "A")), Refinement((), ("p1",))]
    assert emphasis(prior, asked) == [4.0, 2.0]
    assert emphasis(prior, [Refinement(("A",))] * 9) == [MOST, 1.0]
    assert emphasis(prior, []) == [1.0, 1.0]


def test_keys_follow_what_was_asked_for_and_its_order():
    one, two = Refinement(("A",)), Refinement((), ("p1",))
    assert keys("base", []) == ["base"]
    chains = [keys("base", asked)[-1] for asked in ([one], [two], [one, two], [two, one], [one, one])]
    assert len(set(chains)) == 5
    assert keys("base", [one, two])[:2] == keys("base", [one])


def test_a_refined_network_differs_from_its_start(inkwright, made: Path):
    Project(made).set_config({"fit": {"steps": 16}})  # of one or two steps, none need be better than the start
    assert inkwright("fit", made).code == 0
    assert inkwright("fit", made, "--more", "Ball").code == 0
    run = fits(made)[-1]
    old, new = (load_tensors(run / f"{name}.safetensors") for name in ("start", "fitted"))
    assert old.keys() == new.keys()
    assert any((old[name] != new[name]).any() for name in old)
