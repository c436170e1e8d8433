"""Why a row here is not the broker's row: each part of the difference with its kind and its dollars.

The tests are exact: a kind is given only where the broker's figure is, to the cent, the one that kind leads
to. What no test explains stays unexplained, with both rows beside it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from harvestdesk.domain.account import ReliefMethod
from harvestdesk.domain.calendar import settlement_day
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import CENT, ZERO, cents, decimal_text, money_text
from harvestdesk.domain.reconciliation import ByTerm, Difference, DifferenceKind, SaleSide
from harvestdesk.domain.transaction import TransactionType
from harvestdesk.domain.wash_policy import DEFAULT_POLICY
from harvestdesk.reports.figures import usd
from harvestdesk.services.reconciling.pairing import Pair
from harvestdesk.services.reconciling.sides import Stated, close, our_side, their_side
from harvestdesk.services.reconciling.views import LotKey, Seen, Views
from harvestdesk.services.reconciling.washes import basis_sources, hidden_washes, own_sources
from harvestdesk.tax.holding_period import term_of
from harvestdesk.washsale.window import window

Kind = DifferenceKind


@dataclass
class Case:
    """One pair while its differences are told.

    Attributes:
        tolerance: each row compared may be rounded by a cent.
        rounding: what differs by rounding only, effect on the result in dollars.
    """

    pair: Pair
    views: Views
    ours: SaleSide
    theirs: SaleSide
    symbol: str
    found: list[Difference] = field(default_factory=list)
    rounding: Decimal = ZERO

    @property
    def tolerance(self) -> Decimal:
        """Dollars two figures may be apart by rounding alone."""
        return CENT * self.pair.rows

    @property
    def keys(self) -> tuple[LotKey, ...]:
        """Sales and lots of the rows here."""
        return tuple(dict.fromkeys((r.sale, r.lot) for r in self.pair.ours))

    @property
    def term(self) -> Term:
        """Term that parts of the difference are counted in: the broker's, if it has one."""
        return self.theirs.term or main_term(self.ours)

    def add(self, kind: Kind, effect: Decimal | ByTerm, **facts: str) -> None:
        """Note a difference; a plain amount is of the case's term."""
        by_term = effect if isinstance(effect, ByTerm) else ByTerm.of(self.term, effect)
        self.found.append(
            difference(self.pair, kind, by_term, self.ours, self.theirs, self.symbol, facts)
        )

    def seen(self, lots: Callable[[LotKey], Seen | None]) -> Seen | None:
        """Return the rows here as another view has them, or None where it has other shares."""
        seen = [lots(key) for key in self.keys]
        known = [s for s in seen if s is not None]
        shares = sum((s.shares for s in known), ZERO)
        if len(known) < len(seen) or abs(shares - self.ours.shares) > Decimal("0.00001"):
            return None
        bases = [s.basis for s in known]
        whole = all(b is not None for b in bases)
        return Seen(
            shares,
            sum((b or ZERO for b in bases), ZERO) if whole else None,
            sum((s.disallowed for s in known), ZERO),
            frozenset(term for s in known for term in s.terms),
        )


def main_term(side: SaleSide) -> Term:
    """Return the side's term; of two the one with the larger result."""
    if side.term is not None:
        return side.term
    return Term.LONG if abs(side.result.long) > abs(side.result.short) else Term.SHORT


def difference(
    pair: Pair,
    kind: Kind,
    effect: ByTerm,
    ours: SaleSide | None,
    theirs: SaleSide | None,
    symbol: str,
    facts: dict[str, str],
) -> Difference:
    """Return a difference of a pair."""
    side = ours or theirs
    security = pair.ours[0].security_id if pair.ours else pair.theirs[0].security_id
    return Difference(
        kind=kind,
        account_id=pair.account_id,
        security_id=security,
        symbol=symbol,
        sold=side.sold if side is not None else date.min,
        shares=side.shares if side is not None else ZERO,
        effect=effect,
        ours=ours,
        theirs=theirs,
        facts={k: v for k, v in facts.items() if v},
    )


