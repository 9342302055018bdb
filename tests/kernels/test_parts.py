"""What kernels are made of, against numpy in float64."""

from __future__ import annotations

import numpy as np
import pytest

from genstudio.kernels.parts import matmat_add


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
