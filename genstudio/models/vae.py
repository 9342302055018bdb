"""The variational autoencoder: Kingma & Welling (2014); Rezende, Mohamed & Wierstra (2014).

A code z ~ N(0, I) is drawn and a datum from p(x | z), which a decoder network gives. The likelihood
is an integral over z that cannot be computed, but an encoder network that proposes codes,
q(z | x) = N(μ(x), diag σ²(x)), bounds it from below (equation 3):

    ln p(x) ≥ E_q[ln p(x | z)] − KL(q(z | x) ‖ p(z)),
    KL = ½ Σⱼ (μⱼ² + σⱼ² − 1 − ln σⱼ²)   (appendix B).

With k draws of z the importance-weighted bound of Burda, Grosse & Salakhutdinov (2016, equation 8)
is tighter, and reaches ln p(x) as k grows:

    ln p(x) ≥ E[ln 1/k Σᵢ wᵢ],   wᵢ = p(x | zᵢ) p(zᵢ) / q(zᵢ | x).

Both are trained through z = μ + σ ε with ε ~ N(0, I). β weighs the divergence (Higgins et al. 2017)
and may rise from 0 in the beginning (Bowman et al. 2016, section 3.1); free bits let each dimension
have some for nothing (Kingma et al. 2016, section 8 of the appendix). Scores have neither.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from genstudio.core.capabilities import Preset
from genstudio.core.errors import UserError
from genstudio.core.latent import LatentControls
from genstudio.core.settings import Settings, setting
from genstudio.core.spaces import Grid, Space
from genstudio.core.training import WATCHED
from genstudio.core.uniforms import generator
from genstudio.models.base import GenerativeModel, Inpainting
from genstudio.models.latent import LatentVariable
from genstudio.nn.coders import CoderSettings, DecoderNetwork, EncoderNetwork
from genstudio.nn.noise import generator_on
from genstudio.nn.observation import Bernoulli, Categorical, DiscretizedLogistic, Observation

__all__ = ["VAE"]

_NOISE_KEY = 7321  # sets the draws of ε apart from those of data
_NUMBERS = 2**22
"""Of a decoder's layers at once, 16 MiB: as many codes as that takes are scored together."""

_MOST_CATEGORIES = 16
"""Levels up to which each has a probability of its own; beyond, neighbours are alike."""


class VAEConfig(CoderSettings):
    """The two networks, the distribution of a pixel, and the objective."""

    latent: int = setting(
        16, help="Numbers in a code. Two can be drawn as a map.", formula="z ∈ ℝᵈ", ge=1, le=1024
    )
    likelihood: Literal["auto", "bernoulli", "categorical", "discretized logistic"] = setting(
        "auto",
        help="What a pixel is given z: a coin for 2 levels, free probabilities for few, a "
        "logistic curve cut into bins for many.",
        formula="p(x | z) = Πᵢ p(xᵢ | z)",
    )
    beta: float = setting(
        1.0,
        help="What the divergence costs while training: more makes codes more normal and "
        "pictures less sharp. At 1 the objective is the bound itself.",
        formula="E_q[ln p(x | z)] − β KL(q(z | x) ‖ p(z))",
        ge=0,
        le=100,
    )
    kl_warmup: int = setting(
        0,
        help="Steps over which β rises from zero, so that codes are used before they cost.",
        unit="steps",
        ge=0,
        label="KL warm-up",
    )
    free_bits: float = setting(
        0.0,
        help="Nats that each dimension may carry for nothing, so that none is given up.",
        formula="Σⱼ max(λ, KLⱼ)",
        unit="nats",
        ge=0,
        le=100,
    )
    importance_samples: int = setting(
        1,
        help="Codes drawn for each image while training; more than one make it an "
        "importance-weighted autoencoder.",
        formula="ln 1/k Σᵢ wᵢ",
        ge=1,
        le=1000,
        label="Importance samples k",
    )
    dropout: float = setting(
        0.0,
        help="Share of the decoder's hidden units left out at random while training, so that it "
        "does not learn the training data by heart.",
        ge=0,
        le=0.9,
    )
    conditional: bool = setting(
        False, help="Tell both networks the class, so that one can be asked for.",
        formula="p(x | z, y)",
    )  # fmt: skip


