"""Everything that can be done on the canvas, as actions with names, icons and keys.

The keys work while the canvas is shown, wherever in its window the keyboard is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu

from genstudio.ui.painting.canvas import PaintCanvas
from genstudio.ui.painting.presets import Preset
from genstudio.ui.painting.tool import Tool
from genstudio.ui.theme import icon

__all__ = ["PaintCommands"]

_TOOLS = {
    Tool.BRUSH: ("brush", "B", "Hide pixels; Alt or the right button reveals"),
    Tool.ERASER: ("eraser", "E", "Reveal pixels; Alt or the right button hides"),
    Tool.RECTANGLE: ("rectangle-outline", "R", "Hide a rectangle; Shift makes it a square"),
    Tool.ELLIPSE: ("ellipse-outline", "O", "Hide an ellipse; Shift makes it a circle"),
    Tool.LASSO: ("lasso", "L", "Hide what is drawn around"),
    Tool.LINE: ("vector-line", "N", "Hide a line as broad as the brush; Shift turns it by 45°"),
    Tool.PENCIL: ("pencil-outline", "D", "Draw on the picture; Alt or the right button: paper"),
    Tool.PICKER: ("eyedropper", "I", "Take the symbol of a pixel for the pencil"),
}
_SHARES = (10, 25, 50, 75, 90)  # per cent of the pixels scattered


class PaintCommands(QObject):
    """The actions of a canvas; they know when there is nothing for them to do.

    Attributes:
        tools: an action for each tool, one of them checked.
        presets: a menu of masks.
        mask: actions that change the mask, in the order of the strip.
        undo: takes back the last step.
        redo: does it again.
        view: actions that zoom.
    """

    def __init__(self, canvas: PaintCanvas) -> None:
        super().__init__(canvas)
        self._canvas, self._painting = canvas, canvas.painting
        self._scatters = 0
        group = QActionGroup(self)
        self.tools: dict[Tool, QAction] = {}
        for tool, (glyph, keys, help_) in _TOOLS.items():
            action = self._action(tool.value, glyph, keys, partial(canvas.take, tool), help_)
            action.setCheckable(True)
            group.addAction(action)
            self.tools[tool] = action
        step = self._step_size
        self.smaller = self._action("Smaller brush", "minus", "[", lambda: step(-1))
        self.larger = self._action("Larger brush", "plus", "]", lambda: step(1))
        self.swap = self._action(
            "Swap", "swap-horizontal", "X", canvas.swap, "Brush for eraser; pencil: ink for paper"
        )
        painting = self._painting
        self.undo = self._action("Undo", "undo", "Ctrl+Z", canvas.undo)
        self.redo = self._action("Redo", "redo", "Ctrl+Shift+Z; Ctrl+Y", painting.redo)
        self.mask = (
            self._action(
                "Invert",
                "select-inverse",
                "V",
                painting.invert,
                "Hide what is known, and only that",
            ),
            self._action("Clear", "selection-off", "C", painting.clear, "Hide nothing"),
            self._action("Grow", "arrow-expand", "G", painting.grow, "Hide one pixel more around"),
            self._action(
                "Shrink", "arrow-collapse", "Shift+G", painting.shrink, "Hide one pixel less around"
            ),
        )
        self.view = (
            self._action(
                "Fit", "fit-to-screen-outline", "F", canvas.fit, "As large as there is room"
            ),
            self._action(
                "1:1",
                "numeric-1-box-outline",
                "Shift+F",
                lambda: canvas.set_zoom(1),
                "One pixel of the screen for each pixel",
            ),
        )
        self.presets = self._preset_menu()
        canvas.tool_changed.connect(self._follow)
        canvas.brush_size_changed.connect(self._follow)
        painting.history_changed.connect(self._follow)
        painting.mask_changed.connect(self._follow)
        self._follow()

    def _action(
        self, words: str, glyph: str, keys: str, slot: Callable[[], object], help_: str = ""
    ) -> QAction:
        action = QAction(icon(glyph), words, self)
        action.setShortcuts([QKeySequence(each) for each in keys.split("; ")])
        action.triggered.connect(lambda _checked: slot())
        first = keys.partition(";")[0]
        action.setToolTip(f"{words} ({first})" + (f"\n{help_}" if help_ else ""))
        self._canvas.addAction(action)
        return action

    def _preset_menu(self) -> QMenu:
        menu = QMenu("Presets", self._canvas)
        for preset in Preset:
            if preset is Preset.SCATTER:
                shares = menu.addMenu(preset.value)
                for percent in _SHARES:
                    action = shares.addAction(f"{percent} %")
                    action.triggered.connect(lambda _, share=percent / 100: self._scatter(share))
                continue
            action = menu.addAction(preset.value)
            action.triggered.connect(lambda _, preset=preset: self._painting.preset(preset))
        return menu

    def _scatter(self, share: float) -> None:
        """Other pixels each time, the same ones in every session."""
        self._painting.preset(Preset.SCATTER, share, self._scatters)
        self._scatters += 1

    def _step_size(self, direction: int) -> None:
        """A pixel more or less; of a large brush an eighth."""
        size = self._canvas.brush_size
        self._canvas.set_brush_size(size + direction * max(1, size // 8))

    def _follow(self) -> None:
        canvas, painting = self._canvas, self._painting
        self.tools[canvas.tool].setChecked(True)
        self.smaller.setEnabled(canvas.brush_size > 1)
        self.larger.setEnabled(canvas.brush_size < max(painting.shape))
        for action, words, done, keys in (
            (self.undo, "Undo", painting.undo_words, "Ctrl+Z"),
            (self.redo, "Redo", painting.redo_words, "Ctrl+Shift+Z"),
        ):
            action.setEnabled(bool(done))
            nothing = f"Nothing to {words.lower()} yet"
            action.setToolTip(f"{words}: {done.lower()} ({keys})" if done else nothing)
        anything = not painting.known.all()
        for action in self.mask[1:]:
            action.setEnabled(anything)
