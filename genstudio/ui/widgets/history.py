"""Sample sheets of a run as a film strip, with a slider back through their history."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QVBoxLayout, QWidget

from genstudio.ui.theme import HALF, icon, theme

__all__ = ["History"]

_KEPT = 64  # pictures held in memory
_WORDS = 18  # pixels for the step under a sheet


class _Strip(QWidget):
    """The sheets up to the chosen one, newest on the right, each as large as whole pixels allow."""

    clicked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.paths: list[Path] = []
        self.chosen = -1
        self.empty_words = ""
        self._pictures: OrderedDict[Path, QPixmap] = OrderedDict()
        self._places: list[tuple[QRect, int]] = []
        self.setMinimumHeight(72)
        self.setMouseTracking(True)
        self.setAccessibleName("Sample sheets")

    def sizeHint(self) -> QSize:
        """Enough for a sheet of sixteen small images."""
        return QSize(480, 176)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw from the chosen sheet leftwards into the past, as many as fit."""
        painter = QPainter(self)
        colours = theme().colours
        self._places = []
        if not self.paths:
            painter.setPen(QColor(colours.secondary))
            painter.drawText(
                self.rect(),
                Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap,
                self.empty_words,
            )
            return
        font = painter.font()
        font.setPixelSize(11)
        painter.setFont(font)
        wanted = self._layout()
        for rect, index in wanted:
            picture = self._picture(self.paths[index])
            painter.setRenderHint(
                QPainter.RenderHint.SmoothPixmapTransform, rect.width() < picture.width()
            )
            painter.drawPixmap(rect, picture)
            newest = index == self.chosen
            if newest:
                painter.setPen(QPen(QColor(colours.accent), 2))
                painter.drawRect(rect.adjusted(-2, -2, 2, 2))
            painter.setPen(QColor(colours.text if newest else colours.secondary))
            words = QRect(rect.left() - 20, rect.bottom() + 3, rect.width() + 40, _WORDS)
            painter.drawText(
                words, Qt.AlignmentFlag.AlignHCenter, f"{step_of(self.paths[index]):,}"
            )
        self._places = wanted

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the sheet under the pointer."""
        for rect, index in self._places:
            if rect.contains(event.position().toPoint()):
                self.clicked.emit(index)

    def picture(self) -> QPixmap | None:
        """The chosen sheet in its own pixels."""
        return self._picture(self.paths[self.chosen]) if self.paths else None

    def _layout(self) -> list[tuple[QRect, int]]:
        """Where each sheet goes: consecutive ones, the chosen one at the right end."""
        size = self._picture(self.paths[self.chosen]).size()
        room = self.height() - _WORDS - 8
        zoom = max(1, room // max(1, size.height()))
        shown = size * zoom
        if shown.height() > room:  # not even at its own size: this once, smoothly smaller
            shown = size.scaled(self.width(), room, Qt.AspectRatioMode.KeepAspectRatio)
        pitch = shown.width() + 12
        count = max(1, min(self.chosen + 1, (self.width() - 8) // pitch))
        top = max(4, (room - shown.height()) // 2 + 4)
        first = self.chosen - count + 1
        return [
            (QRect(QPoint(4 + place * pitch, top), shown), first + place) for place in range(count)
        ]

    def _picture(self, path: Path) -> QPixmap:
        """A sheet, read once; one that cannot be read is a grey square."""
        if path not in self._pictures:
            image = QImage(str(path))
            if image.isNull():
                image = QImage(32, 32, QImage.Format.Format_RGB32)
                image.fill(QColor(theme().colours.hairline))
            self._pictures[path] = QPixmap.fromImage(image)
            while len(self._pictures) > _KEPT:
                self._pictures.popitem(last=False)
        return self._pictures[path]


class History(QWidget):
    """The strip, and the slider that goes back through the run's sheets.

    While the slider stands at its end it follows the newest sheet.
    """

    def __init__(self) -> None:
        super().__init__()
        self.strip = _Strip()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Step of the sample sheet")
        self.slider.setToolTip(
            "Back through the samples: the same noise, drawn by the weights of then"
        )
        self.words = QLabel()
        self.words.setProperty("role", "secondary")
        self.words.setMinimumWidth(128)
        self.copy_button = QToolButton()
        self.copy_button.setProperty("role", "plain")
        self.copy_button.setIcon(icon("content-copy", "secondary"))
        self.copy_button.setAccessibleName("Copy the sample sheet")
        self.copy_button.setToolTip("Copy the chosen sample sheet")
        self.copy_button.clicked.connect(self.copy)
        below = QHBoxLayout()
        below.setSpacing(HALF)
        below.addWidget(self.words)
        below.addWidget(self.slider, 1)
        below.addWidget(self.copy_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip, 1)
        column.addLayout(below)
        self.slider.valueChanged.connect(self._chosen)
        self.strip.clicked.connect(self.slider.setValue)
        self.show_sheets([], "")

    def show_sheets(self, paths: list[Path], empty_words: str) -> None:
        """Show these sheets, oldest first; `empty_words` says when the first one comes."""
        followed = self.slider.value() == self.slider.maximum()
        kept = self.slider.value()
        other = paths[:1] != self.strip.paths[:1]
        self.strip.paths = list(paths)
        self.strip.empty_words = empty_words
        self.slider.blockSignals(True)
        self.slider.setRange(0, max(0, len(paths) - 1))
        self.slider.setValue(len(paths) - 1 if followed or other else kept)
        self.slider.blockSignals(False)
        self._chosen()

    def add_sheet(self, path: Path) -> None:
        """Show a sheet that was just drawn."""
        if path not in self.strip.paths:
            self.show_sheets([*self.strip.paths, path], "")

    @property
    def step(self) -> int | None:
        """The step of the chosen sheet."""
        return step_of(self.strip.paths[self.strip.chosen]) if self.strip.paths else None

    def copy(self) -> None:
        """Put the chosen sheet on the clipboard, in its own pixels."""
        picture = self.strip.picture()
        if picture is not None:
            QGuiApplication.clipboard().setPixmap(picture)

    def changeEvent(self, event: QEvent) -> None:
        """Draw in the new colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.strip.update()

    def _chosen(self) -> None:
        paths = self.strip.paths
        self.strip.chosen = self.slider.value() if paths else -1
        several = len(paths) > 1
        self.slider.setEnabled(several)
        self.slider.setVisible(bool(paths))
        self.words.setVisible(bool(paths))
        self.copy_button.setVisible(bool(paths))
        if paths:
            self.words.setText(
                f"samples at step {self.step:,}, {self.strip.chosen + 1} of {len(paths)}"
            )
        self.strip.update()


def step_of(path: Path) -> int:
    """The step at which a sheet was drawn: its file's name."""
    return int(path.stem)
