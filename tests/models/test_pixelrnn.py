"""Row LSTM and Diagonal BiLSTM against the paper: what is seen, the recurrence, the gradients."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from genstudio.core.spaces import Grid
from genstudio.models.diagonal_bilstm import DiagonalBiLSTM
from genstudio.models.pixelrnn import LSTMLayer, PixelRNN, PixelRNNConfig
from genstudio.models.row_lstm import RowLSTM, RowLSTMConfig, row_fronts
from genstudio.nn.gates import GateConv, doubled_content
from genstudio.nn.skew import Skew, diagonal_fronts, skewed
from genstudio.nn.wavefront import Fronts, wavefront_lstm

GREY = Grid(height=9, width=9, levels=2)


def row_lstm(space: Grid = GREY, **config: int) -> RowLSTM:
    return RowLSTM(space, RowLSTMConfig.checked({"hidden": 3, "layers": 1, "head": 6} | config))


def diagonal(space: Grid = GREY, **config: int) -> DiagonalBiLSTM:
    settings = PixelRNNConfig.checked({"hidden": 3, "layers": 1, "head": 6} | config)
    return DiagonalBiLSTM(space, settings)


def seen_from(model: PixelRNN, row: int, column: int) -> NDArray[np.bool_]:
    """Where the gradient of what the head reads at one pixel is not zero, (H, W)."""
    height, width, channels = model.space.shape
    image = torch.randn(1, channels, height, width, dtype=torch.double, requires_grad=True)
    u = model.double().first(image)
    for layer in model.layers:
        u = layer(u, None, None)
    [gradient] = torch.autograd.grad(u[0, :, row, column].square().sum(), image)
    return (gradient[0].abs().sum(0) > 0).numpy()


@pytest.mark.parametrize(("layers", "kernel"), [(1, 3), (2, 3), (1, 5)])
def test_row_lstm_sees_the_triangle_above(layers: int, kernel: int) -> None:
    """Section 3.1, figure 4: each row up is k − 1 columns wider; plus the 7×7 convolution."""
    model = row_lstm(Grid(height=9, width=17, levels=2), layers=layers, kernel=kernel)
    row, column = 7, 8
    half = kernel // 2
    expected = np.zeros((9, 17), bool)
    for up in range(row + 1):
        # To the left: three places of the 7×7 convolution, and at each layer `half` of K^is in
        # the pixel's own row; then `half` with each row up. To the right only a row above can be
        # entered: by the 7×7 convolution, three places there, after as many steps of K^ss.
        left = 3 + layers * half + up * half
        right = 3 + (up - 1) * half
        expected[row - up, max(0, column - left) : column + right + 1] = True
    expected[row, column:] = False
    np.testing.assert_array_equal(seen_from(model, row, column), expected)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("place", [(0, 0), (0, 5), (4, 0), (4, 4), (4, 5), (5, 3), (8, 8)])
def test_diagonal_bilstm_sees_the_whole_past_but_one_pixel(
    place: tuple[int, int], layers: int
) -> None:
    """Section 3.2: "the entire available context", with a single layer.

    All but the last pixel of the row above: mask A hides it from what is made at its own place,
    and no place further right in its row could pass it on. So only the 7×7 convolution sees it.
    """
    row, column = place
    expected = np.arange(81).reshape(9, 9) < row * 9 + column
    if row and column + 3 < 8:
        expected[row - 1, 8] = False
    np.testing.assert_array_equal(seen_from(diagonal(layers=layers), row, column), expected)


def test_row_lstm_does_not_see_the_whole_past() -> None:
    assert not seen_from(row_lstm(), 4, 0)[3, 7]


@pytest.mark.parametrize("size", [(1, 1), (1, 5), (5, 1), (3, 7), (6, 4)])
def test_the_diagonals_are_those_of_the_paper_s_skewed_map(size: tuple[int, int]) -> None:
    """Figure 3: each row moved one place further to the right; the columns are the diagonals."""
    height, width = size
    map_ = np.full((height, height + width - 1), -1)
    for row in range(height):
        map_[row, row : row + width] = np.arange(row * width, (row + 1) * width)
    columns = [column[column >= 0] for column in map_.T]
    np.testing.assert_array_equal(skewed(height, width).numpy(), np.concatenate(columns))
    assert diagonal_fronts(height, width).sizes == tuple(len(column) for column in columns)


@pytest.mark.parametrize("size", [(1, 1), (1, 5), (5, 1), (3, 7), (6, 4)])
def test_unskewing_undoes_skewing(size: tuple[int, int]) -> None:
    """The second direction comes back one row further down."""
    height, width = size
    skew = Skew(height, width)
    u = torch.randn(height * width, 2, 3)
    lines = torch.zeros(2, skew.fronts.length, 2, 3)
    lines[:, skew.fronts.places] = skew(u)
    torch.testing.assert_close(skew.maps(lines), torch.stack((u, u)), rtol=0, atol=0)
    lines[1] = 0
    torch.testing.assert_close(skew.joined(lines), u, rtol=0, atol=0)
    lines[1, skew.fronts.places] = skew(u)[1]
    lines[0] = 0
    below = torch.cat((torch.zeros(width, 2, 3), u[: (height - 1) * width]))
    torch.testing.assert_close(skew.joined(lines), below, rtol=0, atol=0)


def test_the_gradient_of_skewing_is_that_of_plain_indexing() -> None:
    skew = Skew(3, 4)
    u = torch.randn(12, 2, 3, dtype=torch.double, requires_grad=True)
    h = torch.randn(2, 12, 1, 2, dtype=torch.double, requires_grad=True)
    zeros = h.new_zeros(2, skew.fronts.length, 1, 2)

    def joined(h: Tensor) -> Tensor:
        return skew.joined(zeros.index_copy(1, skew.fronts.places, h))

    assert torch.autograd.gradcheck(skew, u)
    assert torch.autograd.gradcheck(joined, h)


WAVES = {
    "rows": (1, row_fronts(3, 4, 3)),
    "wide rows": (1, row_fronts(3, 2, 5)),
    "diagonals": (2, diagonal_fronts(3, 4)),
    "tall": (2, diagonal_fronts(4, 2)),
}


@pytest.mark.parametrize("name", WAVES)
def test_the_written_out_gradient_is_right(name: str) -> None:
    waves, fronts = WAVES[name]
    rng = torch.Generator().manual_seed(0)
    gates = torch.randn(waves, sum(fronts.sizes), 2, 8, generator=rng, dtype=torch.double)
    kernel = torch.randn(waves, fronts.taps, 2, 8, generator=rng, dtype=torch.double)

    def states(gates: Tensor, kernel: Tensor) -> Tensor:
        return wavefront_lstm(gates, kernel, fronts)[0][:, fronts.places]

    assert torch.autograd.gradcheck(states, (gates.requires_grad_(), kernel.requires_grad_()))


def cell(gates: GateConv, state: Tensor) -> nn.LSTMCell:
    """Torch's cell with the weights of K^is at the pixel and of one tap (h, 4h) of K^ss.

    Its gates stand in the order i, f, g, o; ours as o, f, i, g.
    """
    h = state.shape[0]
    order = torch.arange(4 * h).view(4, h)[[2, 1, 3, 0]].flatten()
    weight, bias = (part[0] for part in gates.taps())
    made = nn.LSTMCell(2 * h, h)
    with torch.no_grad():
        made.weight_ih.copy_(weight[-2 * h :].T[order])
        made.weight_hh.copy_(state.T[order])
        made.bias_ih.copy_(bias[order])
        made.bias_hh.zero_()
    return made


def only_layer(model: PixelRNN) -> LSTMLayer:
    [layer] = model.lstm_layers
    return layer


def test_down_a_single_column_row_lstm_is_torch_s_lstm_cell() -> None:
    layer = only_layer(row_lstm(Grid(height=6, width=1, levels=2)))
    u = torch.randn(3, 6, 6, 1)  # (B, 2h, H, W)
    step = cell(layer.gates, layer.state[0, 1])
    states = (torch.zeros(3, 3), torch.zeros(3, 3))
    out = layer(u, None, None)
    for row in range(6):
        states = step(u[:, :, row, 0], states)
        wanted = layer.risen(u[:, :, row, 0], states[0])
        torch.testing.assert_close(out[:, :, row, 0], wanted)


def test_along_a_single_row_diagonal_bilstm_is_torch_s_lstm_cell() -> None:
    """The second direction has no row above to be read from."""
    layer = only_layer(diagonal(Grid(height=1, width=6, levels=2)))
    u = torch.randn(3, 6, 1, 6)
    step = cell(layer.gates, layer.state[0, 1])
    states = (torch.zeros(3, 3), torch.zeros(3, 3))
    out = layer(u, None, None)
    for column in range(6):
        states = step(u[:, :, 0, column], states)
        torch.testing.assert_close(out[:, :, 0, column], layer.risen(u[:, :, 0, column], states[0]))


def equation_3(z: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    o, f, i, g = z.chunk(4, -1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


def test_row_lstm_is_equation_3_with_convolutions() -> None:
    """Rows by torch's own convolutions over a map (B, maps, W), masks and borders included."""
    space = Grid(height=4, width=5, channels=3, levels=2)
    layer = only_layer(row_lstm(space, hidden=6))
    u = torch.randn(2, 12, 4, 5)
    wide = torch.zeros(24, 12, 3)
    wide[:, :, :2] = (layer.gates.weight * layer.gates.mask)[0].permute(2, 1, 0)
    narrow = layer.state[0].permute(2, 1, 0)
    h = c = torch.zeros(2, 6, 5)
    rows = []
    for row in range(4):
        z = nn.functional.conv1d(u[:, :, row], wide, layer.gates.bias[0], padding=1)
        z = z + nn.functional.conv1d(h, narrow, padding=1)
        h, c = (part.transpose(1, 2) for part in equation_3(z.transpose(1, 2), c.transpose(1, 2)))
        rows.append(layer.risen(u[:, :, row].transpose(1, 2), h.transpose(1, 2)).transpose(1, 2))
    torch.testing.assert_close(layer(u, None, None), torch.stack(rows, 2), rtol=1e-4, atol=1e-5)


