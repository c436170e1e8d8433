"""Python's garbage collector, kept away from the lanes and from moments somebody is working.

A full collection of a loaded household stops every thread for 100 ms and more, and one that happens to
run on a lane's thread would destroy widgets there. So it is switched off and done here, on the GUI
thread: young objects while nothing runs, everything while the person looks at another program.
"""

import gc

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

from harvestdesk.gui.workers.runner import JobRunner

TICK_MS = 1000
MANY = 20_000
"""More new objects than this are data just loaded: set aside unseen instead of looked through."""


class QuietCollector(QObject):
    """Collects in the background of a window; `close` hands back to Python."""

    def __init__(self, runner: JobRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._runner = runner
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._on_tick)
        self._timer.start()
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.applicationStateChanged.connect(self._on_state_changed)
        gc.disable()

    def close(self) -> None:
        """Let Python collect as it likes again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    def _on_tick(self) -> None:
        if self._runner.running:
            return
        if gc.get_count()[0] > MANY:
            gc.freeze()
        else:
            gc.collect(1)

    def _on_state_changed(self, state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationInactive and not self._runner.running:
            gc.unfreeze()
            gc.collect()
