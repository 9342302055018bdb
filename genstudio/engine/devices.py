"""Where one can compute here, and how much memory is in use there."""

from __future__ import annotations

import os
import platform

import psutil
import torch

from genstudio.core.errors import UserError
from genstudio.core.messages import Device

__all__ = ["devices", "memory_in_use", "out_of_memory", "resolve", "synchronize"]


def devices() -> tuple[Device, ...]:
    """The CPU first, then every GPU."""
    found = [
        Device("cpu", f"{_processor()} ({os.cpu_count()} cores)", psutil.virtual_memory().total)
    ]
    for index in range(torch.cuda.device_count()):
        properties = torch.cuda.get_device_properties(index)
        found.append(Device(f"cuda:{index}", properties.name, properties.total_memory))
    if torch.backends.mps.is_available():
        found.append(Device("mps", "Apple GPU", psutil.virtual_memory().total))
    return tuple(found)


def resolve(name: str) -> torch.device:
    """A device by name; "auto" is the first GPU, else the CPU.

    Raises:
        UserError: there is no such device here.
    """
    known = [device.name for device in devices()]
    if name == "auto":
        return torch.device(known[1] if len(known) > 1 else "cpu")
    wanted = "cuda:0" if name == "cuda" else name
    if wanted not in known:
        raise UserError(f"There is no device “{name}” here.", f"Known: auto, {', '.join(known)}.")
    return torch.device(wanted)


def memory_in_use(device: torch.device) -> int:
    """Bytes in use by this process on the device (its resident set, on the CPU)."""
    if device.type == "cuda":
        return int(torch.cuda.memory_allocated(device))
    if device.type == "mps":
        return int(torch.mps.current_allocated_memory())
    return int(psutil.Process().memory_info().rss)


def synchronize(device: torch.device) -> None:
    """Wait until the device has done what it was given, so that a clock can be read."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that a device has no memory left.

    The CPU's allocator has no error type of its own: it raises a RuntimeError that names itself.
    """
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    text = str(error)
    return isinstance(error, RuntimeError) and (
        "DefaultCPUAllocator" in text or "MPS backend out of memory" in text
    )


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123 - not a real file
            names = [
                line.split(":", 1)[1].strip() for line in file if line.startswith("model name")
            ]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()
