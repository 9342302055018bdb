"""The contract of families with a latent space; a new file in models/ is held to it unasked."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from genstudio.core.capabilities import Capability
from genstudio.core.errors import UserError
from genstudio.core.latent import LatentControls, LatentDraws
from genstudio.core.measures import Measure
from genstudio.core.spaces import Grid
from genstudio.core.training import Training
from genstudio.core.uniforms import uniforms
from genstudio.models.base import GenerativeModel
from genstudio.models.latent import Decoder, Encoder, LowerBound
from genstudio.models.store import build, families, load_model, save_model

from .small import SPACES, TINY, config, data, learnable, settled

LATENT = [name for name, cls in families().items() if issubclass(cls, Decoder)]
PAIRS = [
    pytest.param(family, space, id=f"{family}-{name}")
    for family in LATENT
    for name, space in SPACES.items()
    if learnable(family, space)
]
BOUNDED = [pair for pair in PAIRS if issubclass(families()[str(pair.values[0])], LowerBound)]
DIFFERENTIABLE = [pair for pair in PAIRS if not families()[str(pair.values[0])].counts]
CONDITIONAL = [name for name in LATENT if "conditional" in families()[name].Config.model_fields]


class Coder(GenerativeModel, Encoder):
    """What all of them are, for the type checker."""


def coder(family: str, space: Grid) -> Coder:
    model = settled(family, space).requires_grad_(False)
    assert isinstance(model, Encoder)
    return model  # type: ignore[return-value]  # it is both


def drawn(model: Coder, n: int, y: Tensor | None, first: int = 0, **controls: float) -> LatentDraws:
    size = math.prod(model.latent_shape) + model.space.dimensions
    return model.draw(uniforms(3, n, size, first), LatentControls(**controls), y)


@pytest.mark.parametrize(("family", "space"), PAIRS)
def test_shapes_and_units_are_those_of_the_contract(family: str, space: Grid) -> None:
    model = coder(family, space)
    x, y = data(space, 5)
    mean, std = model.encode(x, y)
    assert mean.shape == (5, *model.latent_shape)
    assert std is None or (std.shape == mean.shape and bool((std > 0).all()))
    expected = model.decode(3 * mean, y)
    assert expected.shape == x.shape
    assert expected.is_floating_point()
    assert 0 <= float(expected.min()) <= float(expected.max()) <= space.levels - 1
    torch.testing.assert_close(model.reconstruct(x, y), model.decode(mean, y))
    assert model.error(x, y).shape == (5,)


@pytest.mark.parametrize(("family", "space"), PAIRS)
def test_the_loss_falls_on_eight_images(family: str, space: Grid) -> None:
    model = build(family, space, config(family, space))
    x, y = data(space, 8)
    learner = model.learner(Training(length=150, learning_rate=1e-2, warmup=0, ema=0.0), 150)
    losses = [float(learner.step(x, y)["loss"]) for _ in range(150)]
    # One symbol leaves a bound little room: its entropy is what is left.
    least = 0.9 if space.dimensions > 1 or isinstance(model, LowerBound) else 0.99
    assert np.mean(losses[-10:]) < least * losses[0]


@pytest.mark.parametrize(("family", "space"), DIFFERENTIABLE)
def test_every_parameter_gets_a_gradient(family: str, space: Grid) -> None:
    model = settled(family, space)
    x, y = data(space, 32)
    model.loss(x, y)["loss"].backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().sum() > 0, name


@pytest.mark.parametrize(("family", "space"), DIFFERENTIABLE)
def test_the_loss_depends_on_seed_and_step_alone(family: str, space: Grid) -> None:
    model = settled(family, space)
    x, y = data(space, 4)
    before = torch.get_rng_state()
    first, again = (float(model.loss(x, y)["loss"].detach()) for _ in range(2))
    assert first == again
    assert torch.equal(torch.get_rng_state(), before), "the global generator is left alone"


@pytest.mark.parametrize(("family", "space"), PAIRS)
def test_save_and_load_leave_codes_and_pictures_equal(
    family: str, space: Grid, tmp_path: Path
) -> None:
    model = coder(family, space)
    save_model(tmp_path / "model.safetensors", model)
    again = load_model(tmp_path / "model.safetensors")
    assert isinstance(again, Encoder)
    x, y = data(space, 5)
    torch.testing.assert_close(again.encode(x, y)[0], model.encode(x, y)[0], rtol=0, atol=0)
    torch.testing.assert_close(again.reconstruct(x, y), model.reconstruct(x, y), rtol=0, atol=0)


@pytest.mark.parametrize(("family", "space"), PAIRS)
def test_a_draw_depends_on_seed_and_index_alone_and_its_stages_fit(
    family: str, space: Grid
) -> None:
    model = coder(family, space)
    _, y = data(space, 16)
    together = drawn(model, 16, y)
    assert together.codes.shape == (16, *model.latent_shape)
    assert together.images.max() < space.levels
    assert together.prior.endswith(".")
    told = None if y is None else y.numpy()
    np.testing.assert_array_equal(together.labels, np.zeros((16, 0)) if told is None else told)
    decoded = model.decode(torch.from_numpy(together.codes), y)
    np.testing.assert_allclose(together.expected, decoded.numpy(), atol=1e-4 * space.levels)
    for index in (0, 7, 15):
        alone = drawn(model, 1, None if y is None else y[index : index + 1], first=index)
        np.testing.assert_allclose(alone.codes[0], together.codes[index], rtol=1e-6)
        np.testing.assert_array_equal(alone.images[0], together.images[index])


@pytest.mark.parametrize("family", LATENT)
def test_codes_are_normal_numbers_with_the_temperature_as_their_width(family: str) -> None:
    from scipy import stats

    model = coder(family, SPACES["grey binary"])
    one, half = (drawn(model, 2000, None, temperature=t).codes for t in (1.0, 0.5))
    np.testing.assert_allclose(half, 0.5 * one, rtol=1e-5)
    width = model.from_prior(torch.ones(1, *model.latent_shape)).numpy()
    for column in (one / width).T:
        assert stats.kstest(column, "norm").pvalue > 1e-4
    assert not drawn(model, 2, None, temperature=0.0).codes.any()


@pytest.mark.parametrize(("family", "space"), BOUNDED)
def test_a_bound_of_a_datum_is_the_same_in_any_batch(family: str, space: Grid) -> None:
    model = coder(family, space)
    assert isinstance(model, LowerBound)
    x, y = data(space, 6)
    for samples in (1, 7):
        together = model.elbo(x, y, samples, seed=2)
        assert together.shape == (6,)
        for index in range(6):
            row = slice(index, index + 1)
            alone = model.elbo(x[row], None if y is None else y[row], samples, 2, first=index)
            torch.testing.assert_close(alone[0], together[index], rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("family", sorted({str(pair.values[0]) for pair in BOUNDED}))
def test_what_is_said_of_all_images_together_is_at_most_one(family: str) -> None:
    """Probabilities sum to one, so what they are bounded by from below sums to less."""
    model = coder(family, TINY)
    assert isinstance(model, LowerBound)
    every = torch.tensor(list(itertools.product(range(2), repeat=TINY.dimensions)))
    every = every.view(-1, *TINY.shape)
    one, many = (float(model.elbo(every, None, k).double().exp().sum()) for k in (1, 300))
    assert one < 0.9 * many, "more samples make it tighter"
    assert 0.9 < many < 1.02


@pytest.mark.parametrize("family", CONDITIONAL)
def test_the_class_is_wanted_by_a_model_that_was_built_for_it(family: str) -> None:
    model = coder(family, SPACES["classes"])
    x, y = data(model.space, 2)
    assert y is not None
    z = model.encode(x, y)[0]
    assert not torch.allclose(model.decode(z, y), model.decode(z, 1 - y.clamp(max=1)))
    for compute in (model.encode, model.loss, model.error):
        with pytest.raises(UserError, match="conditioned on the class, and none is given"):
            compute(x)
    with pytest.raises(UserError, match="conditioned on the class, and none is given"):
        model.decode(z)
    with pytest.raises(UserError, match="conditioned on the class, and none is given"):
        drawn(model, 2, None)


@pytest.mark.parametrize("family", CONDITIONAL)
def test_classes_are_refused_where_the_data_have_none(family: str) -> None:
    with pytest.raises(UserError, match="no labels"):
        build(family, TINY, families()[family].Config.checked({"conditional": True}))


@pytest.mark.parametrize("family", LATENT)
def test_the_card_says_what_scores_are_of(family: str) -> None:
    cls, card = families()[family], families()[family].card()
    assert card.can(Capability.DECODER)
    assert card.can(Capability.ENCODER) == issubclass(cls, Encoder)
    assert card.can(Capability.LOWER_BOUND) == issubclass(cls, LowerBound)
    assert card.measure is (Measure.BOUND if issubclass(cls, LowerBound) else Measure.ERROR)
    assert card.error_name.endswith("error")
    assert set(card.controls_schema["properties"]) == {"temperature"}
