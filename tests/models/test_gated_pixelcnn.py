"""Gated PixelCNN against the paper: its two stacks, its gates, what it sees."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from genstudio.core.spaces import Grid, Label
from genstudio.models.base import Autoregressive
from genstudio.models.gated_pixelcnn import GatedPixelCNN, GatedPixelCNNConfig
from genstudio.models.pixelcnn import PixelCNN, PixelCNNConfig
from genstudio.nn.masked import conv_mask
from genstudio.nn.stacks import LeftConv2d, RowsConv2d

DIGIT = Label(name="digit", classes=("0", "1", "2"))
SIDE = Label(name="side", classes=("left", "right"))


def randomised(model: GatedPixelCNN) -> GatedPixelCNN:
    """In float64, with no weight left at zero."""
    rng = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in model.double().parameters():
            parameter.add_(torch.randn(parameter.shape, generator=rng, dtype=torch.float64) * 0.3)
    return model


def seen_from(model: Autoregressive, row: int, column: int) -> np.ndarray:
    """Where the gradient of one pixel's conditional is not zero, (H, W)."""
    x = torch.full((1, *model.space.shape), 0.5, dtype=torch.float64, requires_grad=True)
    model.double().logits(x)[0, 0, row, column].sum().backward()
    assert x.grad is not None
    return (x.grad[0, :, :, 0] != 0).numpy()


