"""The guided tour on the real engine, with panels of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from genstudio.ui.shell.tour import run_tour
from genstudio.ui.theme import DARK
from tests.ui.panels import Draws, Trains


@pytest.mark.timeout(300)  # two compute processes start, and one trains
def test_the_tour_takes_one_picture_for_each_panel_and_state(
    qapp: QApplication, tmp_path: Path
) -> None:
    seen: list[Path] = []
    pictures = run_tour(
        tmp_path / "tour",
        schemes=("dark",),
        sizes=((1280, 720),),
        on_picture=seen.append,
        kinds=(Trains, Draws),
    )
    assert seen == pictures
    names = {path.name for path in pictures}
    for panel in ("train", "generate"):
        for state in ("empty", "busy", "ready", "pressed", "failed"):
            assert f"{panel}-{state}-dark-1280x720.png" in names
    image = QImage(str(tmp_path / "tour" / "train-empty-dark-1280x720.png"))
    assert (image.width(), image.height()) == (1280, 720)
    assert image.pixelColor(700, 600).name() == DARK.ground
