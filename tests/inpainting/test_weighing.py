"""Weights of particles, against formulas by hand and NumPy."""

from __future__ import annotations

import math

import numpy as np
import pytest

from genstudio.core.uniforms import generator
from genstudio.inpainting.weighing import (
    effective_size,
    log_sum,
    next_power,
    relative_variance,
    systematic,
)


def test_the_effective_size_of_equal_and_of_lonely_weights() -> None:
    assert effective_size(np.full(7, -900.0)) == pytest.approx(7)
    assert effective_size(np.array([0.0, -900.0, -900.0])) == pytest.approx(1)
    assert effective_size(np.log([0.5, 0.25, 0.25])) == pytest.approx(1 / 0.375)
    assert log_sum(np.array([-900.0, -900.0])) == pytest.approx(-900 + math.log(2))


def test_the_next_power_is_where_the_effective_size_is_as_wanted() -> None:
    """Half of the particles lag by a nats, r = exp(−δ a): (1 + r)² / 2 (1 + r²) = 0.8 at r = ⅓."""
    a = 25.0
    scores = np.where(np.arange(10) < 5, -3.0, -3.0 - a)
    assert next_power(np.full(10, -math.log(10)), scores, 1.0, 8.0) == pytest.approx(
        math.log(3) / a
    )


def test_systematic_resampling_rounds_each_share_up_or_down() -> None:
    rng = generator(0)
    for count in (1, 2, 17, 64):
        for sharpness in (0.0, 1.0, 10.0):
            weights = np.exp(sharpness * rng.standard_normal(count))
            weights /= weights.sum()
            ancestors = systematic(weights, rng.random())
            descendants = np.bincount(ancestors, minlength=count)
            assert descendants.sum() == count
            assert (np.abs(descendants - count * weights) < 1).all()
            survivors = np.flatnonzero(descendants)
            np.testing.assert_array_equal(ancestors[survivors], survivors)


def test_systematic_resampling_is_unbiased() -> None:
    """The mean of the descendants over an even grid of uniforms is N W to the grid's spacing."""
    weights = np.array([0.05, 0.0, 0.31, 0.4, 0.24])
    grid = (np.arange(1000) + 0.5) / 1000
    counts = [np.bincount(systematic(weights, u), minlength=5) for u in grid]
    np.testing.assert_allclose(np.mean(counts, axis=0), 5 * weights, atol=2e-3)
    assert np.array(counts)[:, 1].max() == 0


def test_systematic_resampling_never_takes_a_weight_of_zero_by_rounding() -> None:
    weights = np.array([0.7, 0.1, 0.1, 0.1, 0.0])
    assert 4 not in systematic(weights, np.nextafter(1.0, 0.0))


def test_the_relative_variance_without_resampling_is_that_of_a_mean() -> None:
    w = generator(1).exponential(size=50)
    expected = np.var(w, ddof=1) / 50 / np.mean(w) ** 2
    assert relative_variance(w / w.sum(), np.arange(50)) == pytest.approx(expected)


def test_one_family_has_the_largest_relative_variance_and_one_particle_has_none() -> None:
    w = generator(2).random(8)
    assert relative_variance(w / w.sum(), np.full(8, 3)) == pytest.approx(1)
    assert math.isnan(relative_variance(np.ones(1), np.zeros(1, np.int64)))
