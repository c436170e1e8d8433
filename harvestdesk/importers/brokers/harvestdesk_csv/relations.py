"""Rows of our own tables about relations between securities, and targets."""

from decimal import Decimal

from harvestdesk.domain.money import ONE, ZERO
from harvestdesk.domain.security import AssetClass
from harvestdesk.importers.batch import (
    ParsedClassTarget,
    ParsedEquivalent,
    ParsedIdentical,
    ParsedReplacement,
    ParsedSecurityTarget,
)
from harvestdesk.importers.brokers.harvestdesk_csv.cells import (
    fraction,
    symbol_of,
    whole,
    word,
    yes_no,
)
from harvestdesk.importers.collect import Cells, Collector

_HURDLE_LIMIT = 999


def read_replacement(cells: Cells, out: Collector) -> None:
    """Read one replacement."""
    allowed = yes_no(cells, "buy_allowed")
    out.replacements.append(
        ParsedReplacement(
            line=cells.line,
            symbol=symbol_of(cells),
            replacement=_another(cells, "replacement", "symbol"),
            rank=whole(cells, "rank", 1),
            hurdle_bp=_hurdle(cells),
            buy_allowed=True if allowed is None else allowed,
            note=cells.text("note"),
        )
    )


def read_equivalent(cells: Cells, out: Collector) -> None:
    """Read one equivalent."""
    primary, member = symbol_of(cells, "primary"), _another(cells, "member", "primary")
    out.equivalents.append(ParsedEquivalent(cells.line, primary, member, _hurdle(cells)))


def read_identical(cells: Cells, out: Collector) -> None:
    """Read one membership of an identical set."""
    name = cells.need_text("set", "the name of the set")
    out.identical.append(ParsedIdentical(cells.line, name, symbol_of(cells), cells.text("reason")))


def read_security_target(cells: Cells, out: Collector) -> None:
    """Read the target weight of a security inside an account."""
    account = cells.need_text("account", "the account's short name")
    weight = _weight(cells, "weight")
    out.security_targets.append(ParsedSecurityTarget(cells.line, account, symbol_of(cells), weight))


def read_class_target(cells: Cells, out: Collector) -> None:
    """Read the target weight and band of an asset class."""
    kind = word(cells, "asset_class", AssetClass)
    if kind is None:
        raise cells.wrong("asset_class", "one of " + ", ".join(m.value for m in AssetClass))
    weight = _weight(cells, "weight")
    low = _weight(cells, "low") if cells.text("low") else ZERO
    high = _weight(cells, "high") if cells.text("high") else ONE
    if not low <= weight <= high:
        raise cells.wrong("weight", "a weight between low and high")
    out.class_targets.append(ParsedClassTarget(cells.line, kind, weight, low, high))


def _another(cells: Cells, name: str, other: str) -> str:
    symbol = symbol_of(cells, name)
    if symbol == symbol_of(cells, other):
        raise cells.wrong(name, "another security than the first")
    return symbol


def _hurdle(cells: Cells) -> Decimal:
    hurdle = cells.shares("hurdle_bp") or ZERO
    if not 0 <= hurdle <= _HURDLE_LIMIT:
        raise cells.wrong("hurdle_bp", f"basis points from 0 to {_HURDLE_LIMIT}")
    return hurdle


def _weight(cells: Cells, name: str) -> Decimal:
    weight = fraction(cells, name)
    if not 0 <= weight <= 1:
        raise cells.wrong(name, "a weight from 0 to 1, or from 0% to 100%")
    return weight
