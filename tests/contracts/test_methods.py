"""The contract of every method of inpainting; a new file in inpainting/ is held to it unasked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from genstudio.core.capabilities import Capability
from genstudio.core.errors import UserError
from genstudio.core.inpainting import RESAMPLED
from genstudio.core.spaces import Grid
from genstudio.inpainting.base import Method, Problem, method, methods
from genstudio.models.base import Density
from genstudio.models.store import families
from tests.inpainting.tiny import (
    KNOWN,
    completed,
    enumerated,
    fitting,
    posterior,
    problem,
    untrained,
)

COLOUR = Grid(height=2, width=2, channels=3, levels=3)
every_method = pytest.mark.parametrize("name", list(methods()))


def scattered(name: str) -> Problem:
    """Known and hidden symbols mixed, in colour, in an order that is not reading order."""
    model = untrained("nade", COLOUR, (("hidden", 8), ("order", "spiral")))
    if not model.card().can(*method(name).needs):
        model = untrained("vae", COLOUR, (("hidden", 8), ("latent", 2)))
    image = np.arange(12).reshape(COLOUR.shape) * 7 % 3
    known = np.ones(COLOUR.shape, bool)
    known[0, 0, 2] = known[0, 1, 0] = known[1, 0] = False
    return problem(model, image, known, count=5, seed=2)


def top(name: str) -> Problem:
    """The evidence comes after the hole."""
    return problem(fitting(name), count=5, seed=1)


every_problem = pytest.mark.parametrize("of", [top, scattered], ids=["top", "scattered"])


def chosen(name: str, **settings: Any) -> Method:
    found = method(name)
    return found(found.Controls.checked(settings))


@pytest.mark.parametrize("family", list(families()))
def test_a_family_can_inpaint_exactly_if_a_method_works_with_it(family: str) -> None:
    card = families()[family].card()
    able = [each for each in methods().values() if card.can(*each.needs)]
    assert bool(able) == card.can(Capability.INPAINTING)


@every_method
def test_it_says_what_it_is(name: str) -> None:
    card = methods()[name].card()
    assert card.name == name == card.title.lower().replace(" ", "-")
    assert card.title
    assert card.title[0].isupper()
    assert card.sentence.endswith(".")
    assert card.sentence[0].isupper()
    assert card.sentence.count(". ") == 0, "one sentence"
    assert "p(" in card.formula
    assert card.needs
    assert card.sees in ("past", "all")


@every_method
def test_every_setting_explains_itself_and_has_a_default_that_is_allowed(name: str) -> None:
    controls = methods()[name].Controls
    controls.checked({})
    schema = methods()[name].card().settings_schema
    assert schema["type"] == "object"
    assert set(schema["properties"]) == set(controls.model_fields)
    for field in schema["properties"].values():
        assert len(field["description"]) > 10
        assert field["description"].endswith(".")
        assert "default" in field
    with pytest.raises(UserError, match="no setting called"):
        controls.checked({"nonsense": 1})


@every_method
@every_problem
def test_the_film_ends_with_the_result_and_never_touched_what_is_known(name: str, of: Any) -> None:
    asked = of(name)
    film, result = completed(name, asked)  # a film refuses a known symbol at any moment
    assert film.reached().all()
    assert np.array_equal(film.images(), result.images)
    assert result.images.shape == (asked.count, *asked.model.space.shape)
    assert result.images.dtype == np.uint8
    assert (result.images[:, asked.known] == asked.image[asked.known]).all()
    assert result.images.max() < asked.model.space.levels
    drawn = film.places[film.places != RESAMPLED]
    assert set(drawn.tolist()) == set(asked.hidden_places.tolist())


@every_method
@every_problem
def test_stages_end_in_order_the_last_with_the_film(name: str, of: Any) -> None:
    asked = of(name)
    film, result = completed(name, asked)
    ends = [stage.moment for stage in film.stages]
    assert ends == sorted(ends)
    assert ends[-1] == film.length
    expected = chosen(name).stages(asked)
    assert expected in (0, len(ends))
    for stage in film.stages:
        assert stage.name
        assert stage.log_prob.shape == (asked.count,)
        assert np.isnan(stage.flips) or 0 <= stage.flips <= 1
        assert np.isnan(stage.effective) or 1 <= stage.effective <= asked.count + 1e-9
        assert np.isnan(stage.beta) or 0 <= stage.beta <= 1
    assert film.stages[-1].log_prob == pytest.approx(result.log_prob, abs=1e-9, nan_ok=True)


@every_method
@every_problem
def test_the_numbers_are_what_they_are_called(name: str, of: Any) -> None:
    asked = of(name)
    _, result = completed(name, asked)
    assert result.weights.shape == (asked.count,)
    assert (result.weights >= 0).all()
    assert result.weights.sum() == pytest.approx(1)
    x = torch.from_numpy(result.images).long()
    if isinstance(asked.model, Density):
        assert result.log_prob == pytest.approx(asked.model.log_prob(x).numpy(), abs=1e-4)
    else:
        assert np.isnan(result.log_prob).all(), "not known of this model"
    shape = (*asked.model.space.shape, asked.model.space.levels)
    assert result.marginals.shape == shape
    assert (result.marginals >= 0).all()
    assert result.marginals.sum(axis=-1) == pytest.approx(np.ones(shape[:-1]), abs=1e-5)
    one_hot = np.eye(asked.model.space.levels)[asked.image[asked.known]]
    assert np.array_equal(result.marginals[asked.known], one_hot)
    assert np.isnan(result.log_evidence) == np.isnan(result.evidence_error)
    assert np.isnan(result.evidence_error) or result.evidence_error >= 0
    assert np.isnan(result.effective) or 0 < result.effective <= asked.count + 1e-9
    assert result.settled in (True, False, None)
    assert result.verdict.endswith(".")
    assert result.seconds > 0
    if len(result.autocorrelation):
        assert result.autocorrelation[0] == pytest.approx(1)


@every_method
@every_problem
def test_the_same_seed_gives_the_same_and_another_another(name: str, of: Any) -> None:
    asked = of(name)
    first, result = completed(name, asked)
    second, again = completed(name, asked)
    assert np.array_equal(first.places, second.places)
    assert np.array_equal(first.symbols, second.symbols)
    assert np.array_equal(result.images, again.images)
    # Products of matrices are summed in an order that depends on where in memory they lie.
    for attribute in ("weights", "log_prob", "marginals"):
        one, other_one = getattr(result, attribute), getattr(again, attribute)
        np.testing.assert_allclose(one, other_one, rtol=1e-5, atol=1e-6, err_msg=attribute)
    many = Problem(asked.model, asked.image, asked.known, 32, 0)
    other = Problem(asked.model, asked.image, asked.known, 32, 1)
    films = [completed(name, of_seed)[0].images() for of_seed in (many, other)]
    assert not np.array_equal(films[0], films[1])


@every_method
def test_one_completion_is_enough(name: str) -> None:
    film, result = completed(name, problem(fitting(name), count=1))
    assert np.array_equal(film.images(), result.images)
    assert result.weights == pytest.approx([1])


@every_method
def test_closed_at_any_moment_it_leaves_the_model_and_the_problem_alone(name: str) -> None:
    model = fitting(name)
    asked, whole = problem(model), completed(name, problem(model))[1]
    weights = {key: value.clone() for key, value in model.state_dict().items()}
    for parts in (1, 2, 3):
        steps = chosen(name).run(asked)
        for _ in range(parts):
            next(steps)
        steps.close()
    assert all(value.equal(weights[key]) for key, value in model.state_dict().items())
    assert (asked.image == problem(model).image).all()
    assert (asked.known == KNOWN).all()
    assert np.array_equal(completed(name, asked)[1].images, whole.images)


@every_method
def test_those_that_see_all_come_near_the_posterior_and_the_others_say_that_they_do_not(
    name: str,
) -> None:
    asked = problem(fitting(name), count=400, seed=3)
    completions, _ = enumerated(asked)
    on = posterior(asked) @ completions
    _, result = completed(name, asked)
    error = np.abs(result.marginals[..., 1].ravel()[asked.hidden_places] - on).max()
    if method(name).sees == "all":
        assert error < 0.1
        if not np.isnan(result.log_evidence):
            _, log_prob = enumerated(asked)
            log_evidence = np.logaddexp.reduce(log_prob)
            allowed = 4 * result.evidence_error + 1e-4
            assert abs(result.log_evidence - log_evidence) < allowed
    else:
        assert error > 0.3
        assert not result.exact
        assert result.settled is not True


@every_method
def test_a_family_that_lacks_what_it_needs_is_refused(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = problem(fitting(name))
    bare = type(asked.model).card().model_copy(update={"capabilities": ()})
    monkeypatch.setattr(type(asked.model), "card", classmethod(lambda _: bare))
    with pytest.raises(UserError, match="needs a model that is"):
        chosen(name).check(asked)
