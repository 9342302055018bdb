"""The seam between what is given and what the model draws, as a person drags it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from genstudio.ui.listening.session import Session, Wanted
from genstudio.ui.listening.stage import SoundStage
from genstudio.ui.listening.takes import SoundTake

__all__ = ["Seam"]

_DEBOUNCE = 250  # milliseconds that it rests before anything is drawn


class Seam(QObject):
    """Follows the seam of the current take.

    In a sound that was brought it only moves. One that the model went on with is drawn again from
    there, with the same seed and as long as before.
    """

    def __init__(self, session: Session, stage: SoundStage, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._stage = stage
        self._wanted = 0
        self._take: SoundTake | None = None
        self._rest = QTimer(self, singleShot=True, interval=_DEBOUNCE)
        self._rest.timeout.connect(self._draw)
        stage.seam_moved.connect(self._dragged)

    @property
    def busy(self) -> bool:
        """Whether something will be drawn presently."""
        return self._rest.isActive()

    def _dragged(self, sample: int) -> None:
        take = self._session.current
        if take is None or (take.origin is None and not take.source):
            return
        longest = take.length if take.origin is None else take.origin.length
        sample = max(1, min(sample, longest))
        self._stage.show_seam(sample)
        if take.origin is None:
            take.seam = sample
        else:
            self._take, self._wanted = take, sample
            self._rest.start()

    def _draw(self) -> None:
        take = self._take
        if take is None or take is not self._session.current:
            return  # a person has gone elsewhere meanwhile
        assert take.origin is not None and take.request is not None  # noqa: S101 - or no seam
        wanted = Wanted(
            length=max(1, take.total - take.seam),
            seed=take.request.seed,
            controls=take.request.controls,
            labels=take.request.labels,
        )
        self._session.go_on(take.origin, self._wanted, wanted, instead=take)
