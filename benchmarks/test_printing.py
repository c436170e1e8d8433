"""Paper: 4,000 rows laid out and painted within a second (spec: painted tables, not text documents)."""

from decimal import Decimal

import pytest

from harvestdesk.gui.printing import PrintedReport
from harvestdesk.reports.document import Align, Column, Report, Row, Table
from harvestdesk.reports.figures import usd

ROWS = 4000
LIMIT_SECONDS = 1.0


def big_report(rows: int = ROWS) -> Report:
    columns = (
        Column("Security"),
        Column("Account", width_share=200),
        Column("Acquired"),
        Column("Shares", Align.RIGHT),
        Column("Basis", Align.RIGHT, 1.4, total=True),
        Column("Value", Align.RIGHT, 1.4, total=True),
        Column("Gain or loss", Align.RIGHT, 1.4, total=True),
        Column("Term"),
    )
    body = tuple(
        Row(
            (
                f"S{n % 500:03}",
                "Direct index …9031",
                f"{n % 12 + 1:02}/{n % 28 + 1:02}/2024",
                f"{n % 900 + 1}",
                usd(Decimal(n) * Decimal("3.17")),
                usd(Decimal(n) * Decimal("2.91")),
                usd(Decimal(n) * Decimal("-0.26")),
                "Long" if n % 3 else "Short",
            )
        )
        for n in range(rows)
    )
    table = Table(columns, body, ("Total", *[""] * 7))
    return Report("All lots", blocks=(table,), running="Benchmark", footer="4,000 lots")


@pytest.mark.usefixtures("qapp")
def test_pdf_of_4000_rows(benchmark):
    report = big_report()
    content = benchmark.pedantic(lambda: PrintedReport(report).pdf(), rounds=3, warmup_rounds=1)
    assert content.startswith(b"%PDF")
    assert benchmark.stats.stats.min <= LIMIT_SECONDS


@pytest.mark.usefixtures("qapp")
def test_first_page_of_4000_rows_on_screen(benchmark):
    report = big_report()
    image = benchmark.pedantic(lambda: PrintedReport(report).image(0), rounds=3, warmup_rounds=1)
    assert not image.isNull()
    assert benchmark.stats.stats.min <= LIMIT_SECONDS
