"""The preferences: appearance, text size, where things are kept, where to compute."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
)

from genstudio.core.paths import cache_folder, data_folder, log_folder
from genstudio.ui.naming import named
from genstudio.ui.theme import GAP, HALF, TEXT_SIZES, icon, theme
from genstudio.ui.words import memory

if TYPE_CHECKING:
    from genstudio.ui.shell.window import MainWindow

__all__ = ["Preferences"]

_SCHEMES = (("system", "As the system"), ("light", "Light"), ("dark", "Dark"))


class Preferences(QDialog):
    """Every change takes effect at once and is remembered in `studio.settings`.

    The default device is kept as "device": the engine's name for it, or "auto".
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.setWindowTitle("Preferences")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._window = window
        self._settings = window.studio.settings
        self.scheme = named(QComboBox(), "Appearance")
        for value, words in _SCHEMES:
            self.scheme.addItem(words, value)
        self.scheme.setCurrentIndex(
            max(0, self.scheme.findData(str(self._settings.value("scheme", "system"))))
        )
        self.scheme.currentIndexChanged.connect(
            lambda: window.choose_scheme(self.scheme.currentData())
        )
        self.text = named(QComboBox(), "Text size")
        for size in TEXT_SIZES:
            self.text.addItem(f"{size} px" + (" (usual)" if size == 13 else ""), size)
        self.text.setCurrentIndex(max(0, self.text.findData(theme().text_size)))
        self.text.currentIndexChanged.connect(self._set_text)
        self.device = named(
            QComboBox(),
            "Default device",
            "Where new trainings run unless another device is chosen for one",
        )
        self._fill_devices()
        self.device.currentIndexChanged.connect(
            lambda: self._settings.setValue("device", self.device.currentData())
        )
        self._arrange()

    def _arrange(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(GAP)
        form.setVerticalSpacing(HALF)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        form.addRow("Appearance", self.scheme)
        form.addRow("Text size", self.text)
        form.addRow("Default device", self.device)
        for words, folder, variable in (
            ("Runs", self._window.studio.root, "GENSTUDIO_RUNS"),
            ("Data", data_folder(), "GENSTUDIO_DATA"),
            ("Cache", cache_folder(), "GENSTUDIO_CACHE"),
            ("Logs", log_folder(), "GENSTUDIO_LOGS"),
        ):
            form.addRow(words, self._folder(words, folder, variable))
        note = QLabel("A folder is moved by setting the variable that its tooltip names.")
        note.setProperty("role", "secondary")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GAP, GAP, GAP, GAP)
        layout.setSpacing(GAP)
        layout.addLayout(form)
        layout.addWidget(note)
        layout.addWidget(buttons)

    def _folder(self, words: str, folder: Path, variable: str) -> QHBoxLayout:
        name = named(QLabel(str(folder)), words, f"{folder}\nSet {variable} to keep it elsewhere.")
        name.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        called = f"Open the folder of {words.lower()}"
        show = named(QToolButton(), called, "Open this folder", "plain")
        show.setIcon(icon("folder-open-outline"))
        show.clicked.connect(lambda: _open(folder))
        row = QHBoxLayout()
        row.addWidget(name, 1)
        row.addWidget(show)
        return row

    def _fill_devices(self) -> None:
        self.device.addItem("Automatic: the first GPU, else the CPU", "auto")
        for device in self._window.studio.devices:
            size = memory(device.memory)
            self.device.addItem(f"{device.name}: {device.title}" + (f", {size}" if size else ""))
            self.device.setItemData(self.device.count() - 1, device.name)
        chosen = self.device.findData(str(self._settings.value("device", "auto")))
        self.device.setCurrentIndex(max(0, chosen))

    def _set_text(self) -> None:
        size = int(self.text.currentData())
        self._settings.setValue("text_size", size)
        theme().set_text_size(size)


def _open(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
