"""The families that are counted, against dictionaries, enumeration and formulas of their own."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from typing import Any

import numpy as np
import pytest
import torch
from scipy import stats

from genstudio.core.draw import DrawControls, Way
from genstudio.core.errors import UserError
from genstudio.core.spaces import Grid, Sequence
from genstudio.core.training import Training
from genstudio.core.uniforms import generator
from genstudio.kernels.base import Drawing
from genstudio.models.counting import CountingModel
from genstudio.models.receptive import reachable, used
from genstudio.models.store import build, family


def made(name: str, space: Grid, **config: Any) -> CountingModel:
    model = build(name, space, family(name).Config.checked(config))
    assert isinstance(model, CountingModel)
    return model


def every(n: int, levels: int = 2) -> torch.Tensor:
    return torch.tensor(list(itertools.product(range(levels), repeat=n)))


def by_hand(images: np.ndarray, depth: int, levels: int, alpha: float, x: tuple[int, ...]) -> float:
    """P(x): at each step, how often this symbol followed the symbols before it."""
    p = 1.0
    for t, symbol in enumerate(x):
        context = x[max(0, t - depth) : t]
        met = Counter(int(row[t]) for row in images if tuple(row[max(0, t - depth) : t]) == context)
        p *= (met[symbol] + alpha) / (met.total() + levels * alpha)
    return p


@pytest.mark.parametrize(
    ("name", "config", "depth", "levels"),
    [
        ("independent", {}, 0, 2),
        ("independent", {}, 0, 3),
        ("markov", {}, 1, 2),
        ("markov", {"memory": 2}, 2, 3),
        ("markov", {"memory": 9}, 3, 2),
        ("full-table", {}, 3, 2),
    ],
)
@pytest.mark.parametrize("alpha", [1.0, 0.25])
def test_likelihoods_are_those_counted_by_hand(
    name: str, config: dict[str, Any], depth: int, levels: int, alpha: float
) -> None:
    space = Grid(height=2, width=2, levels=levels)
    images = generator(4).integers(0, levels, (37, 4))
    images[:20] = images[0]  # so that some contexts are common and some never met
    model = made(name, space, alpha=alpha, **config)
    learner = model.learner(Training(), None)
    for part in np.array_split(images, 5):
        learner.step(torch.from_numpy(part).view(-1, *space.shape), None)
    found = model.log_prob(every(4, levels).view(-1, *space.shape)).exp()
    expected = [
        by_hand(images, depth, levels, alpha, x) for x in itertools.product(range(levels), repeat=4)
    ]
    np.testing.assert_allclose(found, expected, rtol=2e-5)


@pytest.mark.parametrize(("memory", "levels"), [(0, 3), (1, 2), (1, 5), (3, 2)])
def test_the_moments_of_a_sound_share_what_is_counted(memory: int, levels: int) -> None:
    """By hand: once the memory is full, contexts are counted wherever they are met."""
    space, alpha = Sequence(length=9, levels=levels, rate=8000), 0.5
    name, config = ("markov", {"memory": memory}) if memory else ("independent", {})
    model = made(name, space, alpha=alpha, **config)
    sounds = generator(4).integers(0, levels, (23, 9))
    for part in np.array_split(sounds, 4):
        model.add(torch.from_numpy(part)[..., None])
    seen = Counter(
        (min(t, memory), *row[max(0, t - memory) : t + 1].tolist())
        for row in sounds
        for t in range(9)
    )
    other = generator(5).integers(0, levels, 14)  # longer than those that were counted
    expected = []
    for t in range(14):
        context = (min(t, memory), *other[max(0, t - memory) : t].tolist())
        met = [seen[(*context, v)] for v in range(levels)]
        expected.append(-math.log((met[other[t]] + alpha) / (sum(met) + levels * alpha)))
    x = torch.from_numpy(other)[None, :, None]
    found = model.surprise(x)[0, :, 0]
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    logits = model.logits(x)[0, :, :, 0]
    torch.testing.assert_close(-logits[x[0, :, 0], torch.arange(14)], found)
    assert model.parameter_count == levels ** (memory + 1) - 1
    assert model.parameter_formula == ("Kᵏ⁺¹ − 1" if memory else "K − 1")


def test_a_long_sound_is_drawn_alike_in_every_way() -> None:
    model = made("markov", Sequence(length=5, levels=3, rate=8000), memory=2)
    model.add(torch.from_numpy(generator(3).integers(0, 3, (40, 5)))[..., None])
    x, drawn = torch.zeros(2, 30, 1, dtype=torch.long), []
    for way in (Way.CACHED, Way.COMPILED):
        drawing = Drawing(
            np.zeros((2, 30), np.uint8),
            np.zeros((2, 30), np.bool_),
            generator(7).random((2, 30)),
            DrawControls(),
        )
        p = model.sampler(x, None, way).draw(drawing, 0, 30)
        drawn.append(drawing.symbols)
        logits = model.logits(torch.from_numpy(drawing.symbols).long()[..., None])
        expected = logits[..., 0].transpose(1, 2).softmax(2)
        np.testing.assert_allclose(p, expected, atol=1e-6)
    np.testing.assert_array_equal(drawn[0], drawn[1])


def test_a_sound_is_read_in_the_order_of_time() -> None:
    with pytest.raises(UserError, match="in the order of time"):
        made("markov", Sequence(length=5, levels=3, rate=8000), order="reversed")


def test_a_count_goes_on_beyond_what_a_float_counts_one_by_one() -> None:
    model = made("independent", Sequence(length=4, levels=2, rate=8000))
    with torch.no_grad():
        model.table[0, 1] = 2.0**24
    model.add(torch.ones(3, 4, 1, dtype=torch.long))
    assert model.table[0].tolist() == [0, 2**24 + 12]


def test_a_full_table_with_hardly_a_prior_is_the_histogram_of_the_data() -> None:
    space = Grid(height=1, width=3, levels=2)
    model = made("full-table", space, alpha=1e-6)
    images = torch.from_numpy(generator(1).integers(0, 2, (400, 3)))
    model.add(images.view(-1, *space.shape))
    states = images @ torch.tensor([4, 2, 1])
    histogram = torch.bincount(states, minlength=8) / 400
    torch.testing.assert_close(
        model.log_prob(every(3).view(-1, *space.shape)).exp(), histogram, atol=1e-5, rtol=0
    )


def test_the_loss_is_of_the_batch_before_it_is_counted() -> None:
    """So the losses of one pass add up to the marginal likelihood, a ratio of Beta functions."""
    space = Grid(height=1, width=1, levels=2)
    model = made("independent", space, alpha=0.5)
    symbols = generator(2).integers(0, 2, 30)
    learner = model.learner(Training(), None)
    losses = [
        float(learner.step(torch.tensor([[[[int(symbol)]]]]), None)["loss"]) for symbol in symbols
    ]
    ones = int(symbols.sum())
    marginal = stats.betabinom.logpmf(ones, 30, 0.5, 0.5) - np.log(math.comb(30, ones))
    assert -sum(losses) == pytest.approx(marginal, rel=1e-5)


def evaluated(formula: str, **values: int) -> float:
    """A formula in plain Unicode as a number."""
    python = formula.replace("−", "-")
    for power, word in (("ⁿ", "**n"), ("ᵏ", "**k"), ("²", "**2")):
        python = python.replace(power, word)
    # What stands side by side is multiplied.
    python = re.sub(r"(?<=[\w)])(?=[A-Za-z(])|(?<=\))(?=\w)", "*", python)
    return float(eval(python, {}, values))  # noqa: S307 - a formula of ours


def _free(n: int, depth: int, levels: int) -> int:
    """Pairs of a step and a context that occurs at it, times K − 1, by enumeration."""
    met = {
        (t, x[max(0, t - depth) : t])
        for x in itertools.product(range(levels), repeat=n)
        for t in range(n)
    }
    return len(met) * (levels - 1)


TABLES: list[tuple[str, dict[str, Any], int]] = [
    ("independent", {}, 0),
    ("markov", {}, 1),
    ("markov", {"memory": 2}, 2),
    ("markov", {"memory": 3}, 3),
    ("full-table", {}, 99),
]


@pytest.mark.parametrize("n", [1, 2, 3, 5])
@pytest.mark.parametrize(
    ("name", "config", "depth", "levels"),
    # A full table is for binary symbols.
    [
        (*table, levels)
        for table in TABLES
        for levels in (2, 3)
        if (table[0], levels) != ("full-table", 3)
    ],
)
def test_parameters_are_counted_and_the_formula_says_the_same(
    name: str, config: dict[str, Any], depth: int, n: int, levels: int
) -> None:
    model = made(name, Grid(height=1, width=n, levels=levels), **config)
    assert model.parameter_count == _free(n, depth, levels)
    assert evaluated(model.parameter_formula, n=n, K=levels, k=model.depth) == (
        model.parameter_count
    )


@pytest.mark.parametrize("levels", [2, 3])
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("direct", [False, True])
def test_the_formulas_of_networks_say_how_many_weights_there_are(
    levels: int, layers: int, direct: bool
) -> None:
    space = Grid(height=1, width=5, levels=levels)
    config = {"hidden": 7, "layers": layers, "direct": direct}
    model = build("made", space, family("made").Config.checked(config))
    values = {"n": 5, "h": 7, "K": levels, "L": layers}
    assert evaluated(model.parameter_formula, **values) == model.parameter_count
    assert model.parameter_count == sum(p.numel() for p in model.parameters())
    model = build("fvsbn", space, family("fvsbn").Config())
    assert evaluated(model.parameter_formula, **values) == model.parameter_count


def test_the_formulas_are_those_of_the_lecture() -> None:
    space = Grid(height=4, width=4, levels=2)
    sizes = {
        name: (made(name, space).parameter_formula, made(name, space).parameter_count)
        for name in ("full-table", "independent", "markov")
    }
    assert sizes == {
        "full-table": ("2ⁿ − 1", 65_535),
        "independent": ("n", 16),
        "markov": ("2n − 1", 31),
    }


@pytest.mark.parametrize(
    ("name", "space", "sentence"),
    [
        (
            "full-table",
            Grid(height=28, width=28, levels=2),
            r"784 binary symbols would have 2\^784 − 1 ≈ 10\^236 parameters; up to 16 symbols "
            r"\(65,535 parameters\)",
        ),
        ("full-table", Grid(height=1, width=17, levels=2), "17 binary symbols"),
        ("full-table", Grid(height=2, width=2, levels=4), "binary symbols, and these have 4"),
        ("markov", Grid(height=28, width=28, channels=3, levels=256), "more than 16,777,216"),
    ],
)
def test_what_would_not_fit_is_refused_with_the_numbers(
    name: str, space: Grid, sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        made(name, space)
    if name == "full-table":
        made(name, Grid(height=4, width=4, levels=2))


def test_a_prior_of_nothing_is_refused() -> None:
    with pytest.raises(UserError, match="alpha"):
        made("independent", Grid(height=1, width=1, levels=2), alpha=0)


@pytest.mark.parametrize(
    ("name", "config", "depth"),
    [("independent", {}, 0), ("markov", {"memory": 2}, 2), ("full-table", {}, 8)],
)
@pytest.mark.parametrize("order", ["raster", "spiral"])
def test_a_table_looks_back_as_far_as_its_memory(
    name: str, config: dict[str, Any], depth: int, order: str
) -> None:
    space = Grid(height=3, width=3, levels=2)
    model = made(name, space, order=order, **config)
    images = torch.from_numpy(generator(3).integers(0, 2, (50, *space.shape)))
    model.add(images)
    for step in range(9):
        expected = np.zeros(9, bool)
        expected[model.order[max(0, step - depth) : step]] = True
        np.testing.assert_array_equal(reachable(model, step).ravel(), expected)
        [field] = used(model, step, images[:1], None)
        assert not field.weight.ravel()[~expected].any()
    if depth == 2:  # by hand: what the last two symbols say of the fifth
        s = images.flatten(1).numpy()[:, model.order]
        here = s[0, 2:4]
        moved = []
        for context in (here, [here[0], 1 - here[1]]):
            row = s[(s[:, 2:4] == context).all(axis=1), 4]
            on = (row.sum() + 1) / (len(row) + 2)
            moved.append(np.log([1 - on, on]))
        [field] = used(model, 4, images[:1], None)
        found = field.weight.ravel()[model.order[3]]
        assert found == pytest.approx(np.linalg.norm(moved[0] - moved[1]), rel=1e-4)
