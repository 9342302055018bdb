"""The parts of the kernels against scipy."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from genstudio.kernels.parts import sigmoid


def test_the_sigmoid_has_six_digits_everywhere() -> None:
    x = np.concatenate([np.linspace(-100, 100, 40001), [-1e30, -0.0, 0.0, 1e30]])
    x = x.astype(np.float32)
    out = np.empty_like(x)
    sigmoid(x, out)
    exact = expit(x.astype(np.float64))
    np.testing.assert_allclose(out, exact, rtol=1e-6, atol=1e-30)
