"""The pyramid answers as looking at every value does."""

from __future__ import annotations

import numpy as np
import pytest

from genstudio.core.uniforms import generator
from genstudio.ui.sound_views.envelope import Envelope
from genstudio.ui.sound_views.traced import columns_of, rows_of, stretches, traced


def filled(pieces: list[int], seed: int) -> tuple[Envelope[np.int16], np.ndarray]:
    values = generator(seed).integers(-32768, 32768, sum(pieces)).astype(np.int16)
    envelope = Envelope(np.int16)
    at = 0
    for piece in pieces:
        envelope.append(values[at : at + piece])
        at += piece
    return envelope, values


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("longest", [1, 5, 64, 700])
def test_extremes_are_those_of_a_loop_over_every_value(longest: int, seed: int) -> None:
    pieces = [1, *generator(seed + longest).integers(0, longest + 1, 12).tolist()]
    envelope, values = filled(pieces, seed)
    assert np.array_equal(envelope.values, values)
    draw = generator(seed + 100)
    begins = draw.integers(0, len(values), 40)
    ends = begins + 1 + (draw.random(40) * (len(values) - begins)).astype(np.int64)
    low, high = envelope.extremes(begins, ends)
    for place, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        assert low[place] == min(values[begin:end])
        assert high[place] == max(values[begin:end])


@pytest.mark.parametrize(("begin", "end"), [(0, 4**6), (4**5, 4**6), (1, 4**6 - 1), (0, 1)])
def test_whole_blocks_and_all_but_their_ends(begin: int, end: int) -> None:
    envelope, values = filled([4**6], 3)
    low, high = envelope.extremes(np.array([begin]), np.array([end]))
    assert (low[0], high[0]) == (values[begin:end].min(), values[begin:end].max())


@pytest.mark.parametrize(
    ("length", "start", "span", "columns"),
    [(5000, 0.0, 5000.0, 640), (5000, 17.3, 1234.5, 611), (900, 0.0, 5000.0, 333)],
)
def test_every_sample_is_in_the_column_its_middle_lies_in(
    length: int, start: float, span: float, columns: int
) -> None:
    edges = start + span * np.arange(columns + 1) / columns
    begins, ends = stretches(edges, length)
    owners: dict[int, list[int]] = {}
    for sample in range(length):
        column = int(np.floor((sample + 0.5 - start) / span * columns))
        if 0 <= column < columns:
            owners.setdefault(column, []).append(sample)
    filled_columns = range(columns)[columns_of(edges, length)]
    assert list(filled_columns) == sorted(owners)
    for column, begin, end in zip(filled_columns, begins, ends, strict=True):
        assert owners[column] == list(range(begin, end))


def test_the_picture_reaches_from_the_lowest_to_the_highest_of_every_column() -> None:
    rows, seam = 101, 1800
    envelope, values = filled([4000], 5)
    edges = np.linspace(0, 5000, 251)  # 20 samples a column, a fifth of them not there
    picture = traced(envelope, edges, rows, seam)
    for column in range(250):
        begin, end = 20 * column, min(20 * column + 20, 4000)
        if begin >= 4000:
            assert not picture[:, column].any()
            continue
        near = values[max(0, begin - 1) : end]  # from the sample before it
        places = np.round(rows_of(near, rows)).astype(int)
        inked = np.flatnonzero(picture[:, column])
        assert list(inked) == list(range(places.min(), places.max() + 1))
        assert set(picture[inked, column]) == {2 if begin < seam else 1}


def test_full_scale_has_the_whole_height() -> None:
    ends = np.array([-32768, 0, 32767], np.int16)
    assert np.round(rows_of(ends, 201)).tolist() == [200, 100, 0]
