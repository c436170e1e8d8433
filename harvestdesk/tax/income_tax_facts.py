"""Adapter of `evaluate-income-tax`: a return's income as JSON in, its tax out."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.household import FilingStatus
from harvestdesk.domain.money import ZERO, cents, parse_decimal
from harvestdesk.tax.filing_codes import filing_status
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
_LARGEST = Decimal(10) ** 12
_WORDS = {"no": 0, "a": 1, "one": 1, "two": 2, "both": 2, "three": 3, "four": 4}
_COUNT = r"(?P<count>no|an?|one|two|both|three|four|\d)"
_BOX = re.compile(
    rf"\b(?:{_COUNT}\s+)?(?:(?:spouses?|persons?|taxpayers?|filers?)\s+)?"
    r"(?P<kind>age[d]?\s*/\s*blind|aged\s+or\s+blind|aged|blind|65(?:\s*(?:\+|or older|or over))?)(?!\w)"
)
MOST_BOXES = 4


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
    return IncomeFacts(
        status,
        amounts["wages"],
        amounts["investment_income"],
        amounts["qualified_dividends"],
        itemised,
        _count(facts, "aged_or_blind", boxes),
        _count(facts, "persons_65_or_older", seniors),
    )


def _deduction(facts: Mapping[str, Any]) -> tuple[Decimal | None, int, int]:
    """Return itemised deductions (None: standard), boxes for aged or blind, and persons of 65."""
    given = facts.get("deduction", "standard")
    if isinstance(given, (int, float)) and not isinstance(given, bool):
        if given < 0:
            raise BadInputError(f"field input.deduction: {given} is negative.")
        return _money("deduction", given), 0, 0
    text = str(given).strip().lower().replace("$", "").replace(",", " ").strip()
    number = re.fullmatch(r"(?:itemi[sz]ed\s*:?\s*)?(\d[\d ]*(?:\.\d+)?)", text)
    if number:
        return _money("deduction", number[1].replace(" ", "")), 0, 0
    if not text.startswith("standard"):
        raise BadInputError(
            f"field input.deduction: {given!r} is not understood. Expected an amount, or "
            "'standard' with who is aged or blind, such as 'standard, one aged'."
        )
    return None, *_boxes(text, given)


def _boxes(text: str, given: object) -> tuple[int, int]:
    """Return the boxes for aged or blind in the words after "standard", and those for aged alone."""
    boxes = aged = 0
    count = 1
    for found in _BOX.finditer(text):
        words = found["count"]
        if words:  # "both aged and blind": the count holds for what follows it
            count = int(words) if words.isdigit() else _WORDS.get(words, 1)
        boxes += count
        aged += count if "blind" not in found["kind"] else 0
    said = text.removeprefix("standard").removeprefix(" deduction").strip(" ,;:.()")
    if said and not _BOX.search(said):
        raise BadInputError(
            f"field input.deduction: {given!r} is not understood after 'standard'. Expected who is "
            "aged or blind, such as 'one aged' or 'no age/blind additions'."
        )
    return boxes, aged


def _count(facts: Mapping[str, Any], key: str, default: int) -> int:
    value = facts.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_BOXES:
        raise BadInputError(f"field input.{key}: {value!r} is not a number from 0 to {MOST_BOXES}.")
    return value


def _amount(facts: Mapping[str, Any], key: str) -> Decimal:
    value = _money(key, facts.get(key, 0))
    if value < 0 and key not in _SIGNED:
        raise BadInputError(f"field input.{key}: {value} is negative.")
    return value


def _money(key: str, given: object) -> Decimal:
    value = None if isinstance(given, bool) else parse_decimal(str(given))
    if value is None or abs(value) > _LARGEST:
        raise BadInputError(f"field input.{key}: {given!r} is not an amount in dollars.")
    return value
