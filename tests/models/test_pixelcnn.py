"""PixelCNN against the paper: its masks, its receptive field, its blind spot, its colour order."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from genstudio.core.draw import DrawControls, Way
from genstudio.core.spaces import Grid, Label
from genstudio.core.uniforms import generator, uniforms
from genstudio.kernels.base import Drawing
from genstudio.models.pixelcnn import PixelCNN, PixelCNNConfig
from genstudio.nn.masked import MaskedConv2d, conv_mask

PARITY = Label(name="parity", classes=("even", "odd"))


def test_the_masks_of_figure_2() -> None:
    a = conv_mask("A", 3, 1, 1, 1)[0, 0]
    b = conv_mask("B", 3, 1, 1, 1)[0, 0]
    assert a.tolist() == [[1, 1, 1], [1, 0, 0], [0, 0, 0]]
    assert b.tolist() == [[1, 1, 1], [1, 1, 0], [0, 0, 0]]


def test_at_the_centre_red_sees_nothing_green_sees_red_blue_sees_both() -> None:
    a = conv_mask("A", 3, 3, 3, 3)[:, :, 1, 1]
    b = conv_mask("B", 3, 3, 3, 3)[:, :, 1, 1]
    assert a.tolist() == [[0, 0, 0], [1, 0, 0], [1, 1, 0]]
    assert b.tolist() == [[1, 0, 0], [1, 1, 0], [1, 1, 1]]


def test_a_masked_weight_learns_nothing_and_is_saved_as_it_was() -> None:
    layer = MaskedConv2d("A", 1, 1, 3, 1)
    before = layer.weight.detach().clone()
    layer(torch.randn(1, 1, 5, 5)).sum().backward()
    assert layer.weight.grad is not None
    assert torch.equal(layer.weight.grad != 0, layer.mask.bool())
    assert torch.equal(layer.weight, before)


def test_taps_times_patch_is_the_convolution() -> None:
    layer = MaskedConv2d("B", 4, 6, 3, 3)
    x = torch.randn(2, 4, 5, 5)
    patch = x[:, :, 1:3, 1:4].permute(0, 2, 3, 1).reshape(2, -1)
    taps, bias = layer.taps()
    at = patch @ taps + bias
    torch.testing.assert_close(at, layer(x)[:, :, 2, 2])


def seen_from(model: PixelCNN, row: int, column: int) -> np.ndarray:
    """Where the gradient of one pixel's logits is not zero, (H, W)."""
    image = torch.zeros(1, model.space.channels, *model.space.shape[:2], requires_grad=True)
    h = model.first(image)
    for block in model.blocks:
        h = block(h, None, None)
    h[0, :, row, column].square().sum().backward()
    assert image.grad is not None
    return (image.grad[0, 0] != 0).numpy()


def test_the_receptive_field_grows_by_one_row_a_block_and_has_the_known_blind_spot() -> None:
    # Positive weights, so that no path is cut by a ReLU or cancels another.
    model = PixelCNN(
        Grid(height=16, width=16, levels=2), PixelCNNConfig(channels=6, blocks=3, head=6)
    )
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.abs_()
    row, column = 12, 7
    seen = seen_from(model, row, column)
    reach = 3 + 3  # half of the 7×7 kernel, and one more for each of three blocks
    expected = np.zeros((16, 16), bool)
    expected[row, column - reach : column] = True
    for up in range(1, reach + 1):
        # To the left a path may go as far as the reach. To the right, only a row above can be
        # entered: each 3×3 step up moves at most one column right, the 7×7 at most three. What
        # lies right of that is the blind spot of van den Oord et al. (2016b), figure 1.
        rights = [3 * (first > 0) + (up - first) for first in range(4) if 0 <= up - first <= 3]
        expected[row - up, column - reach : column + max(rights) + 1] = True
    np.testing.assert_array_equal(seen, expected)
    assert not seen[row - 1, column + 4], "the blind spot"


def test_the_parameter_count_is_that_of_the_paper_s_layers() -> None:
    model = PixelCNN(
        Grid(height=8, width=8, levels=2), PixelCNNConfig(channels=32, blocks=15, head=32)
    )
    first = 32 * 49 + 32
    block = (32 * 16 + 16) + (16 * 16 * 9 + 16) + (16 * 32 + 32)
    head = 2 * (32 * 32 + 32) + (32 * 2 + 2)
    assert model.parameter_count == first + 15 * block + head


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("length", [5, 12, 47, 48, 100])
def test_known_pixels_of_any_number_of_images_are_gone_past_together(
    length: int, channels: int
) -> None:
    """As many in a row as fit one product, or fewer, or more, of which some are left over."""
    space = Grid(height=12, width=13, channels=channels, levels=3, labels=(PARITY,))
    settings = PixelCNNConfig(channels=12, blocks=2, head=9, conditional=True, location=True)
    model = PixelCNN(space, settings).requires_grad_(False)
    rng = torch.Generator().manual_seed(0)
    for parameter in model.parameters():
        parameter.add_(0.2 * torch.randn(parameter.shape, generator=rng))
    x = torch.from_numpy(generator(0).integers(0, 3, (11, *space.shape)))
    y = torch.arange(11)[:, None] % 2
    whole = model.logits(x, y).flatten(2).log_softmax(1).transpose(1, 2)
    drawing = Drawing(
        x.flatten(1).numpy().astype(np.uint8),
        np.ones((11, space.dimensions), np.bool_),
        uniforms(0, 11, space.dimensions),
        DrawControls(),
    )
    sampler = model.sampler(torch.zeros_like(x), y, Way.COMPILED)
    ends = [*range(0, space.dimensions, length * channels), space.dimensions]
    p = [sampler.follow(drawing, *part) for part in itertools.pairwise(ends)]
    found = torch.from_numpy(np.concatenate(p, axis=1)).log()
    assert (found - whole).abs().max() <= 1e-4
