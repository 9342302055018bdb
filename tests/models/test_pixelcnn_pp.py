"""PixelCNN++ against the paper: its likelihood, its colours, what its streams see, its dropout."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
import torch
from scipy import stats
from torch import Tensor

from genstudio.core.draw import DrawControls, Way
from genstudio.core.spaces import Grid
from genstudio.core.uniforms import generator, uniforms
from genstudio.kernels.base import Drawing
from genstudio.kernels.logistic import conditional, reweigh, unpack
from genstudio.models.pixelcnn_pp import PixelCNNPP, PixelCNNPPConfig
from genstudio.nn.logistic import (
    LogisticMixture,
    log_mass,
    outputs_per_component,
    scale_floor,
)
from genstudio.nn.shifted import Everywhere, sides


def network_outputs(channels: int, components: int, places: int = 1, seed: int = 0) -> Tensor:
    """(1, M · outputs per component, 1, places), float64."""
    size = (1, components * outputs_per_component(channels), 1, places)
    return torch.from_numpy(generator(seed).normal(size=size))


def doubles(*numbers: float) -> list[Tensor]:
    return [torch.tensor(number, dtype=torch.float64) for number in numbers]


def settled(space: Grid, **config: Any) -> PixelCNNPP:
    """With weights far from where they start."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = PixelCNNPP(space, PixelCNNPPConfig(**config)).eval()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(torch.randn(parameter.shape) * 0.1)
    return model


def symbols(space: Grid, count: int) -> Tensor:
    return torch.from_numpy(generator(3).integers(0, space.levels, (count, *space.shape)))


# --- equation 2 ---


@pytest.mark.parametrize("levels", [2, 3, 4, 16, 100, 256])
@pytest.mark.parametrize("log_scale", [-8.0, -3.0, 0.0, 3.0, 40.0])
def test_the_masses_of_all_symbols_sum_to_one(levels: int, log_scale: float) -> None:
    every = torch.arange(levels).double()
    for mean in (-3.0, -0.31, 0.0, 0.5, 7.0):
        p = log_mass(every, *doubles(mean, log_scale), levels).exp()
        assert float(p.sum()) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("levels", [2, 5, 256])
def test_a_mass_is_a_difference_of_the_logistic_s_distribution_function(levels: int) -> None:
    rng = generator(0)
    half = 1 / (levels - 1)
    for mean, scale in zip(rng.normal(size=20), rng.uniform(0.02, 1, size=20), strict=True):
        law = stats.logistic(mean, scale)
        ends = np.arange(levels - 1) * 2 * half - 1 + half
        below = np.concatenate([[0.0], law.cdf(ends), [1.0]])
        beyond = np.concatenate([[1.0], law.sf(ends), [0.0]])
        # Each of the two loses its digits at its own far end.
        expected = np.where(below[1:] < 0.5, np.diff(below), -np.diff(beyond))
        every = torch.arange(levels).double()
        found = log_mass(every, *doubles(mean, math.log(scale)), levels).exp()
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-9)


def test_far_from_the_mean_the_logarithm_stays_exact_in_single_precision() -> None:
    # At z ≫ 1 the density is e^−z / s: five hundred scales away nothing else is left.
    mean, log_scale, levels = torch.tensor(-1.0), torch.tensor(math.log(0.002)), 256
    found = float(log_mass(torch.tensor(128.0), mean, log_scale, levels))
    ends = (2 * 128 / 255 - 1 / 255) / 0.002, (2 * 128 / 255 + 1 / 255) / 0.002
    assert found == pytest.approx(-ends[0] + math.log1p(-math.exp(ends[0] - ends[1])), rel=1e-6)


def test_the_narrowest_component_is_sure_of_its_symbol() -> None:
    for levels in (2, 256):
        lowest, mean, floor = doubles(1.0, 2 / (levels - 1) - 1, scale_floor(levels))
        assert float(log_mass(lowest, mean, floor, levels).exp()) > 1 - 1e-8


# --- equation 3 ---


def joint(parameters: np.ndarray, components: int, levels: int) -> np.ndarray:
    """P(r, g, b), (K, K, K), from the definition: distribution functions, no logarithms."""
    parts = parameters.reshape(10, components)
    weights = np.exp(parts[0]) / np.exp(parts[0]).sum()
    floor = -math.log(20 * (levels - 1))
    scales = np.exp(floor + np.logaddexp(0, parts[4:7] - floor))
    half = 1 / (levels - 1)
    table = np.zeros((levels,) * 3)
    for r, g, b in itertools.product(range(levels), repeat=3):
        red, green, blue = (2 * v * half - 1 for v in (r, g, b))
        for m in range(components):
            means = (
                parts[1, m],
                parts[2, m] + parts[7, m] * red,
                parts[3, m] + parts[8, m] * red + parts[9, m] * green,
            )
            p = weights[m]
            for value, x, mean, scale in zip(
                (r, g, b), (red, green, blue), means, scales[:, m], strict=True
            ):
                upper = (
                    1.0 if value == levels - 1 else stats.logistic.cdf((x + half - mean) / scale)
                )
                lower = 0.0 if value == 0 else stats.logistic.cdf((x - half - mean) / scale)
                p *= upper - lower
            table[r, g, b] += p
    return table


