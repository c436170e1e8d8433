"""Adapter of `evaluate-netting`: Schedule D input as JSON in, lines of the forms out."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.money import ZERO, cents, money_text, parse_decimal
from harvestdesk.tax.filing_codes import LARGEST_AMOUNT, filing_status
from harvestdesk.tax.netting import (
    NettingInput,
    NettingResult,
    carryover_worksheet,
    deduction_limit,
    net_year,
)

_CARRIED = frozenset({"carryover_in_short", "carryover_in_long"})


def evaluate_netting(data: Mapping[str, Any]) -> dict[str, Any]:
    """Net one year given as JSON (`input` of the netting cases); return its form lines.

    Raises:
        BadInputError: naming the field that can't be used.
    """
    status = filing_status(data)
    year = NettingInput(
        _amount(data, "short_term_net"),
        _amount(data, "long_term_net"),
        _amount(data, "carryover_in_short"),
        _amount(data, "carryover_in_long"),
        deduction_limit(status),
        _amount(data, "taxable_income_without_capital_items"),
    )
    result = net_year(year)
    return {
        "schedule_d_line7": _usd(result.net_short),
        "schedule_d_line15": _usd(result.net_long),
        "schedule_d_line16": _usd(result.total),
        "capital_loss_deduction_line21": _usd(result.deduction),
        "net_capital_gain_preferential": _usd(result.taxable_long),
        "short_term_gain_taxed_as_ordinary": _usd(result.taxable_short),
        "carryover_out_short": _usd(result.carryover_short),
        "carryover_out_long": _usd(result.carryover_long),
        "worksheet_lines": _worksheet(year, result),
    }


def _worksheet(year: NettingInput, result: NettingResult) -> dict[str, str]:
    """Return the worksheet's lines, empty where its heading says it isn't needed.

    It is needed if the loss exceeds the deduction, or if taxable income is below zero.
    """
    income = ZERO if year.other_income is None else year.other_income
    if result.total >= 0:
        return {}
    if -result.total <= result.deduction and income - result.deduction >= 0:
        return {}
    lines = carryover_worksheet(
        result.net_short, result.net_long, result.deduction, year.other_income
    )
    # "If line 7 is a loss, go to line 5; otherwise enter -0- on line 5 and go to line 9", and
    # "if line 15 is a loss, go to line 9; otherwise skip lines 9 through 13".
    skipped = {6, 7} if result.net_short >= 0 else set()
    if result.net_long >= 0:
        skipped |= {9, 10, 11, 12}
    return {str(n): _usd(v) for n, v in sorted(lines.items()) if n not in skipped}


def _amount(data: Mapping[str, Any], key: str) -> Decimal:
    given = data.get(key)
    value = None if isinstance(given, bool) else parse_decimal(str(given))
    if value is None or abs(value) > LARGEST_AMOUNT:
        if key not in data:
            raise BadInputError(f"field {key}: missing. Expected an amount in dollars.")
        raise BadInputError(f"field {key}: {given!r} is not an amount in dollars.")
    if value < 0 and key in _CARRIED:
        raise BadInputError(f"field {key}: {given} is negative; a carryover is a positive loss.")
    return value


def _usd(value: Decimal) -> str:
    return money_text(cents(value) + ZERO)
