"""Recordings without silence around them, and in pieces."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from genstudio.data.recordings import pieces, sounding

FULL = round(0.9 * 32767)


def between(before: int, sound: int, after: int, loud: int) -> NDArray[np.int16]:
    """A square wave with faint noise, at a hundredth of it, before and after."""
    faint = loud // 100
    square = loud * (1 - 2 * (np.arange(sound) % 2))
    return np.concatenate([np.full(before, faint), square, np.full(after, -faint)]).astype(np.int16)


@pytest.mark.parametrize("loud", [200, 5000, 32000])
def test_silence_around_it_is_cut_off_up_to_a_hundredth_of_a_second(loud: int) -> None:
    trimmed = sounding(between(3000, 400, 5000, loud), 8000)
    assert len(trimmed) == 80 + 400 + 80
    np.testing.assert_array_equal(np.abs(trimmed[80:-80].astype(int)), FULL)
    assert np.abs(trimmed[:80]).max() < 0.02 * FULL


def test_what_begins_and_ends_loud_stays_whole() -> None:
    assert len(sounding(between(10, 400, 0, 1000), 8000)) == 410


def test_the_largest_negative_sample_is_a_peak_like_any() -> None:
    assert sounding(np.array([-32768, 16384], np.int16), 8000).tolist() == [-FULL, -(-FULL // 2)]


def test_of_nothing_nothing_is_left() -> None:
    assert len(sounding(np.zeros(100, np.int16), 8000)) == 0
    assert len(sounding(np.zeros(0, np.int16), 8000)) == 0


@pytest.mark.parametrize(
    ("samples", "count"),
    [(0, 0), (1, 1), (49, 1), (50, 1), (99, 1), (100, 1), (149, 1), (150, 2), (250, 3), (349, 3)],
)
def test_half_a_piece_or_more_at_the_end_counts(samples: int, count: int) -> None:
    loud = np.arange(1, samples + 1, dtype=np.int16) + 20000
    cut = pieces(loud, 100)
    assert cut.shape == (count, 100)
    kept = min(samples, 100 * count)
    np.testing.assert_array_equal(cut.ravel()[:kept], loud[:kept])
    assert not cut.ravel()[kept:].any()


def test_a_pause_is_left_out() -> None:
    recording = np.repeat([FULL, 0.019 * FULL, -FULL], [100, 200, 100])
    cut = pieces(recording.astype(np.int16), 100)
    assert cut[:, 0].tolist() == [FULL, -FULL]
