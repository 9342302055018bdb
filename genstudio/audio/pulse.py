"""The devices of a PulseAudio server, or of PipeWire where it speaks for one.

PortAudio knows such a server as one device; what is behind it, the server's own tool says.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["VARIABLE", "ServedDevice", "devices"]

VARIABLE = {"output": "PULSE_SINK", "input": "PULSE_SOURCE"}
"""What the server's library reads as a stream opens: the device, by the server's name for it."""

_PATIENCE = 2.0  # seconds


@dataclass(frozen=True)
class ServedDevice:
    """A device by the server's name, by the name that people see, and whether it is the usual."""

    name: str
    description: str
    is_default: bool


def devices(kind: Literal["output", "input"]) -> tuple[ServedDevice, ...]:
    """Sinks or sources; none where no server answers, or its tool is missing or too old."""
    sort = "sink" if kind == "output" else "source"
    usual = _asked("info")
    found = _asked("list", f"{sort}s")
    if not isinstance(usual, dict) or not isinstance(found, list):
        return ()
    default = usual.get(f"default_{sort}_name")
    seen: dict[str, int] = {}
    served = []
    for each in found:
        name, description = each["name"], each.get("description") or each["name"]
        # Two headphones of one make are told apart by a number.
        seen[description] = seen.get(description, 0) + 1
        if seen[description] > 1:
            description = f"{description} ({seen[description]})"
        served.append(ServedDevice(name, description, name == default))
    return tuple(served)


def _asked(*words: str) -> Any:
    tool = shutil.which("pactl")
    if tool is None:
        return None
    try:
        said = subprocess.run(  # noqa: S603 - the words are ours
            [tool, "--format=json", *words],
            capture_output=True,
            check=True,
            timeout=_PATIENCE,
        )
        return json.loads(said.stdout)
    except (subprocess.SubprocessError, ValueError):
        return None
