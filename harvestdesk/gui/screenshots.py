"""Pictures of every page of a household, from the real window."""

import time
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from harvestdesk.domain.errors import HarvestError
from harvestdesk.gui.main_window import MainWindow
from harvestdesk.gui.qt_messages import qt_messages_logged
from harvestdesk.gui.settings_store import WindowStore
from harvestdesk.gui.theme import Scheme, Theme
from harvestdesk.gui.workers.runner import JobRunner
from harvestdesk.jobs.worker import WorkerPool
from harvestdesk.services.preferences import Preferences

FILES = {
    "overview": "overview.png",
    "lots": "lots.png",
    "drift": "drift.png",
    "wash_calendar": "wash-calendar.png",
    "plan": "plan.png",
    "rebalance": "rebalance.png",
    "tax": "tax.png",
}
SIZE = (1440, 900)
_PATIENCE_SECONDS = 120.0


class _NoStore(WindowStore):
    """Pictures remember nothing."""

    def __init__(self) -> None:
        pass

    def restore(self, window: object) -> bool:
        """Keep the window's own size."""
        return False

    def save(self, window: object) -> None:
        """Keep nothing."""


def save_screens(
    book_path: Path, out_dir: Path, *, dark: bool = False, scale: float = 1.0
) -> tuple[Path, ...]:
    """Open the household in the window and save a picture of each page.

    Args:
        book_path: the household file.
        out_dir: where the pictures go; made if need be.
        dark: the dark look instead of the light one.
        scale: size of the window, and so of the picture, against 1440 by 900.

    Raises:
        HarvestError: when the household can't be opened.
    """
    app = QApplication.instance() or QApplication(["harvestdesk"])
    if not isinstance(app, QApplication):
        raise TypeError("a Qt application without windows runs already")
    theme = Theme(app, Scheme.DARK if dark else Scheme.LIGHT)
    theme.apply()
    with qt_messages_logged():
        return _pictures(theme, book_path, out_dir, scale)


def _pictures(theme: Theme, book_path: Path, out_dir: Path, scale: float) -> tuple[Path, ...]:
    runner = JobRunner(WorkerPool(spare=False))
    window = MainWindow(theme, runner, Preferences(), _NoStore(), lambda preferences: None)
    runner.setParent(window)
    try:
        window.resize(round(SIZE[0] * scale), round(SIZE[1] * scale))
        window.show()
        _open(window, book_path)
        out_dir.mkdir(parents=True, exist_ok=True)
        return tuple(_picture(window, key, out_dir / file) for key, file in FILES.items())
    finally:
        window.close()
        window.deleteLater()
        _let_go(0.05)


def _open(window: MainWindow, path: Path) -> None:
    problems: list[BaseException] = []
    window.desk.not_opened.connect(lambda _path, error: problems.append(error))
    window.open(path)
    end = time.monotonic() + _PATIENCE_SECONDS
    while not window.pages and not problems and time.monotonic() < end:
        _let_go(0.02)
    if problems:
        raise problems[0]
    if not window.pages:
        raise HarvestError("The household did not open in time.", code="screens.time")


def _picture(window: MainWindow, key: str, path: Path) -> Path:
    window.navigate(key, {})
    _let_go(0.2)
    if not window.grab().save(str(path)):
        raise HarvestError(f"The picture {path.name} could not be written.", code="screens.write")
    return path


def _let_go(seconds: float) -> None:
    """Let the window work for a moment."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()
