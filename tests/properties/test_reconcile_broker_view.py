"""Whatever a household trades: a broker that does its own job right differs by what it can't see, no more."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harvestdesk.domain.account import Account, AccountType
from harvestdesk.domain.household import Household
from harvestdesk.domain.ids import AccountId, HouseholdId, SecurityId, TransactionId
from harvestdesk.domain.money import cents
from harvestdesk.domain.reconciliation import ByTerm
from harvestdesk.domain.security import Security
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.transaction import Transaction, TransactionType
from harvestdesk.services.reconcile import compare_files
from harvestdesk.washsale.household_run import run_household

ACCOUNTS = (
    Account(AccountId("joint"), "Joint", AccountType.JOINT),
    Account(AccountId("solo"), "Solo", AccountType.TAXABLE),
    Account(AccountId("ira"), "Ira", AccountType.TRADITIONAL_IRA),
)
HEADER = "account,symbol,shares,acquired,sold,proceeds,cost_basis,disallowed,term"
DAY = st.integers(0, 200)
TRADE = st.tuples(
    DAY, st.sampled_from(["joint", "solo", "ira"]), st.integers(1, 9), st.integers(50, 150)
)


def household(buys: Iterable[tuple], sells: Iterable[tuple]) -> HouseholdSnapshot:
    """A household in one security; a sale never takes more than its account holds that day."""
    start, held, rows = date(2025, 1, 2), defaultdict(int), []
    events = [(d, 0, a, n, p) for d, a, n, p in buys] + [(d, 1, a, n, p) for d, a, n, p in sells]
    for number, (day, selling, account, shares, price) in enumerate(sorted(events)):
        amount = min(shares, held[account]) if selling else shares
        if amount == 0:
            continue
        held[account] += -amount if selling else amount
        kind = TransactionType.SELL if selling else TransactionType.BUY
        rows.append(
            Transaction(
                TransactionId(f"t{number}"), start + timedelta(days=day), kind,
                AccountId(account), SecurityId("s"), Decimal(amount), Decimal(amount * price),
            )
        )  # fmt: skip
    return HouseholdSnapshot(
        Household(HouseholdId("household-1"), "Random"),
        date(2026, 1, 20),
        accounts=ACCOUNTS,
        securities=(Security(SecurityId("s"), "QVTI"),),
        transactions=tuple(rows),
    )


def form_1099b(snapshot: HouseholdSnapshot) -> list[str]:
    """What each broker reports of its own account, worked out from that account alone."""
    lines = []
    for account in ACCOUNTS[:2]:
        alone = replace(
            snapshot,
            accounts=(account,),
            transactions=tuple(t for t in snapshot.transactions if t.account_id == account.id),
        )
        lines += [
            f"{account.name},QVTI,{s.quantity},{s.acquired},{s.sold},{cents(s.proceeds)},"
            f"{cents(s.basis)},{cents(s.disallowed)},{s.term.value}"
            for s in run_household(alone).sales
        ]
    return lines


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(buys=st.lists(TRADE, min_size=1, max_size=12), sells=st.lists(TRADE, max_size=12))
def test_every_difference_is_explained_and_adds_up(
    tmp_path: Path, buys: list[tuple], sells: list[tuple]
) -> None:
    snapshot = household(buys, sells)
    lines = form_1099b(snapshot)
    if not lines:
        return
    path = tmp_path / "1099b.csv"
    path.write_text("\n".join((HEADER, *lines)) + "\n", encoding="utf-8")
    found = compare_files(snapshot, [path])
    assert found.ties_out
    assert not found.unexplained
    assert {d.kind.value for d in found.differences} <= {
        "wash_cross_account", "wash_permanent", "wash_elsewhere", "basis_cross_account",
        "term_tacking", "rounding",
    }  # fmt: skip
    told = ByTerm()
    for row in found.differences:
        told += row.effect
    assert told == found.difference
