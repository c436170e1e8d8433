"""The Capital Loss Carryover Worksheet of Schedule D's instructions, its lines in words."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from harvestdesk.domain.money import ZERO
from harvestdesk.reports.document import (
    Align,
    Block,
    Column,
    Facts,
    Heading,
    Paragraph,
    Report,
    Row,
    RowKind,
    Table,
    Tone,
)
from harvestdesk.reports.figures import usd
from harvestdesk.reports.tax_forms.facts import YearFacts
from harvestdesk.reports.tax_forms.form_8949 import cautions
from harvestdesk.reports.tax_forms.parts import tax_report
from harvestdesk.reports.tax_forms.sales import Sums
from harvestdesk.reports.tax_forms.schedule_d import PROFILE_YEAR
from harvestdesk.reports.tax_forms.schedule_d_lines import ScheduleD, schedule_d_of

LINES: dict[int, str] = {
    1: "Taxable income, Form 1040 line 15; below zero as a negative amount",
    2: "Loss of Schedule D line 21, as a positive amount",
    3: "Lines 1 and 2 together; zero if less",
    4: "The smaller of line 2 and line 3",
    5: "Loss of Schedule D line 7, as a positive amount; zero if line 7 is a gain",
    6: "Gain of Schedule D line 15; zero if it is a loss",
    7: "Lines 4 and 6 together",
    8: "Short-term loss carried over: line 5 less line 7; zero if less",
    9: "Loss of Schedule D line 15, as a positive amount; zero if line 15 is a gain",
    10: "Gain of Schedule D line 7; zero if it is a loss",
    11: "Line 4 less line 5; zero if less",
    12: "Lines 10 and 11 together",
    13: "Long-term loss carried over: line 9 less line 12; zero if less",
}
"""Lines of the worksheet; 8 and 13 are what is carried."""
_RESULTS = frozenset({8, 13})


def carryover(facts: YearFacts) -> Report:
    """Return the carryover worksheet of a year, with what stands behind its line 1."""
    made = schedule_d_of(facts)
    blocks: list[Block] = [Paragraph(_answer(made, facts.year), Tone.LEAD)]
    blocks += [Paragraph(text, Tone.WARNING) for text in cautions(facts)]
    if facts.year != facts.snapshot.as_of.year:
        blocks.append(Paragraph(PROFILE_YEAR.format(year=facts.year), Tone.WARNING))
    blocks += _worksheet(facts, made)
    blocks += _came_from(facts, made)
    return tax_report(
        facts.snapshot,
        "Capital loss carryover",
        f"From {facts.year} into {facts.year + 1}: the worksheet of the instructions for Schedule D",
        facts.year,
        blocks,
    )


def _answer(made: ScheduleD, year: int) -> str:
    short, long = made.netting.carryover_short, made.netting.carryover_long
    if short + long == 0:
        return f"No capital loss is carried from {year} into {year + 1}."
    return (
        f"Carried from {year} into {year + 1}: {usd(short)} short-term and {usd(long)} long-term, "
        f"{usd(short + long)} together."
    )


def _worksheet(facts: YearFacts, made: ScheduleD) -> Iterator[Block]:
    yield Heading("Worksheet")
    if not made.worksheet:
        yield Paragraph(
            f"Schedule D line 16 of {facts.year} is {usd(made.netting.total)}, no loss: the worksheet is not needed."
        )
        return
    columns = (
        Column("Line", width_share=40),
        Column("", width_share=400),
        Column("Amount", Align.RIGHT, 110),
    )
    rows = tuple(
        Row(
            (str(n), words, _amount(made, n)),
            RowKind.SUM if n in _RESULTS else RowKind.BODY,
        )
        for n, words in LINES.items()
    )
    yield Table(columns, rows)
    yield Paragraph(_line_one(made), Tone.WARNING if made.other_income is None else Tone.BODY)
    short, long = made.netting.carryover_short, made.netting.carryover_long
    yield Heading(f"For {facts.year + 1}")
    yield Facts(
        (
            (f"Schedule D line 6 of {facts.year + 1}", usd(short)),
            (f"Schedule D line 14 of {facts.year + 1}", usd(long)),
        )
    )


def _amount(made: ScheduleD, line: int) -> str:
    if line == 1 and made.other_income is None:
        return "not entered"
    return usd(made.worksheet[line])


def _line_one(made: ScheduleD) -> str:
    if made.other_income is None:
        return (
            "Assumed: line 1 is not known, because the profile uses typed rates and no income; other income is "
            "taken to be at least the loss deducted, so all of line 2 is used. With less taxable income more is "
            "carried."
        )
    return (
        "Line 1 is worked out from the profile: income, dividends and interest as entered, less the standard or "
        f"itemised deduction, which leaves {usd(made.other_income)} before the capital loss. Put line 15 of "
        "the real return in its place."
    )


def _came_from(facts: YearFacts, made: ScheduleD) -> Iterator[Block]:
    yield Heading("Where it comes from")
    columns = (
        Column("", width_share=260),
        Column("Short-term", Align.RIGHT, 110),
        Column("Long-term", Align.RIGHT, 110),
    )
    short, long = made.short, made.long
    pairs = (
        ("Sales in this file", _sold(short.sales), _sold(long.sales)),
        ("K-1", short.k1, long.k1),
        ("Capital gain distributions", ZERO, long.distributions),
        ("Outside this file", short.elsewhere, long.elsewhere),
        (f"Carried into {facts.year}", -short.carryover, -long.carryover),
    )
    rows = tuple(Row((name, _or_blank(a), _or_blank(b))) for name, a, b in pairs)
    totals = ("Schedule D lines 7 and 15", usd(short.net), usd(long.net))
    yield Table(columns, rows, totals)


def _or_blank(amount: Decimal) -> str:
    return usd(amount) if amount else ""


def _sold(lines: Mapping[str, Sums]) -> Decimal:
    return sum((sums.gain for sums in lines.values()), ZERO)
