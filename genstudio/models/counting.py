"""Tables of conditionals that are fitted by counting, and everything that they share.

One symbol is predicted from the k before it: p(xₜ | xₜ₋ₖ … xₜ₋₁), a table of its own for each
step t, with one row for each of the K^min(t, k) contexts. k = 0 is independence, k = 1 a Markov
chain, k = n − 1 the full table. A row holds how often each symbol followed its context, and

    p(v | c) = (count(c, v) + α) / (count(c) + K α)

is the mean of its posterior under a symmetric Dirichlet prior with parameter α. With α = 1 this
is Laplace's rule of succession (Mémoire sur la probabilité des causes par les évènements, 1774).

In an image each place is something else. In a sound every moment is as good as another: there
the steps that have k symbols before them share one table (the chain is homogeneous), and a sound
may be longer than those that were counted.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from itertools import accumulate
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from genstudio.core.errors import UserError
from genstudio.core.settings import Settings, setting
from genstudio.core.spaces import Grid, Sequence, Space
from genstudio.core.training import Training
from genstudio.kernels.base import Kernel
from genstudio.models.base import GenerativeModel
from genstudio.models.learner import Learner
from genstudio.models.rescoring import Rescorer
from genstudio.models.rescoring_counts import CountsRescorer
from genstudio.models.sampling import Predictor, probabilities
from genstudio.models.sequence import FlatAutoregressive, OrderedSettings

__all__ = ["CountingConfig", "CountingLearner", "CountingModel"]

_MOST_COUNTS = 2**24
"""64 MiB of counts; up to here a 32-bit float holds each of them exactly, too."""


class CountingConfig(OrderedSettings):
    """The prior, and the order."""

    alpha: float = setting(
        1.0,
        help="How often every symbol counts as seen in every context before any data are; "
        "1 is Laplace's rule.",
        formula="p(v | c) = (count(c, v) + α) / (count(c) + K α)",
        gt=0,
        le=1000,
        log=True,
        label="Laplace prior α",
    )


class CountingModel(FlatAutoregressive):
    """A table of counts for each step, indexed by the last `depth` symbols."""

    counts: ClassVar[bool] = True
    config: CountingConfig

    def __init__(self, space: Grid | Sequence, config: CountingConfig) -> None:
        super().__init__(space, config)
        rows = _rows(space, self.depth)
        # A parameter, because that is what a run keeps; counting has no use for its gradient.
        self.table = nn.Parameter(torch.zeros(sum(rows), space.levels), requires_grad=False)
        starts = torch.tensor([0, *accumulate(rows)])
        # Of each step the row of its first context; the last is that of all steps after it.
        self.starts: Tensor
        self.register_buffer("starts", starts[:-1], persistent=False)

    @classmethod
    def check(cls, space: Space, config: Settings) -> None:
        """Refuse tables that would not fit.

        Raises:
            UserError: in one sentence.
        """
        super().check(space, config)
        depth = min(cls.depth_of(space, config), space.dimensions - 1)
        tables = 1 if isinstance(space, Sequence) else space.dimensions - depth
        size = space.levels ** (depth + 1) * tables
        if size > _MOST_COUNTS:
            raise UserError(
                f"The tables of {cls.title} for {space} would hold more than {_MOST_COUNTS:,} "
                f"numbers: {space.levels} symbols for each of the {space.levels}"
                f"{_superscript(depth)} contexts of a place.",
                "Choose fewer levels, smaller images or a shorter memory."
                if isinstance(space, Grid)
                else "Choose fewer levels or a shorter memory.",
            )

    @classmethod
    @abstractmethod
    def depth_of(cls, space: Space, config: Settings) -> int:
        """How many symbols back a conditional looks; more than there are stands for all."""

    @property
    def depth(self) -> int:
        """K, the number of symbols that a conditional looks back at."""
        return min(self.depth_of(self.space, self.config), self.space.dimensions - 1)

    @property
    def receptive_field(self) -> int:
        """As `depth`."""
        return self.depth

    @property
    def parameter_count(self) -> int:
        """Free parameters: a row of K probabilities that sum to one has K − 1."""
        return len(self.table) * (self.space.levels - 1)

    def rows(self, s: Tensor, first: int = 0) -> Tensor:
        """Symbols in step order (B, m) → the row of the table that each is drawn from, (B, m).

        The context is a number to the base K whose last digit is the symbol just before. Where
        s starts at another step than the first, the rows of `depth` symbols are of no meaning.
        """
        context = torch.zeros_like(s)
        for back in range(1, min(self.depth, s.shape[1] - 1) + 1):
            context[:, back:] += s[:, :-back] * self.space.levels ** (back - 1)
        return self.first_rows(first, s.shape[1]) + context

    def first_rows(self, first: int, count: int) -> Tensor:
        """(count,) the row of the first context of each step from `first` on."""
        steps = torch.arange(first, first + count, device=self.starts.device)
        return self.starts[steps.clamp(max=len(self.starts) - 1)]

    def log_table(self, rows: Tensor | None = None) -> Tensor:
        """Ln p(v | c) of some rows (…), or of all: (…, K), nats."""
        counts = self.table if rows is None else self.table[rows]
        alpha = self.config.alpha
        total = counts.sum(-1, keepdim=True) + self.space.levels * alpha
        return torch.log((counts + alpha) / total)

    def sequence_logits(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """(B, D) → (B, K, D): logarithms of the conditionals, which sum to one."""
        return self.log_table(self.rows(x.long())).transpose(1, 2)

    def surprise(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """−ln p of each symbol, nats, (B, *S): only its own count and that of its row are read."""
        s = self.in_steps(x).long()
        rows, alpha = self.rows(s), self.config.alpha
        totals = self.table.sum(1) + self.space.levels * alpha
        return self.in_places(torch.log(totals[rows] / (self.table[rows, s] + alpha)))

    def influences(self, step: int) -> NDArray[np.bool_]:
        """(D,) the `depth` steps after it, whose contexts hold its symbol."""
        ahead = np.arange(self.space.dimensions) - step
        return (ahead > 0) & (ahead <= self.depth)

    def add(self, x: Tensor) -> None:
        """Count the symbols of x (B, *S), each in its context."""
        s = self.in_steps(x).long()
        cells = (self.rows(s) * self.space.levels + s).flatten()
        # Together, because a large float does not grow by one.
        met, times = (torch.from_numpy(a) for a in np.unique(cells.cpu(), return_counts=True))
        self.table.view(-1).index_add_(0, met.to(cells.device), times.to(self.table))

    def learner(self, training: Training, total_steps: int | None) -> Learner:
        """Counting."""
        return CountingLearner(self)

    def rescorer(self, x: Tensor, y: Tensor | None = None) -> Rescorer:
        """Only the symbols whose context has changed."""
        return CountsRescorer(self, x)

    def predictor(self, x: Tensor, y: Tensor | None) -> Predictor:
        """One row looked up for each symbol."""
        return TablePredictor(self, x)

    def kernel(self, x: Tensor, y: Tensor | None) -> Kernel:
        """The same in machine code."""
        from genstudio.kernels.tables import TableKernel  # noqa: PLC0415 - numba takes a while

        table = self.once_per_weights(lambda: probabilities(self.log_table()))
        contexts = self.space.levels**self.depth
        starts = self.first_rows(0, x[0].numel()).numpy()
        return TableKernel(table, starts, contexts, len(x))


class CountingLearner:
    """One pass over the data: every datum is added once.

    The loss is of the batch before it is counted, so that it says how well what was seen so far
    predicts what comes next.
    """

    def __init__(self, model: CountingModel) -> None:
        self.kept: GenerativeModel = model
        self._model = model

    def step(self, x: Tensor, y: Tensor | None) -> dict[str, Tensor]:
        """Score, then count; {"loss": ()}, nats per datum."""
        with torch.no_grad():
            terms = self._model.loss(x, y)
            self._model.add(x)
        return terms

    def state_dict(self) -> dict[str, Tensor]:
        """The counts."""
        return {name: value.detach() for name, value in self._model.named_parameters()}

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        """Restore exactly."""
        with torch.no_grad():
            for name, parameter in self._model.named_parameters():
                parameter.copy_(state[name])


class TablePredictor(Predictor):
    """The context of each image, moved on by one symbol at a time."""

    def __init__(self, model: CountingModel, x: Tensor) -> None:
        self.model = model
        self.known = model.in_steps(x).long()
        self.contexts = self.known.new_zeros(len(x))
        self.modulus = model.space.levels**model.depth

    def prefix(self, steps: int) -> Tensor:
        """Every row at once; then the context is where the prefix ends."""
        found = self.model.log_table(self.model.rows(self.known)[:, :steps])
        for step in range(max(0, steps - self.model.depth), steps):
            self.put(step, self.known[:, step])
        return found

    def logits(self, step: int) -> Tensor:
        """The row of the context; (B, K)."""
        return self.model.log_table(self.model.first_rows(step, 1) + self.contexts)

    def put(self, step: int, symbols: Tensor) -> None:
        """The oldest symbol leaves the context, the newest enters."""
        self.contexts = (self.contexts * self.model.space.levels + symbols) % self.modulus

    def state(self, step: int) -> Iterable[Tensor]:
        """The contexts."""
        return (self.contexts,)


def _rows(space: Grid | Sequence, depth: int) -> list[int]:
    """How many contexts each step has that has a table of its own."""
    steps = depth + 1 if isinstance(space, Sequence) else space.dimensions
    return [space.levels ** min(step, depth) for step in range(steps)]


def _superscript(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
