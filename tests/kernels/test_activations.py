"""The compiled nonlinearities against scipy and torch in float64."""

from __future__ import annotations

import numpy as np
import torch
from scipy.special import expit
from torch import nn

from genstudio.kernels.activations import gate, lstm_update, sigmoid


def test_the_sigmoid_is_exact_to_float32_wherever_it_is_asked() -> None:
    far = [-1e30, -1e9, -200, -87, -0.0, 0.0, 87, 200, 1e9, 1e30]
    z = np.concatenate([np.linspace(-100, 100, 40001), far]).astype(np.float32)
    found = np.empty_like(z)
    sigmoid(z, found)
    np.testing.assert_allclose(found, expit(z.astype(np.float64)), rtol=2e-6, atol=1e-37)
    sigmoid(z, z)
    np.testing.assert_array_equal(z, found)


def test_the_gate_is_tanh_times_sigmoid_also_where_exp_would_overflow() -> None:
    f, g = (
        grid.ravel().astype(np.float32)
        for grid in np.meshgrid(
            *2 * [np.concatenate([np.linspace(-12, 12, 301), [-1e30, -90, 90, 1e30]])]
        )
    )
    out = np.empty_like(f)
    gate(f, g, out)
    with np.errstate(over="ignore"):
        expected = np.tanh(f.astype(np.float64)) / (1 + np.exp(-g.astype(np.float64)))
    np.testing.assert_allclose(out, expected, rtol=0, atol=1e-6)


def test_a_step_is_that_of_torch_s_cell() -> None:
    step = nn.LSTMCell(5, 7).double()
    x, h, c = (torch.randn(1, n, dtype=torch.double) for n in (5, 7, 7))
    gates = x @ step.weight_ih.T + step.bias_ih + h @ step.weight_hh.T + step.bias_hh
    i, f, g, o = gates[0].chunk(4)
    z = torch.stack((o, f, i, 2 * g), 1).flatten().detach().numpy().astype(np.float32)
    cells, states = c[0].numpy().astype(np.float32), np.empty(7, np.float32)
    lstm_update(z, cells, states)
    wanted_h, wanted_c = step(x, (h, c))
    np.testing.assert_allclose(states, wanted_h[0].detach(), atol=1e-6)
    np.testing.assert_allclose(cells, wanted_c[0].detach(), atol=1e-6)
