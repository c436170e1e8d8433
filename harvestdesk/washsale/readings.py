"""Which results another respectable reading of the law would change, and to what.

Each option of the policy is turned the other way on its own, and the identical sets where that can matter
are run again. Without a loss sale that has a purchase of the set in its window no reading matters.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from harvestdesk.domain.account import ReliefMethod
from harvestdesk.domain.ids import SecurityId
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO, cents
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.wash_policy import WashPolicy
from harvestdesk.washsale.events import (
    Acquire,
    Event,
    Exchange,
    LedgerFacts,
    LedgerLot,
    LedgerResult,
    LedgerSymbol,
    SaleSlice,
    Sell,
    ShortClose,
    ShortOpen,
    SpinOff,
)
from harvestdesk.washsale.household_run import HouseholdRun, run_household
from harvestdesk.washsale.ledger import run_ledger
from harvestdesk.washsale.policy import other_choices, with_choice
from harvestdesk.washsale.window import WINDOW_DAYS

_WINDOW = timedelta(days=WINDOW_DAYS)
_Figures = TypeVar("_Figures")


@dataclass(frozen=True, slots=True)
class SaleFigures:
    """What a sale comes to, in dollars to the cent."""

    basis: Decimal
    disallowed: Decimal
    permanent: Decimal
    short: Decimal
    long: Decimal


@dataclass(frozen=True, slots=True)
class LotFigures:
    """What is left of a lot: dollars to the cent, and since when its shares count as held."""

    basis: Decimal
    wash_added: Decimal
    held_since: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class SaleReading:
    """A sale's figures under the policy in force and under one other choice."""

    option: str
    choice: str
    now: SaleFigures
    other: SaleFigures


@dataclass(frozen=True, slots=True)
class LotReading:
    """An open lot's figures under the policy in force and under one other choice."""

    option: str
    choice: str
    now: LotFigures
    other: LotFigures


@dataclass(frozen=True, slots=True)
class Readings:
    """The results that depend on a judgement call, by sale and by open lot; others are not named."""

    sales: Mapping[str, tuple[SaleReading, ...]] = field(default_factory=dict)
    lots: Mapping[str, tuple[LotReading, ...]] = field(default_factory=dict)

    def options_of_sale(self, sale: str) -> tuple[str, ...]:
        """Return the options a sale's result depends on, as `option=choice`."""
        return tuple(f"{r.option}={r.choice}" for r in self.sales.get(sale, ()))


def household_readings(
    snapshot: HouseholdSnapshot,
    security_ids: Iterable[SecurityId] | None = None,
    run: HouseholdRun | None = None,
) -> Readings:
    """Return what depends on a judgement call in the sets of some securities (None: in all).

    Args:
        snapshot: the household.
        security_ids: where to look.
        run: the household's run of these sets, if it is at hand.
    """
    run = run or run_household(snapshot, security_ids)
    sales: dict[str, tuple[SaleReading, ...]] = {}
    lots: Mapping[str, tuple[LotReading, ...]] = {}
    for each in run.runs:
        found = other_readings(each.ledger.facts, snapshot.household.wash, each.result)
        own = {row.sale for row in each.sales()}
        sales |= {sale: readings for sale, readings in found.sales.items() if sale in own}
        if each is run.current:
            lots = found.lots
    return Readings(sales, lots)


def other_readings(
    facts: LedgerFacts, policy: WashPolicy, result: LedgerResult | None = None
) -> Readings:
    """Return what depends on a judgement call in a ledger; `result` is its run under `policy`."""
    result = result or run_ledger(facts, policy)
    sales: dict[str, list[SaleReading]] = defaultdict(list)
    lots: dict[str, list[LotReading]] = defaultdict(list)
    for group in _groups(facts, result):
        for option, choice in group.options(policy):
            other = run_ledger(
                replace(facts, events=tuple(group.events)), with_choice(policy, option, choice)
            )
            for sale, now, then in _changes(_of_sales(group.sales), _of_sales(other.sales), _NONE):
                sales[sale].append(SaleReading(option, choice, now, then))
            for lot, had, has in _changes(_of_lots(group.lots), _of_lots(other.lots), _GONE):
                lots[lot].append(LotReading(option, choice, had, has))
    return Readings(
        {sale: tuple(found) for sale, found in sales.items()},
        {lot: tuple(found) for lot, found in lots.items()},
    )


