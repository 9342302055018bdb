"""What kernels are made of, against numpy and scipy in float64."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from genstudio.kernels.gate import gate
from genstudio.kernels.parts import matmat_add, sigmoid


@pytest.mark.parametrize("count", [0, 1, 4, 7])
@pytest.mark.parametrize("rows", [1, 4, 6])
@pytest.mark.parametrize("columns", [1, 5, 48])
def test_a_matrix_times_vectors_that_overlap(rows: int, columns: int, count: int) -> None:
    rng = np.random.default_rng(0)
    wide, start, stride, out_start, out_stride = columns + 3, 2, 3, 1, rows + 2
    matrix = rng.normal(size=(rows, wide)).astype(np.float32)
    x = rng.normal(size=start + stride * count + columns).astype(np.float32)
    out = rng.normal(size=out_start + out_stride * (count + 1)).astype(np.float32)
    expected = out.astype(np.float64)
    for i in range(count):
        vector = x[start + i * stride :][:columns].astype(np.float64)
        place = slice(out_start + i * out_stride, out_start + i * out_stride + rows)
        expected[place] += matrix[:, :columns].astype(np.float64) @ vector
    matmat_add(matrix, columns, x, start, stride, out, out_start, out_stride, count)
    np.testing.assert_allclose(out, expected, atol=2e-5)


def test_the_gate_is_tanh_times_sigmoid_also_where_exp_would_overflow() -> None:
    f, g = (
        grid.ravel().astype(np.float32)
        for grid in np.meshgrid(
            *2 * [np.concatenate([np.linspace(-12, 12, 301), [-1e30, -90, 90, 1e30]])]
        )
    )
    out = np.empty_like(f)
    gate(f, g, out, np.empty((2, len(f)), np.int32))
    with np.errstate(over="ignore"):
        expected = np.tanh(f.astype(np.float64)) / (1 + np.exp(-g.astype(np.float64)))
    np.testing.assert_allclose(out, expected, rtol=0, atol=1e-6)


def test_the_sigmoid_has_six_digits_everywhere() -> None:
    x = np.concatenate([np.linspace(-100, 100, 40001), [-1e30, -0.0, 0.0, 1e30]])
    x = x.astype(np.float32)
    out = np.empty_like(x)
    sigmoid(x, out)
    exact = expit(x.astype(np.float64))
    np.testing.assert_allclose(out, exact, rtol=1e-6, atol=1e-30)
