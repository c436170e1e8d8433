"""How sure a finding is: never clear without data, and what is missing is named to the day."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from wash_samples import AS_OF, IRA, OTHER, TAXABLE, held, household, row

from harvestdesk.domain.account import Account
from harvestdesk.domain.ids import AccountId, LotId, SecurityId
from harvestdesk.domain.lot import LotSource
from harvestdesk.domain.security import Security, SecurityKind
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.transaction import Transaction
from harvestdesk.domain.transaction import TransactionType as T
from harvestdesk.washsale.evidence import (
    Coverage,
    Evidence,
    Finding,
    Gap,
    GapKind,
    sale_findings,
)
from harvestdesk.washsale.household_run import run_household
from harvestdesk.washsale.outlook import lot_standings

YESTERDAY = date(2025, 12, 4)
LONG_BEFORE = date(2024, 1, 8)
SOLD = row("s", date(2025, 9, 15), T.SELL, "10", "800")


def told(account: Account, first: date = LONG_BEFORE) -> tuple[Transaction, ...]:
    """Rows that show an account's history begins on a day, without shares."""
    return (row(f"cash-{account.id}", first, T.INTEREST, "0", "1", symbol="MMF", account=account),)


def home(
    *rows: Transaction, lots: tuple = (), accounts: tuple = (TAXABLE, OTHER), **cash_on: date
) -> HouseholdSnapshot:
    known = household(lots, sorted(rows, key=lambda r: r.on), accounts=accounts)
    days = {a.id: YESTERDAY for a in accounts} | {AccountId(k): v for k, v in cash_on.items()}
    return replace(known, cash_on={k: v for k, v in days.items() if v is not None})


def of(snapshot: HouseholdSnapshot, sale: str = "s") -> tuple[str, list[tuple]]:
    run = run_household(snapshot)
    finding = sale_findings(Coverage(snapshot), run.sales, run.shortfalls)[sale]
    return finding.state, [(g.kind, g.account_id, g.first, g.last) for g in finding.gaps]


BOUGHT = row("b", date(2025, 1, 6), T.BUY, "10", "1000")


def test_a_loss_is_confirmed_when_every_account_is_known_through_its_window() -> None:
    known = home(BOUGHT, SOLD, *told(OTHER))
    assert of(known) == ("confirmed", [])


def test_a_gain_needs_no_window() -> None:
    gain = replace(SOLD, amount=Decimal(1800))
    assert of(home(BOUGHT, gain, accounts=(TAXABLE, OTHER, IRA)))[0] == "confirmed"


def test_an_account_without_any_data() -> None:
    known = home(BOUGHT, SOLD, other=None)
    assert of(known) == (
        "coverage_incomplete",
        [(GapKind.NO_HISTORY, OTHER.id, date(2025, 8, 16), date(2025, 10, 15))],
    )


def test_a_history_that_ends_inside_the_window() -> None:
    rows = (*told(OTHER), *told(OTHER, date(2025, 9, 26)))
    known = home(BOUGHT, SOLD, *rows, other=None)
    assert of(known) == (
        "coverage_incomplete",
        [(GapKind.HISTORY_ENDS_EARLY, OTHER.id, date(2025, 9, 27), date(2025, 10, 15))],
    )


def test_days_without_trading_are_not_missed() -> None:
    sale = replace(SOLD, on=date(2025, 9, 12))  # the window ends on Sunday, October 12
    rows = (*told(OTHER), *told(OTHER, date(2025, 10, 10)))
    bought = replace(BOUGHT, amount=Decimal(1000))
    known = home(bought, sale, *rows, other=None)
    assert of(known) == ("confirmed", [])


def test_a_history_that_begins_after_the_sale() -> None:
    known = home(BOUGHT, SOLD, *told(OTHER, date(2025, 10, 1)))
    assert of(known) == (
        "coverage_incomplete",
        [(GapKind.HISTORY_STARTS_LATE, OTHER.id, date(2025, 8, 16), date(2025, 9, 30))],
    )


def test_a_history_that_begins_inside_the_window_and_explains_what_is_held() -> None:
    known = home(BOUGHT, SOLD, *told(OTHER, date(2025, 9, 1)))
    assert of(known) == ("confirmed", [])


