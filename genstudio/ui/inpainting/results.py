"""The history of trials: a thumbnail, what was asked, and how it stands."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QIcon, QImage, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QMenu

from genstudio.core.pictures import sheet
from genstudio.ui.inpainting.session import Session
from genstudio.ui.inpainting.trial import Trial
from genstudio.ui.theme import icon

__all__ = ["Results"]

_THUMBNAIL = 40
_MOST_IMAGES = 9  # in a thumbnail: more are too small to be seen
_ROLE = Qt.ItemDataRole.UserRole


class Results(QListWidget):
    """Newest first. Click or move with the arrow keys to see one again; Delete forgets it.

    Attributes:
        used: the person wants the settings of a `Trial` in the form, and its mask on the canvas.
    """

    used = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setAccessibleName("Results")
        self.setToolTip("Click to see one again; right click for its settings; Delete forgets it")
        self.setIconSize(QSize(_THUMBNAIL, _THUMBNAIL))
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(2 * (_THUMBNAIL + 8))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        self.currentItemChanged.connect(self._moved)
        self.itemDoubleClicked.connect(lambda item: self.used.emit(item.data(_ROLE)))
        session.changed.connect(self.follow)
        session.ended.connect(self._draw)
        self._items: dict[int, QListWidgetItem] = {}

    def follow(self) -> None:
        """Show the session's trials as they stand."""
        trials = self._session.trials[::-1]
        self.blockSignals(True)
        if [trial.number for trial in trials] != list(self._items):
            icons = {number: item.icon() for number, item in self._items.items()}
            self.clear()
            self._items = {}
            for trial in trials:
                item = QListWidgetItem()
                item.setData(_ROLE, trial)
                item.setSizeHint(QSize(0, _THUMBNAIL + 8))
                item.setIcon(icons.get(trial.number, QIcon()))
                self.addItem(item)
                self._items[trial.number] = item
                if trial.number not in icons:
                    self._draw(trial)
        for trial in trials:
            item = self._items[trial.number]
            item.setText(f"{trial.method.title}\n{told(trial)}")
            item.setToolTip(recipe_words(trial))
            if trial is self._session.current:
                self.setCurrentItem(item)
        if self._session.current is None:
            self.setCurrentItem(None)  # type: ignore[call-overload] # None is no item
        self.blockSignals(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        trial = self._chosen()
        if event.key() == Qt.Key.Key_Delete and trial is not None:
            self._session.delete(trial)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and trial is not None:
            self.used.emit(trial)
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            super().keyPressEvent(event)
        else:
            event.ignore()

    def actions_for(self, trial: Trial) -> list[QAction]:
        """What can be done with a trial."""
        use = QAction(icon("tune"), "Use its settings, image and mask", self)
        use.triggered.connect(lambda: self.used.emit(trial))
        cancel = QAction(icon("stop"), "Cancel", self)
        cancel.setEnabled(trial.open)
        cancel.triggered.connect(lambda: self._session.cancel(trial))
        again = QAction(icon("refresh"), "Try again", self)
        again.setEnabled(trial.state in ("failed", "stopped"))
        again.triggered.connect(lambda: self._session.retry(trial))
        delete = QAction(icon("delete-outline"), "Delete", self)
        delete.triggered.connect(lambda: self._session.delete(trial))
        return [use, cancel, again, delete]

    def _menu(self, at: QPoint) -> None:
        trial = self._chosen()
        if trial is not None:
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addActions(self.actions_for(trial))
            menu.popup(self.viewport().mapToGlobal(at))

    def _chosen(self) -> Trial | None:
        item = self.currentItem()
        found = None if item is None else item.data(_ROLE)
        return found if isinstance(found, Trial) else None

    def _moved(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self._session.show(item.data(_ROLE))

    def _draw(self, trial: Trial) -> None:
        """What came of it; while there is nothing, what is known."""
        item = self._items.get(trial.number)
        if item is None:
            return
        images = trial.request.image[None]
        if trial.result is not None:
            images = trial.result.images[:_MOST_IMAGES]
        elif trial.film is not None:
            images = trial.film.images()[:_MOST_IMAGES]
        item.setIcon(_thumbnail(images, trial.run.manifest.space.levels))


def told(trial: Trial) -> str:
    """How a trial stands, in a few words."""
    if trial.state == "finished":
        mean = trial.mean_log_prob()
        return f"log p = {mean:.1f} nats".replace("-", "−") if np.isfinite(mean) else "Finished"
    return {
        "waiting": "Waiting",
        "running": "Under way…",
        "stopped": "Cancelled",
        "failed": "Failed",
    }[trial.state]


def recipe_words(trial: Trial) -> str:
    """All that made it."""
    request = trial.request
    hidden = int((~request.known).sum())
    lines = [
        f"{trial.method.title} {trial.number} by “{trial.run.manifest.title}”",
        f"{trial.subject.words}, {hidden:,} of {request.known.size:,} symbols hidden",
        f"seed {request.seed}, {request.count} completions",
        *(f"{name.replace('_', ' ')} {value}" for name, value in request.settings.items()),
    ]
    if trial.result is not None:
        lines.append(trial.result.verdict)
    if trial.failure is not None:
        lines.append(trial.failure.title)
    return "\n".join(lines)


def _thumbnail(images: NDArray[np.uint8], levels: int) -> QIcon:
    page = sheet(images, levels)
    if page.shape[-1] == 1:
        page = page.repeat(3, axis=2)
    tall, wide, _ = page.shape
    image = QImage(page.tobytes(), wide, tall, wide * 3, QImage.Format.Format_RGB888)
    side = max(1, _THUMBNAIL // max(tall, wide)) * max(tall, wide)
    smooth = side > _THUMBNAIL
    side = min(side, _THUMBNAIL)
    mode = Qt.TransformationMode
    pixmap = QPixmap.fromImage(
        image.scaled(
            side,
            side,
            Qt.AspectRatioMode.KeepAspectRatio,
            mode.SmoothTransformation if smooth else mode.FastTransformation,
        )
    )
    framed = QPixmap(_THUMBNAIL, _THUMBNAIL)  # all alike, so that the words stand in a line
    framed.fill(Qt.GlobalColor.transparent)
    painter = QPainter(framed)
    painter.drawPixmap(
        (_THUMBNAIL - pixmap.width()) // 2, (_THUMBNAIL - pixmap.height()) // 2, pixmap
    )
    painter.end()
    found = QIcon(framed)
    found.addPixmap(framed, QIcon.Mode.Selected)  # the chosen one keeps its own colours
    return found
