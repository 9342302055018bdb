"""Whether Markov chains have settled, from ln p of each chain over the sweeps.

Split R̂ compares the spread between half chains with that within them (Gelman et al., Bayesian
Data Analysis, 3rd ed. 2013, chapter 11). Autocorrelation, its integral and the number of
independent draws the chains are worth are those of Vehtari, Gelman, Simpson, Carpenter &
Bürkner, Rank-normalization, folding, and localization: an improved R̂ (2021), with the cut of
Geyer, Practical Markov chain Monte Carlo (1992). Ranks are not taken: ln p of finitely many
images has all its moments.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Diagnosis",
    "autocorrelation",
    "diagnosed",
    "effective_draws",
    "integrated_time",
    "split_r_hat",
]

Floats = NDArray[np.float64]

_FEWEST_SWEEPS = 8
_FEWEST_DRAWS = 50
"""Independent ones, in all; of fewer R̂ itself is too uncertain."""
_AGREE = 1.1
"""R̂ below which chains are taken to have mixed: what Bayesian Data Analysis advises."""
_MOVE = 1e-4
"""Nats: a smaller range of ln p is the rounding of a network's 32-bit numbers."""


@dataclass(frozen=True)
class Diagnosis:
    """What the chains say of themselves.

    Attributes:
        autocorrelation: (sweeps,) of ln p, 1 at lag 0; empty where ln p never moves.
        time: integrated autocorrelation time in sweeps: so many are worth one independent draw;
            NaN where ln p never moves.
        effective: independent draws that all sweeps of all chains are worth; NaN likewise.
        r_hat: split R̂; NaN where ln p never moves, infinite where chains stand still apart.
        flips: the share of the visits that changed a symbol.
        settled: whether the chains agree; None where that cannot be told.
        verdict: the same in words.
    """

    autocorrelation: Floats
    time: float
    effective: float
    r_hat: float
    flips: float
    settled: bool | None
    verdict: str


def diagnosed(log_prob: Floats, flips: float, followed: str = "ln p(x)") -> Diagnosis:
    """Judge chains.

    Args:
        log_prob: (sweeps, chains), nats.
        flips: the share of the visits that changed a symbol.
        followed: what `log_prob` is of, for the verdict.
    """
    sweeps, _ = log_prob.shape
    moves = bool(np.ptp(log_prob) > _MOVE)
    if moves and sweeps >= _FEWEST_SWEEPS:
        r_hat = split_r_hat(log_prob)
        effective = effective_draws(log_prob)
        time = log_prob.size / effective
        found = autocorrelation(log_prob)
    else:
        r_hat = effective = time = math.nan
        found = np.empty(0)
    settled, verdict = _verdict(sweeps, moves, r_hat, effective, followed)
    return Diagnosis(found, time, effective, r_hat, flips, settled, verdict)


def _verdict(
    sweeps: int, moves: bool, r_hat: float, effective: float, followed: str
) -> tuple[bool | None, str]:
    if sweeps < _FEWEST_SWEEPS:
        return None, "Too few sweeps to tell."
    if not moves:
        return None, f"{followed} never moved, so it cannot tell whether the chains have mixed."
    if not r_hat < _AGREE:  # nor where it is not a number
        return False, "Not mixed yet: more sweeps."
    if effective < _FEWEST_DRAWS:
        return None, "Too few sweeps to tell."
    return True, "The chains agree."


def halves(series: Floats) -> Floats:
    """(n, M) → (⌊n/2⌋, 2M): each chain in two; the middle of an odd number of draws is left out."""
    half = len(series) // 2
    return np.concatenate([series[:half], series[-half:]], axis=1)


def split_r_hat(series: Floats) -> float:
    """R̂ = √(var⁺ / W) of the half chains; (n, M), n ≥ 4. Near 1 they are draws from the same.

    Infinite where none of them moves and they differ, NaN where all is constant.
    """
    within, total = _variances(halves(series))
    if within == 0:
        return math.inf if total > 0 else math.nan
    return math.sqrt(total / within)


def autocorrelation(series: Floats) -> Floats:
    """ρₜ = 1 − (W − mean over chains of their autocovariance at lag t) / var⁺; (n, M) → (n,).

    Chains that disagree count as correlated at every lag; `series` must move.
    """
    n = len(series)
    within, total = _variances(series)
    covariance = _autocovariance(series).mean(axis=1) * n / (n - 1)
    found: Floats = 1 - (within - covariance) / total
    return found


def integrated_time(rho: Floats) -> float:
    """τ = 1 + 2 Σ ρₜ over lags t > 0, cut where sums of pairs stop being positive; (lags,).

    Sums ρ₂ₖ + ρ₂ₖ₊₁ of a reversible chain are positive and fall; what breaks that is noise
    (Geyer's initial monotone sequence).
    """
    pairs = rho[: len(rho) // 2 * 2].reshape(-1, 2).sum(axis=1)
    [negative] = np.nonzero(pairs <= 0)
    kept = pairs[: negative[0]] if len(negative) else pairs
    return max(0.0, float(2 * np.minimum.accumulate(kept).sum() - 1))


def effective_draws(series: Floats) -> float:
    """How many independent draws (n, M) are worth: n M / τ, of the half chains.

    Chains that alternate can be worth more than their number; that gain is held to a factor of
    log₁₀(n M), as the paper advises.
    """
    parts = halves(series)
    count = parts.size
    time = max(integrated_time(autocorrelation(parts)), 1 / math.log10(count))
    return float(count / time)


def _variances(series: Floats) -> tuple[float, float]:
    """W, the mean variance within chains, and var⁺ = (n − 1)/n W + B/n, that of all together."""
    n, chains = series.shape
    within = float(series.var(axis=0, ddof=1).mean())
    between = float(series.mean(axis=0).var(ddof=1)) if chains > 1 else 0.0
    return within, (n - 1) / n * within + between


def _autocovariance(series: Floats) -> Floats:
    """(n, M) → (n, M): Σ (xₛ − x̄)(xₛ₊ₜ − x̄) / n of each chain, all lags at once by FFT."""
    n = len(series)
    centred = series - series.mean(axis=0)
    # As many zeros as draws, so that the end does not meet the beginning.
    spectrum = np.fft.rfft(centred, 2 * n, axis=0)
    found: Floats = np.fft.irfft(np.abs(spectrum) ** 2, 2 * n, axis=0)[:n] / n
    return found
