"""The panels in tabs, each with its title and its question, made when it is first shown."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

import genstudio.ui.panels
from genstudio.core.discovery import import_modules
from genstudio.core.runs import Run
from genstudio.ui import panel as panel_module
from genstudio.ui.naming import hairline, named, with_role
from genstudio.ui.panel import Panel
from genstudio.ui.studio import Studio
from genstudio.ui.theme import GAP, HALF, MARGIN, icon
from genstudio.ui.widgets.glyph import Glyph

__all__ = ["Centre", "Lack", "discovered"]


def discovered() -> tuple[type[Panel], ...]:
    """Every panel that there is a file for, from left to right."""
    import_modules(genstudio.ui.panels)
    return tuple(
        found for found in panel_module.registered if found.__module__.startswith("genstudio.")
    )


class Lack(QWidget):
    """What a panel shows while the chosen model does not qualify: why, and what to do."""

    train_wanted = Signal()
    choose_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._picture = Glyph(48)
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sentence = QLabel(alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self.choose = QPushButton("Choose a model")
        self.choose.clicked.connect(self.choose_wanted)
        self.train = QPushButton(icon("plus", "on_accent"), "Train a new model")
        self.train.setProperty("role", "primary")
        self.train.clicked.connect(self.train_wanted)
        buttons = QHBoxLayout()
        buttons.setSpacing(HALF)
        buttons.addStretch()
        buttons.addWidget(self.choose)
        buttons.addWidget(self.train)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.setSpacing(GAP)
        layout.addStretch(2)
        layout.addWidget(self._picture)
        layout.addWidget(self.sentence)
        layout.addLayout(buttons)
        layout.addStretch(3)

    def say(self, sentence: str, glyph: str, can_choose: bool, waiting: bool) -> None:
        """Show a sentence; offer to choose a model where there is one to choose.

        Nothing is offered while the engine is only starting: the wait will end by itself.
        """
        self._picture.show_icon(glyph)
        self.sentence.setText(sentence)
        self.choose.setVisible(can_choose and not waiting)
        self.train.setVisible(not waiting)


class _Page(QStackedWidget):
    """A panel, or what it lacks."""

    def __init__(self, kind: type[Panel], studio: Studio) -> None:
        super().__init__()
        self.panel = kind(studio)
        self.panel.setAccessibleName(kind.title)
        self.lack = Lack()
        self.addWidget(self.panel)
        self.addWidget(self.lack)
        self._shown: object = None

    def show_run(self, run: Run | None) -> None:
        """Tell the panel of the chosen run if it qualifies and something about it is new."""
        studio = self.panel.studio
        card = studio.card_of(run)
        lacks = self.panel.lacks(run, card)
        if lacks:
            self._shown = None
            can_choose, waiting = bool(studio.own or studio.shipped), bool(run and not studio.cards)
            self.lack.say(lacks, self.panel.icon_name, can_choose, waiting)
            self.setCurrentWidget(self.lack)
            return
        self.setCurrentWidget(self.panel)
        now = None if run is None else (run.folder, run.manifest, run.has_model, card)
        if now != self._shown or now is None:
            self._shown = now
            self.panel.show_run(run, card)


class Centre(QWidget):
    """Tabs, header and the shown panel."""

    panel_changed = Signal()
    choose_wanted = Signal()

    def __init__(self, studio: Studio, kinds: Sequence[type[Panel]]) -> None:
        super().__init__()
        self.studio = studio
        self.kinds = tuple(kinds)
        self._pages: dict[int, _Page] = {}
        self.tabs = named(QTabBar(), "Panels")
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.tabs.setUsesScrollButtons(True)
        for index, kind in enumerate(self.kinds):
            self.tabs.addTab(icon(kind.icon_name), kind.title)
            keys = f" (Ctrl+{index + 1})" if index < 9 else ""
            self.tabs.setTabToolTip(index, f"{kind.question}{keys}")
        self._question = with_role(QLabel(), "question")
        self._question.setContentsMargins(0, 0, 0, 2)  # onto the title's baseline
        self._title = with_role(QLabel(), "title")
        self._stack = QStackedWidget()
        self._arrange()
        self.tabs.currentChanged.connect(self._show)
        studio.run_selected.connect(self._tell)

    def _arrange(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(HALF, 0, HALF, 0)
        bar.addWidget(self.tabs, 1)
        header = QHBoxLayout()
        header.setContentsMargins(MARGIN, GAP, MARGIN, 0)
        header.setSpacing(GAP)
        header.addWidget(self._title, 0, Qt.AlignmentFlag.AlignBottom)
        header.addWidget(self._question, 1, Qt.AlignmentFlag.AlignBottom)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(hairline())
        layout.addLayout(header)
        layout.addWidget(self._stack, 1)

    @property
    def panel(self) -> Panel | None:
        """The panel that is shown, or None while there is none at all."""
        page = self._pages.get(self.tabs.currentIndex())
        return None if page is None else page.panel

    @property
    def lack(self) -> Lack | None:
        """What is shown instead of the panel, or None while the panel itself is."""
        page = self._pages.get(self.tabs.currentIndex())
        return page.lack if page is not None and page.currentWidget() is page.lack else None

    def show_titled(self, title: str) -> None:
        """Show a panel by its title; does nothing where there is none of that title."""
        for index, kind in enumerate(self.kinds):
            if kind.title == title:
                self.tabs.setCurrentIndex(index)

    def open_first(self, title: str) -> None:
        """Make the first panel; called once, after the window has its size."""
        self.show_titled(title)
        self._show(self.tabs.currentIndex())

    def _show(self, index: int) -> None:
        if index < 0:
            return
        kind = self.kinds[index]
        if index not in self._pages:
            page = _Page(kind, self.studio)
            page.lack.train_wanted.connect(lambda: self.show_titled("Train"))
            page.lack.choose_wanted.connect(self.choose_wanted)
            self._pages[index] = page
            self._stack.addWidget(page)
            page.show_run(self.studio.selected)
        self._title.setText(kind.title)
        self._question.setText(kind.question)
        self._stack.setCurrentWidget(self._pages[index])
        self.panel_changed.emit()

    def _tell(self, run: Run | None) -> None:
        for page in self._pages.values():
            page.show_run(run)
        self.panel_changed.emit()
