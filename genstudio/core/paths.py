"""Where things are kept: each folder follows the platform's custom unless a variable says else."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

__all__ = ["cache_folder", "data_folder", "kernels_folder", "log_folder", "resource", "runs_folder"]

_APP = "GenStudio"


def _chosen(variable: str, fallback: Path) -> Path:
    return Path(os.environ[variable]).expanduser() if os.environ.get(variable) else fallback


def data_folder() -> Path:
    """Datasets: `GENSTUDIO_DATA`, else the platform's data folder."""
    return _chosen("GENSTUDIO_DATA", platformdirs.user_data_path(_APP, appauthor=False) / "data")


def runs_folder() -> Path:
    """One's own runs: `GENSTUDIO_RUNS`, else the platform's data folder."""
    return _chosen("GENSTUDIO_RUNS", platformdirs.user_data_path(_APP, appauthor=False) / "runs")


def cache_folder() -> Path:
    """What can be made again: `GENSTUDIO_CACHE`, else the platform's cache folder."""
    return _chosen("GENSTUDIO_CACHE", platformdirs.user_cache_path(_APP, appauthor=False))


def kernels_folder() -> Path:
    """Machine code of the samplers: `GENSTUDIO_KERNELS`, else inside the cache."""
    return _chosen("GENSTUDIO_KERNELS", cache_folder() / "kernels")


def log_folder() -> Path:
    """Crash reports and logs."""
    return _chosen("GENSTUDIO_LOGS", platformdirs.user_log_path(_APP, appauthor=False))


def resource(name: str) -> Path:
    """A file or folder of `resources/`: inside an installed package, beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "resources"
    return (installed if installed.is_dir() else package.parent / "resources") / name
