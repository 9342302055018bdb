"""The column at the right: the map, and other ways to look at the whole space."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from genstudio.ui.theme import CONTROL, HALF
from genstudio.ui.widgets.segmented import Segmented

__all__ = ["Page", "Side"]

_WIDTH = 400


@dataclass(frozen=True)
class Page:
    """One of the pages.

    Attributes:
        word: of its tab.
        tip: what it shows, in a sentence.
        widget: the page.
        settled: whether all that it asked for is shown.
    """

    word: str
    tip: str
    widget: QWidget
    settled: Callable[[], bool]


class Side(QWidget):
    """One page at a time."""

    def __init__(self, pages: Sequence[Page]) -> None:
        super().__init__()
        self.pages = {page.word: page for page in pages}
        self.setMinimumWidth(_WIDTH)
        self.tabs = Segmented((), "Side")
        self.tabs.offer(list(self.pages), [page.tip for page in pages])
        self._stack = _Stack()
        for page in pages:
            self._stack.addWidget(page.widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF)
        column.addWidget(self.tabs)
        column.addWidget(self._stack, 1)
        self.tabs.chosen.connect(self.turn_to)

    def offer(self, words: Sequence[str]) -> None:
        """Show the tabs of these pages only; the first where the shown one is not among them."""
        if self.tabs.offered != list(words):
            page = self.page
            self.tabs.offer(words, [self.pages[word].tip for word in words])
            self.turn_to(page if page in words else words[0])

    @property
    def page(self) -> str:
        """The word of the page that is shown."""
        return self.tabs.word

    @property
    def settled(self) -> bool:
        """Whether what the shown page asked for is there."""
        return self.pages[self.page].settled()

    def turn_to(self, word: str) -> None:
        """Show a page."""
        self.tabs.choose(word)
        self._stack.setCurrentWidget(self.pages[word].widget)


class _Stack(QStackedWidget):
    """As small as needed: every page can do with less than it wants."""

    def minimumSizeHint(self) -> QSize:
        return QSize(_WIDTH, 4 * CONTROL)
