"""The plane in which codes vary most."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genstudio.core.errors import UserError

__all__ = ["check_codes", "main_directions"]


def check_codes(codes: NDArray[np.float32]) -> None:
    """Refuse what is no row of finite numbers for each code.

    Raises:
        UserError: in one sentence.
    """
    if codes.ndim != 2 or not codes.size:
        size = "×".join(str(side) for side in codes.shape)
        raise UserError(f"A plane needs a row for each code, but these are {size}.")
    if not np.isfinite(codes).all():
        raise UserError("A code has numbers that are not finite.", "Give finite numbers only.")


def main_directions(codes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Codes (n, Z) along the two directions in which they vary most, (n, 2).

    A direction's largest entry is positive. Two dimensions or one stay as they are.
    """
    if codes.shape[1] <= 2:
        plane = np.zeros((len(codes), 2), np.float32)
        plane[:, : codes.shape[1]] = codes
        return plane
    centred = codes.astype(np.float64) - codes.mean(axis=0, dtype=np.float64)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    axes = vectors[:, :-3:-1]
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=0)[None], axis=0)
    found: NDArray[np.float32] = (centred @ (axes * np.sign(largest))).astype(np.float32)
    return found
