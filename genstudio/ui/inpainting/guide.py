"""The three things to do, each with buttons that do it, while nothing is completed yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from genstudio.ui.inpainting.sources import Sources
from genstudio.ui.naming import with_role
from genstudio.ui.painting.document import Painting
from genstudio.ui.painting.presets import Preset
from genstudio.ui.theme import GAP, HALF, icon

__all__ = ["Guide", "Offer", "three_steps"]

Offer = tuple[str, str, Callable[[], object]]
"""(words, icon, what it does)"""


class Guide(QWidget):
    """Steps, one below the other; the buttons of a step stand two to a row."""

    def __init__(self, steps: Sequence[tuple[str, Sequence[Offer]]]) -> None:
        super().__init__()
        self.buttons: dict[str, QPushButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF)
        column.addStretch(1)
        for number, (words, offers) in enumerate(steps, 1):
            column.addWidget(with_role(QLabel(f"{number}  {words}"), "heading"))
            grid = QGridLayout()
            grid.setSpacing(HALF // 2)
            for place, (name, glyph, action) in enumerate(offers):
                button = QPushButton(icon(glyph), name)
                button.clicked.connect(lambda _checked, action=action: action())
                self.buttons[name] = button
                grid.addWidget(button, place // 2, place % 2)
            column.addLayout(grid)
            column.addSpacing(GAP)
        column.addStretch(2)
        column.setAlignment(Qt.AlignmentFlag.AlignVCenter)


def three_steps(
    sources: Sources,
    painting: Painting,
    browse: Callable[[], object],
    draw: Callable[[], object],
    open_file: Callable[[], object],
    complete: Callable[[], object],
) -> Guide:
    """An image, a mask, completions."""
    masks = (
        (Preset.TOP, "border-top-variant"),
        (Preset.LEFT, "border-left-variant"),
        (Preset.BOTTOM, "border-bottom-variant"),
        (Preset.CENTRE, "image-filter-center-focus"),
    )
    return Guide(
        [
            (
                "Bring an image",
                [
                    ("Random image", "dice-5-outline", sources.random),
                    ("Browse…", "view-grid-outline", browse),
                    ("From the model", "creation-outline", draw),
                    ("From a file…", "folder-open-outline", open_file),
                ],
            ),
            (
                "Hide some of it: paint on it, or begin with",
                [
                    (preset.value, glyph, partial(painting.preset, preset))
                    for preset, glyph in masks
                ],
            ),
            ("See what it could be", [("Complete", "auto-fix", complete)]),
        ]
    )
