"""Adapter of `evaluate-income-tax`: a return's income as JSON in, its tax out."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.household import FilingStatus
from harvestdesk.domain.money import ZERO, cents, parse_decimal
from harvestdesk.tax.deduction_words import amount_told, boxes_told
from harvestdesk.tax.filing_codes import LARGEST_AMOUNT, filing_status
from harvestdesk.tax.income_tax import IncomeFacts, compute_income_tax
from harvestdesk.tax.tables import known_years, load_tax_year

_AMOUNTS = (
    "wages",
    "investment_income",
    "qualified_dividends",
    "short_term_net",
    "long_term_net",
    "carryover_in_short",
    "carryover_in_long",
)
_SIGNED = ("wages", "investment_income", "short_term_net", "long_term_net")
_COUNTS = ("aged_or_blind", "persons_65_or_older")
MOST_BOXES = 4
"""Aged and blind, for each of two persons."""
_ONE_PERSON = frozenset({FilingStatus.SINGLE, FilingStatus.HEAD, FilingStatus.SURVIVING})
"""Only the taxpayer's own two boxes can be ticked (IRC §63(f))."""


def evaluate_income_tax(data: Mapping[str, Any]) -> dict[str, Decimal]:
    """Work out one return given as JSON (an entry of the long-term gain cases); dollars, to the cent.

    Raises:
        BadInputError: naming the field that can't be used.
    """
    facts = data.get("input")
    if not isinstance(facts, dict):
        raise BadInputError("field input: expected an object with the income of the year.")
    known = {*_AMOUNTS, *_COUNTS, "deduction"}
    for key in facts:
        if key not in known:
            raise BadInputError(
                f"field input.{key}: not known. Expected {', '.join(sorted(known))}."
            )
    amounts = {key: _amount(facts, key) for key in _AMOUNTS}
    income = _income(filing_status(data), facts, amounts)
    found = compute_income_tax(
        load_tax_year(_year(data)),
        income,
        amounts["short_term_net"] - amounts["carryover_in_short"],
        amounts["long_term_net"] - amounts["carryover_in_long"],
    )
    names = ("agi", "taxable_income", "at_0", "at_15", "at_20", "income_tax", "niit")
    return {name: cents(getattr(found, name)) + ZERO for name in names}


def _year(data: Mapping[str, Any]) -> int:
    """Return a year there are figures of: a tax by the figures of another year would be wrong unseen."""
    year, known = data.get("year"), known_years()
    if not isinstance(year, int) or isinstance(year, bool) or year not in known:
        raise BadInputError(
            f"field year: {year!r} is not a year there are tables of ({known[0]} to {known[-1]})."
        )
    return year


def _income(
    status: FilingStatus, facts: Mapping[str, Any], amounts: Mapping[str, Decimal]
) -> IncomeFacts:
    itemised, boxes, seniors = _deduction(facts)
    most = MOST_BOXES // 2 if status in _ONE_PERSON else MOST_BOXES
    return IncomeFacts(
        status,
        amounts["wages"],
        amounts["investment_income"],
        amounts["qualified_dividends"],
        itemised,
        _count(facts, "aged_or_blind", boxes, most),
        _count(facts, "persons_65_or_older", seniors, most // 2),
    )


def _deduction(facts: Mapping[str, Any]) -> tuple[Decimal | None, int, int]:
    """Return itemised deductions (None: standard), boxes for aged or blind, and persons of 65."""
    given = facts.get("deduction", "standard")
    if isinstance(given, (int, float)) and not isinstance(given, bool):
        if given < 0:
            raise BadInputError(f"field input.deduction: {given} is negative.")
        return _money("deduction", given), 0, 0
    amount = amount_told(given) if isinstance(given, str) else None
    if amount is not None:
        return _money("deduction", amount), 0, 0
    boxes = boxes_told(given) if isinstance(given, str) else None
    if boxes is None:
        raise BadInputError(
            f"field input.deduction: {given!r} is not understood. Expected an amount, or 'standard' with "
            "who is aged or blind, such as 'standard, one aged' or 'standard, no age/blind additions'."
        )
    return None, *boxes


def _count(facts: Mapping[str, Any], key: str, told: int, most: int) -> int:
    """Return a count of the field, or of the words of `deduction` where there is none."""
    value = facts.get(key, told)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most:
        return value
    if key not in facts:
        raise BadInputError(
            f"field input.deduction: {told} for {key}; this filing status has at most {most}."
        )
    raise BadInputError(
        f"field input.{key}: {value!r} is not a number from 0 to {most}, the most of this filing status."
    )


def _amount(facts: Mapping[str, Any], key: str) -> Decimal:
    value = _money(key, facts.get(key, 0))
    if value < 0 and key not in _SIGNED:
        raise BadInputError(f"field input.{key}: {value} is negative.")
    return value


def _money(key: str, given: object) -> Decimal:
    value = None if isinstance(given, bool) else parse_decimal(str(given))
    if value is None or abs(value) > LARGEST_AMOUNT:
        raise BadInputError(f"field input.{key}: {given!r} is not an amount in dollars.")
    return value
