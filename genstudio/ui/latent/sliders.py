"""A slider for each latent dimension, a page at a time: what carries most comes first."""

from __future__ import annotations

import re
import secrets

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QActionGroup, QGuiApplication, QIcon, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from genstudio.ui.latent.dimension_row import LARGE, SMALL, DimensionRow
from genstudio.ui.latent.painting import picture
from genstudio.ui.latent.ruler import Ruler, Unit
from genstudio.ui.latent.state import LatentState
from genstudio.ui.latent.sweep import Sweep
from genstudio.ui.naming import named, with_role
from genstudio.ui.studio import Studio
from genstudio.ui.theme import CONTROL, HALF, icon

__all__ = ["STRIPS", "Sliders", "wanted_dimensions"]

STRIPS = "latent strips"
"""The channel of the traversals behind the sliders."""

_REST = 150  # milliseconds that the code rests before the strips follow
_TALLEST = 96  # pixels of a row
_FRESH_SEEDS = 1_000_000


def wanted_dimensions(text: str, size: int) -> list[int]:
    """The dimensions (from 0) that "3, 17, 20-25" asks for; all that there are of those."""
    found: dict[int, None] = {}
    for first, last in re.findall(r"(\d+)(?:\s*[-–]\s*(\d+))?", text):
        for number in range(int(first), min(int(last or first), size) + 1):
            if 1 <= number <= size:
                found[number - 1] = None
    return list(found)


