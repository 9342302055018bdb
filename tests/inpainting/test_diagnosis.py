"""Diagnostics against chains whose autocorrelation is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.signal import lfilter

from genstudio.core.uniforms import generator
from genstudio.inpainting.diagnosis import (
    autocorrelation,
    diagnosed,
    effective_draws,
    integrated_time,
    split_r_hat,
)


def ar1(phi: float, sweeps: int, chains: int, seed: int = 0) -> np.ndarray:
    """xₜ = φ xₜ₋₁ + noise from its stationary distribution, variance 1: ρₜ = φᵗ."""
    noise = generator(seed).standard_normal((sweeps, chains))
    noise[1:] *= math.sqrt(1 - phi**2)
    return np.asarray(lfilter([1], [1, -phi], noise, axis=0))


@pytest.mark.parametrize("phi", [0.0, 0.5, 0.9])
def test_an_ar1_chain_has_the_autocorrelation_of_its_theory(phi: float) -> None:
    series = ar1(phi, 4000, 8)
    rho = autocorrelation(series)
    assert rho[0] == pytest.approx(1)
    assert rho[1:11] == pytest.approx(phi ** np.arange(1, 11), abs=0.05)
    time = (1 + phi) / (1 - phi)
    assert integrated_time(rho) == pytest.approx(time, rel=0.1)
    assert effective_draws(series) == pytest.approx(32_000 / time, rel=0.1)


def test_autocovariance_is_its_definition() -> None:
    series = ar1(0.6, 9, 3)
    centred = series - series.mean(axis=0)
    n = len(series)
    within = series.var(axis=0, ddof=1).mean()
    total = (n - 1) / n * within + series.mean(axis=0).var(ddof=1)
    found = autocorrelation(series)
    for lag in range(n):
        products = [centred[s] * centred[s + lag] for s in range(n - lag)]
        covariance = np.sum(products, axis=0).mean() / (n - 1)
        assert found[lag] == pytest.approx(1 - (within - covariance) / total)


def test_the_time_is_cut_where_pairs_turn_negative_and_made_to_fall() -> None:
    # Pairs 1.5, 0.5, 0.7 (held to 0.5), −0.1 (cut, with all that follows).
    rho = np.array([1, 0.5, 0.3, 0.2, 0.4, 0.3, 0.0, -0.1, 0.9, 0.9])
    assert integrated_time(rho) == pytest.approx(2 * (1.5 + 0.5 + 0.5) - 1)


@pytest.mark.parametrize("sweeps", [10, 11])
def test_split_r_hat_is_its_definition(sweeps: int) -> None:
    series = ar1(0.3, sweeps, 2)
    last = sweeps - 5  # the middle of eleven is in neither half
    parts = [series[:5, 0], series[last:, 0], series[:5, 1], series[last:, 1]]
    within = np.mean([part.var(ddof=1) for part in parts])
    between = 5 * np.var([part.mean() for part in parts], ddof=1)
    assert split_r_hat(series) == pytest.approx(math.sqrt((0.8 * within + between / 5) / within))


def test_independent_chains_agree() -> None:
    found = diagnosed(ar1(0.0, 100, 8), 0.4)
    assert found.r_hat == pytest.approx(1, abs=0.02)
    assert found.effective == pytest.approx(800, rel=0.2)
    assert found.time == pytest.approx(1, rel=0.2)
    assert (found.settled, found.verdict) == (True, "The chains agree.")
    assert found.flips == 0.4


def test_chains_at_different_levels_have_not_mixed() -> None:
    found = diagnosed(ar1(0.0, 100, 8) + 5 * np.arange(8), 0.4)
    assert found.r_hat > 2
    assert found.effective < 20
    assert (found.settled, found.verdict) == (False, "Not mixed yet: more sweeps.")


def test_one_chain_that_drifts_has_not_mixed() -> None:
    found = diagnosed(ar1(0.0, 200, 1) + np.linspace(0, 10, 200)[:, None], 0.4)
    assert found.settled is False


def test_few_sweeps_or_few_draws_cannot_tell() -> None:
    for series in (ar1(0.0, 5, 50), ar1(0.0, 10, 2, seed=1)):
        found = diagnosed(series, 0.4)
        assert (found.settled, found.verdict) == (None, "Too few sweeps to tell.")


def test_ln_p_that_never_moves_tells_nothing() -> None:
    found = diagnosed(np.full((50, 4), -3.0), 0.0)
    assert found.settled is None
    assert found.verdict.startswith("ln p(x) never moved")
    assert diagnosed(np.zeros((50, 4)), 0.0, "ln p(x, z)").verdict.startswith("ln p(x, z) never")
    assert math.isnan(found.effective)
    assert math.isnan(found.time)
    assert not len(found.autocorrelation)


def test_chains_that_stand_still_apart_have_not_mixed() -> None:
    found = diagnosed(np.tile([-3.0, -3.0, -8.0], (50, 1)), 0.0)
    assert found.r_hat == math.inf
    assert found.settled is False
    assert found.effective < 4


def test_what_is_not_a_number_is_not_agreement() -> None:
    series = ar1(0.0, 100, 4)
    series[50, 2] = -math.inf
    with np.errstate(invalid="ignore"):
        assert diagnosed(series, 0.4).settled is not True
