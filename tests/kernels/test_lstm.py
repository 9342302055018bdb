"""The compiled LSTM cell against torch's."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from genstudio.kernels.lstm import lstm_update, sigmoid


def test_the_sigmoid_is_exact_to_float32_wherever_it_is_asked() -> None:
    z = np.concatenate([np.linspace(-20, 20, 4001), [-1e9, -200, -87, 87, 200, 1e9]])
    found = z.astype(np.float32)
    sigmoid(found)
    exact = torch.sigmoid(torch.from_numpy(z.astype(np.float32)).double()).numpy()
    np.testing.assert_allclose(found, exact, rtol=2e-6, atol=1e-37)


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