class Sliders(QWidget):
    """Which dimensions are shown follows from the search, the page, and what is active."""

    def __init__(self, studio: Studio, state: LatentState, sweep: Sweep) -> None:
        super().__init__()
        self._studio, self.state, self.sweep = studio, state, sweep
        self.setAccessibleName("Latent dimensions")
        self.rows: list[DimensionRow] = []
        self.page = 0
        self.unit = Unit.POSTERIOR
        self._ruler = Ruler.of(state, self.unit)
        self._make_tools()
        self.search = named(
            QLineEdit(), "Find dimensions", "Show these dimensions only, such as 3, 17, 20-25"
        )
        self.search.setPlaceholderText("Find, such as 3, 20-25")
        self.search.setClearButtonEnabled(True)
        self.active = _tool("Active only", "", icon("filter-variant"))
        self.active.setCheckable(True)
        self.where = with_role(QLabel(), "secondary")
        self.back = _tool("Previous page", "Dimensions that carry more", icon("chevron-left"))
        self.on = _tool("Next page", "Dimensions that carry less", icon("chevron-right"))
        self.warning = with_role(QLabel(), "secondary")
        self.warning.setWordWrap(True)
        self._bay = _Bay()
        self._strips = QTimer(self, singleShot=True, interval=_REST)
        self._lay_out()
        self._connect()

    # --- what is shown ---

    @property
    def offered(self) -> NDArray[np.int64]:
        """The dimensions on all pages together, in order."""
        state = self.state
        searched = wanted_dimensions(self.search.text(), state.size)
        if searched:
            return np.array(searched, np.int64)
        order = state.order
        if self.active.isChecked() and state.survey is not None:
            order = order[~state.survey.collapsed[order]]
        return order

    @property
    def shown(self) -> list[int]:
        """The dimensions of this page."""
        return [row.dim for row in self.rows if not row.isHidden()]

    @property
    def settled(self) -> bool:
        """Whether the strips are, or nothing has to be."""
        return not self._strips.isActive()

    def turn_to(self, page: int) -> None:
        """Show a page, from 0."""
        offered = self.offered
        room = self._room(len(offered))
        pages = max(1, -(-len(offered) // room))
        self.page = max(0, min(page, pages - 1))
        first = self.page * room
        dims = offered[first : first + room]
        while len(self.rows) < len(dims):
            self._add_row()
        for place, row in enumerate(self.rows):
            row.set_large(self._large(len(offered)))
            row.setVisible(place < len(dims))
            if place < len(dims):
                self._show_dim(row, int(dims[place]))
        self.where.setText(
            f"{first + 1} to {first + len(dims)} of {len(offered)} dimensions"
            if pages > 1
            else f"{len(offered)} dimension{'' if len(offered) == 1 else 's'}"
        )
        for button, there in ((self.back, self.page > 0), (self.on, self.page < pages - 1)):
            button.setEnabled(there)
            button.setVisible(pages > 1)
        self._show_code()
        self._strips.start()

    def _room(self, count: int) -> int:
        height = LARGE if self._large(count) else SMALL
        return max(2, min(max(count, 1), self._bay.height() // height))

    def _large(self, count: int) -> bool:
        """Whether so many have room for large strips, all on one page."""
        return count * LARGE <= self._bay.height()

    def _make_room(self) -> None:
        if self.state.code is not None:
            self.turn_to(self.page)

    def _show_dim(self, row: DimensionRow, dim: int) -> None:
        survey = self.state.survey
        if survey is None:
            row.show_dim(dim, 0.0, f"Dimension {dim + 1}", collapsed=False)
        else:
            carried, collapsed = float(survey.carries[dim]), bool(survey.collapsed[dim])
            most = float(survey.carries.max())
            what = "nats of KL" if survey.unit == "nats" else "of variance"
            words = f"Dimension {dim + 1} carries {carried:.3g} {what}"
            if collapsed:
                words += "; it has collapsed: the decoder does without it"
            share = max(0.0, carried / most) if most > 0 else 0.0
            row.show_dim(dim, share, words, collapsed)
        row.show_pictures([])
        row.show_state(bool(self.state.locked[dim]), dim in self.sweep.dims)

    # --- following the state ---

    def _run_changed(self) -> None:
        self.search.clear()
        self.active.setChecked(False)
        self.page = 0
        self.setEnabled(False)
        for row in self.rows:
            row.hide()
        self.where.setText("")
        self.warning.hide()

    def _surveyed(self) -> None:
        survey = self.state.survey
        if survey is None:
            return
        active = int((~survey.collapsed).sum())
        self.active.setVisible(0 < active < len(survey.collapsed))
        self.active.setToolTip(f"Show only the {active} dimensions that carry something")
        self.warning.setText(survey.warning)
        self.warning.setVisible(bool(survey.warning))
        self._measure()

    def _measure(self) -> None:
        self._ruler = Ruler.of(self.state, self.unit)
        self.turn_to(self.page)

    def _moved(self) -> None:
        if len(self._ruler.unit) != self.state.size:
            self.setEnabled(True)
            self._measure()
            return
        self.setEnabled(True)
        self._show_code()
        if not self.sweep.running:
            self._strips.start()

    def _show_code(self) -> None:
        code = self.state.code
        if code is None or len(self._ruler.unit) != len(code):
            return
        start = self.state.start
        for row in self.rows:
            if not row.isHidden():
                value, home = float(code[row.dim]), float(start[row.dim])
                share, back = self._ruler.share(row.dim, value), self._ruler.share(row.dim, home)
                row.show_value(share, back, self._ruler.number(row.dim, value), self.unit.symbol)

    def _show_states(self) -> None:
        for row in self.rows:
            if not row.isHidden():
                locked = bool(self.state.locked[row.dim])
                row.show_state(locked, row.dim in self.sweep.dims)
        running = self.sweep.running
        self.animate.setIcon(icon("stop" if running else "play"))
        self.animate.setChecked(running)
        if not running and self.state.code is not None:
            self._strips.start()

    def _show_history(self) -> None:
        for button, words, verb in (
            (self.undo, self.state.history.undo_words, "Undo"),
            (self.redo, self.state.history.redo_words, "Redo"),
        ):
            button.setEnabled(bool(words))
            keys = "Ctrl+Z" if verb == "Undo" else "Ctrl+Shift+Z"
            said = (
                f"{verb}: {words[:1].lower()}{words[1:]}" if words else f"Nothing to {verb.lower()}"
            )
            button.setToolTip(f"{said} ({keys})")

    # --- the strips ---

    def _draw_strips(self) -> None:
        """Decode along every dimension of the page, from the code as it is now."""
        state, dims = self.state, self.shown
        if state.code is None or not dims:
            return
        count = self.rows[0].track.thumbnails
        codes = np.repeat(state.code[None], len(dims) * count, axis=0)
        for place, dim in enumerate(dims):
            for step in range(count):
                codes[place * count + step, dim] = self._ruler.at(dim, step / (count - 1))
        state.decode_many(codes, lambda images: self._show_strips(dims, images), STRIPS)

    def _show_strips(self, dims: list[int], images: NDArray[np.float32]) -> None:
        space = self.state.space
        if space is None or dims != self.shown:
            return
        pictures = [picture(image, space.levels) for image in images]
        count = len(pictures) // len(dims)
        for place in range(len(dims)):
            self.rows[place].show_pictures(pictures[place * count : (place + 1) * count])

    # --- what is done ---

    def _add_row(self) -> None:
        row = DimensionRow()
        state = self.state
        row.dragged.connect(lambda share: state.set_value(row.dim, self._ruler.at(row.dim, share)))
        row.stepped.connect(lambda steps: self._step(row, steps))
        row.typed.connect(lambda number: self._type(row, number))
        row.homed.connect(lambda: state.reset(row.dim))
        row.settled.connect(state.history.seal)
        row.locked.connect(lambda locked: self._lock(row.dim, locked))
        row.swept.connect(lambda sweeping: self.sweep.toggle(row.dim, sweeping))
        row.setMaximumHeight(_TALLEST)
        row.track.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._bay.rows.insertWidget(len(self.rows), row, 100)
        self.rows.append(row)

    def _step(self, row: DimensionRow, steps: int) -> None:
        code = self.state.code
        if code is not None:
            self.state.set_value(row.dim, code[row.dim] + steps * self._ruler.step(row.dim))
            self._show_code()

    def _type(self, row: DimensionRow, number: float) -> None:
        self.state.set_value(row.dim, self._ruler.value(row.dim, number))
        self.state.history.seal()
        self._show_code()

    def _lock(self, dim: int, locked: bool) -> None:
        self.state.lock(dim, locked)
        if locked:
            self.sweep.toggle(dim, sweeping=False)

    def animate_all(self) -> None:
        """Let all that is active and not locked sweep, or let all rest."""
        state = self.state
        if self.sweep.running or state.code is None:
            self.sweep.stop()
            return
        free = ~state.locked
        if state.survey is not None and (free & ~state.survey.collapsed).any():
            free &= ~state.survey.collapsed
        self.sweep.start([int(dim) for dim in np.flatnonzero(free)])

    def random_point(self) -> None:
        """A code of the prior."""
        self.state.randomize("prior", secrets.randbelow(_FRESH_SEEDS))

    def random_code(self) -> None:
        """A code such as data have."""
        self.state.randomize("aggregated", secrets.randbelow(_FRESH_SEEDS))

    def copy_code(self) -> None:
        """Put the code on the clipboard, numbers with commas between them."""
        if self.state.code is not None:
            numbers = ", ".join(f"{value:.6g}" for value in self.state.code)
            QGuiApplication.clipboard().setText(numbers)
            self._studio.notice("good", "The code is on the clipboard.")

    def paste_code(self) -> None:
        """Go to the code whose numbers are on the clipboard."""
        words = re.split(r"[\s,;\[\]()]+", QGuiApplication.clipboard().text().strip("[]() \n"))
        try:
            numbers = np.array([float(word) for word in words], np.float32)
        except ValueError:
            numbers = np.empty(0, np.float32)
        if len(numbers) == self.state.size and np.isfinite(numbers).all():
            self.state.set_code(numbers, "Paste a code")
        else:
            self._studio.notice(
                "error",
                f"There is no code of {self.state.size} numbers on the clipboard.",
                "Copy one with its numbers separated by commas.",
            )

    def choose_unit(self, unit: Unit) -> None:
        """What the numbers beside the sliders count."""
        self.unit = unit
        self._studio.settings.setValue("latent/unit", unit.value)
        self._units[unit].setChecked(True)
        self._measure()

    # --- putting it together ---

    def _make_tools(self) -> None:
        self.undo = _tool("Undo", "", icon("undo"))
        self.redo = _tool("Redo", "", icon("redo"))
        self.dice = _tool("Random code", "Go somewhere by chance", icon("dice-5-outline"))
        chances = QMenu(self)
        chances.addAction("From the prior p(z)\tR").triggered.connect(
            lambda _checked: self.random_point()
        )
        chances.addAction("From the data's codes q(z)\tShift+R").triggered.connect(
            lambda _checked: self.random_code()
        )
        self.dice.setMenu(chances)
        self.dice.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.reset = _tool("Reset all", "Back to where you started (Ctrl+0)", icon("restore"))
        self.animate = _tool("Sweep all", "All dimensions to and fro (W)", icon("play"))
        self.animate.setCheckable(True)
        self.more = _tool("More", "Units, and the code as numbers", icon("dots-horizontal"))
        menu = QMenu(self)
        self._units = {}
        group = QActionGroup(menu)
        menu.addSection("Numbers count")
        stored = str(self._studio.settings.value("latent/unit", self.unit.value))
        for unit in Unit:
            action = menu.addAction(unit.value[:1].upper() + unit.value[1:])
            action.setCheckable(True)
            action.setToolTip(unit.help)
            action.triggered.connect(lambda _, unit=unit: self.choose_unit(unit))
            group.addAction(action)
            self._units[unit] = action
            if unit.value == stored:
                self.unit = unit
        self._units[self.unit].setChecked(True)
        menu.setToolTipsVisible(True)
        menu.addSeparator()
        menu.addAction("Copy the code\tCtrl+C").triggered.connect(self.copy_code)
        menu.addAction("Paste a code").triggered.connect(self.paste_code)
        menu.addSeparator()
        menu.addAction("Unlock all").triggered.connect(self.unlock_all)
        self.more.setMenu(menu)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def unlock_all(self) -> None:
        """Let every dimension move again."""
        for dim in np.flatnonzero(self.state.locked):
            self.state.lock(int(dim), locked=False)

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.setSpacing(2)
        for button in (self.undo, self.redo, self.dice, self.reset, self.animate):
            tools.addWidget(button)
        tools.addStretch(1)
        tools.addWidget(self.more)
        find = QHBoxLayout()
        find.setSpacing(4)
        find.addWidget(self.search, 1)
        find.addWidget(self.active)
        below = QHBoxLayout()
        below.setSpacing(4)
        below.addWidget(self.where, 1)
        below.addWidget(self.back)
        below.addWidget(self.on)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF // 2)
        column.addLayout(tools)
        column.addLayout(find)
        column.addWidget(self._bay, 1)
        column.addWidget(self.warning)
        column.addLayout(below)
        self.active.hide()
        self.warning.hide()

    def _connect(self) -> None:
        state = self.state
        state.run_changed.connect(self._run_changed)
        state.surveyed.connect(self._surveyed)
        state.code_changed.connect(self._moved)
        state.source_changed.connect(self._show_code)
        state.labels_changed.connect(self._strips.start)
        state.locked_changed.connect(self._show_states)
        state.history_changed.connect(self._show_history)
        state.run_changed.connect(self._show_history)
        self.sweep.changed.connect(self._show_states)
        self._bay.resized.connect(self._make_room)
        self._strips.timeout.connect(self._draw_strips)
        self.search.textChanged.connect(lambda _: self.turn_to(0))
        self.active.clicked.connect(lambda _: self.turn_to(0))
        self.back.clicked.connect(lambda: self.turn_to(self.page - 1))
        self.on.clicked.connect(lambda: self.turn_to(self.page + 1))
        self.undo.clicked.connect(state.undo)
        self.redo.clicked.connect(state.redo)
        self.reset.clicked.connect(lambda _checked: state.reset())
        self.animate.clicked.connect(self.animate_all)
        self._show_history()
        self.setEnabled(False)


class _Bay(QWidget):
    """Where the rows are; it does not grow with them.

    Attributes:
        resized: there is more room, or less.
    """

    resized = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumHeight(2 * SMALL)
        self.rows = QVBoxLayout(self)
        self.rows.setContentsMargins(0, 0, 0, 0)
        self.rows.setSpacing(0)
        self.rows.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)
        self.rows.addStretch(1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()


def _tool(name: str, tip: str, glyph: QIcon) -> QToolButton:
    button = named(QToolButton(), name, tip, "plain")
    button.setIcon(glyph)
    button.setFixedSize(CONTROL, CONTROL)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button
