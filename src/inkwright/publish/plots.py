"""Loss curves as inline SVG. Same data, same bytes; the page's CSS gives the colours, so they suit light and dark."""

import io
import re
from html import escape
from typing import Any

import numpy as np
from matplotlib import rc_context, rcdefaults, rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

STAGES = ("style", "plain", "fitted")
MOST_POINTS = 300
"""More logged steps than this are averaged in bins, so that a long run stays a small picture."""

# Colours that stand for CSS: each is swapped for its variable after drawing.
INK = "#010203"
GRID = "#010205"
COLOURS = {"style": "#010207", "plain": "#010209", "fitted": "#01020b"}
CSS = {
    INK: "currentColor",
    GRID: "var(--rule)",
    COLOURS["style"]: "var(--drawing)",
    COLOURS["plain"]: "var(--plain)",
    COLOURS["fitted"]: "var(--fitted)",
}
LABELS = {"style": "style picture alone", "plain": "plain", "fitted": "fitted"}

Series = tuple[NDArray[np.float64], NDArray[np.float64]]


def loss_curves(losses: list[dict[str, Any]]) -> str:
    """S and C by step, plain against fitted, as an SVG element; "" where neither was logged.

    Args:
        losses: one dict per logged step: "stage", "step" and terms; see `publish.review_data.Review`.
    """
    names = [name for name in ("S", "C") if any(_series(losses, stage, name) for stage in ("plain", "fitted"))]
    titles = {"S": "S: the style network's own loss", "C": "C: elements against the prior"}
    return _grid(losses, names, ("plain", "fitted"), titles, columns=2, salt="curves")


def loss_terms(losses: list[dict[str, Any]]) -> str:
    """Every other term by step in small panels, as an SVG element; "" where there are none.

    Steps on the style picture alone stand left of 0, steps on the book's panels right of it.
    """
    found = {key for row in losses for key in row if key not in ("stage", "step", "S", "C")}
    names = sorted(name for name in found if any(_series(losses, stage, name) for stage in STAGES))
    return _grid(losses, names, STAGES, {}, columns=3, salt="terms")


def _grid(
    losses: list[dict[str, Any]],
    names: list[str],
    stages: tuple[str, ...],
    titles: dict[str, str],
    columns: int,
    salt: str,
) -> str:
    if not names:
        return ""
    columns = min(columns, len(names))
    rows = -(-len(names) // columns)
    settings: Any = {  # Any: the names are typed in some releases of matplotlib and not in others
        "svg.hashsalt": f"inkwright {salt}",  # fixes the ids, and keeps two figures on one page apart
        "svg.fonttype": "none",
        "font.size": 10,
        "text.color": INK,
        "axes.edgecolor": GRID,
        "axes.labelcolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
    }
    with rc_context():
        rcdefaults()  # a person's own matplotlibrc shall not change the page
        rcParams.update(settings)
        figure = Figure(figsize=(12, (3.6 if columns < 3 else 2.7) * rows), layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False).ravel()
        for axis, name in zip(axes, names, strict=False):
            _draw(axis, losses, name, stages)
            axis.set_title(titles.get(name, name), loc="left", fontsize=10.5)
        for axis in axes[len(names) :]:
            axis.set_visible(False)
        handles = {label: line for axis in axes for line, label in zip(*axis.get_legend_handles_labels(), strict=True)}
        figure.legend(handles.values(), handles.keys(), loc="outside lower left", ncols=3, frameon=False)
        out = io.StringIO()
        figure.savefig(
            out, format="svg", transparent=True, metadata={"Date": None, "Creator": None, "Type": None, "Format": None}
        )
    return _inline(out.getvalue(), f"Loss by step: {', '.join(names)}")


def _draw(axis: Axes, losses: list[dict[str, Any]], name: str, stages: tuple[str, ...]) -> None:
    everything = []
    for stage in stages:
        found = _series(losses, stage, name)
        if found is None:
            continue
        steps, values = found
        everything.append(values)
        colour = COLOURS[stage]
        if len(values) > 12:  # a minibatch is noisy: faint as logged, strong as a running mean
            axis.plot(steps, values, color=colour, alpha=0.3, linewidth=0.8)
            axis.plot(steps, _smooth(values), color=colour, linewidth=2, label=LABELS[stage])
        else:
            axis.plot(steps, values, color=colour, linewidth=2, marker="o", markersize=3, label=LABELS[stage])
    values = np.concatenate(everything)
    if values.min() > 0 and values.max() > 20 * values.min():
        axis.set_yscale("log")
    else:
        axis.set_ylim(bottom=min(0.0, float(values.min())))
    axis.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axis.grid(color=GRID, linewidth=0.7)
    axis.spines[["top", "right"]].set_visible(False)
    axis.set_xlabel("step")


def _series(losses: list[dict[str, Any]], stage: str, name: str) -> Series | None:
    """Steps (n,) and values (n,) of a term in a stage, finite only; None where it was not logged."""
    rows = [row for row in losses if row.get("stage") == stage and isinstance(row.get(name), int | float)]
    rows = [row for row in rows if np.isfinite(row[name])]
    if not rows:
        return None
    steps = np.array([row["step"] for row in rows], np.float64)
    values = np.array([row[name] for row in rows], np.float64)
    if stage == "style":
        steps = steps - max(row["step"] for row in losses if row.get("stage") == "style")
    if len(values) > MOST_POINTS:
        parts = np.array_split(np.arange(len(values)), MOST_POINTS)
        steps = np.array([steps[part].mean() for part in parts])
        values = np.array([values[part].mean() for part in parts])
    return steps, values


def _smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """A running mean (n,) over about a tenth of the run, narrower towards both ends."""
    half = max(1, len(values) // 20)
    total = np.concatenate([[0.0], np.cumsum(values)])
    at = np.arange(len(values))
    reach = np.minimum(half, np.minimum(at, len(values) - 1 - at))
    return np.asarray((total[at + reach + 1] - total[at - reach]) / (2 * reach + 1), np.float64)


def _inline(svg: str, label: str) -> str:
    """A file's SVG as an element for HTML: no prolog, no metadata, CSS colours, a label for those who cannot see it."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r' xmlns(:\w+)?="[^"]*"', "", svg)
    used = set(re.findall(r"#([\w-]+)", svg))  # the other ids are mere names, the same in every figure
    svg = re.sub(r' id="([^"]*)"', lambda found: found[0] if found[1] in used else "", svg)
    svg = re.sub(
        r'<svg [^>]*?(viewBox="[^"]*")[^>]*>',
        rf'<svg class="plot" role="img" aria-label="{escape(label)}" \1>',
        svg,
        count=1,
    )
    for colour, css in CSS.items():
        svg = svg.replace(colour, css)
    return svg.strip()
