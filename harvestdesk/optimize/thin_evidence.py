"""What a plan does not know about the losses it sells: purchases nothing imported tells of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from harvestdesk.domain.ids import AccountId, LotId
from harvestdesk.domain.lock import LotStanding
from harvestdesk.domain.proposal import LotSale, Reason
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.washsale.evidence import Coverage, Evidence, Finding, Gap, GapKind

THIN = frozenset({Evidence.UNCLEAR, Evidence.COVERAGE_INCOMPLETE})
"""Less than probable: a person should know before trading."""
ACCOUNTS_NAMED = 4


def thin_findings(
    snapshot: HouseholdSnapshot,
    standings: Mapping[LotId, LotStanding],
    sales: Sequence[LotSale],
) -> dict[LotId, Finding]:
    """Return the findings of the lots sold that are less than probable, each with what makes it so."""
    lots = [s.lot_id for s in sales if standings[s.lot_id].evidence in THIN]
    if not lots:
        return {}
    coverage = Coverage(snapshot)
    known = snapshot.lot_by_id
    return {lot_id: _thinned(coverage.lot_finding(known[lot_id])) for lot_id in lots}


def with_evidence(
    snapshot: HouseholdSnapshot, sales: Iterable[LotSale], thin: Mapping[LotId, Finding]
) -> tuple[LotSale, ...]:
    """Return the sales; the reasons of those that rest on thin evidence say so."""
    return tuple(_marked(snapshot, s, thin[s.lot_id]) if s.lot_id in thin else s for s in sales)


def _marked(snapshot: HouseholdSnapshot, sale: LotSale, finding: Finding) -> LotSale:
    facts = {
        "evidence": finding.state.value,
        "uncovered": uncovered(snapshot, finding.gaps),
        "options": ", ".join(options(snapshot, finding.gaps)),
    }
    return replace(sale, reason=Reason(sale.reason.code, {**sale.reason.facts, **facts}))


def _thinned(finding: Finding) -> Finding:
    return Finding(tuple(g for g in finding.gaps if Finding((g,)).state in THIN))


def uncovered(snapshot: HouseholdSnapshot, gaps: Iterable[Gap]) -> str:
    """Return the accounts nothing tells enough of, each with its days: `Joint (2025-11-21 to 2025-12-04)`."""
    days: dict[AccountId, tuple[date, date]] = {}
    for gap in gaps:
        if gap.account_id is None or gap.first is None or gap.last is None:
            continue
        first, last = days.get(gap.account_id, (gap.first, gap.last))
        days[gap.account_id] = min(first, gap.first), max(last, gap.last)
    named = [f"{a.name} ({_span(*days[a.id])})" for a in snapshot.accounts if a.id in days]
    more = len(named) - ACCOUNTS_NAMED
    return ", ".join(named[:ACCOUNTS_NAMED]) + (f" and {more} more" if more > 0 else "")


def _span(first: date, last: date) -> str:
    return first.isoformat() if first == last else f"{first.isoformat()} to {last.isoformat()}"


def options(snapshot: HouseholdSnapshot, gaps: Iterable[Gap]) -> tuple[str, ...]:
    """Return the options held whose underlying is not known, by symbol."""
    names = {s.id: s.symbol for s in snapshot.securities}
    return tuple(
        sorted(
            {
                names.get(g.security_id, str(g.security_id))
                for g in gaps
                if g.kind is GapKind.UNDERLYING_UNKNOWN and g.security_id is not None
            }
        )
    )
