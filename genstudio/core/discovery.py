"""One file adds a thing: import every module of a package, so that each registers itself."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

__all__ = ["import_modules"]


def import_modules(package: ModuleType) -> list[ModuleType]:
    """Import every module directly inside a package, in name order."""
    return [
        importlib.import_module(f"{package.__name__}.{module.name}")
        for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda found: found.name)
    ]
