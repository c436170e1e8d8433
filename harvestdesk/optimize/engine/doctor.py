"""Why nothing is feasible: the cheapest set of rules that give together, and each rule that would do alone.

Everything is solved with real sides (elastic.py). What a rule would have to be is that of plans in weights;
whole shares may need a hair more.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from harvestdesk.domain.conflict import Conflict, RuleGive, RuleKind
from harvestdesk.optimize.engine.case import CASH, GAIN, LOSS, NETTING, TAX, Case, linear_case
from harvestdesk.optimize.engine.elastic import CLOSE, ElasticRules, Given, Giving, everything, only
from harvestdesk.optimize.engine.problem import EngineProblem
from harvestdesk.optimize.engine.search import Effort, Incumbent, search

LEAST_EXCESS = 1e-7
"""Fractions of value (of tracking error: itself) below which a rule isn't exceeded."""
LEAST_PRICE = 1e-4
DOLLARS = frozenset({CASH, TAX, GAIN, LOSS})
MOST_FACTOR = 1024.0
FACTOR_STEPS = 6


def diagnose(
    asked: EngineProblem | Case | Sequence[Case], effort: Effort | None = None
) -> Conflict:
    """Return the rules in conflict, and the least they would have to give.

    Args:
        asked: a problem, one of its cases, or the cases of its year's netting, of which the best counts.
        effort: after its seconds what has been found by then is the answer.
    """
    effort = effort or Effort()
    cases = [asked] if isinstance(asked, Case) else asked
    if isinstance(cases, EngineProblem):
        cases = [linear_case(cases)]
    return _Doctor(cases, effort).conflict()


def remedies(cases: Sequence[Case], effort: Effort) -> tuple[RuleGive, ...]:
    """Return the rules of which one alone is enough for a plan of one of the cases, cheapest first."""
    return _in_order(_Doctor(cases, effort).remedies()) if cases else ()


@dataclass(frozen=True)
class _Remedy:
    """One rule that would do alone, and the weight of what it gives."""

    give: RuleGive
    weight: float


def _in_order(found: Iterable[_Remedy]) -> tuple[RuleGive, ...]:
    ordered = sorted(found, key=lambda r: (r.weight, r.give.kind, r.give.name))
    return tuple(remedy.give for remedy in ordered)


def _rows_of(case: Case, kind: str, name: str) -> list[int]:
    return [i for i, row in enumerate(case.rows) if (row.kind, row.name) == (kind, name)]