def test_diagonal_bilstm_is_equation_3_at_every_pixel_in_both_directions() -> None:
    layer = only_layer(diagonal(Grid(height=3, width=4, levels=2)))
    u = torch.randn(2, 6, 3, 4)
    weight, bias = layer.gates.taps()
    zero = torch.zeros(2, 3)
    h: dict[tuple[int, int, int], Tensor] = {}
    c: dict[tuple[int, int, int], Tensor] = {}
    for wave, side in ((0, -1), (1, 1)):
        for row in range(3):
            for column in range(4)[::-side]:
                beside = (wave, row, column + side)
                z = u[:, :, row, column] @ weight[wave] + bias[wave]
                z = z + h.get((wave, row - 1, column), zero) @ layer.state[wave, 0]
                z = z + h.get(beside, zero) @ layer.state[wave, 1]
                at = (wave, row, column)
                h[at], c[at] = equation_3(z, c.get(beside, zero))
    out = layer(u, None, None)
    for row in range(3):
        for column in range(4):
            both = h[0, row, column] + h.get((1, row - 1, column), zero)
            wanted = layer.risen(u[:, :, row, column], both)
            torch.testing.assert_close(out[:, :, row, column], wanted, rtol=1e-4, atol=1e-5)


def test_all_four_gates_of_a_map_belong_to_its_channel() -> None:
    """Five maps and three channels: o of map 0 and f of map 0 are five outputs apart."""
    mask = GateConv(1, 10, 5, 3, 3).mask
    assert mask.shape == (2, 10, 20)
    for gate in range(4):
        for map_ in range(5):
            sees = [source % 3 <= map_ % 3 for source in range(10)]
            assert mask[1, :, gate * 5 + map_].bool().tolist() == sees
    assert mask[0].all(), "the pixel to the left is seen whole"


