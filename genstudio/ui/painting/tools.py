"""The strip of tools beside the canvas."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from genstudio.ui.naming import hairline, named, with_role
from genstudio.ui.painting.canvas import PaintCanvas
from genstudio.ui.painting.commands import PaintCommands
from genstudio.ui.painting.ink import Ink
from genstudio.ui.painting.mask_files import MaskFiles, dropped_picture
from genstudio.ui.painting.overlay import OverlayChoice
from genstudio.ui.theme import CONTROL, HALF, icon

__all__ = ["ToolStrip"]

_ACROSS = 3  # buttons side by side
_GAP = 4
_WIDTH = _ACROSS * CONTROL + (_ACROSS - 1) * _GAP


class ToolStrip(QWidget):
    """Tools, brush size, symbols, what can be done to the mask, history, view and overlay.

    A picture file that is dropped on the strip is read as a mask.

    Attributes:
        noticed: (kind, title, advice) for a notice: "good", "info" or "error".
        commands: the actions behind the buttons.
        files: reads and writes masks.
    """

    noticed = Signal(str, str, str)

    def __init__(self, canvas: PaintCanvas) -> None:
        super().__init__()
        self._canvas = canvas
        self.setAccessibleName("Tools")
        self.setAcceptDrops(True)
        self.setFixedWidth(_WIDTH)
        self.commands = PaintCommands(canvas)
        self.files = MaskFiles(canvas.painting, self)
        self.files.noticed.connect(self.noticed)
        self.size_slider = named(QSlider(Qt.Orientation.Horizontal), "Brush size")
        self.size_slider.setMinimumWidth(48)
        self.size_words = with_role(QLabel(), "secondary")
        self.size_words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.ink = Ink(canvas)
        self.overlay = OverlayChoice(canvas)
        self.overlay.colour.setFixedSize(CONTROL, CONTROL)
        self.presets = _plain("Presets", "Presets: hide a half, a box, scattered pixels …")
        self.presets.setIcon(icon("view-grid-plus-outline"))
        self.presets.setMenu(self.commands.presets)
        self.presets.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.read = _plain("Import mask", "Import a mask: white is known.\nOr drop a picture here")
        self.read.setIcon(icon("file-import-outline"))
        self.read.clicked.connect(self.files.ask_read)
        self.write = _plain("Export mask", "Export the mask as PNG: known white, hidden black")
        self.write.setIcon(icon("file-export-outline"))
        self.write.clicked.connect(self.files.ask_write)
        self._lay_out()
        self._show_size()
        self.size_slider.valueChanged.connect(canvas.set_brush_size)
        canvas.brush_size_changed.connect(self._show_size)
        canvas.painting.image_changed.connect(self._show_size)

    def button(self, action: QAction) -> QToolButton:
        """The button of an action."""
        found = [each for each in self.findChildren(QToolButton) if each.defaultAction() is action]
        return found[0]

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_picture(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = dropped_picture(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.files.read(path)

    def _show_size(self) -> None:
        size, largest = self._canvas.brush_size, max(self._canvas.painting.shape)
        self.size_slider.blockSignals(True)
        self.size_slider.setRange(1, largest)
        self.size_slider.setValue(size)
        self.size_slider.blockSignals(False)
        self.size_words.setText(f"{size} px")
        self.size_slider.setToolTip(f"Brush: {size} px across ([ and ])")

    def _lay_out(self) -> None:
        commands = self.commands
        size = QHBoxLayout()
        size.setSpacing(0)
        size.addWidget(_of(commands.smaller))
        size.addWidget(self.size_words, 1)
        size.addWidget(_of(commands.larger))
        tools = [*map(_of, commands.tools.values()), _of(commands.swap)]
        mask = [self.presets, *map(_of, commands.mask), self.overlay.colour]
        fit, one = map(_of, commands.view)
        rest = [self.read, self.write, fit, _of(commands.undo), _of(commands.redo), one]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF)
        column.addWidget(_grid(tools))
        column.addLayout(size)
        column.addWidget(self.size_slider)
        column.addWidget(self.ink, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(hairline())
        column.addWidget(_grid(mask))
        column.addWidget(self.overlay.opacity)
        column.addWidget(hairline())
        column.addWidget(_grid(rest))
        column.addStretch(1)


def _plain(name: str, tip: str) -> QToolButton:
    button = named(QToolButton(), name, tip, "plain")
    button.setFixedSize(CONTROL, CONTROL)
    # A click leaves the keyboard with the canvas: Space goes on to pan.
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _of(action: QAction) -> QToolButton:
    """A button that does what an action does, and is named like it."""
    button = _plain(action.text(), "")
    button.setDefaultAction(action)
    return button


def _grid(buttons: Sequence[QToolButton]) -> QWidget:
    block = QWidget()
    grid = QGridLayout(block)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setSpacing(_GAP)
    for place, button in enumerate(buttons):
        grid.addWidget(button, place // _ACROSS, place % _ACROSS)
    return block