def explain(
    pair: Pair, views: Views, statements: Sequence[Stated], symbol: str
) -> list[Difference]:
    """Return every difference of a pair; none where both sides agree to the cent.

    The effects add up to the result here less the broker's.
    """
    if not pair.theirs:
        return [_missing_at_broker(pair, symbol)]
    if not pair.ours:
        return [_missing_here(pair, views, symbol)]
    ours = our_side(pair.ours)
    case = Case(pair, views, ours, their_side(pair.theirs, main_term(ours)), symbol)
    if pair.shares_differ:
        _shares(case)
    elif pair.lots_differ:
        _lots(case)
    elif ours.basis is None or case.theirs.basis is None:
        _unknown_basis(case)
    else:
        _proceeds(case)
        _basis(case, ours.basis - case.theirs.basis, statements)
        _disallowed(case)
    _dates_and_term(case)
    return case.found


# --- rows one side has alone ----------------------------------------------------------------------


def _missing_at_broker(pair: Pair, symbol: str) -> Difference:
    side = our_side(pair.ours)
    kind = pair.ours[0].kind
    facts = {"reason": "partial" if pair.shares_differ else kind if kind != "sale" else ""}
    return difference(pair, Kind.MISSING_AT_BROKER, side.result, side, None, symbol, facts)


def _missing_here(pair: Pair, views: Views, symbol: str) -> Difference:
    side = their_side(pair.theirs)
    security = pair.theirs[0].security_id
    reason = "no_sale"
    if pair.shares_differ:
        reason = "partial"
    elif security is None:
        reason = "no_security"
    elif any(
        t.type is TransactionType.SELL and t.security_id == security and t.on == side.sold
        for t in views.snapshot.transactions
        if t.account_id == pair.account_id
    ):
        reason = "no_lots"
    effect = ByTerm() - side.result
    facts = {"reason": reason}
    return difference(pair, Kind.MISSING_HERE, effect, None, side, symbol, facts)


def _shares(case: Case) -> None:
    sales = {r.sale for r in case.pair.ours}
    missing = sum((s.missing for s in case.views.own.shortfalls if s.sale in sales), ZERO)
    case.add(
        Kind.SHARES,
        case.ours.result - case.theirs.result,
        ours_shares=decimal_text(case.ours.shares),
        theirs_shares=decimal_text(case.theirs.shares),
        unknown_lots=decimal_text(missing) if missing else "",
    )


def _unknown_basis(case: Case) -> None:
    kind = Kind.BASIS_UNKNOWN_HERE if case.ours.basis is None else Kind.BASIS_UNKNOWN_THERE
    if case.ours.basis is None and case.theirs.basis is None:
        return
    stated = case.theirs.basis if case.ours.basis is None else case.ours.basis
    case.add(
        kind,
        case.ours.result - case.theirs.result,
        basis=money_text(stated if stated is not None else ZERO),
    )


# --- other lots -----------------------------------------------------------------------------------


def _lots(case: Case) -> None:
    """Other lots than the broker's: which relief method was used here, and which gives the broker's lots."""
    theirs: dict[date | None, Decimal] = defaultdict(Decimal)
    for row in case.pair.theirs:
        theirs[row.lot.acquired] += row.lot.shares
    ours: dict[date | None, Decimal] = defaultdict(Decimal)
    for sale in case.pair.ours:
        ours[sale.acquired_on] += sale.shares
    ids = {r.sale for r in case.pair.ours}
    method = broker = None
    if len(ids) == 1:
        sale_id = ids.pop()
        method = _method(case, sale_id)
        whole = _whole_sale(case, sale_id, ours, theirs)
        broker = None if whole is None else case.views.relief_that_gives(sale_id, whole)
    hidden = hidden_washes(case.views, case.pair.account_id, case.keys)
    case.add(
        Kind.LOTS,
        case.ours.result - case.theirs.result,
        ours_lots=_dated(ours),
        theirs_lots=_dated(theirs),
        method=method or "",
        broker_method=broker or "",
        hidden=money_text(sum((w.amount for w in hidden), ZERO)) if hidden else "",
    )


def _whole_sale(
    case: Case,
    sale_id: str,
    ours: dict[date | None, Decimal],
    theirs: dict[date | None, Decimal],
) -> dict[date | None, Decimal] | None:
    """Return the lots of the whole sale as the broker has them: those paired lot by lot stay."""
    whole: dict[date | None, Decimal] = defaultdict(Decimal)
    for (sale, _), parts in case.views.parts.items():
        if sale == sale_id:
            for part in parts:
                whole[part.acquired] += part.quantity
    for day, shares in ours.items():
        whole[day] -= shares
    for day, shares in theirs.items():
        whole[day] += shares
    if any(shares < 0 for shares in whole.values()):
        return None
    return {day: shares for day, shares in whole.items() if shares}


