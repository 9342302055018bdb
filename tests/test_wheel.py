"""The package as others install it: everything it needs is inside."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent


def test_a_wheel_brings_its_resources_and_runs_without_the_checkout(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    shipped = sorted(path.name for path in (CHECKOUT / "resources" / "runs").iterdir())
    assert shipped
    script = (
        "import genstudio\n"
        "from genstudio.core.library import list_runs, shipped_folder\n"
        "print(genstudio.__file__)\n"
        "runs, broken = list_runs(shipped_folder())\n"
        "assert not broken\n"
        "print(*sorted(run.name for run in runs if run.has_model))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "site")},
        check=True,
        capture_output=True,
        text=True,
    )
    place, names = ran.stdout.splitlines()
    assert Path(place).is_relative_to(tmp_path / "site")
    assert names.split() == shipped
