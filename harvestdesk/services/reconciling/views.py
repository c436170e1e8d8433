"""The household's sales as different people see them: the household, a broker, and what-ifs that explain."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from harvestdesk.domain.account import ReliefMethod
from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.lot import TaxLot, Term
from harvestdesk.domain.money import ZERO, cents
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.transaction import Transaction, TransactionType
from harvestdesk.domain.wash_policy import WashPolicy
from harvestdesk.washsale.events import SaleSlice
from harvestdesk.washsale.household_run import HouseholdRun, run_household

_METHODS = (
    ReliefMethod.FIFO,
    ReliefMethod.LIFO,
    ReliefMethod.HIFO,
    ReliefMethod.LOFO,
    ReliefMethod.TAX_ORDER,
    ReliefMethod.MAX_LOSS,
)
"""In the order they are tried; brokers' own names for them differ."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A lot of a sale as one view shows it: dollars to the cent, or None where the cost isn't known."""

    shares: Decimal
    basis: Decimal | None
    disallowed: Decimal
    terms: frozenset[Term]


@dataclass(frozen=True, slots=True)
class Addition:
    """A disallowed loss in the basis of a lot: the sale it comes from."""

    account: str
    symbol: str
    sold: date
    amount: Decimal


LotKey = tuple[str, str]
"""Sale and lot."""


def seen_lots(slices: Iterable[SaleSlice]) -> dict[LotKey, Seen]:
    """Return sale slices added up by sale and lot."""
    groups: dict[LotKey, list[SaleSlice]] = defaultdict(list)
    for part in slices:
        groups[part.sale, part.lot].append(part)
    return {
        key: Seen(
            sum((p.quantity for p in parts), ZERO),
            cents(sum((p.basis for p in parts), ZERO)) if parts[0].basis_known else None,
            cents(sum((p.disallowed for p in parts), ZERO)),
            frozenset(p.term for p in parts),
        )
        for key, parts in groups.items()
    }


class Views:
    """The household's own run, and the others, each worked out when first asked for."""

    def __init__(self, snapshot: HouseholdSnapshot) -> None:
        self.snapshot = snapshot
        self._broker: dict[tuple[AccountId, WashPolicy, bool], dict[LotKey, Seen]] = {}

    @cached_property
    def own(self) -> HouseholdRun:
        """The household's ledger under its own reading of the law."""
        return run_household(self.snapshot)

    @cached_property
    def parts(self) -> Mapping[LotKey, Sequence[SaleSlice]]:
        """Slices of the household's ledger by sale and lot."""
        found: dict[LotKey, list[SaleSlice]] = defaultdict(list)
        for part in self.own.sales:
            found[part.sale, part.lot].append(part)
        return found

    @cached_property
    def additions(self) -> Mapping[str, Sequence[Addition]]:
        """Disallowed losses that went into the basis of each lot."""
        found: dict[str, list[Addition]] = defaultdict(list)
        for part in self.own.sales:
            if part.replaced_by is not None and not part.permanent:
                found[part.replaced_by].append(
                    Addition(part.account, part.symbol, part.sold, part.disallowed)
                )
        return found

    @cached_property
    def origins(self) -> Mapping[str, TaxLot]:
        """Lots as they came in, by id."""
        return {k: v for run in reversed(self.own.runs) for k, v in run.ledger.origins.items()}

    @cached_property
    def sales(self) -> Mapping[str, Transaction]:
        """Ledger rows by id."""
        return {t.id: t for t in self.snapshot.transactions}

    def broker(
        self,
        account_id: AccountId,
        policy: WashPolicy | None = None,
        *,
        returns_capital: bool = True,
    ) -> Mapping[LotKey, Seen]:
        """Return the sales of an account as its broker can know them.

        A broker looks for wash sales within one account and one CUSIP (Reg. 1.6045-1(d)(6)(iii)).
        """
        policy = policy or self.snapshot.household.wash
        key = (account_id, policy, returns_capital)
        if key not in self._broker:
            alone = _alone(self.snapshot, account_id, returns_capital=returns_capital)
            self._broker[key] = seen_lots(run_household(alone, None, policy).sales)
        return self._broker[key]

    @cached_property
    def without_returns(self) -> Mapping[LotKey, Seen]:
        """The household's sales as if no return of capital had lowered a basis."""
        rows = _without_returns(self.snapshot.transactions)
        return seen_lots(run_household(replace(self.snapshot, transactions=rows)).sales)

    def relief_that_gives(
        self, sale_id: str, lots: Mapping[date | None, Decimal]
    ) -> ReliefMethod | None:
        """Return the relief method under which this sale takes shares of just these days, or None."""
        row = self.sales.get(sale_id)
        if row is None or row.security_id is None:
            return None
        return next((m for m in _METHODS if self._taken(row, m) == lots), None)

    def _taken(self, row: Transaction, method: ReliefMethod) -> dict[date | None, Decimal]:
        rows = tuple(
            replace(t, relief=method, picks=()) if t.id == row.id else t
            for t in self.snapshot.transactions
        )
        security = row.security_id or SecurityId("")
        run = run_household(replace(self.snapshot, transactions=rows), {security})
        taken: dict[date | None, Decimal] = defaultdict(Decimal)
        for part in run.sales:
            if part.sale == row.id:
                taken[part.acquired] += part.quantity
        return dict(taken)


def _alone(
    snapshot: HouseholdSnapshot, account_id: AccountId, *, returns_capital: bool
) -> HouseholdSnapshot:
    """Return the household as the broker of one account knows it: no other account, no identical set."""
    rows = tuple(t for t in snapshot.transactions if t.account_id == account_id)
    return replace(
        snapshot,
        accounts=tuple(a for a in snapshot.accounts if a.id == account_id),
        securities=tuple(
            replace(s, underlying_id=None, tracked_index="") for s in snapshot.securities
        ),
        transactions=rows if returns_capital else _without_returns(rows),
        statement_lots=tuple(x for x in snapshot.statement_lots if x.account_id == account_id),
        identical_sets=(),
    )


def _without_returns(rows: Iterable[Transaction]) -> tuple[Transaction, ...]:
    return tuple(t for t in rows if t.type is not TransactionType.RETURN_OF_CAPITAL)
