"""Distributions written out, against scipy and enumeration."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from genstudio.core.joint import ancestral, contexts, divergence, factor, states
from genstudio.core.uniforms import generator, uniforms


def some(n: int, seed: int = 0) -> np.ndarray:
    return generator(seed).dirichlet(np.ones(2**n))


def test_states_stand_in_the_order_of_their_indices() -> None:
    assert states(3).tolist() == [list(x) for x in itertools.product((0, 1), repeat=3)]


def test_factors_multiply_to_the_distribution() -> None:
    p = some(5)
    for index, x in enumerate(itertools.product((0, 1), repeat=5)):
        product = 1.0
        for i in range(1, 6):
            beginning = int("".join(map(str, x[: i - 1])) or "0", 2)
            on = factor(p, i)[beginning]
            product *= on if x[i - 1] else 1 - on
        assert product == pytest.approx(p[index])


def test_a_factor_is_a_ratio_of_sums_over_states() -> None:
    p = some(4)
    every = states(4)
    for context in itertools.product((0, 1), repeat=2):
        here = (every[:, :2] == context).all(axis=1)
        index = 2 * context[0] + context[1]
        assert contexts(p, 3)[index] == pytest.approx(p[here].sum())
        expected = p[here & (every[:, 2] == 1)].sum() / p[here].sum()
        assert factor(p, 3)[index] == pytest.approx(expected)


def test_a_context_that_never_occurs_has_no_factor() -> None:
    p = np.array([0.5, 0.5, 0.0, 0.0])
    assert np.isnan(factor(p, 2)[1])
    assert factor(p, 2)[0] == 0.5


def test_the_divergence_is_scipy_s() -> None:
    p, q = some(6, 1), some(6, 2)
    assert divergence(p, np.log(q)) == pytest.approx(stats.entropy(p, q))
    p[:20] = 0
    p /= p.sum()
    assert divergence(p, np.log(q)) == pytest.approx(stats.entropy(p, q))
    assert divergence(q, np.log(q)) == 0


def test_ancestral_samples_have_the_frequencies_of_the_distribution() -> None:
    p = some(4)
    drawn = ancestral(p, uniforms(5, 6000, 4))
    counts = np.bincount(drawn @ np.array([8, 4, 2, 1]), minlength=16)
    assert stats.chisquare(counts, 6000 * p).pvalue > 1e-6
