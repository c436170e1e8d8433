"""The lines of Schedule D (Form 1040): from the boxes of Form 8949 to the loss that may be deducted."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO, cents
from harvestdesk.domain.tax_year import ExternalGain, ExternalKind, ExternalTerm
from harvestdesk.reports.tax_forms.boxes import SCHEDULE_D_LINES
from harvestdesk.reports.tax_forms.facts import YearFacts
from harvestdesk.reports.tax_forms.sales import Sums, sums_of
from harvestdesk.tax.netting import NettingInput, NettingResult, carryover_worksheet, net_year
from harvestdesk.tax.year import capital_input

SALE_LINES: dict[Term, tuple[str, ...]] = {
    Term.SHORT: ("1b", "2", "3"),
    Term.LONG: ("8b", "9", "10"),
}


@dataclass(frozen=True, slots=True)
class TermLines:
    """Part I or Part II; dollars, signed (negative: a loss), the carryover positive.

    Attributes:
        sales: totals of the lines that take Form 8949, by line.
        k1: line 5 or 12.
        distributions: line 13; nothing in Part I.
        elsewhere: results outside this file entered in the profile or as realised gains; they belong
            on forms of their own, and are in the net.
        carryover: line 6 or 14.
        net: line 7 or 15.
    """

    sales: dict[str, Sums]
    k1: Decimal
    distributions: Decimal
    elsewhere: Decimal
    carryover: Decimal
    net: Decimal


@dataclass(frozen=True, slots=True)
class ScheduleD:
    """A year's Schedule D.

    Attributes:
        netting: lines 7, 15, 16 and 21, and what is carried.
        worksheet: lines of the Capital Loss Carryover Worksheet; empty where there is no net loss.
        other_income: taxable income without capital items; None: taken to be enough.
        not_here: short-term fund distributions entered as gains; they are ordinary dividends.
        only_expected: gains outside the file that are expected and not realised; in no line.
    """

    short: TermLines
    long: TermLines
    netting: NettingResult
    worksheet: dict[int, Decimal]
    other_income: Decimal | None
    not_here: Decimal = ZERO
    only_expected: Decimal = ZERO


def schedule_d_of(facts: YearFacts) -> ScheduleD:
    """Return the Schedule D of a year from its rows and what the household entered beside them.

    Gains outside the ledger count where they are realised; what is only expected is no fact.
    """
    of_year = [g for g in facts.situation.external if g.on.year == facts.year]
    realised = [g for g in of_year if g.realised]
    counted = [g for g in realised if not g.is_dividend]
    situation = replace(facts.situation, external=tuple(realised))
    by_line = _by_line(facts)
    own = {
        term: sum((by_line[line].gain for line in lines), ZERO)
        for term, lines in SALE_LINES.items()
    }
    capital = capital_input(
        situation, own[Term.SHORT], own[Term.LONG] + cents(facts.distributions_long)
    )
    netting = net_year(capital)
    return ScheduleD(
        _term_lines(facts, Term.SHORT, by_line, counted, netting.net_short),
        _term_lines(facts, Term.LONG, by_line, counted, netting.net_long),
        netting,
        _worksheet(netting, capital),
        capital.other_income,
        _sum_of(g for g in realised if g.is_dividend),
        sum((cents(g.expected) for g in of_year if not g.realised and not g.is_dividend), ZERO),
    )


def _by_line(facts: YearFacts) -> dict[str, Sums]:
    return {
        line: sums_of(row for row in facts.sales.rows if SCHEDULE_D_LINES[row.box] == line)
        for lines in SALE_LINES.values()
        for line in lines
    }


def _term_lines(
    facts: YearFacts,
    term: Term,
    by_line: dict[str, Sums],
    outside: list[ExternalGain],
    net: Decimal,
) -> TermLines:
    profile = facts.situation.profile
    is_long = term is Term.LONG
    kind = ExternalTerm.LONG if is_long else ExternalTerm.SHORT
    mine = [g for g in outside if g.term is kind]
    k1 = _sum_of(g for g in mine if g.kind is ExternalKind.K1)
    funds = _sum_of(g for g in mine if g.kind is ExternalKind.FUND_DISTRIBUTION)
    return TermLines(
        {line: by_line[line] for line in SALE_LINES[term]},
        k1,
        cents(facts.distributions_long) + funds if is_long else ZERO,
        (profile.realised_long if is_long else profile.realised_short)
        + _sum_of(mine) - k1 - funds,
        profile.carryforward_long if is_long else profile.carryforward_short,
        net,
    )  # fmt: skip


def _worksheet(netting: NettingResult, capital: NettingInput) -> dict[int, Decimal]:
    if netting.total >= 0:
        return {}
    return carryover_worksheet(
        netting.net_short, netting.net_long, netting.deduction, capital.other_income
    )


def _sum_of(gains: Iterable[ExternalGain]) -> Decimal:
    return sum((g.amount for g in gains), ZERO)
