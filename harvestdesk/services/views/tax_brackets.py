"""The bracket bar: the year's scales over taxable income, where the household stands, what comes next."""

from collections.abc import Iterator
from decimal import Decimal

from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.proposal import Reason
from harvestdesk.domain.tax_year import StatusTable, TaxYear
from harvestdesk.reports.tax_words import TAX_SENTENCES
from harvestdesk.services.views.tax_rows import (
    Band,
    BracketBar,
    Crossing,
    LineKind,
    NextKind,
    Stack,
    TaxLine,
)
from harvestdesk.services.views.tax_work import Planned, TaxWork, facts
from harvestdesk.tax.liability import BracketStep, bracket_walk

_LINES_AHEAD = 3
"""So many changes of rate are told each way."""
_KINDS = {
    Term.SHORT: (NextKind.SHORT_GAIN, NextKind.SHORT_LOSS),
    Term.LONG: (NextKind.LONG_GAIN, NextKind.LONG_LOSS),
}


def bracket_bar(work: TaxWork) -> BracketBar | None:
    """Return the bar, or None where typed rates are in force."""
    tables, table, now = work.tables, work.table, stack(work.now)
    if work.typed or tables is None or table is None or now is None:
        return None
    return BracketBar(
        ordinary=tuple(Band(b.lower, b.upper, b.rate) for b in table.brackets),
        preferred=_preferred_bands(tables, table),
        niit_rate=tables.niit_rate,
        lines=tuple(_lines(tables, table, now)),
        now=now,
        planned=None if work.plan is None else stack(work.plan),
    )


def stack(planned: Planned) -> Stack | None:
    """Return the taxable income of a projected year, layer by layer."""
    income = planned.year_tax.income
    if income is None:
        return None
    short = min(planned.year_tax.netting.taxable_short, income.ordinary_income)
    return Stack(
        other=income.ordinary_income - short,
        short=short,
        preferred=income.taxable_income - income.ordinary_income,
        investment=income.net_investment_income,
        agi=income.agi,
        deduction=income.deduction,
    )


def _preferred_bands(tables: TaxYear, table: StatusTable) -> tuple[Band, ...]:
    zero, fifteen, twenty = tables.preferential_rates
    return (
        Band(ZERO, table.zero_rate_max, zero),
        Band(table.zero_rate_max, table.fifteen_rate_max, fifteen),
        Band(table.fifteen_rate_max, None, twenty),
    )


def _lines(tables: TaxYear, table: StatusTable, now: Stack) -> Iterator[TaxLine]:
    """Yield the next ordinary bracket, the lines of 15 and 20 %, and that of net investment income."""
    zero, fifteen, twenty = tables.preferential_rates
    following = next((b for b in table.brackets if b.lower > now.ordinary_top), None)
    if following is not None:
        yield _line(LineKind.BRACKET, following.lower, following.rate, now.ordinary_top)
    yield _line(LineKind.FIFTEEN, table.zero_rate_max, fifteen, now.top, before=zero)
    yield _line(LineKind.TWENTY, table.fifteen_rate_max, twenty, now.top, before=fifteen)
    # The threshold is one of adjusted gross income: on this axis it stands lower by the deductions.
    at = max(ZERO, table.niit_threshold - now.deduction)
    yield _line(LineKind.NIIT, at, tables.niit_rate, now.top, threshold=table.niit_threshold)


def _line(kind: LineKind, at: Decimal, rate: Decimal, stands: Decimal, **more: Decimal) -> TaxLine:
    why = Reason(f"line_{kind.value}", facts(at=at, rate=rate, stands=stands, **more))
    return TaxLine(kind, at, rate, stands, why)


# --- what comes next -----------------------------------------------------------------------------------
def crossings(work: TaxWork) -> tuple[Crossing, ...]:
    """Return the next changes of rate for a further gain and loss of each term, nearest first."""
    found: list[Crossing] = []
    for term, (gain, loss) in _KINDS.items():
        steps = bracket_walk(work.situation, work.now.short, work.now.long, term)
        found += _ahead(work, gain, [s for s in steps if s.to_amount > 0])
        found += _ahead(work, loss, [s for s in reversed(steps) if s.from_amount < 0])
    return tuple(found)


def _ahead(work: TaxWork, kind: NextKind, steps: list[BracketStep]) -> Iterator[Crossing]:
    steps = [s for s in steps if s.from_amount != s.to_amount]  # a jump of the tax has no length
    for step, following in zip(steps[:_LINES_AHEAD], [*steps[1:], None], strict=False):
        amount = abs(step.from_amount if kind.is_loss else step.to_amount)
        last = following is None or step.code == "reach"
        next_rate = None if last or following is None else following.rate
        yield Crossing(
            kind,
            None if last else amount,
            step.rate,
            next_rate,
            _crossing_words(work, kind, step, None if last else amount, next_rate),
        )


def _crossing_words(
    work: TaxWork,
    kind: NextKind,
    step: BracketStep,
    amount: Decimal | None,
    next_rate: Decimal | None,
) -> Reason:
    side = "loss" if kind.is_loss else "gain"
    what = {"what": f"{kind.term.value}-term {side}", "verb": "saves" if kind.is_loss else "costs"}
    told = facts(amount=amount, rate=step.rate, next=next_rate) | what
    if amount is None:
        return Reason("crossing_none", told)
    code = f"crossing_{side}_{step.code}"
    if code not in TAX_SENTENCES:
        code = f"crossing_{side}_other"
    tables = work.tables
    if tables is not None:
        _, fifteen, twenty = tables.preferential_rates
        told |= facts(niit=tables.niit_rate, fifteen=fifteen, twenty=twenty)
    line = step.facts.get("rate" if kind.is_loss else "next_rate", "")
    return Reason(code, told | {"bracket": line})
