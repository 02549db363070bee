"""Fits the weights of comic/confidence.py to generated pages: `python tools/panel_confidence.py [--seeds A B]`.

Prints the weights, to be put into confidence.py, and how well they hold on other pages (bench/panels.py measures that).
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "bench"))

from panel_pages import KINDS, as_scan, draw_page  # noqa: E402
from panels import found_right  # noqa: E402

from inkwright.comic.confidence import WEIGHTS, Evidence  # noqa: E402

PENALTY = 0.02
"""Pull of the weights towards 0."""


def gathered(first: int, last: int) -> list[tuple[Evidence, bool]]:
    """What is known of every panel found on pages of every kind, every third a scan, and whether it is right."""
    known: list[tuple[Evidence, bool]] = []
    for kind in KINDS:
        for seed in range(first, last):
            page = draw_page(kind, seed)
            if seed % 3 == 2:
                page = as_scan(page, np.random.default_rng(seed), float(seed % 4) - 1.5)
            known += [(one.evidence, right) for one, right in found_right(page)]
    return known


def fitted(X: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Bias and weights of a logistic regression, by Newton's method."""
    A = np.concatenate([np.ones((len(X), 1)), X], 1)  # (n, 1 + features)
    w = np.zeros(A.shape[1])
    ridge = PENALTY * len(A) / 100 * np.eye(len(w))
    for _ in range(40):
        p = 1 / (1 + np.exp(-np.clip(A @ w, -30, 30)))
        gradient = A.T @ (p - y) + ridge @ w
        w -= np.linalg.solve((A * (p * (1 - p))[:, None]).T @ A + ridge + 1e-9 * np.eye(len(w)), gradient)
    return float(w[0]), w[1:]


def main() -> None:
    """Prints the weights."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, nargs=2, default=[300, 312])
    known = gathered(*parser.parse_args().seeds)
    X = np.array([[evidence.features()[name] for name in WEIGHTS] for evidence, _ in known])
    bias, weights = fitted(X, np.array([float(right) for _, right in known]))
    print(f"BIAS = {bias:.2f}\nWEIGHTS = {{")
    for name, weight in zip(WEIGHTS, weights.tolist(), strict=True):
        print(f'    "{name}": {weight:.2f},')
    print(f"}}\n# {len(known)} panels, {np.mean([right for _, right in known]):.3f} of them right")


if __name__ == "__main__":
    main()