def test_the_doubled_content_gate_is_the_last_alone() -> None:
    gates = torch.randn(3, 8)
    torch.testing.assert_close(doubled_content(gates)[:, :6], gates[:, :6], rtol=0, atol=0)
    torch.testing.assert_close(doubled_content(gates)[:, 6:], 2 * gates[:, 6:], rtol=0, atol=0)


def test_before_the_first_front_there_are_only_zeros() -> None:
    fronts = Fronts.of([2, 3], [-1, -1], taps=2, carried=1, margin=1)
    assert not set(fronts.read[:, :2].flatten().tolist()) & set(fronts.places.tolist())


@pytest.mark.parametrize(
    ("model", "per_layer"),
    [
        # K^is under mask B sees 2 of 3 columns, K^ss all three; the paper's figure 5 goes up again.
        (
            row_lstm(hidden=16, layers=7, head=32),
            4 * 16 * (2 * 32 + 3 * 16 + 1) + 33 * 32 - 16 * 32,
        ),
        (diagonal(hidden=16, layers=7, head=32), 2 * 4 * 16 * (32 + 2 * 16 + 1) + 17 * 32),
    ],
)
def test_the_parameter_count_is_that_of_table_1(model: PixelRNN, per_layer: int) -> None:
    first = 32 * 49 + 32
    head = (32 * 32 + 32) + (32 * 32 + 32) + (32 * 2 + 2)
    assert model.parameter_count == first + 7 * per_layer + head


@pytest.mark.parametrize("family", [RowLSTM, DiagonalBiLSTM])
def test_the_paper_s_preset_has_its_size(family: type[PixelRNN]) -> None:
    """Section 5.3: seven layers with h = 16; section 5.1: batches of 16."""
    [preset] = [preset for preset in family.presets if preset.name == "paper: binarized MNIST"]
    config = family.Config.checked(preset.config)
    assert isinstance(config, PixelRNNConfig)
    assert (config.layers, config.hidden) == (7, 16)
    assert preset.training["batch_size"] == 16
