"""An event loop without a window, listened to at the same time: what the machine itself does.

Prints the lateness of a precise 5 ms timer in milliseconds, as a JSON list.
"""

import json
import sys
import time

from PySide6.QtCore import QCoreApplication, Qt, QTimer

TICK = 5  # ms


class Listener:
    """Notes how much later than asked for each tick comes."""

    def __init__(self) -> None:
        self.late: list[float] = []
        self._ticked = time.perf_counter()

    def tick(self) -> None:
        """One tick."""
        now = time.perf_counter()
        self.late.append(max(0.0, 1000 * (now - self._ticked) - TICK))
        self._ticked = now


def main() -> int:
    """Listen for as many seconds as the first argument says."""
    application = QCoreApplication(sys.argv)
    listener = Listener()
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(listener.tick)
    timer.start(TICK)
    QTimer.singleShot(int(1000 * float(sys.argv[1])), application.quit)
    application.exec()
    sys.stdout.write(json.dumps(listener.late))
    return 0


if __name__ == "__main__":
    sys.exit(main())