def test_colours_given_earlier_ones_against_the_enumerated_joint_distribution() -> None:
    levels, components = 4, 3
    outputs = network_outputs(3, components)
    mixture = LogisticMixture.of(outputs, 3, levels)
    table = joint(outputs.flatten().numpy(), components, levels)
    assert table.sum() == pytest.approx(1, abs=1e-12)
    for r, g, b in itertools.product(range(levels), repeat=3):
        x = torch.tensor([r, g, b]).view(1, 1, 1, 3)
        p = mixture.logits(x).exp()[0, :, 0, 0]
        np.testing.assert_allclose(p[:, 0], table.sum((1, 2)), rtol=1e-9)
        np.testing.assert_allclose(p[:, 1], table[r].sum(1) / table[r].sum(), rtol=1e-9)
        np.testing.assert_allclose(p[:, 2], table[r, g] / table[r, g].sum(), rtol=1e-9)
        assert float(mixture.log_prob(x)) == pytest.approx(math.log(table[r, g, b]), rel=1e-9)


def test_surprise_is_that_of_the_conditionals() -> None:
    space = Grid(height=3, width=5, channels=3, levels=256)
    model, x = settled(space, channels=4).double(), symbols(space, 2)
    expected = torch.nn.functional.cross_entropy(model.logits(x), x, reduction="none")
    torch.testing.assert_close(model.surprise(x), expected, rtol=1e-9, atol=1e-9)


def test_logits_are_the_same_for_a_batch_that_is_taken_in_parts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mixture = LogisticMixture.of(network_outputs(3, 5, places=6), 3, 16)
    x = torch.from_numpy(generator(1).integers(0, 16, (1, 1, 6, 3)))
    at_once = mixture.logits(x)
    monkeypatch.setattr("genstudio.nn.logistic._NUMBERS", 2 * 6 * 16)
    torch.testing.assert_close(mixture.logits(x), at_once, rtol=1e-12, atol=1e-12)


# --- the same in machine code ---


@pytest.mark.parametrize("levels", [2, 3, 16, 256])
@pytest.mark.parametrize("spread", [1.0, 6.0])
def test_the_compiled_mixture_is_the_one_of_torch(levels: int, spread: float) -> None:
    components = 4
    weights, means, precisions = np.empty(4), np.empty((3, 4)), np.empty((3, 4))
    p = np.empty(levels)
    for seed in range(20):
        outputs = (network_outputs(3, components, seed=seed) * spread).float()
        x = torch.from_numpy(generator(seed).integers(0, levels, (1, 1, 1, 3)))
        parts = outputs.double().view(10, components).numpy()
        wanted = LogisticMixture.of(outputs.double(), 3, levels).logits(x)[0, :, 0, 0].exp().numpy()
        unpack(outputs.flatten().numpy(), levels, weights, means, precisions)
        red, green = (2 * x.flatten().numpy() / (levels - 1) - 1)[:2]
        means[1] += parts[7] * red
        means[2] += parts[8] * red + parts[9] * green
        for channel in range(3):
            conditional(weights, means[channel], precisions[channel], p)
            np.testing.assert_allclose(p, wanted[:, channel], rtol=1e-7, atol=1e-40)
            reweigh(weights, means[channel], precisions[channel], int(x.flatten()[channel]), levels)


@pytest.mark.parametrize("resolutions", [1, 2, 4])
def test_skipping_to_any_place_gives_what_drawing_up_to_it_gives(resolutions: int) -> None:
    space = Grid(height=9, width=6, channels=3, levels=5)
    model = settled(space, channels=5, blocks=2, resolutions=resolutions, components=2)
    x = symbols(space, 2)
    whole = model.logits(x).flatten(2).softmax(1).transpose(1, 2).detach().numpy()
    for steps in (1, 17, 18, 36, 73, 77, 108, 150, 161, 162):
        known = x.clone()
        known.flatten(1)[:, steps:] = 0
        drawing = Drawing(
            x.flatten(1).numpy().astype(np.uint8),
            np.ones((2, space.dimensions), np.bool_),
            uniforms(0, 2, space.dimensions),
            DrawControls(),
        )
        for way in (Way.COMPILED, Way.CACHED):
            sampler = model.sampler(known, None, way)
            p = [sampler.skip(drawing, steps)]
            if steps < space.dimensions:
                p.append(sampler.draw(drawing, steps, space.dimensions))
            np.testing.assert_allclose(np.concatenate(p, axis=1), whole, atol=1e-5)


