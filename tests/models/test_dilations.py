"""The tree behind one sample, against a whole pass with autograd, differences and counting."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from genstudio.models.dilations import tree
from genstudio.models.wavenet import WaveNet
from tests.models.test_wavenet import LABELS, made


def sound(length: int, seed: int = 5) -> torch.Tensor:
    return torch.randint(0, 8, (1, length, 1), generator=torch.Generator().manual_seed(seed))


def by_a_whole_pass(
    model: WaveNet, x: torch.Tensor, step: int, y: torch.Tensor | None
) -> list[np.ndarray]:
    """Gradients of every column of every row (T,), of the network written out over all of x."""
    values = (x[:, None, :, 0].double() * 2 / 7 - 1).requires_grad_()
    h = F.conv1d(F.pad(values, (2, 0)), model.first.weight, model.first.bias)[..., :-1]
    rows, gated = [values], []
    for layer in model.gated_layers:
        rows.append(h)
        d, w = layer.dilation, layer.gates.weight
        older = F.pad(h, (d, 0))[..., : h.shape[-1]]
        a = w[..., 0] @ older + w[..., 1] @ h + layer.gates.bias[:, None]
        if layer.told is not None and y is not None:
            a = a + layer.told(y)[..., None]
        z = a[:, :5].tanh() * a[:, 5:].sigmoid()
        gated.append(z)
        if layer.residual is not None:
            h = h + layer.residual(z)
    rows.append(gated[-1])
    s = torch.relu(model.skip(torch.cat(gated, dim=1)))
    scores = model.last(torch.relu(model.hidden(s)))[0, :, step].log_softmax(0)
    gradients = torch.autograd.grad(-scores[x[0, step, 0]], rows)
    return [each[0].norm(dim=0).numpy() for each in gradients]


@pytest.mark.parametrize("step", [0, 1, 2, 9, 33, 59])
@pytest.mark.parametrize("told", [False, True])
def test_magnitudes_are_those_of_a_whole_pass_and_what_is_left_out_is_zero(
    step: int, told: bool
) -> None:
    model = made(length=60, labels=LABELS, conditional=told).double()
    x, y = sound(60), torch.tensor([[2, 1]]) if told else None
    expected = by_a_whole_pass(model, x, step, y)
    found = tree(model, x, step, y)
    assert len(found.rows) == len(expected)
    for depth, (row, gradient) in enumerate(zip(found.rows, expected, strict=True)):
        # A column predicts the sample after the newest that it has seen.
        columns = row.positions + (depth > 0)
        assert (np.diff(columns) > 0).all()
        np.testing.assert_allclose(row.magnitudes, gradient[columns], rtol=1e-5)
        assert (row.magnitudes > 0).all()
        others = np.ones(60, bool)
        others[columns] = False
        others[: int(depth > 0)] = False  # the column before the first sample sees none
        np.testing.assert_array_equal(gradient[others], 0)


def test_a_magnitude_is_how_far_the_surprise_moves() -> None:
    """By differences of two sounds that are no longer whole numbers at one sample."""
    model, step, at, small = made(length=60).double(), 40, 37, 1e-4
    x = sound(60)

    def nats(moved: float) -> float:
        symbols = x.double()
        symbols[0, at, 0] += moved * 7 / 2
        scores = model.network(symbols, None)[0, :, step].log_softmax(0)
        return -float(scores[x[0, step, 0]])

    found = tree(model, x, step)
    [magnitude] = found.rows[0].magnitudes[found.rows[0].positions == at]
    slope = (nats(small) - nats(-small)) / (2 * small)
    assert magnitude == pytest.approx(abs(slope), rel=1e-5)
    assert found.nats == pytest.approx(nats(0), rel=1e-9)


def test_one_cycle_is_a_binary_tree() -> None:
    """Every row has twice the nodes of the one above, and the leaves are the receptive field."""
    layers, step = 5, 200
    model = made(length=256, layers=layers, cycles=1)
    found = tree(model, sound(256), step)
    assert model.receptive_field == 2**layers + 1
    sizes = [len(row.positions) for row in found.rows]
    assert sizes[1:] == [2**depth for depth in range(layers, -1, -1)]
    leaves = np.arange(step - model.receptive_field, step)
    np.testing.assert_array_equal(found.rows[0].positions, leaves)
    assert [row.dilation for row in found.rows] == [0, 1, 1, 2, 4, 8, 16]


def test_every_node_reads_the_two_below_it_and_nothing_below_is_read_by_none() -> None:
    found = tree(made(length=90, layers=4, cycles=2), sound(90), 80)
    assert found.rows[-1].positions.tolist() == [79]
    for below, above in zip(found.rows, found.rows[1:], strict=False):
        read = np.concatenate([above.positions, above.positions - above.dilation])
        np.testing.assert_array_equal(below.positions, np.unique(read[read >= 0]))


def test_the_first_sample_is_predicted_from_none() -> None:
    found = tree(made(), sound(40), 0)
    assert all(len(row.positions) == len(row.magnitudes) == 0 for row in found.rows)
