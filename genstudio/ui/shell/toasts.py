"""Notices at the lower right of the window: they block nothing, and errors stay until dismissed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from genstudio.ui.naming import named, with_role
from genstudio.ui.studio import Notice
from genstudio.ui.theme import GAP, HALF, icon
from genstudio.ui.widgets.glyph import Glyph

__all__ = ["Toast", "Toasts", "show_details"]

_WIDTH, _SHOWN, _MOST = 360, 6000, 4
"""Pixels across, milliseconds that good news stays, and how many are shown at once."""

_GLYPHS = {
    "info": ("information-outline", "accent"),
    "good": ("check-circle-outline", "good"),
    "warning": ("alert-outline", "warn"),
    "error": ("alert-circle-outline", "bad"),
}


class Toast(QFrame):
    """One notice. Escape dismisses it while it has the focus."""

    def __init__(self, notice: Notice, parent: QWidget) -> None:
        super().__init__(parent)
        named(self, f"{notice.kind}: {notice.title}", role="toast")
        self.notice = notice
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        picture = Glyph(20, *_GLYPHS[notice.kind])
        self.dismiss = named(QToolButton(), "Dismiss", "Dismiss (Esc)", "plain")
        self.dismiss.setIcon(icon("close"))
        self.dismiss.clicked.connect(self.leave)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(QLabel(notice.title, wordWrap=True))
        if notice.advice:
            words.addWidget(with_role(QLabel(notice.advice, wordWrap=True), "secondary"))
        self.details = QPushButton("Details")
        self.details.setProperty("role", "link")
        self.details.setVisible(bool(notice.details))
        self.details.clicked.connect(lambda: show_details(self.window(), notice))
        words.addWidget(self.details, 0, Qt.AlignmentFlag.AlignLeft)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GAP, 12, HALF, 12)
        layout.setSpacing(HALF)
        layout.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        layout.addWidget(self.dismiss, 0, Qt.AlignmentFlag.AlignTop)
        self._timer = QTimer(self, singleShot=True, interval=_SHOWN)
        self._timer.timeout.connect(self.leave)
        if notice.kind in ("info", "good"):
            self._timer.start()

    def leave(self) -> None:
        """Go away."""
        self.hide()
        self.deleteLater()

    @override
    def enterEvent(self, event: QEvent) -> None:
        self._timer.stop()  # whoever points at it is reading it

    @override
    def leaveEvent(self, event: QEvent) -> None:
        if self.notice.kind in ("info", "good"):
            self._timer.start()

    @override
    def event(self, event: QEvent) -> bool:
        """Escape is for this, whatever it is a shortcut of elsewhere."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            event.setAccepted(event.key() == Qt.Key.Key_Escape)
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)


class Toasts(QObject):
    """Stacks toasts over a widget, clear of the primary button that is shown there."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self.shown: list[Toast] = []
        over.installEventFilter(self)

    def say(self, notice: Notice) -> None:
        """Show a notice; one that says the same as one that is shown takes its place."""
        for toast in [toast for toast in self.shown if toast.notice == notice]:
            toast.leave()
        toast = Toast(notice, self._over)
        toast.destroyed.connect(lambda: self._gone(toast))
        self.shown.append(toast)
        for old in self.shown[:-_MOST]:
            old.leave()
        self.place()

    def dismiss_newest(self) -> bool:
        """Dismiss the newest toast; returns whether there was one."""
        visible = [toast for toast in self.shown if not toast.isHidden()]
        if visible:
            visible[-1].leave()
        return bool(visible)

    def place(self) -> None:
        """Stack the toasts from the lower right upwards."""
        bottom = self._over.height() - GAP
        primaries = _primaries(self._over)
        for toast in reversed(self.shown):
            toast.setFixedWidth(min(_WIDTH, self._over.width() - 2 * GAP))
            height = max(toast.sizeHint().height(), toast.heightForWidth(toast.width()))
            left = self._over.width() - GAP - toast.width()
            rect = QRect(left, bottom - height, toast.width(), height)
            for primary in primaries:
                if rect.intersects(primary):
                    rect.moveBottom(primary.top() - HALF)
            toast.setGeometry(rect)
            toast.show()
            toast.raise_()
            bottom = rect.top() - HALF

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.shown:
            self.place()
        return False

    def _gone(self, toast: Toast) -> None:
        if toast in self.shown:
            self.shown.remove(toast)


def _primaries(over: QWidget) -> list[QRect]:
    """Where the primary buttons are that can be seen, from the lowest to the highest."""
    found = [
        QRect(button.mapTo(over, QPoint(0, 0)), button.size())
        for button in over.findChildren(QPushButton)
        if button.property("role") == "primary" and button.isVisible()
    ]
    return sorted(found, key=lambda rect: -rect.bottom())


def show_details(parent: QWidget, notice: Notice) -> QDialog:
    """Show a notice's traceback, to be read or copied."""
    dialog = QDialog(parent)
    dialog.setWindowTitle("Details")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.resize(720, 400)
    text = named(QPlainTextEdit(readOnly=True), "Traceback")
    text.setPlainText(f"{notice.title}\n{notice.advice}\n\n{notice.details}")
    text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    font = text.font()
    font.setFamily("monospace")
    text.setFont(font)
    copy = QPushButton(icon("content-copy"), "Copy")
    clipboard = QGuiApplication.clipboard()
    copy.clicked.connect(lambda: clipboard.setText(text.toPlainText()))
    close = QPushButton("Close")
    close.clicked.connect(dialog.accept)
    buttons = QHBoxLayout()
    buttons.addStretch()
    buttons.addWidget(copy)
    buttons.addWidget(close)
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(GAP, GAP, GAP, GAP)
    layout.addWidget(text, 1)
    layout.addLayout(buttons)
    dialog.show()
    return dialog
