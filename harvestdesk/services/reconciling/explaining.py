"""Why a row here is not the broker's row: each part of the difference with its kind and its dollars.

The tests are exact: a kind is given only where the broker's figure is, to the cent, the one that kind leads
to. What no test explains stays unexplained, with both rows beside it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from harvestdesk.domain.account import ReliefMethod
from harvestdesk.domain.calendar import settlement_day
from harvestdesk.domain.money import ZERO, decimal_text, money_text
from harvestdesk.domain.reconciliation import ByTerm, Difference
from harvestdesk.domain.transaction import TransactionType
from harvestdesk.services.reconciling.amounts import tell_basis, tell_disallowed, tell_proceeds
from harvestdesk.services.reconciling.case import Case, Kind, difference, main_term
from harvestdesk.services.reconciling.pairing import Pair
from harvestdesk.services.reconciling.sides import Stated, our_side, their_side
from harvestdesk.services.reconciling.views import Views
from harvestdesk.services.reconciling.washes import basis_sources, hidden_washes
from harvestdesk.tax.holding_period import term_of


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
        tell_proceeds(case)
        tell_basis(case, ours.basis - case.theirs.basis, statements)
        tell_disallowed(case)
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
