"""A button that writes what is seen of a widget as a picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QToolButton, QWidget

from genstudio.core.errors import UserError
from genstudio.ui.naming import named
from genstudio.ui.studio import Studio
from genstudio.ui.theme import icon
from genstudio.ui.widgets.plot_export import save_plot

__all__ = ["ExportPicture"]

_FOLDER = "latent/folder"


class ExportPicture(QToolButton):
    """Asks where to, and writes a PNG with its recipe.

    Args:
        studio: told how it went.
        what: in words, such as "the map".
        name: of the file, without its ending.
        widget: whose picture it is.
        recipe: what made the picture, written into the file.
    """

    def __init__(
        self,
        studio: Studio,
        what: str,
        name: str,
        widget: QWidget,
        recipe: Callable[[], dict[str, str]],
    ) -> None:
        super().__init__()
        named(self, f"Export {what}", f"Save {what} as a picture (PNG)", "plain")
        self.setIcon(icon("export-variant"))
        self.setFixedSize(28, 28)
        self._studio, self._what, self._name = studio, what, name
        self._widget, self._recipe = widget, recipe
        self.clicked.connect(self.ask)

    def ask(self) -> None:
        """Ask where to, and save there."""
        folder = Path(str(self._studio.settings.value(_FOLDER, Path.home())))
        dialog = QFileDialog(self, f"Export {self._what}", str(folder / f"{self._name}.png"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("png")
        dialog.setNameFilter("Picture (*.png)")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda chosen: self.save(Path(chosen)))
        dialog.open()

    def save(self, path: Path) -> None:
        """Write the file; a notice says how it went."""
        try:
            save_plot(path, self._widget, {}, self._recipe())
        except UserError as error:
            self._studio.notice("error", error.title, error.advice)
            return
        self._studio.settings.setValue(_FOLDER, str(path.parent))
        self._studio.notice("good", f"“{path.name}” is saved.", str(path.parent))
