"""The contract of autoregressive families; a new file in models/ is held to it unasked."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from genstudio.core.draw import DrawControls, Way
from genstudio.core.errors import UserError
from genstudio.core.spaces import Grid, Sequence
from genstudio.core.trace import TraceChunk
from genstudio.core.training import Training
from genstudio.core.uniforms import generator, uniforms
from genstudio.kernels.base import Drawing
from genstudio.models.base import Autoregressive, GenerativeModel
from genstudio.models.counting import CountingModel
from genstudio.models.sampling import Predictor
from genstudio.models.store import build, families, load_model, save_model

from .small import DIGIT, SIDE, SPACES, TINY, Space, config, data, learnable, settled, suited

# Families that take turns at something have had every turn after so many steps.
TURNS = 8
AUTOREGRESSIVE = [name for name, cls in families().items() if issubclass(cls, Autoregressive)]


PAIRS = [
    pytest.param(family, space, id=f"{family}-{name}")
    for family in AUTOREGRESSIVE
    for name, space in SPACES.items()
    if learnable(family, space)
]


# Those that learn by gradient, and so have one.
DIFFERENTIABLE = [pair for pair in PAIRS if not families()[str(pair.values[0])].counts]


def sees_past(model: GenerativeModel) -> bool:
    return not isinstance(model, Autoregressive) or model.sees_past


def able(space: Grid) -> pytest.MarkDecorator:
    """Every family that can learn the space, or a sound of as many symbols (see `suited`).

    Classes are told to those that can be told them.
    """
    found = [family for family in AUTOREGRESSIVE if learnable(family, suited(family, space))]
    return pytest.mark.parametrize("family", found)


every_family = pytest.mark.parametrize("family", list(families()))
conditional_families = pytest.mark.parametrize(
    "family",
    [name for name in AUTOREGRESSIVE if "conditional" in families()[name].Config.model_fields],
)
CLASSES = Grid(height=2, width=3, levels=3, labels=(DIGIT,))
FOUR = Grid(height=2, width=2, levels=2)
LARGER = Grid(height=8, width=8, levels=16)
FEW = Grid(height=3, width=3, levels=2)
GREY = Grid(height=4, width=5, levels=16)
LABELLED = Grid(height=4, width=4, levels=3, labels=(DIGIT, SIDE))


def autoregressive(family: str, space: Space) -> Autoregressive:
    model = settled(family, space)
    if not isinstance(model, Autoregressive):
        pytest.skip(f"{model.title} is not autoregressive")
    return model


def symbols_of(
    model: Autoregressive, n: int, u: np.ndarray, y: Tensor | None, **controls: Any
) -> np.ndarray:
    chunks = list(model.sample_steps(n, u, DrawControls(**controls), y))
    return TraceChunk.joined(chunks).symbols


@pytest.mark.parametrize(("family", "space"), PAIRS)
def test_the_loss_falls_on_eight_samples(family: str, space: Space) -> None:
    model = build(family, space, config(family, space))
    x, y = data(space, 8)
    # A single bias has a longer way to go than a network's many.
    rate = 1e-1 if space.dimensions == 1 else 1e-2
    training = Training(length=60, learning_rate=rate, warmup=0, ema=0.0)
    learner = model.learner(training, 60)
    losses = [float(learner.step(x, y)["loss"]) for _ in range(60)]
    if isinstance(model, CountingModel) and isinstance(space, Sequence):
        # Noise says little of what follows, wherever it is met: the entropy given the context.
        met = Counter(
            (min(t, model.depth), *row[max(0, t - model.depth) : t + 1])
            for row in x[..., 0].tolist()
            for t in range(space.length)
        )
        of_context = Counter[tuple[int, ...]]()
        for (*context, _), times in met.items():
            of_context[tuple(context)] += times
        floor = sum(n * math.log(of_context[context[:-1]] / n) for context, n in met.items()) / 8
        assert losses[0] > losses[-1] == pytest.approx(floor, rel=2e-2)
    elif space.dimensions == 1 or not sees_past(model):
        # There is little to learn: at each place, the entropy of its eight symbols.
        shares = torch.nn.functional.one_hot(x.flatten(1), space.levels).double().mean(0)
        floor = float(torch.special.entr(shares).sum())
        assert losses[0] > losses[-1] == pytest.approx(floor, rel=2e-2)
    else:
        assert np.mean(losses[-5:]) < 0.9 * np.mean(losses[:2])


@pytest.mark.parametrize(("family", "space"), DIFFERENTIABLE)
def test_every_parameter_gets_a_gradient(family: str, space: Space) -> None:
    model = settled(family, space)
    x, y = data(space, 32)
    for step in range(TURNS):
        model.training_step = step
        model.loss(x, y)["loss"].backward()
    lonely = space.dimensions == 1  # a single symbol depends on nothing: only biases learn
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert lonely or parameter.grad.abs().sum() > 0, name


@pytest.mark.parametrize(("family", "space"), PAIRS)
def test_save_and_load_leave_log_prob_equal(family: str, space: Space, tmp_path: Path) -> None:
    model = settled(family, space)
    save_model(tmp_path / "model.safetensors", model)
    again = load_model(tmp_path / "model.safetensors")
    x, y = data(space, 5)
    assert again.config == model.config
    assert again.space == space
    torch.testing.assert_close(again.log_prob(x, y), model.log_prob(x, y), rtol=0, atol=0)


@pytest.mark.parametrize(("family", "space"), PAIRS)
def test_log_prob_is_minus_the_sum_of_surprises_and_minus_the_loss(
    family: str, space: Space
) -> None:
    model = autoregressive(family, space)
    x, y = data(space, 6)
    direct = model.log_prob(x, y)
    torch.testing.assert_close(
        direct, -model.surprise(x, y).flatten(1).sum(1), rtol=1e-5, atol=1e-4
    )


@able(TINY)
def test_the_probabilities_of_all_images_sum_to_one(family: str) -> None:
    model = settled(family, suited(family, TINY))
    every = torch.tensor(list(itertools.product(range(2), repeat=TINY.dimensions)))
    total = model.log_prob(every.view(-1, *model.space.shape)).detach().double().exp().sum()
    assert abs(float(total) - 1) <= 1e-5


@conditional_families
def test_the_probabilities_given_each_class_sum_to_one(family: str) -> None:
    model = settled(family, suited(family, CLASSES))
    every = torch.tensor(list(itertools.product(range(3), repeat=6))).view(-1, *model.space.shape)
    scores = []
    for digit in range(3):
        y = torch.full((len(every), 1), digit)
        scores.append(model.log_prob(every, y).detach().double())
        assert abs(float(scores[-1].exp().sum()) - 1) <= 1e-5
    assert not torch.allclose(scores[0], scores[1]), "the class makes a difference"


@pytest.mark.parametrize(("family", "space"), DIFFERENTIABLE)
def test_no_logit_depends_on_its_own_or_a_later_symbol_by_autograd(
    family: str, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = autoregressive(family, space)
    x, y = data(space, 1)
    # Integers carry no gradient: every family turns them to floats, so let that be the identity.
    x = x.double().requires_grad_()
    monkeypatch.setattr(Tensor, "long", lambda self: self.detach().to(torch.int64))
    out = model.double().logits(x, y).flatten(2)
    for step, place in enumerate(model.order):
        [gradient] = torch.autograd.grad(out[0, :, place].sum().cos(), x, retain_graph=True)
        forbidden = gradient.flatten()[model.order[step:]]
        assert torch.count_nonzero(forbidden) == 0, f"step {step} sees its future"


@pytest.mark.parametrize(("family", "space"), PAIRS)
def test_no_logit_depends_on_its_own_or_a_later_symbol_by_perturbation(
    family: str, space: Space
) -> None:
    model = autoregressive(family, space)
    x, y = data(space, 1)
    before = model.logits(x, y).flatten(2)
    for step, place in enumerate(model.order):
        changed = x.clone()
        changed.view(-1)[place] = (changed.view(-1)[place] + 1) % space.levels
        after = model.logits(changed, y).flatten(2)
        earlier = model.order[: step + 1]
        torch.testing.assert_close(after[:, :, earlier], before[:, :, earlier], rtol=0, atol=2e-5)


@able(FEW)
def test_the_first_symbol_is_seen_by_some_other(family: str) -> None:
    """The two tests above would hold for a model that sees nothing at all."""
    model = autoregressive(family, suited(family, FEW))
    x, y = data(model.space, 1)
    first = int(model.order[0])
    changed = x.clone()
    changed.view(-1)[first] = 1 - changed.view(-1)[first]
    same = torch.allclose(model.logits(changed, y), model.logits(x, y), atol=1e-3)
    assert same != model.sees_past


@pytest.mark.parametrize(("family", "space"), PAIRS)
def test_the_same_seed_gives_the_same_sample_at_batch_1_and_16(family: str, space: Space) -> None:
    model = autoregressive(family, space)
    _, y = data(space, 16)
    together = symbols_of(model, 16, uniforms(3, 16, space.dimensions), y)
    for index in range(16):
        mine = None if y is None else y[index : index + 1]
        alone = symbols_of(model, 1, uniforms(3, 1, space.dimensions, first=index), mine)
        np.testing.assert_array_equal(alone[0], together[index])


@pytest.mark.parametrize("way", [Way.CACHED, Way.COMPILED])
@pytest.mark.parametrize(("family", "space"), PAIRS)
def test_the_incremental_samplers_equal_the_naive_one(family: str, space: Space, way: Way) -> None:
    model = autoregressive(family, space)
    x, y = data(space, 4, seed=5)
    here_and_there = torch.from_numpy(generator(6).random((4, *space.shape)) < 0.4)
    beginning = here_and_there.flatten(1).clone()
    beginning[:, model.order[: space.dimensions // 2 + 1]] = True
    end = here_and_there.flatten(1).clone()
    end[:, model.order[space.dimensions // 3 :]] = True
    runs = torch.zeros_like(end)  # of eleven steps, which begin and end within pixels and rows
    runs[:, model.order[np.arange(space.dimensions) % 14 >= 3]] = True
    for known in (
        beginning.view_as(x),
        end.view_as(x),
        runs.view_as(x),
        torch.zeros_like(here_and_there),
        torch.ones_like(x).bool(),
    ):
        for controls in (DrawControls(), DrawControls(temperature=0.7, top_k=3)):
            u = uniforms(1, 4, space.dimensions)
            fast, naive = (
                TraceChunk.joined(list(model.complete_steps(x, known, u, controls, y, which)))
                for which in (way, Way.NAIVE)
            )
            assert fast.symbols.shape == (4, space.dimensions)
            np.testing.assert_allclose(fast.probabilities, naive.probabilities, atol=1e-5)
            np.testing.assert_array_equal(fast.symbols, naive.symbols)
            np.testing.assert_array_equal(fast.given, naive.given)


@pytest.mark.parametrize("way", [Way.NAIVE, Way.CACHED, Way.COMPILED])
@pytest.mark.parametrize(("family", "space"), PAIRS)
def test_a_selected_image_goes_on_as_its_ancestor(family: str, space: Space, way: Way) -> None:
    """Equal to a completion of what the ancestor had drawn, told the ancestor's class."""
    model = autoregressive(family, space)
    x, y = data(space, 4)
    steps = space.dimensions
    symbols = np.ascontiguousarray(x.flatten(1).numpy().astype(np.uint8)[:, model.order])
    u = uniforms(7, 4, steps)
    ancestors = np.array([3, 1, 1, 0])
    mine = None if y is None else y[ancestors]

    def drawing(of: np.ndarray, step: int) -> Drawing:
        given = np.zeros(of.shape, np.bool_)
        given[:, :step] = True
        return Drawing(of.copy(), given, u, DrawControls())

    for skipped in range(0, steps, max(1, steps // 2)):
        for step in range(skipped, steps, 3):
            selected = drawing(symbols, step)
            sampler = model.sampler(x, y, way)
            if skipped:
                sampler.skip(selected, skipped)
            if step > skipped:
                sampler.draw(selected, skipped, step)
            sampler.select(selected, ancestors, step)
            p = sampler.draw(selected, step, steps)

            fresh = drawing(symbols[ancestors], step)
            reference = model.sampler(x[ancestors], mine, way)
            if step:
                reference.skip(fresh, step)
            expected = reference.draw(fresh, step, steps)
            np.testing.assert_allclose(p, expected, atol=1e-4)
            np.testing.assert_array_equal(selected.symbols, fresh.symbols)

    # The same where all that is left is known.
    step = (steps + 1) // 2
    selected = drawing(symbols, steps)
    sampler = model.sampler(x, y, way)
    sampler.draw(selected, 0, step)
    sampler.select(selected, ancestors, step)
    p = sampler.follow(selected, step, steps)
    fresh = drawing(selected.symbols, steps)
    expected = model.sampler(x, mine, way).draw(fresh, 0, steps)[:, step:]
    np.testing.assert_allclose(p, expected, atol=1e-4)


@pytest.mark.parametrize(("family", "space"), PAIRS)
def test_the_cached_logits_are_within_1e_4_of_one_full_pass(family: str, space: Space) -> None:
    model = autoregressive(family, space)
    x, y = data(space, 3)
    whole = model.logits(x, y).flatten(2).log_softmax(1)
    predictor: Predictor = model.predictor(torch.zeros_like(x), y)
    with torch.no_grad():
        for step, place in enumerate(model.order):
            logits = predictor.logits(step).log_softmax(1)
            assert (logits - whole[:, :, place]).abs().max() <= 1e-4
            predictor.put(step, x.flatten(1)[:, place])


@pytest.mark.parametrize(("family", "space"), PAIRS)
def test_the_compiled_conditionals_are_within_1e_4_of_one_full_pass(
    family: str, space: Space
) -> None:
    """In logarithms, so that small probabilities count as well."""
    model = autoregressive(family, space)
    x, y = data(space, 3)
    whole = model.logits(x, y).flatten(2).log_softmax(1)[:, :, model.order].transpose(1, 2)
    drawing = Drawing(
        np.ascontiguousarray(x.flatten(1).numpy().astype(np.uint8)[:, model.order]),
        np.ones((3, space.dimensions), np.bool_),
        uniforms(0, 3, space.dimensions),
        DrawControls(),
    )
    sampler = model.sampler(torch.zeros_like(x), y, Way.COMPILED)
    p = torch.from_numpy(sampler.draw(drawing, 0, space.dimensions))
    assert (p.log() - whole).abs().max() <= 1e-4
    if space.dimensions < 4:
        return
    # The same where known symbols are followed, not drawn, from within a pixel and a row.
    sampler = model.sampler(torch.zeros_like(x), y, Way.COMPILED)
    parts = [
        sampler.draw(drawing, 0, 2),
        sampler.follow(drawing, 2, space.dimensions - 1),
        sampler.draw(drawing, space.dimensions - 1, space.dimensions),
    ]
    p = torch.from_numpy(np.concatenate(parts, axis=1))
    assert (p.log() - whole).abs().max() <= 1e-4


@pytest.mark.parametrize(("family", "space"), PAIRS)
def test_known_symbols_survive_completion_and_hidden_ones_are_drawn(
    family: str, space: Space
) -> None:
    model = autoregressive(family, space)
    x, y = data(space, 3)
    known = torch.from_numpy(generator(2).random((3, *space.shape)) < 0.5)
    u = uniforms(0, 3, space.dimensions)
    drawn = TraceChunk.joined(list(model.complete_steps(x, known, u, DrawControls(), y)))
    evidence, mask = x.flatten(1).numpy()[:, model.order], known.flatten(1).numpy()[:, model.order]
    np.testing.assert_array_equal(drawn.symbols[mask], evidence[mask])
    np.testing.assert_array_equal(drawn.given, mask)
    assert drawn.symbols.max() < space.levels


@able(FOUR)
def test_samples_have_the_frequencies_that_the_model_says(family: str) -> None:
    """Chi-squared against enumeration; p = 10⁻⁶ means a wrong sampler, not bad luck."""
    from scipy import stats

    model = autoregressive(family, suited(family, FOUR))
    every = torch.tensor(list(itertools.product(range(2), repeat=4))).view(-1, *model.space.shape)
    expected = model.log_prob(every).double().exp().detach().numpy()
    n = 4000
    drawn = symbols_of(model, n, uniforms(11, n, 4), None)
    images = np.zeros_like(drawn)
    images[:, model.order] = drawn
    counts = np.bincount(images @ np.array([8, 4, 2, 1]), minlength=16)
    assert stats.chisquare(counts, n * expected / expected.sum()).pvalue > 1e-6


@able(GREY)
def test_temperature_to_zero_draws_the_likeliest_symbol(family: str) -> None:
    model = autoregressive(family, suited(family, GREY))
    u = uniforms(0, 2, model.space.dimensions)
    for controls in (DrawControls(temperature=1e-4), DrawControls(top_k=1)):
        for chunk in model.sample_steps(2, u, controls):
            np.testing.assert_array_equal(chunk.symbols, chunk.probabilities.argmax(axis=2))


@every_family
def test_the_card_tells_what_a_form_needs(family: str) -> None:
    card = families()[family].card()
    assert card.name == family
    assert card.summary.endswith(".")
    assert card.reference
    for name, field in card.config_schema["properties"].items():
        assert field["description"].endswith("."), name
        assert "default" in field, name
    for preset in card.presets:
        families()[family].Config.checked(preset.config)
        Training.checked(preset.training)
    names = [preset.name for preset in card.presets]
    assert len(set(names)) == len(names)
    if not card.counts:  # how thorough one counts is no choice
        assert names[:3] == ["quick look", "good", "thorough"]


@conditional_families
def test_classes_are_refused_where_the_data_have_none(family: str) -> None:
    cls = families()[family]
    with pytest.raises(UserError, match="no labels"):
        build(family, suited(family, TINY), cls.Config.checked({"conditional": True}))


@conditional_families
def test_a_model_that_wants_the_class_is_not_scored_or_drawn_from_without(family: str) -> None:
    model = autoregressive(family, suited(family, LABELLED))
    x, y = data(model.space, 2)
    assert torch.isfinite(model.log_prob(x, y)).all()
    for compute in (model.log_prob, model.loss, model.logits, model.surprise):
        with pytest.raises(UserError, match="conditioned on the class, and none is given"):
            compute(x)
    with pytest.raises(UserError, match="conditioned on the class, and none is given"):
        symbols_of(model, 2, uniforms(0, 2, model.space.dimensions), None)


@able(LARGER)
def test_a_fresh_model_is_near_the_uniform_distribution(family: str) -> None:
    """Before any learning the score should be about ln K per symbol: nothing explodes."""
    space = suited(family, LARGER)
    model = build(family, space, config(family, space))
    x, _ = data(space, 16)
    per_symbol = -float(model.log_prob(x).detach().mean()) / space.dimensions
    assert math.log(16) - 0.01 <= per_symbol <= 1.5 * math.log(16)
