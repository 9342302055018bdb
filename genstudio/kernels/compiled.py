"""The decorator of every compiled function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

from genstudio.kernels.store import folder

__all__ = ["compiled"]

_F = TypeVar("_F", bound=Callable[..., Any])


def compiled(function: _F) -> _F:
    """Compile at the first call, or read what an earlier process compiled.

    Sums may be reordered, so that they use the processor's vectors; numbers that are not finite
    stay what they are. Python's lock is not held.
    """
    # Numba reads its variables into this module, without saying so to type checkers.
    numba.config.CACHE_DIR = str(folder())  # type: ignore[attr-defined]
    decorate = numba.njit(
        cache=True,
        nogil=True,
        fastmath={"reassoc", "contract", "nsz"},
        error_model="numpy",
    )
    return cast(_F, decorate(function))
