"""A household's own ledger, run for some identical sets: what was sold, what is left, what is missing.

Where a broker's lot file dated D exists, it is the truth on D. So sales after D come from the run that starts
with it, the same that the stored lots follow from; sales up to D, which it no longer shows, come from a run
of the imported history instead.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from harvestdesk.domain.errors import Problem
from harvestdesk.domain.ids import AccountId, IdenticalSetId, SecurityId
from harvestdesk.domain.lot import TaxLot
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.transaction import Transaction
from harvestdesk.domain.wash_policy import WashPolicy
from harvestdesk.tax.household_tax import least_tax_of_snapshot
from harvestdesk.washsale.events import LedgerResult, LotChange, SaleSlice, Shortfall, TaxOf
from harvestdesk.washsale.identical import SetIndex
from harvestdesk.washsale.ledger import run_ledger
from harvestdesk.washsale.rebuild import HouseholdLedger, household_ledger

Pair = tuple[AccountId, SecurityId]


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a household's ledger, and which sales are taken from it."""

    ledger: HouseholdLedger
    policy: WashPolicy
    result: LedgerResult
    statements: dict[Pair, date]
    before: bool

    def speaks_for(self, account: str, symbol: str, on: date) -> bool:
        """True if a sale of this account, security and day is taken from this run."""
        start = self.statements.get((AccountId(account), SecurityId(symbol)))
        return (start is not None and on <= start) is self.before

    def history(self) -> tuple[LotChange, ...]:
        """Return the trail of every lot of the run, in time order; the ledger is run again for it."""
        return run_ledger(self.ledger.facts, self.policy, history=True).history

    def sales(self) -> list[SaleSlice]:
        """Return the sale rows taken from this run."""
        return [s for s in self.result.sales if self.speaks_for(s.account, s.symbol, s.sold)]

    def shortfalls(self) -> list[Shortfall]:
        """Return the sales taken from this run that had no shares."""
        return [s for s in self.result.shortfalls if self.speaks_for(s.account, s.symbol, s.on)]


@dataclass(frozen=True, slots=True)
class HouseholdRun:
    """What a household's ledger comes to, for the sets asked for.

    Attributes:
        runs: the run the stored lots follow from; where sales lie before a broker's lot file, besides
            it a run of the imported history alone. They may reach further than what was asked for.
        problems: corporate actions that lack what the ledger needs of them.
    """

    runs: tuple[Run, ...]
    sales: tuple[SaleSlice, ...]
    shortfalls: tuple[Shortfall, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def current(self) -> Run:
        """The run the stored lots follow from."""
        return self.runs[0]


def run_household(
    snapshot: HouseholdSnapshot,
    security_ids: Iterable[SecurityId] | None = None,
    policy: WashPolicy | None = None,
) -> HouseholdRun:
    """Run the ledger of the identical sets of some securities (None: of all).

    Without a policy the household's own holds. Sales of sheltered accounts make no rows.
    """
    policy = policy or snapshot.household.wash
    index = SetIndex.of_snapshot(snapshot, policy)
    asked = (
        None if security_ids is None else connected_sets(snapshot.transactions, index, security_ids)
    )
    tax_of = least_tax_of_snapshot(snapshot)
    # A least-tax sale looks at what the other sets came to, so with one they are all run.
    sets = asked if tax_of is None else None
    rows = [t for t in snapshot.transactions if _concerned(index, sets, t.security_id)]
    lots = [x for x in snapshot.statement_lots if _concerned(index, sets, x.security_id)]
    statements = _statement_days(lots)
    explained = _explained(rows, statements)
    runs = [_run(snapshot, rows, lots, policy, statements, tax_of, before=False)]
    if explained:
        others = [x for x in lots if (x.account_id, x.security_id) not in explained]
        runs.append(_run(snapshot, rows, others, policy, statements, tax_of, before=True))
    sales = [
        s for run in runs for s in run.sales() if _concerned(index, asked, SecurityId(s.symbol))
    ]
    short = [s for run in runs for s in run.shortfalls()]
    told = {t.id for t in rows if _concerned(index, asked, t.security_id)}
    return HouseholdRun(
        tuple(runs),
        tuple(sorted(sales, key=lambda s: s.sold)) if len(runs) > 1 else tuple(sales),
        tuple(s for s in short if _concerned(index, asked, SecurityId(s.symbol))),
        tuple(p for p in runs[0].ledger.problems if p.text in told),
    )


def connected_sets(
    transactions: Iterable[Transaction], index: SetIndex, security_ids: Iterable[SecurityId]
) -> frozenset[IdenticalSetId]:
    """Return the sets of some securities, and those that shares passed to or from (mergers, spin-offs)."""
    passed: dict[IdenticalSetId, set[IdenticalSetId]] = defaultdict(set)
    for row in transactions:
        if row.other_security_id is not None and row.security_id is not None:
            one, other = index.set_of(row.security_id), index.set_of(row.other_security_id)
            passed[one].add(other)
            passed[other].add(one)
    found = {index.set_of(s) for s in security_ids}
    waiting = list(found)
    while waiting:
        for set_id in passed.get(waiting.pop(), set()) - found:
            found.add(set_id)
            waiting.append(set_id)
    return frozenset(found)


def _concerned(
    index: SetIndex, sets: Collection[IdenticalSetId] | None, security_id: SecurityId | None
) -> bool:
    return security_id is not None and (sets is None or index.set_of(security_id) in sets)


def _statement_days(lots: Iterable[TaxLot]) -> dict[Pair, date]:
    days: dict[Pair, date] = {}
    for lot in lots:
        pair = (lot.account_id, lot.security_id)
        days[pair] = max(days.get(pair, date.min), lot.statement_on or date.max)
    return days


def _explained(rows: Iterable[Transaction], statements: dict[Pair, date]) -> frozenset[Pair]:
    """Return what a lot file covers and imported history from before it tells of, too."""
    found: set[Pair] = set()
    for row in rows:
        if row.security_id is not None:
            pair = (row.account_id, row.security_id)
            if pair in statements and row.on <= statements[pair]:
                found.add(pair)
    return frozenset(found)


def _run(
    snapshot: HouseholdSnapshot,
    rows: list[Transaction],
    lots: list[TaxLot],
    policy: WashPolicy,
    statements: dict[Pair, date],
    tax_of: TaxOf | None,
    *,
    before: bool,
) -> Run:
    ledger = household_ledger(
        snapshot.accounts, rows, lots, snapshot.identical_sets,
        securities=snapshot.securities, tax_of=tax_of,
    )  # fmt: skip
    return Run(ledger, policy, run_ledger(ledger.facts, policy), statements, before)
