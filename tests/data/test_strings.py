"""Plucked strings: in tune, the same for ever, and what the labels say."""

import hashlib

import numpy as np
import pytest

from genstudio.core.spaces import Sequence
from genstudio.core.training import DataSpec
from genstudio.core.uniforms import generator
from genstudio.data.base import SPLITS
from genstudio.data.catalog import open_data
from genstudio.data.companding import expanded
from genstudio.data.strings import PITCHES, plucked

VALID_SHA256 = "ecf41708f4a2a1086c744cc4295912726930466857061e67083e238c2e0d64ec"


def peak_near(sound: np.ndarray, rate: int, expected: float) -> float:
    """The strongest frequency within a semitone, Hz, by a zero-padded spectrum."""
    size = 2**19
    spectrum = abs(np.fft.rfft(sound * np.hanning(len(sound)), size))
    frequencies = np.fft.rfftfreq(size, 1 / rate)
    near = abs(np.log2(frequencies.clip(1) / expected)) < 1 / 12
    return float(frequencies[near][spectrum[near].argmax()])


@pytest.mark.parametrize("rate", [8000, 16000])
def test_strings_are_in_tune(rate: int) -> None:
    """Within 4 cents, from the lowest to two octaves above it; a period of whole samples is not."""
    wanted = np.array([110 * 2 ** (step / 12) for step in range(0, 24)])
    noise = 2 * generator(1).random((len(wanted), rate // 100)) - 1
    sound = plucked(wanted, rate, rate, noise)
    for string, expected in zip(sound, wanted, strict=True):
        found = peak_near(string, rate, expected)
        assert abs(1200 * np.log2(found / expected)) < 4, expected


def test_the_recursion_is_that_of_karplus_and_strong() -> None:
    """Sample by sample, as the papers write it, with an all-pass behind the mean."""
    rate, frequency, length = 8000, 131.7, 400
    noise = 2 * generator(2).random((1, 80)) - 1
    period = rate / frequency - 0.5
    line = int(period - 0.1)
    short, angle = period - line, 2 * np.pi * frequency / rate
    c = np.sin((1 - short) * angle / 2) / np.sin((1 + short) * angle / 2)
    y = {t - line: float(noise[0, t] - noise[0, :line].mean()) for t in range(line)}
    y[-line - 1] = 0.0
    v = {-1: 0.0}
    for t in range(length):
        v[t] = (y[t - line] + y[t - line - 1]) / 2
        y[t] = c * v[t] + v[t - 1] - c * y[t - 1]
    expected = [y[t] for t in range(length)]
    found = plucked(np.array([frequency]), rate, length, noise)[0]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_string_dies_away() -> None:
    sound = plucked(np.array([220.0]), 8000, 8000, 2 * generator(3).random((1, 80)) - 1)[0]
    energy = (sound.reshape(8, -1) ** 2).sum(axis=1)
    assert (np.diff(energy) < 0).all()


def test_the_label_is_the_pitch_of_a_note() -> None:
    data = open_data(DataSpec(name="strings"))
    assert isinstance(data.space, Sequence)
    split = data.split("test")
    pitch, figure = data.space.labels
    notes = np.flatnonzero(split.labels[:, 1] == figure.classes.index("note"))
    assert len(notes) > 20
    for index in notes:
        expected = PITCHES[split.labels[index, 0]]
        sound = expanded(split.symbols[index, :, 0], 256)
        assert abs(1200 * np.log2(peak_near(sound, 8000, expected) / expected)) < 6
    for name in SPLITS:
        counts = np.bincount(data.split(name).labels[:, 0], minlength=len(pitch.classes))
        assert counts.min() > 0


@pytest.mark.parametrize("figure", ["arpeggio", "melody"])
def test_a_figure_is_plucked_four_times(figure: str) -> None:
    """The first samples of each quarter are where the sound jumps up."""
    data = open_data(DataSpec(name="strings"))
    split = data.split("valid")
    wanted = data.space.labels[1].classes.index(figure)
    sounds = expanded(split.symbols[split.labels[:, 1] == wanted, :, 0], 256)
    for quarter in range(1, 4):
        before = (sounds[:, quarter * 2000 - 200 : quarter * 2000] ** 2).sum(axis=1)
        after = (sounds[:, quarter * 2000 : quarter * 2000 + 200] ** 2).sum(axis=1)
        assert (after > before).mean() > 0.95


def test_two_openings_are_the_same_and_splits_differ() -> None:
    first, again = (open_data(DataSpec(name="strings")) for _ in range(2))
    assert first.content_hash == again.content_hash
    assert not np.array_equal(first.split("valid").symbols, first.split("test").symbols)


def test_the_sounds_are_these_for_ever() -> None:
    # A change here means that runs made before no longer know their data again.
    valid = open_data(DataSpec(name="strings")).split("valid")
    assert hashlib.sha256(valid.symbols.tobytes()).hexdigest() == VALID_SHA256


def test_both_rates_have_the_same_music() -> None:
    slow = open_data(DataSpec(name="strings")).split("valid")
    fast = open_data(DataSpec(name="strings", rate=16000)).split("valid")
    assert slow.symbols.shape == (120, 8000, 1)
    assert fast.symbols.shape == (120, 16000, 1)
    np.testing.assert_array_equal(slow.labels, fast.labels)


def test_fewer_levels_are_the_same_sound() -> None:
    full = open_data(DataSpec(name="strings")).split("valid").symbols
    few = open_data(DataSpec(name="strings", levels=16)).split("valid").symbols
    assert few.max() <= 15
    error = abs(expanded(few, 16) - expanded(full, 256))
    assert error.max() < 0.2
