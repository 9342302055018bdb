"""Pseudo-Gibbs for models with latent variables, and its correction.

Rezende, Mohamed & Wierstra, Stochastic backpropagation and approximate inference in deep
generative models (2014), appendix F, alternate between the code and what is hidden:

    z ~ q(z | x_k, x_h),   x_h ~ p(x_h | z).

Were q the posterior, this would be a Gibbs sampler of p(z, x_h | x_k). It is not, so the chain goes
astray by as much as q does. Mattei & Frellsen, Leveraging the exact likelihood of deep latent
variable models (2018), algorithm 2, take q for a proposal of Metropolis & Hastings instead: with
x = (x_k, x_h) as it is now, z′ ~ q(z | x) is accepted with the probability

    min(1, p(x | z′) p(z′) q(z | x) / (p(x | z) p(z) q(z′ | x))),

and else z stays. That leaves p(z, x_h | x_k) as it is, so the chain is exact in the limit. As they
advise, the chains begin without the correction: from symbols that are like no data hardly anything
would be accepted.
"""

from __future__ import annotations

import math
import time
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from genstudio.core.capabilities import Capability
from genstudio.core.inpainting import Inpainted, Moments, Stage
from genstudio.core.settings import Settings, setting
from genstudio.core.uniforms import generator
from genstudio.inpainting.base import Method, Problem
from genstudio.inpainting.diagnosis import diagnosed
from genstudio.models.latent import LatentVariable

__all__ = ["PseudoGibbs", "PseudoGibbsControls"]

_KEY = 5  # keeps these random numbers apart from those of other methods
_FOLLOWED = "ln p(x, z)"
_WARM = 10
"""Sweeps before the correction begins, of those that are left out anyway."""


class PseudoGibbsControls(Settings):
    """How long the chains are, and whether they are exact in the limit."""

    sweeps: int = setting(
        100,
        help="How often code and hidden symbols are drawn anew; more bring the chains closer to "
        "the posterior.",
        formula="t = 1 … T",
        unit="sweeps",
        ge=1,
        le=1000,
    )
    corrected: bool = setting(
        True,
        help="Accept or reject each code, as Metropolis and Hastings do, so that the encoder's "
        "errors cancel; without it chains are quicker and only about right.",
        formula="min(1, p(x | z′) p(z′) q(z | x) / (p(x | z) p(z) q(z′ | x)))",
    )
    burn_in: float = setting(
        0.5,
        help="The share of the sweeps, from the first on, that marginals and diagnostics leave "
        "out, because the chains still remember where they started.",
        formula="p(xᵢ = v) ≈ mean over t > burn-in · T",
        ge=0,
        le=0.95,
        label="Burn-in",
    )

    @property
    def burned(self) -> int:
        """How many sweeps are left out; at least one stays."""
        return min(self.sweeps - 1, math.floor(self.burn_in * self.sweeps))


class PseudoGibbs(Method):
    """Code and hidden symbols in turn, of all chains at once."""

    title = "Pseudo-Gibbs"
    sentence = (
        "Guesses the code of the whole image, draws the hidden symbols from what it decodes to, "
        "and guesses again; codes that the model finds unlikely are rejected."
    )
    formula = "z ~ q(z | x),   x hidden ~ p(x hidden | z)"
    position = 5
    needs = (Capability.LATENT_VARIABLE,)
    sees = "all"
    Controls = PseudoGibbsControls
    settings: PseudoGibbsControls

    def stages(self, problem: Problem) -> int:
        """The start and the sweeps."""
        return 1 + self.settings.sweeps

    def run(self, problem: Problem) -> Generator[Moments, None, Inpainted]:
        """Chain b is drawn with numbers that depend on (seed, b), from symbols drawn evenly.

        Ln p of an image is not known, so the diagnostics follow that of image and code.
        """
        began = time.perf_counter()
        asked, count, hidden = self.settings, problem.count, problem.hidden_places
        chains = _Chains(problem)
        unknown = np.full(count, math.nan)
        yield Moments(
            hidden.astype(np.int32),
            chains.symbols.T.astype(np.int16),
            (Stage(len(hidden), "start", unknown),),
        )
        warm = min(_WARM, asked.burned)
        kept = asked.sweeps - asked.burned
        joint = np.empty((asked.sweeps, count))
        flips, accepted = np.empty(asked.sweeps), np.empty(asked.sweeps)
        marginals = np.zeros((len(hidden), problem.model.space.levels))
        for sweep in range(asked.sweeps):
            before = chains.symbols
            accepted[sweep] = chains.move_code(corrected=asked.corrected and sweep >= warm)
            p = chains.draw_hidden()
            if sweep >= asked.burned:
                marginals += p.mean(axis=0) / kept
            joint[sweep] = chains.log_joint()
            flips[sweep] = (chains.symbols != before).mean()
            moment = (sweep + 2) * len(hidden)
            yield Moments(
                hidden.astype(np.int32),
                chains.symbols.T.astype(np.int16),
                (Stage(moment, f"sweep {sweep + 1}", unknown, flips=float(flips[sweep])),),
            )

        whole = np.eye(problem.model.space.levels)[problem.image.reshape(-1)]
        whole[hidden] = marginals
        past = slice(asked.burned, None)
        found = diagnosed(joint[past], float(flips[past].mean()), _FOLLOWED)
        words = (
            f"{accepted[past].mean():.0%} of the codes were accepted."
            if asked.corrected
            else "Without the correction these are not draws from the posterior, however long."
        )
        return Inpainted(
            images=chains.images(),
            weights=np.full(count, 1 / count),
            log_prob=unknown,
            marginals=whole.reshape(*problem.model.space.shape, -1).astype(np.float32),
            log_evidence=math.nan,
            evidence_error=math.nan,
            exact=False,
            settled=found.settled if asked.corrected or found.settled is False else None,
            verdict=f"{found.verdict} {words}",
            effective=float(np.minimum(count, found.effective)),
            autocorrelation=found.autocorrelation,
            seconds=time.perf_counter() - began,
            followed=_FOLLOWED,
        )


