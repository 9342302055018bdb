"""Quantities in words."""

from __future__ import annotations

import pytest

from genstudio.ui.words import decimal


@pytest.mark.parametrize(
    ("value", "digits", "said"),
    [
        (-0.001, 2, "0.00"),
        (-0.0, 2, "0.00"),
        (-0.4, 0, "0"),
        (-0.006, 2, "−0.01"),
        (-10.69, 2, "−10.69"),
        (0.125, 3, "0.125"),
        (float("-inf"), 2, "−inf"),
    ],
)
def test_zero_has_no_sign(value: float, digits: int, said: str) -> None:
    assert decimal(value, digits) == said
