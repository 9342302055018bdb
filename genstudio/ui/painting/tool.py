"""What a hand can hold over the picture."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["FREEHAND", "SIZED", "Tool"]


class Tool(StrEnum):
    """A tool; those up to the line work on the mask, the pencil and the picker on the picture."""

    BRUSH = "Brush"
    ERASER = "Eraser"
    RECTANGLE = "Rectangle"
    ELLIPSE = "Ellipse"
    LASSO = "Lasso"
    LINE = "Line"
    PENCIL = "Pencil"
    PICKER = "Picker"


FREEHAND = frozenset({Tool.BRUSH, Tool.ERASER, Tool.PENCIL})
"""These paint as they move; the others once they are released."""

SIZED = FREEHAND | {Tool.LINE}
"""These are as broad as the brush."""
