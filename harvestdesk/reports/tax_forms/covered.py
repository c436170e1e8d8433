"""Whether a broker told the IRS what shares cost: covered securities (IRC §6045(g), Reg. 1.6045-1(a)(15)).

Files of brokers rarely say it, so it is derived from what the shares are, when and how they came in. It
is an assumption, and pages say so; a Form 1099-B goes before it.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from harvestdesk.domain.lot import LotSource
from harvestdesk.domain.security import SecurityKind

STOCK_FROM = date(2011, 1, 1)
FUND_FROM = date(2012, 1, 1)
"""Funds, and shares bought by reinvesting dividends (IRC §6045(g)(3)(C)(ii))."""
OPTION_BOND_FROM = date(2014, 1, 1)
DIGITAL_FORM_FROM = 2025
"""First year of sales told on Form 1099-DA."""
DIGITAL_BASIS_FROM = date(2026, 1, 1)
"""Digital assets bought at a broker from this day on have their basis reported."""


class Reporting(StrEnum):
    """What the IRS was told of a sale."""

    REPORTED = "reported"
    """Proceeds and basis."""
    NOT_REPORTED = "not_reported"
    """Proceeds alone."""
    NO_FORM = "no_form"
    """Nothing: no Form 1099-B or 1099-DA is sent."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the IRS is taken to know of a sale, and the rule that decided it.

    Attributes:
        rule: code with words in `tax_forms.words.COVERED_RULES`.
    """

    reporting: Reporting
    rule: str


@dataclass(frozen=True, slots=True)
class Origin:
    """How shares came in, as far as the files tell.

    Attributes:
        acquired_on: original trade date, or None where nobody told it.
        basis_known: a cost was reported.
    """

    kind: SecurityKind
    source: LotSource
    acquired_on: date | None
    basis_known: bool = True


_NEVER_COVERED: dict[LotSource, str] = {
    LotSource.GIFT: "gift",
    LotSource.INHERITED: "inherited",
    LotSource.VEST: "compensation",
}


def standing_of(origin: Origin, sold_on: date) -> Standing:
    """Return what the IRS is taken to know of the sale of shares with this origin."""
    if origin.kind is SecurityKind.CRYPTO:
        return _digital(origin, sold_on)
    if origin.kind is SecurityKind.MONEY_MARKET:
        return Standing(Reporting.NO_FORM, "money_market")
    if origin.acquired_on is None:
        return Standing(Reporting.NOT_REPORTED, "no_date")
    if not origin.basis_known:
        return Standing(Reporting.NOT_REPORTED, "no_cost")
    uncovered = _NEVER_COVERED.get(origin.source)
    if uncovered is not None:
        return Standing(Reporting.NOT_REPORTED, uncovered)
    return _by_date(origin, origin.acquired_on)


def _by_date(origin: Origin, acquired_on: date) -> Standing:
    first, name = _first_covered(origin)
    if acquired_on < first:
        return Standing(Reporting.NOT_REPORTED, f"{name}_before")
    if origin.source is LotSource.TRANSFER:
        return Standing(Reporting.REPORTED, "transfer_statement")
    return Standing(Reporting.REPORTED, name)


def _first_covered(origin: Origin) -> tuple[date, str]:
    """Return the first day of purchase that makes shares covered, and the name of the rule."""
    if origin.kind in {SecurityKind.OPTION, SecurityKind.BOND}:
        return OPTION_BOND_FROM, origin.kind.value
    if origin.kind in {SecurityKind.ETF, SecurityKind.MUTUAL_FUND}:
        return FUND_FROM, "fund"
    if origin.source is LotSource.DRIP:
        return FUND_FROM, "drip"
    return STOCK_FROM, "stock"


def _digital(origin: Origin, sold_on: date) -> Standing:
    if sold_on.year < DIGITAL_FORM_FROM:
        return Standing(Reporting.NO_FORM, "digital_before")
    bought = origin.source in {LotSource.BUY, LotSource.RECURRING}
    if bought and origin.acquired_on is not None and origin.acquired_on >= DIGITAL_BASIS_FROM:
        return Standing(Reporting.REPORTED, "digital")
    return Standing(Reporting.NOT_REPORTED, "digital_proceeds")
