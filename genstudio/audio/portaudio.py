"""The only door to PortAudio, and its mishaps in plain words."""

from __future__ import annotations

import os
import sys
from types import ModuleType
from typing import Literal

from genstudio.audio import pulse
from genstudio.audio.device import AudioDevice
from genstudio.core.errors import UserError

__all__ = ["Kind", "devices", "find", "portaudio", "refresh", "sentence", "silence_libraries"]

Kind = Literal["output", "input"]

_FILES = "Sounds can still be written to files."


def portaudio() -> ModuleType:
    """The module sounddevice, with PortAudio behind it; asks every device as it first loads.

    Raises:
        UserError: PortAudio is not on this machine.
    """
    try:
        import sounddevice  # noqa: PLC0415 - takes a moment, and only a sound process needs it
    except OSError as error:
        raise UserError(
            "PortAudio, by which sound comes out, is missing on this machine.",
            f"Install it (Debian and Ubuntu: sudo apt-get install libportaudio2). {_FILES}",
        ) from error
    return sounddevice  # type: ignore[no-any-return]  # ships no types


def refresh() -> None:
    """Let PortAudio see what was plugged in since; only while no stream is open."""
    module = portaudio()
    module._terminate()
    module._initialize()


def devices(kind: Kind) -> tuple[AudioDevice, ...]:
    """What there is: a sound server's own devices, else those of the system's usual interface.

    Raises:
        UserError: PortAudio is not on this machine.
    """
    module = portaudio()
    if _index("pulse", kind) is not None and (served := pulse.devices(kind)):
        return tuple(AudioDevice(each.description, each.is_default) for each in served)
    interface, usual = _usual(kind)
    return tuple(
        AudioDevice(each["name"], each["index"] == usual)
        for each in module.query_devices()
        if each[f"max_{kind}_channels"] and each["hostapi"] == interface
    )


def find(name: str | None, kind: Kind) -> int:
    """The index by which PortAudio opens a device; None is the usual one.

    A sound server's device is chosen by a variable that its library reads as a stream opens.

    Raises:
        UserError: there is no such device, or none at all.
    """
    variable = pulse.VARIABLE[kind]
    if variable not in _inherited:
        _inherited[variable] = os.environ.get(variable)
    _set(variable, _inherited[variable])
    if name is None:
        _, usual = _usual(kind)
        if usual < 0:
            raise UserError(f"This machine has no sound {kind}.", _FILES)
        return usual
    pulsed = _index("pulse", kind)
    for each in pulse.devices(kind) if pulsed is not None else ():
        if each.description == name and pulsed is not None:
            _set(variable, each.name)
            return pulsed
    index = _index(name, kind)
    if index is None:
        names = "; ".join(each.name for each in devices(kind))
        advice = f"There is: {names}." if names else f"There is none at all. {_FILES}"
        raise UserError(f"There is no sound {kind} “{name}”.", advice)
    return index


def sentence(error: Exception) -> str:
    """What PortAudio says of an error, without its codes."""
    words = str(error.args[0]) if error.args else str(error)
    host = error.args[2][2] if len(error.args) > 2 else ""
    return host or words.partition(" [PaErrorCode")[0]


def _usual(kind: Kind) -> tuple[int, int]:
    """The system's usual interface and its usual device; −1 where there is none."""
    module = portaudio()
    interfaces = module.query_hostapis()
    usual = int(module.default.hostapi)
    if not 0 <= usual < len(interfaces):
        return -1, -1
    return usual, int(interfaces[usual][f"default_{kind}_device"])


_inherited: dict[str, str | None] = {}  # variables as this process found them


def _set(variable: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(variable, None)
    else:
        os.environ[variable] = value


def _index(name: str, kind: Kind) -> int | None:
    for each in portaudio().query_devices():
        if each["name"] == name and each[f"max_{kind}_channels"]:
            return int(each["index"])
    return None


def silence_libraries() -> None:
    """Keep what PortAudio and ALSA print of each device they try from the person's terminal.

    Python's own words still come through.
    """
    try:
        own = os.dup(2)
    except OSError:  # there is none, as in a program without a console
        return
    sys.stderr = os.fdopen(own, "w", buffering=1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
