"""Drawing one symbol: against numpy's own arithmetic done plainly, and against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import special, stats

from genstudio.core.draw import DrawControls, adjusted, inverse_cdf
from genstudio.core.errors import UserError
from genstudio.core.uniforms import generator, uniforms

LOGITS = arrays(np.float64, (3, 7), elements=st.floats(-30, 30))


@given(LOGITS, st.floats(0.05, 10))
def test_temperature_is_a_softmax_of_scaled_logits(logits: np.ndarray, temperature: float) -> None:
    p = special.softmax(logits, axis=1).astype(np.float32)
    expected = special.softmax(np.log(np.maximum(p, 1e-300).astype(float)) / temperature, axis=1)
    got = adjusted(p, DrawControls(temperature=temperature))
    np.testing.assert_allclose(got, expected, atol=1e-6)


@given(LOGITS, st.integers(1, 9))
def test_top_k_keeps_the_k_likeliest_in_their_proportions(logits: np.ndarray, k: int) -> None:
    p = special.softmax(logits, axis=1).astype(np.float32)
    got = adjusted(p, DrawControls(top_k=k))
    for row, kept in zip(p.astype(float), got, strict=True):
        best = sorted(range(7), key=lambda v: (-row[v], v))[:k]
        expected = np.zeros(7)
        expected[best] = row[best] / row[best].sum()
        np.testing.assert_allclose(kept, expected, atol=1e-12)


@given(LOGITS, arrays(np.float64, 3, elements=st.floats(0, 1, exclude_max=True)))
def test_the_drawn_symbol_is_the_first_whose_cumulative_exceeds_u(
    logits: np.ndarray, u: np.ndarray
) -> None:
    p = special.softmax(logits, axis=1)
    for row, height, drawn in zip(p, u, inverse_cdf(p, u), strict=True):
        below = 0.0
        for symbol in range(7):
            below += row[symbol]
            if height < below / row.sum() - 1e-12:
                assert drawn <= symbol
                break
        assert height >= row[:drawn].sum() / row.sum() - 1e-12


def test_a_symbol_of_probability_zero_is_never_drawn() -> None:
    p = np.array([[0.0, 0.3, 0.0, 0.7, 0.0]])
    for u in (0.0, 0.3, np.nextafter(0.3, 0), np.nextafter(1.0, 0)):
        assert inverse_cdf(p, np.array([u]))[0] in (1, 3)


def test_uniforms_are_uniform_and_uncorrelated_between_samples() -> None:
    u = uniforms(0, 64, 1000)
    assert stats.kstest(u.ravel(), "uniform").pvalue > 1e-4
    correlations = np.corrcoef(u)[~np.eye(64, dtype=bool)]
    assert np.abs(correlations).max() < 0.2


def test_uniforms_depend_on_seed_sample_and_position_alone() -> None:
    many = uniforms(7, 10, 50)
    np.testing.assert_array_equal(uniforms(7, 1, 50, first=4)[0], many[4])
    np.testing.assert_array_equal(uniforms(7, 10, 20), many[:, :20])
    assert not np.array_equal(uniforms(8, 10, 50), many)
    assert generator(1, 2).random() != generator(2, 1).random()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"temperature": 0}, "“temperature” should be greater than 0, but it is 0"),
        ({"temperature": float("nan")}, "“temperature” should be a finite number"),
        ({"top_k": -1}, "“top_k” should be greater than or equal to 0"),
        ({"heat": 1}, "There is no setting called “heat”"),
    ],
)
def test_bad_controls_are_one_sentence(values: dict[str, float], words: str) -> None:
    with pytest.raises(UserError, match=words):
        DrawControls.checked(values)
