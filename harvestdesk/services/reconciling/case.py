"""One pair of rows while its differences are told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import CENT, ZERO
from harvestdesk.domain.reconciliation import ByTerm, Difference, DifferenceKind, SaleSide
from harvestdesk.services.reconciling.pairing import Pair
from harvestdesk.services.reconciling.views import LotKey, Seen, Views

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
