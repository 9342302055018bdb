"""Draw codes from a source of choice and decode them: could this be a generator?"""

from __future__ import annotations

import math
from collections.abc import Generator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from genstudio.core.errors import UserError
from genstudio.core.latent import LatentDraws
from genstudio.core.messages import DrawCodes, Share, Wish
from genstudio.core.uniforms import uniforms
from genstudio.engine.codes import kept_codes, training_codes
from genstudio.engine.loaded import DecodingModel, decoding, encoding, labels_for
from genstudio.engine.sources import aggregated, fitted, from_mixture

__all__ = ["run"]


def run(request: DrawCodes) -> Generator[Share | None, Wish | None, LatentDraws]:
    """The uniforms of one seed are the same for every source: ε of the code, of x, then a choice.

    With the source "prior" the draws are those of `Sample` with the same seed.
    """
    model = decoding(request.run, request.device)
    if request.count < 1:
        raise UserError(f"At least one image has to be asked for, not {request.count}.")
    if not 0 <= request.temperature <= 10:
        raise UserError(f"The temperature goes from 0 to 10, and is not {request.temperature:g}.")
    y, labels = labels_for(model, request.labels, request.count, request.seed, 0)
    size = math.prod(model.latent_shape)
    u = uniforms(request.seed, request.count, size + model.space.dimensions + 1)
    # 2⁻⁵⁴ is half of the smallest uniform above 0.
    normal = torch.special.ndtri(torch.from_numpy(np.maximum(u[:, :size], 2.0**-54)))
    noise = request.temperature * normal
    z = yield from _codes(request, model, noise, u[:, -1])
    z = z.float().to(model.device).view(-1, *model.latent_shape)
    with torch.no_grad():
        expected = model.decode(z, y)
        yield None
        symbols = model.symbols(z, u[:, size:-1], y)
    return LatentDraws(
        z.cpu().numpy(),
        expected.float().cpu().numpy(),
        symbols.to(torch.uint8).cpu().numpy(),
        labels,
        _sentence(request, model),
    )


def _codes(
    request: DrawCodes, model: DecodingModel, noise: Tensor, choice: NDArray[np.float64]
) -> Generator[Share | None, Wish | None, Tensor]:
    """(B, Z) from noise (B, Z), which is normal with the temperature as its width."""
    if request.source == "normal":
        return noise
    if request.source == "prior":
        shaped = noise.float().view(-1, *model.latent_shape)
        return model.from_prior(shaped.to(model.device)).flatten(1)
    codes = yield from training_codes(
        request.run, encoding(request.run, request.device), request.device
    )
    if request.source == "aggregated":
        return torch.from_numpy(aggregated(codes, choice, noise.numpy()))
    components = 1 if request.source == "gaussian" else request.components
    kept = kept_codes(request.run, request.device)
    mixture = yield from fitted(kept, codes, components)
    return torch.from_numpy(from_mixture(mixture, choice, noise.numpy()))


def _sentence(request: DrawCodes, model: DecodingModel) -> str:
    """Where z was drawn from and what speaks for that."""
    if request.source == "prior":
        return model.prior
    return {
        "normal": "z ~ N(0, τ² I), wherever the codes of data may lie.",
        "aggregated": "z ~ q(z), the codes that training data have: it decodes what it has seen.",
        "gaussian": "z ~ N(m, τ² Σ), fitted to the codes of training data: their mean and "
        "covariance, and nothing else of them.",
        "mixture": f"z from {request.components} normal distributions, fitted to the codes of "
        "training data.",
    }[request.source]
