"""Helpers of the window's tests: a small household, waiting, reading what is shown."""

import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from PySide6.QtWidgets import QLabel, QWidget

from harvestdesk.domain.account import Account, AccountType
from harvestdesk.domain.household import Household, Person
from harvestdesk.domain.ids import AccountId, HouseholdId, LotId, PersonId, SecurityId
from harvestdesk.domain.lot import TaxLot
from harvestdesk.domain.prices import Price
from harvestdesk.domain.security import AssetClass, Security
from harvestdesk.domain.target import ClassTarget

AS_OF = date(2025, 12, 5)


def settle(qtbot, window, seconds=20.0):
    """Wait until no work is running."""
    end = time.monotonic() + seconds
    while window.runner.running and time.monotonic() < end:
        qtbot.wait(5)
    assert not window.runner.running


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
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())
