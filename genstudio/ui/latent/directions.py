"""Directions in the latent space: towards a class, or from one group of pictures to another."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QSettings, Signal

from genstudio.core.latent import Survey
from genstudio.core.spaces import Label
from genstudio.ui.latent.keyframes import Keyframe
from genstudio.ui.latent.state import LatentState

__all__ = ["GROUPS", "Direction", "Directions", "class_directions"]

GROUPS = ("A", "B")
"""The two groups that a direction goes between."""


@dataclass(frozen=True, eq=False)
class Direction:
    """Something to add to a code.

    Attributes:
        name: as it is shown.
        vector: (Z,) float64; once of it is what one group differs from another by.
        own: whether a person made it.
    """

    name: str
    vector: NDArray[np.float64]
    own: bool = False


def class_directions(survey: Survey, label: Label) -> list[Direction]:
    """For each class: the mean of its codes less the mean of the codes of all others.

    A class of which there are no codes, or nothing but codes of it, has no direction.
    """
    codes, found = survey.codes.astype(np.float64), []
    for index, name in enumerate(label.classes):
        of_it = survey.labels[:, 0] == index
        if of_it.any() and not of_it.all():
            vector = codes[of_it].mean(axis=0) - codes[~of_it].mean(axis=0)
            found.append(Direction(f"More like {name}", vector))
    return found


class Directions(QObject):
    """All directions of the space, how far the code has gone along each, and the two groups.

    What has been gone is counted from where something else brought the code last.

    Attributes:
        changed: there are other directions.
        collected: other pictures are in the groups.
        strengths_changed: the code has gone further, or starts anew.
        all: those of the classes, then one's own.
        strengths: how much of each is in the code, in the order of `all`.
        groups: the pictures of each group.
    """

    changed = Signal()
    collected = Signal()
    strengths_changed = Signal()

    def __init__(self, state: LatentState, settings: QSettings) -> None:
        super().__init__(state)
        self._state, self._settings = state, settings
        self.all: list[Direction] = []
        self.strengths: list[float] = []
        self.groups: dict[str, list[Keyframe]] = {group: [] for group in GROUPS}
        self._base: NDArray[np.float32] | None = None
        self._going = False
        state.run_changed.connect(self._forget)
        state.surveyed.connect(self._offer)
        state.code_changed.connect(self._left)

    # --- going along ---

    def go(self, which: int, strength: float) -> None:
        """Have so much of a direction in the code, the others as they are."""
        state = self._state
        if state.code is None:
            return
        base = state.code.copy() if self._base is None else self._base
        strengths = self.strengths.copy()
        strengths[which] = strength
        code = base.astype(np.float64)
        for direction, much in zip(self.all, strengths, strict=True):
            code += much * direction.vector
        self._going = True
        state.set_code(code, self.all[which].name)
        self._going = False
        self._base, self.strengths = base, strengths
        self.strengths_changed.emit()

    def _left(self) -> None:
        """Something else moved the code."""
        if not self._going and self._base is not None:
            self._base, self.strengths = None, [0.0] * len(self.all)
            self.strengths_changed.emit()

    # --- making one ---

    def collect(self, group: str) -> None:
        """Put the picture that is shown into a group."""
        state = self._state
        if state.code is None or state.image is None:
            return
        if not any(np.array_equal(each.code, state.code) for each in self.groups[group]):
            self.groups[group].append(Keyframe(state.code.copy(), state.image))
            self.collected.emit()

    def empty(self, group: str) -> None:
        """Take all pictures out of a group."""
        self.groups[group] = []
        self.collected.emit()

    def make(self, name: str) -> None:
        """A direction from the middle of group A to the middle of group B."""
        name = name.strip()
        if name and all(self.groups.values()):
            means = [
                np.stack([each.code for each in self.groups[group]]).astype(np.float64).mean(axis=0)
                for group in GROUPS
            ]
            own = [each for each in self.own if each.name != name]
            self._become([*own, Direction(name, means[1] - means[0], own=True)])
            self._remember()

    def forget(self, which: int) -> None:
        """Forget one of one's own."""
        gone = self.all[which]
        self._become([each for each in self.own if each is not gone])
        self._remember()

    @property
    def own(self) -> list[Direction]:
        """Those that a person made."""
        return [each for each in self.all if each.own]

    # --- the space ---

    def _forget(self) -> None:
        self.all, self.strengths, self._base = [], [], None
        self.groups = {group: [] for group in GROUPS}
        self.changed.emit()
        self.collected.emit()

    def _offer(self) -> None:
        self._become(self._recalled())

    def _become(self, own: Sequence[Direction]) -> None:
        survey, space = self._state.survey, self._state.space
        known = survey is not None and space is not None and bool(space.labels)
        classes = []
        if known and survey is not None and space is not None:
            classes = class_directions(survey, space.labels[0])
        self.all = [*classes, *own]
        self.strengths, self._base = [0.0] * len(self.all), None
        self.changed.emit()

    def _key(self) -> str:
        run = self._state.run
        return f"latent/directions/{'' if run is None else run.name}"

    def _remember(self) -> None:
        kept = [{"name": each.name, "vector": each.vector.tolist()} for each in self.own]
        self._settings.setValue(self._key(), json.dumps(kept))

    def _recalled(self) -> list[Direction]:
        """Those of last time that fit the space; settings may hold anything."""
        try:
            kept = json.loads(str(self._settings.value(self._key(), "[]")))
            made = [
                Direction(str(each["name"]), np.array(each["vector"], np.float64), own=True)
                for each in kept
            ]
        except (ValueError, TypeError, KeyError):
            return []
        shape = (self._state.size,)
        return [d for d in made if d.vector.shape == shape and np.isfinite(d.vector).all()]