class _Doctor:
    """The cases of a problem, compiled as they are needed."""

    def __init__(self, cases: Sequence[Case], effort: Effort) -> None:
        self._asked = list(cases)
        self._cases = [_uncounted(case) for case in cases]
        self._effort = effort
        self._until = time.perf_counter() + effort.seconds
        self._compiled: dict[int, ElasticRules] = {}

    def conflict(self) -> Conflict:
        found = [
            (number, given)
            for number, case in enumerate(self._cases)
            if (given := self._least(number, everything(case))) is not None
        ]
        if not found:
            return Conflict((RuleGive(RuleKind.SIDES, "", 0.0, 0.0),))
        number, given = min(found, key=lambda pair: pair[1].total)
        gives = _gives(self._cases[number], given)
        if not gives:
            return self._orders() or Conflict((RuleGive(RuleKind.SIDES, "", 0.0, 0.0),))
        alone = _in_order([*self.remedies(), *self._volume(given)])
        return Conflict(gives, alone, tuple(self._beside(number, given, gives)))

    def _least(self, number: int, giving: Giving) -> Given | None:
        if self._late() and self._compiled:
            return None
        if number not in self._compiled:
            self._compiled[number] = ElasticRules(self._cases[number])
        return self._compiled[number].least(giving)

    def _late(self) -> bool:
        return time.perf_counter() > self._until or self._effort.stop()

    # --- one rule alone ---

    def remedies(self) -> Iterator[_Remedy]:
        """Yield every rule that is enough by itself, with the least it has to give."""
        keys = [(r.kind, r.name) for r in self._cases[0].rows if r.kind != NETTING]
        for key in dict.fromkeys(keys):
            yield from self._remedy([only(case, _rows_of(case, *key)) for case in self._cases])
        limits = self._cases[0].problem.limits
        if np.isfinite(limits.tracking_error):
            yield from self._remedy([only(case, risk=True) for case in self._cases])
        if limits.payout is not None:
            yield from self._remedy([only(case, payout=True) for case in self._cases])

    def _remedy(self, giving: Sequence[Giving]) -> Iterator[_Remedy]:
        found = []
        for number, case in enumerate(self._cases):
            given = self._least(number, giving[number])
            if given is not None and given.whole:
                found += [_Remedy(give, given.total) for give in _gives(case, given)]
        if found:
            yield min(found, key=lambda remedy: remedy.weight)

    # --- rules that are no rows ---

    def _beside(
        self, number: int, given: Given, gives: Sequence[RuleGive]
    ) -> Iterator[tuple[RuleKind, str]]:
        """Yield the rules that hold and press on those that give."""
        case = self._cases[number]
        gave = {(give.kind, give.name) for give in gives}
        for row, price in zip(case.rows, given.prices, strict=True):
            if row.kind == NETTING or abs(price) <= LEAST_PRICE:
                continue
            if (RuleKind(row.kind), row.name) not in gave:
                yield RuleKind(row.kind), row.name
        if given.mixed < given.total - 10 * CLOSE:
            yield RuleKind.SIDES, ""
        p = case.problem
        free = np.zeros(len(p.symbols), dtype=np.bool_)
        if (p.buy_locked | p.loss_locked).any() and self._helps(
            case, replace(p, buy_locked=free, loss_locked=free), given
        ):
            yield RuleKind.LOCKS, ""
        if self._has_volume and self._helps(
            case, replace(p, most_sold=None, most_bought=None), given
        ):
            yield RuleKind.VOLUME, ""

    def _helps(self, case: Case, freed: EngineProblem, given: Given) -> bool:
        """Return whether less has to give in a problem with something lifted."""
        if self._late():
            return True
        lifted = replace(case, problem=freed)
        found = ElasticRules(lifted).least(everything(lifted))
        return found is not None and found.total < given.total - 10 * CLOSE

    @property
    def _has_volume(self) -> bool:
        p = self._cases[0].problem
        return p.most_sold is not None or p.most_bought is not None

    def _volume(self, given: Given) -> Iterator[_Remedy]:
        """Yield the limit on volume, as the multiple it would have to be, where it would do alone."""
        if not self._has_volume or not self._without(np.inf):
            return
        low, high = 1.0, 2.0
        while not self._without(high) and high < MOST_FACTOR:
            low, high = high, high * 2
        for _ in range(FACTOR_STEPS):
            middle = (low + high) / 2
            low, high = (low, middle) if self._without(middle) else (middle, high)
        yield _Remedy(RuleGive(RuleKind.VOLUME, "", 1.0, high), given.total)

    def _without(self, factor: float) -> bool:
        """Return whether any case has a plan with so many times the volume."""
        return any(self._feasible(case, factor) for case in self._cases)

    def _feasible(self, case: Case, factor: float) -> bool:
        if self._late():
            return False
        p = case.problem
        sold, bought = (None if x is None else x * factor for x in (p.most_sold, p.most_bought))
        wider = replace(case, problem=replace(p, most_sold=sold, most_bought=bought))
        given = ElasticRules(wider).least(everything(wider))
        return given is not None and given.whole and not _gives(wider, given)

    def _orders(self) -> Conflict | None:
        """Return the conflict with the number or the size of orders, where all else agrees."""
        limits = self._asked[0].problem.limits
        found = []
        if limits.max_trades is not None:
            found += self._more_orders(limits.max_trades)
        if limits.min_trade > 0:
            sizes = self._sizes(min_trade=0.0)
            if sizes is not None:
                value = float(self._asked[0].problem.exact.value)
                ends = (limits.min_trade * value, min(sizes, default=0.0) * value)
                found.append(RuleGive(RuleKind.MIN_TRADE, "", *ends, least=True))
        return Conflict(tuple(found[:1]), tuple(found)) if found else None

    def _more_orders(self, most: int) -> list[RuleGive]:
        """Return the least number of orders of which there is a plan."""
        sizes = self._sizes(max_trades=None)
        if sizes is None:
            return []
        low, high = most, max(most + 1, len(sizes))
        while high - low > 1 and not self._late():
            middle = (low + high) // 2
            low, high = (middle, high) if self._sizes(max_trades=middle) is None else (low, middle)
        return [RuleGive(RuleKind.MAX_TRADES, "", float(most), float(high))]

    def _sizes(self, **rules: float | None) -> list[float] | None:
        """Return the sizes of the orders of a plan with some rules changed; None where there is no plan."""
        found = []
        for case in self._asked:
            changed = replace(case.problem.limits, **rules)  # type: ignore[arg-type]
            other = replace(case, problem=replace(case.problem, limits=changed))
            plan = search(other, self._effort).best
            if plan is not None:
                found.append(_orders(other, plan))
        return min(found, key=len) if found else None


def _uncounted(case: Case) -> Case:
    """Return a case in which orders have no least size, no cost and no most number."""
    limits = replace(case.problem.limits, max_trades=None, min_trade=0.0, ticket_cost=0.0)
    return replace(case, problem=replace(case.problem, limits=limits))


def _orders(case: Case, plan: Incumbent) -> list[float]:
    """Return the sizes of a plan's orders, purchases counted by purse; fractions of value."""
    p = case.problem
    places = p.lot_account * len(p.symbols) + p.lot_security
    sold = np.bincount(places, plan.sold)
    sizes = np.concatenate([sold, plan.bought.ravel()])
    return [float(x) for x in sizes if x > LEAST_EXCESS]


def _gives(case: Case, given: Given) -> tuple[RuleGive, ...]:
    """Return what gives, as the rules are known to people."""
    found = []
    for row, over, under in zip(case.rows, given.over, given.under, strict=True):
        if over > LEAST_EXCESS:
            found.append(_give(case, row.kind, row.name, row.most, over, least=False))
        elif under > LEAST_EXCESS:
            found.append(_give(case, row.kind, row.name, row.least, -under, least=True))
    limits = case.problem.limits
    needed = float(np.sqrt(limits.tracking_error**2 + max(given.risk, 0.0)))
    if needed > limits.tracking_error + LEAST_EXCESS:
        found.append(RuleGive(RuleKind.TRACKING_ERROR, "", limits.tracking_error, needed))
    if limits.payout is not None and given.payout > LEAST_EXCESS:
        amount = limits.payout.amount
        found.append(_give(case, RuleKind.PAYOUT, "", amount, -given.payout, least=True))
    return tuple(found)


def _give(case: Case, kind: str, name: str, end: float, by: float, *, least: bool) -> RuleGive:
    """Return a rule that gives, in dollars where it is in dollars."""
    if kind == TAX:
        end = case.problem.limits.tax  # the row of a cell is counted from the cell's own constant
    unit = float(case.problem.exact.value) if kind in {*DOLLARS, RuleKind.PAYOUT} else 1.0
    return RuleGive(RuleKind(kind), name, float(end * unit), float((end + by) * unit), least)
