"""Where a person hears and speaks: the player, the microphone, and which devices they use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject

from genstudio.audio.devices import inputs, outputs
from genstudio.audio.microphone import Microphone
from genstudio.audio.speaker import Speaker
from genstudio.ui.listening.device_menu import Device, DeviceMenu
from genstudio.ui.listening.player import Player, Speaking
from genstudio.ui.listening.record_button import Hearing, RecordButton
from genstudio.ui.studio import Studio

__all__ = ["Gear", "SoundDevices"]


@dataclass(frozen=True)
class Gear:
    """What sound is made and found with; tests bring their own.

    Attributes:
        speaker: makes one.
        microphone: makes one.
        outputs: the devices there are now; may take a while.
        inputs: likewise.
    """

    speaker: Callable[[], Speaking] = Speaker
    microphone: Callable[[], Hearing] = Microphone
    outputs: Callable[[], Sequence[Device]] = outputs
    inputs: Callable[[], Sequence[Device]] = inputs


class SoundDevices(QObject):
    """The player and the Record button, each with a menu of devices; choices are remembered.

    All of it ends with the studio.
    """

    def __init__(self, studio: Studio, gear: Gear, parent: QObject) -> None:
        super().__init__(parent)
        self._settings = studio.settings
        out, entry = (str(self._settings.value(f"listen/{way}", "")) for way in ("output", "input"))
        self.player = Player(gear.speaker, self)
        self.output = DeviceMenu(gear.outputs, "Output device", "speaker", out)
        self.record = RecordButton(gear.microphone)
        self.input = DeviceMenu(gear.inputs, "Input device", "chevron-down", entry)
        self.player.use(out or None)
        self.record.device = entry or None
        self.output.chosen.connect(self._use_output)
        self.input.chosen.connect(self._use_input)
        studio.closed.connect(self.player.close)
        studio.closed.connect(self.record.close_microphone)

    def retry(self) -> None:
        """Play after a failure: the device may be there again."""
        self.player.use(self.output.name or None)
        self.player.play()

    def _use_output(self, name: str) -> None:
        self._settings.setValue("listen/output", name)
        self.player.use(name or None)

    def _use_input(self, name: str) -> None:
        self._settings.setValue("listen/input", name)
        self.record.device = name or None
