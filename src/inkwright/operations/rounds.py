"""The three rounds of a fit, with everything about files: states, resuming, the loss log.

"style" learns the style picture; "plain" and "fitted" start from there and go through the same panels in the same
order, without and with C. One run so holds both, and the review can tell what C does.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from inkwright.config import Config
from inkwright.events import Clock, Event
from inkwright.learn import checkpoint
from inkwright.learn.canvas import PLANES, Canvas, Look
from inkwright.learn.classifiers import Ensemble
from inkwright.learn.element_look import Spots
from inkwright.learn.finish.losses import Pair, Redrawn
from inkwright.learn.fit import TOLD, FitState, begin, evaluate, fit
from inkwright.learn.job import Job, Weights
from inkwright.learn.regions import CODES
from inkwright.learn.said import Said
from inkwright.learn.style_losses import colour_spread
from inkwright.learn.stylizers import STYLIZERS
from inkwright.learn.stylizers.start import STARTS
from inkwright.learn.tensors import generator, to_tensor
from inkwright.learn.texture import ToneTexture
from inkwright.learn.tone_features import ToneFeatures
from inkwright.learn.train import fast_bfloat16
from inkwright.operations.refine import BEFORE, START
from inkwright.operations.side_by_side import side_by_side
from inkwright.project import read_json, write_json

STYLE_LR = 5e-3
"""Peak learning rate of the round on the style picture alone."""
HELD = 10.0
"""As many times more as P, which holds colours against them, weighs than this, the words of W count more."""
SEEDS = 7919
"""Between the seeds of a fit and of its refinements."""


@dataclass
class Material:
    """What the rounds on the panels work on.

    Attributes:
        plain: the panels' canvases, without any knowledge of elements.
        panels: the same with the elements' own colours; for the "fitted" round.
        p_hat: (J, I) prior marks, nan = not said or not reliable.
        masks: (J, I, s, s) boxes on the classifiers' canvas.
        classifiers: the ensemble, or None: then there is no "fitted" round.
        places: per panel, where elements are, as the network is told it; none: it is not told.
        words: per panel, where words of their own hold, likewise.
        spots: per panel, where the elements' colours are; none: no look term.
        pairs: finished panels over their drawings.
        redrawn: finished panels that were drawn anew.
        finished: whether there are finished pictures at all, which make a "fitted" round.
        features: the term of a pretrained network, or None.
        said: the term of the look in words, or None.
    """

    p_hat: Tensor
    masks: Tensor
    classifiers: Ensemble | None
    plain: list[Canvas] = field(default_factory=list)
    panels: list[Canvas] = field(default_factory=list)
    places: list[Tensor] = field(default_factory=list)
    spots: list[list[Spots]] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    redrawn: list[Redrawn] = field(default_factory=list)
    finished: bool = False
    features: ToneFeatures | None = None
    said: Said | None = None
    words: list[Tensor] = field(default_factory=list)

    @property
    def fitted(self) -> bool:
        """Whether there is more to be fitted than plain style transfer."""
        return self.classifiers is not None or self.finished


class Rounds:
    """The rounds of one run.

    Args:
        run: its folder; rounds that are finished there are not run again, an unfinished one goes on.
        look: style and palette.
        config: the settings.
        stage: name for the events.
    """

    def __init__(self, run: Path, look: Look, config: Config, stage: str = "fit") -> None:
        self.run, self.look, self.config, self.stage = run, look, config, stage
        self.seed = config.style.seed
        self.style, self.Y = look.style_canvas(self.seed + 1)
        self.others = [other.style_canvas(self.seed + 1) for other in look.others]
        self.picture = to_tensor(look.style)
        self.losses: list[dict[str, Any]] = []
        self.gained = True

    def weights(self, elements: bool, features: bool = False) -> Weights:
        """The terms' weights as set; element terms only where wanted, K's not with finished panels.

        `features`: whether a pretrained network's are compared as well.
        """
        f = self.config.fit
        return Weights(
            c=f.weight_c if elements else 0.0,
            location=f.weight_location if elements else 0.0,
            look=f.weight_look if elements and self.look.finish is None else 0.0,
            reconstruction=f.weight_reconstruction,
            texture=f.weight_texture,
            structure=f.weight_structure,
            ink=f.weight_ink,
            palette=f.weight_palette,
            features=f.weight_features if features else 0.0,
            words=f.weight_words * max(1.0, f.weight_palette / HELD),
            finish=self.config.finished.weight if elements else 0.0,
            redrawn=self.config.finished.weight_redrawn if elements else 0.0,
        )

    def run_all(self, material: Material) -> Iterator[Event]:
        """Runs what is not finished yet; without classifiers there is no "fitted" round, and plain is the result.

        With finished pictures and no plain canvases, there is no "plain" round.
        """
        f = self.config.fit
        weights = Weights(reconstruction=f.weight_reconstruction)
        backed = material.features is not None
        first = Job(self.style, self.Y, weights, f.style_steps, STYLE_LR, self.seed, others=self.others)
        second = {}
        if material.plain or not material.finished:
            second["plain"] = Job(weights=self.weights(False, backed), panels=material.plain, **self._common(material))
        if material.fitted:
            second["fitted"] = Job(
                weights=self.weights(True, backed), **self._elements(material), **self._common(material)
            )
        total = f.style_steps + f.steps * len(second)
        yield from self._together({"style": (make_stylizer(self.picture, self.seed, f.start), first)}, 0, total)
        learned = self.run / "style.safetensors"
        starts = {name: (_started(learned, job), job) for name, job in second.items()}
        yield from self._together(starts, f.style_steps, total)
        for name in ("style", *second):
            self.losses += self._kept(name)

    def refine(self, material: Material, emphasis: list[float], again: list[int], depth: int) -> Iterator[Event]:
        """Goes on with a finished "fitted" network; what the run shares with the one before has been copied into it.

        Args:
            material: the panels.
            emphasis: weight of each element's terms.
            again: panels that are drawn more often.
            depth: how many refinements this makes; each sees other views than those before it.
        """
        steps = refined_steps(self.config.fit.steps)
        common = self._common(material) | {"steps": steps, "seed": self.seed + SEEDS * depth}
        backed = material.features is not None
        job = Job(
            weights=self.weights(True, backed), emphasis=emphasis, again=again, **self._elements(material), **common
        )
        start = self.run / START
        yield from self._together({"fitted": (_started(start, job), job)}, 0, steps, measured=True)
        before, mine = (read_json(self.run / BEFORE) or {}).get("losses", []), self._kept("fitted")
        first = max((row["step"] for row in before if row["stage"] == "fitted"), default=0)
        self.losses = [*before, *({**row, "step": first + row["step"]} for row in mine)]
        old, new = (checkpoint.load_tensors(path) for path in (start, self.run / "fitted.safetensors"))
        self.gained = any(not torch.equal(value, new[name]) for name, value in old.items())

    def _common(self, material: Material) -> dict[str, Any]:
        """What all rounds on the panels share."""
        f = self.config.fit
        texture = ToneTexture(self.picture, generator(self.seed, 3)) if f.weight_texture else None
        given = {"style": self.style, "Y": self.Y, "others": self.others, "seed": self.seed, "texture": texture}
        given |= {"features": material.features, "said": material.said, "words": material.words}
        return given | {"batch": f.batch, "steps": f.steps, "lr": f.lr}

    def _elements(self, material: Material) -> dict[str, Any]:
        """What the "fitted" round knows of elements."""
        names = ("panels", "p_hat", "masks", "spots", "classifiers", "places", "pairs", "redrawn")
        return {name: getattr(material, name) for name in names}

    def _kept(self, name: str) -> list[dict[str, Any]]:
        """The rows of a round's losses so far."""
        rows: list[dict[str, Any]] = (read_json(self.run / f"losses-{name}.json") or {}).get("losses", [])
        return rows

    def _together(
        self, rounds: dict[str, tuple[nn.Module, Job]], before: int, total: int, measured: bool = False
    ) -> Iterator[Event]:
        """Runs rounds side by side; `before` steps of `total` are done. `measured`: the start is kept unless beaten."""
        done, works = {name: job.steps for name, (_, job) in rounds.items()}, []
        for name, (net, job) in rounds.items():
            if (self.run / f"{name}.safetensors").exists():
                continue
            state = begin(net, job.lr)
            state_path, rows = self.run / f"state-{name}.safetensors", []
            if state_path.exists():
                restore(state, checkpoint.load_tensors(state_path), str(state_path))
                # The two files are not written in one moment: rows of later steps come again.
                rows = [row for row in self._kept(name) if row["step"] <= state.step]
            elif measured:
                state.best_loss = evaluate(net, state.mean, job, fast_bfloat16())["total"]
            done[name] = state.step
            works.append(self._round(name, state, job, rows))
        clock = Clock(self.stage, total, before + sum(done.values()))
        for _, (name, step, terms) in side_by_side(works):
            done[name] = step
            yield clock.step(before + sum(done.values()), **terms)

    def _round(
        self, name: str, state: FitState, job: Job, rows: list[dict[str, Any]]
    ) -> Iterator[tuple[str, int, dict[str, float]]]:
        """One round; yields (its name, steps done, terms). Its state is saved at every check."""
        losses_path, state_path = self.run / f"losses-{name}.json", self.run / f"state-{name}.safetensors"
        for step in fit(state, job):
            if step.book:
                rows.append({"stage": name, "step": step.done, **{k: round(v, 5) for k, v in step.book.items()}})
                write_json(losses_path, {"losses": rows})
                if step.done < job.steps:
                    checkpoint.save_tensors(state_path, packed(state))
            yield name, step.done, {k: round(v, 4) for k, v in step.terms.items()}
        # Without notes: safetensors writes several in any order.
        checkpoint.save_tensors(self.run / f"{name}.safetensors", state.best)
        state_path.unlink(missing_ok=True)


