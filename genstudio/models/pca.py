"""Principal component analysis: Pearson (1901), Hotelling (1933).

Of all linear hourglasses the one that loses least has a closed form: with the mean μ and the
eigenvectors W of the covariance that belong to its k largest eigenvalues λ,

    z = Wᵀ(x − μ),   x̂ = μ + W z,   Var zⱼ = λⱼ.

Sums of symbols and of their products are whole numbers, which float64 holds exactly, so one pass
over the data is enough, in any order, and a pass that was interrupted goes on as if it had not
been.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from genstudio.core.capabilities import Preset
from genstudio.core.errors import UserError
from genstudio.core.latent import LatentControls
from genstudio.core.settings import Settings, setting
from genstudio.core.spaces import Grid, Space
from genstudio.core.training import Training
from genstudio.models.base import GenerativeModel
from genstudio.models.latent import Encoder
from genstudio.models.learner import Learner

__all__ = ["PCA"]

_MOST_PLACES = 4096  # whose products take 128 MiB
_BATCHES = {"batch_size": 500}  # a product of matrices pays off when they are large


class PCAConfig(Settings):
    """The size of the code."""

    code: int = setting(
        16,
        help="How many principal components are kept; each further one loses less.",
        formula="x̂ = μ + Σⱼ₌₁ᵏ zⱼ wⱼ",
        ge=1,
        le=4096,
        label="Components",
    )


class PCA(GenerativeModel, Encoder):
    """The mean and the directions in which data vary most.

    Codes are in the units of the data, with symbols rescaled to 0 … 1.
    """

    title = "PCA"
    summary = "The best linear hourglass, in closed form: a mean and the directions of variance."
    reference = "Pearson, On lines and planes of closest fit to systems of points in space, 1901"
    spaces = (Grid,)
    Config = PCAConfig
    Controls = LatentControls
    counts = True
    prior = (
        "zⱼ ~ N(0, τ² λⱼ): as if the data were normally distributed, which has their mean and "
        "variances, and little else of them."
    )
    presets = (
        Preset(
            name="quick look",
            help="Two components, which can be drawn as a map.",
            config={"code": 2},
            training=_BATCHES,
        ),
        Preset(name="good", help="Sixteen components.", config={"code": 16}, training=_BATCHES),
        Preset(
            name="thorough",
            help="Sixty-four components, as many as the digits of 8×8 pixels have.",
            config={"code": 64},
            training=_BATCHES,
        ),
    )
    space: Grid
    config: PCAConfig

    def __init__(self, space: Grid, config: PCAConfig) -> None:
        super().__init__(space, config)
        # Parameters, because those are what a run keeps; no gradient has a use for them.
        self.mean = nn.Parameter(torch.zeros(space.dimensions), requires_grad=False)
        self.components = nn.Parameter(
            torch.zeros(config.code, space.dimensions), requires_grad=False
        )
        self.variances = nn.Parameter(torch.zeros(config.code), requires_grad=False)

    @classmethod
    def check(cls, space: Space, config: Settings) -> None:
        """Refuse more components than there are, and tables that would not fit.

        Raises:
            UserError: in one sentence.
        """
        super().check(space, config)
        if not isinstance(config, PCAConfig):
            raise TypeError(f"{type(config).__name__} are not the settings of PCA")
        if config.code > space.dimensions:
            raise UserError(
                f"Images of {space} have {space.dimensions} principal components, "
                f"not {config.code}.",
                "Choose a smaller code.",
            )
        if space.dimensions > _MOST_PLACES:
            raise UserError(
                f"PCA would need the covariance of {space.dimensions:,} values with each other.",
                f"Choose smaller images, of at most {_MOST_PLACES:,} values.",
            )

    @property
    def latent_shape(self) -> tuple[int, ...]:
        """(code,)."""
        return (self.config.code,)

    @property
    def parameter_formula(self) -> str:
        """The mean of n values, and k components with a variance each."""
        return "n + k(n + 1)"

    def encode(self, x: Tensor, y: Tensor | None = None) -> tuple[Tensor, None]:
        """Z = Wᵀ(x − μ), (B, code)."""
        image = x.flatten(1).to(self.mean.dtype) / (self.space.levels - 1)
        return (image - self.mean) @ self.components.t(), None

    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """μ + W z, (B, *S), in symbol units; what lies beyond 0 … K − 1 is cut off."""
        image = (self.mean + z @ self.components).clamp(0, 1)
        return image.view(-1, *self.space.shape) * (self.space.levels - 1)

    def from_prior(self, noise: Tensor) -> Tensor:
        """Normal numbers with the variances of the codes."""
        return noise * self.variances.sqrt()

    def loss(self, x: Tensor, y: Tensor | None = None) -> dict[str, Tensor]:
        """The mean squared error."""
        error = self.error(x).mean()
        return {"loss": error, "error": error}

    def learner(self, training: Training, total_steps: int | None) -> Learner:
        """Sums over one pass, and an eigenvalue problem."""
        return PCALearner(self)

    def fit(self, count: int, total: Tensor, products: Tensor) -> None:
        """Take mean and components from sums over data, of symbols as they are.

        Args:
            count: N, how many data.
            total: (D,) float64, Σ x.
            products: (D, D) float64, Σ x xᵀ.
        """
        scale = self.space.levels - 1
        mean = total / count
        # Unbiased: divided by N − 1, as in scikit-learn.
        covariance = (products - count * torch.outer(mean, mean)) / max(1, count - 1)
        values, vectors = torch.linalg.eigh(covariance / scale**2)
        kept = vectors.flip(1)[:, : self.config.code].t()
        # A direction is the same both ways; its largest entry is made positive.
        largest = kept.abs().argmax(dim=1, keepdim=True)
        kept = kept * kept.gather(1, largest).sign()
        with torch.no_grad():
            self.mean.copy_(mean / scale)
            self.components.copy_(kept)
            self.variances.copy_(values.flip(0)[: self.config.code].clamp(min=0))


class PCALearner:
    """One pass over the data: sums are taken, and solved for when the model is asked for.

    The loss is of the batch before it is taken in. To solve for every batch would take longer than
    all else, so it is under what follows from the data seen when those were half as many, or more.
    """

    def __init__(self, model: PCA) -> None:
        self._model = model
        self._earlier = copy.deepcopy(model)
        size = model.space.dimensions
        self._count = 0
        self._count_of_model, self._count_of_earlier = 0, 0
        self._total = torch.zeros(size, dtype=torch.float64)
        self._products = torch.zeros(size, size, dtype=torch.float64)

    @property
    def kept(self) -> GenerativeModel:
        """The model of all data seen so far."""
        if self._count_of_model < self._count:
            self._model.fit(self._count, self._total, self._products)
            self._count_of_model = self._count
        return self._model

    def step(self, x: Tensor, y: Tensor | None) -> dict[str, Tensor]:
        """Score, then add; {"loss": (), "error": ()}."""
        if self._count and 2 * self._count_of_earlier <= self._count:
            self._earlier.fit(self._count, self._total, self._products)
            self._count_of_earlier = self._count
        terms = self._earlier.loss(x)
        flat = x.flatten(1).cpu().double()
        self._count += len(flat)
        self._total += flat.sum(dim=0)
        self._products += flat.t() @ flat
        return terms

    def state_dict(self) -> dict[str, Tensor]:
        """The sums, and what the next loss is measured with."""
        state = {name: value.detach() for name, value in self._earlier.named_parameters()}
        return state | {
            "count": torch.tensor(self._count),
            "count_of_earlier": torch.tensor(self._count_of_earlier),
            "total": self._total,
            "products": self._products,
        }

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        """Restore exactly."""
        with torch.no_grad():
            for name, parameter in self._earlier.named_parameters():
                parameter.copy_(state[name])
        self._count, self._count_of_model = int(state["count"]), 0
        self._count_of_earlier = int(state["count_of_earlier"])
        self._total = state["total"].double().clone()
        self._products = state["products"].double().clone()
