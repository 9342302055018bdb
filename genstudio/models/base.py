"""The contracts of a model. Write the primitive, inherit the rest.

S is the shape of a datum, K the number of symbols, D the number of places in S, B the batch,
y an optional integer tensor of labels (B, L), one column for each label of the space.
Outside a model data are integer symbols; masks are boolean and True means known.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from genstudio.core.capabilities import Capability, ModelCard, Preset
from genstudio.core.draw import DrawControls, adjusted, inverse_cdf
from genstudio.core.errors import UserError
from genstudio.core.settings import Settings
from genstudio.core.spaces import Space
from genstudio.core.training import Training
from genstudio.models.learner import GradientLearner, Learner

__all__ = [
    "Autoregressive",
    "Density",
    "GenerativeModel",
    "Inpainting",
    "NaivePredictor",
    "Predictor",
    "Step",
    "registered",
]

registered: dict[str, type[GenerativeModel]] = {}
"""Every family by name; filled as its module is imported."""


@dataclass(frozen=True)
class Step:
    """One symbol of each sample in a batch, as it was drawn.

    Attributes:
        index: the step, 0 … D - 1.
        probabilities: (B, K) float32, the model's conditional at temperature 1.
        symbols: (B,) uint8.
        given: (B,) bool, True where the symbol was known and not drawn.
    """

    index: int
    probabilities: NDArray[np.float32]
    symbols: NDArray[np.uint8]
    given: NDArray[np.bool_]


class GenerativeModel(nn.Module, ABC):
    """Base of every family. Naming a `title` registers the class.

    Attributes:
        space: what one datum is.
        config: the family's settings, an instance of `Config`.
        training_step: steps learned so far; a loss that changes over training reads it.
    """

    title: ClassVar[str]
    summary: ClassVar[str]
    reference: ClassVar[str]
    spaces: ClassVar[tuple[type[Space], ...]]
    Config: ClassVar[type[Settings]]
    Controls: ClassVar[type[Settings]]
    presets: ClassVar[tuple[Preset, ...]] = ()

    space: Space
    config: Any
    training_step: int

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "title" in cls.__dict__:
            registered[cls.family()] = cls

    def __init__(self, space: Space, config: Settings) -> None:
        super().__init__()
        self.check(space, config)
        self.space = space
        self.config = config
        self.training_step = 0

    @classmethod
    def family(cls) -> str:
        """The family's name on the command line: its title, lower case, hyphens for spaces."""
        return cls.title.lower().replace(" ", "-")

    @classmethod
    def check(cls, space: Space, config: Settings) -> None:
        """Refuse what the family cannot learn, before anything starts.

        Raises:
            UserError: in one sentence.
        """
        if not isinstance(space, cls.spaces):
            raise UserError(f"{cls.title} cannot learn data of the kind “{space.kind}”.")
        if getattr(config, "conditional", False) and not space.labels:
            raise UserError(
                f"{cls.title} cannot be conditioned on the class: this data has no labels.",
                "Turn conditioning off, or choose data with labels.",
            )

    @classmethod
    def card(cls) -> ModelCard:
        """The family as plain data."""
        return ModelCard(
            name=cls.family(),
            title=cls.title,
            summary=cls.summary,
            reference=cls.reference,
            capabilities=tuple(
                capability for capability, base in _BASES.items() if issubclass(cls, base)
            ),
            spaces=tuple(space.model_fields["kind"].default for space in cls.spaces),
            config_schema=cls.Config.model_json_schema(),
            controls_schema=cls.Controls.model_json_schema(),
            presets=cls.presets,
        )

    @property
    def conditional(self) -> bool:
        """Whether the model was built to be told the class."""
        return bool(getattr(self.config, "conditional", False))

    @property
    def parameter_count(self) -> int:
        """The number of trained numbers."""
        return sum(parameter.numel() for parameter in self.parameters())

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.parameters()).device

    @abstractmethod
    def loss(self, x: Tensor, y: Tensor | None = None) -> dict[str, Tensor]:
        """What training makes small: {"loss": ()}, in nats per datum; x (B, *S)."""

    def learner(self, training: Training, total_steps: int | None) -> Learner:
        """How the model is fitted; by default Adam on `loss`."""
        return GradientLearner(self, training, total_steps)

    @abstractmethod
    def sample_steps(
        self,
        n: int,
        uniforms: NDArray[np.float64],
        controls: Settings,
        y: Tensor | None = None,
    ) -> Iterator[Step]:
        """Draw n data, one step at a time; uniforms (n, D), in step order."""


