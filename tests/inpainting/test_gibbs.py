"""Gibbs sampling against the enumerated posterior."""

from __future__ import annotations

import numpy as np
import pytest

from genstudio.core.errors import UserError
from genstudio.core.inpainting import Film
from genstudio.core.spaces import Grid
from genstudio.inpainting.base import method
from tests.inpainting.tiny import (
    IMAGE,
    KNOWN,
    SPACE,
    completed,
    frequencies,
    posterior,
    problem,
    started,
    trained,
    untrained,
    variation,
)


def after_burn_in(film: Film, burned: int) -> list[np.ndarray]:
    """The images (B, *S) at the end of each sweep that counts; stage 0 is the start."""
    return [film.images(stage.moment) for stage in film.stages[1 + burned :]]


def test_it_comes_as_near_the_posterior_as_so_many_draws_can_and_raster_does_not() -> None:
    asked = problem(count=1000)
    p = posterior(asked)
    film, result = completed("gibbs", asked, sweeps=125, burn_in=0.04)
    draws = after_burn_in(film, burned=5)
    errors = [
        variation(frequencies(asked, np.concatenate(draws[:sweeps])), p) for sweeps in (2, 16, 120)
    ]
    # Every count errs by about its standard deviation, so the sum does by that of all of them.
    floors = [
        0.5 * np.sqrt(2 / np.pi * p * (1 - p) / (1000 * sweeps)).sum() for sweeps in (2, 16, 120)
    ]
    assert errors[-1] <= 0.02
    assert errors[0] > 2 * errors[1] > 4 * errors[2]
    for error, floor in zip(errors, floors, strict=True):
        assert 0.7 * floor < error < 1.5 * floor
    assert result.settled

    _, ignorant = completed("raster", asked)
    assert variation(frequencies(asked, ignorant.images), p) > 0.5


@pytest.mark.parametrize("scan", ["systematic", "random"])
@pytest.mark.parametrize("start", ["raster", "noise"])
def test_every_scan_from_every_start_ends_at_the_posterior(scan: str, start: str) -> None:
    asked = problem(count=3000)
    p = posterior(asked)
    _, result = completed("gibbs", asked, sweeps=12, scan=scan, start=start)
    floor = 0.5 * np.sqrt(2 / np.pi * p * (1 - p) / 3000).sum()
    assert variation(frequencies(asked, result.images), p) < 1.5 * floor


def test_marginals_are_better_than_counting_and_are_those_of_the_posterior() -> None:
    asked = problem(count=50)
    _, exact = completed("exact", asked)
    film, result = completed("gibbs", asked, sweeps=40)
    averaged = np.abs(result.marginals - exact.marginals).max()
    images = np.concatenate(after_burn_in(film, burned=20))
    counted = np.abs((images == 1).mean(axis=0) - exact.marginals[..., 1]).max()
    assert averaged < 0.01
    assert averaged < counted


def test_blocks_end_at_the_posterior_too() -> None:
    space = Grid(height=3, width=3, levels=3)
    model = untrained("markov", space)
    known = np.zeros(space.shape, bool)
    known[0, 0] = known[1, 1] = known[2, 2] = True
    image = np.full(space.shape, 2)
    asked = problem(model, image, known, count=4000)
    p = posterior(asked)
    _, result = completed("gibbs", asked, sweeps=12, scan="blocks", start="noise")
    floor = 0.5 * np.sqrt(2 / np.pi * p * (1 - p) / 4000).sum()
    assert variation(frequencies(asked, result.images), p) < 1.3 * floor


def test_a_chain_is_the_same_alone_and_among_eight() -> None:
    for settings in ({}, {"start": "noise"}, {"scan": "random"}):
        few, alone = completed("gibbs", problem(count=1), sweeps=6, **settings)
        many, among = completed("gibbs", problem(count=8), sweeps=6, **settings)
        assert np.array_equal(few.places, many.places)
        assert np.array_equal(few.symbols[:, 0], many.symbols[:, 0])
        assert np.array_equal(alone.images[0], among.images[0])
        assert len(np.unique(many.symbols, axis=1).T) > 1, "the chains differ"


