"""A speaker that makes no sound and a microphone that hears what the test says."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from genstudio.audio.microphone import MicrophoneStatus
from genstudio.audio.speaker import SpeakerStatus

__all__ = ["ScriptedMicrophone", "ScriptedSpeaker"]


@dataclass
class ScriptedSpeaker:
    """The calls in order, by name with their arguments, and the sound as it was handed over."""

    calls: list[tuple[object, ...]] = field(default_factory=list)
    heard: NDArray[np.int16] = field(default_factory=lambda: np.zeros(0, np.int16))
    rate: int = 0
    whole: bool = True
    amplitude: float = 1.0
    device: str | None = None
    closed: bool = False
    status: SpeakerStatus = field(default_factory=lambda: SpeakerStatus("idle", 0, 0, 0, "", 0.0))

    def be(self, state: str, position: int | None = None, problem: str = "") -> None:
        """Have the speaker be in a state."""
        at = self.status.position if position is None else position
        self.status = replace(self.status, state=state, position=at, problem=problem)

    def last(self, name: str) -> tuple[object, ...]:
        """The arguments of the newest call of that name.

        Raises:
            LookupError: there was none.
        """
        for called, *arguments in reversed(self.calls):
            if called == name:
                return tuple(arguments)
        raise LookupError(name)

    # --- as `genstudio.audio.speaker.Speaker` ---

    def warm(self) -> None:
        self.calls.append(("warm",))

    def load(self, rate: int, samples: NDArray[np.int16], complete: bool = True) -> None:
        self.calls.append(("load",))
        self.rate, self.heard, self.whole = rate, samples.copy(), complete
        self.be("idle", 0)

    def feed(self, samples: NDArray[np.int16]) -> None:
        self.heard = np.concatenate([self.heard, samples])

    def complete(self) -> None:
        self.whole = True

    def play(self, start: int | None = None, stop: int | None = None, loop: bool = False) -> None:
        self.calls.append(("play", start, stop, loop))
        self.be("waiting", start)

    def pause(self) -> None:
        self.calls.append(("pause",))
        self.be("paused")

    def seek(self, sample: int) -> None:
        self.calls.append(("seek", sample))
        self.be("waiting" if self.status.state in ("playing", "waiting") else "paused", sample)

    def volume(self, amplitude: float) -> None:
        self.amplitude = amplitude

    def use(self, device: str | None) -> None:
        self.device = device

    def close(self) -> None:
        self.closed = True


@dataclass
class ScriptedMicrophone:
    """Hears `heard`."""

    heard: NDArray[np.int16] = field(default_factory=lambda: np.zeros(0, np.int16))
    started: list[tuple[int, str | None]] = field(default_factory=list)
    status: MicrophoneStatus = field(default_factory=lambda: MicrophoneStatus("idle", 0, ""))
    level: float = 0.1
    closed: bool = False

    def start(self, rate: int, device: str | None = None) -> None:
        self.started.append((rate, device))
        self.status = MicrophoneStatus("recording", 0, "")

    def samples(self, start: int = 0) -> NDArray[np.int16]:
        return self.heard[start:]

    def stop(self) -> NDArray[np.int16]:
        self.status = MicrophoneStatus("idle", 0, "")
        return self.heard

    def close(self) -> None:
        self.closed = True
