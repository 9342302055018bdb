"""The contracts of models with a latent space. Write the primitive, inherit the rest.

Z is the shape of a code z; S, K, D, B and y are those of `genstudio.models.base`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from genstudio.core.latent import LatentControls, LatentDraws
from genstudio.core.spaces import Space

__all__ = ["Decoder", "Encoder", "LatentVariable", "LowerBound"]


class LowerBound(ABC):
    """A model whose likelihood is known to be at least something; shown as a bound everywhere."""

    @abstractmethod
    def elbo(
        self,
        x: Tensor,
        y: Tensor | None = None,
        importance_samples: int = 1,
        seed: int = 0,
        first: int = 0,
    ) -> Tensor:
        """An estimate whose expectation is at most ln p(x), or ln p(x | y), nats, (B,).

        Args:
            x: (B, *S) symbols.
            y: (B, L), or None.
            importance_samples: draws of z for each datum; the bound rises with their number.
            seed: of the draws.
            first: index of the first datum: the draws depend on (seed, index) alone, so that a
                score is the same in any batch.

        Raises:
            UserError: the class is wanted and not given.
        """


class Decoder(ABC):
    """A model that makes a datum from a code."""

    prior: ClassVar[str]
    """In a sentence: which z are drawn, and whether anything says that they are the right ones."""

    space: Space

    @property
    @abstractmethod
    def device(self) -> torch.device:
        """Where the weights are."""

    @property
    @abstractmethod
    def latent_shape(self) -> tuple[int, ...]:
        """Z."""

    @abstractmethod
    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """The expected datum of z (B, *Z), (B, *S), a float from 0 to K − 1: in symbol units.

        Raises:
            UserError: the class is wanted and not given.
        """

    def from_prior(self, noise: Tensor) -> Tensor:
        """Standard normal numbers (B, *Z) as codes; where a code's prior is N(0, I), the same."""
        return noise

    def symbols(self, z: Tensor, uniforms: NDArray[np.float64], y: Tensor | None = None) -> Tensor:
        """A datum (B, *S) of symbols for each z; by default the nearest to what is expected.

        Args:
            z: (B, *Z).
            uniforms: (B, D), for a model that has a distribution of x given z.
            y: (B, L), or None.
        """
        # Half up, for torch rounds halves to even.
        return (self.decode(z, y) + 0.5).floor().long().clamp(0, self.space.levels - 1)

    def draw(
        self,
        uniforms: NDArray[np.float64],
        controls: LatentControls,
        y: Tensor | None = None,
    ) -> LatentDraws:
        """Draw z, see what it decodes to, and draw x: all three stages of B data.

        Args:
            uniforms: (B, |Z| + D), the code's first; z = τ Φ⁻¹(u).
            controls: how wide the codes are drawn.
            y: (B, L), or None.

        Raises:
            UserError: the class is wanted and not given.
        """
        size = int(np.prod(self.latent_shape))
        # 2⁻⁵⁴ is half of the smallest uniform above 0.
        u = torch.from_numpy(np.maximum(uniforms[:, :size], 2.0**-54))
        noise = controls.temperature * torch.special.ndtri(u).float()
        with torch.no_grad():
            z = self.from_prior(noise.view(-1, *self.latent_shape).to(self.device))
            expected = self.decode(z, y)
            symbols = self.symbols(z, uniforms[:, size:], y)
        return LatentDraws(
            z.cpu().numpy(),
            expected.float().cpu().numpy(),
            symbols.to(torch.uint8).cpu().numpy(),
            np.zeros((len(u), 0), np.int64) if y is None else y.cpu().numpy(),
            self.prior,
        )


class Encoder(Decoder):
    """A model that also finds the code of a datum."""

    error_name: ClassVar[str] = "reconstruction error"

    @abstractmethod
    def encode(self, x: Tensor, y: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        """The mean (B, *Z) and the standard deviation (B, *Z) of the code of x (B, *S).

        The standard deviation is None where a datum has one code and no distribution of codes.

        Raises:
            UserError: the class is wanted and not given.
        """

    def reconstruct(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """What the code's mean decodes to, (B, *S), in symbol units."""
        return self.decode(self.encode(x, y)[0], y)

    def error(self, x: Tensor, y: Tensor | None = None, seed: int = 0, first: int = 0) -> Tensor:
        """How far the reconstruction is off: the mean square over the places of x, (B,).

        Of symbols on the scale from 0 to 1, so that numbers of levels compare.

        Args:
            x: (B, *S) symbols.
            y: (B, L), or None.
            seed: of the noise, for a family that is scored by what it makes of a noisy datum.
            first: index of the first datum; its noise depends on (seed, index) alone.
        """
        return self.squared(self.reconstruct(x, y), x)

    def squared(self, found: Tensor, x: Tensor) -> Tensor:
        """The mean square over the places of the difference, on the scale from 0 to 1, (B,)."""
        return ((found - x) / (self.space.levels - 1)).square().flatten(1).mean(dim=1)


class LatentVariable(Encoder, LowerBound):
    """p(x) = ∫ p(x | z) N(z; 0, I) dz, places independent given z, with a normal q(z | x)."""

    @abstractmethod
    def encode(self, x: Tensor, y: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of q(z | x), both (B, *Z)."""

    @abstractmethod
    def place_log_likelihood(self, z: Tensor, x: Tensor, y: Tensor | None = None) -> Tensor:
        """Ln p(xᵢ | z) at each place, nats, (B, *S); z (B, *Z), x (B, *S)."""

    def log_likelihood(self, z: Tensor, x: Tensor, y: Tensor | None = None) -> Tensor:
        """Ln p(x | z), nats, (B,)."""
        return self.place_log_likelihood(z, x, y).flatten(1).sum(dim=1)
