"""A latent space as data fill it: what each dimension carries, and which have collapsed."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import torch
from numpy.typing import NDArray

from genstudio.core.errors import UserError
from genstudio.core.latent import Survey
from genstudio.core.messages import Share, SurveyLatent, Wish
from genstudio.engine.codes import encoded, evenly
from genstudio.engine.learned import learned_split
from genstudio.engine.loaded import encoding

__all__ = ["run"]

_ACTIVE = 0.01
"""Variance over the data of the posterior mean from which a dimension counts as active: Burda,
Grosse & Salakhutdinov, Importance weighted autoencoders (2016), section 5.2. They found two groups
that lie far to both sides of it."""

_DEAD = 1e-6
"""Without a prior codes have no scale, so variances are compared with the largest one."""


def run(request: SurveyLatent) -> Generator[Share, Wish | None, Survey]:
    """Encode data evenly over the split."""
    model = encoding(request.run, request.device)
    if request.limit < 1:
        raise UserError(f"At least one image has to be asked for, not {request.limit}.")
    split = learned_split(request.run, model, request.split)
    if not len(split):
        raise UserError(f"The {request.split} split has no images.", "Choose another split.")
    numbers = evenly(len(split), request.limit)
    images, labels = split.symbols[numbers], split.labels[numbers]
    y = torch.from_numpy(labels).to(model.device) if model.conditional else None
    codes = yield from encoded(model, images, y, f"images of the {request.split} split")
    mean = codes.mean.astype(np.float64)
    variance = mean.var(axis=0)
    if codes.std is None:
        carries, spread = variance, variance
        posterior_std = np.sqrt(variance)
        collapsed = variance <= _DEAD * variance.max()
    else:
        std = codes.std.astype(np.float64)
        # KL(N(μ, σ²) ‖ N(0, 1)): Kingma & Welling (2014), appendix B.
        carries = (0.5 * (mean**2 + std**2 - 1) - np.log(std)).mean(axis=0)
        within = (std**2).mean(axis=0)
        spread, posterior_std = variance + within, np.sqrt(within)
        collapsed = variance <= _ACTIVE
    prior = model.from_prior(torch.ones(1, *model.latent_shape, device=model.device))
    return Survey(
        split=request.split,
        numbers=numbers,
        images=images,
        labels=labels,
        codes=codes.mean,
        std=codes.std,
        carries=carries,
        unit="variance" if codes.std is None else "nats",
        aggregated_mean=mean.mean(axis=0),
        aggregated_std=np.sqrt(spread),
        posterior_std=posterior_std,
        prior_std=prior.flatten().double().cpu().numpy(),
        collapsed=collapsed,
        warning=_warning(collapsed, codes.std is not None),
    )


def _warning(collapsed: NDArray[np.bool_], posterior: bool) -> str:
    """In a sentence, what has collapsed; empty if nothing has."""
    count, total = int(collapsed.sum()), len(collapsed)
    if not count:
        return ""
    have = "dimension has" if total == 1 else "dimensions has" if count == 1 else "dimensions have"
    why = (
        "the mean of q(z | x) is the same there for every image, and the decoder does without"
        if posterior
        else "every image has the same code there"
    )
    return f"{count} of {total} {have} collapsed: {why}."
