"""Plucked strings: notes, arpeggios and melodies, made on the fly at 8 or 16 kHz.

Karplus & Strong, Digital Synthesis of Plucked-String and Drum Timbres, Computer Music Journal
7(2), 1983: a delay line is filled with noise, the pluck, and from then on is fed the mean of its
last two samples. Jaffe & Smith, Extensions of the Karplus-Strong Plucked-String Algorithm, in
the same issue, tune it: an all-pass filter (section “Tuning”) delays by the part of a sample that
the length of the line cannot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from genstudio.core.spaces import Label, Sequence
from genstudio.core.training import DataSpec
from genstudio.core.uniforms import generator
from genstudio.data.base import SPLITS, DataCard, Dataset, SplitName
from genstudio.data.sounds import SoundData, Sounds

__all__ = ["PITCHES", "Strings", "plucked"]

_KEY = 7331  # of the generator; another number would be another dataset
_COUNTS: dict[SplitName, int] = {"train": 960, "valid": 120, "test": 120}
_RATE = 8000
_SECONDS = 1
_NOTES = 4  # at most, at every quarter of the time
_MAJOR = np.array([0, 2, 4, 5, 7, 9, 11, 12])
_CHORD = np.array([0, 4, 7, 12])
_LOUDNESS = 0.3  # of one string at its pluck, as a part of full scale
_NAMES = ("A2", "A♯2", "B2", "C3", "C♯3", "D3", "D♯3", "E3", "F3", "F♯3", "G3", "G♯3")

PITCHES: tuple[float, ...] = tuple(110 * 2 ** (step / 12) for step in range(len(_NAMES)))
"""The frequency of each class of the label “pitch”, Hz: equal temperament from A2 = 110."""

_PITCH = Label(name="pitch", classes=_NAMES)
_FIGURE = Label(name="figure", classes=("note", "arpeggio", "melody"))


class Strings(Dataset):
    """A second of plucked strings; its first note has the pitch of its label.

    A note rings for the whole second. An arpeggio is the major chord on the pitch, upwards or
    downwards from there to the octave and back to it; a melody walks on the major scale. Every
    string goes on ringing when the next is plucked. Sound i of a split is the same music at
    both rates, and depends on the split and i alone.
    """

    name: ClassVar[str] = "strings"

    @classmethod
    def card(cls) -> DataCard:
        """What it is, without making a sound."""
        return DataCard(
            name=cls.name,
            title="Plucked strings",
            summary="Notes, arpeggios and melodies on a plucked string, made on the fly: a "
            "second of sound each, labelled with its pitch.",
            source="Made by GenStudio.",
            licence="MIT, as GenStudio",
            citation="K. Karplus and A. Strong, Digital synthesis of plucked-string and drum "
            "timbres, Computer Music Journal 7(2), 1983.",
            native=Sequence(
                length=_RATE * _SECONDS, levels=256, rate=_RATE, labels=(_PITCH, _FIGURE)
            ),
            splits=dict[str, int](_COUNTS.items()),
            labels=(_PITCH, _FIGURE),
            embedded=True,
            fields=("levels", "rate"),
        )

    def open(self, spec: DataSpec) -> SoundData:
        """Open it in the rate and the levels asked for."""
        rate = spec.rate or _RATE
        space = Sequence(
            length=rate * _SECONDS,
            levels=spec.levels or 256,
            rate=rate,
            labels=(_PITCH, _FIGURE),
        )
        return SoundData(spec, space, lambda name: _made(name, rate))


@dataclass(frozen=True)
class _Score:
    """What is played: semitones above A2 (N, 4), of which the first `notes` (N,) are plucked."""

    labels: NDArray[np.int64]
    semitones: NDArray[np.int64]
    notes: NDArray[np.int64]


def _score(split: SplitName) -> _Score:
    count = _COUNTS[split]
    # The columns: pitch, figure, direction, and where the melody goes at each of its notes.
    chance = generator(_KEY, SPLITS.index(split)).random((count, 3 + _NOTES))
    pitch = (chance[:, 0] * len(_PITCH.classes)).astype(np.int64)
    figure = (chance[:, 1] * len(_FIGURE.classes)).astype(np.int64)
    up = chance[:, 2, None] < 0.5
    arpeggio = np.where(up, _CHORD, _CHORD[[0, 3, 2, 1]])
    steps = (chance[:, 3:] * 5).astype(np.int64) - 2  # by up to two notes of the scale
    steps[:, 0] = 0
    walk = np.clip(np.cumsum(steps, axis=1), 0, len(_MAJOR) - 1)
    intervals = np.where(figure[:, None] == 1, arpeggio, _MAJOR[walk])
    return _Score(
        labels=np.stack([pitch, figure], axis=1),
        semitones=pitch[:, None] + intervals,
        notes=np.where(figure == 0, 1, _NOTES),
    )


def _made(split: SplitName, rate: int) -> Sounds:
    score, length = _score(split), rate * _SECONDS
    sound = np.zeros((len(score.labels), length))
    for note in range(_NOTES):
        onset = note * length // _NOTES
        rows = np.flatnonzero(score.notes > note)
        frequencies = 110.0 * 2.0 ** (score.semitones[rows, note] / 12)
        noise = np.stack(
            [
                generator(_KEY, SPLITS.index(split), int(row), note).random(_longest(rate))
                for row in rows
            ]
        )
        sound[rows, onset:] += plucked(frequencies, rate, length - onset, 2 * noise - 1)
    return np.round(np.clip(sound * _LOUDNESS, -1, 1) * 32767).astype(np.int16), score.labels


def _longest(rate: int) -> int:
    """Samples of the delay line of the lowest string."""
    return int(rate / 110) + 1


def plucked(
    frequencies: NDArray[np.float64], rate: int, length: int, noise: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Strings that are plucked at once, (N, length).

    A period is the line's p samples, half a sample of the mean, and what the all-pass adds:
    y(t) = C v(t) + v(t − 1) − C y(t − 1), where v(t) = (y(t − p) + y(t − p − 1)) / 2.

    Args:
        frequencies: (N,), Hz.
        rate: samples a second, Hz.
        length: samples.
        noise: (N, m) in −1 … 1, with m at least the longest period; the pluck.
    """
    period = rate / frequencies - 0.5
    line = np.floor(period - 0.1).astype(np.int64)  # the all-pass delays by 0.1 … 1.1
    angle = 2 * np.pi * frequencies / rate
    short = period - line
    # Rounded, because a sine's last digit is not the same on every machine.
    c = np.round(np.sin((1 - short) * angle / 2) / np.sin((1 + short) * angle / 2), 9)
    most = int(line.max())
    # Time runs down the rows, after the pluck and a row of zeros; all strings start together.
    y = np.zeros((1 + most + length, len(frequencies)))
    lead = 1 + most
    for string, samples in enumerate(line):
        pluck = noise[string, :samples]
        y[lead - samples : lead, string] = pluck - pluck.mean()
    flat, strings = y.reshape(-1), np.arange(len(frequencies))
    before = np.zeros(len(frequencies))
    for row in range(lead, lead + length):
        at = (row - line) * len(frequencies) + strings
        v = (flat[at] + flat[at - len(frequencies)]) * 0.5
        y[row] = c * v + before - c * y[row - 1]
        before = v
    return np.ascontiguousarray(y[lead:].T)
