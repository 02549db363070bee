"""Where the book's elements are in each panel: in the author's boxes; without a box, where the classifiers see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from inkwright.book import Prior
from inkwright.images import to_float
from inkwright.learn import checkpoint
from inkwright.learn.classifiers import Ensemble
from inkwright.learn.regions import Regions, enlarged, soft_boxes
from inkwright.learn.tensors import to_tensor
from inkwright.learn.views import frame
from inkwright.operations.material import PanelPicture, reduced

FILE = "heat.safetensors"
PRESUMED = 0.9
"""How surely a setting that has no box takes all of its panel."""


@dataclass(frozen=True)
class Whereabouts:
    """Where elements are.

    Attributes:
        prior: the table; what is not marked 1 in a panel is nowhere in it.
        heat: "panel.element", as numbers → (h, w) in [0, 1], the panel coarsely; for elements without a box there.
    """

    prior: Prior
    heat: dict[str, Tensor]

    def everywhere(self) -> list[bool]:
        """Per element, whether it is a setting."""
        return [element.kind == "setting" for element in self.prior.elements]

    def regions(self, panel: PanelPicture, height: int, width: int, anywhere: bool = False) -> Regions:
        """Soft masks (height, width) of the elements in a panel.

        With `anywhere`, what is there and nobody can find is .5 all over, and what nobody said is there or not is 0; a
        setting without a box is `PRESUMED` all over, so that it is no box that somebody drew around all of its panel.
        """
        j, out = self.prior.panels.index(panel.panel.id), {}
        ky, kx = height / panel.pixels.shape[0], width / panel.pixels.shape[1]
        for i, element in enumerate(self.prior.elements):
            if self.prior.table[i, j] != 1:
                if anywhere and np.isnan(self.prior.table[i, j]):
                    out[i] = np.zeros((height, width), np.float32)
                continue
            its = panel.boxes(element.name)
            if its:
                small = [(round(x * kx), round(y * ky), round(w * kx), round(h * ky)) for x, y, w, h in its]
                out[i] = soft_boxes([(x, y, max(1, w), max(1, h)) for x, y, w, h in small], height, width)
            elif f"{j}.{i}" in self.heat:
                out[i] = enlarged(self.heat[f"{j}.{i}"].numpy(), height, width)
            elif element.kind == "setting":
                out[i] = np.full((height, width), PRESUMED if anywhere else 1, np.float32)
            elif anywhere:
                out[i] = np.full((height, width), 0.5, np.float32)
        return out


def find(run: Path, prior: Prior, panels: Sequence[PanelPicture], classifiers: Ensemble | None) -> Whereabouts:
    """The whereabouts of a fit run; looked for by the classifiers once, and kept in the run's folder."""
    path = run / FILE
    if not path.exists():
        heat: dict[str, Tensor] = {}
        for j, panel in enumerate(panels):
            wanted = [
                i
                for i, element in enumerate(prior.elements)
                if prior.table[i, j] == 1 and element.kind != "setting" and not panel.boxes(element.name)
            ]
            if classifiers is not None:
                wanted = [i for i in wanted if bool(classifiers.reliable[i])]
                if wanted:
                    maps = _maps(classifiers, panel)
                    heat |= {f"{j}.{i}": maps[i] for i in wanted}
        checkpoint.save_tensors(path, heat or {"none": torch.zeros(1)})
    return load(run, prior)


def load(run: Path, prior: Prior) -> Whereabouts:
    """The whereabouts that `find` kept."""
    kept = checkpoint.load_tensors(run / FILE)
    return Whereabouts(prior, {name: value for name, value in kept.items() if name != "none"})


@torch.no_grad()
def _maps(classifiers: Ensemble, panel: PanelPicture) -> Tensor:
    """(I, h, w) heat-maps of a drawing, cut from the classifiers' canvas to the panel."""
    px = classifiers.px
    X = to_tensor(to_float(reduced(panel.pixels, min(1.0, 2 * px / max(panel.pixels.shape[:2])))))
    at = frame(X.shape[2], X.shape[3], px)
    whole = F.interpolate(classifiers.heat(X), size=(px, px), mode="bilinear", align_corners=False)[0]
    small = whole[:, at.top : at.top + at.height, at.left : at.left + at.width]
    strongest = small.flatten(1).max(1)[0].clamp_min(1e-3)[:, None, None]
    return (small / strongest).contiguous()  # the element is there, says the author: only where is the question
