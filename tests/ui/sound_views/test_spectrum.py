"""Magnitudes are those of scipy's short-time Fourier transform."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import ShortTimeFFT, get_window

from genstudio.core.uniforms import generator
from genstudio.ui.sound_views.spectrogram import in_rows
from genstudio.ui.sound_views.spectrum import (
    HIGHEST,
    LOWEST,
    TILE,
    Spectrum,
    decibels,
    frame_size,
    levels_of,
)


def noise(count: int, seed: int = 0) -> np.ndarray:
    loud = np.linspace(0.001, 0.5, count)
    return (generator(seed).normal(size=count) * loud * 8000).astype(np.int16)


def reference(samples: np.ndarray, hop: int, size: int) -> np.ndarray:
    """(frames, bins) dB by scipy, of the frames whose middle lies in the sound."""
    window = get_window("hann", size)
    transform = ShortTimeFFT(window, hop, fs=1.0, mfft=2 * size, fft_mode="onesided")
    found = transform.stft(samples / 32768)[:, -transform.p_min :]
    found = found[:, : -(-len(samples) // hop)].T
    return 20 * np.log10(np.maximum(np.abs(found) / (window.sum() / 2), 1e-10))


def made(samples: np.ndarray, scale: int, pieces: int = 1) -> np.ndarray:
    spectrum = Spectrum(8000)
    for part in np.array_split(samples, pieces):
        spectrum.append(part)
        while piece := spectrum.missing(scale, 0, spectrum.frames_at(scale)):
            spectrum.make(*piece)
    return spectrum.frames(scale, 0, spectrum.frames_at(scale))


@pytest.mark.parametrize("hop", [1, 16, 128])
def test_magnitudes_are_scipys(hop: int) -> None:
    samples = noise(3001)
    expected = reference(samples, hop, 256)
    found = decibels(samples, 0, len(expected), hop, 256)
    assert found.shape == expected.shape == (-(-3001 // hop), 257)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    np.testing.assert_allclose(decibels(samples, 7, 5, hop, 256), expected[7:12], atol=1e-6)


def test_a_sine_of_full_scale_has_0_db() -> None:
    sine = np.round(32767 * np.sin(2 * np.pi * 1000 * np.arange(4000) / 8000)).astype(np.int16)
    middle = decibels(sine, 2000, 1, 1, 256)[0]
    assert middle.argmax() == round(1000 / 4000 * 256)
    assert middle.max() == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize(("rate", "size"), [(8000, 256), (16_000, 512), (44_100, 1024)])
def test_a_frame_is_the_power_of_two_nearest_to_32_ms(rate: int, size: int) -> None:
    assert frame_size(rate) == size


def test_levels_divide_the_range_evenly() -> None:
    middle = (LOWEST + HIGHEST) / 2
    assert levels_of(np.array([-200, LOWEST, middle, HIGHEST, 0.0])).tolist() == [
        1,
        1,
        128,
        255,
        255,
    ]


@pytest.mark.parametrize("scale", [0, 4, 7])
@pytest.mark.parametrize("pieces", [1, 9])
def test_frames_are_the_same_made_at_once_or_as_the_sound_grows(scale: int, pieces: int) -> None:
    samples = noise(2 * TILE * 2**scale + 77)
    expected = levels_of(reference(samples, 2**scale, 256))
    found = made(samples, scale, pieces)
    # A magnitude on the border of two levels may fall to either side.
    assert np.abs(found.astype(int) - expected).max() <= 1
    assert (found == expected).mean() > 0.999
    assert found.min() >= 1


@pytest.mark.parametrize("pieces", [1, 7])
def test_from_afar_a_frame_is_the_greatest_of_those_it_stands_for(pieces: int) -> None:
    samples = noise(50_001)
    fine = made(samples, 7)
    coarse = made(samples, 10, pieces)
    padded = np.zeros((len(coarse) * 8, fine.shape[1]), np.uint8)
    padded[: len(fine)] = fine
    assert np.array_equal(coarse, padded.reshape(-1, 8, fine.shape[1]).max(axis=1))


def test_what_is_not_made_is_0() -> None:
    spectrum = Spectrum(8000)
    spectrum.append(noise(5000))
    spectrum.make(5, 0)
    frames = spectrum.frames(5, 0, 2 * TILE)
    assert frames[:TILE].min() >= 1
    assert frames[TILE:].max() == 0


def test_tiles_are_forgotten_before_they_fill_the_memory() -> None:
    spectrum = Spectrum(8000)
    spectrum.append(noise(TILE * 4100))
    for tile in range(4100):
        spectrum.make(0, tile)
    assert not spectrum.fresh(0, 0)
    assert spectrum.fresh(0, 4099)


@pytest.mark.parametrize("rows", [40, 100, 256, 257, 500])
def test_a_row_shows_the_greatest_bin_of_its_band_or_the_nearest(rows: int) -> None:
    levels = generator(1).integers(1, 256, (257, 3)).astype(np.uint8)
    found = in_rows(levels, rows)
    for row in range(rows):
        low, high = (rows - row - 1) / rows * 256, (rows - row) / rows * 256
        inside = [b for b in range(257) if low <= b < high or (b == 256 and row == 0)]
        middle = (low + high) / 2
        bins = inside or [min(range(257), key=lambda b: abs(b - middle))]
        assert np.array_equal(found[row], levels[bins].max(axis=0))
