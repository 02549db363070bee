import re
from xml.etree import ElementTree

import matplotlib
import numpy as np

from inkwright.publish.plots import MOST_POINTS, loss_curves, loss_terms


def losses(n=30):
    rows = [{"stage": "style", "step": k, "reconstruction": 1 / (k + 1)} for k in range(n)]
    for stage, scale in (("plain", 1.0), ("fitted", 0.5)):
        for k in range(n):
            rows.append(
                {"stage": stage, "step": k, "S": 3 + k % 2, "C": scale, "reconstruction": 0.5, "ink & <line>": 0.1}
            )
    return rows


def test_the_curves_are_one_well_formed_svg_element_in_the_pages_colours():
    svg = loss_curves(losses())
    root = ElementTree.fromstring(svg.replace("xlink:", ""))
    assert root.tag == "svg"
    assert root.get("role") == "img"
    assert root.get("aria-label") == "Loss by step: S, C"
    for css in ("var(--plain)", "var(--fitted)", "var(--rule)", "currentColor"):
        assert css in svg
    assert not re.search(r"#0102|https?:|<metadata|<\?xml", svg)


def test_terms_have_their_own_small_panels_and_no_s_or_c():
    svg = loss_terms(losses())
    assert "ink &amp; &lt;line&gt;" in svg
    assert ">reconstruction<" in svg
    assert "var(--drawing)" in svg  # the style stage
    assert ">S<" not in svg


def test_same_data_same_bytes_whatever_the_persons_own_settings():
    first = loss_curves(losses()) + loss_terms(losses())
    with matplotlib.rc_context({"lines.linewidth": 9, "axes.facecolor": "red", "svg.hashsalt": None}):
        assert loss_curves(losses()) + loss_terms(losses()) == first


def test_two_figures_share_no_id():
    ids = [
        set(re.findall(r' id="(p[0-9a-f]{8,}|m[0-9a-f]{8,})"', plot(losses()))) for plot in (loss_curves, loss_terms)
    ]
    assert all(ids)
    assert not ids[0] & ids[1]


def test_global_settings_are_left_as_they_were():
    before = dict(matplotlib.rcParams)
    loss_curves(losses())
    assert dict(matplotlib.rcParams) == before


def test_nothing_logged_draws_nothing():
    assert loss_curves([]) == ""
    assert loss_terms([]) == ""
    assert loss_curves([{"stage": "fitted", "step": 0, "S": float("nan")}]) == ""


def test_one_step_negative_and_broken_values_are_drawn():
    rows = [{"stage": "fitted", "step": 0, "S": -1.0}, {"stage": "fitted", "step": 1, "S": float("inf"), "C": None}]
    assert loss_curves(rows).startswith("<svg")
    assert "S, C" not in loss_curves(rows)


def test_a_long_run_stays_small():
    rng = np.random.default_rng(0)
    rows = [{"stage": "fitted", "step": k, "S": float(v)} for k, v in enumerate(rng.random(20_000))]
    svg = loss_curves(rows)
    assert len(svg) < 200 * MOST_POINTS