def test_another_seed_is_another_chain() -> None:
    first, _ = completed("gibbs", problem(seed=1), start="noise")
    second, _ = completed("gibbs", problem(seed=2), start="noise")
    assert not np.array_equal(first.symbols, second.symbols)


def test_it_starts_where_raster_ends() -> None:
    film, _ = completed("gibbs", problem(seed=5), sweeps=1)
    _, raster = completed("raster", problem(seed=5))
    assert film.stages[0].name == "start"
    assert np.array_equal(film.images(film.stages[0].moment), raster.images)
    assert film.stages[0].log_prob == pytest.approx(raster.log_prob, abs=1e-4)


def test_each_sweep_visits_every_hidden_place_once_and_says_what_it_changed() -> None:
    for scan, sorted_already in (("systematic", True), ("random", False)):
        asked = problem(count=3)
        film, result = completed("gibbs", asked, sweeps=5, scan=scan)
        assert [stage.name for stage in film.stages] == [
            "start",
            *(f"sweep {n}" for n in range(1, 6)),
        ]
        orders = []
        for before, after in zip(film.stages[:-1], film.stages[1:], strict=True):
            places = film.places[before.moment : after.moment]
            assert sorted(places) == sorted(asked.hidden_places)
            orders.append(places.tolist())
            changed = film.images(before.moment) != film.images(after.moment)
            assert after.flips == pytest.approx(changed.sum() / (3 * 12))
        assert (orders == [sorted(order) for order in orders]) is sorted_already
        assert len({tuple(order) for order in orders}) == (1 if sorted_already else 5)
        assert result.log_prob == pytest.approx(film.stages[-1].log_prob)


def test_log_p_of_every_stage_is_that_of_its_images() -> None:
    import torch

    film, _ = completed("gibbs", problem(), sweeps=4)
    for stage in film.stages:
        x = torch.from_numpy(film.images(stage.moment)).long()
        assert stage.log_prob == pytest.approx(trained().log_prob(x).numpy(), abs=1e-4)


def test_blocks_are_refused_where_everything_bears_on_everything() -> None:
    wide = untrained("pixelcnn", SPACE, (("channels", 12), ("blocks", 2), ("head", 6)))
    with pytest.raises(UserError, match="two of the 12 hidden symbols depend"):
        completed("gibbs", problem(wide), scan="blocks")


def test_one_hidden_symbol_is_a_block() -> None:
    known = np.ones(SPACE.shape, bool)
    known[1, 2] = False
    _, result = completed("gibbs", problem(known=known), scan="blocks")
    _, exact = completed("exact", problem(known=known))
    # There is nothing to wait for: the conditional is the posterior.
    assert result.marginals == pytest.approx(exact.marginals, abs=1e-6)


def test_with_nothing_known_it_draws_from_the_model() -> None:
    asked = problem(image=IMAGE, known=np.zeros_like(KNOWN), count=2)
    film, result = completed("gibbs", asked, sweeps=2)
    assert film.reached().all()
    assert np.array_equal(film.images(), result.images)


def test_closed_in_the_middle_of_a_sweep_it_leaves_everything_as_it_was() -> None:
    asked = problem()
    before = {name: value.clone() for name, value in trained().state_dict().items()}
    gibbs = method("gibbs")
    running = gibbs(gibbs.Controls()).run(asked)
    film = Film(started(asked))
    while not film.stages:
        film.append(next(running))
    film.append(next(running))
    running.close()
    assert all(value.equal(before[name]) for name, value in trained().state_dict().items())
    assert (asked.image == problem().image).all()
    again, _ = completed("gibbs", problem())
    whole, _ = completed("gibbs", problem())
    assert np.array_equal(again.symbols, whole.symbols)
    assert np.array_equal(film.symbols, whole.symbols[: film.length])


def test_at_least_one_sweep_counts() -> None:
    gibbs = method("gibbs")
    controls = gibbs.Controls
    assert controls.checked({"sweeps": 1, "burn_in": 0.9}).burned == 0
    assert controls.checked({"sweeps": 10, "burn_in": 0.5}).burned == 5
    assert controls.checked({"sweeps": 10, "burn_in": 0}).burned == 0
    with pytest.raises(UserError, match="sweeps"):
        controls.checked({"sweeps": 0})
