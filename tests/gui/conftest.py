"""A window on a small household, and a watch over what tests leave behind."""

import gc
import multiprocessing
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QThreadPool, QTimer
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parent))
from gui_help import make_book

from harvestdesk.gui.main_window import MainWindow
from harvestdesk.gui.settings_store import WindowStore
from harvestdesk.gui.theme import Scheme, Theme
from harvestdesk.gui.workers.runner import JobRunner
from harvestdesk.jobs.worker import WorkerPool
from harvestdesk.services.preferences import Preferences


def pytest_collection_modifyitems(items):
    """The offscreen platform remarks on every window that has a smallest size."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            mark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)
            item.add_marker(mark)


_POOL_THREADS = ("Dummy", "QThread")


@pytest.fixture(autouse=True)
def nothing_left_behind(qapp):
    """Fail a test that leaves a thread, process, running timer or window behind."""
    threads_before = set(threading.enumerate())
    gc.disable()  # a collection on a lane's thread would destroy widgets there
    yield
    gc.collect()
    for _ in range(3):
        qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        qapp.processEvents()
    threads = [
        t
        for t in set(threading.enumerate()) - threads_before
        if not t.name.startswith(_POOL_THREADS)
    ]
    assert not threads, f"threads left: {threads}"
    assert not multiprocessing.active_children(), "worker processes left"
    assert QThreadPool.globalInstance().activeThreadCount() == 0
    left = [w for w in QApplication.topLevelWidgets() if w.isVisible()]
    assert not left, f"windows left: {left}"
    timers = [t for w in QApplication.topLevelWidgets() for t in w.findChildren(QTimer)]
    assert not [t for t in timers if t.isActive()], "a timer still runs"


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    """Preferences and households of a test live in its own folder."""
    home = tmp_path / "home"
    monkeypatch.setenv("HARVESTDESK_HOME", str(home))
    return home


@pytest.fixture
def theme(qapp):
    theme = Theme(qapp, Scheme.LIGHT)
    theme.apply()
    yield theme
    theme.deleteLater()


class NoStore(WindowStore):
    """Remembers nothing."""

    def __init__(self):
        pass

    def restore(self, window):
        return False

    def save(self, window):
        pass


@pytest.fixture
def make_window(qtbot, theme):
    """Make the real window with its lanes; workers start only when used."""
    windows = []

    def make(preferences=None, warm=()):
        saved = []
        runner = JobRunner(WorkerPool(warm, spare=False))
        window = MainWindow(theme, runner, preferences or Preferences(), NoStore(), saved.append)
        runner.setParent(window)
        window.saved_preferences = saved
        windows.append(window)
        window.resize(1280, 820)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return window

    yield make
    for window in windows:
        window.close()
        window.deleteLater()


@pytest.fixture
def open_window(make_window, qtbot, book_path):
    """A window with the small household open."""

    def make(path=None):
        window = make_window()
        with qtbot.waitSignal(window.desk.opened, timeout=20_000):
            window.open(path or book_path)
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return window

    return make


@pytest.fixture
def book_path(tmp_path) -> Path:
    """A simulated household of two accounts, four securities and some lots."""
    return make_book(tmp_path / "small.harvest")