@pytest.mark.parametrize(
    ("acquired", "kind"),
    [(date(2020, 1, 6), GapKind.LOTS_ONLY), (None, GapKind.HISTORY_STARTS_LATE)],
)
def test_a_history_that_begins_inside_the_window_with_shares_held_before(
    acquired: date | None, kind: GapKind
) -> None:
    lot = held("old", account=OTHER, acquired=acquired, statement_on=YESTERDAY)
    known = home(BOUGHT, SOLD, *told(OTHER, date(2025, 9, 1)), lots=(lot,))
    assert of(known)[1] == [(kind, OTHER.id, date(2025, 8, 16), date(2025, 8, 31))]


@pytest.mark.parametrize(
    ("acquired", "state"), [(date(2020, 1, 6), "probable"), (None, "coverage_incomplete")]
)
def test_an_account_with_lots_only(acquired: date | None, state: str) -> None:
    lot = held("old", account=IRA, acquired=acquired, statement_on=YESTERDAY)
    known = home(BOUGHT, SOLD, lots=(lot,), accounts=(TAXABLE, IRA))
    assert of(known)[0] == state


def test_a_window_still_open() -> None:
    known = home(BOUGHT, replace(SOLD, on=date(2025, 11, 24)), *told(OTHER))
    assert of(known) == ("probable", [(GapKind.WINDOW_OPEN, None, AS_OF, date(2025, 12, 24))])


def test_a_sale_whose_cost_or_shares_are_not_known() -> None:
    transfer = row("t", date(2025, 1, 6), T.TRANSFER_IN, "10", "0", acquired_on=date(2020, 1, 6))
    assert of(home(transfer, SOLD, *told(OTHER))) == (
        "coverage_incomplete",
        [(GapKind.BASIS_UNKNOWN, TAXABLE.id, None, None)],
    )
    assert of(home(SOLD, *told(OTHER)))[1] == [(GapKind.SHARES_MISSING, TAXABLE.id, None, None)]


def test_lots__basis_date_broker_addition_and_the_standing_of_today() -> None:
    lots = (
        held("good", statement_on=YESTERDAY),
        held("costless", cost=None, statement_on=YESTERDAY, symbol="ABC"),
        held("undated", acquired=None, source=LotSource.POSITION, statement_on=YESTERDAY,
             symbol="DEF"),
        held("washed", wash_added="5", statement_on=YESTERDAY, symbol="GHI"),
    )  # fmt: skip
    coverage = Coverage(home(*told(OTHER), lots=lots))
    found = {lot.id: coverage.lot_finding(lot) for lot in lots}
    assert found[LotId("good")] == Finding()
    assert [g.kind for g in found[LotId("costless")].gaps] == [GapKind.BASIS_UNKNOWN]
    assert [g.kind for g in found[LotId("undated")].gaps] == [
        GapKind.DATE_UNKNOWN, GapKind.POSITIONS_ONLY,
    ]  # fmt: skip
    assert found[LotId("washed")].state == Evidence.PROBABLE


def test_a_free_lot_says_so_only_as_far_as_the_data_reach() -> None:
    lot = held("lot", statement_on=YESTERDAY)
    sure = home(*told(OTHER), lots=(lot,))
    assert lot_standings(sure)[lot.id].evidence == "confirmed"
    unsure = home(*told(OTHER, date(2025, 11, 28)), lots=(lot,), other=None)
    standing = lot_standings(unsure)[lot.id]
    assert standing.free_shares == lot.shares
    assert standing.evidence == "coverage_incomplete"
    (gap,) = Coverage(unsure).lot_finding(lot).gaps
    assert gap == Gap(GapKind.HISTORY_ENDS_EARLY, OTHER.id, None, date(2025, 11, 29), YESTERDAY)


def test_an_option_in_no_set_leaves_every_set_unclear() -> None:
    option = Security(SecurityId("O"), "OLD WARRANT", kind=SecurityKind.OPTION)
    lots = (held("lot", statement_on=YESTERDAY), held("o", "O", statement_on=YESTERDAY))
    known = home(*told(OTHER), lots=lots)
    securities = (*[s for s in known.securities if s.id != option.id], option)
    coverage = Coverage(replace(known, securities=securities))
    assert coverage.lot_finding(lots[0]).state == Evidence.UNCLEAR


def test_findings_keep_each_gap_once_and_the_least_sure_state() -> None:
    one, other = Gap(GapKind.WINDOW_OPEN), Gap(GapKind.NO_HISTORY)
    finding = Finding((one,)).with_gaps([one, other])
    assert finding.gaps == (one, other)
    assert finding.state == Evidence.COVERAGE_INCOMPLETE
    assert Finding().state == Evidence.CONFIRMED