class Density(ABC):
    """A model whose likelihood is exact."""

    @abstractmethod
    def log_prob(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """Ln p(x) or ln p(x | y), exact, in nats; x (B, *S), returns (B,)."""


class Inpainting(ABC):
    """A model that can draw what is hidden."""

    @abstractmethod
    def complete_steps(
        self,
        x: Tensor,
        known: Tensor,
        uniforms: NDArray[np.float64],
        controls: Settings,
        y: Tensor | None = None,
    ) -> Iterator[Step]:
        """Draw the places of x (B, *S) where known (B, *S) is False; uniforms (B, D)."""


class Predictor(ABC):
    """The conditionals of images that are being drawn, asked for in step order."""

    @abstractmethod
    def prefix(self, steps: int) -> Tensor:
        """Logits of the first steps at once, all of whose symbols are known: (B, steps, K)."""

    @abstractmethod
    def logits(self, step: int) -> Tensor:
        """Logits (B, K) of one step, given every symbol before it."""

    @abstractmethod
    def put(self, step: int, symbols: Tensor) -> None:
        """The step's symbols (B,) are decided."""


class NaivePredictor(Predictor):
    """One full pass of the network per symbol: the reference that faster ones must equal."""

    def __init__(self, model: Autoregressive, x: Tensor, y: Tensor | None) -> None:
        self.model = model
        self.x = x.clone()
        self.y = y

    def prefix(self, steps: int) -> Tensor:
        """One pass gives them all."""
        return self._all()[:, :, self.model.order[:steps]].transpose(1, 2)

    def logits(self, step: int) -> Tensor:
        """One pass, of which one place is used."""
        return self._all()[:, :, self.model.order[step]]

    def put(self, step: int, symbols: Tensor) -> None:
        """Write into the image."""
        self.x.flatten(1)[:, self.model.order[step]] = symbols

    def _all(self) -> Tensor:
        return self.model.logits(self.x, self.y).flatten(2)


class Autoregressive(GenerativeModel, Density, Inpainting):
    """p(x) = Πₜ p(xₜ | x₁ … xₜ₋₁), each factor a softmax over K symbols. Write `logits`."""

    Controls = DrawControls
    space: Space

    @abstractmethod
    def logits(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """(B, K, *S); at each place it depends on symbols earlier in `order` alone."""

    @cached_property
    def order(self) -> NDArray[np.int64]:
        """(D,) the flat index in S of each step; by default reading order."""
        return np.arange(self.space.dimensions)

    def surprise(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """−ln p(xₜ | x₁ … xₜ₋₁) at each place, nats, (B, *S)."""
        return nn.functional.cross_entropy(self.logits(x, y), x.long(), reduction="none")

    def log_prob(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """The sum of the conditionals' logarithms, nats, (B,)."""
        return -self.surprise(x, y).flatten(1).sum(dim=1)

    def loss(self, x: Tensor, y: Tensor | None = None) -> dict[str, Tensor]:
        """Mean negative log-likelihood, nats per datum."""
        return {"loss": -self.log_prob(x, y).mean()}

    def predictor(self, x: Tensor, y: Tensor | None) -> Predictor:
        """What the sampler asks; a family overrides this with its incremental way."""
        return NaivePredictor(self, x, y)

    def sample_steps(
        self,
        n: int,
        uniforms: NDArray[np.float64],
        controls: Settings,
        y: Tensor | None = None,
    ) -> Iterator[Step]:
        """Ancestral sampling: a completion with nothing known."""
        nothing = torch.zeros(n, *self.space.shape, dtype=torch.long, device=self.device)
        return self.complete_steps(nothing, nothing.bool(), uniforms, controls, y)

    def complete_steps(
        self,
        x: Tensor,
        known: Tensor,
        uniforms: NDArray[np.float64],
        controls: Settings,
        y: Tensor | None = None,
    ) -> Iterator[Step]:
        """Raster completion: known symbols are clamped, hidden ones drawn in order.

        A hidden place is drawn given what comes before it; known places after it are ignored.
        Every place is a step, known or not, so that the recording shows the surprise of each.
        """
        if not isinstance(controls, DrawControls):
            raise TypeError(f"{type(controls).__name__} are not the controls of a sampler")
        return self._draw(self.predictor(torch.where(known, x, 0), y), x, known, uniforms, controls)

    # A generator may not keep inference mode on between its yields, hence the `with` inside.
    def _draw(
        self,
        predictor: Predictor,
        x: Tensor,
        known: Tensor,
        uniforms: NDArray[np.float64],
        controls: DrawControls,
    ) -> Iterator[Step]:
        evidence = x.flatten(1).cpu().numpy().astype(np.uint8)[:, self.order]
        given = known.flatten(1).cpu().numpy()[:, self.order]
        hidden = np.flatnonzero(~given.all(axis=0))
        prefix = int(hidden[0]) if hidden.size else given.shape[1]
        if prefix:
            with torch.no_grad():
                seen = _probabilities(predictor.prefix(prefix))
            for index in range(prefix):
                yield Step(index, seen[:, index], evidence[:, index], given[:, index])
        for index in range(prefix, given.shape[1]):
            with torch.no_grad():
                p = _probabilities(predictor.logits(index))
                drawn = inverse_cdf(adjusted(p, controls), uniforms[:, index])
                symbols = np.where(given[:, index], evidence[:, index], drawn)
                predictor.put(index, torch.from_numpy(symbols).to(x.device, torch.long))
            yield Step(index, p, symbols, given[:, index])


def _probabilities(logits: Tensor) -> NDArray[np.float32]:
    return torch.softmax(logits.double(), dim=-1).float().cpu().numpy()


_BASES: dict[Capability, type] = {
    Capability.DENSITY: Density,
    Capability.INPAINTING: Inpainting,
    Capability.AUTOREGRESSIVE: Autoregressive,
}
