"""Pitch, of sounds whose pitch is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from genstudio.core.uniforms import generator
from genstudio.data.strings import PITCHES, plucked
from genstudio.hearing.yin import pitch, pitches


def cents(hertz: float, reference: float) -> float:
    return 1200 * math.log2(hertz / reference)


def harmonics(hertz: float, rate: int, numbers: range, seconds: float = 0.25) -> np.ndarray:
    t = np.arange(round(seconds * rate)) / rate
    sound = sum(np.sin(2 * np.pi * hertz * n * t + n) / n for n in numbers if hertz * n < rate / 2)
    return np.round(9000 * np.asarray(sound)).astype(np.int16)


@pytest.mark.parametrize("rate", [8000, 16000])
@pytest.mark.parametrize("hertz", [82.41, 110.0, 233.08, 440.0])
@pytest.mark.parametrize("numbers", [range(1, 2), range(1, 4), range(1, 9)])
def test_the_pitch_of_harmonics_is_known_to_a_few_cents(
    hertz: float, numbers: range, rate: int
) -> None:
    found = pitch(harmonics(hertz, rate, numbers), rate)
    assert found.periodic == 1
    assert abs(cents(found.hertz, hertz)) < 4


def test_a_missing_fundamental_is_heard() -> None:
    found = pitch(harmonics(150, 8000, range(2, 7)), 8000)
    assert abs(cents(found.hertz, 150)) < 4


@pytest.mark.parametrize("rate", [8000, 16000])
def test_strings_are_in_tune_within_a_cent(rate: int) -> None:
    """Every pitch of the dataset and its octave, plucked; tuned as equal temperament says."""
    frequencies = np.array([*PITCHES, *(2 * f for f in PITCHES)])
    noise = 2 * generator(1).random((len(frequencies), rate // 100)) - 1
    sounds = plucked(frequencies, rate, rate // 4, noise)
    for hertz, sound in zip(frequencies, sounds, strict=True):
        found = pitch((9000 * sound).astype(np.int16), rate)
        assert abs(cents(found.hertz, hertz)) < 1, hertz


def test_the_difference_is_that_of_the_definition() -> None:
    """Step 4 in loops: the first dip of d′ below 0.1, with the same parabola through d."""
    x = harmonics(130.8, 8000, range(1, 5)) / 32768
    window = 320
    d = [sum((x[j] - x[j + lag]) ** 2 for j in range(window)) for lag in range(90)]
    normal = [1.0] + [d[lag] * lag / sum(d[1 : lag + 1]) for lag in range(1, 90)]
    lag = next(i for i in range(8, 90) if normal[i] < 0.1)
    while normal[lag + 1] < normal[lag]:
        lag += 1
    before, here, after = d[lag - 1 : lag + 2]
    period = lag + 0.5 * (before - after) / (before - 2 * here + after)
    hertz, aperiodicity = pitches(harmonics(130.8, 8000, range(1, 5)), 8000)
    assert hertz[0] == pytest.approx(8000 / period, rel=1e-9)
    assert aperiodicity[0] == pytest.approx(normal[lag], rel=1e-9)


def test_noise_and_silence_have_no_pitch() -> None:
    noise = (3000 * generator(4).standard_normal(4000)).astype(np.int16)
    assert pitch(noise, 8000).periodic < 0.2
    silence = pitch(np.zeros(4000, np.int16), 8000)
    assert math.isnan(silence.hertz)
    assert silence.periodic == 0
    short = pitch(np.ones(50, np.int16), 8000)
    assert math.isnan(short.hertz)
