import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvestdesk.reports.document import (
    Align,
    Checklist,
    Column,
    Facts,
    Heading,
    PageBreak,
    Paragraph,
    Points,
    Report,
    Row,
    RowKind,
    Signatures,
    Table,
)
from harvestdesk.reports.figures import (
    count,
    day,
    decimals_of,
    joined,
    long_day,
    number,
    percent,
    plain_figure,
    share_digits,
    usd,
    usd0,
)
from harvestdesk.reports.render_csv import render_csv

MONEY = st.decimals(
    allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9
)


def rows_of(report: Report) -> list[list[str]]:
    return list(csv.reader(io.StringIO(render_csv(report).removeprefix("\ufeff"), newline="")))


def test_table__a_row_that_does_not_fit_is_refused() -> None:
    columns = (Column("A"), Column("B"))
    with pytest.raises(ValueError, match="1 cells in a table of 2 columns"):
        Table(columns, (Row(("x",)),))
    with pytest.raises(ValueError, match="3 totals"):
        Table(columns, (), ("a", "b", "c"))
    with pytest.raises(ValueError, match="2 cells"):
        Table(columns, (Row(("x", "y"), RowKind.GROUP),))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (usd(Decimal("-1234.5")), "−$1,234.50"),
        (usd(Decimal("-0.004")), "$0.00"),
        (usd0(Decimal("71400.49")), "$71,400"),
        (usd(Decimal("0.005")), "$0.01"),
        (number(Decimal("-1234.567"), 1), "−1,234.6"),
        (percent(Decimal("0.408")), "40.8%"),
        (day(date(2026, 1, 5)), "01/05/2026"),
        (day(None), "—"),
        (long_day(date(2026, 1, 5)), "January 5, 2026"),
        (count(1, "lot"), "1 lot"),
        (count(1200, "security", "securities"), "1,200 securities"),
        (joined([]), ""),
        (joined(["a"]), "a"),
        (joined(["a", "b", "c"]), "a, b and c"),
    ],
)
def test_figures_and_words(text: str, shown: str) -> None:
    assert text == shown


def test_decimals__what_the_column_needs_and_no_more() -> None:
    assert share_digits([Decimal("10.00"), Decimal(3)]) == 0
    assert share_digits([Decimal("212.5"), Decimal("40")]) == 1
    assert share_digits([Decimal("1E+3")]) == 0
    assert share_digits([]) == 0
    assert share_digits([Decimal("0.123456789")]) == 6
    assert decimals_of([Decimal("71.732376")], 4) == 4


@given(MONEY)
def test_figures_read_back(value: Decimal) -> None:
    assert plain_figure(usd(value)) == value
    assert plain_figure(number(value, 2)) == value


def test_plain_figure__words_are_not_figures() -> None:
    assert plain_figure("12.5%") == Decimal("0.125")
    for text in ("", "cash", "36.4 bp", "01/05/2026", "—", "$"):
        assert plain_figure(text) is None


def test_csv__every_block_and_plain_numbers() -> None:
    table = Table(
        (Column("Name"), Column("Loss", Align.RIGHT), Column("On")),
        (
            Row(("Account one",), RowKind.GROUP),
            Row(("=SUM(A1)", "−$1,234.50", "01/05/2026")),
            Row(("part", "$1.00", "—"), RowKind.SUM),
        ),
        ("Total", "$2.00", ""),
        caption="A caption",
    )
    report = Report(
        "Title",
        "Sub",
        (("As of", "today"),),
        (
            Heading("H"),
            Paragraph("P"),
            Points((("✓", "done"),)),
            Facts((("Rate", "40.8%"),)),
            PageBreak(),
            table,
            Table((Column("A"),), (), empty_text="Nothing."),
            Checklist(("do it",)),
            Signatures(("Prepared by",)),
        ),
        footer="foot",
        simulated=True,
    )
    rows = [r for r in rows_of(report) if r]
    assert rows == [
        ["SIMULATED DATA"],
        ["Title"],
        ["Sub"],
        ["As of", "today"],
        ["H"],
        ["P"],
        ["✓", "done"],
        ["Rate", "0.408"],
        ["A caption"],
        ["Name", "Loss", "On"],
        ["Account one"],
        ["'=SUM(A1)", "-1234.5", "2026-01-05"],
        ["part", "1", "—"],
        ["Total", "2", ""],
        ["Nothing."],
        ["To do", "Done", "Initials"],
        ["do it"],
        ["Signature", "Date"],
        ["Prepared by"],
        ["foot"],
    ]
