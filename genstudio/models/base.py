"""The contracts of a model. Write the primitive, inherit the rest.

S is the shape of a datum, K the number of symbols, D the number of places in S, B the batch,
y an optional integer tensor of labels (B, L), one column for each label of the space.
Outside a model data are integer symbols; masks are boolean and True means known.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, ClassVar, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from genstudio.core.capabilities import Capability, ModelCard, Preset
from genstudio.core.draw import DrawControls, Way
from genstudio.core.errors import UserError
from genstudio.core.settings import Settings
from genstudio.core.spaces import Space
from genstudio.core.trace import TraceChunk
from genstudio.core.training import Training
from genstudio.kernels.base import Drawing, Kernel
from genstudio.kernels.store import ready
from genstudio.models.latent import Decoder, Encoder, LatentVariable, LowerBound
from genstudio.models.learner import GradientLearner, Learner
from genstudio.models.rescoring import FullRescorer, Rescorer
from genstudio.models.sampling import (
    KernelSampler,
    NaivePredictor,
    Predictor,
    PredictorSampler,
    Sampler,
    steps_drawn,
)

__all__ = [
    "Autoregressive",
    "Density",
    "GenerativeModel",
    "Inpainting",
    "registered",
]

_T = TypeVar("_T")

registered: dict[str, type[GenerativeModel]] = {}
"""Every family by name; filled as its module is imported."""


class GenerativeModel(nn.Module, ABC):
    """Base of every family. Naming a `title` registers the class.

    Attributes:
        space: what one datum is.
        config: the family's settings, an instance of `Config`.
        training_step: steps learned so far; a loss that changes over training reads it.
        training_seed: the training's seed; a loss that draws reads it, with the step.
    """

    title: ClassVar[str]
    summary: ClassVar[str]
    reference: ClassVar[str]
    spaces: ClassVar[tuple[type[Space], ...]]
    Config: ClassVar[type[Settings]]
    Controls: ClassVar[type[Settings]]
    presets: ClassVar[tuple[Preset, ...]] = ()
    counts: ClassVar[bool] = False  # fitted in one pass, in which each datum is taken once

    space: Space
    config: Any
    training_step: int
    training_seed: int

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
        self.training_seed = 0

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
            counts=cls.counts,
            error_name=cls.error_name if issubclass(cls, Encoder) else "",
        )

    @property
    def conditional(self) -> bool:
        """Whether the model was built to be told the class."""
        return bool(getattr(self.config, "conditional", False))

    def condition(self, y: Tensor | None) -> Tensor | None:
        """The labels (B, L) that the network is to hear: y, or None where it takes none.

        Raises:
            UserError: it was built to be told the class, and is not: what it then computed would
                be a distribution that was never trained.
        """
        if self.conditional and y is None:
            raise UserError(
                f"This {self.title} is conditioned on the class, and none is given.",
                "Give the labels y, (B, L): one column for each label of its space.",
            )
        return y if self.conditional else None

    @property
    def parameter_count(self) -> int:
        """The number of trained numbers."""
        return sum(parameter.numel() for parameter in self.parameters())

    @property
    def parameter_formula(self) -> str:
        """How that number comes about, in plain Unicode, such as "2ⁿ − 1"; empty if unsaid."""
        return ""

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.parameters()).device

    @abstractmethod
    def loss(self, x: Tensor, y: Tensor | None = None) -> dict[str, Tensor]:
        """What training makes small: {"loss": ()}, in nats per datum; x (B, *S).

        Where that is not the score itself there is also "nats" () per datum, or "error" () for a
        family without a likelihood: what the curve of the training shows.
        """

    def learner(self, training: Training, total_steps: int | None) -> Learner:
        """How the model is fitted; by default Adam on `loss`."""
        return GradientLearner(self, training, total_steps)


class Density(ABC):
    """A model whose likelihood is exact."""

    @abstractmethod
    def log_prob(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """Ln p(x) or ln p(x | y), exact, in nats; x (B, *S), returns (B,)."""

    def ensemble_log_prob(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """Ln p(x) of the average of models that an evaluation scores, exact, nats, (B,).

        By default the average is of one. A family whose average has no conditionals to draw from
        (several orders) overrides this, and `log_prob` stays that of the model that is drawn.
        """
        return self.log_prob(x, y)


class Inpainting:
    """A model that can draw what is hidden: a method in `genstudio.inpainting` needs no more."""


class Autoregressive(GenerativeModel, Density, Inpainting):
    """p(x) = Πₜ p(xₜ | x₁ … xₜ₋₁), each factor a softmax over K symbols. Write `logits`."""

    Controls = DrawControls
    sees_past: ClassVar[bool] = True  # False where no symbol depends on another
    space: Space
    _made: tuple[object, Any] | None = None
    _watched: tuple[nn.Parameter, ...] | None = None

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

    @property
    def receptive_field(self) -> int | None:
        """How many symbols before it a conditional sees, where that is the same at every step."""
        return None

    def depths(self) -> list[tuple[str, nn.Module]]:
        """Names and layers, in order, each of which puts out maps (B, M, H, W), alone or last."""
        return []

    def broken(self) -> Autoregressive | None:
        """A copy in which every symbol may see itself, which is cheating; None if not provided."""
        return None

    def predictor(self, x: Tensor, y: Tensor | None) -> Predictor:
        """The cached way, with torch; a family overrides this."""
        return NaivePredictor(self, x, y)

    def kernel(self, x: Tensor, y: Tensor | None) -> Kernel | None:
        """The compiled way, or None where it does not cover the settings; a family overrides this.

        Args:
            x: (B, *S) symbols, on the CPU; those that are known, and 0 elsewhere.
            y: (B, L) classes, or None.
        """
        return None

    def rescorer(self, x: Tensor, y: Tensor | None = None) -> Rescorer:
        """What scores whole images (B, *S) again when one symbol changes; a family overrides this.

        Raises:
            UserError: the class is wanted and not given.
        """
        return FullRescorer(self, x, self.condition(y))

    def influences(self, step: int) -> NDArray[np.bool_]:
        """(D,) the steps whose conditionals may depend on the symbol of a step: those after it.

        A family that looks back less far says so.
        """
        return np.arange(self.space.dimensions) > step

    def once_per_weights(self, make: Callable[[], _T]) -> _T:
        """What `make` returned for the weights as they are; made again when they have changed.

        A kernel's layout of the weights takes as long as the drawing of half an image.
        """
        if self._watched is None:  # to look for them takes longer than to look at them
            self._watched = tuple(self.parameters())
        # Every change in place counts a tensor's version up.
        now = tuple((p.data_ptr(), p._version) for p in self._watched)
        if self._made is None or self._made[0] != now:
            self._made = (now, make())
        made: _T = self._made[1]
        return made

    def sampler(self, x: Tensor, y: Tensor | None, way: Way = Way.FASTEST) -> Sampler:
        """What draws; x (B, *S) holds the known symbols, and 0 elsewhere.

        The fastest way is the compiled one where the model is on the CPU and the kernel is ready,
        else the cached one.

        Raises:
            UserError: the compiled way is asked for and does not cover the settings, or the class
                is wanted and not given.
        """
        y = self.condition(y)

        def whole(symbols: NDArray[np.uint8], images: NDArray[np.int64] | None) -> Tensor:
            places = np.empty(symbols.shape, np.int64)
            places[:, self.order] = symbols
            told = y if y is None or images is None else y[torch.from_numpy(images).to(y.device)]
            drawn = torch.from_numpy(places).to(x.device).view(x.shape)
            return self.logits(drawn, told).flatten(2)[:, :, self.order].transpose(1, 2)

        if way is Way.NAIVE:
            return PredictorSampler(NaivePredictor(self, x, y), x.device, whole)
        on_cpu = x.device.type == "cpu"
        if way is Way.COMPILED or (way is Way.FASTEST and on_cpu and ready(self.family())):
            with torch.no_grad():
                kernel = self.kernel(x, y)
            if kernel is not None:
                return KernelSampler(kernel)
            if way is Way.COMPILED:
                raise UserError(f"There is no compiled sampler for these settings of {self.title}.")
        with torch.no_grad():
            return PredictorSampler(self.predictor(x, y), x.device, whole)

    def sample_steps(
        self,
        n: int,
        uniforms: NDArray[np.float64],
        controls: Settings,
        y: Tensor | None = None,
        way: Way = Way.FASTEST,
    ) -> Iterator[TraceChunk]:
        """Ancestral sampling: a completion with nothing known."""
        nothing = torch.zeros(n, *self.space.shape, dtype=torch.long, device=self.device)
        return self.complete_steps(nothing, nothing.bool(), uniforms, controls, y, way)

    def complete_steps(
        self,
        x: Tensor,
        known: Tensor,
        uniforms: NDArray[np.float64],
        controls: Settings,
        y: Tensor | None = None,
        way: Way = Way.FASTEST,
    ) -> Iterator[TraceChunk]:
        """Raster completion: known symbols are clamped, hidden ones drawn in order.

        The places of x (B, *S) are hidden where known (B, *S) is False; uniforms (B, D). A hidden
        place is drawn given what comes before it; known places after it are ignored.
        Every place is a step, known or not, so that the recording shows the surprise of each.
        """
        if not isinstance(controls, DrawControls):
            raise TypeError(f"{type(controls).__name__} are not the controls of a sampler")
        evidence = torch.where(known, x, 0)
        drawing = Drawing(
            # In C order for any batch: machine code is compiled for one layout.
            symbols=np.ascontiguousarray(
                evidence.flatten(1).cpu().numpy().astype(np.uint8)[:, self.order]
            ),
            given=np.ascontiguousarray(known.flatten(1).cpu().numpy()[:, self.order]),
            uniforms=uniforms,
            controls=controls,
        )
        return steps_drawn(self.sampler(evidence, y, way), drawing)


_BASES: dict[Capability, type] = {
    Capability.DENSITY: Density,
    Capability.LOWER_BOUND: LowerBound,
    Capability.INPAINTING: Inpainting,
    Capability.AUTOREGRESSIVE: Autoregressive,
    Capability.DECODER: Decoder,
    Capability.ENCODER: Encoder,
    Capability.LATENT_VARIABLE: LatentVariable,
}
