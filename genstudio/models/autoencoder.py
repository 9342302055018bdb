"""Autoencoders: Rumelhart, Hinton & Williams (1986); Hinton & Salakhutdinov (2006).

An encoder f turns a datum into a code, a decoder g turns the code back, and both are trained to
lose as little as possible on the way:

    min Σ ‖x − g(f(x))‖².

With a code as large as the datum the identity does that perfectly and says nothing. An hourglass,
whose code is smaller, has to find what the data have in common; without a nonlinearity that is the
subspace of principal components (Baldi & Hornik 1989; Bourlard & Kamp 1988). Or a penalty makes
codes sparse: their absolute values (L1), or the divergence of each unit's mean activity ρ̂ from a
small ρ (Ng, Sparse autoencoder, lecture notes, 2011).
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from genstudio.core.capabilities import Preset
from genstudio.core.errors import UserError
from genstudio.core.latent import LatentControls
from genstudio.core.settings import Settings, setting
from genstudio.core.spaces import Grid, Space
from genstudio.core.training import WATCHED
from genstudio.models.base import GenerativeModel
from genstudio.models.latent import Encoder
from genstudio.nn.coders import CoderSettings, DecoderNetwork, EncoderNetwork

__all__ = ["Autoencoder", "AutoencoderConfig"]


class AutoencoderConfig(CoderSettings):
    """The two networks, and what keeps them from copying."""

    code: int = setting(
        16,
        help="Numbers in a code. As many as the datum has, and copying it is no art.",
        formula="z = f(x)",
        ge=1,
        le=4096,
    )
    linear: bool = setting(
        False,
        help="No nonlinearity anywhere: the best such hourglass spans the principal components.",
        formula="g(f(x)) = W′(W x + b) + b′",
    )
    tied: bool = setting(
        False,
        help="The decoder uses the encoder's matrices, transposed: half as many parameters.",
        formula="W′ = Wᵀ",
    )
    objective: Literal["squared error", "cross-entropy"] = setting(
        "squared error",
        help="What is lost on the way: the squared difference, or, of pixels taken for "
        "probabilities, the cross-entropy.",
        formula="‖x − x̂‖²   or   −Σ x ln x̂ + (1 − x) ln(1 − x̂)",
    )
    weight_decay: float = setting(
        0.0, help="How much large weights cost.", formula="+ λ ‖W‖²", ge=0, le=10
    )
    sparsity: Literal["none", "L1", "KL"] = setting(
        "none",
        help="What codes cost: nothing; their absolute values; or how far each unit's mean "
        "activity is from its target, with codes from 0 to 1.",
        formula="+ β Σⱼ |zⱼ|   or   + β Σⱼ KL(ρ ‖ ρ̂ⱼ)",
    )
    sparsity_weight: float = setting(
        0.1, help="How much the codes' penalty counts.", formula="β", ge=0, le=1000
    )
    target: float = setting(
        0.05,
        help="The mean activity that each unit is pulled to, with the penalty KL.",
        formula="ρ",
        gt=0,
        le=0.99,
        advanced=True,
    )
    conditional: bool = setting(
        False,
        help="Tell both networks the class, so that the code need not hold it.",
        formula="g(f(x, y), y)",
    )


class Autoencoder(GenerativeModel, Encoder):
    """An encoder and a decoder, trained to give back what was put in."""

    title = "Autoencoder"
    summary = "An hourglass: squeeze the image through a small code and unfold it again."
    reference = "Hinton & Salakhutdinov, Reducing the dimensionality of data, 2006"
    spaces = (Grid,)
    Config = AutoencoderConfig
    Controls = LatentControls
    prior = (
        "z ~ N(0, τ² I), blindly: nothing in the training of an autoencoder makes its codes lie "
        "there."
    )
    presets = (
        Preset(
            name="quick look",
            help="A small network and a code of eight numbers.",
            config={"hidden": 128, "layers": 1, "code": 8},
            training={"length": 2000, "unit": "steps", "batch_size": 64, **WATCHED},
        ),
        Preset(
            name="good",
            help="Two hidden layers each way; minutes on MNIST.",
            config={"hidden": 400, "layers": 2, "code": 16},
            training={"length": 6000, "unit": "steps", "batch_size": 100, "learning_rate": 1e-3},
        ),
        Preset(
            name="thorough",
            help="Convolutions, trained for an hour on a CPU or minutes on a GPU.",
            config={"network": "convolutional", "channels": 32, "layers": 2, "code": 32},
            training={"length": 20000, "unit": "steps", "batch_size": 128, "learning_rate": 1e-3},
        ),
    )
    space: Grid
    config: AutoencoderConfig

    def __init__(self, space: Grid, config: AutoencoderConfig) -> None:
        super().__init__(space, config)
        told = config.conditional
        self.encoder = EncoderNetwork(space, config, config.code, config.linear, told)
        self.decoder = DecoderNetwork(
            space, config, config.code, 1, config.linear, told, config.tied
        )

    @classmethod
    def check(cls, space: Space, config: Settings) -> None:
        """Refuse settings that contradict each other.

        Raises:
            UserError: in one sentence.
        """
        super().check(space, config)
        if not isinstance(config, AutoencoderConfig):
            raise TypeError(f"{type(config).__name__} are not the settings of an autoencoder")
        if config.linear and config.objective == "cross-entropy":
            raise UserError(
                "A linear autoencoder has no probabilities to take the cross-entropy of.",
                "Choose the squared error, or switch “linear” off.",
            )
        if config.linear and config.sparsity == "KL":
            raise UserError(
                "A linear autoencoder has no codes from 0 to 1, which the penalty KL is for.",
                "Choose the penalty L1, or switch “linear” off.",
            )

    @property
    def latent_shape(self) -> tuple[int, ...]:
        """(code,)."""
        return (self.config.code,)

    def encode(self, x: Tensor, y: Tensor | None = None) -> tuple[Tensor, None]:
        """The code of x (B, *S), (B, code); a datum has one, so there is no deviation."""
        return self.code_of(self.rescaled(x), y), None

    def code_of(self, image: Tensor, y: Tensor | None = None) -> Tensor:
        """The code of an image (B, *S) of floats on the scale from 0 to 1."""
        z: Tensor = self.encoder(image, self.condition(y))
        return torch.sigmoid(z) if self.config.sparsity == "KL" else z

    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """From 0 to K − 1; what a linear decoder puts out beyond that is cut off."""
        out = self.outputs(z, y)
        image = out.clamp(0, 1) if self.config.linear else torch.sigmoid(out)
        return image * (self.space.levels - 1)

    def outputs(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """What the decoder puts out, (B, *S): the image itself if linear, else its logits."""
        tied_to = self.encoder if self.config.tied else None
        out: Tensor = self.decoder(z, self.condition(y), tied_to)
        return out[:, 0]

    def loss(self, x: Tensor, y: Tensor | None = None) -> dict[str, Tensor]:
        """The objective with its penalties, and the mean squared error."""
        return self.loss_from(self.rescaled(x), x, y)

    def loss_from(self, image: Tensor, x: Tensor, y: Tensor | None) -> dict[str, Tensor]:
        """What is lost when x (B, *S) is to be made from an image (B, *S) on the scale 0 … 1."""
        z = self.code_of(image, y)
        out, wanted = self.outputs(z, y), self.rescaled(x)
        found = out if self.config.linear else torch.sigmoid(out)
        squares = (found - wanted).square().flatten(1)
        if self.config.objective == "cross-entropy":
            bits = F.binary_cross_entropy_with_logits(out, wanted, reduction="none")
            lost = bits.flatten(1).sum(dim=1).mean()
        else:
            lost = squares.sum(dim=1).mean()
        return {"loss": lost + self.penalty(z), "error": squares.mean()}

    def penalty(self, z: Tensor) -> Tensor:
        """What the weights and the codes (B, code) of a batch cost, ()."""
        config = self.config
        cost = z.new_zeros(())
        if config.weight_decay:
            weights = [*self.encoder.weights(), *self.decoder.weights]
            cost = cost + config.weight_decay * sum(w.square().sum() for w in weights)
        if config.sparsity == "L1":
            cost = cost + config.sparsity_weight * z.abs().sum(dim=1).mean()
        elif config.sparsity == "KL":
            cost = cost + config.sparsity_weight * activity_divergence(z, config.target)
        return cost

    def rescaled(self, x: Tensor) -> Tensor:
        """Symbols 0 … K − 1 as numbers 0 … 1, of the type of the weights."""
        return x.to(next(self.parameters()).dtype) / (self.space.levels - 1)


def activity_divergence(z: Tensor, target: float) -> Tensor:
    """Σⱼ KL(ρ ‖ ρ̂ⱼ) of Bernoulli distributions, nats, (); ρ̂ is the mean of z (B, code) over B."""
    active = z.mean(dim=0).clamp(1e-6, 1 - 1e-6)
    rho = torch.full_like(active, target)
    return (rho * (rho / active).log() + (1 - rho) * ((1 - rho) / (1 - active)).log()).sum()