# --- figures that are compared ------------------------------------------------------------------

_NONE = SaleFigures(ZERO, ZERO, ZERO, ZERO, ZERO)
_GONE = LotFigures(ZERO, ZERO, ())


def _changes(
    now: Mapping[str, _Figures], other: Mapping[str, _Figures], missing: _Figures
) -> Iterator[tuple[str, _Figures, _Figures]]:
    for key in sorted(now.keys() | other.keys()):
        before, after = now.get(key, missing), other.get(key, missing)
        if before != after:
            yield key, before, after


def _of_sales(rows: Iterable[SaleSlice]) -> dict[str, SaleFigures]:
    by_sale: dict[str, list[SaleSlice]] = defaultdict(list)
    for row in rows:
        by_sale[row.sale].append(row)
    return {
        sale: SaleFigures(
            cents(sum((r.basis for r in found), ZERO)),
            cents(sum((r.disallowed for r in found), ZERO)),
            cents(sum((r.disallowed for r in found if r.permanent), ZERO)),
            cents(sum((r.recognized for r in found if r.term is Term.SHORT), ZERO)),
            cents(sum((r.recognized for r in found if r.term is Term.LONG), ZERO)),
        )
        for sale, found in by_sale.items()
    }


def _of_lots(rows: Iterable[LedgerLot]) -> dict[str, LotFigures]:
    by_lot: dict[str, list[LedgerLot]] = defaultdict(list)
    for row in rows:
        by_lot[row.lot].append(row)
    return {
        lot: LotFigures(
            cents(sum((r.basis for r in found), ZERO)),
            cents(sum((r.wash_added for r in found), ZERO)),
            tuple(sorted({r.adjusted_acquired for r in found})),
        )
        for lot, found in by_lot.items()
    }


# --- where a reading can matter -----------------------------------------------------------------


@dataclass(slots=True)
class _Group:
    """The events and results of sets that some reading, or a corporate action, makes one."""

    facts: LedgerFacts
    events: list[Event] = field(default_factory=list)
    sales: list[SaleSlice] = field(default_factory=list)
    lots: list[LedgerLot] = field(default_factory=list)

    def options(self, policy: WashPolicy) -> list[tuple[str, str]]:
        """Return the choices that could change a result here, by a cheap and generous test."""
        suspects = list(self._suspects())
        if not suspects:
            return []
        doubts = _Doubts(self.facts, self.events, self.sales, suspects)
        return [
            (option.name, choice.value)
            for option, choice in other_choices(policy)
            if doubts.about(option.name)
        ]

    def _suspects(self) -> Iterator["_Suspect"]:
        bought = sorted(
            (e for e in self.events if isinstance(e, Acquire) and e.washing), key=lambda e: e.on
        )
        days = [e.on for e in bought]
        counted_from = {
            e.id: e.wash_on for e in self.events if isinstance(e, Sell) and e.wash_on is not None
        }
        # The window of a short sale runs by rules of its own: everything is looked at.
        shorts = {e.id for e in self.events if isinstance(e, ShortOpen | ShortClose)}
        for row in self.sales:
            if row.gain >= 0 or not row.basis_known:
                continue
            day = counted_from.get(row.sale, row.sold)
            first = bisect_left(days, day - _WINDOW)
            last = bisect_right(days, day + _WINDOW)
            near = bought if row.sale in shorts else bought[first:last]
            near = [e for e in near if e.lot != row.lot]
            if near:
                yield _Suspect(row, near)


@dataclass(frozen=True, slots=True)
class _Suspect:
    """A loss and the purchases in its window."""

    row: SaleSlice
    near: list[Acquire]


