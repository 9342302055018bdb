"""Where one stands in the latent space, and what is there; no widget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from genstudio.core.capabilities import ModelCard
from genstudio.core.latent import Coded, LatentDraws, Survey
from genstudio.core.messages import Decode, DrawCodes, Encode, Failed, Request, SurveyLatent
from genstudio.core.runs import Run
from genstudio.core.spaces import Grid
from genstudio.ui.latent.code_history import CodeHistory
from genstudio.ui.latent.newest import Newest
from genstudio.ui.studio import Job, Studio

__all__ = ["DECODE", "ENCODE", "RANDOM", "SURVEY", "LatentState", "Source"]

DECODE, ENCODE, SURVEY, RANDOM = "latent decode", "latent encode", "latent survey", "latent random"
"""The channels."""

_NO_LABELS = np.empty(0, np.int64)


@dataclass(frozen=True, eq=False)
class Source:
    """The datum that was started from.

    Attributes:
        image: (*S) uint8.
        labels: (L,) classes that it is known to be of; empty where none is known.
        words: where it comes from, such as "test image 12, digit 7".
        coded: where it is in the latent space, and what comes back; of B = 1.
    """

    image: NDArray[np.uint8]
    labels: NDArray[np.int64]
    words: str
    coded: Coded


class LatentState(QObject):
    """One place in the latent space of one run; everything in the panel looks at it and moves it.

    A decoded image always follows the newest code: while one is on its way only the newest of
    those that came since waits.

    Attributes:
        run_changed: another run, or the same with other weights.
        surveying_changed: `surveying` is another job, or none.
        surveyed: `survey` is there.
        code_changed: `code` is another.
        decoded: `image` is what the code decodes to.
        source_changed: another `source`, or None.
        labels_changed: another class for a model that is conditioned on one.
        locked_changed: other dimensions hold still.
        history_changed: there is more, or less, to undo or redo.
        busy_changed: something was asked for or answered.
        failed: the engine's `Failed`; `again` asks once more.
        run: the chosen run, or None.
        card: of its family.
        survey: how data fill the space; None until it is there.
        surveying: the open job of the survey, whose progress are `Share`s, or None.
        code: (Z,) float32, or None until the size of the space is known.
        image: (*S) float32, the expected datum given the code, in symbol units, or None.
        source: the datum that was started from, or None.
        labels: (L,) classes, or None for a model that wants none.
        locked: (Z,) bool, the dimensions that hold still, whatever moves the code.
    """

    run_changed = Signal()
    surveying_changed = Signal()
    surveyed = Signal()
    code_changed = Signal()
    decoded = Signal()
    source_changed = Signal()
    labels_changed = Signal()
    locked_changed = Signal()
    history_changed = Signal()
    busy_changed = Signal()
    failed = Signal(object)

    def __init__(self, studio: Studio, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self.run: Run | None = None
        self.card: ModelCard | None = None
        self.survey: Survey | None = None
        self.surveying: Job | None = None
        self.code: NDArray[np.float32] | None = None
        self.image: NDArray[np.float32] | None = None
        self.source: Source | None = None
        self.labels: NDArray[np.int64] | None = None
        self.locked: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self.history = CodeHistory()
        self._modified = 0
        self._asked: dict[str, Job] = {}
        self._many: list[Job] = []
        self._again: Callable[[], None] | None = None
        self._decoding = Newest(studio, self, DECODE)
        self._decoding.found.connect(self._take_image)
        self._decoding.failed.connect(lambda failed: self._refuse(failed, self._decode))
        self._decoding.busy_changed.connect(self.busy_changed)

    # --- what there is ---

    @property
    def space(self) -> Grid | None:
        """What one datum is."""
        return None if self.run is None else self.run.manifest.grid

    @property
    def size(self) -> int:
        """Z, the number of latent dimensions; 0 while it is not known."""
        return 0 if self.code is None else len(self.code)

    @property
    def conditional(self) -> bool:
        """Whether the model is conditioned on a class."""
        return self.run is not None and bool(self.run.manifest.config.get("conditional"))

    @property
    def busy(self) -> bool:
        """Whether anything is on its way."""
        return bool(self._asked or self._many) or self._decoding.busy

    # --- the model ---

    def use(self, run: Run, card: ModelCard) -> None:
        """Turn to a run and survey its latent space; the same one with the same weights stays."""
        modified = run.model_path.stat().st_mtime_ns if run.has_model else 0
        old = None if self.run is None else self.run.folder
        if (old, self._modified) == (run.folder, modified):
            self.run, self.card = run, card
            return
        self.forget()
        self.run, self.card, self._modified = run, card, modified
        if self.conditional:
            self.labels = np.zeros(len(run.manifest.space.labels), np.int64)
        self.run_changed.emit()
        self._ask_survey()

    def forget(self) -> None:
        """Turn away from the run; whatever was on its way is not wanted."""
        self.run, self.card, self._modified = None, None, 0
        asked, self._asked = list(self._asked.values()), {}
        many, self._many = self._many, []
        self.surveying = None
        for job in asked + many:
            self._studio.cancel(job)
        self._decoding.forget()
        self.survey = self.code = self.image = self.source = self.labels = None
        self.locked = np.zeros(0, np.bool_)
        self.history.forget()

    def again(self) -> None:
        """Ask once more for what failed."""
        again, self._again = self._again, None
        if again is not None:
            again()

    # --- moving ---

    def set_code(self, code: NDArray[np.floating], why: str = "Move") -> None:
        """Go to a code (Z,), but for what is locked.

        What is done in one movement for one reason, `why` in a few words, is undone at once.
        """
        self._move(np.asarray(code, np.float32), why, joining=True)

    def set_value(self, dim: int, value: float) -> None:
        """Go along one dimension; nothing happens where it is locked."""
        if self.code is not None:
            code = self.code.copy()
            code[dim] = value
            self._move(code, f"Dimension {dim + 1}", joining=True)

    def reset(self, dim: int | None = None) -> None:
        """Back to where one started, in one dimension or in all: the source, or the middle."""
        if self.code is None:
            return
        code = self.code.copy()
        if dim is None:
            code[:] = self.start
        else:
            code[dim] = self.start[dim]
        self._move(code, "Reset all" if dim is None else f"Reset dimension {dim + 1}")

    def randomize(self, source: Literal["prior", "aggregated"], seed: int) -> None:
        """Go to a random code, of the prior or of the codes that data have."""
        run = self.run
        if run is None:
            return
        request = DrawCodes(run.folder, source, count=1, seed=seed, labels=self.labels)
        words = "Random point" if source == "prior" else "Random point among data"
        self._ask(
            RANDOM,
            request,
            lambda draws: self._take_random(draws, words),
            lambda: self.randomize(source, seed),
        )

    def start_from(
        self, image: NDArray[np.uint8], labels: NDArray[np.int64] | None = None, words: str = ""
    ) -> None:
        """Encode an image (*S) and go to its code; `labels` (L,) where its classes are known."""
        run = self.run
        if run is None:
            return
        known = _NO_LABELS if labels is None else labels
        told = self.labels
        if told is not None and known.size == told.size:
            told = known
        request = Encode(run.folder, image[None], told)

        def found(coded: Coded) -> None:
            self._take_source(Source(image, known, words, coded), told)

        self._ask(ENCODE, request, found, lambda: self.start_from(image, labels, words))

    def set_labels(self, labels: NDArray[np.int64]) -> None:
        """Say which class it is, (L,), to a model that is conditioned on one."""
        if self.labels is not None and not np.array_equal(labels, self.labels):
            self.labels = labels.astype(np.int64)
            self.labels_changed.emit()
            self._decode()

    def lock(self, dim: int, locked: bool) -> None:
        """Let a dimension hold still, or move again."""
        if self.locked[dim] != locked:
            self.locked[dim] = locked
            self.locked_changed.emit()

    def undo(self) -> None:
        """Back to before the last step."""
        self._return(self.history.undo())

    def redo(self) -> None:
        """Do again what was undone last."""
        self._return(self.history.redo())

    # --- where things are ---

    @property
    def start(self) -> NDArray[np.float32]:
        """(Z,) where one started: the code of the source, or the middle of the data's codes."""
        if self.source is not None:
            return self.source.coded.codes.reshape(-1)
        return self.middle.astype(np.float32)

    @property
    def middle(self) -> NDArray[np.float64]:
        """(Z,) the middle of the data's codes; zero where there is no survey."""
        return np.zeros(self.size) if self.survey is None else self.survey.aggregated_mean

    @property
    def width(self) -> NDArray[np.float64]:
        """(Z,) how widely the data's codes are spread, a standard deviation; at least a little."""
        if self.survey is None:
            return np.ones(self.size)
        return np.maximum(self.survey.aggregated_std, 1e-6)

    @property
    def order(self) -> NDArray[np.int64]:
        """(Z,) the dimensions, what carries most first."""
        if self.survey is None:
            return np.arange(self.size)
        return np.argsort(-self.survey.carries, kind="stable")

    # --- decoding ---

    def decode_many(
        self,
        codes: NDArray[np.floating],
        callback: Callable[[NDArray[np.float32]], None],
        channel: str | None = None,
        labels: NDArray[np.int64] | None = None,
    ) -> None:
        """Decode codes (B, Z) and call back with (B, *S) float32, if the run is still the same.

        Args:
            codes: which.
            callback: told when they are there; never when they are not wanted any more.
            channel: a newer wish on it replaces this one.
            labels: (B, L), else those of now.
        """
        run = self.run
        if run is None:
            return
        told = self.labels if labels is None else labels
        request = Decode(run.folder, np.asarray(codes, np.float32), told)
        job = self._studio.submit(request, channel=channel)
        self._many.append(job)

        def again() -> None:
            self.decode_many(codes, callback, channel, labels)

        def found(images: NDArray[np.float32]) -> None:
            if job in self._many:
                callback(images)

        def failed(failed: Failed) -> None:
            if job in self._many:
                self._refuse(failed, again)

        def ended() -> None:
            if job in self._many:
                self._many.remove(job)
                self.busy_changed.emit()

        job.finished.connect(found)
        job.failed.connect(failed)
        job.ended.connect(ended)
        self.busy_changed.emit()

    def _decode(self) -> None:
        if self.run is not None and self.code is not None:
            request = Decode(self.run.folder, self.code[None], self.labels)
            self._decoding.ask(request)

    def _take_image(self, _: object, images: NDArray[np.float32]) -> None:
        self.image = images[0]
        self.decoded.emit()

    # --- the engine's answers ---

    def _ask_survey(self) -> None:
        if self.run is not None:
            request = SurveyLatent(self.run.folder)
            self.surveying = self._ask(SURVEY, request, self._take_survey, self._ask_survey)
            self.surveying_changed.emit()

    def _ask(
        self,
        channel: str,
        request: Request,
        found: Callable[[Any], None],
        again: Callable[[], None],
    ) -> Job:
        job = self._studio.submit(request, channel=channel)
        self._asked[channel] = job

        def current() -> bool:
            return self._asked.get(channel) is job

        def ended() -> None:
            if current():
                del self._asked[channel]
                if channel == SURVEY:
                    self.surveying = None
                    self.surveying_changed.emit()
                self.busy_changed.emit()

        job.finished.connect(lambda result: found(result) if current() else None)
        job.failed.connect(lambda failed: self._refuse(failed, again) if current() else None)
        job.ended.connect(ended)
        self.busy_changed.emit()
        return job

    def _take_survey(self, survey: Survey) -> None:
        self.survey = survey
        if self.code is None:
            self._arrive(survey.aggregated_mean.astype(np.float32))
        self.surveyed.emit()

    def _take_random(self, draws: LatentDraws, words: str) -> None:
        self._move(draws.codes.reshape(-1), words)

    def _take_source(self, source: Source, labels: NDArray[np.int64] | None) -> None:
        self.source = source
        self.source_changed.emit()
        if labels is not None:
            self.labels = labels
            self.labels_changed.emit()
        code = source.coded.codes.reshape(-1)
        before, self.image = self.code, source.coded.expected[0]
        self._arrive(code.copy())
        if before is not None and len(before) == len(code):
            self.history.add("Another start", before, code)
            self.history_changed.emit()

    def _refuse(self, failed: Failed, again: Callable[[], None]) -> None:
        self._again = again
        if self.code is None and again == self._ask_survey:
            self.randomize("prior", 0)  # without the data there is still a space to walk through
        self.failed.emit(failed)

    # --- the code ---

    def _arrive(self, code: NDArray[np.float32]) -> None:
        if len(self.locked) != len(code):
            self.locked = np.zeros(len(code), np.bool_)
        self.code = code
        self.code_changed.emit()
        self._decode()

    def _move(self, code: NDArray[np.float32], why: str, joining: bool = False) -> None:
        before = self.code
        if before is None:
            self._arrive(code.copy())
            return
        code = np.where(self.locked, before, code).astype(np.float32)
        if np.array_equal(code, before):
            return
        self.history.add(why, before, code, joining)
        self._arrive(code)
        self.history_changed.emit()

    def _return(self, code: NDArray[np.float32] | None) -> None:
        if code is not None:
            self._arrive(code.copy())
            self.history_changed.emit()
