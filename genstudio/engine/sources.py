"""Where codes are drawn from: the prior, or something fitted to the codes of data.

The remedy for an autoencoder, whose codes have no prior, is to fit one after the training.
"""

from __future__ import annotations

import warnings
from collections.abc import Generator
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from genstudio.core.errors import UserError
from genstudio.core.messages import Share
from genstudio.core.uniforms import generator
from genstudio.engine.codes import Codes, KeptCodes

__all__ = ["Mixture", "aggregated", "fitted", "from_mixture"]

_KEY = 4177  # sets the draws of codes that are fitted to apart from those of data
_STEPS = 100  # of a fit: the last ones of a long climb are of no account for a picture
_MOST = 512
"""Numbers in a code up to which covariances are fitted; beyond, there are too few data for them."""


class Mixture(Protocol):
    """What is taken from scikit-learn's `GaussianMixture`, once it is fitted."""

    weights_: NDArray[np.float64]  # (C,)
    means_: NDArray[np.float64]  # (C, Z)
    covariances_: NDArray[np.float64]  # (C, Z, Z)


def aggregated(
    codes: Codes, choice: NDArray[np.float64], noise: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Draws from q(z) = 1/n Σ q(z | xᵢ): a datum, and a code of it.

    Args:
        codes: of n data.
        choice: (B,) uniforms, which datum.
        noise: (B, Z) standard normal numbers, where about its mean.
    """
    which = (choice * len(codes.mean)).astype(np.int64)
    mean = codes.mean[which].astype(np.float64)
    return mean if codes.std is None else mean + codes.std[which] * noise


def fitted(kept: KeptCodes, codes: Codes, components: int) -> Generator[Share, Any, Mixture]:
    """Normal distributions with full covariances, fitted to draws from q(z); once for each number.

    The fit starts from a fixed seed: it belongs to the run, and only what is drawn from it to the
    seed of a drawing.

    Raises:
        UserError: there are no components, more than codes, or codes are too large.
    """
    count, size = codes.mean.shape
    if not 1 <= components <= count:
        raise UserError(
            f"A mixture of {components} cannot be fitted to {count:,} codes.",
            f"Choose 1 to {count:,} components.",
        )
    if size > _MOST:
        raise UserError(
            f"The covariance of codes with {size:,} numbers is too large to be fitted.",
            f"Choose another source, or a model with at most {_MOST} numbers in a code.",
        )
    if components not in kept.fits:
        z = codes.mean.astype(np.float64)
        if codes.std is not None:
            z = z + codes.std * generator(0, 0, _KEY).standard_normal(z.shape)
        kept.fits[components] = yield from _fit(z, components)
    found: Mixture = kept.fits[components]
    return found


def from_mixture(
    mixture: Mixture, choice: NDArray[np.float64], noise: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Draws (B, Z): a component by inverse CDF from choice (B,), then mean + L noise (B, Z)."""
    below = np.cumsum(mixture.weights_)[:-1]
    which = (choice[:, None] >= below).sum(axis=1)
    roots = np.linalg.cholesky(mixture.covariances_)
    drawn: NDArray[np.float64] = mixture.means_[which] + np.einsum(
        "bij,bj->bi", roots[which], noise
    )
    return drawn


def _fit(z: NDArray[np.float64], components: int) -> Generator[Share, Any, Mixture]:
    """Expectation and maximisation in turn, cancellable between them."""
    # Imported here: it takes longer than most jobs.
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415
    from sklearn.mixture import GaussianMixture  # noqa: PLC0415

    climbing = GaussianMixture(components, random_state=0, warm_start=True, max_iter=1)
    for step in range(_STEPS):
        with warnings.catch_warnings():
            # A single step seldom arrives, and the next one goes on from it.
            warnings.simplefilter("ignore", ConvergenceWarning)
            climbing.fit(z)
        yield Share(step + 1, _STEPS, "steps of the fit")
        if climbing.converged_:
            break
    found: Mixture = climbing
    return found