# --- what the streams see ---


def seen_by(model: PixelCNNPP, block: int, i: int, j: int) -> tuple[np.ndarray, np.ndarray]:
    """The pixels on which a block's output at a place depends, in u and in v, (H, W) each."""
    height, width, channels = model.space.shape
    image = torch.zeros(1, channels + 1, height, width, dtype=torch.float64, requires_grad=True)
    streams: list[dict[int, Tensor]] = []
    for first, stream in ((model.first_u, model.u), (model.first_v, model.v)):
        everywhere = Everywhere(model.space, model.config.resolutions)
        x = first(everywhere.around(first, 0, image))
        streams.append(stream(x, streams[0] if streams else {}, None, everywhere))
    masks = []
    for made in streams:
        # No gradient is an exact zero by accident: the sum is weighted at random.
        by_map = torch.from_numpy(generator(9).normal(size=model.config.channels))
        value = (made[block][0, :, i, j] * by_map).sum()
        [gradient] = torch.autograd.grad(value, image, retain_graph=True)
        masks.append((gradient[0] != 0).any(0).numpy())
    return masks[0], masks[1]


def before(space: Grid, row: int, column: int) -> tuple[np.ndarray, np.ndarray]:
    """All rows above a pixel's, and all that is before it in reading order."""
    number = np.arange(space.height * space.width).reshape(space.height, space.width)
    return number < row * space.width, number < row * space.width + column


def test_with_three_resolutions_there_is_no_blind_spot_below_the_first_rows() -> None:
    space = Grid(height=9, width=7, levels=4)
    model = settled(space, channels=4, blocks=1, resolutions=3).double()
    last = len(model.v.blocks) - 1
    for row, column in ((8, 6), (8, 0), (5, 3), (4, 4), (0, 5), (0, 0)):
        for seen, expected in zip(
            seen_by(model, last, row, column), before(space, row, column), strict=True
        ):
            np.testing.assert_array_equal(seen, expected)

    # In row 1 the coarser levels know of no row yet; to the side two blocks reach five pixels.
    u, _ = seen_by(model, last, 1, 0)
    assert u[0].tolist() == [True] * 5 + [False] * 2


def test_a_place_of_a_coarser_level_sees_nothing_from_its_own_pixel_on() -> None:
    space = Grid(height=9, width=7, levels=4)
    model = settled(space, channels=4, blocks=1, resolutions=3).double()
    for block in range(len(model.v.blocks)):
        level = model.v.level(block)
        height, width = sides(space, level)
        for i, j in ((height - 1, width - 1), (1, 1), (0, 1), (1, 0)):
            row, column = 2**level * i, 2**level * j
            seen, allowed = seen_by(model, block, i, j), before(space, row, column)
            assert not (seen[0] & ~allowed[0]).any()
            assert not (seen[1] & ~allowed[1]).any()
            # What is next to it is seen: the shift cuts off no more than it must.
            assert row == 0 or seen[0][row - 1, column]
            assert column == 0 or seen[1][row, column - 1]


def test_at_one_resolution_each_convolution_adds_one_row_and_one_column() -> None:
    space = Grid(height=12, width=12, levels=4)
    model = settled(space, channels=4, blocks=1, resolutions=1).double()
    _, seen = seen_by(model, 1, 10, 10)
    convolutions = 4  # two in each of two blocks
    rows = 2 + convolutions + 1  # v's very last one comes after u's last block
    expected = np.zeros((12, 12), bool)
    expected[10, 10 - 1 - convolutions : 10] = True
    np.testing.assert_array_equal(seen[10], expected[10])
    assert seen[10 - rows].any()
    assert not seen[: 10 - rows].any()


def test_the_levels_halve_the_sides_and_round_up() -> None:
    space = Grid(height=28, width=5, levels=2)
    assert [sides(space, level) for level in range(5)] == [(28, 5), (14, 3), (7, 2), (4, 1), (2, 1)]


# --- dropout ---


def test_what_is_dropped_depends_on_the_step_alone_and_nothing_is_dropped_when_scoring() -> None:
    space = Grid(height=4, width=4, levels=4)
    model, x = settled(space, channels=6, dropout=0.5), symbols(space, 3)
    model.train()
    state = torch.random.get_rng_state()
    losses = []
    for step in (0, 1, 0):
        model.training_step = step
        losses.append(float(model.loss(x)["loss"].detach()))
    assert losses[0] == losses[2] != losses[1]
    assert torch.equal(torch.random.get_rng_state(), state), "no one else's dice are thrown"
    model.eval()
    scored = float(-model.log_prob(x).detach().mean())
    assert float(model.loss(x)["loss"].detach()) == pytest.approx(scored, rel=1e-6)
    assert scored not in losses
