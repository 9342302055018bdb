"""The window never computes: with every panel open, its process has not imported torch or numba."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys
from pathlib import Path
from PySide6.QtCore import QSettings
from genstudio.engine.client import ProcessEngine
from genstudio.ui.panel import registered
from genstudio.ui.shell.application import prepare_application
from genstudio.ui.shell.window import MainWindow
from genstudio.ui.studio import Studio

app = prepare_application()
settings = QSettings(sys.argv[1] + "/settings.ini", QSettings.Format.IniFormat)
studio = Studio(ProcessEngine(), settings, root=Path(sys.argv[1]))
window = MainWindow(studio)
window.show()
studio.refresh_runs()
for run in studio.shipped:
    studio.select(run.folder)
    for panel in registered:
        window.centre.show_titled(panel.title)
        app.processEvents()
studio.close()
print(len(registered), len(studio.shipped))
print(*sorted({"torch", "numba", "sklearn", "scipy"} & set(sys.modules)))
"""


def test_the_window_s_process_never_imports_torch_or_numba(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)], capture_output=True, text=True, check=True
    )
    opened, heavy = ran.stdout.splitlines()
    panels, models = map(int, opened.split())
    assert panels >= 3
    assert models >= 1
    assert not heavy
