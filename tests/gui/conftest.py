"""A window on a small household, and a watch over what tests leave behind."""

import multiprocessing
import threading
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QThreadPool, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from harvestdesk.domain.account import Account, AccountType
from harvestdesk.domain.household import Household, Person
from harvestdesk.domain.ids import AccountId, HouseholdId, LotId, PersonId, SecurityId
from harvestdesk.domain.lot import TaxLot
from harvestdesk.domain.prices import Price
from harvestdesk.domain.security import AssetClass, Security
from harvestdesk.domain.target import ClassTarget
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


AS_OF = date(2025, 12, 5)
_POOL_THREADS = ("Dummy", "QThread")


@pytest.fixture(autouse=True)
def nothing_left_behind(qapp):
    """Fail a test that leaves a thread, process, running timer or window behind."""
    threads_before = set(threading.enumerate())
    yield
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
        qtbot.waitExposed(window)
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
        return window

    return make


def settle(qtbot, window, seconds=20.0):
    """Wait until no work is running."""
    end = time.monotonic() + seconds
    while window.runner.running and time.monotonic() < end:
        qtbot.wait(5)
    assert not window.runner.running


@pytest.fixture
def book_path(tmp_path) -> Path:
    """A simulated household of two accounts, four securities and some lots."""
    return make_book(tmp_path / "small.harvest")


def make_book(path: Path, lots_per_account: int = 6) -> Path:
    from harvestdesk.store.database import HouseholdBook

    household = Household(
        HouseholdId("household-1"), "Small family", simulated=True, fixed_as_of=AS_OF.isoformat()
    )
    securities = [
        Security(SecurityId("sec-1"), "ALFA", "Alfa Inc."),
        Security(SecurityId("sec-2"), "BRAV", "Bravo Inc."),
        Security(SecurityId("sec-3"), "CHAR", "Charlie Fund", asset_class=AssetClass.US_BOND),
        Security(SecurityId("sec-4"), "DELT", "Delta Fund", asset_class=AssetClass.INTL_EQUITY),
    ]
    accounts = [
        Account(AccountId("account-1"), "Taxable one", owner_ids=(PersonId("person-1"),)),
        Account(AccountId("account-2"), "Roth two", AccountType.ROTH_IRA, (PersonId("person-1"),)),
    ]
    with HouseholdBook.create(path, household) as book, book.write("Import small.csv") as w:
        w.put_people([Person(PersonId("person-1"), "Robin Small")])
        w.put_accounts(accounts)
        w.put_securities(securities)
        w.put_prices(
            (
                s.id,
                Price(Decimal(50 + 10 * n), AS_OF - timedelta(days=1 + 9 * (n == 3)), "test"),
            )
            for n, s in enumerate(securities)
        )
        w.replace_lots(
            [a.id for a in accounts],
            [
                _lot(n, a.id, securities[n % 4].id)
                for a in accounts
                for n in range(lots_per_account)
            ],
        )
        w.put_cash(accounts[0].id, AS_OF, Decimal("1234.56"), "test")
        w.replace_class_targets(
            [
                ClassTarget(AssetClass.US_EQUITY, Decimal("0.6"), Decimal("0.5"), Decimal("0.7")),
                ClassTarget(AssetClass.US_BOND, Decimal("0.4"), Decimal("0.3"), Decimal("0.5")),
            ]
        )
    return path


def _lot(number: int, account_id: AccountId, security_id: SecurityId) -> TaxLot:
    on = AS_OF - timedelta(days=60 + 120 * number)
    cost = (
        Decimal(10) * (50 + 10 * (number % 4)) * (Decimal("1.2") if number % 2 else Decimal("0.9"))
    )
    return TaxLot(
        LotId(f"{account_id}-lot-{number}"),
        account_id,
        security_id,
        Decimal(10),
        on,
        on,
        cost,
        statement_on=AS_OF,
    )


def texts(widget: QWidget) -> str:
    """Return all label texts below a widget."""
    from PySide6.QtWidgets import QLabel

    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())
