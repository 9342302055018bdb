"""What is heard in a take: the digit that a recogniser takes it for, or the pitch of its string."""

from __future__ import annotations

import math
import re

import numpy as np
from PySide6.QtCore import QObject, Signal

from genstudio.core.messages import MeasurePitch, Pitched, Recognise, Recognised
from genstudio.core.spaces import Label, Sequence
from genstudio.ui.listening.takes import SoundTake
from genstudio.ui.studio import Job, Studio

__all__ = ["Judge", "hertz_of"]

_A4 = 440.0  # Hz
_SEMITONES = {"C": -9, "D": -7, "E": -5, "F": -4, "G": -2, "A": 0, "B": 2}  # from the A above
_NOTE = re.compile(r"([A-G])(♯|♭)?(\d)")
_WARM_CHANNEL = "judge warm"
_LONGEST = 60.0  # seconds that are listened to


def hertz_of(note: str) -> float:
    """The frequency of a note such as "C♯3" in equal temperament from A4 = 440 Hz; NaN of none."""
    found = _NOTE.fullmatch(note)
    if found is None:
        return math.nan
    letter, accidental, octave = found.groups()
    steps = _SEMITONES[letter] + {"♯": 1, "♭": -1, None: 0}[accidental] + 12 * (int(octave) - 4)
    return float(_A4 * 2 ** (steps / 12))


class Judge(QObject):
    """Asks the engine what it hears in takes that are whole, one after the other.

    Attributes:
        judged: a `SoundTake` has a verdict.
    """

    judged = Signal(object)

    def __init__(self, studio: Studio, parent: QObject) -> None:
        super().__init__(parent)
        self._studio = studio
        self._jobs: dict[Job, SoundTake] = {}

    @property
    def busy(self) -> bool:
        """Whether a verdict is awaited."""
        return bool(self._jobs)

    def warm(self, space: Sequence) -> None:
        """Have what will judge sounds of that kind loaded before the first one is drawn.

        Jobs take turns: whatever loads while a sound is drawn keeps that sound waiting.
        """
        if _label(space, "digit") is not None:
            self._studio.submit(
                Recognise((np.zeros(space.rate, np.int16),), space.rate), channel=_WARM_CHANNEL
            )

    def ask(self, take: SoundTake) -> None:
        """Judge a take, where its data are of a kind that can be judged."""
        space = take.space
        known = take.verdict or take in self._jobs.values()
        if known or not take.length or take.seconds > _LONGEST:
            return
        sounds = (take.samples.copy(),)
        if _label(space, "digit") is not None:
            job = self._studio.submit(Recognise(sounds, space.rate))
            job.finished.connect(lambda found: self._told(take, _digit(take, found)))
        elif _label(space, "pitch") is not None:
            job = self._studio.submit(MeasurePitch(sounds, space.rate))
            job.finished.connect(lambda found: self._told(take, _pitch(take, found)))
        else:
            return
        self._jobs[job] = take
        job.ended.connect(lambda: self._jobs.pop(job))

    def _told(self, take: SoundTake, verdict: str) -> None:
        take.verdict = verdict
        self.judged.emit(take)


def _label(space: Sequence, name: str) -> int | None:
    """Which of the labels has that name."""
    return next((index for index, each in enumerate(space.labels) if each.name == name), None)


def _asked(take: SoundTake, name: str) -> str:
    """The class of that label that was asked for; empty where none was."""
    index = _label(take.space, name)
    if index is None or index >= len(take.labels):
        return ""
    label: Label = take.space.labels[index]
    return label.classes[int(take.labels[index])]


def _digit(take: SoundTake, found: Recognised) -> str:
    share = float(found.probabilities[0].max())
    heard = f"Recognised as {found.digits[0]}, {share:.0%}".replace("%", " %")
    asked = _asked(take, "digit")
    return heard if not asked or asked == found.digits[0] else f"{heard}, not {asked}"


def _pitch(take: SoundTake, found: Pitched) -> str:
    hertz = float(found.hertz[0])
    if math.isnan(hertz):
        return "No pitch is heard"
    reference = hertz_of(_asked(take, "pitch"))
    if math.isnan(reference):
        return f"{hertz:.1f} Hz"
    cents = float(found.cents(reference)[0])
    return f"{hertz:.1f} Hz, {cents:+.0f} cents from {_asked(take, 'pitch')}".replace("-", "−")
