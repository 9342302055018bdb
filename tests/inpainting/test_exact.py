"""Enumeration against an enumeration of the test's own."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logsumexp

from genstudio.core.errors import UserError
from genstudio.core.spaces import Grid, Label
from genstudio.models.store import build, family
from tests.inpainting.tiny import (
    IMAGE,
    KNOWN,
    SPACE,
    completed,
    enumerated,
    frequencies,
    posterior,
    problem,
    untrained,
    variation,
)


def test_evidence_marginals_and_draws_are_those_of_the_posterior() -> None:
    asked = problem(count=20_000)
    completions, log_prob = enumerated(asked)
    p = posterior(asked)
    film, result = completed("exact", asked)
    assert result.log_evidence == pytest.approx(logsumexp(log_prob), abs=1e-5)
    assert result.evidence_error == 0
    assert result.exact
    assert result.settled
    on = p @ completions
    assert result.marginals[:3, ..., 1].ravel() == pytest.approx(on, abs=1e-5)
    assert result.marginals[3, :, 0].tolist() == np.eye(2)[IMAGE[3, :, 0]].tolist()
    floor = 0.5 * np.sqrt(2 / np.pi * p * (1 - p) / 20_000).sum()
    assert variation(frequencies(asked, result.images), p) < 1.3 * floor
    assert np.array_equal(film.images(), result.images)


def test_a_completion_is_the_inverse_of_the_distribution_function() -> None:
    from genstudio.core.uniforms import uniforms

    asked = problem(count=200, seed=3)
    cumulative = np.cumsum(posterior(asked))
    completions, _ = enumerated(asked)
    _, result = completed("exact", asked)
    for image, u in zip(result.images, uniforms(3, 200, 1)[:, 0], strict=True):
        number = next(index for index, height in enumerate(cumulative) if u < height)
        assert image[:3].ravel().tolist() == completions[number].tolist()


def test_a_uniform_between_two_completions_draws_the_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """As `inverse_cdf` has it: the smallest whose distribution function is above the uniform."""
    u = np.array([[0.0], [0.25], [0.5], [0.75], [np.nextafter(1, 0)]])
    monkeypatch.setattr("genstudio.inpainting.exact.uniforms", lambda *_: u)
    known = np.ones_like(KNOWN)
    known[0, :2] = False
    even = build("independent", SPACE, family("independent").Config())  # nothing was counted
    _, result = completed("exact", problem(even, known=known, count=5))
    assert result.images[:, 0, :2, 0].tolist() == [[0, 0], [0, 1], [1, 0], [1, 1], [1, 1]]


def test_more_completions_change_nothing_for_the_first() -> None:
    _, few = completed("exact", problem(count=2))
    _, many = completed("exact", problem(count=9))
    assert np.array_equal(few.images, many.images[:2])


@pytest.mark.parametrize("name", ["nade", "markov", "gated-pixelcnn"])
def test_colour_levels_classes_and_orders(name: str) -> None:
    """Four levels, three channels, an order that is not raster's where there is a choice."""
    import torch

    label = Label(name="kind", classes=("a", "b"))
    space = Grid(height=2, width=2, channels=3, levels=4, labels=(label,))
    config = {
        "nade": (("hidden", 8), ("order", "spiral"), ("conditional", True)),
        "markov": (("order", "spiral"),),
        "gated-pixelcnn": (("channels", 6), ("layers", 1), ("head", 6), ("conditional", True)),
    }[name]
    known = np.ones(space.shape, bool)
    known[0, 1, 1] = known[1, 0] = False
    image = np.arange(12).reshape(space.shape) % 4
    y = None if name == "markov" else torch.tensor([[1]])
    asked = problem(untrained(name, space, config), image, known, y=y)
    completions, log_prob = enumerated(asked)
    _, result = completed("exact", asked)
    assert result.log_evidence == pytest.approx(logsumexp(log_prob), abs=1e-5)
    for index, place in enumerate(asked.hidden_places):
        expected = np.bincount(completions[:, index], posterior(asked), minlength=4)
        assert result.marginals.reshape(-1, 4)[place] == pytest.approx(expected, abs=1e-5)


def test_what_cannot_be_weighed_is_refused_with_the_numbers() -> None:
    everything = np.zeros_like(KNOWN)
    with pytest.raises(UserError, match=r"16,384 completions, but 16 .* 2 levels have 65,536"):
        completed("exact", problem(known=everything))
    space = Grid(height=28, width=28, levels=2)
    large = untrained("independent", space)
    nothing = np.zeros(space.shape, bool)
    with pytest.raises(UserError, match=r"784 hidden .* about 10\^236") as caught:
        completed("exact", problem(large, np.zeros(space.shape, np.int64), nothing))
    assert caught.value.advice == "Hide at most 14 symbols."


def test_fourteen_binary_symbols_are_not_too_many() -> None:
    known = np.zeros(SPACE.shape, bool)
    known[-1, 2:] = True
    asked = problem(untrained("markov", SPACE), IMAGE, known)
    _, result = completed("exact", asked)
    assert "16,384" in result.verdict
    assert result.log_evidence == pytest.approx(logsumexp(enumerated(asked)[1]), abs=1e-5)


def test_it_can_be_stopped_while_it_weighs() -> None:
    from genstudio.inpainting.base import method

    exact = method("exact")
    running = exact(exact.Controls()).run(problem())
    parts = [next(running) for _ in range(5)]
    assert not any(len(part.places) for part in parts)
    running.close()