class _Doubts:
    """Tells which options can matter to losses with purchases in their window."""

    def __init__(
        self,
        facts: LedgerFacts,
        events: Sequence[Event],
        sales: Sequence[SaleSlice],
        suspects: Sequence[_Suspect],
    ) -> None:
        self._facts = facts
        self._sales = sales
        self._suspects = suspects
        self._account_of = {e.lot: e.account for e in events if isinstance(e, Acquire)}
        self._sold_on: dict[date, set[str]] = defaultdict(set)
        self._sell_days: dict[tuple[str, str], list[date]] = defaultdict(list)
        for event in events:
            if isinstance(event, Sell):
                self._sold_on[event.on].add(event.id)
                self._sell_days[event.account, event.symbol].append(event.on)
        self._lots_sold_on: dict[date, set[str]] = defaultdict(set)
        for row in sales:
            self._lots_sold_on[row.sold].add(row.lot)

    def about(self, option: str) -> bool:
        """True if the option's other choice could change a result."""
        if option in {"tacking", "spouse_basis", "loss_test"}:
            return any(self._about_row(option, row) for row in self._sales)
        if option in {"same_day_order", "same_day_disposal"}:
            return any(self._several_sold(s.row) for s in self._suspects)
        if option == "match_order":
            return any(self._other_account_first(s) for s in self._suspects)
        return any(self._about_pair(option, s.row, e) for s in self._suspects for e in s.near)

    def _about_row(self, option: str, row: SaleSlice) -> bool:
        if option == "loss_test":
            return row.gain < 0 <= row.proceeds - row.original_basis
        if row.replaced_by is None:
            return False
        if option == "tacking":
            return not row.permanent
        sellers = self._facts.owners.get(row.account, frozenset[str]())
        buyers = self._facts.owners.get(self._account_of.get(row.replaced_by, ""), frozenset[str]())
        return bool(sellers and buyers) and not sellers & buyers

    def _several_sold(self, row: SaleSlice) -> bool:
        return len(self._lots_sold_on[row.sold]) > 1 or len(self._sold_on[row.sold]) > 1

    @staticmethod
    def _other_account_first(suspect: _Suspect) -> bool:
        accounts = {e.account for e in suspect.near}
        return len(accounts) > 1 and suspect.row.account in accounts

    def _about_pair(self, option: str, row: SaleSlice, bought: Acquire) -> bool:
        if option == "other_plans":
            return bought.account in self._facts.other_plans
        if option == "acquired_before_sold_lot":
            return bought.on < row.acquired
        if option == "disposed_before":
            days = self._sell_days.get((bought.account, bought.symbol), ())
            until = row.sold if self._several_sold(row) else row.sold - timedelta(days=1)
            return any(bought.on <= day <= until for day in days)
        one, other = self._symbol(row.symbol), self._symbol(bought.symbol)
        if option == "crypto":
            return one.crypto
        return one.set_id != other.set_id

    def _symbol(self, name: str) -> LedgerSymbol:
        return self._facts.symbols.get(name) or LedgerSymbol(f"own:{name}")


def _groups(facts: LedgerFacts, result: LedgerResult) -> Iterable[_Group]:
    """Return the ledger in parts that can be run on their own under every reading."""
    root_of = _Roots(facts)
    groups: dict[str, _Group] = defaultdict(lambda: _Group(facts))
    for event in facts.events:
        groups[root_of.symbol(event.symbol)].events.append(event)
    for row in result.sales:
        groups[root_of.symbol(row.symbol)].sales.append(row)
    for lot in result.lots:
        groups[root_of.symbol(lot.symbol)].lots.append(lot)
    return groups.values()


class _Roots:
    """Union of symbols that one reading or another, or a corporate action, holds together."""

    def __init__(self, facts: LedgerFacts) -> None:
        self._facts = facts
        self._parent: dict[str, str] = {}
        # Least-tax sales look at the whole year, so that no set can be run without the others.
        self._whole = facts.tax_of is not None and _uses_least_tax(facts)
        for event in facts.events:
            if isinstance(event, SpinOff | Exchange):
                self._join(f"symbol:{event.symbol}", f"symbol:{event.new_symbol}")
        for symbol in {e.symbol for e in facts.events}:
            known = facts.symbols.get(symbol) or LedgerSymbol(f"own:{symbol}")
            self._join(f"symbol:{symbol}", known.set_id)
            if known.strict_set_id:
                self._join(known.set_id, known.strict_set_id)

    def symbol(self, symbol: str) -> str:
        """Return what stands for everything that is held together with a symbol."""
        return "" if self._whole else self._root(f"symbol:{symbol}")

    def _root(self, name: str) -> str:
        while (above := self._parent.get(name, name)) != name:
            self._parent[name] = self._parent.get(above, above)
            name = above
        return name

    def _join(self, one: str, other: str) -> None:
        self._parent[self._root(one)] = self._root(other)


def _uses_least_tax(facts: LedgerFacts) -> bool:
    return ReliefMethod.MIN_TAX in facts.methods.values() or any(
        isinstance(e, Sell | ShortClose) and e.method is ReliefMethod.MIN_TAX for e in facts.events
    )
