"""The column beside the pictures: the method and what is known of the result, the results below."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from genstudio.ui.inpainting.method_form import MethodForm
from genstudio.ui.inpainting.results import Results
from genstudio.ui.inpainting.session import Session
from genstudio.ui.naming import named, with_role
from genstudio.ui.theme import CONTROL, HALF, icon
from genstudio.ui.widgets.segmented import Segmented

__all__ = ["Side"]

_WIDTH = 300


class Side(QWidget):
    """Tabs above, the primary button between, the history below.

    Attributes:
        complete_wanted: the person wants completions.
        tabs: which page is shown.
        form: the first page.
        complete: the primary button.
        cancel: beside it while anything runs or waits.
        use: puts the shown result's image, mask and settings back.
        delete: forgets the shown result.
        problem: why nothing can be completed now.
        results: the history.
    """

    complete_wanted = Signal()

    def __init__(self, session: Session, pages: dict[str, tuple[QWidget, str]]) -> None:
        super().__init__()
        self.setFixedWidth(_WIDTH)
        self._session = session
        self.form = MethodForm()
        self.tabs = Segmented((), "Side")
        self.tabs.offer(
            ["Method", *pages],
            ["How to complete what is hidden", *(tip for _, tip in pages.values())],
        )
        self._pages = _Pages()
        self._pages.addWidget(_scrolled(self.form))
        for page, _ in pages.values():
            self._pages.addWidget(page)
        self._words = ["Method", *pages]
        self.complete = QPushButton(icon("auto-fix", "on_accent"), "Complete")
        self.complete.setProperty("role", "primary")
        self.complete.clicked.connect(self.complete_wanted)
        self.cancel = named(QPushButton(icon("stop"), "Cancel"), "Cancel", "Stop at once (Esc)")
        self.cancel.clicked.connect(lambda _checked: session.cancel())
        self.problem = with_role(QLabel(wordWrap=True), "secondary")
        self.results = Results(session)
        self.use = _small("tune", "Use its image, mask and settings again (Enter)")
        self.use.clicked.connect(self._use)
        self.delete = _small("delete-outline", "Forget this result (Delete)")
        self.delete.clicked.connect(self._delete)
        self._none = with_role(
            QLabel("What you complete is kept here.", wordWrap=True), "secondary"
        )
        self._waiting = with_role(QLabel(), "secondary")
        self._lay_out()
        self.tabs.chosen.connect(self.turn_to)
        session.changed.connect(self._follow)
        self._follow()

    @property
    def page(self) -> str:
        """The word of the page that is shown."""
        return self._words[self._pages.currentIndex()]

    def turn_to(self, word: str) -> None:
        """Show a page."""
        self.tabs.choose(word)
        self._pages.setCurrentIndex(self._words.index(word))

    def allow(self, problem: str) -> None:
        """Let it be completed, or say why it cannot be."""
        self.complete.setEnabled(not problem)
        self.complete.setToolTip(problem or "Draw what is hidden (Ctrl+Return)")
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))

    def _follow(self) -> None:
        busy, waiting = self._session.busy, len(self._session.waiting)
        self.cancel.setVisible(busy)
        self.cancel.setText("Cancel all" if waiting else "Cancel")
        self.complete.setText("Queue another" if busy else "Complete")
        self._waiting.setText(f"{waiting} waiting" if waiting else "")
        for button in (self.use, self.delete):
            button.setVisible(self._session.current is not None)
        self.results.setVisible(bool(self._session.trials))
        self._none.setVisible(not self._session.trials)

    def _use(self) -> None:
        if self._session.current is not None:
            self.results.used.emit(self._session.current)

    def _delete(self) -> None:
        if self._session.current is not None:
            self._session.delete(self._session.current)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(HALF)
        buttons.addWidget(self.complete, 1)
        buttons.addWidget(self.cancel)
        heading = QHBoxLayout()
        heading.addWidget(with_role(QLabel("Results"), "heading"))
        heading.addStretch(1)
        heading.addWidget(self._waiting)
        heading.addWidget(self.use)
        heading.addWidget(self.delete)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF)
        column.addWidget(self.tabs)
        column.addWidget(self._pages, 4)
        column.addWidget(self.problem)
        column.addLayout(buttons)
        column.addLayout(heading)
        column.addWidget(self.results, 1)
        column.addWidget(self._none)


class _Pages(QStackedWidget):
    """As small as needed: every page can do with less than it wants."""

    def minimumSizeHint(self) -> QSize:
        return QSize(_WIDTH, 4 * CONTROL)


def _small(glyph: str, words: str) -> QToolButton:
    button = named(QToolButton(), words.partition(" (")[0], words, "plain")
    button.setIcon(icon(glyph))
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button


def _scrolled(widget: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidget(widget)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area