@dataclass(frozen=True)
class _Decoded:
    """Codes, and what follows from them.

    Attributes:
        z: (B, *Z).
        log_prior: (B,) float64, ln N(z; 0, I), nats.
        log_probs: (B, K, D) float64, ln p(xᵢ = v | z), nats.
    """

    z: Tensor
    log_prior: NDArray[np.float64]
    log_probs: NDArray[np.float64]

    def where(self, taken: NDArray[np.bool_], other: _Decoded) -> _Decoded:
        """These codes where `taken` (B,), the others elsewhere."""
        here = torch.from_numpy(taken).to(self.z.device).view(-1, *[1] * (self.z.ndim - 1))
        return _Decoded(
            torch.where(here, self.z, other.z),
            np.where(taken, self.log_prior, other.log_prior),
            np.where(taken[:, None, None], self.log_probs, other.log_probs),
        )


class _Chains:
    """B chains: what each has in the hidden places, and its code.

    Attributes:
        symbols: (B, n) int64, of the hidden places, ascending.
    """

    def __init__(self, problem: Problem) -> None:
        model = problem.model
        assert isinstance(model, LatentVariable)  # noqa: S101 - as `needs` says
        self._problem, self._model = problem, model
        self._chance = [generator(problem.seed, chain, _KEY) for chain in range(problem.count)]
        self._now: _Decoded | None = None
        u = self._uniforms(len(problem.hidden_places))
        self.symbols: NDArray[np.int64] = (u * model.space.levels).astype(np.int64)

    def images(self) -> NDArray[np.uint8]:
        """(B, *S), with the known symbols."""
        flat = np.repeat(self._problem.image.reshape(1, -1), self._problem.count, axis=0)
        flat[:, self._problem.hidden_places] = self.symbols
        return flat.reshape(-1, *self._model.space.shape).astype(np.uint8)

    def move_code(self, corrected: bool) -> float:
        """Z ~ q(z | x), accepted for certain or with its probability; the share accepted."""
        images = self.images()
        x = torch.from_numpy(images).to(self._model.device, torch.long)
        with torch.no_grad():
            mean, std = self._model.encode(x, self._problem.labels())
        noise = np.stack([rng.standard_normal(tuple(mean.shape[1:])) for rng in self._chance])
        u = self._uniforms(1)[:, 0]
        proposal = self._decoded(mean + std * torch.from_numpy(noise).to(mean))
        if self._now is None or not corrected:
            self._now = proposal
            return 1.0
        ratio = self._joint(proposal, images) - _log_normal(proposal.z, mean, std)
        ratio -= self._joint(self._now, images) - _log_normal(self._now.z, mean, std)
        taken = np.log(np.maximum(u, np.finfo(np.float64).tiny)) < ratio
        self._now = proposal.where(taken, self._now)
        return float(taken.mean())

    def draw_hidden(self) -> NDArray[np.float64]:
        """X_h ~ p(x_h | z) by inverse CDF; returns what each was drawn from, (B, n, K)."""
        assert self._now is not None  # noqa: S101 - a code comes first
        logs = self._now.log_probs[:, :, self._problem.hidden_places].transpose(0, 2, 1)
        p: NDArray[np.float64] = np.exp(logs)
        p /= p.sum(axis=2, keepdims=True)
        u = self._uniforms(p.shape[1])
        self.symbols = (u[..., None] >= p.cumsum(axis=2)[..., :-1]).sum(axis=2)
        return p

    def log_joint(self) -> NDArray[np.float64]:
        """Ln p(x, z) of each chain as it is, nats, (B,)."""
        assert self._now is not None  # noqa: S101 - a code comes first
        return self._joint(self._now, self.images())

    def _joint(self, codes: _Decoded, images: NDArray[np.uint8]) -> NDArray[np.float64]:
        flat = images.reshape(len(images), 1, -1).astype(np.int64)
        taken = np.take_along_axis(codes.log_probs, flat, axis=1)
        joint: NDArray[np.float64] = taken.sum(axis=(1, 2)) + codes.log_prior
        return joint

    def _decoded(self, z: Tensor) -> _Decoded:
        with torch.no_grad():
            log_probs = self._model.symbol_log_probs(z, self._problem.labels())
        prior = _log_normal(z, torch.zeros_like(z), torch.ones_like(z))
        return _Decoded(z, prior, log_probs.flatten(2).cpu().double().numpy())

    def _uniforms(self, count: int) -> NDArray[np.float64]:
        """(B, count) in [0, 1), the next of each chain."""
        return np.stack([rng.random(count) for rng in self._chance])


def _log_normal(z: Tensor, mean: Tensor, std: Tensor) -> NDArray[np.float64]:
    """Ln N(z; μ, diag σ²), nats, (B,); all (B, *Z)."""
    z, mean, std = (each.flatten(1).cpu().double() for each in (z, mean, std))
    logs = -0.5 * ((z - mean) / std).square() - std.log() - 0.5 * math.log(2 * math.pi)
    found: NDArray[np.float64] = logs.sum(dim=1).numpy()
    return found
