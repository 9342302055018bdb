"""Where one has been in the latent space, so that one can go back; no widget."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["CodeHistory", "Step"]

_MOST = 500
_AT_ONCE = 1.0  # seconds between two changes of one movement, at most


@dataclass(frozen=True, eq=False)
class Step:
    """From one code to the next.

    Attributes:
        words: what was done.
        before: (Z,) the code until then.
        after: (Z,) the code from then on.
        when: of the last change in it, seconds on some clock.
    """

    words: str
    before: NDArray[np.float32]
    after: NDArray[np.float32]
    when: float


class CodeHistory:
    """Steps that were done and can be undone; new work replaces what was undone.

    Args:
        clock: seconds, from whenever.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._steps: list[Step] = []
        self._done = 0
        self._sealed = True

    def forget(self) -> None:
        """Nothing was ever done."""
        self._steps, self._done, self._sealed = [], 0, True

    def seal(self) -> None:
        """What follows is another step."""
        self._sealed = True

    def add(
        self,
        words: str,
        before: NDArray[np.float32],
        after: NDArray[np.float32],
        joining: bool = False,
    ) -> None:
        """Remember a step; `joining` it is one with the last, if that was the same just now."""
        now = self._clock()
        del self._steps[self._done :]
        last = self._steps[-1] if self._steps else None
        joins = joining and not self._sealed and last is not None
        if joins and last is not None and last.words == words and now - last.when <= _AT_ONCE:
            self._steps[-1] = Step(words, last.before, after.copy(), now)
        else:
            self._steps.append(Step(words, before.copy(), after.copy(), now))
            del self._steps[:-_MOST]
        self._done = len(self._steps)
        self._sealed = not joining

    @property
    def undo_words(self) -> str:
        """What `undo` takes back; empty where there is nothing."""
        return self._steps[self._done - 1].words if self._done else ""

    @property
    def redo_words(self) -> str:
        """What `redo` does again; empty where there is nothing."""
        return self._steps[self._done].words if self._done < len(self._steps) else ""

    def undo(self) -> NDArray[np.float32] | None:
        """(Z,) the code before the last step; None where there is none."""
        if not self._done:
            return None
        self._done -= 1
        self._sealed = True
        return self._steps[self._done].before

    def redo(self) -> NDArray[np.float32] | None:
        """(Z,) the code after the step that was undone last; None where there is none."""
        if self._done == len(self._steps):
            return None
        self._done += 1
        self._sealed = True
        return self._steps[self._done - 1].after
