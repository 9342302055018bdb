"""µ-law against its formula, and how far a sample comes back from where it was."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genstudio.core.uniforms import generator
from genstudio.data.companding import (
    compressed,
    expanded,
    noise_ratio,
    quantised,
    requantised,
    samples_of,
    symbols_of,
)

LEVELS = [2, 4, 16, 64, 256]


def f(x: float, levels: int) -> float:
    """Equation of van den Oord et al. (2016a), section 2.2, one number at a time."""
    mu = levels - 1
    return math.copysign(math.log(1 + mu * abs(x)) / math.log(1 + mu), x)


def inverse(y: float, levels: int) -> float:
    mu = levels - 1
    return math.copysign(((1 + mu) ** abs(y) - 1) / mu, y)


@given(st.floats(-1, 1), st.sampled_from(LEVELS))
def test_compression_is_the_formula(x: float, levels: int) -> None:
    assert float(compressed(np.array(x), levels)) == pytest.approx(f(x, levels), abs=1e-12)


@given(st.floats(-1, 1), st.sampled_from(LEVELS))
def test_a_sample_gets_the_nearest_of_the_levels(x: float, levels: int) -> None:
    symbol = int(quantised(np.array([x]), levels)[0])
    values = np.linspace(-1, 1, levels)
    distance = abs(values - f(x, levels))
    assert distance[symbol] <= distance.min() + 1e-12


@pytest.mark.parametrize("levels", LEVELS)
def test_a_symbol_stands_for_the_inverse_of_its_level_and_comes_back_itself(levels: int) -> None:
    every = np.arange(levels, dtype=np.uint8)
    samples = expanded(every, levels)
    expected = [inverse(y, levels) for y in np.linspace(-1, 1, levels)]
    np.testing.assert_allclose(samples, expected, atol=1e-12)
    np.testing.assert_array_equal(quantised(samples, levels), every)
    assert (np.diff(samples) > 0).all()
    np.testing.assert_allclose(samples, -samples[::-1], atol=1e-12)


@pytest.mark.parametrize("levels", LEVELS)
def test_symbols_rise_with_the_sample_and_stay_within_half_a_step_of_it(levels: int) -> None:
    x = np.linspace(-1, 1, 20_001)
    symbols = quantised(x, levels)
    assert (np.diff(symbols.astype(int)) >= 0).all()
    assert (symbols[0], symbols[-1]) == (0, levels - 1)
    # Half a step of f to either side, taken back through the formula.
    back, step = expanded(symbols, levels), 1 / (levels - 1)
    for sample, found in zip(x[::97], back[::97], strict=True):
        low = inverse(max(-1.0, f(found, levels) - step), levels)
        high = inverse(min(1.0, f(found, levels) + step), levels)
        assert low - 1e-9 <= sample <= high + 1e-9


def test_quiet_samples_come_back_closer_than_loud_ones() -> None:
    x = np.array([0.01, 0.1, 0.9])
    near = np.linspace(0, 0.004, 50)[:, None]
    error = abs(expanded(quantised(x + near, 256), 256) - (x + near)).max(axis=0)
    assert error[0] < error[1] < error[2]


def test_what_lies_beyond_full_scale_is_cut_off() -> None:
    np.testing.assert_array_equal(quantised(np.array([-7.0, 7.0]), 256), [0, 255])


@pytest.mark.parametrize("levels", LEVELS)
def test_16_bit_samples_become_the_symbols_of_their_value(levels: int) -> None:
    every = np.arange(-(2**15), 2**15).astype(np.int16)
    expected = quantised(every / 32768, levels)
    np.testing.assert_array_equal(symbols_of(every, levels), expected)
    symbols = np.arange(levels, dtype=np.uint8)
    np.testing.assert_array_equal(symbols_of(samples_of(symbols, levels), levels), symbols)


@pytest.mark.parametrize("bits", [4, 6, 8])
def test_linear_levels_leave_a_noise_of_a_twelfth_of_a_step_squared(bits: int) -> None:
    """Bennett (1948): a loud signal's error is spread evenly over a step Δ, with power Δ² / 12."""
    levels = 2**bits
    loud = np.round(generator(1).uniform(-1, 1, 200_000) * 32767).astype(np.int16)
    heard = requantised(loud, levels, "linear")
    step = 2 / (levels - 1)
    expected = 10 * math.log10((1 / 3) / (step**2 / 12))
    assert noise_ratio(loud, heard) == pytest.approx(expected, abs=0.1)


@given(st.integers(-32768, 32767), st.sampled_from(LEVELS))
def test_a_linear_level_is_the_nearest_of_those_that_lie_evenly(sample: int, levels: int) -> None:
    [heard] = requantised(np.array([sample], np.int16), levels, "linear").tolist()
    distances = abs(np.linspace(-1, 1, levels) * 32768 - sample)
    assert abs(heard - sample) <= distances.min() + 1  # 1 … 32767 is what 16 bits can say
    assert min(abs(np.linspace(-1, 1, levels) * 32768 - heard)) <= 1


def test_mu_law_is_the_symbols_and_back_and_is_finer_where_it_is_quiet() -> None:
    quiet = np.round(300 * generator(2).standard_normal(20_000)).astype(np.int16)
    heard = requantised(quiet, 256, "mu")
    np.testing.assert_array_equal(heard, samples_of(symbols_of(quiet, 256), 256))
    linear = requantised(quiet, 256, "linear")
    assert noise_ratio(quiet, heard) > noise_ratio(quiet, linear) + 10


def test_what_is_unchanged_has_no_noise() -> None:
    sound = np.array([1, -5, 9], np.int16)
    assert noise_ratio(sound, sound) == math.inf
