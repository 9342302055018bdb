"""Log-mel frames against the definition, one sum at a time."""

from __future__ import annotations

import cmath
import math

import numpy as np
import pytest

from genstudio.core.uniforms import generator
from genstudio.hearing.mel import BANDS, RATE, bands, log_mel


def mel(hertz: float) -> float:
    return 2595 * math.log10(1 + hertz / 700)


def test_a_frame_is_the_power_of_its_transform_in_each_band() -> None:
    x = generator(1).standard_normal(330)
    found = log_mel(x)
    assert found.shape == (BANDS, 6)
    frame = 2  # whose middle is 20 ms from the start
    hann = [0.5 - 0.5 * math.cos(2 * math.pi * j / 199) for j in range(200)]
    piece = [hann[j] * x[160 - 100 + j] for j in range(200)]
    power = [
        abs(sum(v * cmath.exp(-2j * math.pi * k * j / 256) for j, v in enumerate(piece))) ** 2
        for k in range(129)
    ]
    edges = [
        700 * (10 ** ((mel(60) + (mel(4000) - mel(60)) * i / 41) / 2595) - 1) for i in range(42)
    ]
    energies = []
    for low, middle, high in zip(edges, edges[1:], edges[2:], strict=False):
        weights = [
            max(
                0.0,
                min(
                    (k * RATE / 256 - low) / (middle - low),
                    (high - k * RATE / 256) / (high - middle),
                ),
            )
            for k in range(129)
        ]
        energies.append(sum(w * p for w, p in zip(weights, power, strict=True)))
    # All is relative to the largest of all frames, so the shape of one is compared.
    expected = np.log10(energies) - math.log10(energies[0])
    np.testing.assert_allclose(found[:, frame] - found[0, frame], expected, atol=1e-4)
    assert found.max() == 0


def test_a_band_peaks_at_one_and_its_neighbours_share_what_is_between() -> None:
    assert bands().max() <= 1
    inside = bands().sum(axis=0)[4:115]  # between the middles of the outermost bands
    np.testing.assert_allclose(inside, 1)


@pytest.mark.parametrize("hertz", [300.0, 1000.0, 3100.0])
def test_a_tone_is_loudest_in_the_band_around_it(hertz: float) -> None:
    t = np.arange(4000) / RATE
    found = log_mel(np.sin(2 * np.pi * hertz * t))[:, 20]
    middles = np.linspace(mel(60), mel(4000), BANDS + 2)[1:-1]
    assert abs(found.argmax() - np.abs(middles - mel(hertz)).argmin()) <= 1


def test_loudness_makes_no_difference_and_silence_is_the_floor() -> None:
    x = generator(2).standard_normal(900)
    np.testing.assert_allclose(log_mel(x), log_mel(x / 1000), atol=1e-5)
    assert (log_mel(np.zeros(900)) == -6).all()
    assert log_mel(np.zeros(0)).shape == (BANDS, 2)