def refined_steps(steps: int) -> int:
    """Steps of a refinement of a fit with so many."""
    return max(1, steps // 2)


def _started(path: Path, job: Job) -> nn.Module:
    """A network to be trained on from the weights in a file, told where elements and words are or not."""
    weights = checkpoint.load_tensors(path)
    words = bool(job.words) or any(name.startswith("word_") for name in weights)
    net = STYLIZERS["unet"](PLANES, places=CODES if job.places else 0, words=CODES if words else 0)
    checkpoint.load_weights(net, with_places(net, weights), str(path))
    return net.requires_grad_(True)


def make_stylizer(Y: Tensor, seed: int, start: str = "ours") -> nn.Module:
    """A style network that has not seen its style picture (1, 3, H, W) yet.

    Args:
        Y: the style picture; its colours set the network's spread.
        seed: of random weights.
        start: a name in `STARTS`: "ours", the starting checkpoint; "scratch", random weights that change nothing yet.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = STYLIZERS["unet"](PLANES, colour_spread(Y))
    STARTS[start](net)
    return net


def load_stylizer(path: Path) -> nn.Module:
    """A trained style network, in evaluation mode; told where elements, or words, are if it was trained so."""
    weights = checkpoint.load_tensors(path)
    places, words = (CODES if any(name.startswith(kind) for name in weights) else 0 for kind in TOLD)
    net = STYLIZERS["unet"](PLANES, places=places, words=words)
    checkpoint.load_weights(net, weights, str(path))
    return net.eval().requires_grad_(False)


def with_places(net: nn.Module, weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weights of a network that was not told where elements or words are, for one that is: what reads it starts from
    zero."""
    fresh = {name: torch.zeros_like(v) for name, v in net.state_dict().items() if name.startswith(TOLD)}
    return fresh | weights


def packed(state: FitState) -> dict[str, Tensor]:
    """A round in progress as tensors."""
    return {
        **checkpoint.pack("net", state.net.state_dict()),
        **checkpoint.pack("mean", state.mean),
        **checkpoint.pack("best", state.best),
        **checkpoint.pack("adam", checkpoint.optimizer_tensors(state.optimizer)),
        "step": torch.tensor([state.step]),
        "best_loss": torch.tensor([state.best_loss], dtype=torch.float64),
    }


def restore(state: FitState, tensors: dict[str, Tensor], name: str) -> None:
    """Puts a round back to where `packed` saw it."""
    checkpoint.load_weights(state.net, checkpoint.unpack("net", tensors), name)
    state.mean, state.best = checkpoint.unpack("mean", tensors), checkpoint.unpack("best", tensors)
    checkpoint.restore_optimizer(state.optimizer, checkpoint.unpack("adam", tensors))
    state.step, state.best_loss = int(tensors["step"][0]), float(tensors["best_loss"][0])
