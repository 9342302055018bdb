"""The command line: the headless twin of everything the window does."""

from __future__ import annotations

from genstudio.cli.app import app, main

__all__ = ["app", "main"]