def _method(case: Case, sale_id: str) -> ReliefMethod | None:
    row = case.views.sales.get(sale_id)
    if row is None:
        return None
    if row.picks:
        return ReliefMethod.SPECIFIC
    account = case.views.snapshot.account_by_id.get(row.account_id)
    return row.relief or (account.relief if account else None)


def _dated(lots: dict[date | None, Decimal]) -> str:
    ordered = sorted(lots.items(), key=lambda item: item[0] or date.min)
    return "; ".join(
        f"{decimal_text(shares)} of {day.isoformat() if day else 'unknown date'}"
        for day, shares in ordered
    )


# --- the same lot: proceeds, basis, disallowed loss ---------------------------------------------


def _proceeds(case: Case) -> None:
    gap = case.ours.proceeds - case.theirs.proceeds
    if abs(gap) <= case.tolerance:
        case.rounding += gap
        return
    fees = ZERO
    for sale_id in {r.sale for r in case.pair.ours}:
        row = case.views.sales.get(sale_id)
        sold = sum((r.shares for r in case.pair.ours if r.sale == sale_id), ZERO)
        if row is not None and row.shares:
            fees += row.fees * sold / row.shares
    is_gross = fees > 0 and close(-gap, cents(fees), case.tolerance)
    case.add(
        Kind.SELLING_COSTS if is_gross else Kind.PROCEEDS,
        gap,
        fees=money_text(cents(fees)) if fees else "",
    )


def _basis(case: Case, gap: Decimal, statements: Sequence[Stated]) -> None:
    """Tell why the basis differs; `gap` is the basis here less the broker's."""
    if abs(gap) <= case.tolerance:
        case.rounding -= gap
        return
    for test in (_foreign_addition, _return_of_capital, _not_added, _broker_added):
        told = test(case)
        if told is not None:
            case.add(told[0], -gap, **told[1])
            return
    cause = _broker_wash(case, -gap, statements)
    if cause is not None:
        case.add(Kind.BASIS_BROKER_WASH, -gap, sales=cause)
        return
    case.add(Kind.BASIS, -gap)


_Told = tuple[Kind, dict[str, str]] | None


def _foreign_addition(case: Case) -> _Told:
    """The broker's basis is the one its own account alone leads to."""
    seen = case.seen(case.views.broker(case.pair.account_id).get)
    if seen is None or not close(seen.basis, case.theirs.basis, case.tolerance):
        return None
    facts = basis_sources(case.views, case.pair.account_id, case.keys)
    return Kind.BASIS_CROSS_ACCOUNT, facts or {"chain": "yes"}


def _return_of_capital(case: Case) -> _Told:
    """The broker's basis is the one without distributions that lowered it."""
    plain = case.views.broker(case.pair.account_id, returns_capital=False)
    for lots in (case.views.without_returns, plain):
        seen = case.seen(lots.get)
        if seen is not None and close(seen.basis, case.theirs.basis, case.tolerance):
            return Kind.RETURN_OF_CAPITAL, {}
    return None


def _not_added(case: Case) -> _Told:
    """The broker's basis is the plain cost, although losses of its own account belong into it."""
    if case.ours.original_basis == case.ours.basis:
        return None
    if not close(case.ours.original_basis, case.theirs.basis, case.tolerance):
        return None
    return Kind.BASIS_NOT_ADDED, own_sources(case.views, case.pair.account_id, case.keys)


def _broker_added(case: Case) -> _Told:
    """The broker starts from the same cost and says that it added disallowed losses."""
    ours, theirs = case.ours, case.theirs
    if theirs.original_basis is None or theirs.basis is None or ours.basis is None:
        return None
    added = theirs.basis - theirs.original_basis
    same_cost = close(theirs.original_basis, ours.original_basis, case.tolerance)
    if not same_cost or added <= case.tolerance:
        return None
    here = ours.basis - (ours.original_basis or ZERO)
    return Kind.BASIS_BROKER_WASH, {"broker_added": money_text(added), "added": money_text(here)}


