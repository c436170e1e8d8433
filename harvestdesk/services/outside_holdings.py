"""What the household owns elsewhere, as the person types it; each save is one undo step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from harvestdesk.domain.changes import Changes
from harvestdesk.domain.ids import OutsideHoldingId, SecurityId
from harvestdesk.domain.money import MONEY_DIGITS
from harvestdesk.domain.outside import OutsideHolding
from harvestdesk.domain.security import AssetClass, Security, SecurityKind, normal_symbol
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.services.context import AppContext
from harvestdesk.services.row_problems import RowField, fits, refuse, repeated

_IDS = "outside"
_NEW = OutsideHoldingId("")
_MOST_SYMBOL = 40


@dataclass(frozen=True, slots=True)
class OutsideEntry:
    """One outside holding as it is typed: of a security the household knows, or of something described.

    Attributes:
        id: empty for a new one.
        value: dollars, above zero.
        security_id: None: what `symbol` says, made new from the description where nobody knows it.
        symbol: a ticker, or empty where there is none: then the name stands for it.
        sector: GICS sector name, or empty.
    """

    value: Decimal
    id: OutsideHoldingId = _NEW
    security_id: SecurityId | None = None
    symbol: str = ""
    name: str = ""
    kind: SecurityKind = SecurityKind.OTHER
    asset_class: AssetClass = AssetClass.US_EQUITY
    sector: str = ""
    note: str = ""

    @property
    def house_symbol(self) -> str:
        """The symbol a security of this description has."""
        return normal_symbol(self.symbol) or normal_symbol(self.name)[:_MOST_SYMBOL]


def entry_of(holding: OutsideHolding) -> OutsideEntry:
    """Return a stored holding as an entry."""
    return OutsideEntry(
        holding.value, holding.id, security_id=holding.security_id, note=holding.note
    )


def outside_problems(
    entries: Sequence[OutsideEntry], securities: Mapping[SecurityId, Security]
) -> dict[RowField, str]:
    """Return what is wrong by row and field; empty if nothing."""
    found: dict[RowField, str] = {}
    for row, entry in enumerate(entries):
        if not entry.value.is_finite() or entry.value <= 0:
            found[row, "value"] = "Type what it is worth, in dollars above zero."
        elif not fits(entry.value, MONEY_DIGITS):
            found[row, "value"] = f"At most {MONEY_DIGITS} decimals, and less than nine trillion."
        if entry.security_id is not None and entry.security_id not in securities:
            found[row, "security_id"] = f"There is no security {entry.security_id}."
        if entry.security_id is None and not entry.house_symbol:
            found[row, "symbol"] = "Say what it is: a symbol, or a name."
        elif entry.security_id is None and not _is_symbol(entry.house_symbol):
            found[row, "symbol"] = f"At most {_MOST_SYMBOL} characters that can be printed."
    return found | repeated([e.id for e in entries], "id", "This row is there twice.")


def _is_symbol(symbol: str) -> bool:
    return len(symbol) <= _MOST_SYMBOL and symbol.isprintable()


def described_here(snapshot: HouseholdSnapshot) -> frozenset[SecurityId]:
    """Return the securities known from outside holdings alone: their description may be corrected there."""
    used = {lot.security_id for lot in (*snapshot.lots, *snapshot.statement_lots)}
    used |= {s for t in snapshot.transactions for s in (t.security_id, t.other_security_id) if s}
    used |= set(snapshot.prices.prices)
    return frozenset(h.security_id for h in snapshot.outside) - used


def save_outside_holdings(
    ctx: AppContext, entries: Sequence[OutsideEntry | OutsideHolding]
) -> Changes:
    """Put these in the place of all there are; what nobody knows becomes a security without a price.

    A security that is known from outside holdings alone takes the description given; any other stays as it is.

    Raises:
        BadInputError: the first of what `outside_problems` says, with its row and field as facts.
    """
    typed = [entry_of(e) if isinstance(e, OutsideHolding) else e for e in entries]
    snapshot = ctx.snapshot()
    known = snapshot.security_by_id
    refuse(outside_problems(typed, known), "outside")
    by_symbol = {s.symbol: s for s in known.values()}
    correctable = described_here(snapshot)
    with ctx.book.write("Outside holdings") as w:
        described: dict[str, Security] = {}
        for entry in typed:
            symbol = entry.house_symbol
            stored = by_symbol.get(symbol)
            if entry.security_id is None and (stored is None or stored.id in correctable):
                made = described.get(symbol) or stored
                security_id = made.id if made else SecurityId(w.new_id("security"))
                described[symbol] = _described(entry, security_id)
        w.put_securities(tuple(described.values()))
        found = {s: security.id for s, security in (by_symbol | described).items()}
        w.replace_outside_holdings(
            [
                OutsideHolding(
                    entry.id or OutsideHoldingId(w.new_id(_IDS)),
                    entry.security_id or found[entry.house_symbol],
                    entry.value,
                    entry.note.strip(),
                )
                for entry in typed
            ]
        )
    return w.changes


def _described(entry: OutsideEntry, security_id: SecurityId) -> Security:
    return Security(
        security_id,
        entry.house_symbol,
        entry.name.strip(),
        entry.kind,
        entry.asset_class,
        entry.sector.strip(),
    )