@pytest.mark.parametrize(("kernel", "layers"), [(3, 1), (3, 4), (5, 3)])
def test_every_past_pixel_within_the_reach_is_seen(kernel: int, layers: int) -> None:
    space = Grid(height=14, width=18, levels=2)
    config = GatedPixelCNNConfig(channels=6, layers=layers, head=6, kernel=kernel)
    row, column = 10, 8
    reach = 3 + (layers - 1) * (kernel // 2)
    expected = np.zeros((14, 18), bool)
    expected[max(0, row - reach) : row, column - reach : column + reach + 1] = True
    expected[row, column - reach : column] = True
    model = randomised(GatedPixelCNN(space, config))
    np.testing.assert_array_equal(seen_from(model, row, column), expected)


def test_the_blind_spot_of_pixelcnn_at_the_same_depth_is_seen() -> None:
    """Figure 1: what lies above and to the right, further to the right than up."""
    space = Grid(height=16, width=16, levels=2)
    row, column, layers = 12, 7, 4
    plain = PixelCNN(space, PixelCNNConfig(channels=6, blocks=layers - 1, head=6))
    with torch.no_grad():
        for parameter in plain.parameters():
            parameter.abs_()  # no path is cut by a ReLU or cancels another
    config = GatedPixelCNNConfig(channels=6, layers=layers, head=6)
    gated = seen_from(randomised(GatedPixelCNN(space, config)), row, column)
    blind = gated & ~seen_from(plain, row, column)
    # One row up PixelCNN's 7×7 kernel sees three places to the right, and no later layer adds
    # any; of the reach of six the rest is blind. The gated model is blind to none of it.
    assert np.flatnonzero(blind[row - 1]).tolist() == [column + 4, column + 5, column + 6]
    assert not np.any(blind[:, : column + 1])


@pytest.mark.parametrize("channels", [1, 3])
def test_the_vertical_stack_never_sees_its_own_row(channels: int) -> None:
    space = Grid(height=6, width=5, channels=channels, levels=4)
    config = GatedPixelCNNConfig(channels=6, layers=4, head=6)
    model = randomised(GatedPixelCNN(space, config))
    x = torch.full((1, *space.shape), 1.5, dtype=torch.float64, requires_grad=True)
    kept: list[tuple[Tensor, Tensor]] = []
    model.network(x, None, kept)
    for v, _ in kept[1:]:
        for row in range(space.height):
            [gradient] = torch.autograd.grad(
                v[:, :, row].square().sum(), x, retain_graph=True, allow_unused=True
            )
            rows = gradient[0].abs().sum(dim=(1, 2))
            assert torch.count_nonzero(rows[row:]) == 0
            if row:
                assert rows[row - 1] > 0


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def at(maps: np.ndarray, row: int, column: int) -> np.ndarray:
    """One column of (inputs, H, W); zeros outside."""
    inside = 0 <= row < maps.shape[1] and 0 <= column < maps.shape[2]
    return maps[:, row, column] if inside else np.zeros(len(maps))


def by_hand(model: GatedPixelCNN, x: np.ndarray, y: list[int]) -> np.ndarray:
    """Figure 2 and equation 4 written out for one image (H, W, C), pixel by pixel: (H, W, C, K)."""
    w = {name: p.detach().numpy() for name, p in model.named_parameters()}
    height, width, channels = model.space.shape
    p, layers = model.config.channels, model.config.layers

    def allowed(outputs: int, inputs: int, own: bool) -> np.ndarray:
        target, source = np.arange(outputs)[:, None] % channels, np.arange(inputs) % channels
        return source <= target if own else source < target

    image = x.transpose(2, 0, 1) * 2 / (model.space.levels - 1) - 1
    v, h = image, image
    skips = 0
    for k in range(layers):
        name, first = f"layers.{k}.", k == 0
        n = (7 if first else model.config.kernel) // 2
        told = sum(w[f"{name}told.tables.{label}.weight"][c] for label, c in enumerate(y))
        wide = p if k < layers - 1 else 0
        next_v, next_h = np.zeros((p, height, width)), np.zeros((wide, height, width))
        skipped = np.zeros((model.config.head, height, width))
        # The two halves of the maps are f and g of equation 2; each is dealt to red, green, blue.
        centre = np.concatenate([allowed(p, len(h), own=not first)] * 2)
        out_mask = np.concatenate([allowed(wide, p, True), allowed(model.config.head, p, True)])
        for r in range(height):
            for c in range(width):
                above = w[name + "vertical.bias"] + told[: 2 * p]
                if first:
                    above = above + w["location"][:, r, c]
                for i, up in enumerate(range(n, 0 if first else -1, -1)):
                    for j in range(2 * n + 1):
                        tap = w[name + "vertical.weight"][:, :, i, j]
                        above = above + tap @ at(v, r - up, c + j - n)
                left = w[name + "across.weight"][:, :, 0, 0] @ above + w[name + "across.bias"]
                left = left + told[2 * p :]
                for j in range(n + 1):
                    tap = w[name + "horizontal.weight"][:, :, 0, j]
                    tap = tap * centre if j == n else tap
                    left = left + tap @ at(h, r, c + j - n)
                out = (w[name + "out.weight"][:, :, 0, 0] * out_mask) @ (
                    np.tanh(left[:p]) * sigmoid(left[p:])
                ) + w[name + "out.bias"]
                next_v[:, r, c] = np.tanh(above[:p]) * sigmoid(above[p:])
                next_h[:, r, c] = out[:wide] + (0 if first or not wide else h[:, r, c])
                skipped[:, r, c] = out[wide:]
        v, h, skips = next_v, next_h, skips + skipped
    for name in ("hidden", "last"):
        weight = w[name + ".weight"][:, :, 0, 0]
        weight = weight * allowed(*weight.shape, True)
        skips = np.einsum("oi,ihw->ohw", weight, np.maximum(skips, 0))
        skips = skips + w[name + ".bias"][:, None, None]
    return skips.reshape(model.space.levels, channels, height, width).transpose(2, 3, 1, 0)


@pytest.mark.parametrize("channels", [1, 3])
def test_the_network_is_the_equations_pixel_by_pixel(channels: int) -> None:
    space = Grid(height=4, width=5, channels=channels, levels=3, labels=(DIGIT, SIDE))
    config = GatedPixelCNNConfig(channels=7, layers=3, head=8, location=True, conditional=True)
    model = randomised(GatedPixelCNN(space, config))
    x = torch.randint(0, 3, (1, *space.shape), generator=torch.Generator().manual_seed(2))
    logits = model.logits(x, torch.tensor([[2, 1]]))[0].detach().permute(1, 2, 3, 0).numpy()
    np.testing.assert_allclose(logits, by_hand(model, x[0].numpy(), [2, 1]), atol=1e-12)


@pytest.mark.parametrize("kernel", [3, 5, 7])
def test_what_lies_above_is_a_convolution_whose_lower_part_is_masked(kernel: int) -> None:
    x = torch.randn(2, 3, 6, 5, dtype=torch.float64)
    for own in (False, True):
        layer = RowsConv2d(3, 4, kernel, own).double()
        whole = torch.zeros(4, 3, kernel, kernel, dtype=torch.float64)
        whole[:, :, : kernel // 2 + own] = layer.weight.detach()
        masked = F.conv2d(x, whole, layer.bias, padding=kernel // 2)
        torch.testing.assert_close(layer(x), masked)


@pytest.mark.parametrize("kind", ["A", "B"])
@pytest.mark.parametrize("kernel", [1, 3, 5])
def test_what_lies_left_is_the_middle_row_of_a_masked_convolution(kind: str, kernel: int) -> None:
    x = torch.randn(2, 6, 3, 7, dtype=torch.float64)
    layer = LeftConv2d(kind, 6, (5, 4), kernel, 3).double()  # type: ignore[arg-type]  # parametrised
    for outputs, maps in ((slice(0, 5), 5), (slice(5, 9), 4)):
        middle = conv_mask(kind, kernel, 6, maps, 3)[:, :, kernel // 2]  # type: ignore[arg-type]  # as above
        whole = torch.zeros(maps, 6, kernel, dtype=torch.float64)
        whole[:, :, : kernel // 2 + 1] = layer.weight.detach()[outputs, :, 0]
        row = (middle * whole)[:, :, None]
        assert layer.bias is not None
        masked = F.conv2d(x, row, layer.bias[outputs], padding=(0, kernel // 2))
        torch.testing.assert_close(layer(x)[:, outputs], masked)


def test_the_parameter_count_is_that_of_figure_2() -> None:
    p, layers, g = 128, 10, 128
    model = GatedPixelCNN(
        Grid(height=28, width=28, levels=2), GatedPixelCNNConfig(channels=p, layers=layers, head=g)
    )
    # Half of the first 7×7 kernel: three rows of seven above; three places and none to the left.
    first = 2 * p * 3 * 7 + 2 * p * 4
    later = 2 * p * p * 2 * 3 + 2 * p * p * 2
    across, biases = (2 * p) ** 2, 2 * p + 2 * p
    out, out_last = p * (p + g) + (p + g), p * g + g
    assert model.parameter_count == (
        first
        + (layers - 1) * later
        + layers * (across + biases)
        + (layers - 1) * out
        + out_last
        + g * g
        + g
        + 2 * g
        + 2
    )


def test_the_compiled_sampler_s_products_are_those_of_a_pixel_times_the_pixels() -> None:
    p, g, height, width = 8, 6, 5, 4
    space = Grid(height=height, width=width, levels=2)
    model = GatedPixelCNN(space, GatedPixelCNNConfig(channels=p, layers=3, head=g))
    kernel = model.kernel(torch.zeros(1, *space.shape, dtype=torch.long), None)
    first = 2 * p * (3 * 7 + 3)  # under mask A the pixel itself is not seen
    later = 2 * p * p * (2 * 3 + 2)
    layers = first + 2 * later + 3 * (2 * p) ** 2 + 2 * p * p + 3 * p * g
    assert kernel.multiply_adds == height * width * (layers + g * g + 2 * g)
