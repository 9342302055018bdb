"""On a screen of scale 2 every device pixel is a column of its own."""

from __future__ import annotations

import os
import subprocess
import sys

SCRIPT = """
import numpy as np
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from genstudio.ui.sound_views.spectrogram import SpectrogramView
from genstudio.ui.sound_views.time_window import TimeWindow
from genstudio.ui.sound_views.waveform import WaveformView
from genstudio.ui.theme import theme

app = QApplication([])
window = TimeWindow(8000, 4000)
holder = QWidget()
QPushButton(holder).setGeometry(0, 210, 50, 20)
wave, spectrogram = WaveformView(window), SpectrogramView(window)
samples = np.zeros(4000, np.int16)
samples[[1001, 2006]] = 30_000, -30_000
for y, view in ((0, wave), (100, spectrogram)):
    view.setParent(holder)
    view.setGeometry(0, y, 500, 100)
    view.load(samples)
holder.show()
while not spectrogram.complete:
    app.processEvents()
shot = wave.grab().toImage()
accent = theme().colours.accent
for y in (10, shot.height() - 10):
    print([x for x in range(shot.width()) if shot.pixelColor(x, y).name() == accent])
print(shot.width(), shot.height(), wave.columns, spectrogram.column_levels().shape[1])
"""


def test_a_sample_is_painted_in_its_device_pixel() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env=os.environ | {"QT_SCALE_FACTOR": "2", "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=True,
    )
    above, below, sizes = ran.stdout.splitlines()
    # Four samples to a device pixel: the samples 1001 and 2006 are in the pixels 250 and 501.
    assert above == "[250]"
    assert below == "[501]"
    assert sizes == "1000 200 1000 1000"
