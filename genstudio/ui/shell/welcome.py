"""The tour of the first start: a few stops at the real window, and each does the real thing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from genstudio.ui.naming import named, with_role
from genstudio.ui.theme import GAP, HALF, theme

if TYPE_CHECKING:
    from genstudio.ui.shell.window import MainWindow

__all__ = ["Stop", "Welcome"]

_WIDTH = 320


@dataclass(frozen=True)
class Stop:
    """One stop: what it points at, what it says, and what it does when it is reached."""

    title: str
    words: str
    target: Callable[[], QWidget]
    act: Callable[[], None]


class Welcome(QObject):
    """Offers the tour once; afterwards it is in the Help menu."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.bubble: _Bubble | None = None
        self._ring: _Ring | None = None
        self._at = -1
        self.stops = self._stops()
        window.installEventFilter(self)

    def offer(self) -> None:
        """Ask whether the tour is wanted."""
        self._at = -1
        self._show()

    def begin(self) -> None:
        """Start at the first stop."""
        self._at = -1
        self.forward()

    def forward(self) -> None:
        """Go to the next stop, or end after the last."""
        self._at += 1
        if self._at >= len(self.stops):
            self.end()
            return
        self.stops[self._at].act()
        self._show()

    def back(self) -> None:
        """Go to the stop before."""
        self._at = max(0, self._at - 1)
        self.stops[self._at].act()
        self._show()

    def end(self) -> None:
        """Take the tour off the window; it is not offered again."""
        self._window.studio.settings.setValue("welcomed", True)
        for part in (self.bubble, self._ring):
            if part is not None:
                part.hide()
                part.deleteLater()
        self.bubble = self._ring = None

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.bubble is not None:
            self._place()
        return False

    def _stops(self) -> tuple[Stop, ...]:
        window = self._window
        return (
            Stop(
                "Models live here",
                "Those that come with GenStudio and your own. Choose one, and every panel "
                "works with it.",
                lambda: window.library,
                self._choose_first,
            ),
            Stop(
                "Watch it draw",
                "Generate draws an image symbol by symbol. Pause anywhere, click a pixel, give it "
                "another value, and see what that changes.",
                lambda: window.centre.lack or window.centre.panel or window.centre,
                self._play,
            ),
            Stop(
                "Train your own",
                "Pick a family, a dataset and how long you want to wait. The curves and the first "
                "samples appear while it learns.",
                lambda: window.centre.lack or window.centre.panel or window.centre,
                window.train_new,
            ),
            Stop(
                "What runs is here",
                "Every training and download, with its time left. Pause, stop and keep, cancel or "
                "retry; the window never waits for them.",
                lambda: window.jobs,
                lambda: None,
            ),
            Stop(
                "Everything has a name",
                "Ctrl+K finds every command, model and family by a few letters; F1 lists all keys.",
                lambda: window.menus.search,
                lambda: None,
            ),
        )

    def _choose_first(self) -> None:
        self._window.focus_library()
        self._choose()

    def _choose(self) -> None:
        studio = self._window.studio
        runs = [run for run in [*studio.shipped, *studio.own] if run.has_model]
        if runs:
            studio.select(runs[0].folder)

    def _play(self) -> None:
        """Show Generate and press its play, as a person would from the Run menu."""
        if self._window.studio.selected is None:
            self._choose()
        self._window.centre.show_titled("Generate")
        panel = self._window.centre.panel
        if panel is None or self._window.centre.lack is not None:
            return
        for words, _, call in panel.commands():
            if words.lower().startswith(("play", "draw", "generate")) and callable(call):
                call()
                return

    def _show(self) -> None:
        if self.bubble is None:
            self.bubble = _Bubble(self, self._window)
            self._ring = _Ring(self._window)
        if self._at < 0:
            self.bubble.say_offer()
        else:
            stop, last = self.stops[self._at], self._at == len(self.stops) - 1
            self.bubble.say(stop, self._at + 1, len(self.stops), last)
        self._place()

    def _place(self) -> None:
        if self.bubble is None or self._ring is None:
            return
        window, bubble = self._window, self.bubble
        bubble.setFixedWidth(_WIDTH)
        bubble.resize(_WIDTH, bubble.heightForWidth(_WIDTH))
        inside = window.rect().adjusted(GAP, GAP, -GAP, -GAP)
        self._ring.setVisible(self._at >= 0)
        if self._at < 0:
            place = QRect(QPoint(0, 0), bubble.size())
            place.moveCenter(inside.center())
        else:
            target = self.stops[self._at].target()
            at = QRect(target.mapTo(window, QPoint(0, 0)), target.size())
            self._ring.setGeometry(at.adjusted(-2, -2, 2, 2).intersected(window.rect()))
            self._ring.raise_()
            place = _beside(at, bubble.size().width(), bubble.size().height(), inside)
        bubble.setGeometry(place)
        bubble.show()
        bubble.raise_()
        bubble.forward.setFocus()


