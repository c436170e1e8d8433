"""Start-up: theme, lanes, window; everything heavy waits until the window is painted."""

import os
import signal
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from harvestdesk.gui.errors import LOG_NAME, install_hook, log_to
from harvestdesk.gui.main_window import MainWindow
from harvestdesk.gui.qt_messages import qt_messages_logged
from harvestdesk.gui.settings_store import WindowStore
from harvestdesk.gui.theme import Scheme, Theme
from harvestdesk.gui.workers.runner import JobRunner
from harvestdesk.jobs import harvest, household
from harvestdesk.jobs.worker import WorkerPool
from harvestdesk.services.preferences import config_folder, load_preferences, save_preferences

WARM_AFTER_MS = 200


def main(path: Path | None = None) -> int:
    """Open the window, on a household if a path is given; returns the exit code."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(app, QApplication):
        raise TypeError("a Qt application without windows runs already")
    app.setApplicationName("HarvestDesk")
    app.setDesktopFileName("harvestdesk")
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    log = log_to(config_folder())
    window = build_window(app)
    uninstall = install_hook(lambda words: _tell(window, words))
    window.painted.connect(lambda: QTimer.singleShot(WARM_AFTER_MS, window.runner.warm_up))
    if path is not None:
        window.painted.connect(lambda: window.open(path))
    with qt_messages_logged():
        window.show()
        code = app.exec()
    uninstall()
    log.close()
    if any(handle for handle in window.runner.running):
        os._exit(code)  # a lane is still busy after two seconds; its process is gone already
    return code


def build_window(app: QApplication, workers: WorkerPool | None = None) -> MainWindow:
    """Return the window with its lanes, not yet shown."""
    preferences = load_preferences()
    known = {s.value for s in Scheme}
    theme = Theme(app, Scheme(preferences.theme) if preferences.theme in known else Scheme.SYSTEM)
    theme.apply()
    runner = JobRunner(workers or WorkerPool((*harvest.WARM_MODULES, *household.WARM_MODULES)))
    window = MainWindow(theme, runner, preferences, WindowStore(), save_preferences)
    runner.setParent(window)
    return window


def _tell(window: MainWindow, words: str) -> None:
    window.commands.say_problem("Something went wrong", f"{words} {log_words()}")


def log_words() -> str:
    """Return where the log is."""
    return f"The log is {config_folder() / LOG_NAME}."
