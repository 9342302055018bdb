"""A Listen panel with a model, and a sampler that the test advances."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from genstudio.core.capabilities import Capability
from genstudio.core.draw import DrawControls
from genstudio.core.messages import (
    Complete,
    ReadSound,
    Recognise,
    Recognised,
    Sample,
    SampleStarted,
)
from genstudio.core.runs import Run
from genstudio.core.spaces import Label, Sequence
from genstudio.core.trace import TraceChunk
from genstudio.core.uniforms import uniforms
from genstudio.ui.listening.takes import SoundTake
from genstudio.ui.panels.listen import ListenPanel
from genstudio.ui.studio import Studio
from tests.ui.scripted import ScriptedEngine, card
from tests.ui.speaking import ScriptedSpeaker

__all__ = ["CARD", "SPACE", "Rig", "sine"]

LABELS = (
    Label(name="digit", classes=tuple("0123456789")),
    Label(name="speaker", classes=("jackson", "theo")),
)
SPACE = Sequence(length=800, levels=256, rate=8000, labels=LABELS)
CARD = card("wavenet", Capability.AUTOREGRESSIVE, title="WaveNet").model_copy(
    update={"controls_schema": DrawControls.model_json_schema()}
)


class Rig:
    """A panel with a run, and a sampler that the test advances."""

    def __init__(
        self,
        studio: Studio,
        engine: ScriptedEngine,
        panel: ListenPanel,
        run: Run,
        speaker: ScriptedSpeaker,
    ) -> None:
        self.studio, self.engine, self.panel, self.run = studio, engine, panel, run
        self.speaker = speaker

    @property
    def take(self) -> SoundTake:
        """The current one."""
        take = self.panel.session.current
        assert take is not None
        return take

    def symbols(self, request: Sample | Complete) -> NDArray[np.uint8]:
        """What the sampler draws: each symbol is where its uniform is; what is given stays."""
        assert request.length is not None
        drawn = (uniforms(request.seed, 1, request.length)[0] * 256).astype(np.uint8)
        if isinstance(request, Complete):
            return np.where(request.known[0, :, 0], request.images[0, :, 0], drawn)
        return drawn

    def answer(self, first: int = 0, last: int | None = None) -> None:
        """Serve the newest request from one step to another, and finish it at the last."""
        asked = next(
            asked
            for asked in reversed(self.engine.asked)
            if isinstance(asked.request, Sample | Complete)
        )
        request, job = asked.request, asked.job
        assert isinstance(request, Sample | Complete) and request.length is not None
        length = request.length
        if first == 0:
            labels = np.zeros((1, 0), np.int64) if request.labels is None else request.labels
            self.engine.say(
                SampleStarted(
                    SPACE.model_copy(update={"length": length}),
                    np.arange(length),
                    uniforms(request.seed, 1, length),
                    DrawControls.checked(request.controls).model_dump(),
                    labels,
                    request.seed,
                ),
                job,
            )
        symbols = self.symbols(request)[None, first:last]
        p = np.full((*symbols.shape, 256), 1 / 256, np.float32)
        self.engine.say(TraceChunk(first, symbols, p, np.zeros(symbols.shape, np.bool_)), job)
        if last is None or last == length:
            self.engine.finish(job=job)
        self.studio.poll()

    def generate(self) -> SoundTake:
        """A whole take."""
        self.panel.generate()
        self.answer()
        return self.take

    def bring(self, samples: NDArray[np.int16], name: str = "hello.wav") -> SoundTake:
        """A take of a file."""
        self.panel.open_sound(Path("/sounds") / name)
        self.engine.finish(samples, self.engine.last(ReadSound).job)
        self.studio.poll()
        return self.take

    def recognise(self, digit: int, share: float) -> None:
        """What the newest take is taken for."""
        p = np.full((1, 10), (1 - share) / 9)
        p[0, digit] = share
        asked = self.engine.last(Recognise)
        self.engine.finish(Recognised(tuple("0123456789"), p), asked.job)
        self.studio.poll()


def sine(amplitude: float, length: int = 800, period: int = 40) -> NDArray[np.int16]:
    """16-bit samples of whole periods."""
    wave = amplitude * 32767 * np.sin(2 * np.pi * np.arange(length) / period)
    return np.round(wave).astype(np.int16)
