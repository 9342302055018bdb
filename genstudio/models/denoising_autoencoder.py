"""The denoising autoencoder: Vincent, Larochelle, Bengio & Manzagol (2008).

Destroy part of the datum, and train to give back the whole (their equation 5):

    x̃ ~ q(x̃ | x),   min Σ L(x, g(f(x̃))).

Copying no longer helps, so the code may be as large as one likes. To clean a little, again and
again, starting from nothing but noise, is what diffusion models do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from genstudio.core.capabilities import Preset
from genstudio.core.settings import setting
from genstudio.core.training import WATCHED
from genstudio.core.uniforms import generator
from genstudio.models.autoencoder import Autoencoder, AutoencoderConfig
from genstudio.nn.noise import generator_on

__all__ = ["DenoisingAutoencoder"]

_NOISE_KEY = 5501  # sets the draws of noise apart from those of data


class DenoisingAutoencoderConfig(AutoencoderConfig):
    """The networks and the noise."""

    code: int = setting(
        64,
        help="Numbers in a code; it may be larger than the datum, for copying does not help.",
        formula="z = f(x̃)",
        ge=1,
        le=4096,
    )
    noise: Literal["gaussian", "masking", "salt-and-pepper"] = setting(
        "gaussian",
        help="What is done to the image: a normal number added to each value; values set to "
        "black; or values set to black or white.",
        formula="x̃ ~ q(x̃ | x)",
    )
    strength: float = setting(
        0.3,
        help="Standard deviation of the normal numbers, where black is 0 and white is 1; or the "
        "share of values that are lost.",
        formula="σ   or   ν",
        gt=0,
        le=1,
    )


class DenoisingAutoencoder(Autoencoder):
    """An autoencoder whose input is noisy and whose output is to be clean."""

    title = "Denoising Autoencoder"
    summary = "Add noise to the image and learn to take it away; diffusion models do this in steps."
    reference = "Vincent, Larochelle, Bengio & Manzagol, Denoising autoencoders, 2008"
    Config = DenoisingAutoencoderConfig
    error_name = "denoising error"
    presets = (
        Preset(
            name="quick look",
            help="One hidden layer each way, and noise that hides a third of the contrast.",
            config={"hidden": 256, "layers": 1, "code": 64},
            training={"length": 2000, "unit": "steps", "batch_size": 64, **WATCHED},
        ),
        Preset(
            name="good",
            help="Two hidden layers each way, stronger noise.",
            config={"hidden": 500, "layers": 2, "code": 128, "strength": 0.5},
            training={"length": 6000, "unit": "steps", "batch_size": 100, "learning_rate": 1e-3},
        ),
        Preset(
            name="thorough",
            help="Convolutions, trained for an hour on a CPU or minutes on a GPU.",
            config={
                "network": "convolutional",
                "channels": 32,
                "layers": 2,
                "code": 256,
                "strength": 0.5,
            },
            training={"length": 20000, "unit": "steps", "batch_size": 128, "learning_rate": 1e-3},
        ),
    )
    config: DenoisingAutoencoderConfig

    def loss(self, x: Tensor, y: Tensor | None = None) -> dict[str, Tensor]:
        """The objective, of images whose noise depends on the training's seed and step alone."""
        rng = generator_on(self.device, _NOISE_KEY, self.training_seed, self.training_step)
        image = self.rescaled(x)
        normal = torch.empty_like(image).normal_(generator=rng)
        uniform = torch.empty_like(image).uniform_(generator=rng)
        return self.loss_from(self._corrupted(image, normal, uniform), x, y)

    def error(self, x: Tensor, y: Tensor | None = None, seed: int = 0, first: int = 0) -> Tensor:
        """Of what is made of the noisy datum, (B,): the mean square over its places."""
        return self.squared(self.clean(self.noisy(x, seed, first), y), x)

    def noisy(self, x: Tensor, seed: int = 0, first: int = 0) -> Tensor:
        """X (B, *S) with the noise of the settings, (B, *S), in symbol units, maybe beyond them.

        The noise of a datum depends on (seed, `first` + its index) alone.
        """
        rows = [generator(seed, first + index, _NOISE_KEY) for index in range(len(x))]
        normal = np.stack([rng.standard_normal(self.space.shape) for rng in rows])
        uniform = np.stack([rng.random(self.space.shape) for rng in rows])
        image = self.rescaled(x)
        noise = (torch.from_numpy(part).to(image) for part in (normal, uniform))
        return self._corrupted(image, *noise) * (self.space.levels - 1)

    def clean(self, noisy: Tensor, y: Tensor | None = None) -> Tensor:
        """What is expected behind a noisy image (B, *S), both in symbol units."""
        return self.decode(self.code_of(noisy / (self.space.levels - 1), y), y)

    def from_noise(self, count: int, seed: int = 0, y: Tensor | None = None) -> Iterator[Tensor]:
        """Images (count, *S), in symbol units, cleaned again and again, without end.

        The first is nothing but noise, even from black to white. No more than a demonstration:
        it settles where cleaning changes nothing, and the noise was not what it was trained on.
        """
        rows = [
            generator(seed, index, _NOISE_KEY).random(self.space.shape) for index in range(count)
        ]
        image = torch.from_numpy(np.stack(rows)).to(next(self.parameters()))
        image = image * (self.space.levels - 1)
        while True:
            yield image
            with torch.no_grad():
                image = self.clean(image, y)

    def _corrupted(self, image: Tensor, normal: Tensor, uniform: Tensor) -> Tensor:
        """Q(x̃ | x) of an image (B, *S) on the scale 0 … 1, from standard numbers of its shape."""
        strength = self.config.strength
        if self.config.noise == "gaussian":
            return image + strength * normal
        lost = uniform < strength
        if self.config.noise == "masking":
            return torch.where(lost, 0, image)
        # Of the lost values, those with the smaller half of the uniforms become black.
        return torch.where(lost, (uniform > strength / 2).to(image), image)
