"""The film of completions against a replay from its beginning."""

from __future__ import annotations

import math

import numpy as np
import pytest

from genstudio.core.inpainting import (
    RESAMPLED,
    Film,
    Inpainted,
    InpaintStarted,
    Moments,
    Stage,
)
from genstudio.core.spaces import Grid
from genstudio.core.uniforms import generator

SPACE = Grid(height=3, width=4, channels=3, levels=5)
COUNT = 6


def beginning() -> InpaintStarted:
    rng = generator(0)
    image = rng.integers(0, 5, SPACE.shape).astype(np.uint8)
    known = rng.random(SPACE.shape) < 0.4
    return InpaintStarted(SPACE, image, known, COUNT, np.arange(36), stages=3)


def moments(length: int) -> Moments:
    """Hidden places get symbols, and now and then everything is resampled."""
    rng = generator(1)
    hidden = np.flatnonzero(~beginning().known.reshape(-1))
    places = rng.choice(hidden, length).astype(np.int32)
    resampled = rng.random(length) < 0.1
    places[resampled] = RESAMPLED
    top = np.where(resampled, COUNT, 5)
    symbols = rng.integers(0, top[:, None], (length, COUNT)).astype(np.int16)
    return Moments(places, symbols)


def replayed(past: Moments, moment: int) -> tuple[np.ndarray, np.ndarray]:
    """Every image as a list of its own, told moment after moment."""
    started = beginning()
    blank = (started.image * started.known).ravel().tolist()
    images = [list(blank) for _ in range(COUNT)]
    reached = started.known.ravel().tolist()
    for place, symbols in zip(past.places[:moment], past.symbols[:moment], strict=True):
        if place == RESAMPLED:
            images = [list(images[ancestor]) for ancestor in symbols]
        else:
            for image, symbol in zip(images, symbols, strict=True):
                image[place] = int(symbol)
            reached[place] = True
    return np.array(images).reshape(COUNT, *SPACE.shape), np.array(reached).reshape(SPACE.shape)


def filmed(length: int = 700, parts: int = 9) -> Film:
    film = Film(beginning())
    past = moments(length)
    for rows in np.array_split(np.arange(length), parts):
        film.append(Moments(past.places[rows], past.symbols[rows]))
    return film


# Around keyframes, which are 256 apart, and at both ends.
@pytest.mark.parametrize("moment", [0, 1, 100, 255, 256, 257, 511, 512, 513, 699, 700])
def test_images_and_places_at_any_moment_are_those_of_a_replay(moment: int) -> None:
    film, past = filmed(), moments(700)
    assert film.length == 700
    images, reached = replayed(past, moment)
    assert np.array_equal(film.images(moment), images)
    assert np.array_equal(film.reached(moment), reached)


def test_the_latest_moment_is_the_default_and_looking_back_changes_nothing() -> None:
    film, past = filmed(), moments(700)
    film.images(3)
    images, reached = replayed(past, 700)
    assert np.array_equal(film.images(), images)
    assert np.array_equal(film.reached(), reached)
    assert np.array_equal(film.places, past.places)
    assert np.array_equal(film.symbols, past.symbols)


def test_it_may_be_looked_at_while_it_grows() -> None:
    film, past = Film(beginning()), moments(300)
    for end in range(1, 301):
        film.append(Moments(past.places[end - 1 : end], past.symbols[end - 1 : end]))
        if end % 50 == 0:
            assert np.array_equal(film.images(end // 2), replayed(past, end // 2)[0])
            assert len(film.places) == end


def test_a_moment_with_known_symbols_is_refused_and_leaves_no_trace() -> None:
    film = filmed(10, 1)
    before = film.images().copy()
    known = int(np.flatnonzero(beginning().known.reshape(-1))[0])
    hidden = int(np.flatnonzero(~beginning().known.reshape(-1))[0])
    with pytest.raises(ValueError, match="known"):
        film.append(Moments(np.array([hidden, known], np.int32), np.ones((2, COUNT), np.int16)))
    assert film.length == 10
    assert np.array_equal(film.images(), before)


def test_stages_are_counted_by_the_moment_at_which_they_end() -> None:
    film = Film(beginning())
    past = moments(20)
    nothing = np.zeros(COUNT)
    film.append(
        Moments(past.places, past.symbols, (Stage(4, "a", nothing), Stage(20, "b", nothing)))
    )
    assert [film.stage_at(moment) for moment in (0, 3, 4, 19, 20)] == [0, 0, 1, 1, 2]
    assert film.expected_stages == 3


def test_parts_of_a_film_are_joined_in_order() -> None:
    past, stage = moments(20), Stage(20, "a", np.zeros(COUNT))
    parts = [
        Moments(past.places[:7], past.symbols[:7]),
        Moments(past.places[7:], past.symbols[7:], (stage,)),
    ]
    joined = Moments.joined(parts)
    assert np.array_equal(joined.places, past.places)
    assert np.array_equal(joined.symbols, past.symbols)
    assert joined.stages == (stage,)


def test_entropy_and_mean_are_their_definitions() -> None:
    marginals = np.zeros((1, 3, 1, 4), np.float32)
    marginals[0, :, 0] = [[0.25] * 4, [0, 0, 1, 0], [0.5, 0.25, 0.25, 0]]
    result = Inpainted(
        images=np.zeros((1, 1, 3, 1), np.uint8),
        weights=np.ones(1),
        log_prob=np.zeros(1),
        marginals=marginals,
        log_evidence=math.nan,
        evidence_error=math.nan,
        exact=False,
        settled=None,
        verdict="",
        effective=1.0,
        autocorrelation=np.empty(0),
        seconds=0.0,
    )
    assert result.entropy.ravel() == pytest.approx([math.log(4), 0, 1.5 * math.log(2)])
    assert result.mean.ravel() == pytest.approx([1.5, 2, 0.75])
