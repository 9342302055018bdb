"""The Qt application: its names, and its theme."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication

from genstudio.ui.theme import theme

__all__ = ["prepare_application"]


def prepare_application() -> QApplication:
    """The application with its names, which say where settings are kept, and its theme."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(sys.argv[:1])
    app.setApplicationName("GenStudio")
    app.setOrganizationName("GenStudio")
    app.setDesktopFileName("genstudio")
    theme()
    return app
