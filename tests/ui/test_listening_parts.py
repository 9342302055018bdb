"""Parts of the Listen panel that need no panel: loudness, clocks, growing arrays, envelopes."""

from __future__ import annotations

import numpy as np
import pytest

from genstudio.ui.growing import Growing
from genstudio.ui.listening.loudness import decibels, equal_gains, rms, scaled
from genstudio.ui.listening.take_strip import envelope
from genstudio.ui.listening.transport import amplitude_of, clock


def sine(amplitude: float) -> np.ndarray:
    wave = amplitude * 32768 * np.sin(2 * np.pi * np.arange(4000) / 40)
    return np.round(np.clip(wave, -32768, 32767)).astype(np.int16)


def test_the_rms_of_a_sine_is_its_amplitude_over_the_root_of_two() -> None:
    assert rms(sine(0.5)) == pytest.approx(0.5 / np.sqrt(2), rel=1e-4)
    assert rms(np.full(10, -32768, np.int16)) == 1.0
    assert rms(np.zeros(0, np.int16)) == 0.0


def test_the_louder_one_is_turned_down_until_both_are_equal() -> None:
    quiet, loud = sine(0.125), sine(0.5)
    gains = equal_gains(loud, quiet)
    assert gains == pytest.approx((0.25, 1.0), rel=1e-3)
    assert rms(scaled(loud, gains[0])) == pytest.approx(rms(quiet), rel=1e-3)
    assert decibels(gains[0]) == pytest.approx(-12.04, abs=0.01)


def test_silence_is_not_made_loud() -> None:
    assert equal_gains(sine(0.5), np.zeros(100, np.int16)) == (1.0, 1.0)


def test_the_volume_goes_in_even_steps_of_decibels() -> None:
    assert amplitude_of(0) == 0.0 and amplitude_of(100) == 1.0
    assert [20 * np.log10(amplitude_of(tick)) for tick in (25, 50, 75)] == pytest.approx(
        [-30, -20, -10]
    )


@pytest.mark.parametrize(
    ("samples", "words"),
    [(0, "0:00.00"), (79, "0:00.00"), (80, "0:00.01"), (8000 * 61 + 4000, "1:01.50")],
)
def test_a_clock_counts_whole_hundredths(samples: int, words: str) -> None:
    assert clock(samples, 8000) == words


def test_a_growing_array_holds_what_was_added() -> None:
    generator = np.random.default_rng(0)
    parts = [generator.integers(0, 100, (size, 3)) for size in (0, 1, 5000, 7, 20_000)]
    growing = Growing(np.int16, (3,))
    for part in parts:
        growing.add(part)
    assert len(growing) == 25_008
    assert np.array_equal(growing.rows, np.concatenate(parts))
    assert growing.nbytes < 3 * growing.rows.nbytes


@pytest.mark.parametrize("length", [1, 5, 96, 97, 4000])
def test_an_envelope_misses_no_peak(length: int) -> None:
    samples = np.random.default_rng(length).integers(-32768, 32767, length).astype(np.int16)
    low, high = envelope(samples, 96)
    assert low.min() == samples.min() and high.max() == samples.max()
    assert envelope(samples[:0], 96).tolist() == [[0] * 96] * 2