class VAE(GenerativeModel, LatentVariable, Inpainting):
    """A decoder of normal codes, and an encoder that says which codes a datum may have."""

    title = "VAE"
    summary = "A hidden code explains the whole image: an autoencoder that is a generative model."
    reference = "Kingma & Welling, Auto-encoding variational Bayes, 2014"
    spaces = (Grid,)
    Config = VAEConfig
    Controls = LatentControls
    prior = "z ~ N(0, τ² I): with τ = 1 the prior that the decoder was trained for."
    presets = (
        Preset(
            name="quick look",
            help="One hidden layer and a code of two numbers, which can be drawn as a map.",
            config={"hidden": 128, "layers": 1, "latent": 2},
            training={"length": 2000, "unit": "steps", "batch_size": 64, **WATCHED},
        ),
        Preset(
            name="good",
            help="Two hidden layers each way and sixteen numbers; minutes on MNIST.",
            config={"hidden": 400, "layers": 2, "latent": 16},
            training={
                "length": 8000,
                "unit": "steps",
                "batch_size": 100,
                "learning_rate": 1e-3,
                "ema": 0.998,
            },
        ),
        Preset(
            name="thorough",
            help="Convolutions, trained for an hour or two on a CPU or minutes on a GPU.",
            config={"network": "convolutional", "channels": 32, "layers": 2, "latent": 32},
            training={
                "length": 25000,
                "unit": "steps",
                "batch_size": 128,
                "learning_rate": 1e-3,
                "ema": 0.999,
            },
        ),
        Preset(
            name="paper: importance-weighted",
            help="One stochastic layer of Burda et al. with 50 samples: 84.78 nats in the paper, "
            "on MNIST binarized anew at every step.",
            config={
                "hidden": 200,
                "layers": 2,
                "latent": 50,
                "activation": "tanh",
                "importance_samples": 50,
            },
            training={
                "length": 300,
                "unit": "epochs",
                "batch_size": 20,
                "learning_rate": 1e-3,
                "ema": 0.999,
            },
        ),
    )
    space: Grid
    config: VAEConfig

    def __init__(self, space: Grid, config: VAEConfig) -> None:
        super().__init__(space, config)
        told = config.conditional
        self.observation = _observation(space, config)
        self.encoder = EncoderNetwork(space, config, 2 * config.latent, conditional=told)
        self.decoder = DecoderNetwork(
            space,
            config,
            config.latent,
            self.observation.outputs,
            conditional=told,
            dropout=config.dropout,
        )

    @classmethod
    def check(cls, space: Space, config: Settings) -> None:
        """Refuse settings that contradict the data or each other.

        Raises:
            UserError: in one sentence.
        """
        super().check(space, config)
        if not isinstance(config, VAEConfig):
            raise TypeError(f"{type(config).__name__} are not the settings of a VAE")
        if config.likelihood == "bernoulli" and space.levels != 2:
            raise UserError(
                f"A Bernoulli likelihood has two outcomes, but the data have {space.levels} "
                "levels.",
                "Choose data with 2 levels, or the likelihood “auto”.",
            )
        if config.free_bits and config.importance_samples > 1:
            raise UserError(
                "Free bits are of the divergence, which the importance-weighted objective does "
                "not have.",
                "Set one of “free_bits” and “importance_samples” back.",
            )

    @property
    def latent_shape(self) -> tuple[int, ...]:
        """(latent,)."""
        return (self.config.latent,)

    # --- the two networks ---

    def encode(self, x: Tensor, y: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of q(z | x), both (B, latent)."""
        image = x.to(self.encoder.weights()[0].dtype) / (self.space.levels - 1)
        mean, log_std = self.encoder(image, self.condition(y)).chunk(2, dim=1)
        # Neither end is reached by what is learned; without them a wild step would end in NaN.
        return mean, log_std.clamp(-10, 10).exp()

    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """E[x | z], (B, *S), in symbol units."""
        return self.observation.expected(self.decoder(z, self.condition(y)))

    def symbols(self, z: Tensor, uniforms: NDArray[np.float64], y: Tensor | None = None) -> Tensor:
        """Drawn from p(x | z), each place by inverse CDF from one uniform."""
        u = torch.from_numpy(uniforms).view(-1, *self.space.shape)
        # Where the uniforms are: not every device has float64, which they are drawn in.
        return self.observation.draw(self.decoder(z, self.condition(y)).cpu(), u)

    def log_likelihood(self, z: Tensor, x: Tensor, y: Tensor | None = None) -> Tensor:
        """Ln p(x | z), nats, (B,); z (B, latent), x (B, *S)."""
        out = self.decoder(z, self.condition(y))
        return self.observation.log_prob(out, x).flatten(1).sum(dim=1)

    def symbol_log_probs(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """Ln p(xᵢ = v | z), nats, (B, K, *S)."""
        return self.observation.log_probs(self.decoder(z, self.condition(y)))

    # --- the bound ---

    def kl_per_dimension(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """KL(q(zⱼ | x) ‖ p(zⱼ)) of each dimension, nats, (B, latent): what it carries of x."""
        return _divergence(*self.encode(x, y))

    def reconstruction(
        self, x: Tensor, y: Tensor | None = None, seed: int = 0, first: int = 0
    ) -> Tensor:
        """E_q[ln p(x | z)] by one draw of z for each datum, nats, (B,).

        The draw depends on (seed, `first` + the datum's index) alone.
        """
        mean, std = self.encode(x, y)
        noise = _Draws(len(x), self.config.latent, seed, first).next(1)[0].to(mean)
        return self.log_likelihood(mean + std * noise, x, y)

    def elbo(
        self,
        x: Tensor,
        y: Tensor | None = None,
        importance_samples: int = 1,
        seed: int = 0,
        first: int = 0,
    ) -> Tensor:
        """The evidence lower bound, or the importance-weighted one, nats, (B,).

        With one sample the divergence is computed and only the reconstruction is estimated. More
        are drawn a few at a time, so that memory does not grow with their number.
        """
        if importance_samples < 1:
            raise UserError(f"At least one sample of z is needed, not {importance_samples}.")
        if importance_samples == 1:
            return self.reconstruction(x, y, seed, first) - self.kl_per_dimension(x, y).sum(dim=1)
        mean, std = self.encode(x, y)
        draws = _Draws(len(x), self.config.latent, seed, first)
        together = max(1, _NUMBERS // (len(x) * self.decoder.numbers))
        total: Tensor | None = None
        for start in range(0, importance_samples, together):
            noise = draws.next(min(together, importance_samples - start)).to(mean)
            likelihood, ratio = self._weights(mean, std, noise, x, y)
            part = torch.logsumexp(likelihood + ratio, dim=0)
            total = part if total is None else torch.logaddexp(total, part)
        assert total is not None  # noqa: S101 - for the type checker: there is a first one
        return total - math.log(importance_samples)

    def loss(self, x: Tensor, y: Tensor | None = None) -> dict[str, Tensor]:
        """The objective of the settings, and the bound that it is of, both in nats per datum."""
        if not (self.training and self.config.dropout):
            return self._objective(x, y)
        devices = [x.device] if x.device.type == "cuda" else []
        # A resumed training drops the same units as one that was never stopped.
        with torch.random.fork_rng(devices=devices):
            torch.manual_seed(self.training_step)
            return self._objective(x, y)

    def _objective(self, x: Tensor, y: Tensor | None) -> dict[str, Tensor]:
        mean, std = self.encode(x, y)
        rng = generator_on(self.device, _NOISE_KEY, self.training_seed, self.training_step)
        k = self.config.importance_samples
        noise = torch.empty(k, *mean.shape, dtype=mean.dtype, device=mean.device)
        noise.normal_(generator=rng)
        beta = self.beta_now
        if k == 1:
            lost = -self.log_likelihood(mean + std * noise[0], x, y).mean()
            divergence = _divergence(mean, std).mean(dim=0)
            charged = divergence.clamp(min=self.config.free_bits)
            return {"loss": lost + beta * charged.sum(), "nats": lost + divergence.sum()}
        likelihood, ratio = self._weights(mean, std, noise, x, y)
        loss, nats = (
            math.log(k) - torch.logsumexp(likelihood + weight * ratio, dim=0).mean()
            for weight in (beta, 1.0)
        )
        return {"loss": loss, "nats": nats}

    @property
    def beta_now(self) -> float:
        """β at this step of the training."""
        warm = self.config.kl_warmup
        return self.config.beta * (min(1.0, (self.training_step + 1) / warm) if warm else 1.0)

    def _weights(
        self, mean: Tensor, std: Tensor, noise: Tensor, x: Tensor, y: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Ln p(x | z) and ln p(z) − ln q(z | x) at z = μ + σ ε, both (k, B); noise (k, B, latent).

        Of the two normal densities the factors (2π)^(−d/2) cancel.
        """
        k, batch, size = noise.shape
        z = mean + std * noise
        told = None if y is None else y.repeat(k, 1)
        likelihood = self.log_likelihood(z.view(-1, size), x.repeat(k, 1, 1, 1), told)
        ratio = (0.5 * (noise.square() - z.square()) + std.log()).sum(dim=2)
        return likelihood.view(k, batch), ratio


class _Draws:
    """ε for each of a batch, as many as are asked for, one after the other.

    Those of a datum come from (seed, index) alone, however many are asked for at a time.
    """

    def __init__(self, batch: int, size: int, seed: int, first: int) -> None:
        self._rows = [generator(seed, first + index, _NOISE_KEY) for index in range(batch)]
        self._size = size

    def next(self, count: int) -> Tensor:
        """(count, B, latent), float32."""
        shape = (count, self._size)
        drawn = [rng.standard_normal(shape, dtype=np.float32) for rng in self._rows]
        return torch.from_numpy(np.stack(drawn, axis=1))


def _divergence(mean: Tensor, std: Tensor) -> Tensor:
    """KL(N(μ, σ²) ‖ N(0, 1)), nats, elementwise."""
    return 0.5 * (mean.square() + std.square() - 1) - std.log()


def _observation(space: Grid, config: VAEConfig) -> Observation:
    chosen = config.likelihood
    if chosen == "bernoulli" or (chosen == "auto" and space.levels == 2):
        return Bernoulli(space.levels)
    if chosen == "categorical" or (chosen == "auto" and space.levels <= _MOST_CATEGORIES):
        return Categorical(space.levels)
    return DiscretizedLogistic(space.levels)
