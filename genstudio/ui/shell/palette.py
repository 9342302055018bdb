"""The command palette (Ctrl+K) and the list of all keys (F1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Slot
from PySide6.QtGui import QAction, QIcon, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFrame,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
)
from typing_extensions import override

from genstudio.ui.naming import named
from genstudio.ui.theme import GAP, HALF, icon

if TYPE_CHECKING:
    from genstudio.ui.shell.window import MainWindow

__all__ = ["Entry", "Palette", "ShortcutList", "fuzzy_score"]

_WIDTH, _HEIGHT = 560, 420
_MOST = 60


@dataclass(frozen=True)
class Entry:
    """One thing that the palette can do; `why_not` says why it cannot be done now."""

    words: str
    kind: str
    keys: str
    picture: QIcon
    call: Callable[[], object]
    why_not: str = ""


def fuzzy_score(wanted: str, words: str) -> float | None:
    """How well letters match words, in their order: higher is better, None is not at all.

    Letters at the beginning of a word and letters in a row count more; shorter words win ties.
    """
    text, score, at, run = words.casefold(), 0.0, 0, 0
    for letter in wanted.casefold():
        if letter == " ":
            run = 0
            continue
        found = text.find(letter, at)
        if found < 0:
            return None
        starts = found == 0 or not text[found - 1].isalnum()
        run = run + 1 if found == at and at > 0 else 0
        score += 1 + 2 * starts + 2 * (run > 0)
        at = found + 1
    return score - len(words) / 1000


class Palette(QFrame):
    """A field and what matches it: commands, runs, families to train."""

    def __init__(self, window: MainWindow, actions: Sequence[QAction]) -> None:
        super().__init__(window, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        named(self, "Command palette", role="toast")
        self._window = window
        self._entries = _entries(window, actions)
        self.field = named(QLineEdit(placeholderText="Type a command, a run or a family"), "Search")
        self.list = named(QTreeWidget(), "Matches")
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setColumnCount(3)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformRowHeights(True)
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            self.list.header().setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.nothing = QLabel("Nothing matches. Try fewer letters.")
        self.nothing.setProperty("role", "secondary")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(HALF, HALF, HALF, HALF)
        layout.setSpacing(HALF)
        layout.addWidget(self.field)
        layout.addWidget(self.nothing)
        layout.addWidget(self.list, 1)
        self.field.textChanged.connect(self._match)
        self.field.installEventFilter(self)
        self.list.itemActivated.connect(self.run)
        self.list.itemClicked.connect(self.run)
        self._match("")

    def popup(self) -> None:
        """Show it under the menu bar, in the middle."""
        window = self._window
        self.resize(min(_WIDTH, window.width() - 2 * GAP), min(_HEIGHT, window.height() - 96))
        corner = QPoint((window.width() - self.width()) // 2, window.menuBar().height() + HALF)
        self.move(window.mapToGlobal(corner))
        self.show()
        self.field.setFocus()

    @Slot()
    def run(self) -> None:
        """Do what is chosen, after the palette is gone."""
        item = self.list.currentItem()
        if item is None:
            return
        entry = self._shown[self.list.indexOfTopLevelItem(item)]
        self.close()
        if entry.why_not:
            self._window.studio.notice(
                "info", f"“{entry.words}” cannot be done now.", entry.why_not
            )
        else:
            entry.call()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            steps = {
                Qt.Key.Key_Down: 1,
                Qt.Key.Key_Up: -1,
                Qt.Key.Key_PageDown: 8,
                Qt.Key.Key_PageUp: -8,
            }
            step = steps.get(Qt.Key(event.key()))
            if step is not None:
                self._move(step)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.run()
                return True
        return False

    def _move(self, step: int) -> None:
        count = self.list.topLevelItemCount()
        item = self.list.currentItem()
        if count and item is not None:
            place = self.list.indexOfTopLevelItem(item) + step
            place = place % count if abs(step) == 1 else max(0, min(count - 1, place))
            chosen = self.list.topLevelItem(place)
            if chosen is not None:
                self.list.setCurrentItem(chosen)
                self.list.scrollToItem(chosen, QAbstractItemView.ScrollHint.EnsureVisible)

    def _match(self, wanted: str) -> None:
        scored = [(fuzzy_score(wanted, entry.words), entry) for entry in self._entries]
        fitting = [(score, entry) for score, entry in scored if score is not None]
        if wanted.strip():
            fitting.sort(key=lambda pair: -pair[0])
        self._shown = [entry for _, entry in fitting[:_MOST]]
        self.list.clear()
        for entry in self._shown:
            item = QTreeWidgetItem([entry.words, entry.kind, entry.keys])
            item.setIcon(0, entry.picture)
            item.setToolTip(0, entry.why_not)
            for column in range(3):
                if column or entry.why_not:
                    item.setForeground(column, self.palette().placeholderText())
            self.list.addTopLevelItem(item)
        self.nothing.setVisible(not self._shown)
        self.list.setVisible(bool(self._shown))
        first = self.list.topLevelItem(0)
        if first is not None:
            self.list.setCurrentItem(first)


def _entries(window: MainWindow, actions: Sequence[QAction]) -> list[Entry]:
    studio = window.studio
    entries = []
    for action in actions:
        words, _, shown_keys = action.text().replace("&", "").partition("\t")
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText) or shown_keys
        why_not = "" if action.isEnabled() else action.statusTip() or "It is not available here."
        picture = icon("circle-small", "secondary") if action.icon().isNull() else action.icon()
        entries.append(Entry(words.rstrip("…"), "", keys, picture, action.trigger, why_not))
    for run in [*studio.own, *studio.shipped]:
        choose = partial(studio.select, run.folder)
        entries.append(Entry(run.manifest.title, "run", "", icon("cube-outline"), choose))
    for card in studio.cards.values():
        train = partial(window.train_family, card.name)
        entries.append(Entry(f"Train a {card.title}", "family", "", icon("plus"), train))
    return entries


class ShortcutList(QDialog):
    """Every command that has a key, with a filter."""

    def __init__(self, window: MainWindow, actions: Sequence[QAction]) -> None:
        super().__init__(window)
        self.setWindowTitle("Keyboard shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(480, 560)
        self.field = named(
            QLineEdit(placeholderText="Filter", clearButtonEnabled=True), "Filter shortcuts"
        )
        self.list = named(QTreeWidget(), "Shortcuts")
        self.list.setRootIsDecorated(False)
        self.list.setHeaderLabels(["Command", "Keys"])
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        rows = [(entry.words, entry.keys) for entry in _entries(window, actions) if entry.keys]
        rows += [
            ("Next region", "F6"),
            ("Previous region", "Shift+F6"),
            ("Dismiss a notice", "Esc"),
        ]
        for words, keys in rows:
            self.list.addTopLevelItem(QTreeWidgetItem([words, keys]))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GAP, GAP, GAP, GAP)
        layout.setSpacing(HALF)
        layout.addWidget(self.field)
        layout.addWidget(self.list, 1)
        self.field.textChanged.connect(self._filter)

    def _filter(self, wanted: str) -> None:
        for row in range(self.list.topLevelItemCount()):
            item = self.list.topLevelItem(row)
            if item is not None:
                text = f"{item.text(0)} {item.text(1)}".casefold()
                item.setHidden(wanted.casefold().strip() not in text)