def _beside(at: QRect, width: int, height: int, inside: QRect) -> QRect:
    """Right of a thing, above or below it: the first that leaves it free; else inside of it."""
    choices = (
        QRect(at.right() + GAP, at.top() + 2 * GAP, width, height),
        QRect(at.left() + GAP, at.top() - height - GAP, width, height),
        QRect(at.right() - width, at.bottom() + GAP, width, height),
    )
    for choice in choices:
        kept = _kept(choice, inside)
        if not kept.intersects(at):
            return kept
    corner = QRect(at.left() + GAP, at.bottom() - height - GAP, width, height)
    return _kept(corner, inside)


def _kept(place: QRect, inside: QRect) -> QRect:
    """The place, moved so that it lies inside."""
    left = max(inside.left(), min(place.left(), inside.right() - place.width()))
    top = max(inside.top(), min(place.top(), inside.bottom() - place.height()))
    return QRect(left, top, place.width(), place.height())


_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class _Bubble(QFrame):
    """What a stop says, with Back and Next."""

    def __init__(self, welcome: Welcome, parent: QWidget) -> None:
        super().__init__(parent)
        named(self, "Tour", role="toast")
        self._welcome = welcome
        self._title = with_role(QLabel(wordWrap=True), "title")
        self.words = QLabel(wordWrap=True)
        self._count = with_role(QLabel(), "secondary")
        self.skip = QPushButton("Skip")
        self.skip.clicked.connect(welcome.end)
        self.back = QPushButton("Back")
        self.back.clicked.connect(welcome.back)
        self.forward = QPushButton("Next")
        self.forward.setProperty("role", "primary")
        self.forward.clicked.connect(welcome.forward)
        buttons = QHBoxLayout()
        buttons.setSpacing(HALF)
        buttons.addWidget(self._count, 1)
        for button in (self.skip, self.back, self.forward):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GAP, GAP, GAP, GAP)
        layout.setSpacing(HALF)
        layout.addWidget(self._title)
        layout.addWidget(self.words)
        layout.addSpacing(HALF)
        layout.addLayout(buttons)

    def say_offer(self) -> None:
        self._fill("Welcome to GenStudio", "Shall we look around? It takes half a minute.", "")
        self.skip.setText("Not now")
        self.forward.setText("Show me")
        self.back.hide()
        self.skip.show()

    def say(self, stop: Stop, number: int, count: int, last: bool) -> None:
        self._fill(stop.title, stop.words, f"{number} of {count}")
        self.skip.setText("Skip")
        self.skip.setVisible(not last)
        self.back.setVisible(number > 1)
        self.forward.setText("Done" if last else "Next")

    def _fill(self, title: str, words: str, count: str) -> None:
        self._title.setText(title)
        self.words.setText(words)
        self._count.setText(count)

    @override
    def event(self, event: QEvent) -> bool:
        """Escape is for this, whatever it is a shortcut of elsewhere."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            event.setAccepted(event.key() == Qt.Key.Key_Escape)
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        focused = self.focusWidget()
        if event.key() == Qt.Key.Key_Escape:
            self._welcome.end()
        elif event.key() in _ENTER and isinstance(focused, QPushButton):
            focused.click()
        else:
            super().keyPressEvent(event)


class _Ring(QWidget):
    """A ring in the accent around what a stop points at; the mouse goes through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme().colours.accent), 2))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), 6, 6)