def _broker_wash(case: Case, amount: Decimal, statements: Sequence[Stated]) -> str | None:
    """Return the broker's own wash sale whose loss is just what its basis has more."""
    bought = case.theirs.acquired or case.ours.acquired
    if amount <= 0 or bought is None:
        return None
    first, last = window(bought)
    causes = [
        s
        for s in statements
        if s.account_id == case.pair.account_id
        and s.key == case.pair.key
        and first <= s.lot.sold <= last
        and close(s.lot.disallowed, amount, case.tolerance)
    ]
    if len(causes) != 1:
        return None
    lot = causes[0].lot
    return f"{causes[0].symbol} sold {lot.sold.isoformat()}, {usd(amount)} disallowed"


def _disallowed(case: Case) -> None:
    """Tell why the disallowed loss differs."""
    stated = case.theirs.disallowed
    gap = case.ours.disallowed - stated
    if abs(gap) <= case.tolerance:
        case.rounding += gap
        return
    for wash in hidden_washes(case.views, case.pair.account_id, case.keys):
        amount = min(wash.amount, case.ours.disallowed)
        case.add(wash.kind, amount, **wash.facts)
        gap -= amount
    if abs(gap) <= case.tolerance:
        case.rounding += gap
        return
    case.add(_rest_of_wash(case, stated), gap, stated=money_text(stated))


def _rest_of_wash(case: Case, stated: Decimal) -> Kind:
    """Return the kind of what is left once the losses washed elsewhere are named."""
    account = case.pair.account_id
    seen = case.seen(case.views.broker(account).get)
    if seen is not None and close(seen.disallowed, stated, case.tolerance):
        return Kind.WASH_ELSEWHERE
    if not case.theirs.shows_wash:
        return Kind.WASH_NOT_SHOWN
    if case.views.snapshot.household.wash != DEFAULT_POLICY:
        usual = case.seen(case.views.broker(account, DEFAULT_POLICY).get)
        if usual is not None and close(usual.disallowed, stated, case.tolerance):
            return Kind.WASH_READING
    return Kind.WASH_AMOUNT


# --- dates and term -------------------------------------------------------------------------------


def _dates_and_term(case: Case) -> None:
    if case.rounding:
        case.add(Kind.ROUNDING, case.rounding)
    told = sum_of(d.effect for d in case.found)
    rest = case.ours.result - case.theirs.result - told
    if case.ours.sold != case.theirs.sold:
        settled = settlement_day(case.ours.sold) == case.theirs.sold
        kind = Kind.SETTLEMENT_DATE if settled else Kind.SALE_DATE
        moved = rest if _term_by_sale_date(case) else ByTerm()
        case.add(kind, moved, ours=case.ours.sold.isoformat(), theirs=case.theirs.sold.isoformat())
        rest -= moved
    if case.pair.acquired_differs:
        case.add(
            Kind.ACQUIRED_DATE,
            ByTerm(),
            ours=_iso(case.ours.acquired),
            theirs=_iso(case.theirs.acquired),
        )
    if rest:
        _term(case, rest)


def _term(case: Case, moved: ByTerm) -> None:
    """Tell why a result stands under the other term."""
    acquired = case.ours.acquired
    tacked = [r for r in case.pair.ours if r.adjusted_on not in {None, r.acquired_on}]
    plain = None if acquired is None else term_of(acquired, case.ours.sold)
    facts = {"from": _iso(acquired), "held_from": _iso(case.ours.adjusted)}
    if tacked and case.theirs.term is plain:
        facts |= basis_sources(case.views, case.pair.account_id, case.keys)
        case.add(Kind.TERM_TACKING, moved, **facts)
        return
    case.add(Kind.TERM, moved, **facts)


def _term_by_sale_date(case: Case) -> bool:
    """True if the broker's day of sale alone gives the broker's term."""
    held_from = case.ours.adjusted or case.ours.acquired
    if held_from is None or case.theirs.term is None:
        return False
    return term_of(held_from, case.theirs.sold) is case.theirs.term


def sum_of(effects: Iterable[ByTerm]) -> ByTerm:
    """Return effects added up."""
    total = ByTerm()
    for effect in effects:
        total += effect
    return total


def _iso(day: date | None) -> str:
    return "" if day is None else day.isoformat()
