"""The judges of a review: trained on the drawings, page by page, never seen by the loss."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import torch
from torch import Tensor, nn

from inkwright.errors import BackboneError
from inkwright.events import Event
from inkwright.images import Pixels, to_float
from inkwright.learn import checkpoint
from inkwright.learn.augment import noise_textures
from inkwright.learn.backbones import file_of, load_backbone
from inkwright.learn.backbones.weight_files import mark_of
from inkwright.learn.examples import Examples, page_folds
from inkwright.learn.judge import JudgeNet, grade, recipe
from inkwright.learn.second_judge import SecondJudgeNet, second_recipe
from inkwright.learn.tensors import generator, to_tensor
from inkwright.learn.train import Recipe
from inkwright.learn.views import see
from inkwright.operations.log import logged
from inkwright.operations.nets import examples, load_nets, train_nets
from inkwright.operations.train import Inputs
from inkwright.project import Project, digest, write_json

JUDGES = 2
"""Nets of a judge, each of which leaves out one half of the panels; books of a few pages get one for each page."""
JUDGED = 2
"""Raised when a change of ours makes earlier judges stale."""


def judges_of(project: Project, given: Inputs) -> list["Judge"]:
    """The judges that the settings ask for; none with review.judge_steps = 0.

    Raises:
        BackboneError: a second judge is wanted, and its weights are missing or damaged.
    """
    config = project.config()
    wanted, name = config.review.judge_steps, config.review.second_judge
    if not wanted:
        return []
    nets = len(held_out([number for number, page in enumerate(given.book.pages) for _ in page.panels]))
    # More nets cost more in all, though not in proportion.
    each = max(1, round(wanted * min(1.0, float(np.sqrt(JUDGES / nets)))))
    seed = config.style.seed + 10_007
    judges = [Judge(project, given, "judge", each, recipe, JudgeNet, seed)]
    if name:
        file = _weights_of(name, config.review.second_judge_weights)
        read, mark = load_backbone(name, file), digest(mark_of(file_of(name, file)))
        assert read is not None
        build = partial(SecondJudgeNet, read=read)
        judges.append(Judge(project, given, "second", each, second_recipe, build, seed + 5_003, mark))
    return judges


def _weights_of(name: str, file: str) -> str:
    if not file and not file_of(name).exists():
        raise BackboneError(
            f"review.second_judge is {name}, but its weights are not on this machine: {file_of(name)} does not exist.",
            "Put them there as safetensors, name a file in review.second_judge_weights, or leave second_judge empty.",
        )
    return file


def held_out(page_of: list[int]) -> list[list[int]]:
    """For each net of a judge, the panels that it does not see."""
    return page_folds(page_of, min(JUDGES, len(page_of)))[0]


@dataclass(frozen=True)
class Judge:
    """One judge of a book.

    Attributes:
        project: the project.
        given: book and prior.
        stage: of its runs: "judge" or "second".
        each: training steps of each of its nets.
        recipe: of their training, by steps.
        build: makes an untrained net from (which elements fill their panels, side of the canvas).
        seed: of everything random.
        mark: changes with the pretrained weights that it reads with; empty where it has none.
    """

    project: Project
    given: Inputs
    stage: str
    each: int
    recipe: Callable[[int], Recipe]
    build: Callable[[list[bool], int], nn.Module]
    seed: int
    mark: str = ""

    @property
    def steps(self) -> int:
        """Training steps of all its nets."""
        return self.each * len(self._book[1])

    @property
    def key(self) -> str:
        """Changes with what it learns from."""
        return digest(self.given.key, self.project.config().review.judge_steps, self.mark, JUDGED)

    @cached_property
    def _book(self) -> tuple[Examples, list[list[int]]]:
        """The drawings, and for each net the panels that it does not see: whole pages, where there are enough."""
        data, page_of = examples(self.project, self.given.book, self.given.prior, self.project.config().train.px)
        data.everywhere = data.fills()
        return data, held_out(page_of)

    @property
    def _make(self) -> Callable[[], nn.Module]:
        return partial(self.build, self._book[0].everywhere, self.project.config().train.px)

    def train(self) -> Iterator[Event]:
        """Trains it where it is not trained yet; a stopped run goes on."""
        if self.project.finished_run(self.stage, self.key) is not None:
            return
        config = self.project.config()
        run = self.project.open_run(self.stage, self.key, {"review": config.review.model_dump()})
        data, left_out = self._book
        textures = noise_textures(96, config.train.px, generator(self.seed, 12))
        learned = train_nets(run, "review", self._make, data, left_out, self.recipe(self.each), textures, self.seed)
        yield from logged(run, learned)
        write_json(run / "meta.json", {"format": checkpoint.VERSION, "key": self.key, "nets": len(left_out)})

    def graded(self, pictures: dict[str, list[Pixels]]) -> dict[str, np.ndarray]:
        """p_ij, (I, J) for each look; it must be trained."""
        run = self.project.finished_run(self.stage, self.key)
        assert run is not None
        (data, left_out), px = self._book, self.project.config().train.px
        nets = load_nets(run, self._make, len(left_out))
        canvases = {look: torch.cat([see(to_tensor(to_float(x)), px) for x in its]) for look, its in pictures.items()}
        graded: dict[str, Tensor] = grade(nets, left_out, data, canvases)
        return {look: table.T.double().numpy() for look, table in graded.items()}
