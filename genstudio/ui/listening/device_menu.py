"""Which device sounds go out at or come in from: found anew each time the menu opens."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton

from genstudio.core.errors import UserError
from genstudio.ui.naming import named
from genstudio.ui.theme import CONTROL, icon

__all__ = ["Device", "DeviceMenu"]


class Device(Protocol):
    """What is shown of a `genstudio.audio.devices.AudioDevice`."""

    @property
    def name(self) -> str:
        """As the system calls it."""

    @property
    def is_default(self) -> bool:
        """Whether it is the system's choice."""


class DeviceMenu(QToolButton):
    """A button with the list of devices.

    Args:
        find: the devices there are now; may take a while, so it is asked in a thread.
        title: what the device is for, such as "Output device".
        glyph: its icon.
        name: the device that was chosen last; empty for the system's choice.

    Attributes:
        chosen: a name, or "" for the system's choice.
        found: the devices, told from the thread.
    """

    chosen = Signal(str)
    found = Signal(object)

    def __init__(
        self, find: Callable[[], Sequence[Device]], title: str, glyph: str, name: str
    ) -> None:
        super().__init__()
        self._find = find
        self.name = name
        self._asking: threading.Thread | None = None
        named(self, title, role="plain")
        self.setIcon(icon(glyph))
        self.setFixedSize(CONTROL, CONTROL)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.list = QMenu(self)
        self.list.aboutToShow.connect(self.refresh)
        self.setMenu(self.list)
        self.found.connect(self._fill)
        self._fill(())
        self._say()

    def refresh(self) -> None:
        """Look for devices; the menu shows them when they are found."""
        if self._asking is None or not self._asking.is_alive():
            self._asking = threading.Thread(target=self._ask, name="genstudio devices")
            self._asking.start()

    def _ask(self) -> None:
        try:
            self.found.emit(tuple(self._find()))
        except UserError:
            self.found.emit(())

    def _fill(self, devices: Sequence[Device]) -> None:
        self.list.clear()
        group = QActionGroup(self.list)
        default = next((device.name for device in devices if device.is_default), "")
        self._offer(group, "", f"System default ({default})" if default else "System default")
        names = [device.name for device in devices]
        if names:
            self.list.addSeparator()
        for name in names:
            self._offer(group, name, name)
        if self.name and self.name not in names and devices:
            self._offer(group, self.name, f"{self.name} (not connected)")

    def _offer(self, group: QActionGroup, name: str, words: str) -> None:
        action = self.list.addAction(words)
        action.setCheckable(True)
        action.setChecked(name == self.name)
        action.triggered.connect(lambda: self._choose(name))
        group.addAction(action)

    def _choose(self, name: str) -> None:
        self.name = name
        self._say()
        self.chosen.emit(name)

    def _say(self) -> None:
        self.setToolTip(f"{self.accessibleName()}: {self.name or 'system default'}")
