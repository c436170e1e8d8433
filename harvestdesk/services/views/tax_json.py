"""The year's tax as JSON: dollars as exact strings, rates as numbers, figures with the words behind them."""

from decimal import Decimal

from harvestdesk.domain.money import cents, money_text
from harvestdesk.domain.proposal import Reason
from harvestdesk.reports.tax_words import tax_sentence
from harvestdesk.services.views.tax_rows import (
    BracketBar,
    CarryRow,
    Crossing,
    MeasureRow,
    NextDollar,
    OutsideRow,
    QuarterRow,
    Stack,
    TaxView,
    TermRow,
    Told,
)

SCHEMA = "harvestdesk.tax/1"
_RATE_DIGITS = Decimal("0.000001")
Json = dict[str, object]


def tax_json(view: TaxView) -> Json:
    """Return the view as the command line prints it."""
    return {
        "schema": SCHEMA,
        "year": view.year,
        "as_of": view.as_of.isoformat(),
        "answer": tax_sentence(view.answer),
        "rates": "typed" if view.typed else "tables",
        "complete": view.complete,
        "sales": view.sales,
        "year_to_date": [_term(r) for r in view.terms],
        "outside": [_outside(r) for r in view.outside],
        "outside_by_quarter": [_quarter(r) for r in view.quarters],
        "carried": [_carry(r) for r in view.carry],
        "projected": {r.measure.value: _measure(r) for r in view.measures},
        "has_plan": view.has_plan,
        "next_dollar": {r.kind.value: _next(r) for r in view.next_dollars},
        "lines_ahead": [_crossing(r) for r in view.crossings],
        "brackets": None if view.bar is None else _bar(view.bar),
        "notes": [
            {"code": n.code, "severity": n.severity.value, "facts": dict(n.facts)}
            | {"text": tax_sentence(n)}
            for n in view.notes
        ],
    }


def _money(value: Decimal | None) -> str | None:
    return None if value is None else money_text(cents(value))


def _rate(value: Decimal | None) -> float | None:
    return None if value is None else float(value.quantize(_RATE_DIGITS))


def _told(told: Told) -> Json:
    return {"value": _money(told.value), "why": _words(told.why)}


def _words(why: Reason) -> str:
    return tax_sentence(why)


def _term(row: TermRow) -> Json:
    return {
        "term": None if row.term is None else row.term.value,
        "gains": _told(row.gains),
        "losses": _told(row.losses),
        "disallowed": _told(row.disallowed),
        "distributions": _told(row.distributions),
        "outside": _told(row.outside),
        "net": _told(row.net),
    }


def _outside(row: OutsideRow) -> Json:
    return {
        "id": row.id,
        "quarter": row.quarter,
        "kind": row.kind.value,
        "term": row.term.value,
        "amount": _money(row.amount),
        "probability": _rate(row.probability),
        "state": row.certainty.value,
        "dividend": row.is_dividend,
        "counted": _money(row.counted.value),
        "note": row.note,
    }


def _quarter(row: QuarterRow) -> Json:
    return {
        "quarter": row.quarter,
        "undated": row.undated,
        "known": _money(row.known),
        "expected": _money(row.expected),
        "short": _money(row.short),
        "long": _money(row.long),
        "dividends": _money(row.dividends),
        "counted": _money(row.counted),
    }


def _carry(row: CarryRow) -> Json:
    return {
        "term": None if row.term is None else row.term.value,
        "in": _money(row.carried_in.value),
        "out": _money(row.carried_out.value),
        "out_with_plan": _money(row.planned_out),
    }


def _measure(row: MeasureRow) -> Json:
    return {
        "now": _money(row.now),
        "with_plan": _money(row.planned),
        "change": _money(row.change),
        "why": _words(row.why),
    }


def _next(row: NextDollar) -> Json:
    return {
        "now": _rate(row.now.value),
        "later": _rate(row.later),
        "together": _rate(row.together),
        "why": _words(row.now.why),
    }


def _crossing(row: Crossing) -> Json:
    return {
        "kind": row.kind.value,
        "amount": _money(row.amount),
        "rate": _rate(row.rate),
        "next_rate": _rate(row.next_rate),
        "why": _words(row.why),
    }


def _bar(bar: BracketBar) -> Json:
    return {
        "now": _stack(bar.now),
        "with_plan": None if bar.planned is None else _stack(bar.planned),
        "lines": [
            {
                "kind": line.kind.value,
                "at": _money(line.at),
                "rate": _rate(line.rate),
                "room": _money(line.room),
                "why": _words(line.why),
            }
            for line in bar.lines
        ],
    }


def _stack(stack: Stack) -> Json:
    return {
        "other": _money(stack.other),
        "short": _money(stack.short),
        "preferred": _money(stack.preferred),
        "taxable_income": _money(stack.top),
        "agi": _money(stack.agi),
        "deduction": _money(stack.deduction),
    }
